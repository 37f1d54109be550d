//! How the record stands: whether it verifies, and who saw it last.

use clinical::Instant;
use record::{Known, SignedCheckpoint, verify};

use super::complaints::{Complaint, Wrong, complain};
use crate::entries::own::own;
use crate::entries::tree::{Tree, number};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};

/// How the record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordState {
    /// How many entries, with those that retention removed.
    pub entries: u64,
    /// How many of them retention removed.
    pub removed: u64,
    /// How many entries are gone without a word of it.
    pub missing: u64,
    /// The first thing that is wrong, in words; `None` where all of it verifies.
    pub fault: Option<String>,
    /// The last time a witness saw it: when, how many entries, and which station.
    pub witnessed: Option<(Instant, u64, String)>,
    /// When its newest checkpoint was given to the server last.
    pub told: Option<Instant>,
    /// What was found wrong with this record and with those of others.
    pub complaints: Vec<Complaint>,
}

impl Reader<'_> {
    /// Verifies the whole record against itself and against what witnesses signed of it.
    ///
    /// # Errors
    /// Of the database.
    pub fn record_state(&self, now: Instant) -> Result<RecordState, VaultError> {
        let connection = self.connection;
        let entries = Tree(connection).size()?;
        let rows = "SELECT count(*), coalesce(min(seq) - 1, 0), coalesce(max(seq), 0) FROM entry";
        let (rows, before, last) =
            connection.query_row(rows, [], |row| Ok((number(row, 0)?, number(row, 1)?, number(row, 2)?)))?;
        let (removed, fault) = match self.verified()? {
            Ok(found) => (found.removed, None),
            Err(fault) => (before, Some(fault)),
        };
        let witnessed = "SELECT seconds * 1000, size, station FROM own_witness ORDER BY seconds DESC LIMIT 1";
        let witnessed =
            self.list(witnessed, [], |row| Ok((Instant(row.get(0)?), number(row, 1)?, row.get(2)?)))?.pop();
        let told: Option<i64> =
            connection.query_row("SELECT max(told) FROM checkpoint WHERE told > 0", [], |row| row.get(0))?;
        Ok(RecordState {
            entries,
            removed,
            missing: entries.max(last).saturating_sub(removed + rows),
            fault,
            witnessed,
            told: told.map(Instant),
            complaints: self.record_complaints(now)?,
        })
    }

    /// What is right, or the first thing that is wrong in words.
    fn verified(&self) -> Result<Result<record::Verified, String>, VaultError> {
        let Some(own) = own(self.connection)? else { return Ok(Err(VaultError::RecordKey.to_string())) };
        let seen = "SELECT c.note FROM checkpoint c WHERE c.size IN (SELECT size FROM own_witness)";
        let seen = self.list(seen, [], |row| row.get::<_, String>(0))?;
        let known = Known {
            key: Some(own.log.public().clone()),
            checkpoints: seen.iter().filter_map(|note| SignedCheckpoint::read(note).ok()).collect(),
            leaves: Vec::new(),
        };
        Ok(verify(self.record_text()?, &known).map_err(|fault| fault.to_string()))
    }
}

impl Vault {
    /// Verifies the whole record; where it is wrong that is said from then on. Whether it is right.
    ///
    /// # Errors
    /// Of the database.
    pub fn check_record(&self, now: Instant) -> Result<bool, VaultError> {
        let Some(fault) = self.read(|reader| Ok(reader.verified()?.err()))? else { return Ok(true) };
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let words = "own record does not verify".to_owned();
                let wrong = Wrong { origin: "own", code: "verify", words, detail: fault };
                complain(&transaction, wrong, now)?;
                Ok(transaction.commit()?)
            })
        })?;
        Ok(false)
    }
}
