//! What does not come: a signal, a bed, a dose, the server.

use std::collections::HashMap;

use clinical::{Cause, DAY_MS, Episode, Instant, MINUTE_MS, Measure, PatientId, Priority, missed_dose};
use vault::{Reader, VaultError};

use super::condition::{Condition, LOOK_BACK, RECORD, UNREADABLE, slot_key};
use crate::board::Board;
use crate::cells::Slot;

/// The way to the server, as far as a rule has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether the server answers.
    pub online: bool,
    /// Since when it is as it is.
    pub since: Option<Instant>,
    /// Why it is lost, where it is: `dns`, `tls`, `sign-in`, `network` or `server`.
    pub cause: Option<&'static str>,
    /// What the server refuses to give or gives in part, in words, and since when.
    pub unread: Option<(String, Instant)>,
    /// Alarms that came and cannot be read, in words, and when they came.
    pub unreadable: Vec<(String, Instant)>,
    /// What does not work on an alarm's way, in words, and since when.
    pub late: Option<(String, Instant)>,
    /// What is wrong with the records of stations, in words, and when it was found.
    pub records: Vec<(String, Instant)>,
    /// What this station has read of it.
    pub read: HasRead,
}

/// What a station has read of its server. Of what it has not read it knows nothing: it raises nothing by it, and ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasRead {
    /// The first sync has brought the ward, its alarms and a day of values, as far as the server gives them.
    pub board: bool,
    /// Doses, to the last.
    pub doses: bool,
    /// Values: no search for them is open.
    pub values: bool,
    /// People, stays and devices: no search for them is open.
    pub people: bool,
}

impl HasRead {
    /// Everything.
    pub const ALL: HasRead = HasRead { board: true, doses: true, values: true, people: true };
}

/// After the link came back the values of the outage are still on their way: milliseconds.
const CATCH_UP: i64 = MINUTE_MS;
/// A lost link is an alarm after this long: milliseconds.
const LINK_LOST: i64 = 8_000;
/// Doses are looked through this often: milliseconds.
const DOSES_EVERY: i64 = 10 * MINUTE_MS;

impl Link {
    /// Whether what is shown is what the server holds now: it is in reach, and what it sent while it was not has come by now.
    pub(super) fn is_caught_up(&self, now: Instant) -> bool {
        self.online && self.since.is_none_or(|since| now.ms_since(since) >= CATCH_UP)
    }
}

/// Signals that went silent lately, with what keeps them.
pub(super) fn silences(board: &Board, link: &Link, now: Instant) -> Vec<Condition> {
    if !link.is_caught_up(now) || !link.read.values {
        return Vec::new();
    }
    let mut wards: HashMap<&str, (usize, usize)> = HashMap::new();
    for tile in board.tiles.iter().filter(|t| !t.home && !t.deceased) {
        let (silent, all) = wards.entry(&tile.ward).or_default();
        *silent += usize::from(tile.stale_since.is_some());
        *all += 1;
    }
    let mut holds = Vec::new();
    // Of somebody who has died nothing is missed.
    for tile in board.tiles.iter().filter(|tile| !tile.deceased) {
        let condition = |rule: String, since: Instant, measure, text: String| Condition {
            patient: Some(tile.patient.clone()),
            station: None,
            rule,
            key: since.0,
            limit: None,
            onset: since,
            ended: None,
            priority: Priority::Technical,
            measure,
            text,
            implicated: None,
            any_priority_covers: true,
            is_fresh: false,
        };
        let recent = |since: Instant| now.ms_since(since) < LOOK_BACK;
        if let Some(since) = tile.stale_since {
            let (silent, all) = wards.get(tile.ward.as_str()).copied().unwrap_or_default();
            let cause =
                if !tile.home && silent >= 3 && silent * 2 > all { Cause::Gateway } else { Cause::Device };
            if recent(since) {
                holds.push(condition("no-data".into(), since, None, format!("No data, {}", cause.word())));
            }
            continue;
        }
        for cell in tile.cells.iter().filter(|c| c.stale && recent(c.taken_at)) {
            let (name, measure) = match cell.slot {
                Slot::Hr => ("HR", Measure::HeartRate),
                Slot::SpO2 => ("SpO2", Measure::SpO2),
                Slot::Rr => ("RR", Measure::RespRate),
                Slot::Glucose => ("Glucose", Measure::Glucose),
                // What is charted on rounds is late, not lost.
                Slot::Bp | Slot::Temp => continue,
            };
            let rule = format!("no-signal-{}", slot_key(cell.slot));
            let text = format!("{name} no signal, {}", Cause::Sensor.word());
            holds.push(condition(rule, cell.taken_at, Some(measure), text));
        }
    }
    holds
}

