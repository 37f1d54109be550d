//! What crosses into the page. Times are milliseconds since 1970 UTC.

use clinical::{Instant, PatientId, Priority, SmolStr};
use console::{PatientPage, Sparkline, TimelineEntry};
use serde::Serialize;
use specta::Type;

use crate::tile_wire::{QueueWire, TileWire, priority};

pub(crate) fn ms(at: Instant) -> i64 {
    at.0
}

/// The connection.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkWire {
    online: bool,
    live: bool,
    since: Option<i64>,
    last_good: Option<i64>,
    message: Option<String>,
    clock_offset_ms: Option<i64>,
}

impl From<sync::LinkState> for LinkWire {
    fn from(link: sync::LinkState) -> LinkWire {
        LinkWire {
            online: link.online,
            live: link.live,
            since: link.since.map(ms),
            last_good: link.last_good.map(ms),
            message: link.message,
            clock_offset_ms: link.clock_offset_ms,
        }
    }
}

/// An action that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingWire {
    id: String,
    /// Empty where it is not about an alarm.
    episode: String,
    verb: &'static str,
    by: String,
    at: i64,
    note: Option<String>,
    parked: Option<String>,
}

impl From<console::Waiting> for WaitingWire {
    fn from(waiting: console::Waiting) -> WaitingWire {
        let action = waiting.action;
        WaitingWire {
            id: action.id.into(),
            episode: action.about.episode().map_or_else(String::new, String::from),
            verb: action.verb.code(),
            by: action.by.name.into(),
            at: ms(action.at),
            note: action.note,
            parked: waiting.parked,
        }
    }
}

/// Alarms of one bed or rule.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShareWire {
    name: String,
    count: u32,
    acted_on: u32,
}

/// The alarm load of a day.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LoadWire {
    total: u32,
    beds: u32,
    to_take: Option<i64>,
    to_take_high: Option<i64>,
    over: u32,
    handled: u32,
    repeats: u32,
    repeat_beds: Vec<String>,
    /// Technical, low, medium, high of each hour.
    hours: Vec<Vec<u32>>,
    by_bed: Vec<ShareWire>,
    by_rule: Vec<ShareWire>,
}

impl From<console::AlarmLoad> for LoadWire {
    fn from(load: console::AlarmLoad) -> LoadWire {
        let shares = |all: Vec<console::Share>| {
            all.into_iter()
                .map(|s| ShareWire { name: s.name, count: s.count as u32, acted_on: s.acted_on as u32 })
                .collect()
        };
        LoadWire {
            total: load.total as u32,
            beds: load.beds as u32,
            to_take: load.to_take.0,
            to_take_high: load.to_take.1,
            over: load.over.0 as u32,
            handled: load.over.1 as u32,
            repeats: load.repeats.0 as u32,
            repeat_beds: load.repeats.1,
            hours: load.hours.iter().map(|h| h.to_vec()).collect(),
            by_bed: shares(load.by_bed),
            by_rule: shares(load.by_rule),
        }
    }
}

/// Somebody left or took over.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ShiftWire {
    at: i64,
    who: String,
    what: String,
}

impl From<(Instant, SmolStr, String)> for ShiftWire {
    fn from((at, who, what): (Instant, SmolStr, String)) -> ShiftWire {
        ShiftWire { at: ms(at), who: who.into(), what }
    }
}

/// What somebody wrote about a patient in this shift.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ShiftNoteWire {
    patient: String,
    at: i64,
    by: String,
    text: String,
}

impl From<console::ShiftNote> for ShiftNoteWire {
    fn from(note: console::ShiftNote) -> ShiftNoteWire {
        ShiftNoteWire { patient: note.patient.into(), at: ms(note.at), by: note.by.into(), text: note.text }
    }
}

/// An alarm's onset, for the time control.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct OnsetWire {
    at: i64,
    priority: &'static str,
}

impl OnsetWire {
    pub(crate) fn new(at: Instant, level: Priority) -> OnsetWire {
        OnsetWire { at: ms(at), priority: priority(level) }
    }
}

/// The past moment that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastWire {
    at: i64,
    /// Without what arrived later.
    as_shown: bool,
}

impl From<vault::View> for PastWire {
    fn from(view: vault::View) -> PastWire {
        PastWire { at: ms(view.at), as_shown: view.known_by == view.at }
    }
}

/// How far the first sync is.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct ProgressWire {
    pub(crate) done: u32,
    pub(crate) total: u32,
}

