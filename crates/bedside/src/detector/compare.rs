//! What holds, beside the alarms that are known: which begin, which are over, and who may say so.
//!
//! An alarm of a station's own rules is ended by a station that saw it begin and saw it return, or by a person. A station with
//! other limits, one that was cut off, one that has not read everything: each knows less, and ends nothing.

use std::collections::HashSet;

use clinical::{Episode, EpisodeId, HOUR_MS, Instant, MINUTE_MS, PatientId, Verb};
use vault::{Reader, VaultError, Ward};

use super::condition::{Condition, RECORD, UNREADABLE, is_about_a_station, slot_key};
use super::covering::{about, covering};
use super::found::{Change, Found};
use super::scores::Scores;
use super::silences::{Doses, Link};
use super::values::Values;
use crate::board::Board;

/// A breach that goes on though its alarm was ended is an alarm again after this long: milliseconds.
const RESUMES: i64 = MINUTE_MS;
/// An alarm that somebody handled and whose station never came back to end it is over for everybody after a shift: milliseconds.
const LEFT_BEHIND: i64 = 12 * HOUR_MS;

/// What a look sees beside what holds.
pub(super) struct Seen<'a> {
    pub reader: &'a Reader<'a>,
    pub ward: &'a Ward,
    pub board: &'a Board,
    pub link: &'a Link,
    pub now: Instant,
    pub values: &'a Values,
    pub scores: &'a Scores,
    /// Own alarms that this station saw begin.
    pub witnessed: HashSet<EpisodeId>,
}

impl Seen<'_> {
    fn handled(&self, episode: &EpisodeId) -> Option<Instant> {
        self.when(episode, &[Verb::Handled])
    }

    fn is_taken(&self, episode: &EpisodeId) -> bool {
        self.when(episode, &[Verb::Take, Verb::HandTo, Verb::Handled]).is_some()
    }

    /// When somebody did one of these about it last.
    fn when(&self, episode: &EpisodeId, verbs: &[Verb]) -> Option<Instant> {
        let acts = self.ward.actions.iter().map(|seen| &seen.action);
        acts.filter(|act| act.about.episode() == Some(episode) && verbs.contains(&act.verb))
            .map(|act| act.at)
            .max()
    }

    /// Whether somebody is known to be on this station's board no more. Who was not read has not left.
    fn has_left(&self, patient: &PatientId) -> bool {
        let link = self.link;
        let knows = link.is_caught_up(self.now) && link.read.people && !self.ward.stays_unread;
        knows
            && self.ward.persons.iter().any(|person| person.id == *patient)
            && !self.board.tiles.iter().any(|tile| tile.patient == *patient)
    }

    /// The key and onset under which a condition is an alarm; nothing where one stands for it, or stood until a moment ago.
    fn begins(&self, condition: &Condition) -> Option<(EpisodeId, Instant)> {
        let (ward, now) = (self.ward, self.now);
        if covering(ward, condition, now).is_some() {
            return None;
        }
        let of_it = || ward.episodes.iter().filter(|e| condition.is_of(e));
        if let Some(ended) = condition.ended {
            // It was over before anybody looked. Whatever was on at that time stood for it.
            if of_it().any(|e| e.onset <= ended && e.ended.is_none_or(|end| end >= condition.onset)) {
                return None;
            }
        } else {
            // One that is on is enough, whichever station raised it. One that was handled is heard by nobody: it stands for what
            // this station saw begin with it, and not for what came later.
            let is_enough = |e: &Episode| {
                let seen_here = self.witnessed.contains(&e.id) || condition.is(e);
                seen_here || (!is_about_a_station(&condition.rule) && self.handled(&e.id).is_none())
            };
            if of_it().filter(|e| e.ended.is_none()).any(is_enough) {
                return None;
            }
        }
        let id = condition.id();
        if !ward.episodes.iter().any(|e| e.id == id) {
            return Some((id, condition.onset));
        }
        self.resumed(condition)
    }

    /// A breach whose alarm was ended although it goes on: a gateway's stood for it and is over, or somebody else ended it. From
    /// then on nobody says it, and it is an alarm again.
    fn resumed(&self, condition: &Condition) -> Option<(EpisodeId, Instant)> {
        let knows = self.link.is_caught_up(self.now) && self.link.read.values;
        if condition.ended.is_some() || !condition.is_fresh || !knows {
            return None;
        }
        let own = self.ward.episodes.iter().filter(|e| condition.is_of(e));
        let stood = own.chain(about(self.ward, condition)).filter_map(|e| e.ended);
        let from = stood.filter(|ended| *ended >= condition.onset).max()?;
        let id = condition.id_from(from.0);
        let is_new = !self.ward.episodes.iter().any(|e| e.id == id);
        (is_new && self.now.ms_since(from) >= RESUMES).then_some((id, from))
    }
}

