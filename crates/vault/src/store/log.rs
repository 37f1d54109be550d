//! The station's own log.

use clinical::Instant;
use record::{EntryKind, word_of};
use rusqlite::Row;

use crate::entries::append::{STATION_NAME, append};
use crate::entries::entry::NewEntry;
use crate::entries::own::own;
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
    /// The station's name then; empty where it was not kept.
    pub station: String,
}

/// Entries that the server was not told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// The log that they are of.
    pub origin: String,
    /// The short word in its name.
    pub word: String,
    /// The oldest first.
    pub entries: Vec<LogEntry>,
}

/// The setting that keeps up to which entry the server was told.
const TOLD: &str = "audit-events-told";

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

    /// The server has all entries up to this one.
    ///
    /// # Errors
    /// Of the database.
    pub fn is_audited(&self, seq: u64) -> Result<(), VaultError> {
        self.set_setting(TOLD, seq.to_string())
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
        self.list(&read, [most], log_entry)
    }

    /// The oldest entries that the server was not told of; those from before there was a record are none. `None` where the record has no
    /// name.
    ///
    /// # Errors
    /// Of the database.
    pub fn untold(&self, most: u32) -> Result<Option<Untold>, VaultError> {
        let Some(own) = own(self.connection)? else { return Ok(None) };
        let origin = own.log.public().name().to_owned();
        let told: i64 = self.setting(TOLD)?.and_then(|told| told.parse().ok()).unwrap_or_default();
        let read =
            format!("SELECT {COLUMNS} FROM entry WHERE seq > ? AND kind <> 'earlier' ORDER BY seq LIMIT ?");
        let entries = self.list(&read, [told, i64::from(most)], log_entry)?;
        Ok(Some(Untold { word: word_of(&origin).unwrap_or_default().to_owned(), origin, entries }))
    }
}

fn log_entry(row: &Row) -> rusqlite::Result<LogEntry> {
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
        station: row.get(9)?,
    })
}
