//! What only this station knows as rows, for the cache that takes the place of a damaged one.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::VaultError;

/// The tables that hold the record, and what is known of others' records.
pub(crate) const RECORD: &[&str] =
    &["record_key", "entry", "node", "checkpoint", "own_witness", "seen", "seen_log", "complaint"];
/// The people of the station, and what they have begun to write.
pub(crate) const STAFF: &[&str] = &["staff", "draft"];

/// All rows of some tables.
pub(crate) struct Carried {
    tables: &'static [&'static str],
    rows: Vec<Vec<Vec<Value>>>,
}

/// Reads all of them; an error where any of it cannot be read. A cache of before there were such tables has nothing.
pub(crate) fn carried(
    connection: &Connection,
    tables: &'static [&'static str],
) -> Result<Carried, VaultError> {
    let first = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
    if connection.query_row(first, [tables[0]], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Carried { tables: &[], rows: Vec::new() });
    }
    let mut all = Vec::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        all.push(rows.collect::<Result<Vec<Vec<Value>>, _>>()?);
    }
    Ok(Carried { tables, rows: all })
}

/// Puts them in the place of those that are here.
pub(crate) fn put_back(connection: &Connection, carried: Carried) -> Result<(), VaultError> {
    for (table, rows) in carried.tables.iter().zip(carried.rows) {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
        let Some(first) = rows.first() else { continue };
        let places = vec!["?"; first.len()].join(", ");
        let mut put = connection.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        for row in rows {
            put.execute(params_from_iter(row))?;
        }
    }
    Ok(())
}
