//! The trends as the page gets them: a head with what stands over the picture, then the picture.

use clinical::{PatientId, Priority, TimeRange};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::failure::Failure;
use super::form::{count, framed};
use super::withheld::Withheld;

/// What the overlay of a panel needs; rows in CSS pixels. Travels in front of the picture.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    /// Digits behind the point of its values.
    digits: u8,
    ticks: Vec<(f64, f64)>,
    limits: Vec<(f64, f64)>,
    gaps: Vec<(i64, i64)>,
    samples: u32,
    own_range: (f64, f64),
    dots: Vec<(i64, f64, f64)>,
    summary: String,
}

fn panel(facts: trends::PanelFacts) -> Panel {
    Panel {
        key: facts.key,
        label: facts.label,
        unit: facts.unit,
        digits: super::vocabulary::digits(facts.key, facts.unit),
        ticks: facts.ticks,
        limits: facts.limits,
        gaps: facts.gaps,
        samples: count(facts.samples),
        own_range: facts.own_range,
        dots: facts.dots,
        summary: facts.summary,
    }
}

/// A request for trend panels; sizes in CSS pixels.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct TrendsQuery {
    patient: String,
    from: i64,
    to: i64,
    /// The part that is seen at rest.
    focus: (i64, i64),
    width: u32,
    height: u32,
    scale: f64,
    light: bool,
    /// Values that panels shall show beside their own.
    axes: Vec<(String, f64, f64)>,
}

impl TryFrom<TrendsQuery> for trends::TrendsRequest {
    type Error = Failure;

    fn try_from(query: TrendsQuery) -> Result<trends::TrendsRequest, Failure> {
        Ok(trends::TrendsRequest {
            patient: query.patient.into(),
            range: range(query.from, query.to)?,
            focus: range(query.focus.0, query.focus.1)?,
            width: query.width,
            height: query.height,
            scale: query.scale,
            light: query.light,
            axes: query.axes,
        })
    }
}

/// What the page asks for, or an error where it ends before it begins.
fn range(from: i64, to: i64) -> Result<TimeRange, Failure> {
    TimeRange::of_ms(from, to).map_err(Failure::failed)
}

/// An alarm, a dose or a change of the device in a panel.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Mark {
    lane: &'static str,
    at: i64,
    /// `alarm`, `dose` or `device`.
    kind: &'static str,
    /// Of an alarm.
    priority: Option<&'static str>,
    text: String,
    /// The same in full: `*** SpO2 84 < 90`, `Device changed: …`.
    shown: String,
    more: u32,
}

impl From<trends::Event> for Mark {
    fn from(mark: trends::Event) -> Mark {
        let text = mark.text;
        let (kind, of, shown) = match mark.kind {
            trends::EventKind::Alarm(of) => ("alarm", Some(of), format!("{} {text}", of.marks())),
            trends::EventKind::Dose => ("dose", None, text.clone()),
            trends::EventKind::Device => ("device", None, format!("Device changed: {text}")),
        };
        let priority = of.map(Priority::code);
        Mark { lane: mark.panel, at: mark.at.0, kind, priority, text, shown, more: count(mark.more) }
    }
}

/// The head of the trends' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Trends {
    panels: Vec<Panel>,
    time_ticks: Vec<i64>,
    marks: Vec<Mark>,
    /// What of the part that is seen at rest is withheld from who is here.
    withheld: Option<Withheld>,
}

/// Head and picture of the trends.
pub fn trends_bytes(trends: trends::Trends) -> Result<Vec<u8>, serde_json::Error> {
    let head = Trends {
        panels: trends.panels.into_iter().map(panel).collect(),
        time_ticks: trends.time_ticks,
        marks: trends.events.into_iter().map(Mark::from).collect(),
        withheld: Withheld::some(&trends.withheld),
    };
    framed(&head, &trends.png)
}

/// A request for the small trends of a ward; sizes in CSS pixels.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct MultiplesQuery {
    patients: Vec<String>,
    from: i64,
    to: i64,
    width: u32,
    height: u32,
    scale: f64,
    light: bool,
}

impl TryFrom<MultiplesQuery> for trends::MultiplesRequest {
    type Error = Failure;

    fn try_from(query: MultiplesQuery) -> Result<trends::MultiplesRequest, Failure> {
        Ok(trends::MultiplesRequest {
            patients: query.patients.into_iter().map(PatientId::from).collect(),
            range: range(query.from, query.to)?,
            width: query.width,
            height: query.height,
            scale: query.scale,
            light: query.light,
        })
    }
}

/// One small panel.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Small {
    patient: String,
    key: &'static str,
    label: &'static str,
    samples: u32,
    summary: String,
    /// What of the person is withheld from who is here, in words.
    withheld: Option<String>,
}

/// The head of the small trends' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Multiples {
    panels: Vec<Small>,
}

fn small(panel: trends::SmallPanel) -> Small {
    Small {
        patient: panel.patient.into(),
        key: panel.key,
        label: super::vocabulary::label(panel.key),
        samples: count(panel.samples),
        summary: panel.summary,
        withheld: panel.withheld,
    }
}

/// Head and picture of the small trends.
pub fn multiples_bytes(found: trends::Multiples) -> Result<Vec<u8>, serde_json::Error> {
    framed(&Multiples { panels: found.panels.into_iter().map(small).collect() }, &found.png)
}
