//! The ledger: what a server numbered on each of its channels, how much of it came by itself, and every stretch in which something
//! did not, until it was read another way. What is missing is named with its time, and never forgotten in silence.

use clinical::Instant;
use rusqlite::{Connection, params};

use crate::error::VaultError;
use crate::store::counts::{count, kept, some_count};
use crate::store::outages::Outage;
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
    /// Events that the server numbered while this station listened; of a search what the server said it finds.
    pub numbered: u64,
    /// Those of them that came.
    pub came: u64,
    /// Searches of which the server did not say how many they find.
    pub unnumbered: u64,
}

/// What was counted of a channel since it was written down last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// See [`Channel::numbered`].
    pub numbered: u64,
    /// See [`Channel::came`].
    pub came: u64,
    /// See [`Channel::unnumbered`].
    pub unnumbered: u64,
}

/// A stretch in which something did not come by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Of which channel.
    pub channel: String,
    /// How many events the server numbered in it; `None` where it numbered none that this station could hear of.
    pub events: Option<u64>,
    /// The first and the last of their numbers, where they have one.
    pub numbers: Option<(u64, u64)>,
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
    /// The newest first.
    pub outages: Vec<Outage>,
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
    pub fn count_events(&self, channel: String, counts: Counts, at: Instant) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO channel (name, began, heard, numbered, came, unnumbered) VALUES (?1, ?2, ?2, ?3, ?4, ?5)
                     ON CONFLICT (name) DO UPDATE SET heard = ?2, numbered = numbered + ?3, came = came + ?4,
                       unnumbered = unnumbered + ?5",
                )?
                .execute(params![
                    channel,
                    at.0,
                    kept(counts.numbered),
                    kept(counts.came),
                    kept(counts.unnumbered)
                ])?;
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

    /// A search gave less than the server counted. One that does so again and again is one gap.
    ///
    /// # Errors
    /// Of the database.
    pub fn note_short(&self, gap: Gap) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            let known = connection
                .prepare_cached(
                    "UPDATE gap SET until = ?, events = max(events, ?) WHERE channel = ? AND why = ? AND read_at IS NULL",
                )?
                .execute(params![gap.until.0, gap.events.map(kept), gap.channel, gap.why])?;
            if known == 0 { note(connection, &gap) } else { Ok(()) }
        })
    }

    /// A search for all since `since` gave what the server counted: the gaps of its channel that lie in that time are closed.
    ///
    /// # Errors
    /// Of the database.
    pub fn close_short(
        &self,
        channel: String,
        since: Instant,
        brought: u64,
        at: Instant,
    ) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE gap SET read_at = ?, brought = ? WHERE channel = ? AND read_at IS NULL AND since >= ?",
                )?
                .execute(params![at.0, kept(brought), channel, since.0])?;
            Ok(())
        })
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

fn note(connection: &Connection, gap: &Gap) -> Result<(), VaultError> {
    connection.execute(
        "INSERT INTO gap (channel, events, since, until, why, read_at, brought, first, last)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            gap.channel,
            gap.events.map(kept),
            gap.since.0,
            gap.until.0,
            gap.why,
            gap.read_at.map(|at| at.0),
            gap.brought.map(kept),
            gap.numbers.map(|(first, _)| kept(first)),
            gap.numbers.map(|(_, last)| kept(last))
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
        let channels = self.list(
            "SELECT name, began, heard, numbered, came, unnumbered FROM channel ORDER BY name",
            [],
            |row| {
                Ok(Channel {
                    name: row.get(0)?,
                    began: Instant(row.get(1)?),
                    heard: Instant(row.get(2)?),
                    numbered: count(row, 3)?,
                    came: count(row, 4)?,
                    unnumbered: count(row, 5)?,
                })
            },
        )?;
        let gaps = self.list(
            "SELECT channel, events, since, until, why, read_at, brought, first, last FROM gap ORDER BY id DESC",
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
                    numbers: some_count(row, 7)?.zip(some_count(row, 8)?),
                })
            },
        )?;
        Ok(Ledger { channels, gaps, outages: self.outages()? })
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
            numbers: Some((41, 40 + events.max(1))),
            why: "did not come".into(),
            read_at: read_at.map(Instant),
            brought: None,
        };
        let counts = |numbered, came, unnumbered| Counts { numbered, came, unnumbered };
        vault.count_events("live".into(), counts(3, 2, 0), Instant(5)).unwrap();
        vault.count_events("live".into(), counts(4, 4, 1), Instant(9)).unwrap();
        vault.note_gap(gap(1, None)).unwrap();
        for n in 0..1_000 {
            vault.note_gap(gap(n, Some(3))).unwrap();
        }
        let ledger = vault.read(|r| r.ledger()).unwrap();
        let channel = Channel {
            name: "live".into(),
            began: Instant(5),
            heard: Instant(9),
            numbered: 7,
            came: 6,
            unnumbered: 1,
        };
        assert_eq!(ledger.channels, [channel]);
        assert_eq!(ledger.gaps.len(), 501);
        assert_eq!((ledger.gaps[0].events, ledger.gaps[500].clone()), (Some(999), gap(1, None)));
        vault.close_gaps("live", 12, Instant(20)).unwrap();
        let last = vault.read(|r| r.ledger()).unwrap().gaps.pop().unwrap();
        assert_eq!(last, Gap { brought: Some(12), ..gap(1, Some(20)) });
    }

    #[test]
    fn what_a_search_held_back_is_one_gap_until_a_search_of_the_same_time_gives_all() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let short = |events: u64, until: i64| Gap {
            channel: "DetectedIssue".into(),
            events: Some(events),
            numbers: None,
            since: Instant(100),
            until: Instant(until),
            why: "counted and not given".into(),
            read_at: None,
            brought: None,
        };
        for (events, until) in [(2, 200), (1, 300), (1, 400)] {
            vault.note_short(short(events, until)).unwrap();
        }
        assert_eq!(vault.read(|r| r.ledger()).unwrap().gaps, [short(2, 400)]);
        let close = |channel: &str, since: i64| {
            vault.close_short(channel.into(), Instant(since), 9, Instant(500)).unwrap();
            vault.read(|r| r.ledger()).unwrap().gaps.remove(0).read_at
        };
        assert_eq!(close("Observation", 0), None, "of something else");
        assert_eq!(close("DetectedIssue", 101), None, "of a later time");
        assert_eq!(close("DetectedIssue", 100), Some(Instant(500)));
        vault.note_short(short(1, 600)).unwrap();
        assert_eq!(vault.read(|r| r.ledger()).unwrap().gaps.len(), 2, "another time is another gap");
    }
}
