//! A record as rows, for the cache that takes the place of a damaged one.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::VaultError;

/// The tables that hold it, and what is known of others' records.
const TABLES: [&str; 8] =
    ["record_key", "entry", "node", "checkpoint", "own_witness", "seen", "seen_log", "complaint"];

/// All rows of them.
pub(crate) struct Carried(Vec<Vec<Vec<Value>>>);

/// Reads all of it; an error where any of it cannot be read.
pub(crate) fn carried(connection: &Connection) -> Result<Carried, VaultError> {
    let mut all = Vec::new();
    for table in TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        all.push(rows.collect::<Result<Vec<Vec<Value>>, _>>()?);
    }
    Ok(Carried(all))
}

/// Puts it in the place of the one that is here.
pub(crate) fn put_back(connection: &Connection, carried: Carried) -> Result<(), VaultError> {
    for (table, rows) in TABLES.iter().zip(carried.0) {
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
