//! The console's own alarms: what its rules find in the cache and no gateway has raised.
//!
//! A look compares what holds now with the episodes that are known, and records what began and what is over. Keys follow from
//! patient, rule and onset, so two stations that see the same onset make one episode. Deliberately not here: what a rule
//! looks for (`clinical::rules`).

use clinical::{CLEAR_MS, Episode, EpisodeId, Instant, PatientId, Priority, Verb};
use vault::{Reader, Vault, VaultError, View, Ward};

use crate::board::{Board, board};
use condition::{Condition, LOOK_BACK, family, slot_key};
use scores::Scores;
use silences::{Doses, late, lost_link, silences, unread};
use values::Values;

mod condition;
mod scores;
mod silences;
mod values;

pub use silences::Link;

/// An alarm as it stands now, to be recorded.
#[derive(Clone, Debug)]
pub struct Change {
    /// The alarm.
    pub episode: Episode,
    /// The rule's name.
    pub rule: String,
    /// The value or device it is about.
    pub implicated: Option<String>,
}

/// The rules of one station, and what they have seen.
#[derive(Default)]
pub struct Detector {
    values: Values,
    scores: Scores,
    doses: Doses,
    started: bool,
}

fn id(patient: Option<&PatientId>, rule: &str, key: i64) -> EpisodeId {
    let name = format!("{}|{rule}|{key}", patient.map_or("", PatientId::as_str));
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes());
    format!("{}{rule}-{}", Episode::OWN, hash.simple()).into()
}

impl Detector {
    /// What began and what is over since the last look, by the ward and the board of now.
    ///
    /// # Errors
    /// Of the cache; the next look finds it again.
    pub fn look(
        &mut self,
        reader: &Reader,
        (ward, board): (&Ward, &Board),
        past_board: &mut dyn FnMut(Instant) -> Result<Board, VaultError>,
        station: &str,
        link: &Link,
        now: Instant,
    ) -> Result<Vec<Change>, VaultError> {
        if !self.started {
            self.scores.remember(past_board(now - LOOK_BACK)?);
            self.started = true;
        }
        let mut holds = self.values.hold(reader, ward, now)?;
        holds.extend(self.scores.hold(board, now));
        holds.extend(silences(board, link, now));
        holds.extend(self.doses.hold(reader, board, now)?);
        holds.extend(lost_link(station, link, now));
        holds.extend(unread(station, link));
        holds.extend(late(station, link));
        Ok(self.changes(ward, board, holds, link, now))
    }

    /// Compares what holds with what is known.
    fn changes(
        &self,
        ward: &Ward,
        board: &Board,
        holds: Vec<Condition>,
        link: &Link,
        now: Instant,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let own = || ward.episodes.iter().filter_map(|e| Some((e.own_rule()?, e)));
        for condition in &holds {
            let is_open = own().any(|(rule, e)| {
                rule == condition.rule && e.patient == condition.patient && e.ended.is_none()
            });
            let id = id(condition.patient.as_ref(), &condition.rule, condition.key);
            // What ended, or was superseded, does not begin again with the same onset.
            if (is_open && condition.ended.is_none())
                || ward.episodes.iter().any(|e| e.id == id)
                || covering(ward, condition, now).is_some()
            {
                continue;
            }
            changes.push(Change {
                episode: Episode {
                    id,
                    patient: condition.patient.clone(),
                    priority: condition.priority,
                    text: condition.text.clone(),
                    measure: condition.measure,
                    onset: condition.onset,
                    ended: condition.ended,
                    renewed: None,
                },
                rule: condition.rule.clone(),
                implicated: condition.implicated.clone(),
            });
        }
        for (rule, episode) in own().filter(|(_, e)| e.ended.is_none()) {
            let holding =
                holds.iter().find(|c| c.rule == rule && c.patient == episode.patient && c.ended.is_none());
            let ended = match holding {
                // A gateway alarms for it now, and nobody took this one: one alarm is enough.
                Some(condition) => covering(ward, condition, now)
                    .filter(|_| !is_taken(ward, &episode.id))
                    .map(|gateways| gateways.onset.max(episode.onset)),
                None => self.over(rule, episode, ward, board, link, now),
            };
            if let Some(ended) = ended {
                let episode = Episode { ended: Some(ended.max(episode.onset)), ..episode.clone() };
                changes.push(Change { episode, rule: rule.to_owned(), implicated: None });
            }
        }
        changes
    }

