//! How long what is kept: whole chunks go, and the file shrinks.

use clinical::{DAY_MS, Instant};
use rusqlite::{Connection, params};

use crate::entries::retire::retire;
use crate::error::VaultError;
use crate::store::vault::{Reader, Vault};

/// How long what is kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Numerics and single values of who is in a hospital.
    pub numerics: u16,
    /// The same of everybody else: a report of somebody at home is of up to 90 days.
    pub at_home: u16,
    /// ECG, pleth and other waves.
    pub waves: u16,
    /// Episodes that ended, actions, doses, the log.
    pub events: u16,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { numerics: 14, at_home: 92, waves: 3, events: 365 }
    }
}

/// What a run of the policy took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Chunks.
    pub chunks: usize,
    /// Rows of the hot tail and of histories.
    pub rows: usize,
    /// Bytes the file became smaller by.
    pub bytes: u64,
}

const SETTING: &str = "retention-days";
/// The series of everybody who is not in a hospital for as long as numerics are kept there (`?1`), by the record they were sent for: one
/// night takes nothing of a person's months at home away. Where an older cache does not tell, who is in some place is in a hospital
/// (`facts::codes`).
const OF_HOME: &str = "(SELECT id FROM series WHERE patient NOT IN (SELECT patient FROM stay
    WHERE (in_progress = 3 OR in_progress = 1 AND coalesce(place, '') <> '') AND received < ?1))";
/// Chunks that go in one transaction: the writer is free again after some milliseconds.
const BATCH: u32 = 512;

impl Vault {
    /// As [`Vault::retain`], by a clock that can be trusted: a station whose clock jumped ahead must not take away what the server
    /// still counts as young. `by_server` is the server's own clock; where it tells none, the newest time it put on anything is
    /// taken for it, and where it never put any, nothing goes.
    ///
    /// # Errors
    /// As [`Vault::retain`].
    pub fn retain_by(&self, now: Instant, by_server: Option<Instant>) -> Result<Retired, VaultError> {
        let by_server = match by_server {
            Some(at) => Some(at),
            None => self.read(|reader| reader.newest_stamp())?,
        };
        by_server.map_or_else(|| Ok(Retired::default()), |at| self.retain(now.min(at)))
    }

