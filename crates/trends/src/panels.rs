//! The panels of one patient: read one after the other, and each opened on another core while the next is read.

use clinical::{Measure, PatientId, TimeRange};
use vault::{Reader, VaultError};

use crate::merged_series::MergedSeries;
use crate::open::open;
use crate::panel::{PANELS, ReadPanel};
use crate::read::{Asked, Known};
use crate::sampler::Sampled;
use crate::score_panel::score_panel;

/// Reads all panels of a patient over a range, with every value in it.
///
/// # Errors
/// Of the cache.
pub fn all_panels(
    reader: &Reader,
    patient: &PatientId,
    range: TimeRange,
    light: bool,
) -> Result<Vec<ReadPanel>, VaultError> {
    read_panels(reader, &Asked { patient, range, focus: range, light, only: &[], view: None })
}

/// Reads the panels that are asked for, in the order of the page; the score comes last.
pub(crate) fn read_panels(reader: &Reader, asked: &Asked) -> Result<Vec<ReadPanel>, VaultError> {
    let known = Known::read(reader, asked)?;
    let is_asked = |key| asked.only.is_empty() || asked.only.contains(&key);
    let mut wanted: Vec<_> =
        PANELS.iter().filter(|kind| is_asked(kind.key)).map(|kind| (kind, None)).collect();
    rayon::in_place_scope(|cores| {
        // The pressures take longest, and begin first.
        let (long, short): (Vec<_>, Vec<_>) = wanted.iter_mut().partition(|(kind, _)| kind.is_pressure());
        for (kind, opened) in long.into_iter().chain(short) {
            let (packed, known) = (known.packed(reader, kind)?, &known);
            cores.spawn(move |_| *opened = Some(open(packed, known)));
        }
        Ok::<(), VaultError>(())
    })?;
    let opened: Vec<(ReadPanel, Vec<Sampled>)> =
        wanted.into_iter().filter_map(|(_, opened)| opened).collect::<Result<_, _>>()?;
    let (mut panels, sampled): (Vec<ReadPanel>, Vec<Vec<Sampled>>) = opened.into_iter().unzip();
    if asked.only.is_empty() {
        let mut sampled: Vec<Sampled> = sampled.into_iter().flatten().collect();
        let charted = known.parts(reader, &[Measure::Consciousness, Measure::OxygenFlow, Measure::FiO2])?;
        let mut charted = MergedSeries::open(charted, &known.moments, 1.0)?;
        charted.columns()?;
        sampled.append(&mut charted.sampled());
        panels.extend(score_panel(reader, asked, &known.moments, &sampled)?);
    }
    Ok(panels)
}

#[cfg(test)]
#[path = "panels_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
