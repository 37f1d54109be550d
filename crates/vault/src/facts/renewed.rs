//! Alarms that became new once more on the id they had.

use clinical::{Episode, Instant, Priority};
use rusqlite::{Connection, params};

use crate::error::VaultError;

/// What an alarm said before.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    pub priority: i64,
    pub ended: Option<i64>,
}

impl Before {
    /// Whether it says more now: its severity was raised while it was on, or it was over and is on again.
    pub(crate) fn is_less_than(self, now: &Episode) -> bool {
        match self.ended {
            Some(_) => now.ended.is_none(),
            None => self.priority < now.priority as i64,
        }
    }
}

/// Keeps that an alarm is new once more: nobody has answered it as it is now.
pub(crate) fn renew(
    connection: &Connection,
    episode: &Episode,
    after: Option<i64>,
    stamped: Option<Instant>,
    received: Instant,
) -> Result<(), VaultError> {
    let id = episode.id.as_str();
    connection.prepare_cached("INSERT OR IGNORE INTO renewed VALUES (?, ?, ?, ?)")?.execute(params![
        id,
        stamped.unwrap_or(received).0,
        received.0,
        after
    ])?;
    if episode.priority == Priority::High {
        connection.prepare_cached("INSERT OR IGNORE INTO untaken VALUES (?)")?.execute([id])?;
    }
    Ok(())
}