/// The way to the server is gone: a technical alarm of this station, with its cause.
pub(super) fn lost_link(station: &str, link: &Link, now: Instant) -> Option<Condition> {
    let since = link.since.filter(|since| !link.online && now.ms_since(*since) >= LINK_LOST)?;
    let cause = link.cause.unwrap_or("server");
    Some(Condition {
        patient: None,
        station: Some(station.to_owned()),
        rule: "link".into(),
        key: since.0,
        limit: None,
        onset: since,
        ended: None,
        priority: Priority::Technical,
        measure: None,
        text: format!("{station}: no link, {cause}"),
        implicated: None,
        any_priority_covers: false,
        is_fresh: false,
    })
}

/// The server is in reach and does not give everything: what is shown may be wrong, and nothing else would say so.
pub(super) fn unread(station: &str, link: &Link) -> Option<Condition> {
    Some(of_the_way(station, "unread", link.unread.as_ref().filter(|_| link.online)?))
}

/// Alarms came that cannot be read: whatever they say, somebody has to look. Those that came together are one.
pub(super) fn unreadable(station: &str, link: &Link) -> Vec<Condition> {
    link.unreadable.iter().map(|came| of_the_way(station, UNREADABLE, came)).collect()
}

/// The record of a station is not what it was: somebody has to find out who changed it.
pub(super) fn records(station: &str, link: &Link) -> Vec<Condition> {
    link.records.iter().map(|wrong| of_the_way(station, RECORD, wrong)).collect()
}

/// Something on an alarm's way does not do its work.
pub(super) fn late(station: &str, link: &Link) -> Option<Condition> {
    Some(of_the_way(station, "late", link.late.as_ref()?))
}

/// A technical alarm of this station about itself, or about its own way to what it shows.
fn of_the_way(station: &str, rule: &str, (what, since): &(String, Instant)) -> Condition {
    Condition {
        patient: None,
        station: Some(station.to_owned()),
        rule: rule.to_owned(),
        key: since.0,
        limit: None,
        onset: *since,
        ended: None,
        priority: Priority::Technical,
        measure: None,
        text: format!("{station}: {what}"),
        implicated: None,
        any_priority_covers: false,
        is_fresh: false,
    }
}

/// The doses that did not come, as of the last look through them.
#[derive(Default)]
pub(super) struct Doses {
    looked: Option<Instant>,
    missed: Vec<(PatientId, String, Instant)>,
}

impl Doses {
    /// Regular doses that are missed now.
    pub(crate) fn hold(
        &mut self,
        reader: &Reader,
        board: &Board,
        link: &Link,
        now: Instant,
    ) -> Result<Vec<Condition>, VaultError> {
        // What was given while this station was cut off it cannot know: that is asked for first.
        let may_look = link.read.doses && link.is_caught_up(now);
        if may_look && self.looked.is_none_or(|at| now.ms_since(at) >= DOSES_EVERY) {
            self.looked = Some(now);
            self.missed.clear();
            for tile in board.tiles.iter().filter(|tile| !tile.deceased) {
                let doses = reader.doses(&tile.patient, now - 5 * DAY_MS)?;
                if let Some((what, due)) = missed_dose(&doses, now) {
                    self.missed.push((tile.patient.clone(), what, due));
                }
            }
        }
        let holds = self.missed.iter().map(|(patient, what, due)| Condition {
            patient: Some(patient.clone()),
            station: None,
            rule: "missed-dose".into(),
            key: due.0,
            limit: None,
            onset: *due,
            ended: None,
            priority: Priority::Low,
            measure: Some(Measure::InsulinDose),
            text: missed(what),
            implicated: None,
            any_priority_covers: true,
            is_fresh: false,
        });
        Ok(holds.collect())
    }

    /// Since when a missed dose is none any more: it was given after all, or it is time for the next one.
    pub(crate) fn over_since(
        reader: &Reader,
        episode: &Episode,
        now: Instant,
    ) -> Result<Option<Instant>, VaultError> {
        let Some(patient) = &episode.patient else { return Ok(None) };
        let given = reader.doses(patient, episode.onset - DAY_MS / 2)?;
        let given = given.iter().filter(|dose| dose.at >= episode.onset - DAY_MS / 2);
        // What comes back from a server was cut to the length of an alarm's words.
        let same = |what: &str| missed(what).starts_with(episode.text.as_str());
        let first = given.filter(|dose| same(&dose.what)).map(|dose| dose.at.max(episode.onset)).min();
        let next = episode.onset + DAY_MS;
        Ok(first.or((now >= next).then_some(next)))
    }
}

fn missed(what: &str) -> String {
    format!("{what} not recorded")
}
