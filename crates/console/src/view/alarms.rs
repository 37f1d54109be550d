//! Alarms, what people did about them, and how many there were.

use clinical::{Instant, MINUTE_MS, Presence, Priority, Sound, Verb};
use serde::Serialize;
use specta::Type;

use super::form::{count, ms};

/// Minutes within which an alarm that comes back is a repeat.
#[expect(clippy::cast_possible_truncation, reason = "it is a quarter of an hour")]
const REPEAT_MINUTES: u32 = (bedside::REPEAT_MS / MINUTE_MS) as u32;

/// The alarm line of a tile or a row of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    episode: String,
    priority: &'static str,
    text: String,
    /// As it reads, with the marks of its priority: `*** SpO2 84 < 90`.
    shown: String,
    presence: &'static str,
    /// The part of a queue it stands in: `unowned`, `latched`, `owned`, `technical`, `handled` or `over`.
    group: &'static str,
    /// It still wants somebody: it is neither handled nor over.
    live: bool,
    /// Nobody has answered it: it is shown as a new one.
    unanswered: bool,
    /// In words, where there is no owner to name.
    standing: &'static str,
    /// What this person can do about it, by the codes of the actions.
    verbs: Vec<&'static str>,
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
    /// Whether that role was called: `due`, `waiting`, `sent`, `answered` or `not-sent`.
    call: Option<&'static str>,
    /// As it reads before the time: `due: Charge nurse`.
    call_words: Option<String>,
    /// Why nobody was called.
    call_remark: Option<String>,
    /// Who handled it last.
    handled_by: Option<String>,
    handled_at: Option<i64>,
    /// It is handled and still on, and was asked about again then.
    asked_again: Option<i64>,
    also_took: Vec<String>,
    /// This person took it too, after the owner.
    i_took_too: bool,
    order_uncertain: bool,
    reminders: u32,
    more: u32,
    /// Who owns the worst of the others, where it is somebody else.
    more_owner: Option<String>,
}

pub(super) fn alarm(line: bedside::AlarmLine, ended: Option<Instant>) -> Alarm {
    let (shown, group, verbs) = (line.shown(), line.group(), line.verbs());
    let mut verbs: Vec<&'static str> = verbs.into_iter().map(Verb::code).collect();
    // Of somebody else, who may have left: another word for giving it to oneself.
    if line.presence == Presence::Owned && !line.mine && !line.free_for_me {
        verbs.push("take-over");
    }
    let due = line.escalation().cloned();
    Alarm {
        episode: line.episode.into(),
        priority: line.priority.code(),
        shown,
        presence: line.presence.code(),
        group: group.code(),
        live: line.presence.is_live(),
        unanswered: line.presence.is_unanswered(),
        standing: line.presence.words(),
        verbs,
        text: line.text,
        owned_at: line.owner.as_ref().map(|(_, at)| ms(*at)),
        owner: line.owner.map(|(who, _)| who.name.into()),
        mine: line.mine,
        namesake: line.namesake,
        free_for_me: line.free_for_me,
        onset: ms(line.onset),
        ended: ended.map(ms),
        known_here_only: line.known_here_only,
        sound: line.sound.code(),
        paused_until: match line.sound {
            Sound::Paused(until) => Some(ms(until)),
            _ => None,
        },
        pause_lasts: line.pause_lasts,
        escalated_at: due.as_ref().map(|due| ms(due.at)),
        call: due.as_ref().map(|due| due.call.code()),
        call_words: due.as_ref().map(|due| due.call.words(&due.role)),
        call_remark: due.as_ref().and_then(|due| due.call.remark()),
        escalated_to: due.map(|due| due.role),
        handled_at: line.handled.as_ref().map(|(_, at)| ms(*at)),
        handled_by: line.handled.map(|(who, _)| who.name.into()),
        asked_again: line.asked_again.map(ms),
        also_took: line.also_took.into_iter().map(|who| who.name.into()).collect(),
        i_took_too: line.i_took_too,
        order_uncertain: line.order_uncertain,
        reminders: line.reminders,
        more: count(line.more),
        more_owner: line.more_owner.map(|who| who.name.into()),
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueueItem {
    /// Empty where the alarm names nobody.
    patient: String,
    bed: String,
    /// Where somebody lies in words: `Bed 12`, `Home H3`.
    place: String,
    /// Where the bed is, or, of somebody who left the board, where they lay; empty at home.
    ward: String,
    name: String,
    initials: String,
    alarm: Alarm,
}

impl From<bedside::QueueItem> for QueueItem {
    fn from(item: bedside::QueueItem) -> QueueItem {
        let (family, given) = item.name.split_once(", ").unwrap_or((&item.name, ""));
        QueueItem {
            place: item.place(),
            ward: item.ward,
            initials: clinical::initials(family, given),
            patient: item.patient.map_or_else(String::new, String::from),
            bed: item.bed,
            name: item.name,
            alarm: alarm(item.line, item.ended),
        }
    }
}
/// Something that happened to an episode.
#[derive(Clone, Debug, Serialize, Type)]
pub struct TimelineEntry {
    /// `raised`, `renewed`, `ended`, `call` where a role fell due, or the code of an action.
    what: &'static str,
    /// In words: `Taken`.
    words: &'static str,
    at: i64,
    /// Who, or in a few words what did it where it was no person.
    by: Option<String>,
    note: Option<String>,
    sent: bool,
}

impl From<bedside::TimelineEntry> for TimelineEntry {
    fn from(entry: bedside::TimelineEntry) -> TimelineEntry {
        TimelineEntry {
            what: entry.what,
            words: entry.words,
            at: ms(entry.at),
            by: entry.by.map(String::from),
            note: entry.note,
            sent: entry.sent,
        }
    }
}

/// An alarm's onset, for the time control.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct Onset {
    at: i64,
    priority: &'static str,
}

impl Onset {
    /// One of `level` at `at`.
    pub fn new(at: Instant, level: Priority) -> Onset {
        Onset { at: ms(at), priority: level.code() }
    }
}

/// An action that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    id: String,
    /// Empty where it is not about an alarm.
    episode: String,
    /// Empty where it is not about a person beside their alarms.
    patient: String,
    verb: &'static str,
    /// Before what it is about: `Took`.
    words: &'static str,
    by: String,
    at: i64,
    note: Option<String>,
    parked: Option<String>,
}

