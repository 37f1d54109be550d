//! Calls of the next role: kept, sent and read back.

use clinical::{Call, CallStatus, Episode, EpisodeId, Instant, SeenCall, Source};
use record::EntryKind;
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, params, params_from_iter};

use crate::changes::Changes;
use crate::codec::{id, json};
use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::kind::Kind;
use crate::store::vault::{Reader, Vault};

/// The setting that says whether the server takes calls.
const TAKES_CALLS: &str = "server-takes-calls";

/// What a call is, as it stands in its columns: id, episode, level, role, due, made, status; and what stands behind them.
fn row<const N: usize>(call: &Call, rest: [Value; N]) -> impl Iterator<Item = Value> {
    let own = [
        Value::Text(call.id.to_string()),
        Value::Text(call.episode.as_str().to_owned()),
        Value::Integer(i64::try_from(call.level).unwrap_or(i64::MAX)),
        Value::Text(call.role.clone()),
        Value::Integer(call.due.0),
        Value::Integer(call.made.0),
        Value::Text(call.status.code().to_owned()),
    ];
    own.into_iter().chain(rest)
}

/// What the server says of a call; whether that is anything new.
pub(crate) fn say_call(
    connection: &Connection,
    call: &Call,
    source: &Source,
    stamped: Option<Instant>,
    received: Instant,
) -> Result<bool, VaultError> {
    let at = stamped.unwrap_or(received).0;
    let changed = connection
        .prepare_cached(
            "INSERT INTO call (id, episode, level, role, due, made, status, status_at, accepted_at, source, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET
             level = ?3, role = ?4, due = ?5, made = ?6, status_at = CASE WHEN status IS ?7 THEN status_at ELSE ?8 END,
             status = ?7, accepted_at = min(coalesce(accepted_at, ?8), ?8), source = ?9
             WHERE (status, accepted_at IS NULL, source, made) IS NOT (?7, 0, ?9, ?6)",
        )?
        .execute(params_from_iter(row(
            call,
            [
                Value::Integer(at),
                Value::Text(source.reference.to_string()),
                Value::Integer(received.0),
            ],
        )))?;
    // Seen on the server: an earlier try arrived although its answer did not, or another station was faster.
    connection.prepare_cached("DELETE FROM outbox WHERE action = ?")?.execute([call.id.as_str()])?;
    Ok(changed > 0)
}

/// The server has it no more, or it was entered in error.
pub(crate) fn unsay_call(
    connection: &Connection,
    reference: &str,
    received: Instant,
) -> Result<bool, VaultError> {
    let revoked = CallStatus::Revoked.code();
    let changed = connection
        .prepare_cached("UPDATE call SET status = ?1, status_at = ?2 WHERE source = ?3 AND status <> ?1")?
        .execute(params![revoked, received.0, reference])?;
    Ok(changed > 0)
}

impl Vault {
    /// Makes a call durable, unless it was made before; `body` is the resource that asks the server to pass it on, `who` asked
    /// for it. Whether it is new.
    ///
    /// It needs no place in the journal: after damage to the database the alarm is pulled again, the role is due as before, and
    /// the message has the same identifier.
    ///
    /// # Errors
    /// Of the database; then nothing was recorded.
    pub fn record_call(&self, call: Call, body: String, who: Who) -> Result<bool, VaultError> {
        let work = move |connection: &mut Connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let is_new = transaction
                    .prepare_cached(
                        "INSERT OR IGNORE INTO call (id, episode, level, role, due, made, status, received)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)",
                    )?
                    .execute(params_from_iter(row(&call, [])))?
                    > 0;
                if is_new {
                    let lane = call.episode.as_str();
                    transaction
                        .prepare_cached(
                            "INSERT OR IGNORE INTO outbox (action, lane, kind, body) VALUES (?, ?, ?, ?)",
                        )?
                        .execute(params![call.id.as_str(), lane, Kind::CommunicationRequest, body])?;
                    // Somebody asked for it, or it was due.
                    let kind = if who == Who::station() { EntryKind::Station } else { EntryKind::Act };
                    let entry = NewEntry::new(kind, call.made, who, format!("call: {}", call.role));
                    append(&transaction, entry.about(Some(lane.to_owned())))?;
                }
                transaction.commit()?;
                Ok(is_new)
            })
        };
        self.write_telling(work, |_| Changes::ALARMS)
    }

    /// What the server says of itself: whether it takes calls.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_takes_calls(&self, takes: bool) -> Result<(), VaultError> {
        if self.read(|reader| reader.takes_calls())? == Some(takes) {
            return Ok(());
        }
        let work = move |connection: &mut Connection| {
            connection.execute(
                "INSERT OR REPLACE INTO setting VALUES (?, ?)",
                params![TAKES_CALLS, if takes { "yes" } else { "no" }],
            )?;
            Ok(())
        };
        self.write_telling(work, |()| Changes::ALARMS)
    }
}

impl Reader<'_> {
    /// Whether the server takes calls; `None` where it never said.
    ///
    /// # Errors
    /// Of the database.
    pub fn takes_calls(&self) -> Result<Option<bool>, VaultError> {
        Ok(self.setting(TAKES_CALLS)?.map(|said| said == "yes"))
    }

    /// The calls about these alarms, as of the view's moment.
    pub(crate) fn calls_about(&self, episodes: &[Episode]) -> Result<Vec<SeenCall>, VaultError> {
        let ids: Vec<&str> = episodes.iter().map(|episode| episode.id.as_str()).collect();
        self.calls_where("c.episode IN (SELECT value FROM json_each(?3))", &json(&ids))
    }

    /// The calls about one alarm, up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn calls_on(&self, episode: &EpisodeId) -> Result<Vec<SeenCall>, VaultError> {
        self.calls_where("c.episode = ?3", &episode.as_str())
    }

    /// Every call up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn calls(&self) -> Result<Vec<SeenCall>, VaultError> {
        self.calls_where("?3 IS NULL", &rusqlite::types::Null)
    }

    fn calls_where(&self, condition: &str, bound: &dyn ToSql) -> Result<Vec<SeenCall>, VaultError> {
        let (at, known_by) = (self.view.at, self.view.known_by);
        let until = at.min(known_by);
        let sql = format!(
            "SELECT c.id, c.episode, c.level, c.role, c.due, c.made, c.status, c.status_at, c.accepted_at, o.parked
             FROM call c LEFT JOIN outbox o ON o.action = c.id
             WHERE c.made <= ?1 AND c.received <= ?2 AND {condition} ORDER BY c.due, c.id"
        );
        self.list(&sql, &[&at.0 as &dyn ToSql, &known_by.0, bound][..], |row| {
            let then = |at: Option<i64>| at.map(Instant).filter(|at| *at <= until);
            let (status, said): (String, Option<i64>) = (row.get(6)?, row.get(7)?);
            let status_at = then(said);
            // What became of it later had not come of it yet.
            let is_later = said.is_some() && status_at.is_none();
            let status = CallStatus::from_code(&status).filter(|_| !is_later).unwrap_or(CallStatus::Active);
            let level: i64 = row.get(2)?;
            Ok(SeenCall {
                call: Call {
                    id: id(row, 0)?,
                    episode: id(row, 1)?,
                    level: usize::try_from(level).unwrap_or(0),
                    role: row.get(3)?,
                    due: Instant(row.get(4)?),
                    made: Instant(row.get(5)?),
                    status,
                },
                accepted_at: then(row.get(8)?),
                status_at,
                refused: row.get(9)?,
            })
        })
    }
}
