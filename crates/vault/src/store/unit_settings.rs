//! Settings of units that all stations of a unit have alike: what was set last, wherever that was, and whether the others know it.

use clinical::{Instant, UnitSetting};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::changes::Changes;
use crate::entries::append::append;
use crate::entries::entry::Who;
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::settings::{set_entry, write_site};
use crate::store::vault::{Reader, Vault};

/// Before the key of each row that says who set what; the value itself stands where those of the site do.
const SHARED: &str = "shared:";
/// The setting that holds which version of this program heard the server's, and up to when.
const HEARD_TO: &str = "unit-settings-heard-to";
/// The setting of a station that holds the keys that the site's file locks, one a line.
pub const SITE_LOCKED: &str = "site-locked";

/// A row of a shared setting, as it is kept.
#[derive(Serialize, Deserialize)]
struct Row {
    value: Option<String>,
    at: i64,
    by: String,
    station: String,
    /// Whether the server has it.
    told: bool,
}

impl Row {
    fn of(setting: &UnitSetting, told: bool) -> Row {
        let UnitSetting { value, at, by, station, .. } = setting.clone();
        Row { value, at: at.0, by, station, told }
    }

    fn setting(self, key: &str) -> UnitSetting {
        let Row { value, at, by, station, .. } = self;
        UnitSetting { key: key.to_owned(), value, at: Instant(at), by, station }
    }
}

/// What came of settings that were heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeardSettings {
    /// Settings that hold here now and did not before.
    pub changed: usize,
    /// Settings that no station takes: of a name that there is not, or out of range.
    pub refused: usize,
}

impl Vault {
    /// Keeps a setting of a unit that somebody set here, for the other stations too; `None` gives it back to the site.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_for_unit(
        &self,
        key: String,
        value: Option<String>,
        who: Who,
        station: String,
        now: Instant,
    ) -> Result<(), VaultError> {
        self.write(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let known = known(&transaction, &key)?;
                let at = UnitSetting::moment_after(known.as_ref(), now);
                let setting = UnitSetting { key: key.clone(), value, at, by: who.name.clone(), station };
                keep(&transaction, &setting, false)?;
                write_site(&transaction, &key, setting.value.as_deref())?;
                append(&transaction, set_entry(key, setting.value.as_deref(), "", who, now))?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// Takes in what other stations set, and up to when that was heard. What the site's file locks here is kept and does not hold; what
    /// takes the place of a setting here is in the log, with who set it and where.
    ///
    /// # Errors
    /// Of the database; nothing was taken in then.
    pub fn hear_unit_settings(
        &self,
        heard: Vec<UnitSetting>,
        heard_to: Option<String>,
        now: Instant,
    ) -> Result<HeardSettings, VaultError> {
        let is_new = self.read(|reader| {
            let mut news = Vec::new();
            for setting in &heard {
                let known = known(reader.connection, &setting.key)?;
                let is_later = known.is_none_or(|known| setting.replaces(&known));
                news.push(is_later && setting.check().is_ok());
            }
            let is_further = heard_to.is_some() && reader.unit_settings_heard_to()? != heard_to;
            Ok(news.contains(&true) || is_further)
        })?;
        // Nothing is written, and nobody reads the ward anew, for what was known.
        if !is_new {
            return Ok(HeardSettings::default());
        }
        self.write_telling(
            move |connection| {
                let transaction = connection.transaction()?;
                let mut done = HeardSettings::default();
                for setting in heard {
                    match setting.check() {
                        Ok(()) => done.changed += usize::from(take_over(&transaction, setting, now)?),
                        Err(_) => done.refused += 1,
                    }
                }
                if let Some(heard_to) = heard_to {
                    let by = format!("{} {heard_to}", env!("CARGO_PKG_VERSION"));
                    transaction.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [HEARD_TO, &by])?;
                }
                transaction.commit()?;
                Ok(done)
            },
            |done| if done.changed > 0 { Changes::EVERYTHING } else { Changes::NONE },
        )
    }

    /// Where the site's file locks something no longer, what the stations of the unit have holds here again.
    ///
    /// # Errors
    /// Of the database.
    pub fn settle_unit_settings(&self, now: Instant) -> Result<(), VaultError> {
        let all = self.read(|reader| reader.unit_settings())?;
        let holding = all.into_iter().filter(|(setting, _)| setting.value.is_some());
        for (setting, _) in holding {
            self.write_telling(
                move |connection| {
                    let transaction = connection.transaction()?;
                    let done = holds(&transaction, setting, now)?;
                    transaction.commit()?;
                    Ok(done)
                },
                |done| if *done { Changes::EVERYTHING } else { Changes::NONE },
            )?;
        }
        Ok(())
    }

    /// The server has it, unless it was set anew meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub fn unit_setting_is_told(&self, setting: UnitSetting) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            if known(connection, &setting.key)?.as_ref() == Some(&setting) {
                keep(connection, &setting, true)?;
            }
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// What was set last for units, and whether the server has it, by their keys.
    ///
    /// # Errors
    /// Of the database.
    pub fn unit_settings(&self) -> Result<Vec<(UnitSetting, bool)>, VaultError> {
        let rows =
            self.list("SELECT key, value FROM setting WHERE key LIKE 'shared:%' ORDER BY key", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
        let kept = rows.into_iter().filter_map(|(key, text)| {
            let row = read(&text)?;
            let told = row.told;
            Some((row.setting(key.trim_start_matches(SHARED)), told))
        });
        Ok(kept.collect())
    }

    /// Whether the site's file sets this. What it locks for all its units no unit has otherwise.
    ///
    /// # Errors
    /// Of the database.
    pub fn is_locked(&self, key: &str) -> Result<bool, VaultError> {
        let of_all = key.split_once('@').map_or(key, |(name, _)| name);
        let names = self.setting(SITE_LOCKED)?.unwrap_or_default();
        Ok(names.lines().any(|name| name == key || name == of_all))
    }

    /// Up to when the settings that other stations told were heard; nothing where another version of this program heard them: it may
    /// have refused what this one takes.
    ///
    /// # Errors
    /// Of the database.
    pub fn unit_settings_heard_to(&self) -> Result<Option<String>, VaultError> {
        let kept = self.setting(HEARD_TO)?;
        let of_this_version = kept.as_deref().and_then(|kept| kept.split_once(' '));
        Ok(of_this_version.filter(|(by, _)| *by == env!("CARGO_PKG_VERSION")).map(|(_, to)| to.to_owned()))
    }
}

