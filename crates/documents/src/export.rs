//! One patient's values out of the cache: as they were sent, or in steps of time.

use std::fmt::Write;

use bedside::local_time::ahead_of_utc;
use clinical::{DeviceId, Instant};
use fhir::format_instant;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use trends::all_panels;
use vault::{Reader, SeriesInfo};

use crate::chart::{ChartRequest, chart_range};
use crate::error::DocumentError;

/// What goes into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file's content.
    pub text: String,
    /// How many values it holds.
    pub values: usize,
}

fn label(series: &SeriesInfo) -> &'static str {
    series.measure().map_or("", |m| m.spec().label)
}

/// A field of a CSV file (RFC 4180). What a spreadsheet would take for a formula is told to be text.
fn field(text: &str) -> String {
    let safe =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// The values of a range as CSV: moment (UTC), code system, code, name, value as sent, UCUM unit, device, artefact or not.
///
/// # Errors
/// Of the cache, or where the patient or the range is none.
pub fn export_csv(reader: &Reader, request: &ChartRequest) -> Result<Exported, DocumentError> {
    let (from, to) = chart_range(reader, request)?;
    let mut text = "taken_at,system,code,name,value,unit,device,artefact\r\n".to_owned();
    let mut values = 0;
    for series in reader.series_of(&request.patient)? {
        let system = if series.mdc { "urn:iso:std:iso:11073:10101" } else { "http://loinc.org" };
        let device = field(series.device.as_ref().map_or("", DeviceId::as_str));
        let (code, unit) = (field(&series.code), field(&series.unit));
        for (at, value, artefact) in reader.decimals(series.id, from, to)? {
            values += 1;
            // A string takes every write.
            let _ = write!(
                text,
                "{},{system},{code},{},{value},{unit},{device},{artefact}\r\n",
                format_instant(at),
                label(&series)
            );
        }
    }
    Ok(Exported { text, values })
}

#[derive(Serialize)]
struct Quantity<'a> {
    /// The digits as they were sent.
    value: Box<RawValue>,
    unit: &'a str,
    system: &'static str,
    code: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Observation<'a> {
    resource_type: &'static str,
    /// Its place in the file: the cache keeps the source of a chunk, not of each of its values.
    id: String,
    status: &'static str,
    code: Value,
    subject: Value,
    effective_date_time: String,
    value_quantity: Quantity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Value>,
}

#[derive(Serialize)]
struct Entry<'a> {
    resource: Observation<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a> {
    resource_type: &'static str,
    r#type: &'static str,
    entry: Vec<Entry<'a>>,
}

/// The values of a range as a FHIR R4 collection Bundle of Observations.
///
/// # Errors
/// As [`export_csv`].
pub fn export_bundle(reader: &Reader, request: &ChartRequest) -> Result<Exported, DocumentError> {
    let (from, to) = chart_range(reader, request)?;
    let all = reader.series_of(&request.patient)?;
    let failed =
        |e: serde_json::Error| DocumentError::Drawing(format!("the Bundle could not be written: {e}"));
    let mut entry = Vec::new();
    for series in &all {
        let system = if series.mdc { "urn:iso:std:iso:11073:10101" } else { "http://loinc.org" };
        for (at, value, artefact) in reader.decimals(series.id, from, to)? {
            let resource = Observation {
                resource_type: "Observation",
                id: format!("v{}", entry.len() + 1),
                status: "final",
                code: json!({ "coding": [{ "system": system, "code": series.code }], "text": label(series) }),
                subject: json!({ "reference": format!("Patient/{}", request.patient) }),
                effective_date_time: format_instant(at),
                value_quantity: Quantity {
                    value: RawValue::from_string(value.to_string()).map_err(failed)?,
                    unit: &series.unit,
                    system: "http://unitsofmeasure.org",
                    code: &series.unit,
                },
                device: series.device.as_ref().map(|id| json!({ "reference": format!("Device/{id}") })),
                note: artefact.then(|| json!([{ "text": "outside the plausible range" }])),
            };
            entry.push(Entry { resource });
        }
    }
    let values = entry.len();
    let bundle = Bundle { resource_type: "Bundle", r#type: "collection", entry };
    Ok(Exported { text: serde_json::to_string(&bundle).map_err(failed)?, values })
}

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

/// The numbers of a range in steps of `step_ms` that begin at round moments of local time, as it is where the range ends; of
/// pressures the systolic one.
///
/// # Errors
/// As [`export_csv`].
pub fn flowsheet(
    reader: &Reader,
    request: &ChartRequest,
    step_ms: i64,
) -> Result<Vec<FlowRow>, DocumentError> {
    let (from, to) = chart_range(reader, request)?;
    let step = Steps { ms: step_ms.max(60_000), ahead: ahead_of_utc(to) };
    let rows = all_panels(reader, &request.patient, (from, to), false)?.into_iter().map(|panel| {
        let points: Vec<(i64, f64)> = match panel.panel.content {
            charts::Content::Line { times, values, .. } => times.into_iter().zip(values).collect(),
            charts::Content::Dots(dots) => dots,
            charts::Content::Bars(bars) => bars.into_iter().map(|b| (b.t, b.high)).collect(),
            charts::Content::Steps(steps) => steps.iter().flat_map(|held| scores(held, step)).collect(),
            // These two are made for a screen.
            charts::Content::Outline { .. } | charts::Content::DenseBars(_) => Vec::new(),
        };
        let cells = points.chunk_by(|a, b| step.of(a.0) == step.of(b.0)).map(cell(step));
        FlowRow { key: panel.kind.key, label: panel.kind.label, unit: panel.unit, cells: cells.collect() }
    });
    Ok(rows.filter(|row| !row.cells.is_empty()).collect())
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
    use super::*;

    #[test]
    fn a_step_of_even_count_has_the_mean_of_both_middles() {
        let found = cell(Steps { ms: 1000, ahead: 0 })(&[(1500, 9.0), (1600, 1.0), (1700, 4.0), (1800, 2.0)]);
        let was = FlowCell { from: Instant(1000), n: 4, median: 3.0, low: 1.0, high: 9.0 };
        assert_eq!(found, was);
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
        let step = Steps { ms: 4 * 3_600_000, ahead: 19_800_000 };
        let midnight = -19_800_000;
        assert_eq!(step.start(step.of(midnight)), midnight);
        assert_eq!(step.start(step.of(midnight + 4 * 3_600_000 - 1)), midnight);
        assert_eq!(step.start(step.of(midnight - 1)), midnight - 4 * 3_600_000);
    }

    #[test]
    fn no_field_becomes_a_formula_or_another_column() {
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("/min"), "/min");
    }
}
