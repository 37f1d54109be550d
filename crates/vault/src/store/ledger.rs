//! The ledger: what a server numbered on each of its channels, how much of it came by itself, and every stretch in which something
//! did not, until it was read another way. What is missing is named with its time, and never forgotten in silence.

use clinical::Instant;
use rusqlite::{Connection, Row, params};

use crate::error::VaultError;
use crate::store::vault::{Reader, Vault};

/// The newest so many gaps are kept.
const MOST_GAPS: i64 = 500;

/// A channel, and how far it was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Such as `live`.
    pub name: String,
    /// When it was followed first.
    pub began: Instant,
    /// When it was heard of last.
    pub heard: Instant,
    /// Events that the server numbered while this station listened.
    pub numbered: u64,
    /// Those of them that came by themselves.
    pub came: u64,
}

/// A stretch in which something did not come by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Of which channel.
    pub channel: String,
    /// How many events the server numbered in it; `None` where it numbered none that this station could hear of.
    pub events: Option<u64>,
    /// The last word before it.
    pub since: Instant,
    /// When it was noticed, or over.
    pub until: Instant,
    /// What happened, in words.
    pub why: String,
    /// When everything that had changed was read by asking; `None` while that is still to come.
    pub read_at: Option<Instant>,
    /// How many resources that brought.
    pub brought: Option<u64>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By name.
    pub channels: Vec<Channel>,
    /// The newest first.
    pub gaps: Vec<Gap>,
}

impl Ledger {
    /// When a channel was heard of last.
    pub fn last_word(&self, channel: &str) -> Option<Instant> {
        self.channels.iter().find(|known| known.name == channel).map(|known| known.heard)
    }
}

impl Vault {
    /// So many more events of a channel were numbered, and so many came.
    ///
    /// # Errors
    /// Of the database.
    pub fn count_events(
        &self,
        channel: &'static str,
        numbered: u64,
        came: u64,
        at: Instant,
    ) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO channel (name, began, heard, numbered, came) VALUES (?1, ?2, ?2, ?3, ?4) ON CONFLICT (name)
                     DO UPDATE SET heard = ?2, numbered = numbered + ?3, came = came + ?4",
                )?
                .execute(params![channel, at.0, kept(numbered), kept(came)])?;
            Ok(())
        })
    }

    /// Something did not come.
    ///
    /// # Errors
    /// Of the database.
    pub fn note_gap(&self, gap: Gap) -> Result<(), VaultError> {
        self.write_beside(move |connection| note(connection, &gap))
    }

    /// Everything that had changed by `at` was read: no gap of a channel is open any more.
    ///
    /// # Errors
    /// Of the database.
    pub fn close_gaps(&self, channel: &'static str, brought: u64, at: Instant) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE gap SET read_at = ?, brought = ? WHERE channel = ? AND read_at IS NULL",
                )?
                .execute(params![at.0, kept(brought), channel])?;
            Ok(())
        })
    }
}

/// SQLite's integers have a sign.
fn kept(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(row: &Row, column: usize) -> rusqlite::Result<u64> {
    Ok(some_count(row, column)?.unwrap_or_default())
}

fn some_count(row: &Row, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|count| u64::try_from(count).unwrap_or_default()))
}

fn note(connection: &Connection, gap: &Gap) -> Result<(), VaultError> {
    connection.execute(
        "INSERT INTO gap (channel, events, since, until, why, read_at, brought) VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            gap.channel,
            gap.events.map(kept),
            gap.since.0,
            gap.until.0,
            gap.why,
            gap.read_at.map(|at| at.0),
            gap.brought.map(kept)
        ],
    )?;
    // What is still open is never the one that goes.
    connection.execute(
        "DELETE FROM gap WHERE read_at IS NOT NULL AND id <= (SELECT max(id) FROM gap) - ?",
        [MOST_GAPS],
    )?;
    Ok(())
}

impl Reader<'_> {
    /// What was numbered, and what did not come.
    ///
    /// # Errors
    /// Of the database.
    pub fn ledger(&self) -> Result<Ledger, VaultError> {
        let channels =
            self.list("SELECT name, began, heard, numbered, came FROM channel ORDER BY name", [], |row| {
                Ok(Channel {
                    name: row.get(0)?,
                    began: Instant(row.get(1)?),
                    heard: Instant(row.get(2)?),
                    numbered: count(row, 3)?,
                    came: count(row, 4)?,
                })
            })?;
        let gaps = self.list(
            "SELECT channel, events, since, until, why, read_at, brought FROM gap ORDER BY id DESC",
            [],
            |row| {
                Ok(Gap {
                    channel: row.get(0)?,
                    events: some_count(row, 1)?,
                    since: Instant(row.get(2)?),
                    until: Instant(row.get(3)?),
                    why: row.get(4)?,
                    read_at: row.get::<_, Option<i64>>(5)?.map(Instant),
                    brought: some_count(row, 6)?,
                })
            },
        )?;
        Ok(Ledger { channels, gaps })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::keys::key::Key;

    #[test]
    fn what_did_not_come_is_named_until_it_was_read_and_an_open_gap_outlives_a_thousand_others() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let gap = |events: u64, read_at: Option<i64>| Gap {
            channel: "live".into(),
            events: Some(events),
            since: Instant(1),
            until: Instant(2),
            why: "did not come".into(),
            read_at: read_at.map(Instant),
            brought: None,
        };
        vault.count_events("live", 3, 2, Instant(5)).unwrap();
        vault.count_events("live", 4, 4, Instant(9)).unwrap();
        vault.note_gap(gap(1, None)).unwrap();
        for n in 0..1_000 {
            vault.note_gap(gap(n, Some(3))).unwrap();
        }
        let ledger = vault.read(|r| r.ledger()).unwrap();
        let channel =
            Channel { name: "live".into(), began: Instant(5), heard: Instant(9), numbered: 7, came: 6 };
        assert_eq!(ledger.channels, [channel]);
        assert_eq!(ledger.gaps.len(), 501);
        assert_eq!((ledger.gaps[0].events, ledger.gaps[500].clone()), (Some(999), gap(1, None)));
        vault.close_gaps("live", 12, Instant(20)).unwrap();
        let last = vault.read(|r| r.ledger()).unwrap().gaps.pop().unwrap();
        assert_eq!(last, Gap { brought: Some(12), ..gap(1, Some(20)) });
    }
}