    /// Keeps the policy of this site.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_retention(&self, policy: Retention) -> Result<(), VaultError> {
        let Retention { numerics, waves, events, at_home } = policy;
        self.set_setting(SETTING, format!("{numerics} {waves} {events} {at_home}"))
    }

    /// Takes away what is older than the policy says: what was both taken and received before. Data that came late, such as
    /// a backfill, is kept as long as data that came at once. Actions that wait to be sent are never touched. To be called
    /// while the server is in reach: what cannot be pulled again is better old than gone.
    ///
    /// # Errors
    /// Of the database; what was taken away so far stays away.
    pub fn retain(&self, now: Instant) -> Result<Retired, VaultError> {
        let policy = self.read(|reader| reader.retention())?;
        let ago = |days: u16| now.0 - i64::from(days) * DAY_MS;
        let (numerics, waves, events) = (ago(policy.numerics), ago(policy.waves), ago(policy.events));
        // Nobody's are kept for less than in a bed.
        let at_home = ago(policy.at_home.max(policy.numerics));
        let mut done = Retired::default();
        loop {
            let gone = self.write(move |connection| {
                Ok(connection.execute(
                    &format!(
                        "DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE t1 < max(?1, ?2) AND
                         max(t1, received, coalesce(replaced, 0)) < CASE WHEN period_ms <= 100 THEN ?2
                         WHEN series IN {OF_HOME} THEN ?4 ELSE ?1 END LIMIT ?3)"
                    ),
                    params![numerics, waves, BATCH, at_home],
                )?)
            })?;
            done.chunks += gone;
            if gone < BATCH as usize {
                break;
            }
        }
        done.rows = self.write(move |connection| {
            let transaction = connection.transaction()?;
            let mut rows = 0;
            for table in ["sample WHERE max(t, received)", "sample_was WHERE until"] {
                rows += transaction.execute(
                    &format!("DELETE FROM {table} < CASE WHEN series IN {OF_HOME} THEN ?2 ELSE ?1 END"),
                    [numerics, at_home],
                )?;
            }
            for (sql, before) in [
                // Since when somebody sends nothing is known by the last that they sent, for as long as anything of them is.
                ("DELETE FROM latest WHERE max(t, received) < ?", events),
                ("DELETE FROM dose WHERE max(at, received) < ?", events),
                ("DELETE FROM episode WHERE max(ended, received) < ?", events),
                ("DELETE FROM renewed WHERE received < ? AND id NOT IN (SELECT id FROM episode)", events),
                ("DELETE FROM call WHERE received < ? AND episode NOT IN (SELECT id FROM episode)", events),
                (
                    // A limit holds until it is changed, and so do those that were saved under a name.
                    "DELETE FROM action WHERE received < ? AND episode NOT IN (SELECT id FROM episode)
                     AND id NOT IN (SELECT action FROM outbox) AND verb NOT IN ('limit', 'limit-preset')",
                    events,
                ),
                ("DELETE FROM quarantine WHERE at < ?", events),
                ("DELETE FROM gap WHERE until < ?", events),
                ("DELETE FROM channel WHERE heard < ?", events),
                ("DELETE FROM outage WHERE until < ?", events),
            ] {
                rows += transaction.execute(sql, [before])?;
            }
            rows += transaction.execute(
                "DELETE FROM label WHERE at < CASE WHEN source GLOB 'Observation/*' THEN ?1 ELSE ?2 END
                 AND source NOT GLOB 'Flag/*' AND source NOT IN (SELECT source FROM latest)",
                [numerics.min(at_home), events],
            )?;
            rows += transaction.execute(
                "DELETE FROM identity WHERE substr(source, 26) NOT IN (SELECT id FROM dose)",
                [],
            )?;
            rows += transaction.execute("DELETE FROM given_by WHERE id NOT IN (SELECT id FROM dose)", [])?;
            rows += transaction.execute(
                "DELETE FROM said WHERE at < ? AND (source GLOB 'DetectedIssue/*' OR source GLOB 'Observation/*'
                 OR source GLOB 'MedicationAdministration/*' OR source GLOB 'Communication/*')",
                [events],
            )?;
            for (table, ..) in crate::store::schema::HISTORIES {
                rows += transaction.execute(&format!("DELETE FROM {table}_was WHERE until < ?"), [events])?;
            }
            rows += retire(&transaction, Instant(events), now)?;
            transaction.commit()?;
            Ok(rows)
        })?;
        done.rows += self.remove_who_left(now)?;
        done.bytes = self.write(shrink)?;
        Ok(done)
    }
}

/// Gives free pages back to the system.
fn shrink(connection: &mut Connection) -> Result<u64, VaultError> {
    let pages = |connection: &Connection| -> rusqlite::Result<i64> {
        connection.query_row("PRAGMA page_count", [], |row| row.get(0))
    };
    let before = pages(connection)?;
    let mut vacuum = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    drop(vacuum);
    let after = pages(connection)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(u64::try_from((before - after) * 4096).unwrap_or(0))
}

impl Reader<'_> {
    /// The newest time that the server put on any resource.
    ///
    /// # Errors
    /// Of the database.
    pub fn newest_stamp(&self) -> Result<Option<Instant>, VaultError> {
        let newest: Option<i64> =
            self.connection.query_row("SELECT max(at) FROM said", [], |row| row.get(0))?;
        Ok(newest.map(Instant))
    }

    /// The policy of this site.
    ///
    /// # Errors
    /// Of the database.
    pub fn retention(&self) -> Result<Retention, VaultError> {
        let text = self.setting(SETTING)?.unwrap_or_default();
        let mut days = text.split(' ').map(str::parse::<u16>);
        let mut next = |usual: u16| days.next().and_then(Result::ok).unwrap_or(usual);
        let usual = Retention::default();
        let (numerics, waves, events) = (next(usual.numerics), next(usual.waves), next(usual.events));
        Ok(Retention { numerics, waves, events, at_home: next(usual.at_home) })
    }
}
