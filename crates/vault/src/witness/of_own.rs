//! What the server, and witnesses, show of this station's own record: it has to be the beginning of the one that is here.

use clinical::Instant;
use record::{Checkpoint, SignedCheckpoint, Witnessed};
use rusqlite::{Connection, OptionalExtension, params};

use super::complaints::{Wrong, complain};
use crate::entries::checkpoints::newest;
use crate::entries::own::Own;
use crate::entries::tree::{Tree, held, number};
use crate::error::VaultError;

/// Compares what was shown with what is here; whether something is wrong.
pub(crate) fn shown(
    connection: &Connection,
    own: &Own,
    note: &SignedCheckpoint,
    now: Instant,
) -> Result<bool, VaultError> {
    let Checkpoint { size, root, .. } = note.checkpoint;
    let tree = Tree(connection);
    let here = tree.size()?;
    let (code, words, detail) = if note.is_signed_by(own.log.public()).is_err() {
        ("other-key", "own record is signed by another", format!("a checkpoint of {size} entries"))
    } else if size > here {
        ("cut", "own record was cut", format!("{size} entries were told, and {here} are here"))
    } else if size > 0 && tree.root(size)? != root {
        (
            "rewritten",
            "own record was rewritten",
            format!("among its first {size} entries, which were told otherwise"),
        )
    } else {
        return Ok(false);
    };
    let origin = own.log.public().name();
    complain(connection, Wrong { origin, code, words: words.to_owned(), detail }, now)?;
    Ok(true)
}

/// A witness saw this station's record; whether something is wrong.
pub(crate) fn seen(
    connection: &Connection,
    own: &Own,
    seen: &Witnessed,
    station: &str,
    now: Instant,
) -> Result<bool, VaultError> {
    if shown(connection, own, &seen.note, now)? {
        return Ok(true);
    }
    let (size, seconds) = (seen.note.checkpoint.size, seen.seconds().unwrap_or_default());
    let is_right = seen.log == *own.log.public() && Tree(connection).root(size)? == seen.note.checkpoint.root;
    if !is_right || size == 0 {
        return Ok(false);
    }
    let kept: Option<String> = connection
        .prepare_cached("SELECT note FROM checkpoint WHERE size = ?")?
        .query_row([held(size)], |row| row.get(0))
        .optional()?;
    if let Some(kept) = kept.and_then(|note| SignedCheckpoint::read(&note).ok()) {
        let note = kept.witnessed_as(&seen.note, &seen.witness);
        connection
            .prepare_cached("UPDATE checkpoint SET note = ? WHERE size = ?")?
            .execute(params![note.to_string(), held(size)])?;
    }
    let name = seen.witness.name();
    let was = connection
        .prepare_cached("SELECT size FROM own_witness WHERE name = ?")?
        .query_row([name], |row| number(row, 0))
        .optional()?;
    connection
        .prepare_cached(
            "INSERT INTO own_witness VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET
             key = ?2, station = ?3, size = ?4, seconds = ?5 WHERE seconds <= ?5",
        )?
        .execute(params![name, seen.witness.to_string(), station, held(size), held(seconds)])?;
    // Who lags behind needs a proof from there on.
    let is_behind = newest(connection)?.is_some_and(|(newest, _)| size < newest);
    if is_behind && was != Some(size) {
        connection
            .prepare_cached("UPDATE checkpoint SET told = 0 WHERE size = (SELECT max(size) FROM checkpoint)")?
            .execute([])?;
    }
    Ok(false)
}
