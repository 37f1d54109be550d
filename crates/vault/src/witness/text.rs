//! The record as one text of lines (`record::Export`), a part at a time: a log of years is never in memory as a whole.

use std::io::{self, BufRead, Read};

use record::{EMPTY, Export, Hash, Line, PublicKey, SignedCheckpoint};
use rusqlite::{Connection, params};

use crate::entries::checkpoints::{newest, signed};
use crate::entries::own::own;
use crate::entries::tree::{COLUMNS, Tree, entry, hash, held, number};
use crate::error::VaultError;
use crate::store::vault::Reader;

/// So many entries are read at a time.
const PART: u32 = 4096;

/// The record's text, of the state that a reader sees.
pub struct RecordText<'r> {
    connection: &'r Connection,
    size: u64,
    next: Next,
    part: Vec<u8>,
    read: usize,
}

/// What is read next.
enum Next {
    /// Leaves from this one on.
    Leaves(u64),
    /// Entries behind the last leaf, from this number on: no station makes any.
    Others(u64),
    /// Nothing.
    End,
}

impl Reader<'_> {
    /// The whole record as a text that proves itself. Entries that no checkpoint covers yet are signed for in the text alone.
    ///
    /// # Errors
    /// Of the database, or where the record's key is gone.
    pub fn record_text(&self) -> Result<RecordText<'_>, VaultError> {
        let connection = self.connection;
        let own = own(connection)?.ok_or(VaultError::RecordKey)?;
        let size = Tree(connection).size()?;
        let mut checkpoints: Vec<SignedCheckpoint> = self
            .list("SELECT note FROM checkpoint ORDER BY size", [], |row| row.get::<_, String>(0))?
            .iter()
            .filter_map(|note| SignedCheckpoint::read(note).ok())
            .collect();
        if size > 0 && newest(connection)?.is_none_or(|(sealed, _)| sealed < size) {
            checkpoints.extend(signed(connection, size)?);
        }
        let witnesses: Vec<PublicKey> = self
            .list("SELECT key FROM own_witness ORDER BY name", [], |row| row.get::<_, String>(0))?
            .iter()
            .filter_map(|key| key.parse().ok())
            .collect();
        let head = Export { key: own.log.public(), size, witnesses: &witnesses, checkpoints: &checkpoints };
        let part = head.head().into_bytes();
        Ok(RecordText { connection, size, next: Next::Leaves(0), part, read: 0 })
    }
}

impl RecordText<'_> {
    /// All of it.
    ///
    /// # Errors
    /// Of the database.
    pub fn whole(mut self) -> Result<Vec<u8>, VaultError> {
        let mut all = Vec::new();
        while !self.part.is_empty() {
            all.extend_from_slice(&self.part[self.read..]);
            self.refill()?;
        }
        Ok(all)
    }

    fn refill(&mut self) -> Result<(), VaultError> {
        self.read = 0;
        self.part.clear();
        while self.part.is_empty() {
            self.next = match self.next {
                Next::Leaves(from) => self.leaves(from)?,
                Next::Others(from) => self.others(from)?,
                Next::End => return Ok(()),
            };
        }
        Ok(())
    }

    fn leaves(&mut self, from: u64) -> Result<Next, VaultError> {
        let columns = COLUMNS.split(", ").map(|column| format!("e.{column}")).collect::<Vec<_>>().join(", ");
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT n.at, n.hash, e.seq, {columns} FROM node n LEFT JOIN entry e ON e.seq = n.at + 1
             WHERE n.level = 0 AND n.at >= ? ORDER BY n.at LIMIT ?"
        ))?;
        let mut rows = statement.query(params![held(from), PART])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let at = number(row, 0)?;
            let leaf = hash(row.get_ref(1)?).unwrap_or(EMPTY);
            last = Some(at);
            let line = match row.get::<_, Option<i64>>(2)? {
                None => Line::Removed { seq: at + 1, leaf }.text(),
                Some(_) => {
                    entry(row, 3)?.map_or(UNREADABLE.to_owned(), |entry| Line::Entry(entry, leaf).text())
                }
            };
            self.part.extend_from_slice(line.as_bytes());
        }
        Ok(last.map_or(Next::Others(self.size + 1), |at| Next::Leaves(at + 1)))
    }

    fn others(&mut self, from: u64) -> Result<Next, VaultError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?"))?;
        let mut rows = statement.query(params![held(from), PART])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            last = Some(number(row, 0)?);
            let line = entry(row, 0)?.map_or(UNREADABLE.to_owned(), |entry| {
                let leaf = Hash::leaf(entry.canonical().as_bytes());
                Line::Entry(entry, leaf).text()
            });
            self.part.extend_from_slice(line.as_bytes());
        }
        Ok(last.map_or(Next::End, |seq| Next::Others(seq + 1)))
    }
}

/// In the place of a row that is no entry.
const UNREADABLE: &str = "{}\n";

impl Read for RecordText<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for RecordText<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.part.len() {
            self.refill().map_err(io::Error::other)?;
        }
        Ok(&self.part[self.read..])
    }

    fn consume(&mut self, n: usize) {
        self.read += n;
    }
}
