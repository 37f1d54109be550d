//! The board on its way into the page: tiles, sparklines, the connection, and what changed of them.

use clinical::{CLOCK_TOLERANCE_MS, DeviceKind, Instant, PatientId, Priority, Sex};
use serde::Serialize;
use specta::Type;

use super::alarms::{Alarm, QueueItem, Waiting, alarm};
use super::form::ms;
use super::here::{StripItem, Who};
use super::ledger::Outage;
use super::score::News;
use super::withheld::Withheld;

/// A value on a tile.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    slot: &'static str,
    label: &'static str,
    text: String,
    unit: &'static str,
    taken_at: i64,
    stale: bool,
    /// It is old while other values come, and the bed has a technical alarm: nothing is known of now.
    lost: bool,
    artefact: bool,
    /// What stands in the value's place: the text, or a mark where that is not what was measured last.
    reads: String,
    /// The last good value, where it stands beside that mark.
    beside: Option<String>,
    /// Why it does not speak of now: `old`, `no signal` or `artefact`.
    mark: Option<&'static str>,
    alarm: Option<&'static str>,
}

fn cell(cell: bedside::Cell) -> Cell {
    Cell {
        slot: cell.slot.code(),
        label: cell.slot.label(),
        lost: cell.lost,
        reads: cell.reads().to_owned(),
        beside: cell.beside().map(str::to_owned),
        mark: cell.mark(),
        text: cell.text,
        unit: cell.unit,
        taken_at: ms(cell.taken_at),
        stale: cell.stale,
        artefact: cell.artefact,
        alarm: cell.alarm.map(Priority::code),
    }
}

/// A battery as it was told of last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub(crate) struct Battery {
    percent: u8,
    /// It has to be charged or changed.
    low: bool,
}

/// A device in use.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub(crate) struct TileDevice {
    name: String,
    /// `implant`, `glucose-sensor`, `insulin-pen`, or nothing where there is no sign for it.
    kind: Option<&'static str>,
    /// The word beside its sign.
    word: &'static str,
    /// Where it is this one that told of it.
    battery: Option<Battery>,
}

/// A bed, or a person at home.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tile {
    /// Logical id of the Patient.
    pub patient: String,
    bed: String,
    /// Where somebody lies in words: `Bed 12`, `Home H3`.
    place: String,
    ward: String,
    home: bool,
    /// Which values stand where on the tile, by the key of `layouts`.
    layout: &'static str,
    /// Keys of the panels that have something to show.
    panels: Vec<&'static str>,
    /// Waves can be there.
    waves: bool,
    name: String,
    initials: String,
    mrn: String,
    birth_date: Option<String>,
    age: Option<u16>,
    sex: &'static str,
    /// The patient has died; the name says so too.
    deceased: bool,
    air: Option<String>,
    news: News,
    cells: Vec<Cell>,
    /// The alarm it leads with.
    pub alarm: Option<Alarm>,
    stale_since: Option<i64>,
    battery: Option<Battery>,
    devices: Vec<TileDevice>,
    /// What of it is withheld from who is here.
    withheld: Option<Withheld>,
    /// Which values are, by the keys of their slots.
    withheld_slots: Vec<&'static str>,
}

impl From<bedside::Tile> for Tile {
    fn from(tile: bedside::Tile) -> Tile {
        let name = family_first(&tile);
        let battery = tile.battery.map(|percent| Battery { percent, low: percent <= clinical::LOW_BATTERY });
        Tile {
            place: tile.place(),
            layout: if tile.leads_with_glucose() { "glucose" } else { "ward" },
            panels: panels(&tile),
            withheld: Withheld::some(&tile.withheld),
            withheld_slots: tile.withheld_slots.iter().map(|slot| slot.code()).collect(),
            waves: tile.has_waves(),
            initials: clinical::initials(&tile.family, &tile.given),
            patient: tile.patient.into(),
            bed: tile.bed,
            ward: tile.ward,
            home: tile.home,
            name,
            mrn: tile.mrn,
            birth_date: tile.birth_date,
            age: tile.age,
            sex: letter(tile.sex),
            deceased: tile.deceased,
            air: tile.air,
            news: tile.news.into(),
            cells: tile.cells.into_iter().map(cell).collect(),
            alarm: tile.alarm.map(|line| alarm(line, None)),
            stale_since: tile.stale_since.map(ms),
            battery,
            devices: tile
                .devices
                .into_iter()
                .map(|d| {
                    let (kind, word) = device_kind(d.kind);
                    TileDevice { name: d.name, kind, word, battery: battery.filter(|_| d.has_battery) }
                })
                .collect(),
        }
    }
}

/// A name as it is shown.
pub(super) fn family_first(tile: &bedside::Tile) -> String {
    let name = match (tile.family.as_str(), tile.given.as_str()) {
        ("", "") => "Name not known".to_owned(),
        ("", one) | (one, "") => one.to_owned(),
        (family, given) => format!("{family}, {given}"),
    };
    if tile.deceased { format!("{name} (deceased)") } else { name }
}

/// What stands beside an age.
pub(super) fn letter(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Other => "X",
        Sex::Unknown => "",
    }
}

fn device_kind(kind: DeviceKind) -> (Option<&'static str>, &'static str) {
    match kind {
        DeviceKind::Icd => (Some("implant"), "ICD"),
        DeviceKind::Implant => (Some("implant"), "Implant"),
        DeviceKind::GlucoseSensor => (Some("glucose-sensor"), ""),
        DeviceKind::InsulinPen => (Some("insulin-pen"), ""),
        DeviceKind::Other => (None, ""),
    }
}

