//! A tile of the ward and a row of the queue, as the page gets them. Times are milliseconds since 1970 UTC.

use clinical::{Instant, Priority, Sex, Sound};
use console::{AlarmLine, Cell, NewsBadge, QueueItem, Slot, Tile};
use serde::Serialize;
use specta::Type;

use crate::wire::ms;

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
    /// This person has it. Names do not tell: two people can bear one.
    mine: bool,
    /// Who has it bears this person's name and is somebody else.
    namesake: bool,
    /// This person can take it: nobody has it, or it was given to a name which they bear.
    free_for_me: bool,
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
    /// This person took it too, after the owner.
    i_took_too: bool,
    order_uncertain: bool,
    reminders: u32,
    more: u32,
    /// Who owns the worst of the others, where it is somebody else.
    more_owner: Option<String>,
}

fn alarm(line: AlarmLine, ended: Option<Instant>) -> AlarmWire {
    AlarmWire {
        episode: line.episode.into(),
        priority: priority(line.priority),
        text: line.text,
        presence: crate::alerts::state_word(line.presence),
        owned_at: line.owner.as_ref().map(|(_, at)| ms(*at)),
        owner: line.owner.map(|(who, _)| who.name.into()),
        mine: line.mine,
        namesake: line.namesake,
        free_for_me: line.free_for_me,
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
        also_took: line.also_took.into_iter().map(|who| who.name.into()).collect(),
        i_took_too: line.i_took_too,
        order_uncertain: line.order_uncertain,
        reminders: line.reminders,
        more: line.more as u32,
        more_owner: line.more_owner.map(|who| who.name.into()),
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
            patient: tile.patient.into(),
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
    /// Empty where the alarm names nobody.
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
            patient: item.patient.map_or_else(String::new, String::from),
            bed: item.bed,
            name: item.name,
            alarm: alarm(item.line, item.ended),
        }
    }
}
