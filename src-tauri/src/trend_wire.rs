//! The trends as the page gets them: a head with what stands over the picture, then the picture.

use clinical::{Instant, PatientId};
use console::{Event, EventKind, Multiples, MultiplesRequest, PanelFacts, SmallPanel, Trends, TrendsRequest};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::tile_wire::priority;
use crate::wire::framed;

/// What the overlay of a panel needs; rows in CSS pixels. Travels in front of the picture.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PanelWire {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    ticks: Vec<(f64, f64)>,
    limits: Vec<(f64, f64)>,
    gaps: Vec<(i64, i64)>,
    samples: u32,
    own_range: (f64, f64),
    dots: Vec<(i64, f64, f64)>,
    summary: String,
}

fn panel(facts: PanelFacts) -> PanelWire {
    PanelWire {
        key: facts.key,
        label: facts.label,
        unit: facts.unit,
        ticks: facts.ticks,
        limits: facts.limits,
        gaps: facts.gaps,
        samples: facts.samples as u32,
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

impl From<TrendsQuery> for TrendsRequest {
    fn from(query: TrendsQuery) -> TrendsRequest {
        TrendsRequest {
            patient: query.patient.into(),
            from: Instant(query.from),
            to: Instant(query.to),
            focus: (Instant(query.focus.0), Instant(query.focus.1)),
            width: query.width,
            height: query.height,
            scale: query.scale,
            light: query.light,
            axes: query.axes,
        }
    }
}

/// An alarm, a dose or a change of the device in a panel.
#[derive(Clone, Debug, Serialize, Type)]
pub struct MarkWire {
    lane: &'static str,
    at: i64,
    /// `alarm`, `dose` or `device`.
    kind: &'static str,
    /// Of an alarm.
    priority: Option<&'static str>,
    text: String,
    more: u32,
}

impl From<Event> for MarkWire {
    fn from(mark: Event) -> MarkWire {
        let (kind, of) = match mark.kind {
            EventKind::Alarm(of) => ("alarm", Some(priority(of))),
            EventKind::Dose => ("dose", None),
            EventKind::Device => ("device", None),
        };
        MarkWire {
            lane: mark.panel,
            at: mark.at.0,
            kind,
            priority: of,
            text: mark.text,
            more: mark.more as u32,
        }
    }
}

/// The head of the trends' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TrendsWire {
    panels: Vec<PanelWire>,
    time_ticks: Vec<i64>,
    marks: Vec<MarkWire>,
}

/// Head and picture of the trends.
pub(crate) fn trends_bytes(trends: Trends) -> Result<Vec<u8>, serde_json::Error> {
    let head = TrendsWire {
        panels: trends.panels.into_iter().map(panel).collect(),
        time_ticks: trends.time_ticks,
        marks: trends.events.into_iter().map(MarkWire::from).collect(),
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

impl From<MultiplesQuery> for MultiplesRequest {
    fn from(query: MultiplesQuery) -> MultiplesRequest {
        MultiplesRequest {
            patients: query.patients.into_iter().map(PatientId::from).collect(),
            from: Instant(query.from),
            to: Instant(query.to),
            width: query.width,
            height: query.height,
            scale: query.scale,
            light: query.light,
        }
    }
}

/// One small panel.
#[derive(Clone, Debug, Serialize, Type)]
pub struct SmallWire {
    patient: String,
    key: &'static str,
    samples: u32,
    summary: String,
}

/// The head of the small trends' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct MultiplesWire {
    panels: Vec<SmallWire>,
}

fn small(panel: SmallPanel) -> SmallWire {
    SmallWire {
        patient: panel.patient.into(),
        key: panel.key,
        samples: panel.samples as u32,
        summary: panel.summary,
    }
}

/// Head and picture of the small trends.
pub(crate) fn multiples_bytes(found: Multiples) -> Result<Vec<u8>, serde_json::Error> {
    framed(&MultiplesWire { panels: found.panels.into_iter().map(small).collect() }, &found.png)
}
