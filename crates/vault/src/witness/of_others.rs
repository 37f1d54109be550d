//! What is seen of another station's record, beside all that was seen of it before.

use clinical::{Instant, MINUTE_MS};
use record::{
    EntryKind, Hash, Judged, PublicKey, SignedCheckpoint, Told, Witnessed, judge, proves_consistency,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::complaints::{Wrong, complain};
use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::entries::tree::{hash, held, number};
use crate::error::VaultError;

/// A station hears what others saw before it tells anything. What it does not prove so long after they said so, it does not want to:
/// milliseconds by the server's clock.
const PATIENCE: i64 = 30 * MINUTE_MS;
/// So many checkpoints of one record are remembered.
const MOST: u32 = 500;

/// What was seen of a record and stands.
const GOOD: &str = "judged IN ('first', 'same', 'extends')";
const OPEN: &str = "unproven";

/// A record of another station, as it is known.
struct Log<'a> {
    connection: &'a Connection,
    origin: &'a str,
    station: &'a str,
    now: Instant,
}

/// Another station told of its record; whether something is wrong.
pub(crate) fn told(
    connection: &Connection,
    told: &Told,
    station: &str,
    updated: Option<Instant>,
    now: Instant,
) -> Result<bool, VaultError> {
    let checkpoint = &told.note.checkpoint;
    let log = Log { connection, origin: &checkpoint.origin, station, now };
    if told.note.is_signed_by(&told.key).is_err() {
        return log.wrong(
            "signature",
            "is not signed by it",
            format!("a checkpoint of {} entries", checkpoint.size),
        );
    }
    if !log.is_of(&told.key, checkpoint.size)? {
        return log.wrong(
            "other-key",
            "is signed by another",
            format!("a checkpoint of {} entries", checkpoint.size),
        );
    }
    let good = log.good()?;
    let newest = good.iter().map(|(size, _)| *size).max().unwrap_or(0);
    let proof = told.proof(newest).map_or((0, &[][..]), |path| (newest, path));
    let judged = judge(&good, checkpoint, proof);
    let size = checkpoint.size;
    let is_later = match updated.zip(log.newest_update()?) {
        Some((at, newest)) => at > newest,
        None => judged != Judged::Same,
    };
    let judged = match judged {
        // What was written before the newest that was seen, and is read later.
        Judged::Cut { .. } if !is_later => return Ok(false),
        // An earlier state that is told once more, as if nothing had come after it.
        Judged::Same if size < newest && is_later => Judged::Cut { seen: newest },
        Judged::Same => return Ok(false),
        _ => {
            log.keep(&told.note, judged.code(), updated, false)?;
            judged
        }
    };
    let says = |words: &str, detail: String| log.wrong(judged.code(), words, detail);
    match judged {
        Judged::Cut { seen } => says("was cut", format!("{seen} entries were seen, and {size} are shown")),
        Judged::Rewritten { seen } => {
            says("was rewritten", format!("among the {seen} entries that were seen"))
        }
        Judged::SplitView { size } => says("tells two stories", format!("of its first {size} entries")),
        Judged::Unproven { seen } if log.was_told_of(seen, updated)? => {
            says("is not proven", format!("whether its {size} entries begin with the {seen} that were seen"))
        }
        Judged::Unproven { .. } => Ok(false),
        Judged::First | Judged::Same | Judged::Extends => log.close_open(told, updated),
    }
}

