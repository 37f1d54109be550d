//! The gateway's own alarm about the same thing as a condition: one alarm is enough.

use clinical::{CLEAR_MS, Episode, Instant, Priority};
use vault::Ward;

use super::condition::{Condition, family, is_about_a_station};

/// A gateway ends its alarm with the value that is back, a rule some seconds later: milliseconds.
const STILL_COVERS: i64 = 2 * CLEAR_MS;

/// The gateway's own alarm about the same thing at the same time. One that is over covers what is over too: while the breach goes
/// on, nobody else says so.
pub(super) fn covering<'a>(ward: &'a Ward, condition: &Condition, now: Instant) -> Option<&'a Episode> {
    about(ward, condition).find(|e| {
        e.ended.is_none_or(|ended| {
            let is_over = condition.ended.is_some() || now.ms_since(ended) <= STILL_COVERS;
            is_over && ended >= condition.onset
        })
    })
}

/// Every alarm of a gateway about the same thing, whenever it was.
pub(super) fn about<'a>(ward: &'a Ward, condition: &Condition) -> impl Iterator<Item = &'a Episode> {
    let technical = condition.priority == Priority::Technical;
    // What this station knows of its own way to the server, no gateway can know.
    let is_its_own = is_about_a_station(&condition.rule);
    ward.episodes.iter().filter(move |e| {
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
            && !is_its_own
            && e.own_rule().is_none()
            && e.patient == condition.patient
            && (e.priority == Priority::Technical) == technical
    })
}
