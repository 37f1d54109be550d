//! The station's own rules at work: what they find is recorded as any other alarm.

use std::sync::PoisonError;

use bedside::{HasRead, Link, board_then};
use clinical::Instant;
use fhir::detected_issue;
use sync::{LinkState, board_is_read, doses_are_read};
use vault::{Quarantined, Reader, VaultError};

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Looks through what is new with this station's own rules; records the alarms that began and those that are over, and
    /// gives their number. What is shown does not matter: alarms are about now.
    ///
    /// # Errors
    /// Of the cache; what was not recorded is found again with the next look.
    pub fn detect(&self) -> Result<usize, ConsoleError> {
        let state = self.link();
        let unread = state.unread_words().zip(state.unread.iter().map(|unread| unread.since).min());
        let (read, aside, complaints) = self.vault.read(|reader| {
            Ok((
                has_read(reader, &state)?,
                reader.quarantined_alarms()?,
                reader.record_complaints(self.now())?,
            ))
        })?;
        let link = Link {
            online: state.online,
            since: state.since,
            cause: state.cause,
            unread,
            unreadable: unreadable(&aside),
            late: self.lateness(),
            records: complaints.into_iter().map(|complaint| (complaint.words, complaint.at)).collect(),
            read,
        };
        let mut detector = self.detector.lock().unwrap_or_else(PoisonError::into_inner);
        // The board that is shown is the one the rules look at: its alarms are folded once for both.
        let (ward, board, now) = self.ward_and_board()?;
        let found = self.vault.read(|reader| {
            let mut then = |at| board_then(&self.vault, at);
            Ok(detector.look(reader, (&ward, &board), &mut then, &self.station().name, &link, now))
        })??;
        for change in &found.changes {
            let body = detected_issue(&change.episode, &change.rule, change.implicated.as_deref());
            self.vault.record_episode(change.episode.clone(), body.to_string(), now)?;
        }
        // After what was raised: of an alarm that is not known there is nothing to witness.
        if !found.witnessed.is_empty() {
            self.vault.witness(found.witnessed)?;
        }
        if !found.changes.is_empty() {
            self.wake();
        }
        drop(detector);
        self.call_due()?;
        Ok(found.changes.len())
    }
}

/// Alarms of so many pages that cannot be read are said one by one; where there are more, somebody looks already.
const MOST_UNREADABLE: usize = 20;

/// Alarms, and what was done about them, that cannot be read: the newest first, those of one page together, in words.
fn unreadable(aside: &[Quarantined]) -> Vec<(String, Instant)> {
    let pages = aside.chunk_by(|one, other| one.at == other.at).filter_map(|page| {
        let is_alarm = |held: &&Quarantined| held.reference.starts_with("DetectedIssue/");
        let first = page.iter().find(is_alarm).or(page.first())?;
        let what = if is_alarm(&first) { "an alarm of the server" } else { "what was done about an alarm" };
        let more = if page.len() > 1 { format!(" (and {} more)", page.len() - 1) } else { String::new() };
        Some((format!("{what} cannot be read: {}{more}", first.reason), first.at))
    });
    pages.take(MOST_UNREADABLE).collect()
}

/// What this station has read of its server, for rules that must not take for missing what was not read.
fn has_read(reader: &Reader, link: &LinkState) -> Result<HasRead, VaultError> {
    let is_open = |kinds: &[&str]| link.unread.iter().any(|unread| kinds.contains(&unread.kind.as_str()));
    Ok(HasRead {
        board: board_is_read(reader)?,
        doses: doses_are_read(reader)?,
        values: !is_open(&["Observation"]),
        people: !is_open(&["Patient", "Encounter", "Location", "Device"]),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use clinical::Unreadable;
    use vault::{Key, PageCommit, Vault};

    use super::*;
    use crate::console::Station;

    #[test]
    fn rules_that_end_by_a_fault_of_their_own_find_the_alarm_when_they_are_begun_again() {
        // Wherever it happens in a look: the clock is asked before the rules begin, and by them.
        for nth in 1..=2 {
            let folder = tempfile::tempdir().unwrap();
            let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
            let left = Arc::new(AtomicI64::new(0));
            let asked = left.clone();
            let now = move || match asked.fetch_sub(1, Ordering::Relaxed) {
                1 => panic!("a fault of the rules"),
                _ => Instant(1_770_000_000_000),
            };
            let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
            let (console, _) = Console::open(vault.clone(), None, station, Arc::new(now)).unwrap();
            assert_eq!(console.detect().unwrap(), 0);
            let reference = "DetectedIssue/x".into();
            let unreadable = vec![Unreadable { reference, reason: "no onset".into(), body: String::new() }];
            vault.commit(PageCommit { unreadable, received: Instant(5), ..Default::default() }).unwrap();
            left.store(nth, Ordering::Relaxed);
            assert!(catch_unwind(AssertUnwindSafe(|| console.detect())).is_err(), "question {nth}");
            assert_eq!(console.detect().unwrap(), 1, "question {nth}");
        }
    }
}
