//! What only this station knows as rows, for the cache that takes the place of a damaged one.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::VaultError;

/// The tables that hold the record, and what is known of others' records.
pub(crate) const RECORD: &[&str] =
    &["record_key", "entry", "node", "checkpoint", "own_witness", "seen", "seen_log", "complaint"];
/// The people of the station.
pub(crate) const STAFF: &[&str] = &["staff"];
/// What they have begun to write.
pub(crate) const DRAFTS: &[&str] = &["draft"];

/// All rows of some tables.
pub(crate) struct Carried(Vec<Table>);

/// All rows of a table, by its columns then: a later version may have more.
struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// Reads all of them; an error where any of it cannot be read. A cache of before there were such tables has nothing.
pub(crate) fn carried(
    connection: &Connection,
    tables: &'static [&'static str],
) -> Result<Carried, VaultError> {
    let first = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
    if connection.query_row(first, [tables[0]], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Carried(Vec::new()));
    }
    let mut all = Vec::new();
    for name in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {name}"))?;
        let columns: Vec<String> = statement.column_names().map(|name| format!("\"{name}\"")).collect();
        let count = columns.len();
        let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect())?;
        all.push(Table { name, columns, rows: rows.collect::<Result<_, _>>()? });
    }
    Ok(Carried(all))
}

/// Puts them in the place of those that are here.
pub(crate) fn put_back(connection: &Connection, carried: Carried) -> Result<(), VaultError> {
    for Table { name, columns, rows } in carried.0 {
        connection.execute(&format!("DELETE FROM {name}"), [])?;
        let (places, columns) = (vec!["?"; columns.len()].join(", "), columns.join(", "));
        let mut put = connection.prepare(&format!("INSERT INTO {name} ({columns}) VALUES ({places})"))?;
        for row in rows {
            put.execute(params_from_iter(row))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    #[test]
    fn who_worked_at_a_station_of_an_earlier_version_is_carried_into_one_of_this() {
        let (old, fresh) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        // Before somebody had to choose a PIN of their own.
        schema::steps(&old, 0, 14).unwrap();
        let okafor =
            "INSERT INTO staff (id, name, role, pin) VALUES ('Practitioner/1', 'N. Okafor', 'Nurse', '{}')";
        old.execute_batch(okafor).unwrap();
        schema::steps(&fresh, 0, schema::VERSION).unwrap();
        put_back(&fresh, carried(&old, STAFF).unwrap()).unwrap();
        let is_given = "SELECT name, pin_given FROM staff";
        let found: (String, bool) =
            fresh.query_row(is_given, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, ("N. Okafor".into(), false));
    }
}
