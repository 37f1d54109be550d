//! A cache that is not what was written: looked through, put aside, and begun anew with everything people did.

use std::fs;
use std::path::{Path, PathBuf};

use clinical::Instant;
use record::{EntryKind, Known, verify};
use rusqlite::Connection;

use crate::entries::append::append;
use crate::entries::carry::{Carried, DRAFTS, RECORD, STAFF, carried, put_back};
use crate::entries::entry::NewEntry;
use crate::error::VaultError;
use crate::folder::{hold, sync_folder};
use crate::keys::key::Key;
use crate::keys::key_file;
use crate::store::connection::connect;
use crate::store::journal::{self, SERVER, Unsent, insert_unsent, unsent};
use crate::store::vault::{Reader, Vault};

/// The setting that says that a station was of people, and that who they were is lost: nobody sits there until somebody is taken in.
pub(crate) const PEOPLE_LOST: &str = "people-lost";

/// What came out of a rebuild.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Actions that were not sent yet and go on waiting in the new cache.
    pub saved: usize,
    /// The sealed file they were written to first.
    pub salvage: PathBuf,
    /// Where the damaged database lies now.
    pub aside: PathBuf,
}

/// Looks through the whole cache of a folder: every page against its checksum, then the structure. Empty where all is well.
///
/// # Errors
/// Where it cannot be opened at all.
pub fn check(folder: &Path, key: &Key) -> Result<Vec<String>, VaultError> {
    let connection = connect(&key_file::database(folder)?, key, false)?;
    let mut problems = Vec::new();
    for pragma in ["cipher_integrity_check", "integrity_check"] {
        let found: Result<Vec<String>, rusqlite::Error> = connection
            .prepare(&format!("PRAGMA {pragma}"))
            .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect());
        match found {
            Ok(lines) => problems.extend(lines.into_iter().filter(|line| line != "ok")),
            Err(error) => problems.push(error.to_string()),
        }
    }
    Ok(problems)
}

/// How many actions of a damaged cache are still to be had, for the screen that asks.
pub fn salvageable(folder: &Path, key: &Key) -> usize {
    key_file::database(folder).map_or(0, |database| gather(&database, key).actions.len())
}

/// Begins the cache of a folder anew. Unsent actions are written to a sealed file first, from the journal and from what can
/// still be read of the database; the database is put aside, not deleted; a new one takes the actions and the server's
/// address, the people of the station where all of them can be read, and the record where all of it can be read and verifies.
/// Everything else is pulled again.
///
/// # Errors
/// Where another process holds the folder, a newer Vigil wrote the cache, or the disk refuses; the damaged cache is as it
/// was then.
pub fn rebuild(folder: &Path, key: &Key, now: Instant) -> Result<Rebuilt, VaultError> {
    let held = hold(folder)?;
    let database = key_file::database(folder)?;
    let Gathered { actions, settings, staff, were_people, drafts, record } = gather(&database, key);
    if let Err(error @ VaultError::Newer { .. }) = connect(&database, key, false) {
        return Err(error);
    }
    let salvage = folder.join(format!("salvage-{}.outbox", now.0));
    // A journal of its own is sealed, synced and readable by the same key.
    journal::Journal::start(&salvage.with_extension("db"), key, &actions)?;
    let aside = folder.join(format!("vault.damaged-{}.db", now.0));
    let name = database.to_string_lossy().into_owned();
    for (from, to) in [
        (format!("{name}-wal"), format!("{}-wal", aside.to_string_lossy())),
        (name.clone(), aside.to_string_lossy().into_owned()),
    ] {
        match fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let _ = fs::remove_file(format!("{name}-shm"));
    sync_folder(&database)?;
    drop(held);
    // The journal lies where it lay: opening takes what it holds, and the rest of what was gathered follows.
    let vault = Vault::open(folder, key.clone())?;
    let saved = actions.len();
    vault.write(move |connection| {
        let transaction = connection.transaction()?;
        for entry in &actions {
            insert_unsent(&transaction, entry)?;
        }
        for (key, value) in &settings {
            transaction.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [key, value])?;
        }
        let what = match record {
            Some(record) => {
                put_back(&transaction, record)?;
                "cache rebuilt after damage"
            }
            None => {
                "cache rebuilt after damage: a record begins anew, the one before lies with the damaged cache"
            }
        };
        append(&transaction, NewEntry::new(EntryKind::Station, now, "Vigil", what))?;
        match staff {
            Some(staff) => put_back(&transaction, staff)?,
            None => {
                if were_people {
                    transaction.execute("INSERT OR REPLACE INTO setting VALUES (?, '1')", [PEOPLE_LOST])?;
                }
                let what = "the people of this station could not be read: they are to be taken in anew";
                append(&transaction, NewEntry::new(EntryKind::Station, now, "Vigil", what))?;
            }
        }
        if let Some(drafts) = drafts {
            put_back(&transaction, drafts)?;
        }
        Ok(transaction.commit()?)
    })?;
    drop(vault);
    // Opened once more, the journal is written anew with all of it.
    drop(Vault::open(folder, key.clone())?);
    Ok(Rebuilt { saved, salvage, aside })
}

type Settings = Vec<(String, String)>;

/// What can still be read.
struct Gathered {
    actions: Vec<Unsent>,
    settings: Settings,
    /// All of them, or nothing: who is missing would be nobody.
    staff: Option<Carried>,
    /// The cache opens, and who is in it cannot be read: a station must not be open to all for that. Where nothing of it can be
    /// read at all it is not known whether it had people, and a station that never had any must not be shut.
    were_people: bool,
    /// What they have begun to write, or nothing of it.
    drafts: Option<Carried>,
    /// All of it, or nothing: a part would be another story.
    record: Option<Carried>,
}

/// Unsent actions, settings, people and the record, as far as they can be read.
fn gather(database: &Path, key: &Key) -> Gathered {
    let mut actions = journal::read(database, key).unwrap_or_default();
    let (mut settings, mut staff, mut drafts, mut record) = (Settings::new(), None, None, None);
    let mut were_people = false;
    if let Ok(connection) = connect(database, key, false) {
        let known = actions.len();
        for entry in unsent(&connection).unwrap_or_default() {
            if !actions[..known].iter().any(|a| a.id == entry.id) {
                actions.push(entry);
            }
        }
        settings = read_settings(&connection).unwrap_or_default();
        staff = carried(&connection, STAFF).ok();
        were_people = staff.is_none();
        drafts = carried(&connection, DRAFTS).ok();
        record = whole_record(&connection);
    }
    if !settings.iter().any(|(key, _)| key == SERVER) {
        let server = actions.iter().find_map(|entry| entry.server.clone());
        settings.extend(server.map(|server| (SERVER.to_owned(), server)));
    }
    Gathered { actions, settings, staff, were_people, drafts, record }
}

fn whole_record(connection: &Connection) -> Option<Carried> {
    let reader = Reader::now(connection);
    verify(reader.record_text().ok()?, &Known::default()).ok()?;
    carried(connection, RECORD).ok()
}

fn read_settings(connection: &Connection) -> rusqlite::Result<Settings> {
    connection
        .prepare("SELECT key, value FROM setting")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The actions in a salvage file, as JSON resources, for a person who has to carry them on by hand.
///
/// # Errors
/// Where the file cannot be read.
pub fn salvaged(file: &Path, key: &Key) -> Result<Vec<String>, VaultError> {
    Ok(journal::read(&file.with_extension("db"), key)?.into_iter().map(|entry| entry.body).collect())
}
