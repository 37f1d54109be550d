//! What the cache says of a patient's panels: the series of each, still packed, and what decides how they are shown.

use bedside::unit_limits;
use charts::Viewport;
use clinical::{
    Conversion, HOUR_MS, Instant, Limits, Measure, PatientId, SetLimit, Shown, TimeRange, UnitLimits,
    limit_history, limit_steps,
};
use vault::{Reader, SeriesInfo, VaultError};

use crate::merged_series::Part;
use crate::panel::PanelKind;
use crate::score_moments::moments;

/// The panels to read for one patient.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub patient: &'a PatientId,
    pub range: TimeRange,
    /// The part that is seen at rest.
    pub focus: TimeRange,
    pub light: bool,
    /// Keys; none is all, and the score.
    pub only: &'a [&'static str],
    /// What the panels are drawn in, of which only what decides the picture is kept; without one every value is.
    pub view: Option<&'a Viewport>,
}

/// The series of one panel, still packed. Pressures have three, other panels the main one alone.
pub(crate) struct Packed {
    pub kind: &'static PanelKind,
    pub main: Vec<Part>,
    pub diastolic: Vec<Part>,
    pub mean: Vec<Part>,
}

/// What holds for all panels of one patient.
pub(crate) struct Known<'a> {
    pub asked: Asked<'a>,
    /// When the score asks what each series said; empty where there is none to be worked out.
    pub moments: Vec<Instant>,
    series: Vec<SeriesInfo>,
    history: Vec<SetLimit>,
    usual: UnitLimits,
    /// How glucose is shown here.
    glucose: Shown,
}

/// A time that a hand will move and Rust will draw again, whose pages are worth keeping: milliseconds.
const LONG_STAY_MS: i64 = 36 * HOUR_MS;

impl Known<'_> {
    pub(crate) fn read<'a>(reader: &Reader, asked: &Asked<'a>) -> Result<Known<'a>, VaultError> {
        if asked.range.length() > LONG_STAY_MS {
            reader.keep_pages_of_long_stay()?;
        }
        let series = reader.series_of(asked.patient)?;
        let sent = series.iter().filter(|s| s.measure() == Some(Measure::Glucose)).map(|s| s.unit.as_str());
        let glucose = Shown::at(&reader.site()?, Measure::Glucose, sent);
        // Who is asked for a few panels is not scored.
        let moments = if asked.only.is_empty() { moments(asked.range, asked.focus) } else { Vec::new() };
        Ok(Known {
            asked: *asked,
            moments,
            series,
            history: limit_history(asked.patient, &reader.actions_about(asked.patient)?),
            usual: unit_limits(reader, asked.patient)?,
            glucose,
        })
    }

    /// The series of one panel.
    pub(crate) fn packed(&self, reader: &Reader, kind: &'static PanelKind) -> Result<Packed, VaultError> {
        let (diastolic, mean) = if kind.is_pressure() {
            (
                self.parts(reader, &[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                self.parts(reader, &[Measure::MeanBp, Measure::ArterialMean])?,
            )
        } else {
            (Vec::new(), Vec::new())
        };
        Ok(Packed { kind, main: self.parts(reader, kind.measures)?, diastolic, mean })
    }

    /// The series of some measures.
    pub(crate) fn parts(&self, reader: &Reader, measures: &[Measure]) -> Result<Vec<Part>, VaultError> {
        let (from, to) = (self.asked.range.from(), self.asked.range.to());
        let mut parts = Vec::new();
        for series in self.series.iter().filter(|s| s.measure().is_some_and(|m| measures.contains(&m))) {
            let Some(Ok(conversion)) = series.measure().map(|m| Conversion::to_own(m, &series.unit)) else {
                continue;
            };
            let Conversion { factor, offset } = conversion;
            let before = reader.before(series.id, from - 1)?.map(|(at, value)| (at, value.to_f64()));
            let window = reader.window(series.id, from, to)?;
            parts.push(Part { series: series.clone(), before, window, factor, offset });
        }
        Ok(parts)
    }

    /// What the values of a panel are multiplied with to be shown.
    pub(crate) fn factor(&self, kind: &PanelKind) -> f64 {
        self.shown(kind).from_own(1.0)
    }

    /// The unit of a panel.
    pub(crate) fn shown(&self, kind: &PanelKind) -> Shown {
        match kind.measures[0] {
            Measure::Glucose => self.glucose,
            measure => Shown::of(measure, []),
        }
    }

    /// The limits of a panel over the range, as shown.
    pub(crate) fn limits(&self, kind: &PanelKind) -> Vec<(i64, Limits)> {
        let (range, shown) = (self.asked.range, self.shown(kind));
        let bound = |side: Option<f64>| side.map(|v| shown.bound(v));
        let scaled = |l: Limits| Limits { low: bound(l.low), high: bound(l.high) };
        let steps = limit_steps(&self.history, &self.usual, kind.measures[0], range.from(), range.to());
        steps.into_iter().map(|(at, l)| (at.0, scaled(l))).collect()
    }

    /// Whether somebody set a limit for this patient that the panel shows.
    pub(crate) fn has_own_limit(&self, kind: &PanelKind) -> bool {
        self.history.iter().any(|set| set.change.measure == kind.measures[0])
    }
}
