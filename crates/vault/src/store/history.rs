//! The tables that remember what they said before: written, taken back, and looked at as they were.

use clinical::Instant;
use rusqlite::{Connection, ToSql, params};

use crate::error::VaultError;
use crate::store::schema::columns;

/// Writes a row, in the order of the table's columns, and tells whether it says anything new. What it said before goes to the
/// table's history.
pub(crate) fn say(
    connection: &Connection,
    received: Instant,
    table: &str,
    id: &str,
    values: &[&dyn ToSql],
) -> Result<bool, VaultError> {
    let columns = columns(table);
    let names: Vec<&str> = columns.split(", ").collect();
    let sets = |prefix: &str| names.iter().map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(", ");
    let assign = names.iter().map(|n| format!("{n} = excluded.{n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO {table} (id, {columns}, received) VALUES (?, {}, ?) ON CONFLICT (id) DO UPDATE SET {assign},
         received = excluded.received WHERE ({}) IS NOT ({})",
        vec!["?"; names.len()].join(", "),
        sets(&format!("{table}.")),
        sets("excluded."),
    );
    let mut all: Vec<&dyn ToSql> = vec![&id];
    all.extend(values);
    all.push(&received.0);
    Ok(connection.prepare_cached(&sql)?.execute(all.as_slice())? > 0)
}

/// Takes a row back; what it said stays in the table's history.
pub(crate) fn unsay(
    connection: &Connection,
    received: Instant,
    table: &str,
    id: &str,
) -> Result<usize, VaultError> {
    let columns = columns(table);
    connection
        .prepare_cached(&format!(
            "INSERT INTO {table}_was SELECT id, {columns}, received, ?2 FROM {table} WHERE id = ?1"
        ))?
        .execute(params![id, received.0])?;
    Ok(connection.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?"))?.execute([id])?)
}

/// SQL: the rows of a table as they were known at a moment.
pub(crate) fn as_known_by(table: &str, known_by: Instant) -> String {
    let columns = columns(table);
    if known_by == Instant(i64::MAX) {
        return format!("(SELECT id, {columns}, received FROM {table})");
    }
    // The bound is a number of ours, so it can stand in the text.
    let k = known_by.0;
    format!(
        "(SELECT id, {columns}, received FROM {table} WHERE received <= {k}
          UNION ALL SELECT id, {columns}, received FROM {table}_was WHERE received <= {k} AND until > {k})"
    )
}
