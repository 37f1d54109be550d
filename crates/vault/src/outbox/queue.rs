//! What waits to be sent, and what became of it.

use clinical::Instant;
use record::EntryKind;
use rusqlite::{Connection, OptionalExtension, params};

use crate::changes::Changes;
use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::kind::Kind;
use crate::store::vault::{Reader, Vault, lock};

/// A resource on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place in the queue.
    pub seq: i64,
    /// The action's id; of an alarm what became of it, and its episode.
    pub key: String,
    /// First in, first out within a lane; lanes do not wait for each other.
    pub lane: String,
    /// What it is.
    pub kind: Kind,
    /// The resource to send.
    pub body: String,
    /// How often it was tried.
    pub tries: u32,
    /// When to try next.
    pub next_at: Instant,
}

/// What the server refused for good; a person has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// As [`OutboxRow::key`].
    pub action: String,
    /// What it is.
    pub kind: Kind,
    /// What it is about.
    pub lane: String,
    /// Why the server refused it.
    pub reason: String,
}

/// The rows that may be sent: the first of each lane, unless it was refused.
const IS_FIRST: &str = "parked IS NULL AND seq = (SELECT min(seq) FROM outbox i
    WHERE i.lane = o.lane AND (i.kind <> 'CommunicationRequest' OR i.seq = o.seq)
    AND NOT (i.kind = 'DetectedIssue' AND i.parked IS NOT NULL))";
/// What is parked under a key; with an own alarm all of them.
const PARKED_WITH: &str = "parked IS NOT NULL AND (action = ?1
    OR (kind = 'DetectedIssue' AND EXISTS (SELECT 1 FROM outbox WHERE action = ?1 AND kind = 'DetectedIssue')))";

impl Vault {
    /// The server has it.
    ///
    /// # Errors
    /// Of the database.
    pub fn sent(&self, action: String, accepted_at: Instant) -> Result<(), VaultError> {
        let journal = self.journal()?;
        let work = move |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE action SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL",
                params![accepted_at.0, action],
            )?;
            transaction.execute(
                "UPDATE call SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL",
                params![accepted_at.0, action],
            )?;
            transaction.execute("DELETE FROM outbox WHERE action = ?", [&action])?;
            let left: i64 = transaction.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
            transaction.commit()?;
            if left == 0 {
                lock(&journal).clear()?;
            }
            Ok(())
        };
        self.write_telling(work, |()| Changes::ALARMS)
    }

    /// Try again at `next_at`.
    ///
    /// # Errors
    /// Of the database.
    pub fn postpone(&self, action: String, next_at: Instant) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
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
        let work = move |connection: &mut Connection| {
            connection.execute("UPDATE outbox SET parked = ? WHERE action = ?", params![reason, action])?;
            Ok(())
        };
        // An alarm says of its call that it was refused.
        self.write_telling(work, |()| Changes::ALARMS)
    }

    /// The network is back: everything that waits is due now. What a server refused for good waits for a person.
    ///
    /// # Errors
    /// Of the database.
    pub fn retry_all(&self) -> Result<(), VaultError> {
        self.write_beside(|connection| {
            connection.execute("UPDATE outbox SET next_at = 0 WHERE parked IS NULL AND next_at > 0", [])?;
            Ok(())
        })
    }

    /// A person asks to try a parked action again. Alarms of the station's own rules are shown as one, and tried as one.
    ///
    /// # Errors
    /// Of the database.
    pub fn unpark(&self, action: String) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            let again = format!("UPDATE outbox SET parked = NULL, next_at = 0 WHERE {PARKED_WITH}");
            connection.execute(&again, [action])?;
            Ok(())
        })
    }

    /// A person takes a parked action out of the queue and carries it on by other means; the action itself stays, and the
    /// log says who did so and why.
    ///
    /// # Errors
    /// Of the database; where the action is not parked, nothing is changed.
    pub fn carry_on_by_hand(
        &self,
        action: String,
        who: Who,
        why: String,
        at: Instant,
    ) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let gone =
                    transaction.execute(&format!("DELETE FROM outbox WHERE {PARKED_WITH}"), [&action])?;
                if gone > 0 {
                    let entry = NewEntry::new(EntryKind::Act, at, who, format!("handed over: {why}"));
                    append(&transaction, entry.about(Some(action)))?;
                }
                Ok(transaction.commit()?)
            })
        })
    }
}

impl Reader<'_> {
    /// The first waiting action of every lane that is due at `now`; a parked one holds its own lane only. A call waits for what is
    /// before it, such as the alarm it is about, and holds nothing up: what people did about the alarm goes past it.
    /// An alarm of the station's own rules that was refused holds nothing either: it is known by its id, and what people do about it is
    /// sent or refused for itself.
    ///
    /// # Errors
    /// Of the database.
    pub fn due(&self, now: Instant) -> Result<Vec<OutboxRow>, VaultError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT seq, action, lane, kind, body, tries, next_at FROM outbox o
                 WHERE {IS_FIRST} AND next_at <= ? ORDER BY seq"
        ))?;
        let rows = statement.query_map([now.0], |row| {
            Ok(OutboxRow {
                seq: row.get(0)?,
                key: row.get(1)?,
                lane: row.get(2)?,
                kind: row.get(3)?,
                body: row.get(4)?,
                tries: row.get(5)?,
                next_at: Instant(row.get(6)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ids of the actions that the server does not have yet, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn waiting(&self) -> Result<Vec<String>, VaultError> {
        let mut statement = self.connection.prepare_cached("SELECT action FROM outbox ORDER BY seq")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// When the next action that nothing holds is due; `None` where there is none.
    ///
    /// # Errors
    /// Of the database.
    pub fn next_due(&self) -> Result<Option<Instant>, VaultError> {
        let next: Option<Option<i64>> = self
            .connection
            .query_row(&format!("SELECT min(next_at) FROM outbox o WHERE {IS_FIRST}"), [], |row| row.get(0))
            .optional()?;
        Ok(next.flatten().map(Instant))
    }

    /// What the server refused for good, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn parked(&self) -> Result<Vec<Parked>, VaultError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT action, kind, lane, parked FROM outbox WHERE parked IS NOT NULL ORDER BY seq",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Parked { action: row.get(0)?, kind: row.get(1)?, lane: row.get(2)?, reason: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
