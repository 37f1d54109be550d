//! The panels of one patient: what is read for each, how it looks, and what it says in words.

use bedside::unit_limits;
use charts::{Panel, Viewport};
use clinical::{Instant, Limits, Measure, limit_history, limit_steps};
use fhir::to_unit;
use vault::{Reader, VaultError};

use crate::error::TrendsError;
use crate::merged_series::{MergedSeries, Part, pressures};
use crate::panel::{PANELS, PanelKind, ReadPanel};
use crate::sampler::Sampled;
use crate::score_panel::{moments, score_panel};
use crate::summary::Summary;

/// Reads the panels of a patient. `focus` is the part that is seen at rest: it decides axes and words.
///
/// # Errors
/// Of the cache.
pub fn read_panels(
    reader: &Reader,
    patient: &str,
    from: Instant,
    to: Instant,
    focus: (Instant, Instant),
    light: bool,
) -> Result<Vec<ReadPanel>, TrendsError> {
    with_panels(reader, &Asked { patient, range: (from, to), focus, light, only: &[], view: None }, Ok)
}

/// Which panels of whom.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub patient: &'a str,
    pub range: (Instant, Instant),
    /// The part that is seen at rest.
    pub focus: (Instant, Instant),
    pub light: bool,
    /// Keys; none is all, and the score.
    pub only: &'a [&'static str],
    /// What the panels are drawn in, of which only what decides the picture is kept; without one every value is.
    pub view: Option<&'a Viewport>,
}

/// A time that a hand will move and Rust will draw again, whose pages are worth keeping: milliseconds.
const LONG_STAY_MS: i64 = 36 * 3_600_000;

/// What became of a panel, with what its series said at the moments of the score.
type Opened<T> = Result<(T, Vec<Sampled>), TrendsError>;

/// As [`read_panels`], and does with each panel what there is to do: the database is read here, and what was read goes on
/// on all cores while the next is read.
pub(crate) fn with_panels<T: Send>(
    reader: &Reader,
    asked: &Asked,
    then: impl Fn(ReadPanel) -> Result<T, TrendsError> + Sync,
) -> Result<Vec<T>, TrendsError> {
    let Asked { patient, range: (from, to), focus, light, only, view } = *asked;
    if to.ms_since(from) > LONG_STAY_MS {
        reader.keep_room()?;
    }
    let all = reader.series_of(patient)?;
    let molar = all.iter().any(|s| s.measure() == Some(Measure::Glucose) && s.unit == "mmol/L");
    let history = limit_history(patient, &reader.actions_about(patient)?);
    let usual = unit_limits(reader, patient)?;
    let read = |measures: &[Measure]| -> Result<Vec<Part>, VaultError> {
        let mut parts = Vec::new();
        for series in all.iter().filter(|s| s.measure().is_some_and(|m| measures.contains(&m))) {
            let Some(Ok((factor, offset))) = series.measure().map(|m| to_unit(m, &series.unit)) else {
                continue;
            };
            let before = reader.before(series.id, from - 1)?.map(|(at, value)| (at, value.to_f64()));
            let stretch = reader.stretch(series.id, from, to)?;
            parts.push(Part { series: series.clone(), before, stretch, factor, offset });
        }
        Ok(parts)
    };
    // Who is asked for a few panels is not scored.
    let moments = if only.is_empty() { moments((from, to), focus) } else { Vec::new() };
    let open = |kind: &'static PanelKind, [main, low, mean]: [Vec<Part>; 3]| {
        let shrink = if kind.key == "glucose" && molar { 1.0 / 18.01559 } else { 1.0 };
        let scaled = |l: Limits| Limits { low: l.low.map(|v| v * shrink), high: l.high.map(|v| v * shrink) };
        let limits: Vec<(i64, Limits)> = limit_steps(&history, &usual, kind.measures[0], from, to)
            .into_iter()
            .map(|(at, l)| (at.0, scaled(l)))
            .collect();
        let mut least = (kind.least.0 * shrink, kind.least.1 * shrink);
        // A limit that somebody set for this patient is always in sight.
        if history.iter().any(|set| set.change.measure == kind.measures[0]) {
            for bound in limits.iter().flat_map(|(_, l)| [l.low, l.high]).flatten() {
                least = (least.0.min(bound - shrink), least.1.max(bound + shrink));
            }
        }
        let mut counted =
            Summary::new(focus, limits.last().map_or_else(Limits::default, |(_, bounds)| *bounds));
        let heard = main.iter().filter_map(|part| part.before).map(|(at, _)| at.0).max();
        let mut merged = MergedSeries::open(main, &moments, shrink)?;
        let device_changes = merged.device_changes();
        // Artefacts are marked and left out of the line; they stay in the cache.
        let mut artefacts = merged.artefacts();
        let content = match kind.key {
            "bp" => {
                let (mut low, mut mean) =
                    (MergedSeries::open(low, &[], shrink)?, MergedSeries::open(mean, &[], shrink)?);
                artefacts.append(&mut low.artefacts());
                artefacts.append(&mut mean.artefacts());
                pressures([&mut merged, &mut low, &mut mean], view, focus, &mut counted)?
            }
            _ => merged.content(view, focus, &mut counted)?,
        };
        let digits = usize::from(kind.key == "temp" || kind.key == "glucose");
        let summary = counted.words(kind.label, digits);
        let panel = Panel {
            content,
            limits,
            artefacts,
            every_sample: false,
            least,
            focus: Some((focus.0.0, focus.1.0)),
            also: None,
            heard,
        };
        let unit = if shrink < 1.0 { "mmol/L" } else { kind.unit };
        Ok::<_, TrendsError>((
            then(ReadPanel { kind, unit, panel, device_changes, summary })?,
            merged.sampled(),
        ))
    };
    let mut wanted: Vec<(&'static PanelKind, Option<Opened<T>>)> = PANELS
        .iter()
        .filter(|kind| only.is_empty() || only.contains(&kind.key))
        .map(|kind| (kind, None))
        .collect();
    rayon::in_place_scope(|cores| {
        // The pressures take longest, and begin first.
        let (long, short): (Vec<_>, Vec<_>) = wanted.iter_mut().partition(|(kind, _)| kind.key == "bp");
        for (kind, opened) in long.into_iter().chain(short) {
            let (low, mean) = match kind.key {
                "bp" => (
                    read(&[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                    read(&[Measure::MeanBp, Measure::ArterialMean])?,
                ),
                _ => (Vec::new(), Vec::new()),
            };
            let parts = [read(kind.measures)?, low, mean];
            let (kind, open) = (*kind, &open);
            cores.spawn(move |_| *opened = Some(open(kind, parts)));
        }
        Ok::<(), VaultError>(())
    })?;
    let opened: Vec<(T, Vec<Sampled>)> =
        wanted.into_iter().filter_map(|(_, opened)| opened).collect::<Result<_, _>>()?;
    let (mut panels, sampled): (Vec<T>, Vec<Vec<Sampled>>) = opened.into_iter().unzip();
    let mut sampled: Vec<Sampled> = sampled.into_iter().flatten().collect();
    if !only.is_empty() {
        return Ok(panels);
    }
    let charted = read(&[Measure::Consciousness, Measure::OxygenFlow, Measure::FiO2])?;
    let mut charted = MergedSeries::open(charted, &moments, 1.0)?;
    charted.columns()?;
    sampled.append(&mut charted.sampled());
    if let Some(kind) = score_panel(reader, patient, (from, focus), &moments, &sampled, light)? {
        panels.push(then(kind)?);
    }
    Ok(panels)
}

#[cfg(test)]
#[path = "panels_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
