//! What IT staff do with a cache as a whole: look through it, mend it, give it another key, be rid of it, and see whether a
//! station would work.

use std::path::PathBuf;
use std::sync::Arc;

use vault::{Access, EntryKind, KeyStore, NewEntry, OsKeyring, Vault, Wrap, wraps};

use crate::alarm_delay::AlarmDelays;
use crate::console::Console;
use crate::opening::{Start, clock};
use crate::view::{Failure, Synced};

/// What a repair kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Actions that were not sent.
    pub saved: usize,
    /// The sealed copy of them.
    pub salvage: PathBuf,
    /// Where the damaged cache lies.
    pub aside: PathBuf,
}

/// What keeps the data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// A PIN does, or was given to.
    pub by_pin: bool,
    /// Whether the keyring answers; else why not.
    pub keyring: Result<(), String>,
}

/// What a cache holds, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// People.
    pub people: usize,
    /// The units and programmes that the cache is of; `None` where it is of its whole server.
    pub units: Option<String>,
    /// Actions that wait for the server.
    pub waiting: usize,
    /// How long alarms took to be seen and heard.
    pub delays: AlarmDelays,
}

impl Start {
    /// Every page against its checksum, then the structure; empty where all is well.
    ///
    /// # Errors
    /// Where the cache cannot be opened at all.
    pub fn check(&self) -> Result<Vec<String>, Failure> {
        Ok(vault::check(&self.folder, &self.key(None)?)?)
    }

    /// Begins a damaged cache anew: what was not sent is kept, and the log says so.
    ///
    /// # Errors
    /// Of the disk, or where a window holds the cache; then nothing was changed.
    pub fn repair(&self) -> Result<Repaired, Failure> {
        let done = vault::rebuild(&self.folder, &self.key(None)?, clock()())?;
        self.note(&format!("cache begun anew, {} unsent actions kept", done.saved))?;
        Ok(Repaired { saved: done.saved, salvage: done.salvage, aside: done.aside })
    }

    /// Writes the cache anew under a fresh key; the log says so.
    ///
    /// # Errors
    /// Of the disk or the keyring, or where a window holds the cache; then the old key is still the key.
    pub fn rotate_key(&self) -> Result<(), Failure> {
        vault::rotate(&self.folder, &Access { keyring: &OsKeyring, pin: self.pin.as_ref() })?;
        self.note("cache written anew under a fresh key")
    }

    /// Destroys keys and cache, with the log in it.
    ///
    /// # Errors
    /// Of the disk or the keyring, or where a window holds the cache.
    pub fn forget(&self) -> Result<(), Failure> {
        Ok(vault::forget(&self.folder, &OsKeyring)?)
    }

    fn note(&self, what: &str) -> Result<(), Failure> {
        let vault = Vault::open(&self.folder, self.key(None)?)?;
        Ok(vault.audit(NewEntry::new(EntryKind::Station, clock()(), self.commander(), what))?)
    }

    /// Pulls everything once, and sends what waits. Commands are answered meanwhile.
    ///
    /// # Errors
    /// Where no server is named or the cache is another server's, or of the cache or the server.
    pub async fn sync_once(&self) -> Result<Synced, Failure> {
        let server = self.server.as_deref().ok_or_else(|| Failure::failed("name a server: --server URL"))?;
        // Before anything is opened: an address that is none, a file that cannot be used.
        self.way_in.client(server, None, clock())?;
        let began = std::time::Instant::now();
        let vault = Arc::new(Vault::open(&self.folder, self.key(None)?)?);
        self.server_of(&vault, Some(server))?;
        let client = self.way_in.client(server, Some(&vault), clock())?;
        let (console, _events) = Console::open_by(vault, Some(client), self.station(), clock())?;
        let (asked, folder) = (Arc::downgrade(&console), self.folder.clone());
        let door = tokio::spawn(async move { crate::door::serve(asked, &folder).await });
        let report = match console.engine() {
            Some(engine) => engine.sync_once().await,
            None => Ok(Default::default()),
        };
        door.abort();
        let patients = console.vault.read(|reader| Ok(reader.ward()?.persons.len()))?;
        Ok(Synced::new(patients, began.elapsed().as_secs_f64(), report?))
    }

    /// What keeps the data key of this folder.
    ///
    /// # Errors
    /// Where the file of keys cannot be read.
    pub fn keys(&self) -> Result<Keys, Failure> {
        let kept = wraps(&self.folder)?;
        let by_pin = kept.iter().any(|w| matches!(w, Wrap::Pin { .. })) || self.pin.is_some();
        Ok(Keys { by_pin, keyring: OsKeyring.get("doctor").map(|_| ()) })
    }

    /// What the cache holds, in numbers, also while a window holds it; `None` where there is no cache.
    ///
    /// # Errors
    /// Where it cannot be opened or read.
    pub fn holds(&self) -> Result<Option<Holds>, Failure> {
        if !vault::exists(&self.folder) {
            return Ok(None);
        }
        let vault = Vault::open_to_read(&self.folder, self.key(None)?)?;
        Ok(Some(vault.read(|reader| {
            let delays = reader.setting(AlarmDelays::key())?.unwrap_or_default();
            Ok(Holds {
                people: reader.ward()?.persons.len(),
                units: reader.scope()?.map(|scope| scope.to_string()),
                waiting: reader.waiting()?.len(),
                delays: AlarmDelays::from_setting(&delays),
            })
        })?))
    }
}
