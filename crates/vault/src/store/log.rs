//! The station's own log.

use clinical::Instant;
use rusqlite::params;

use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};

/// An entry of the station's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Instant,
    /// Who, or what.
    pub who: String,
    /// What was done.
    pub what: String,
    /// Id of the episode or the patient it was about.
    pub about: Option<String>,
}

impl Vault {
    /// Something worth keeping in the local log, such as an export or a changed setting.
    ///
    /// # Errors
    /// Of the database.
    pub fn audit(
        &self,
        at: Instant,
        who: String,
        what: String,
        about: Option<String>,
    ) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                connection.execute(
                    "INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)",
                    params![at.0, who, what, about],
                )?;
                Ok(())
            })
        })
    }
}

impl Reader<'_> {
    /// The station's own log, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn log(&self, most: u32) -> Result<Vec<LogEntry>, VaultError> {
        self.list("SELECT at, who, what, about FROM audit ORDER BY seq DESC LIMIT ?", [most], |row| {
            Ok(LogEntry { at: Instant(row.get(0)?), who: row.get(1)?, what: row.get(2)?, about: row.get(3)? })
        })
    }
}
