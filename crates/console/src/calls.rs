//! Calls of the next role: what the clock made due is asked of the server, once, by whichever station comes first.

use clinical::{Call, CallState, CallStatus, Escalation, Instant, Presence};

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Makes the message of every role that is due for an alarm that is on and that nobody took; gives their number.
    ///
    /// What is shown does not matter: calls are about now. None is made before this station has read what others did since the
    /// server was last out of reach, nor while it is: an alarm that somebody took meanwhile calls nobody.
    ///
    /// # Errors
    /// Of the cache; what was not recorded is due with the next look.
    pub fn call_due(&self) -> Result<usize, ConsoleError> {
        if !self.link().has_read_alarms() {
            return Ok(0);
        }
        let (ward, board, now) = self.ward_and_board()?;
        if ward.takes_calls == Some(false) {
            return Ok(0);
        }
        let mut made = 0;
        for item in board.queue.iter().filter(|item| item.line.presence == Presence::Active) {
            let due = item.line.escalations.iter().filter(|due| due.call == CallState::Due);
            for due in due {
                let Some(episode) = ward.episodes.iter().find(|e| e.id == item.line.episode) else {
                    continue;
                };
                let call = call(due, due.call_id(episode), item.line.episode.clone(), now);
                made += usize::from(self.record_call(call, episode, due.by.as_ref())?);
            }
        }
        if made > 0 {
            self.wake();
        }
        Ok(made)
    }
}

fn call(due: &Escalation, id: clinical::SmolStr, episode: clinical::EpisodeId, now: Instant) -> Call {
    Call {
        id,
        episode,
        level: due.level,
        role: due.role.clone(),
        due: due.at,
        made: now,
        status: CallStatus::Active,
    }
}