/// What was never measured has no panel, unless nothing was; what is withheld has one, which says so; the score has one where
/// somebody is scored.
fn panels(tile: &bedside::Tile) -> Vec<&'static str> {
    let shown = || tile.cells.iter().map(|cell| cell.slot).chain(tile.withheld_slots.iter().copied());
    let measured = |key| shown().any(|slot| slot.code() == key);
    let all = trends::panel_kinds().filter(|kind| {
        if kind.measures.is_empty() { tile.is_scored() } else { shown().count() == 0 || measured(kind.key) }
    });
    all.map(|kind| kind.key).collect()
}

/// The connection.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    online: bool,
    live: bool,
    since: Option<i64>,
    last_good: Option<i64>,
    message: Option<String>,
    clock_offset_ms: Option<i64>,
    /// The clocks of station and server differ by more than the order of what people did can bear.
    clock_is_off: bool,
    /// The server never says what time it is: nobody would notice that this station's clock is wrong.
    clock_is_unchecked: bool,
    /// It is asked by http over a network: everybody on the way can read along.
    is_in_clear: bool,
    /// The last outage that is worth a word, and what came of it afterwards.
    outage: Option<Outage>,
}

impl From<sync::LinkState> for Link {
    fn from(link: sync::LinkState) -> Link {
        Link {
            clock_is_unchecked: link.clock_is_unchecked(),
            is_in_clear: link.in_clear,
            online: link.online,
            live: link.live,
            since: link.since.map(ms),
            last_good: link.last_good.map(ms),
            message: link.message.clone().or_else(|| link.unread_words()),
            clock_offset_ms: link.clock_offset_ms,
            clock_is_off: link.clock_offset_ms.is_some_and(|by| by.abs() > CLOCK_TOLERANCE_MS),
            outage: link.outage.map(Outage::from),
        }
    }
}

/// The past moment that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    at: i64,
    /// Without what arrived later.
    as_shown: bool,
}

impl From<vault::View> for Past {
    fn from(view: vault::View) -> Past {
        Past { at: ms(view.at), as_shown: view.known_by == view.at }
    }
}

/// How far the first sync is.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct Progress {
    /// Steps that are done.
    pub done: u32,
    /// Steps in all.
    pub total: u32,
}

/// Sparklines of a patient: first and second large value.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct Spark {
    patient: String,
    first: Option<String>,
    second: Option<String>,
}

impl Spark {
    /// First and second line of a patient.
    pub fn new(patient: &PatientId, [first, second]: [Option<bedside::Sparkline>; 2]) -> Spark {
        Spark { patient: patient.into(), first: first.map(|s| s.0), second: second.map(|s| s.0) }
    }
}

/// A stage on an alarm's way that nothing passes, or that does not answer.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct Late {
    /// What nothing new comes from, as people call it.
    what: &'static str,
    /// When something passed it last.
    since: i64,
}

impl Late {
    /// A stage that was passed last at `since`.
    pub fn new(stage: sync::Stage, since: Instant) -> Late {
        Late { what: stage.what(), since: ms(since) }
    }
}

/// A time in which nobody watched at this station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Unwatched {
    from: i64,
    to: i64,
}

impl From<(Instant, Instant)> for Unwatched {
    fn from((from, to): (Instant, Instant)) -> Unwatched {
        Unwatched { from: ms(from), to: ms(to) }
    }
}

/// Whether alarms can be heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
pub struct Audio {
    /// Why not, in two words; nothing where they can, as far as the system says.
    pub trouble: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What changed since the last message. Absent parts did not change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// Tiles that changed.
    pub tiles: Vec<Tile>,
    /// Patients in the order of the board, the worst first.
    pub order: Option<Vec<String>>,
    /// Every alarm that somebody may want to act on.
    pub queue: Option<Vec<QueueItem>>,
    /// Every alarm of now while a past moment is shown, else none: the past does not hide the present.
    pub present: Option<Vec<QueueItem>>,
    /// Whether alarms were read into this cache: until then none that is shown means nothing, and there is nothing to count.
    pub alarms_read: Option<bool>,
    /// The connection.
    pub link: Option<Link>,
    /// Actions that the server does not have yet.
    pub waiting: Option<Vec<Waiting>>,
    /// How far the first sync is.
    pub progress: Option<Progress>,
    /// Sparklines that changed.
    pub sparks: Vec<Spark>,
    /// How many resources could not be read.
    pub quarantined: Option<u32>,
    /// Alarms that are to be lit for the first time; the page answers with `lit` once they are painted.
    pub raised: Vec<String>,
    /// Whether alarms can be heard on this station.
    pub audio: Option<Audio>,
    /// What the desktop does with notifications, in words.
    pub notifications: Option<String>,
    /// Every stage on an alarm's way that nothing passes; none where all of them work.
    pub late: Option<Vec<Late>>,
    /// The oldest time in which nobody watched here and that nobody has seen said; the page answers with `unwatched_is_seen`.
    pub unwatched: Option<Unwatched>,
    /// The page answers this number with `beat`, once it shows what came with it.
    pub beat: Option<u32>,
    /// The station's time, with each beat: a clock on the wall that was set is not followed.
    pub now: Option<i64>,
    /// Who is here from now on: another person, or nobody, sees nothing of what was shown before.
    pub who: Option<Who>,
    /// The alarms that are on while nobody is here; of nobody's name.
    pub strip: Option<Vec<StripItem>>,
    /// Another number after each change of a setting, or of the people of the station.
    pub settled: Option<u32>,
    /// The moment that is shown from now on; its `at` is null where it is the present.
    pub moment: Option<Moment>,
}

/// Present or past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Type)]
pub struct Moment {
    /// The past moment, where it is one.
    pub past: Option<Past>,
}

impl Update {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Update::default()
    }
}
