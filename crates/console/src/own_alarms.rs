//! The station's own rules at work: what they find is recorded as any other alarm.

use std::sync::PoisonError;

use bedside::{HasRead, Link, board_then};
use fhir::detected_issue;
use sync::{LinkState, board_is_read, doses_are_read};
use vault::{Reader, VaultError};

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
        let read = self.vault.read(|reader| has_read(reader, &state))?;
        let late = self.lateness();
        let link = Link { online: state.online, since: state.since, cause: state.cause, unread, late, read };
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