impl From<crate::acts::Waiting> for Waiting {
    fn from(waiting: crate::acts::Waiting) -> Waiting {
        match waiting {
            crate::acts::Waiting::Act { action, parked } => Waiting {
                id: action.id.into(),
                episode: action.about.episode().map_or_else(String::new, String::from),
                patient: action.about.patient().map_or_else(String::new, String::from),
                words: words(action.verb),
                verb: action.verb.code(),
                by: action.by.name.into(),
                at: ms(action.at),
                note: action.note,
                parked,
            },
            crate::acts::Waiting::OwnAlarms { key, newest, count, reason } => Waiting {
                id: key.into(),
                episode: (&newest.id).into(),
                patient: String::new(),
                words: "Not told to other stations:",
                verb: "raised",
                by: "this station".to_owned(),
                at: ms(newest.onset),
                note: (count > 1).then(|| format!("and {} more of this station's alarms", count - 1)),
                parked: Some(reason),
            },
        }
    }
}

/// What waits, before what it is about: `Took *** SpO2 84 < 90`.
fn words(verb: Verb) -> &'static str {
    match verb {
        Verb::Take => "Took",
        Verb::AudioPause => "Paused the sound of",
        Verb::Handled => "Handled",
        Verb::Release => "Released",
        Verb::HandTo => "Handed over",
        Verb::Escalate => "Escalated",
        Verb::Note | Verb::Annotate => "Note on",
        Verb::SetLimit => "Alarm limit of",
        Verb::SavePreset => "Limit preset of",
        Verb::Shift => "Shift of",
    }
}

/// Alarms of one bed or rule.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    name: String,
    count: u32,
    acted_on: u32,
}

/// The alarm load of a day.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    total: u32,
    beds: u32,
    to_take: Option<i64>,
    to_take_high: Option<i64>,
    over: u32,
    handled: u32,
    repeats: u32,
    /// Minutes within which an alarm that comes back is a repeat.
    repeat_minutes: u32,
    /// Where most of them were: `Bed 12: 3`.
    repeat_places: Vec<String>,
    /// Of each hour as many as there are of each priority, in the order of `priorities`.
    hours: Vec<Vec<u32>>,
    by_bed: Vec<Share>,
    by_rule: Vec<Share>,
}

impl From<bedside::AlarmLoad> for Load {
    fn from(load: bedside::AlarmLoad) -> Load {
        let shares = |all: Vec<bedside::Share>| {
            all.into_iter()
                .map(|s| Share { name: s.name, count: count(s.count), acted_on: count(s.acted_on) })
                .collect()
        };
        Load {
            total: count(load.total),
            beds: count(load.beds),
            to_take: load.to_take.0,
            to_take_high: load.to_take.1,
            over: count(load.over.0),
            handled: count(load.over.1),
            repeats: count(load.repeats.0),
            repeat_minutes: REPEAT_MINUTES,
            repeat_places: load.repeats.1,
            hours: load.hours.iter().map(|h| h.to_vec()).collect(),
            by_bed: shares(load.by_bed),
            by_rule: shares(load.by_rule),
        }
    }
}
