//! The numbers of one patient in steps of time.

use bedside::local_time::ahead_of_utc;
use clinical::Instant;
use trends::all_panels;
use vault::Reader;

use crate::chart::{ChartRequest, chart_range};
use crate::error::DocumentError;

/// One measure of the flowsheet.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRow {
    /// Key of the panel.
    pub key: &'static str,
    /// As shown.
    pub label: &'static str,
    /// As shown.
    pub unit: &'static str,
    /// Steps that hold a value, oldest first.
    pub cells: Vec<FlowCell>,
}

/// One step of time.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowCell {
    /// Where the step begins.
    pub from: Instant,
    /// How many values; artefacts are left out.
    pub n: usize,
    /// The middle value; of an even number the mean of both.
    pub median: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

/// The numbers of a range in steps of `step_ms` that begin at round moments of local time, as it is where the range ends. Pressures
/// have two rows: of the middle systolic and the middle diastolic each says a part.
///
/// # Errors
/// As [`crate::export_csv`].
pub fn flowsheet(
    reader: &Reader,
    request: &ChartRequest,
    step_ms: i64,
) -> Result<Vec<FlowRow>, DocumentError> {
    let range = chart_range(reader, request)?;
    let step = Steps { ms: step_ms.max(60_000), ahead: ahead_of_utc(range.to()) };
    let rows = all_panels(reader, &request.patient, range, false)?.into_iter().flat_map(|panel| {
        let (kind, unit) = (panel.kind, panel.unit);
        let parts = parts(panel.panel.content, (kind.key, kind.label), step);
        parts.into_iter().map(move |(key, label, points)| {
            let cells = points.chunk_by(|a, b| step.of(a.0) == step.of(b.0)).map(cell(step));
            FlowRow { key, label, unit, cells: cells.collect() }
        })
    });
    Ok(rows.filter(|row| !row.cells.is_empty()).collect())
}

/// A row's key, its name and its values.
type Part = (&'static str, &'static str, Vec<(i64, f64)>);

/// The rows of a panel.
fn parts(content: charts::Content, (key, label): (&'static str, &'static str), step: Steps) -> Vec<Part> {
    let points = match content {
        charts::Content::Line { times, values, .. } => times.into_iter().zip(values).collect(),
        charts::Content::Dots(dots) => dots,
        charts::Content::Bars(bars) => {
            let of = |part: &dyn Fn(&charts::Bar) -> f64| bars.iter().map(|bar| (bar.t, part(bar))).collect();
            return vec![
                (key, "BP systolic", of(&|bar| bar.high)),
                ("bp-diastolic", "BP diastolic", of(&|bar| bar.low)),
            ];
        }
        charts::Content::Steps(steps) => steps.iter().flat_map(|held| scores(held, step)).collect(),
        // These two are made for a screen.
        charts::Content::Outline { .. } | charts::Content::DenseBars(_) => Vec::new(),
    };
    vec![(key, label, points)]
}

/// A score that held through several steps of time says something in each. One with a missing input has no total.
fn scores(held: &charts::Step, step: Steps) -> impl Iterator<Item = (i64, f64)> + use<> {
    let charts::Step { from, to, value, whole, .. } = *held;
    let first = step.of(from);
    let last = if whole { step.of(to - 1) } else { first - 1 };
    (first..=last).map(move |n| (from.max(step.start(n)), value))
}

/// Steps of time, numbered; the first of a day begins at its midnight.
#[derive(Clone, Copy)]
struct Steps {
    ms: i64,
    /// Of local time before UTC, milliseconds.
    ahead: i64,
}

impl Steps {
    fn of(self, t: i64) -> i64 {
        (t + self.ahead).div_euclid(self.ms)
    }

    fn start(self, n: i64) -> i64 {
        n * self.ms - self.ahead
    }
}

fn cell(step: Steps) -> impl Fn(&[(i64, f64)]) -> FlowCell {
    move |points| {
        let mut values: Vec<f64> = points.iter().map(|(_, v)| *v).collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        FlowCell {
            from: Instant(step.start(step.of(points[0].0))),
            n,
            median: f64::midpoint(values[(n - 1) / 2], values[n / 2]),
            low: values[0],
            high: values[n - 1],
        }
    }
}

#[cfg(test)]
mod tests {
    use clinical::HOUR_MS;

    use super::*;

    #[test]
    fn a_step_of_even_count_has_the_mean_of_both_middles() {
        let found = cell(Steps { ms: 1000, ahead: 0 })(&[(1500, 9.0), (1600, 1.0), (1700, 4.0), (1800, 2.0)]);
        let was = FlowCell { from: Instant(1000), n: 4, median: 3.0, low: 1.0, high: 9.0 };
        assert_eq!(found, was);
    }

    #[test]
    fn a_pressure_is_never_told_by_its_upper_half_alone() {
        let bar = |t, low, high| charts::Bar { t, low, high, mean: None };
        let bars = charts::Content::Bars(vec![bar(100, 60.0, 120.0), bar(150, 40.0, 90.0)]);
        let found = parts(bars, ("bp", "BP"), Steps { ms: 100, ahead: 0 });
        let rows: Vec<_> = found.iter().map(|(_, label, points)| (*label, points.clone())).collect();
        assert_eq!(
            rows,
            [
                ("BP systolic", vec![(100, 120.0), (150, 90.0)]),
                ("BP diastolic", vec![(100, 60.0), (150, 40.0)]),
            ]
        );
    }

    #[test]
    fn a_score_is_in_every_step_of_time_that_it_held_in_and_in_none_without_an_input() {
        let held = |from, to, whole| charts::Step { from, to, value: 5.0, colour: (0, 0, 0), whole };
        let found = |of| scores(&of, Steps { ms: 100, ahead: 0 }).collect::<Vec<_>>();
        assert_eq!(found(held(150, 400, true)), [(150, 5.0), (200, 5.0), (300, 5.0)]);
        assert_eq!(found(held(150, 400, false)), []);
    }

    #[test]
    fn hours_of_the_sheet_are_those_on_the_wall() {
        // India is five and a half hours ahead.
        let step = Steps { ms: 4 * HOUR_MS, ahead: 19_800_000 };
        let midnight = -19_800_000;
        assert_eq!(step.start(step.of(midnight)), midnight);
        assert_eq!(step.start(step.of(midnight + 4 * HOUR_MS - 1)), midnight);
        assert_eq!(step.start(step.of(midnight - 1)), midnight - 4 * HOUR_MS);
    }
}
