//! Entries that are older than the site keeps them: they go, from the first on, and their leaves stay. An entry says so.

use clinical::{DAY_MS, Instant};
use record::{EntryKind, covers};
use rusqlite::{Connection, OptionalExtension, params};

use super::append::append;
use super::entry::{NewEntry, Who};
use super::tree::{held, number};
use crate::error::VaultError;

/// Takes away the entries from the first on that are older than `before`, a day's worth of them at least; how many.
pub(crate) fn retire(connection: &Connection, before: Instant, now: Instant) -> Result<usize, VaultError> {
    let young = "SELECT seq FROM entry WHERE at >= ? ORDER BY seq LIMIT 1";
    let young: Option<i64> = connection.query_row(young, [before.0], |row| row.get(0)).optional()?;
    let last = "SELECT coalesce(max(seq), 0) FROM entry WHERE seq < ?";
    let last = connection.query_row(last, [young.unwrap_or(i64::MAX)], |row| number(row, 0))?;
    let oldest = "SELECT at FROM entry ORDER BY seq LIMIT 1";
    let oldest: Option<i64> = connection.query_row(oldest, [], |row| row.get(0)).optional()?;
    // Each time is an entry more: not for every single one of them.
    if last == 0 || oldest.is_none_or(|at| before.0.saturating_sub(at) < DAY_MS) {
        return Ok(0);
    }
    let what = "entries that are older than this site keeps them were removed";
    let entry = NewEntry::new(EntryKind::Retention, now, Who::station(), what).about(Some(covers(last)));
    append(connection, entry)?;
    Ok(connection.execute("DELETE FROM entry WHERE seq <= ?", params![held(last)])?)
}
