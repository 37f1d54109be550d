//! The time that passed at this station: it outlives a restart, and no clock that is set makes it shorter.

use clinical::{ActorId, Instant};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::VaultError;

/// The setting that keeps how much time passed here.
const PASSED: &str = "time-passed";

/// By how much the clock moved on since it was looked at last is added to what passed. Set back it takes nothing away, and what passes
/// from there on counts.
pub(crate) fn time_passed(connection: &Connection, now: Instant) -> Result<i64, VaultError> {
    let kept: Option<String> = connection
        .query_row("SELECT value FROM setting WHERE key = ?", [PASSED], |row| row.get(0))
        .optional()?;
    let known = kept.as_deref().and_then(|kept| kept.split_once(' '));
    let known =
        known.and_then(|(seen, passed)| Some((seen.parse::<i64>().ok()?, passed.parse::<i64>().ok()?)));
    let (seen, passed) = known.unwrap_or((now.0, 0));
    let passed = passed.saturating_add(now.0.saturating_sub(seen).max(0));
    connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)",
        params![PASSED, format!("{} {passed}", now.0)],
    )?;
    Ok(passed)
}

/// Somebody signed in fully: wrong tries are forgotten, and from now on PIN and badge are enough for a while.
pub(crate) fn sign_in_fully(connection: &Connection, id: &ActorId, now: Instant) -> Result<(), VaultError> {
    let passed = time_passed(connection, now)?;
    connection.execute(
        "UPDATE staff SET failures = 0, full_at = ?, full_passed = ? WHERE id = ?",
        params![now.0, passed, id.as_str()],
    )?;
    Ok(())
}