    /// Since when an own alarm that no rule holds any more is over; nothing where that is not known yet.
    fn over(
        &self,
        rule: &str,
        episode: &Episode,
        ward: &Ward,
        board: &Board,
        link: &Link,
        now: Instant,
    ) -> Option<Instant> {
        if rule == "link" {
            return link.online.then_some(now);
        }
        if rule == "unread" {
            return (link.online && link.unread.is_none()).then_some(now);
        }
        if rule == "late" {
            return link.late.is_none().then_some(now);
        }
        let Some(tile) = board.tiles.iter().find(|t| Some(&t.patient) == episode.patient.as_ref()) else {
            // Who left the board has no values that could come back.
            return Some(now);
        };
        if rule.starts_with("news2-") {
            let still = tile.news.band.is_some_and(|band| format!("news2-{}", band.key()) == rule);
            let known = self.scores.is_over(&tile.patient);
            return (known && !still && tile.news.total.is_some()).then_some(now);
        }
        if let Some(slot) = rule.strip_prefix("no-signal-") {
            let cell = tile.cells.iter().find(|c| slot_key(c.slot) == slot);
            return cell.filter(|c| !c.stale).map(|c| c.taken_at).or_else(|| tile.stale_since.map(|_| now));
        }
        if rule == "no-data" {
            return (link.online && tile.stale_since.is_none())
                .then(|| tile.cells.iter().map(|c| c.taken_at).max().unwrap_or(now));
        }
        if rule == "missed-dose" {
            return Some(now);
        }
        self.values.back_since(rule, episode, ward, now)
    }
}

/// The gateway's own alarm about the same thing at the same time. One that is over covers what is over too: while the breach goes
/// on, nobody else says so.
fn covering<'a>(ward: &'a Ward, condition: &Condition, now: Instant) -> Option<&'a Episode> {
    // What this station knows of its own way to the server, no gateway can know.
    if matches!(condition.rule.as_str(), "link" | "unread" | "late") {
        return None;
    }
    let technical = condition.priority == Priority::Technical;
    ward.episodes.iter().find(|e| {
        let about = match (condition.rule.as_str(), technical) {
            ("battery", _) => e.text.to_ascii_lowercase().contains("battery"),
            // A silence that began with the gateway's own word about it, or after it.
            (_, true) => {
                !e.text.to_ascii_lowercase().contains("battery") && e.onset >= condition.onset - 120_000
            }
            _ => {
                condition.measure.is_some()
                    && e.measure.map(family) == condition.measure
                    && (condition.any_priority_covers || e.priority >= condition.priority)
            }
        };
        about
            && e.own_rule().is_none()
            && e.patient == condition.patient
            && (e.priority == Priority::Technical) == technical
            && e.ended.is_none_or(|ended| {
                let is_over = condition.ended.is_some() || now.ms_since(ended) <= STILL_COVERS;
                is_over && ended >= condition.onset
            })
    })
}

/// A gateway ends its alarm with the value that is back, a rule some seconds later: milliseconds.
const STILL_COVERS: i64 = 2 * CLEAR_MS;

fn is_taken(ward: &Ward, episode: &EpisodeId) -> bool {
    let takes = |verb| matches!(verb, Verb::Take | Verb::HandTo | Verb::Handled);
    ward.actions.iter().any(|seen| seen.action.about.episode() == Some(episode) && takes(seen.action.verb))
}

/// The board of an earlier moment.
///
/// # Errors
/// Of the cache.
pub fn board_then(vault: &Vault, at: Instant) -> Result<Board, VaultError> {
    Ok(board(&vault.read_as(View::at(at), |reader| reader.ward())?, at))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
