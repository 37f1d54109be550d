//! What people did, and what the station found itself: the fact, its place in the outbox and the audit entry, in one durable
//! transaction.

use clinical::{Action, Body, Episode, Fact, Instant, Source};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::VaultError;
use crate::facts::ingest::take_in;
use crate::keys::key::random;
use crate::store::journal::{Unsent, insert_unsent};
use crate::store::kind::Kind;
use crate::store::vault::{Reader, Vault, lock};

/// The setting that holds the station's own id.
const STATION_ID: &str = "station-id";

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

/// An action the server refused for good; a person has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The action's id.
    pub action: String,
    /// Why the server refused it.
    pub reason: String,
}

/// An entry of the station's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Instant,
    /// Who, or what.
    pub who: String,
    /// What was done.
    pub what: String,
    /// Id of the episode or the patient it was about.
    pub about: Option<String>,
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
    /// It is written to the journal first, so that it outlives damage to the database, then to the database.
    ///
    /// # Errors
    /// Of the disk or the database; then it is not confirmed, and the person has to be told.
    pub fn record_action(&self, action: Action, body: String) -> Result<(), VaultError> {
        let journal = self.journal()?;
        self.write(move |connection| {
            let entry = Unsent::new(&action, body);
            let before = lock(&journal).append(&entry)?;
            let done = durably(connection, |connection| {
                let transaction = connection.transaction()?;
                insert_unsent(&transaction, &entry)?;
                transaction
                    .prepare_cached("INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)")?
                    .execute(params![action.at.0, entry.by, entry.verb, entry.episode])?;
                Ok(transaction.commit()?)
            });
            if done.is_err() {
                lock(&journal).undo(before);
            }
            done
        })
    }

    /// Makes an alarm that this station found itself durable, as it stands now; `body` is the resource that tells the others.
    ///
    /// It needs no place in the journal: after damage to the database it is found again in the values.
    ///
    /// # Errors
    /// Of the database; then nothing was recorded.
    pub fn record_episode(&self, episode: Episode, body: String, at: Instant) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let what = if episode.ended.is_some() { "cleared" } else { "raised" };
                transaction
                    .prepare_cached(
                        "INSERT OR IGNORE INTO outbox (action, lane, kind, body) VALUES (?, ?, ?, ?)",
                    )?
                    .execute(params![
                        format!("{what}:{}", episode.id),
                        episode.id.as_str(),
                        Kind::DetectedIssue,
                        body
                    ])?;
                transaction
                    .prepare_cached(
                        "INSERT INTO audit (at, who, what, about) VALUES (?, 'this station', ?, ?)",
                    )?
                    .execute(params![at.0, what, episode.id.as_str()])?;
                let source = Source {
                    reference: format!("DetectedIssue/{}", episode.id).into(),
                    version: Default::default(),
                };
                let fact = Fact { source, updated_at: None, body: Body::Episode(episode) };
                take_in(&transaction, at, &[fact])?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// Something worth keeping in the local log, such as an export or a changed setting.
    ///
    /// # Errors
    /// Of the database.
    pub fn audit(
        &self,
        at: Instant,
        who: String,
        what: String,
        about: Option<String>,
    ) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                connection.execute(
                    "INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)",
                    params![at.0, who, what, about],
                )?;
                Ok(())
            })
        })
    }

    /// The server has it.
    ///
    /// # Errors
    /// Of the database.
    pub fn sent(&self, action: String, accepted_at: Instant) -> Result<(), VaultError> {
        let journal = self.journal()?;
        self.write(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE action SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL",
                params![accepted_at.0, action],
            )?;
            transaction.execute("DELETE FROM outbox WHERE action = ?", [&action])?;
            let left: i64 = transaction.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
            transaction.commit()?;
            if left == 0 {
                lock(&journal).clear()?;
            }
            Ok(())
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

    /// The network is back: everything that waits is due now. What a server refused for good waits for a person.
    ///
    /// # Errors
    /// Of the database.
    pub fn retry_all(&self) -> Result<(), VaultError> {
        self.write(|connection| {
            connection.execute("UPDATE outbox SET next_at = 0 WHERE parked IS NULL AND next_at > 0", [])?;
            Ok(())
        })
    }

    /// A person asks to try a parked action again.
    ///
    /// # Errors
    /// Of the database.
    pub fn unpark(&self, action: String) -> Result<(), VaultError> {
        self.write(move |connection| {
            connection.execute("UPDATE outbox SET parked = NULL, next_at = 0 WHERE action = ?", [action])?;
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
        who: String,
        why: String,
        at: Instant,
    ) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let gone = transaction
                    .execute("DELETE FROM outbox WHERE action = ? AND parked IS NOT NULL", [&action])?;
                if gone > 0 {
                    transaction.execute(
                        "INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)",
                        params![at.0, who, format!("handed over: {why}"), action],
                    )?;
                }
                Ok(transaction.commit()?)
            })
        })
    }

    /// Keeps a setting of the site, with who set it in the log; [`clinical::Site::set`] says which there are.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_site(&self, key: String, value: String, who: String, at: Instant) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                transaction.execute(
                    "INSERT OR REPLACE INTO setting VALUES ('site:' || ?, ?)",
                    params![key, value],
                )?;
                transaction.execute(
                    "INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)",
                    params![at.0, who, format!("set to {value}"), key],
                )?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// This station's own random id, made once and kept: with it a name that is typed here is not the one typed elsewhere.
    /// `None` where it was never made and the cache is open for reading only.
    ///
    /// # Errors
    /// Of the database.
    pub fn station_id(&self) -> Result<Option<String>, VaultError> {
        let known = self.read(|reader| reader.setting(STATION_ID))?;
        if known.is_some() || self.is_read_only() {
            return Ok(known);
        }
        let fresh: String = random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write(move |connection| {
            durably(connection, |connection| {
                connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", [STATION_ID, &fresh])?;
                let kept = "SELECT value FROM setting WHERE key = ?";
                Ok(Some(connection.query_row(kept, [STATION_ID], |row| row.get(0))?))
            })
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

/// Nothing a clinician did may be lost with the power: this commit is on the disk when it returns.
fn durably<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let result = work(connection);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    result
}

impl Reader<'_> {
    /// The station's own log, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn log(&self, most: u32) -> Result<Vec<LogEntry>, VaultError> {
        self.list("SELECT at, who, what, about FROM audit ORDER BY seq DESC LIMIT ?", [most], |row| {
            Ok(LogEntry { at: Instant(row.get(0)?), who: row.get(1)?, what: row.get(2)?, about: row.get(3)? })
        })
    }

    /// The first waiting action of every lane that is due at `now`; a parked one holds its own lane only.
    ///
    /// # Errors
    /// Of the database.
    pub fn due(&self, now: Instant) -> Result<Vec<OutboxRow>, VaultError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, action, lane, kind, body, tries, next_at FROM outbox o
             WHERE seq = (SELECT min(seq) FROM outbox i WHERE i.lane = o.lane) AND parked IS NULL AND next_at <= ?
             ORDER BY seq",
        )?;
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

    /// When the next waiting action is due; `None` where none waits.
    ///
    /// # Errors
    /// Of the database.
    pub fn next_due(&self) -> Result<Option<Instant>, VaultError> {
        let next: Option<Option<i64>> = self
            .connection
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
            .connection
            .prepare_cached("SELECT action, parked FROM outbox WHERE parked IS NOT NULL ORDER BY seq")?;
        let rows = statement.query_map([], |row| Ok(Parked { action: row.get(0)?, reason: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is in quarantine, newest first, at most 500.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, VaultError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT reference, reason, at FROM quarantine ORDER BY at DESC, reference LIMIT 500",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Quarantined { reference: row.get(0)?, reason: row.get(1)?, at: Instant(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