/// Another station saw a record; whether something is wrong.
pub(crate) fn seen(
    connection: &Connection,
    seen: &Witnessed,
    (by, updated): (&str, Option<Instant>),
    now: Instant,
) -> Result<bool, VaultError> {
    let checkpoint = &seen.note.checkpoint;
    let origin = checkpoint.origin.as_str();
    // Whose record it is that station has to say itself first.
    let known = "SELECT key, station FROM seen_log WHERE origin = ?";
    let known: Option<(String, String)> = connection
        .prepare_cached(known)?
        .query_row([origin], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, station)) = known else { return Ok(false) };
    let log = Log { connection, origin, station: &station, now };
    let what = || format!("its first {} entries, as {by} saw them", checkpoint.size);
    if key != seen.log.to_string() {
        return log.wrong("other-key", "is signed by another", what());
    }
    let good = log.good()?;
    if good.iter().any(|(size, root)| *size == checkpoint.size && *root != checkpoint.root) {
        log.keep(&seen.note, Judged::SplitView { size: checkpoint.size }.code(), None, true)?;
        return log.wrong("split-view", "tells two stories", what());
    }
    let known = connection
        .prepare_cached("UPDATE seen SET by_others = 1 WHERE origin = ? AND size = ? AND root = ?")?
        .execute(params![origin, held(checkpoint.size), checkpoint.root.0])?;
    if known == 0 {
        log.keep(&seen.note, OPEN, updated, true)?;
    }
    Ok(false)
}

/// What this station said it saw is on the server since then.
pub(crate) fn is_said(
    connection: &Connection,
    seen: &Witnessed,
    updated: Option<Instant>,
) -> Result<(), VaultError> {
    connection
        .prepare_cached("UPDATE seen_log SET told_at = coalesce(told_at, ?) WHERE origin = ? AND told = ?")?
        .execute(params![
            updated.map(|at| at.0),
            seen.note.checkpoint.origin,
            held(seen.note.checkpoint.size)
        ])?;
    Ok(())
}