/// Sparklines of a patient: first and second large value.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct SparkWire {
    patient: String,
    first: Option<String>,
    second: Option<String>,
}

impl SparkWire {
    pub(crate) fn new(patient: &PatientId, [first, second]: [Option<Sparkline>; 2]) -> SparkWire {
        SparkWire { patient: patient.into(), first: first.map(|s| s.0), second: second.map(|s| s.0) }
    }
}

/// What changed since the last message. Absent parts did not change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    pub(crate) tiles: Vec<TileWire>,
    pub(crate) order: Option<Vec<String>>,
    pub(crate) queue: Option<Vec<QueueWire>>,
    pub(crate) link: Option<LinkWire>,
    pub(crate) waiting: Option<Vec<WaitingWire>>,
    pub(crate) progress: Option<ProgressWire>,
    pub(crate) sparks: Vec<SparkWire>,
    pub(crate) quarantined: Option<u32>,
    /// Alarms that are to be lit for the first time; the page answers with `lit` once they are painted.
    pub(crate) raised: Vec<String>,
    /// Whether alarms can be heard on this station.
    pub(crate) audio: Option<bool>,
    /// The moment that is shown from now on; its `at` is null where it is the present.
    pub(crate) moment: Option<MomentWire>,
}

/// Present or past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Type)]
pub struct MomentWire {
    pub(crate) past: Option<PastWire>,
}

impl Update {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Update::default()
    }
}

/// A resource in quarantine.
#[derive(Clone, Debug, Serialize, Type)]
pub struct QuarantineWire {
    reference: String,
    reason: String,
    at: i64,
}

impl From<vault::Quarantined> for QuarantineWire {
    fn from(item: vault::Quarantined) -> QuarantineWire {
        QuarantineWire { reference: item.reference, reason: item.reason, at: ms(item.at) }
    }
}

/// A dose.
#[derive(Clone, Debug, Serialize, Type)]
pub struct DoseWire {
    what: String,
    amount: Option<String>,
    at: i64,
}

/// The patient page besides the trends.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PatientWire {
    tile: TileWire,
    alarms: Vec<QueueWire>,
    doses: Vec<DoseWire>,
}

impl From<PatientPage> for PatientWire {
    fn from(page: PatientPage) -> PatientWire {
        let dose = |dose: clinical::Dose| DoseWire {
            what: dose.what,
            amount: dose
                .amount
                .map(|(value, unit)| format!("{value} {}", if unit == "[iU]" { "U" } else { &unit })),
            at: ms(dose.at),
        };
        PatientWire {
            tile: page.tile.into(),
            alarms: page.alarms.into_iter().map(QueueWire::from).collect(),
            doses: page.doses.into_iter().map(dose).collect(),
        }
    }
}

/// Something that happened to an episode.
#[derive(Clone, Debug, Serialize, Type)]
pub struct TimelineWire {
    what: &'static str,
    at: i64,
    by: Option<String>,
    note: Option<String>,
    sent: bool,
}

impl From<TimelineEntry> for TimelineWire {
    fn from(entry: TimelineEntry) -> TimelineWire {
        TimelineWire {
            what: entry.what,
            at: ms(entry.at),
            by: entry.by.map(String::from),
            note: entry.note,
            sent: entry.sent,
        }
    }
}

/// Length of a head (little-endian u32), the head as JSON, the picture.
pub(crate) fn framed(head: &impl Serialize, png: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let head = serde_json::to_vec(head)?;
    let mut bytes = Vec::with_capacity(4 + head.len() + png.len());
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(png);
    Ok(bytes)
}

/// A server that was checked.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ServerWire {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) live: bool,
}

/// Where the program stands.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    /// `first-run`, `pin` or `ready`.
    pub(crate) stage: &'static str,
    /// Of a damaged cache: actions that are kept.
    pub(crate) unsent: u32,
    /// A PIN has to be chosen, not only given.
    pub(crate) new_pin: bool,
    pub(crate) demo: bool,
    pub(crate) demo_built: bool,
    pub(crate) user: String,
    pub(crate) station: String,
    pub(crate) server: Option<String>,
    pub(crate) version: &'static str,
    /// How much larger the engine draws the page than `devicePixelRatio` says.
    pub(crate) page_zoom: f64,
    /// What is printed is the page itself, which has to hold the pages then.
    pub(crate) prints_itself: bool,
}
