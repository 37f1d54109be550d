//! Resources that could not be read.

use clinical::Instant;

use crate::error::VaultError;
use crate::store::vault::Reader;

/// A resource in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// `Type/id`.
    pub reference: String,
    /// What was wrong.
    pub reason: String,
    /// When it came.
    pub at: Instant,
}

impl Reader<'_> {
    /// What is in quarantine, newest first, at most 500.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, VaultError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT reference, reason, at FROM quarantine ORDER BY at DESC, reference LIMIT 500",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Quarantined { reference: row.get(0)?, reason: row.get(1)?, at: Instant(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