/// Compares what holds with what is known.
pub(super) fn compare(seen: &Seen, mut holds: Vec<Condition>) -> Result<Found, VaultError> {
    let mut found = Found::default();
    // Nobody comes for who has left.
    holds.retain(|condition| !condition.patient.as_ref().is_some_and(|patient| seen.has_left(patient)));
    let own = || seen.ward.episodes.iter().filter_map(|e| Some((e.own_rule()?, e)));
    for condition in &holds {
        let Some((id, onset)) = seen.begins(condition) else { continue };
        found.changes.push(Change {
            episode: Episode {
                id,
                patient: condition.patient.clone(),
                priority: condition.priority,
                text: condition.text.clone(),
                measure: condition.measure,
                onset,
                ended: condition.ended,
                renewed: None,
            },
            rule: condition.rule.clone(),
            implicated: condition.implicated.clone(),
        });
    }
    for (rule, episode) in own().filter(|(_, e)| e.ended.is_none()) {
        let same = || holds.iter().filter(|c| c.is_of(episode));
        let sees_it = same().any(|c| c.is(episode));
        let saw_it = seen.witnessed.contains(&episode.id);
        if sees_it && !saw_it {
            found.witnessed.push(episode.id.clone());
        }
        let is_witness = sees_it || saw_it;
        let ended = match same().find(|c| c.ended.is_none()) {
            // A gateway alarms for it now, and nobody took this one: one alarm is enough.
            Some(condition) => covering(seen.ward, condition, seen.now)
                .filter(|_| is_witness && !seen.is_taken(&episode.id))
                .map(|gateways| gateways.onset.max(episode.onset)),
            None if is_witness => {
                // What was found begun and over at one look is over since then.
                let between = same().filter(|c| c.is(episode)).find_map(|c| c.ended);
                match between {
                    Some(ended) => Some(ended),
                    None => over(seen, rule, episode)?.or_else(|| left_behind(seen, episode)),
                }
            }
            None => left_behind(seen, episode),
        };
        if let Some(ended) = ended {
            let episode = Episode { ended: Some(ended.max(episode.onset)), ..episode.clone() };
            found.changes.push(Change { episode, rule: rule.to_owned(), implicated: None });
        }
    }
    Ok(found)
}

/// Since when an own alarm that no rule holds any more is over; nothing where that is not known yet.
fn over(seen: &Seen, rule: &str, episode: &Episode) -> Result<Option<Instant>, VaultError> {
    let Seen { ward, board, link, now, .. } = *seen;
    match rule {
        "link" => return Ok(link.online.then_some(now)),
        "late" => return Ok(link.late.is_none().then_some(now)),
        // It can be read now, or is gone; it was said for long enough.
        UNREADABLE | RECORD => return Ok(Some(now)),
        "unread" => return Ok((link.online && link.unread.is_none()).then_some(now)),
        _ if !link.read.board => return Ok(None),
        _ => {}
    }
    let Some(tile) = board.tiles.iter().find(|t| Some(&t.patient) == episode.patient.as_ref()) else {
        // Who left has no values that could come back.
        let has_left = episode.patient.as_ref().is_some_and(|patient| seen.has_left(patient));
        return Ok(has_left.then_some(now));
    };
    if rule.starts_with("news2-") {
        let still = tile.news.band.is_some_and(|band| format!("news2-{}", band.key()) == rule);
        let known = seen.scores.is_over(&tile.patient);
        return Ok((known && !still && tile.news.total.is_some()).then_some(now));
    }
    if let Some(slot) = rule.strip_prefix("no-signal-") {
        let cell = tile.cells.iter().find(|c| slot_key(c.slot) == slot);
        let back = cell.filter(|c| !c.stale).map(|c| c.taken_at);
        // Nothing at all comes: that is another alarm. While this station is cut off nothing comes to it from anybody.
        let all = tile.stale_since.filter(|_| link.is_caught_up(now) && link.read.values).map(|_| now);
        return Ok(back.or(all));
    }
    if rule == "no-data" {
        let back = || tile.cells.iter().map(|c| c.taken_at).max().unwrap_or(now);
        return Ok((link.online && tile.stale_since.is_none()).then(back));
    }
    if rule == "missed-dose" {
        return Doses::over_since(seen.reader, episode, now);
    }
    Ok(seen.values.back_since(rule, episode, ward, now))
}

/// An alarm whose station is gone, or whose values never came back, is ended by a person, who handles it. It stands among the handled
/// ones for a shift, so that its station can still say when it was over; then it is over for everybody.
fn left_behind(seen: &Seen, episode: &Episode) -> Option<Instant> {
    let link = seen.link;
    let knows = link.is_caught_up(seen.now) && link.unread.is_none() && link.read.board;
    let handled = seen.handled(&episode.id).filter(|_| knows)?;
    (seen.now.ms_since(handled) >= LEFT_BEHIND).then_some(handled)
}
