//! A person's glucose as the page gets it: a head with what stands over the picture, then the picture.

use clinical::TimeRange;
use clinical::glucose::TargetSet;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::failure::Failure;
use super::form::{count, framed};
use super::insulin_block::InsulinBlock;
use super::withheld::Withheld;

/// Whose goals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // As `TargetSet` says.
pub enum GlucoseTargets {
    Standard,
    Older,
    Pregnancy,
    Tight,
}

impl From<GlucoseTargets> for TargetSet {
    fn from(asked: GlucoseTargets) -> TargetSet {
        match asked {
            GlucoseTargets::Standard => TargetSet::Standard,
            GlucoseTargets::Older => TargetSet::OlderOrHighRisk,
            GlucoseTargets::Pregnancy => TargetSet::Pregnancy,
            GlucoseTargets::Tight => TargetSet::Tight,
        }
    }
}

/// A request for a person's glucose; sizes in CSS pixels.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct GlucoseQuery {
    patient: String,
    from: i64,
    /// Belongs to the next period.
    to: i64,
    targets: GlucoseTargets,
    width: u32,
    /// Of the profile.
    height: u32,
    /// Of a row of days.
    row: u32,
    scale: f64,
    light: bool,
}

impl TryFrom<GlucoseQuery> for trends::GlucoseRequest {
    type Error = Failure;

    fn try_from(query: GlucoseQuery) -> Result<trends::GlucoseRequest, Failure> {
        Ok(trends::GlucoseRequest {
            patient: query.patient.into(),
            period: TimeRange::of_ms(query.from, query.to).map_err(Failure::failed)?,
            set: query.targets.into(),
            width: query.width.clamp(1, 8192),
            height: query.height.clamp(1, 4096),
            row: query.row.clamp(1, 1024),
            scale: query.scale.clamp(0.5, 4.0),
            light: query.light,
        })
    }
}

/// A figure as it is read.
#[derive(Clone, Debug, Serialize, Type)]
pub struct GlucoseRow {
    key: &'static str,
    label: String,
    value: String,
    goal: Option<String>,
    met: Option<bool>,
}

/// A part of the day.
#[derive(Clone, Debug, Serialize, Type)]
pub struct GlucosePart {
    key: &'static str,
    label: String,
    percent: f64,
}

/// A day and where it lies in the picture, in CSS pixels.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GlucoseDayView {
    /// `2026-03-12`.
    date: String,
    /// Left, top, width, height.
    cell: (f64, f64, f64, f64),
    readings: u32,
    in_range: Option<f64>,
    lows: u32,
    /// Where it has not 24 of them.
    hours: Option<f64>,
}

/// The head of the raw answer; rows and columns in CSS pixels.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GlucosePage {
    unit: &'static str,
    digits: u8,
    figures: Vec<GlucoseRow>,
    /// The lowest first; they come to 100.
    parts: Vec<GlucosePart>,
    too_little: Option<String>,
    withheld: Option<Withheld>,
    ticks: Vec<(f64, f64)>,
    bounds: Vec<(f64, f64)>,
    hours: Vec<(u32, f64)>,
    /// Rows of the percentiles at the right edge: 5, 25, 50, 75, 95.
    ends: Option<Vec<f64>>,
    days: Vec<GlucoseDayView>,
    summary: String,
    /// Nothing of who has had none.
    insulin: Option<InsulinBlock>,
}

/// Head and picture of a person's glucose, drawn with so many device pixels in a CSS pixel.
///
/// # Errors
/// Where the head cannot be written.
pub fn glucose_bytes(drawn: trends::GlucosePicture, scale: f64) -> Result<Vec<u8>, serde_json::Error> {
    let css = |device: i32| f64::from(device) / scale;
    let wide = |device: u32| f64::from(device) / scale;
    let at = |(value, row): (f64, i32)| (value, css(row));
    let head = GlucosePage {
        unit: drawn.unit,
        digits: drawn.digits,
        figures: drawn
            .figures
            .into_iter()
            .map(|row| GlucoseRow {
                key: row.key,
                label: row.label,
                value: row.value,
                goal: row.goal,
                met: row.met,
            })
            .collect(),
        parts: drawn
            .shares
            .into_iter()
            .map(|part| GlucosePart { key: part.key, label: part.label, percent: part.percent })
            .collect(),
        too_little: drawn.too_little,
        withheld: Withheld::some(&drawn.withheld),
        ticks: drawn.profile.ticks.into_iter().map(at).collect(),
        bounds: drawn.profile.bounds.into_iter().map(at).collect(),
        hours: drawn.profile.hours.into_iter().map(|(hour, column)| (hour, css(column))).collect(),
        ends: drawn.profile.ends.map(|rows| rows.map(css).to_vec()),
        days: drawn
            .days
            .into_iter()
            .map(|day| {
                let (left, top, width, height) = day.cell;
                GlucoseDayView {
                    date: day.date.to_string(),
                    cell: (wide(left), wide(top), wide(width), wide(height)),
                    readings: count(day.n),
                    in_range: day.in_range,
                    lows: count(day.hypos),
                    hours: day.hours,
                }
            })
            .collect(),
        summary: drawn.summary,
        insulin: drawn.insulin.map(|(insulin, found)| InsulinBlock::of(&insulin, found)),
    };
    framed(&head, &drawn.png)
}
