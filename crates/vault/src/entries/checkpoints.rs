//! The record's own checkpoints: when one is made, and which are kept.

use clinical::{Instant, MINUTE_MS};
use record::SignedCheckpoint;
use rusqlite::{Connection, OptionalExtension, params};

use super::own::own;
use super::tree::{Tree, held, number};
use crate::error::VaultError;

/// So many entries are signed for at the latest.
const EVERY: u64 = 64;
/// An entry is signed for after so long at the latest, with the first that follows it: milliseconds.
const EVERY_MS: i64 = 5 * MINUTE_MS;
/// Newer ones hold all that older ones do: so many are kept.
const MOST: u32 = 2_000;

/// How many entries the newest checkpoint is of, and when it was made.
pub(crate) fn newest(connection: &Connection) -> Result<Option<(u64, Instant)>, VaultError> {
    let read = "SELECT size, at FROM checkpoint ORDER BY size DESC LIMIT 1";
    let found =
        connection.prepare_cached(read)?.query_row([], |row| Ok((number(row, 0)?, Instant(row.get(1)?))));
    Ok(found.optional()?)
}

/// Signs where so many entries, or so much time, lie behind the last checkpoint.
pub(crate) fn seal_if_due(connection: &Connection, size: u64, at: Instant) -> Result<(), VaultError> {
    let is_due = match newest(connection)? {
        None => true,
        // A clock that was set back begins anew.
        Some((sealed, then)) => {
            size.saturating_sub(sealed) >= EVERY || !(0..EVERY_MS).contains(&at.ms_since(then))
        }
    };
    if is_due { seal(connection, at).map(drop) } else { Ok(()) }
}

/// Signs for all entries that nobody signed for; whether there were any.
pub(crate) fn seal(connection: &Connection, at: Instant) -> Result<bool, VaultError> {
    let size = Tree(connection).size()?;
    let is_sealed = newest(connection)?.is_some_and(|(sealed, _)| sealed >= size);
    if size == 0 || is_sealed {
        return Ok(false);
    }
    let Some(note) = signed(connection, size)? else { return Ok(false) };
    connection
        .prepare_cached("INSERT OR REPLACE INTO checkpoint (size, at, note) VALUES (?, ?, ?)")?
        .execute(params![held(size), at.0, note.to_string()])?;
    connection
        .prepare_cached(
            "DELETE FROM checkpoint WHERE size < (SELECT size FROM checkpoint ORDER BY size DESC LIMIT 1 OFFSET ?)",
        )?
        .execute([MOST])?;
    Ok(true)
}

/// A checkpoint of the first so many, which is kept nowhere.
pub(crate) fn signed(connection: &Connection, size: u64) -> Result<Option<SignedCheckpoint>, VaultError> {
    let Some(own) = own(connection)? else { return Ok(None) };
    Ok(Some(SignedCheckpoint::sign(size, Tree(connection).root(size)?, &own.log)))
}
