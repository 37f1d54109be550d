//! What is wrong with a record, of this station or of another: kept, said on the screen for a week, and in the log for good.

use clinical::{DAY_MS, Instant};
use record::EntryKind;
use rusqlite::{Connection, params};

use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::store::vault::Reader;

/// It is said for so long: milliseconds.
const SAID: i64 = 7 * DAY_MS;

/// Something is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Whose record, and what of it, in few words.
    pub words: String,
    /// When it was found. No two were at one moment.
    pub at: Instant,
}

/// What is wrong, before it is known whether that was said already.
pub(crate) struct Wrong<'a> {
    /// Of which log.
    pub origin: &'a str,
    /// Its kind: of one kind a log is complained of once.
    pub code: &'a str,
    /// For the screen.
    pub words: String,
    /// For the log, with numbers.
    pub detail: String,
}

/// Keeps what is wrong, once. The log says it too.
pub(crate) fn complain(connection: &Connection, wrong: Wrong<'_>, now: Instant) -> Result<(), VaultError> {
    let key = format!("{} {}", wrong.origin, wrong.code);
    let at = "SELECT coalesce(max(at), ?1) FROM complaint";
    let last: i64 = connection.query_row(at, [i64::MIN], |row| row.get(0))?;
    let at = now.0.max(last.saturating_add(1));
    let is_new = connection
        .execute("INSERT OR IGNORE INTO complaint VALUES (?, ?, ?)", params![key, wrong.words, at])?
        > 0;
    if is_new {
        let what = format!("{}: {}", wrong.words, wrong.detail);
        let entry = NewEntry::new(EntryKind::Station, now, Who::station(), what);
        append(connection, entry.about(Some(wrong.origin.to_owned())))?;
    }
    Ok(())
}

impl Reader<'_> {
    /// What was found wrong with records, the oldest first, for as long as it is said.
    ///
    /// # Errors
    /// Of the database.
    pub fn record_complaints(&self, now: Instant) -> Result<Vec<Complaint>, VaultError> {
        let read = "SELECT words, at FROM complaint WHERE at > ? ORDER BY at";
        self.list(read, [now.0.saturating_sub(SAID)], |row| {
            Ok(Complaint { words: row.get(0)?, at: Instant(row.get(1)?) })
        })
    }
}
