//! The beginning of a record: in a cache that has entries from before there was one they are taken in as they are, and an entry says so.

use clinical::Instant;
use record::{Entry, EntryKind};
use rusqlite::Connection;

use super::append::append;
use super::checkpoints::seal;
use super::entry::{NewEntry, Who};
use super::own::make;
use super::tree::Tree;
use crate::error::VaultError;

/// Takes in the log of before, in its order, and removes its table.
pub(crate) fn begin(connection: &Connection) -> Result<(), VaultError> {
    make(connection)?;
    let tree = Tree(connection);
    let mut earlier = connection.prepare("SELECT at, who, what, about FROM audit ORDER BY seq")?;
    let mut rows = earlier.query([])?;
    let (mut seq, mut newest) = (0, i64::MIN);
    while let Some(row) = rows.next()? {
        seq += 1;
        let at = Entry::safe(row.get(0)?);
        newest = newest.max(at);
        tree.put(&Entry {
            about: row.get(3)?,
            at,
            kind: EntryKind::Earlier,
            patient: None,
            role: None,
            seq,
            station: String::new(),
            what: row.get(2)?,
            who: row.get(1)?,
            who_id: None,
        })?;
    }
    drop(rows);
    drop(earlier);
    if seq > 0 {
        // Nobody says what time it is when a cache is opened: it is that of the last of them.
        let what = format!("{BEGINS}: {seq} entries of the log before it were taken in as they were");
        append(connection, NewEntry::new(EntryKind::Station, Instant(newest), Who::station(), what))?;
        seal(connection, Instant(newest))?;
    }
    Ok(connection.execute_batch("DROP TABLE audit")?)
}

/// How the entry begins that says that there were some before.
const BEGINS: &str = "the record begins";
