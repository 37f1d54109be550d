//! How a count stands in a row.

use rusqlite::Row;

/// SQLite's integers have a sign.
pub(crate) fn kept(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn count(row: &Row, column: usize) -> rusqlite::Result<u64> {
    Ok(some_count(row, column)?.unwrap_or_default())
}

pub(crate) fn some_count(row: &Row, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|count| u64::try_from(count).unwrap_or_default()))
}
