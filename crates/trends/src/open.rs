//! From the packed series of one panel to the panel: what is drawn, where devices changed, and the same in words. Pure.

use charts::Panel;
use clinical::Limits;
use vault::VaultError;

use crate::merged_series::{MergedSeries, pressures};
use crate::panel::ReadPanel;
use crate::read::{Known, Packed};
use crate::sampler::Sampled;
use crate::summary::Summary;

/// Opens the series of a panel. Gives what they said at the moments of the score, too.
///
/// # Errors
/// Of a damaged chunk.
pub(crate) fn open(packed: Packed, known: &Known) -> Result<(ReadPanel, Vec<Sampled>), VaultError> {
    let Packed { kind, main, diastolic, mean } = packed;
    let (focus, view, factor) = (known.asked.focus, known.asked.view, known.factor(kind));
    let limits = known.limits(kind);
    let mut least = (kind.least.0 * factor, kind.least.1 * factor);
    // A limit that somebody set for this patient is always in sight.
    if known.has_own_limit(kind) {
        for bound in limits.iter().flat_map(|(_, l)| [l.low, l.high]).flatten() {
            least = (least.0.min(bound - factor), least.1.max(bound + factor));
        }
    }
    let mut summary = Summary::new(focus, limits.last().map_or_else(Limits::default, |(_, bounds)| *bounds));
    let heard = main.iter().filter_map(|part| part.before).map(|(at, _)| at.0).max();
    let mut merged = MergedSeries::open(main, &known.moments, factor)?;
    let device_changes = merged.device_changes();
    // Artefacts are marked and left out of the line; they stay in the cache.
    let mut artefacts = merged.artefacts();
    let content = if kind.is_pressure() {
        let mut diastolic = MergedSeries::open(diastolic, &[], factor)?;
        let mut mean = MergedSeries::open(mean, &[], factor)?;
        artefacts.append(&mut diastolic.artefacts());
        artefacts.append(&mut mean.artefacts());
        pressures([&mut merged, &mut diastolic, &mut mean], view, focus, &mut summary)?
    } else {
        merged.content(view, focus, &mut summary)?
    };
    let panel = Panel {
        content,
        limits,
        artefacts,
        every_sample: false,
        least,
        focus: Some(focus.ms()),
        also: None,
        heard,
    };
    let shown = known.shown(kind);
    let (unit, summary) = (shown.word(), summary.words(kind.label, usize::from(shown.digits)));
    Ok((ReadPanel { kind, unit, panel, device_changes, summary }, merged.sampled()))
}
