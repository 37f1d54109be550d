//! The tree's nodes, and the entries, as rows.

use record::{EMPTY, Entry, EntryKind, Hash, Nodes, grown, root};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::VaultError;

/// The nodes of the tree over the entries. Level 0 are the leaves; they outlive the entries that retention removes.
pub(crate) struct Tree<'a>(pub &'a Connection);

/// How many, or which, as SQLite holds it.
pub(crate) fn held(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// As [`held`] wrote it.
pub(crate) fn number(row: &Row, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}

impl Nodes for Tree<'_> {
    type Error = VaultError;

    /// What somebody took out counts as the root of nothing: whoever verifies finds it, and nobody's act waits for it.
    fn node(&self, level: u32, at: u64) -> Result<Hash, VaultError> {
        let found = self
            .0
            .prepare_cached("SELECT hash FROM node WHERE level = ? AND at = ?")?
            .query_row(params![level, held(at)], |row| Ok(hash(row.get_ref(0)?)))
            .optional()?;
        Ok(found.flatten().unwrap_or(EMPTY))
    }
}

/// The hash in a column, where it is one.
pub(crate) fn hash(value: ValueRef<'_>) -> Option<Hash> {
    value.as_blob().ok().and_then(Hash::from_slice)
}

impl Tree<'_> {
    /// How many leaves.
    pub(crate) fn size(&self) -> Result<u64, VaultError> {
        let most = "SELECT coalesce(max(at) + 1, 0) FROM node WHERE level = 0";
        Ok(self.0.prepare_cached(most)?.query_row([], |row| number(row, 0))?)
    }

    /// The root of the first so many.
    pub(crate) fn root(&self, size: u64) -> Result<Hash, VaultError> {
        root(self, size)
    }

    /// Puts in an entry and its leaf, and what grows of the tree by it.
    pub(crate) fn put(&self, entry: &Entry) -> Result<(), VaultError> {
        self.0
            .prepare_cached(
                "INSERT INTO entry (seq, kind, at, who, who_id, role, what, about, patient, station)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                held(entry.seq),
                entry.kind.code(),
                entry.at,
                entry.who,
                entry.who_id,
                entry.role,
                entry.what,
                entry.about,
                entry.patient,
                entry.station
            ])?;
        self.grow(entry.seq - 1, Hash::leaf(entry.canonical().as_bytes()))
    }

    /// Puts in a leaf.
    pub(crate) fn grow(&self, at: u64, leaf: Hash) -> Result<(), VaultError> {
        let mut keep = self.0.prepare_cached("INSERT OR REPLACE INTO node VALUES (?, ?, ?)")?;
        for node in grown(self, at, leaf)? {
            keep.execute(params![node.level, held(node.at), node.hash.0])?;
        }
        Ok(())
    }
}

/// The columns of an entry, in the order in which [`entry`] reads them.
pub(crate) const COLUMNS: &str = "seq, kind, at, who, who_id, role, what, about, patient, station";

/// The entry in a row, from its first column on; `None` where no station wrote it so.
pub(crate) fn entry(row: &Row, first: usize) -> rusqlite::Result<Option<Entry>> {
    let kind: String = row.get(first + 1)?;
    let Some(kind) = EntryKind::from_code(&kind) else { return Ok(None) };
    Ok(Some(Entry {
        seq: number(row, first)?,
        kind,
        at: row.get(first + 2)?,
        who: row.get(first + 3)?,
        who_id: row.get(first + 4)?,
        role: row.get(first + 5)?,
        what: row.get(first + 6)?,
        about: row.get(first + 7)?,
        patient: row.get(first + 8)?,
        station: row.get(first + 9)?,
    }))
}