impl Log<'_> {
    fn wrong(&self, code: &str, words: &str, detail: String) -> Result<bool, VaultError> {
        let words = format!("record of {} {words}", self.station);
        complain(self.connection, Wrong { origin: self.origin, code, words, detail }, self.now)?;
        Ok(true)
    }

    /// Whether it is the record that was known by this key; one that is seen for the first time is, and stands in the log.
    fn is_of(&self, key: &PublicKey, size: u64) -> Result<bool, VaultError> {
        let known: Option<(String, String)> = self
            .connection
            .prepare_cached("SELECT key, station FROM seen_log WHERE origin = ?")?
            .query_row([self.origin], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((known, station)) = known {
            if station != self.station {
                let rename = "UPDATE seen_log SET station = ? WHERE origin = ?";
                self.connection.execute(rename, [self.station, self.origin])?;
            }
            return Ok(known == key.to_string());
        }
        let before = "SELECT l.origin, coalesce(max(s.size), 0) FROM seen_log l LEFT JOIN seen s ON s.origin = l.origin
            WHERE l.station = ? GROUP BY l.origin ORDER BY max(s.received) DESC LIMIT 1";
        let before: Option<(String, u64)> = self
            .connection
            .query_row(before, [self.station], |row| Ok((row.get(0)?, number(row, 1)?)))
            .optional()?;
        let add = "INSERT INTO seen_log (origin, key, station) VALUES (?, ?, ?)";
        self.connection.execute(add, params![self.origin, key.to_string(), self.station])?;
        let was = before.map_or_else(String::new, |(origin, size)| {
            format!("; the record that it kept before, {origin}, was seen up to entry {size}")
        });
        let what = format!("record of {} is seen from {size} entries on{was}", self.station);
        let entry = NewEntry::new(EntryKind::Station, self.now, Who::station(), what);
        append(self.connection, entry.about(Some(self.origin.to_owned())))?;
        Ok(true)
    }

    /// Sizes and roots that stand.
    fn good(&self) -> Result<Vec<(u64, Hash)>, VaultError> {
        let read = format!("SELECT size, root FROM seen WHERE origin = ? AND {GOOD}");
        self.states(&read)
    }

    /// Those of which nobody has shown yet that they are of one story with what stands.
    fn open(&self) -> Result<Vec<(u64, Hash)>, VaultError> {
        self.states("SELECT size, root FROM seen WHERE origin = ? AND judged = 'unproven' ORDER BY size DESC")
    }

    fn states(&self, read: &str) -> Result<Vec<(u64, Hash)>, VaultError> {
        let mut statement = self.connection.prepare_cached(read)?;
        let rows = statement.query_map([self.origin], |row| Ok((number(row, 0)?, hash(row.get_ref(1)?))))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter_map(|(size, root)| Some((size, root?))).collect())
    }

    /// When the server took the newest of those that stand.
    fn newest_update(&self) -> Result<Option<Instant>, VaultError> {
        let read = format!("SELECT max(accepted) FROM seen WHERE origin = ? AND {GOOD}");
        let at: Option<i64> = self.connection.query_row(&read, [self.origin], |row| row.get(0))?;
        Ok(at.map(Instant))
    }

    /// Whether the station could know for long, when it told this, that this one had seen so much and needs a proof from there on.
    fn was_told_of(&self, size: u64, updated: Option<Instant>) -> Result<bool, VaultError> {
        let read = "SELECT told_at FROM seen_log WHERE origin = ? AND told = ?";
        let said: Option<Option<i64>> =
            self.connection.query_row(read, params![self.origin, held(size)], |row| row.get(0)).optional()?;
        Ok(is_overdue(said.flatten(), updated))
    }

    fn keep(
        &self,
        note: &SignedCheckpoint,
        judged: &str,
        updated: Option<Instant>,
        by_others: bool,
    ) -> Result<(), VaultError> {
        let state = &note.checkpoint;
        self.connection
            .prepare_cached(
                "INSERT INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (origin, size, root) DO UPDATE SET
                 judged = ?5, accepted = coalesce(?6, accepted), by_others = max(by_others, ?8)",
            )?
            .execute(params![
                self.origin,
                held(state.size),
                state.root.0,
                note.to_string(),
                judged,
                updated.map(|at| at.0),
                self.now.0,
                by_others
            ])?;
        // What was found wrong is never what goes.
        self.connection
            .prepare_cached(
                "DELETE FROM seen WHERE origin = ?1 AND judged IN ('first', 'same', 'extends', 'unproven') AND size <
                 (SELECT size FROM seen WHERE origin = ?1 ORDER BY size DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![self.origin, MOST])?;
        Ok(())
    }

    /// A new checkpoint stands: what was open before it has to be of the same story.
    fn close_open(&self, told: &Told, updated: Option<Instant>) -> Result<bool, VaultError> {
        let new = &told.note.checkpoint;
        let mut is_wrong = false;
        for (n, (size, root)) in self.open()?.into_iter().filter(|(size, _)| *size <= new.size).enumerate() {
            let proof = if size == new.size { Some(&[][..]) } else { told.proof(size) };
            let Some(proof) = proof else {
                // Of the newest that somebody else saw a station that hears them has a proof at hand.
                if n == 0 && is_overdue(self.accepted(size, root)?, updated) {
                    let detail =
                        format!("whether its {} entries begin with the {size} that others saw", new.size);
                    is_wrong |= self.wrong("unproven", "is not proven", detail)?;
                }
                continue;
            };
            let is_one = proves_consistency((size, root), (new.size, new.root), proof);
            let judged = if is_one { Judged::Extends } else { Judged::SplitView { size } };
            self.connection
                .prepare_cached("UPDATE seen SET judged = ? WHERE origin = ? AND size = ? AND root = ?")?
                .execute(params![judged.code(), self.origin, held(size), root.0])?;
            if !is_one {
                is_wrong |=
                    self.wrong("split-view", "tells two stories", format!("of its first {size} entries"))?;
            }
        }
        Ok(is_wrong)
    }

    /// When the server took what somebody else saw.
    fn accepted(&self, size: u64, root: Hash) -> Result<Option<i64>, VaultError> {
        let read = "SELECT accepted FROM seen WHERE origin = ? AND size = ? AND root = ? AND by_others = 1";
        let at: Option<Option<i64>> = self
            .connection
            .query_row(read, params![self.origin, held(size), root.0], |row| row.get(0))
            .optional()?;
        Ok(at.flatten())
    }
}

/// Whether something was on the server for long when a station told of its record. Of a server that names no time nothing is known.
fn is_overdue(since: Option<i64>, told: Option<Instant>) -> bool {
    since.zip(told).is_some_and(|(since, told)| told.ms_since(Instant(since)) >= PATIENCE)
}
