//! The station's own log.

use clinical::Instant;
use record::EntryKind;

use crate::entries::append::{STATION_NAME, append};
use crate::entries::entry::NewEntry;
use crate::entries::tree::{COLUMNS, number};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};

/// An entry of the station's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number: 1 for the first.
    pub seq: u64,
    /// What kind of thing it tells of.
    pub kind: EntryKind,
    /// When.
    pub at: Instant,
    /// Who, or what.
    pub who: String,
    /// Who that is for certain, where it is known.
    pub who_id: Option<String>,
    /// In what role.
    pub role: Option<String>,
    /// What was done.
    pub what: String,
    /// Id of the episode or the patient it was about.
    pub about: Option<String>,
    /// Which patient it was about.
    pub patient: Option<String>,
}

impl Vault {
    /// Something worth keeping in the local log, such as an export or a changed setting.
    ///
    /// # Errors
    /// Of the database.
    pub fn audit(&self, entry: NewEntry) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                append(&transaction, entry)?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// The station's name, as people see it: entries from now on bear it.
    ///
    /// # Errors
    /// Of the database.
    pub fn is_called(&self, name: &str) -> Result<(), VaultError> {
        let known = self.read(|reader| reader.setting(STATION_NAME))?;
        if self.is_read_only() || known.as_deref() == Some(name) {
            return Ok(());
        }
        self.set_setting(STATION_NAME, name.to_owned())
    }
}

impl Reader<'_> {
    /// The station's name, as people see it; empty where nobody gave one.
    ///
    /// # Errors
    /// Of the database.
    pub fn called(&self) -> Result<String, VaultError> {
        Ok(self.setting(STATION_NAME)?.unwrap_or_default())
    }

    /// The station's own log, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn log(&self, most: u32) -> Result<Vec<LogEntry>, VaultError> {
        let read = format!("SELECT {COLUMNS} FROM entry ORDER BY seq DESC LIMIT ?");
        self.list(&read, [most], |row| {
            let kind: String = row.get(1)?;
            Ok(LogEntry {
                seq: number(row, 0)?,
                kind: EntryKind::from_code(&kind).unwrap_or(EntryKind::Earlier),
                at: Instant(row.get(2)?),
                who: row.get(3)?,
                who_id: row.get(4)?,
                role: row.get(5)?,
                what: row.get(6)?,
                about: row.get(7)?,
                patient: row.get(8)?,
            })
        })
    }
}
