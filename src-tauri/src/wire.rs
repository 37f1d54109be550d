//! What crosses into the page. Times are milliseconds since 1970 UTC.

use clinical::{Instant, Priority, Sex, Sound};
use console::{AlarmLine, Cell, NewsBadge, PatientPage, QueueItem, Slot, Sparkline, Tile, TimelineEntry};
use serde::Serialize;
use specta::Type;

fn ms(at: Instant) -> i64 {
    at.0
}

/// Priority of an alarm, by its role name in the tokens.
pub(crate) fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Medium => "med",
        Priority::Low => "low",
        Priority::Technical => "tech",
    }
}

/// The alarm line of a tile or a row of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlarmWire {
    episode: String,
    priority: &'static str,
    text: String,
    presence: &'static str,
    owner: Option<String>,
    owned_at: Option<i64>,
    onset: i64,
    ended: Option<i64>,
    known_here_only: bool,
    sound: &'static str,
    paused_until: Option<i64>,
    /// How long a pause would last.
    pause_lasts: i64,
    escalated_to: Option<String>,
    escalated_at: Option<i64>,
    also_took: Vec<String>,
    order_uncertain: bool,
    reminders: u32,
    more: u32,
    /// Who owns the worst of the others.
    more_owner: Option<String>,
}

fn alarm(line: AlarmLine, ended: Option<Instant>) -> AlarmWire {
    AlarmWire {
        episode: line.episode,
        priority: priority(line.priority),
        text: line.text,
        presence: crate::alerts::state_word(line.presence),
        owned_at: line.owner.as_ref().map(|(_, at)| ms(*at)),
        owner: line.owner.map(|(who, _)| who),
        onset: ms(line.onset),
        ended: ended.map(ms),
        known_here_only: line.known_here_only,
        sound: crate::alerts::sound_word(line.sound),
        paused_until: match line.sound {
            Sound::Paused(until) => Some(ms(until)),
            _ => None,
        },
        pause_lasts: line.pause_lasts,
        escalated_at: line.escalation.as_ref().map(|e| ms(e.at)),
        escalated_to: line.escalation.map(|e| e.role),
        also_took: line.also_took,
        order_uncertain: line.order_uncertain,
        reminders: line.reminders,
        more: line.more as u32,
        more_owner: line.more_owner,
    }
}

/// A value on a tile.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CellWire {
    slot: &'static str,
    label: &'static str,
    text: String,
    unit: &'static str,
    taken_at: i64,
    stale: bool,
    artefact: bool,
    alarm: Option<&'static str>,
}

fn cell(cell: Cell) -> CellWire {
    let (slot, label) = match cell.slot {
        Slot::Hr => ("hr", "HR"),
        Slot::SpO2 => ("spo2", "SpO₂"),
        Slot::Rr => ("rr", "RR"),
        Slot::Bp => ("bp", "BP"),
        Slot::Temp => ("temp", "T"),
        Slot::Glucose => ("glucose", "Glucose"),
    };
    CellWire {
        slot,
        label,
        text: cell.text,
        unit: cell.unit,
        taken_at: ms(cell.taken_at),
        stale: cell.stale,
        artefact: cell.artefact,
        alarm: cell.alarm.map(priority),
    }
}

/// One input of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewsInputWire {
    label: &'static str,
    text: String,
    taken_at: Option<i64>,
    points: Option<u8>,
    why: Option<&'static str>,
}

/// NEWS2 as a tile shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewsWire {
    total: Option<u8>,
    partial: u8,
    band: Option<&'static str>,
    missing: Vec<&'static str>,
    not_for: Option<String>,
    next_due: Option<i64>,
    inputs: Vec<NewsInputWire>,
    /// Who prescribed SpO₂ scale 2, and when.
    scale_two: Option<(String, i64)>,
}

fn news(badge: NewsBadge) -> NewsWire {
    NewsWire {
        total: badge.total,
        partial: badge.partial,
        band: badge.band.map(|b| b.key()),
        missing: badge.missing.iter().map(|p| p.label()).collect(),
        not_for: badge.not_for,
        next_due: badge.next_due.map(ms),
        scale_two: badge.scale_two.map(|s| (s.by, ms(s.at))),
        inputs: badge
            .inputs
            .into_iter()
            .map(|i| NewsInputWire {
                label: i.parameter.label(),
                text: i.text,
                taken_at: i.taken_at.map(ms),
                points: i.points,
                why: i.why,
            })
            .collect(),
    }
}

/// A bed, or a person at home.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TileWire {
    pub(crate) patient: String,
    bed: String,
    ward: String,
    home: bool,
    name: String,
    initials: String,
    mrn: String,
    birth_date: Option<String>,
    age: Option<u16>,
    sex: &'static str,
    air: Option<String>,
    news: NewsWire,
    cells: Vec<CellWire>,
    pub(crate) alarm: Option<AlarmWire>,
    stale_since: Option<i64>,
    battery: Option<u8>,
    devices: Vec<String>,
}

impl From<Tile> for TileWire {
    fn from(tile: Tile) -> TileWire {
        let name = match (tile.family.as_str(), tile.given.as_str()) {
            ("", "") => "Name not known".to_owned(),
            ("", one) | (one, "") => one.to_owned(),
            (family, given) => format!("{family}, {given}"),
        };
        TileWire {
            initials: clinical::initials(&tile.family, &tile.given),
            patient: tile.patient,
            bed: tile.bed,
            ward: tile.ward,
            home: tile.home,
            name,
            mrn: tile.mrn,
            birth_date: tile.birth_date,
            age: tile.age,
            sex: match tile.sex {
                Sex::Female => "F",
                Sex::Male => "M",
                Sex::Other => "X",
                Sex::Unknown => "",
            },
            air: tile.air,
            news: news(tile.news),
            cells: tile.cells.into_iter().map(cell).collect(),
            alarm: tile.alarm.map(|line| alarm(line, None)),
            stale_since: tile.stale_since.map(ms),
            battery: tile.battery,
            devices: tile.devices,
        }
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueueWire {
    patient: String,
    bed: String,
    name: String,
    initials: String,
    alarm: AlarmWire,
}

impl From<QueueItem> for QueueWire {
    fn from(item: QueueItem) -> QueueWire {
        let (family, given) = item.name.split_once(", ").unwrap_or((&item.name, ""));
        QueueWire {
            initials: clinical::initials(family, given),
            patient: item.patient,
            bed: item.bed,
            name: item.name,
            alarm: alarm(item.line, item.ended),
        }
    }
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
            id: action.id,
            episode: action.episode,
            verb: action.verb.code(),
            by: action.by,
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

impl From<(Instant, String, String)> for ShiftWire {
    fn from((at, who, what): (Instant, String, String)) -> ShiftWire {
        ShiftWire { at: ms(at), who, what }
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
        ShiftNoteWire { patient: note.patient, at: ms(note.at), by: note.by, text: note.text }
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
    pub(crate) fn new(patient: String, [first, second]: [Option<Sparkline>; 2]) -> SparkWire {
        SparkWire { patient, first: first.map(|s| s.0), second: second.map(|s| s.0) }
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
        TimelineWire { what: entry.what, at: ms(entry.at), by: entry.by, note: entry.note, sent: entry.sent }
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
}
