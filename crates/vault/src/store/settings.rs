//! What the site and the station have set.

use clinical::Instant;
use record::EntryKind;
use rusqlite::{Connection, params};

use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::keys::key::random;
use crate::store::durably::durably;
use crate::store::vault::Vault;

/// The setting that holds the station's own id.
pub(crate) const STATION_ID: &str = "station-id";

impl Vault {
    /// Keeps a setting of the site, with who set it in the log; [`clinical::Site::set`] says which there are.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_site(&self, key: String, value: String, who: Who, at: Instant) -> Result<(), VaultError> {
        self.change_site(key, Some(value), who, at)
    }

    /// Forgets a setting of the site, with who did so in the log: what holds until it is set holds again.
    ///
    /// # Errors
    /// Of the database.
    pub fn unset_site(&self, key: String, who: Who, at: Instant) -> Result<(), VaultError> {
        self.change_site(key, None, who, at)
    }

    fn change_site(
        &self,
        key: String,
        value: Option<String>,
        who: Who,
        at: Instant,
    ) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                write_site(&transaction, &key, value.as_deref())?;
                append(&transaction, set_entry(key, value.as_deref(), "", who, at))?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// This station's own random id, made once and kept: with it a name that is typed here is not the one typed elsewhere.
    /// `None` where it was never made and the cache is open for reading only.
    ///
    /// # Errors
    /// Of the database.
    pub fn station_id(&self) -> Result<Option<String>, VaultError> {
        let known = self.read(|reader| reader.setting(STATION_ID))?;
        if known.is_some() || self.is_read_only() {
            return Ok(known);
        }
        let fresh: String = random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", [STATION_ID, &fresh])?;
                let kept = "SELECT value FROM setting WHERE key = ?";
                Ok(Some(connection.query_row(kept, [STATION_ID], |row| row.get(0))?))
            })
        })
    }

    /// Keeps a setting of this station.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_setting(&self, key: &'static str, value: String) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", params![key, value])?;
            Ok(())
        })
    }
}

/// What holds of a setting, or nothing of its own.
pub(crate) fn write_site(connection: &Connection, key: &str, value: Option<&str>) -> Result<(), VaultError> {
    match value {
        Some(value) => connection
            .execute("INSERT OR REPLACE INTO setting VALUES ('site:' || ?, ?)", params![key, value])?,
        None => connection.execute("DELETE FROM setting WHERE key = 'site:' || ?", [key])?,
    };
    Ok(())
}

/// The entry of the log of a setting that somebody set, here or `elsewhere` (`" at 7B-2"`).
pub(crate) fn set_entry(
    key: String,
    value: Option<&str>,
    elsewhere: &str,
    who: Who,
    at: Instant,
) -> NewEntry {
    let what = match value {
        Some(value) => format!("set to {value}{elsewhere}"),
        None => format!("back to what holds until it is set{elsewhere}"),
    };
    NewEntry::new(EntryKind::Setting, at, who, what).about(Some(key))
}