/// Written by this program alone: what is not readable was never told.
fn read(text: &str) -> Option<Row> {
    serde_json::from_str(text).ok()
}

fn known(connection: &Connection, key: &str) -> Result<Option<UnitSetting>, VaultError> {
    let text: Option<String> = connection
        .query_row("SELECT value FROM setting WHERE key = ? || ?", [SHARED, key], |row| row.get(0))
        .optional()?;
    Ok(text.as_deref().and_then(read).map(|row| row.setting(key)))
}

fn keep(connection: &Connection, setting: &UnitSetting, told: bool) -> Result<(), VaultError> {
    let text = serde_json::to_string(&Row::of(setting, told)).unwrap_or_default();
    connection.execute("INSERT OR REPLACE INTO setting VALUES (? || ?, ?)", [SHARED, &setting.key, &text])?;
    Ok(())
}

/// Whether a setting that another station told changed what holds here.
fn take_over(connection: &Connection, setting: UnitSetting, now: Instant) -> Result<bool, VaultError> {
    if known(connection, &setting.key)?.is_some_and(|known| !setting.replaces(&known)) {
        return Ok(false);
    }
    keep(connection, &setting, true)?;
    holds(connection, setting, now)
}

/// Makes it hold here, unless the site's file locks it or it does already.
fn holds(connection: &Connection, setting: UnitSetting, now: Instant) -> Result<bool, VaultError> {
    let UnitSetting { key, value, by, station, .. } = setting;
    let reader = Reader::now(connection);
    if reader.is_locked(&key)? || reader.setting(&format!("site:{key}"))? == value {
        return Ok(false);
    }
    write_site(connection, &key, value.as_deref())?;
    append(connection, set_entry(key, value.as_deref(), &format!(" at {station}"), Who::from(by), now))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key::Key;

    #[test]
    fn what_another_version_heard_is_heard_again() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let heard_to = || vault.read(|reader| reader.unit_settings_heard_to()).unwrap();
        let of = |key: &str| UnitSetting {
            key: key.into(),
            value: Some("90".into()),
            at: Instant(5),
            by: "N. Okafor".into(),
            station: "7B-2".into(),
        };
        let heard = vec![of("alarm.pause@Ward 7B"), of("alarm.of-another-version@Ward 7B")];
        let hear = || vault.hear_unit_settings(heard.clone(), Some("then".into()), Instant(9)).unwrap();
        assert_eq!(hear(), HeardSettings { changed: 1, refused: 1 });
        assert_eq!((hear(), heard_to().as_deref()), (HeardSettings::default(), Some("then")));
        vault.set_setting(HEARD_TO, "0.0.0-before then".into()).unwrap();
        assert_eq!(heard_to(), None);
    }
}
