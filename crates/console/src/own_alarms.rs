//! The station's own rules at work: what they find is recorded as any other alarm.

use std::sync::PoisonError;

use bedside::{Link, board_then};
use fhir::detected_issue;

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Looks through what is new with this station's own rules; records the alarms that began and those that are over, and
    /// gives their number. What is shown does not matter: alarms are about now.
    ///
    /// # Errors
    /// Of the cache; what was not recorded is found again with the next look.
    pub fn detect(&self) -> Result<usize, ConsoleError> {
        let link = self.link();
        let unread = link.unread_words().zip(link.unread.iter().map(|unread| unread.since).min());
        let late = self.lateness();
        let link = Link { online: link.online, since: link.since, cause: link.cause, unread, late };
        let mut detector = self.detector.lock().unwrap_or_else(PoisonError::into_inner);
        // The board that is shown is the one the rules look at: its alarms are folded once for both.
        let (ward, board, now) = self.ward_and_board()?;
        let changes = self.vault.read(|reader| {
            let mut then = |at| board_then(&self.vault, at);
            Ok(detector.look(reader, (&ward, &board), &mut then, &self.station().name, &link, now))
        })??;
        for change in &changes {
            let body = detected_issue(&change.episode, &change.rule, change.implicated.as_deref());
            self.vault.record_episode(change.episode.clone(), body.to_string(), now)?;
        }
        if !changes.is_empty() {
            self.wake();
        }
        drop(detector);
        self.call_due()?;
        Ok(changes.len())
    }
}
