//! What people did: the action, its place in the outbox and the audit entry, in one durable transaction.

use clinical::{Action, Instant};
use rusqlite::{OptionalExtension, params};

use crate::error::VaultError;
use crate::store::{Reader, Vault};

/// An action on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its place in the queue.
    pub seq: i64,
    /// The action's id.
    pub action: String,
    /// First in, first out within a lane; lanes do not wait for each other.
    pub lane: String,
    /// The resource to send.
    pub body: String,
    /// How often it was tried.
    pub tries: u32,
    /// When to try next.
    pub next_at: Instant,
}

/// An action the server refused for good; a person has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The action's id.
    pub action: String,
    /// Why the server refused it.
    pub reason: String,
}

/// A resource in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// `Type/id`.
    pub reference: String,
    /// What was wrong.
    pub reason: String,
    /// When it came.
    pub at: Instant,
}

impl Vault {
    /// Makes an action durable: when this returns, power may fail. `body` is the resource to send.
    ///
    /// # Errors
    /// Of the database; then nothing was recorded.
    pub fn record_action(&self, action: Action, body: String) -> Result<(), VaultError> {
        self.write(move |connection| {
            // Nothing a clinician did may be lost with the power.
            connection.pragma_update(None, "synchronous", "FULL")?;
            let result = (|| {
                let transaction = connection.transaction()?;
                transaction
                    .prepare_cached("INSERT INTO action VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)")?
                    .execute(params![
                        action.id,
                        action.episode,
                        action.verb.code(),
                        action.by,
                        action.at.0,
                        action.note
                    ])?;
                transaction
                    .prepare_cached("INSERT INTO outbox (action, lane, body) VALUES (?, ?, ?)")?
                    .execute(params![action.id, action.episode, body])?;
                transaction
                    .prepare_cached("INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)")?
                    .execute(params![action.at.0, action.by, action.verb.code(), action.episode])?;
                Ok(transaction.commit()?)
            })();
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            result
        })
    }

    /// The server has it.
    ///
    /// # Errors
    /// Of the database.
    pub fn sent(&self, action: String, accepted_at: Instant) -> Result<(), VaultError> {
        self.write(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE action SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL",
                params![accepted_at.0, action],
            )?;
            transaction.execute("DELETE FROM outbox WHERE action = ?", [&action])?;
            Ok(transaction.commit()?)
        })
    }

    /// Try again at `next_at`.
    ///
    /// # Errors
    /// Of the database.
    pub fn postpone(&self, action: String, next_at: Instant) -> Result<(), VaultError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE outbox SET tries = tries + 1, next_at = ? WHERE action = ?",
                params![next_at.0, action],
            )?;
            Ok(())
        })
    }

    /// The server refused it for good; it stays where people see it.
    ///
    /// # Errors
    /// Of the database.
    pub fn park(&self, action: String, reason: String) -> Result<(), VaultError> {
        self.write(move |connection| {
            connection.execute("UPDATE outbox SET parked = ? WHERE action = ?", params![reason, action])?;
            Ok(())
        })
    }

    /// The network is back, or a person asked: everything that waits is due now, the parked included.
    ///
    /// # Errors
    /// Of the database.
    pub fn retry_all(&self) -> Result<(), VaultError> {
        self.write(|connection| {
            connection.execute("UPDATE outbox SET next_at = 0, parked = NULL", [])?;
            Ok(())
        })
    }

    /// Keeps a setting of this station.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_setting(&self, key: &'static str, value: String) -> Result<(), VaultError> {
        self.write(move |connection| {
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", params![key, value])?;
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// The first waiting action of every lane that is due at `now`; a parked one holds its own lane only.
    ///
    /// # Errors
    /// Of the database.
    pub fn due(&self, now: Instant) -> Result<Vec<Outgoing>, VaultError> {
        let mut statement = self.0.prepare_cached(
            "SELECT seq, action, lane, body, tries, next_at FROM outbox o
             WHERE seq = (SELECT min(seq) FROM outbox i WHERE i.lane = o.lane) AND parked IS NULL AND next_at <= ?
             ORDER BY seq",
        )?;
        let rows = statement.query_map([now.0], |row| {
            Ok(Outgoing {
                seq: row.get(0)?,
                action: row.get(1)?,
                lane: row.get(2)?,
                body: row.get(3)?,
                tries: row.get(4)?,
                next_at: Instant(row.get(5)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ids of the actions that the server does not have yet, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn waiting(&self) -> Result<Vec<String>, VaultError> {
        let mut statement = self.0.prepare_cached("SELECT action FROM outbox ORDER BY seq")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// When the next waiting action is due; `None` where none waits.
    ///
    /// # Errors
    /// Of the database.
    pub fn next_due(&self) -> Result<Option<Instant>, VaultError> {
        let next: Option<Option<i64>> = self
            .0
            .query_row("SELECT min(next_at) FROM outbox WHERE parked IS NULL", [], |row| row.get(0))
            .optional()?;
        Ok(next.flatten().map(Instant))
    }

    /// Actions the server refused for good.
    ///
    /// # Errors
    /// Of the database.
    pub fn parked(&self) -> Result<Vec<Parked>, VaultError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT action, parked FROM outbox WHERE parked IS NOT NULL ORDER BY seq")?;
        let rows = statement.query_map([], |row| Ok(Parked { action: row.get(0)?, reason: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is in quarantine, newest first, at most 500.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, VaultError> {
        let mut statement = self.0.prepare_cached(
            "SELECT reference, reason, at FROM quarantine ORDER BY at DESC, reference LIMIT 500",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Quarantined { reference: row.get(0)?, reason: row.get(1)?, at: Instant(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
