//! Rows of the tables of values, read.

use clinical::{Decimal, Marks};
use rusqlite::Row;

use crate::series::chunk::{Head, Value};

/// What [`head`] reads of a chunk.
pub(crate) const HEAD: &str = "t0, n, period_ms, scale, source, version, received";

/// Reads a row that selects `t, mantissa, scale, artefact, source, version, received`.
pub(crate) fn value(row: &Row) -> rusqlite::Result<Value> {
    Ok(Value {
        t: row.get(0)?,
        value: Decimal { mantissa: row.get(1)?, scale: row.get(2)? },
        marks: Marks::from_code(row.get(3)?),
        source: row.get(4)?,
        version: row.get(5)?,
        received: row.get(6)?,
    })
}

/// Reads a chunk's head from a row that selects `t0, n, period_ms, scale, source, version, received`.
pub(crate) fn head(row: &Row) -> rusqlite::Result<Head> {
    Ok(Head {
        t0: row.get("t0")?,
        n: usize::try_from(row.get::<_, i64>("n")?).unwrap_or(0),
        period_ms: row.get("period_ms")?,
        scale: row.get("scale")?,
        source: row.get("source")?,
        version: row.get("version")?,
        received: row.get("received")?,
    })
}

/// How many values there are, as the database counts them.
pub(crate) fn row_count(values: usize) -> i64 {
    i64::try_from(values).unwrap_or(i64::MAX)
}
