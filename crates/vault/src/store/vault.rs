//! The open cache: one writer thread, a few readers, a lock on the folder.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use clinical::consent::{Looker, Veil};
use clinical::{Instant, PatientId};
use rusqlite::Connection;

use crate::changes::{Changes, Follower, Followers};
use crate::entries::append::append;
use crate::error::VaultError;
use crate::folder::hold;
use crate::keys::key::Key;
use crate::keys::key_file::{database, sweep_files};
use crate::store::connection::connect;
use crate::store::journal::{self, Journal, Unsent, insert_unsent, unsent};
use crate::store::page_cache::{self, WriterPages};
use crate::store::schema;
use crate::store::sources::Sources;
use crate::view::View;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The encrypted cache of one data folder.
pub struct Vault {
    file: PathBuf,
    key: Key,
    jobs: Mutex<Option<Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    pages: Arc<WriterPages>,
    readers: Mutex<Vec<Pooled>>,
    followers: Arc<Followers>,
    sources: Arc<Sources>,
    journal: Option<Arc<Mutex<Journal>>>,
    /// Held for as long as the vault is open; `None` for a look from the command line beside an open window.
    _lock: Option<File>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("file", &self.file).finish_non_exhaustive()
    }
}

/// A read transaction's view of the cache.
pub struct Reader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) view: View,
    kept: Option<&'a Cell<u32>>,
    /// Who looks, and when; nobody where everything is read.
    pub(crate) looking: Option<(&'a Looker, Instant)>,
    /// What the consents of patients say to whoever looks, of those that were asked for.
    pub(crate) veils: RefCell<HashMap<PatientId, Arc<Veil>>>,
}

/// A connection for reading.
struct Pooled {
    connection: Connection,
    /// For how many more reads it keeps the pages of a long stay.
    kept: Cell<u32>,
}

impl Pooled {
    fn new(connection: Connection) -> Pooled {
        Pooled { connection, kept: Cell::new(0) }
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn now(connection: &'a Connection) -> Reader<'a> {
        Reader { connection, view: View::NOW, kept: None, looking: None, veils: RefCell::default() }
    }

    /// Keeps more pages decrypted, for this read and those that follow soon: for whoever looks at a long stay, and will again.
    ///
    /// # Errors
    /// Of the database.
    pub fn keep_pages_of_long_stay(&self) -> Result<(), VaultError> {
        if let Some(kept) = self.kept {
            page_cache::keep_pages(self.connection, page_cache::LONG_STAY_KIB)?;
            kept.set(page_cache::READS_WITH_MANY);
        }
        Ok(())
    }
}

impl Vault {
    /// Opens or creates the cache of `folder`.
    ///
    /// # Errors
    /// Where another process holds it, a newer Vigil wrote it, it is damaged, or the key does not open it. Nothing is
    /// deleted.
    pub fn open(folder: &Path, key: Key) -> Result<Vault, VaultError> {
        let lock = hold(folder)?;
        let file = sweep_files(folder)?;
        let mut connection = connect(&file, &key, true)?;
        schema::migrate(&mut connection)?;
        recover(&mut connection, &journal::read(&file, &key)?)?;
        let journal = Journal::start(&file, &key, &unsent(&connection)?)?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let writer = std::thread::Builder::new().name("vault-writer".into()).spawn(move || {
            for job in queue {
                job(&mut connection);
            }
        })?;
        Ok(Vault {
            file,
            key,
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::new(Some(writer)),
            pages: Arc::default(),
            readers: Mutex::default(),
            followers: Arc::default(),
            sources: Arc::default(),
            journal: Some(Arc::new(Mutex::new(journal))),
            _lock: Some(lock),
        })
    }

    /// Opens an existing cache for reading only, also while a window holds it.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn open_to_read(folder: &Path, key: Key) -> Result<Vault, VaultError> {
        let file = database(folder)?;
        let connection = connect(&file, &key, false)?;
        if schema::version(&connection)? != schema::VERSION {
            return Err(VaultError::Older);
        }
        Ok(Vault {
            file,
            key,
            jobs: Mutex::default(),
            writer: Mutex::default(),
            pages: Arc::default(),
            readers: Mutex::new(vec![Pooled::new(connection)]),
            followers: Arc::default(),
            sources: Arc::default(),
            journal: None,
            _lock: None,
        })
    }

    /// Whether it was opened for reading only.
    pub fn is_read_only(&self) -> bool {
        self.journal.is_none()
    }

    /// Whether somebody holds this cache's key: whether `proof` is [`Key::proof`] of `challenge`.
    ///
    /// # Errors
    /// Never for a key that opened a cache.
    pub fn is_proof(&self, challenge: &[u8; 32], proof: &[u8; 32]) -> Result<bool, VaultError> {
        self.key.proves(challenge, proof)
    }

    /// The copy of what waits, beside the database.
    pub(crate) fn journal(&self) -> Result<Arc<Mutex<Journal>>, VaultError> {
        self.journal.clone().ok_or(VaultError::Closed)
    }

    /// What is known of the sources of its sealed chunks.
    pub(crate) fn sources(&self) -> Arc<Sources> {
        self.sources.clone()
    }

    /// For somebody who looks at the ward again and again: tells what changed from one look to the next.
    pub fn follow(&self) -> Follower {
        self.followers.follow(self.is_read_only())
    }

    /// Runs `work` on the writer thread, with a page cache for what a page of so many facts touches, and waits for it.
    pub(crate) fn write_page<T: Send + 'static>(
        &self,
        facts: usize,
        work: impl FnOnce(&mut Connection) -> Result<T, VaultError> + Send + 'static,
        changed: fn(&T) -> Changes,
    ) -> Result<T, VaultError> {
        let pages = self.pages.clone();
        let work = move |connection: &mut Connection| {
            pages.before(connection, facts)?;
            work(connection)
        };
        self.write_telling(work, changed)
    }

    /// Runs `work` on the writer thread and waits for it. Whoever looks at the ward after that reads everything anew.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.write_telling(work, |_| Changes::EVERYTHING)
    }

    /// Runs `work` on the writer thread and waits for it; nothing that a ward is made of changes.
    pub(crate) fn write_beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.write_telling(work, |_| Changes::NONE)
    }

    /// Runs `work` on the writer thread and waits for it; `changed` says what it changed on the ward. Where it fails that is not
    /// known.
    pub(crate) fn write_telling<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, VaultError> + Send + 'static,
        changed: fn(&T) -> Changes,
    ) -> Result<T, VaultError> {
        let (send, receive) = mpsc::channel();
        let followers = self.followers.clone();
        let job: Job = Box::new(move |connection| {
            let done = work(connection);
            followers.tell(&done.as_ref().map_or(Changes::EVERYTHING, changed));
            let _ = send.send(done);
        });
        let queue = lock(&self.jobs).clone().ok_or(VaultError::Closed)?;
        queue.send(job).map_err(|_| VaultError::Closed)?;
        receive.recv().map_err(|_| VaultError::Closed)?
    }

    /// Reads one consistent state: everything that is known now.
    ///
    /// # Errors
    /// Of the database.
    pub fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T, VaultError>) -> Result<T, VaultError> {
        self.read_as(View::NOW, work)
    }

    /// Reads one consistent state as of another moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn read_as<T>(
        &self,
        view: View,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.read_with(view, None, work)
    }

    /// Reads one consistent state as somebody looks at it at `now`: without what the consents of its patients withhold from them.
    /// Alarms are never among that, but their words can be.
    ///
    /// # Errors
    /// Of the database.
    pub fn read_for<T>(
        &self,
        view: View,
        looker: &Looker,
        now: Instant,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.read_with(view, Some((looker, now)), work)
    }

    fn read_with<T>(
        &self,
        view: View,
        looking: Option<(&Looker, Instant)>,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let pooled = lock(&self.readers).pop();
        let mut pooled = match pooled {
            Some(pooled) => pooled,
            None => Pooled::new(connect(&self.file, &self.key, false)?),
        };
        let left = pooled.kept.get();
        pooled.kept.set(left.saturating_sub(1));
        let transaction = pooled.connection.transaction()?;
        let result = work(&Reader {
            connection: &transaction,
            view,
            kept: Some(&pooled.kept),
            looking,
            veils: RefCell::default(),
        });
        drop(transaction);
        if left == 1 && pooled.kept.get() == 0 {
            page_cache::let_go(&pooled.connection, page_cache::READER_KIB)?;
        }
        let mut readers = lock(&self.readers);
        if readers.len() < 3 {
            readers.push(pooled);
        }
        result
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        drop(lock(&self.jobs).take());
        if let Some(writer) = lock(&self.writer).take() {
            let _ = writer.join();
        }
    }
}

/// A poisoned lock holds plain connections and channels; there is no half-written state to protect.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What the journal has and the database lost, or never got because the power failed between the two.
fn recover(connection: &mut Connection, journal: &[Unsent]) -> Result<(), VaultError> {
    let mut missing = Vec::new();
    for entry in journal {
        let known: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM action WHERE id = ?)",
            [&entry.id],
            |row| row.get(0),
        )?;
        if !known {
            missing.push(entry);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.transaction()?;
    for entry in missing {
        insert_unsent(&transaction, entry)?;
        // It was not confirmed, or its entry was lost with it.
        append(&transaction, entry.logged())?;
    }
    transaction.commit()?;
    Ok(connection.pragma_update(None, "synchronous", "NORMAL")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::kind::Kind;
    use clinical::{Actor, Instant};

    #[test]
    fn a_second_vigil_is_told_that_the_folder_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random().unwrap();
        let first = Vault::open(folder.path(), key.clone()).unwrap();
        assert!(matches!(Vault::open(folder.path(), key.clone()), Err(VaultError::Busy(_))));
        Vault::open_to_read(folder.path(), key.clone()).unwrap();
        drop(first);
        Vault::open(folder.path(), key).unwrap();
    }

    #[test]
    fn a_cache_of_every_older_schema_is_brought_up_to_date_with_everything_in_it() {
        for old in 1..schema::VERSION {
            let folder = tempfile::tempdir().unwrap();
            let key = Key::random().unwrap();
            let connection = Connection::open(folder.path().join("vault.db")).unwrap();
            connection.pragma_update(None, "key", key.literal().as_str()).unwrap();
            schema::steps(&connection, 0, old).unwrap();
            connection
                .execute_batch(
                    "INSERT INTO person (id, mrn, family, given, sex, active) VALUES ('p', 'm', 'f', 'g', 0, 1);
                     INSERT INTO series (id, patient, device, mdc, code, unit) VALUES (1, 'p', 'd', 0, '8310-5', 'Cel');
                     INSERT INTO sample VALUES (1, 7, 'Observation/o', '2', 3850, 2, 0, 8);
                     INSERT INTO latest VALUES (1, 7, 3850, 2, 0, 'Observation/o', 8);
                     INSERT INTO episode VALUES ('e', 'p', 3, 'SpO2', NULL, 5, NULL, 6), ('old', 'p', 3, 'HR', NULL, 1, 2, 6),
                       ('now', 'p', 1, 'RR', NULL, 9000000000, NULL, 6);
                     INSERT INTO action (id, episode, verb, by, at) VALUES ('a', 'e', 'take', 'N. Okafor', 5);
                     INSERT INTO outbox (action, lane, body) VALUES ('a', 'e', '{}'), ('raised:now', 'now', '{}');
                     INSERT INTO cursor VALUES ('first/Patient', 'done'), ('since/Patient', 'x'),
                       ('first/Communication', 'done'), ('first/MedicationAdministration', 'done'),
                       ('read/p', 'first/Patient first/Device first/Flag first/MedicationAdministration');",
                )
                .unwrap();
            // Since 12 the log is a record.
            if old < 12 {
                let log =
                    "INSERT INTO audit (at, who, what, about) VALUES (5, 'this station', 'raised', 'now'),
                       (1, 'this station', 'raised', 'old')";
                connection.execute_batch(log).unwrap();
            }
            if old >= 7 {
                let kinds = "UPDATE outbox SET kind = 'DetectedIssue' WHERE action LIKE 'raised:%'";
                connection.execute_batch(kinds).unwrap();
            }
            if old >= 10 {
                connection.execute_batch("INSERT INTO witnessed VALUES ('now')").unwrap();
            }
            connection.pragma_update(None, "user_version", old).unwrap();
            drop(connection);
            assert!(matches!(Vault::open_to_read(folder.path(), key.clone()), Err(VaultError::Older)));
            let vault = Vault::open(folder.path(), key).unwrap();
            let due = vault.read(|r| r.due(Instant(9))).unwrap();
            let waiting: Vec<(&str, Kind)> = due.iter().map(|row| (row.key.as_str(), row.kind)).collect();
            let wanted = [("a", Kind::Communication), ("raised:now", Kind::DetectedIssue)];
            assert_eq!(waiting, wanted, "from {old}");
            let ward = vault.read(|r| r.ward()).unwrap();
            let open: Vec<&str> = ward.episodes.iter().map(|e| e.id.as_str()).collect();
            assert_eq!((ward.persons.len(), open), (1, vec!["old", "e", "now"]), "from {old}");
            assert_eq!(ward.values[0].value.to_string(), "38.50", "from {old}");
            let points = vault.read(|r| r.points(1, Instant(0), Instant(9))).unwrap();
            assert_eq!(points.iter().map(|p| (p.t, p.v)).collect::<Vec<_>>(), [(7, 38.5)], "from {old}");
            // Of what was done before people had ids the name is known, and no more.
            assert_eq!(ward.actions[0].action.by, Actor::named("N. Okafor"), "from {old}");
            // What this station raised and is still on is its own to end.
            let own = vault.read(|r| r.witnessed()).unwrap();
            assert_eq!(own.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["now"], "from {old}");
            // Patients are read once more, for the merges that versions before 4 and the telephones that those before 17 left out.
            let cursor = |kind: &str| vault.read(|r| r.cursor(kind)).unwrap();
            let first = cursor("first/Patient");
            assert_eq!(
                (first.as_deref() == Some("done"), cursor("since/Patient").as_deref()),
                (old >= 17, Some("x"))
            );
            // So is what people did, for the ids that versions before 6 left out.
            let actions = (old >= 6).then_some("done");
            assert_eq!(cursor("first/Communication").as_deref(), actions, "from {old}");
            // And doses, of everybody, for the pens that versions before 16 left out.
            let doses = cursor("first/MedicationAdministration");
            assert_eq!(doses.as_deref() == Some("done"), old >= 16, "from {old}: {doses:?}");
            let read = if old >= 16 { "first/Flag first/MedicationAdministration" } else { "first/Flag" };
            assert_eq!(
                cursor("read/p").as_deref(),
                Some(read),
                "from {old}, with people and devices left out"
            );
        }
    }

    #[test]
    fn another_key_or_a_newer_schema_is_refused_and_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random().unwrap();
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        vault.write(|c| Ok(c.pragma_update(None, "user_version", 99)?)).unwrap();
        drop(vault);
        let size = || std::fs::metadata(folder.path().join("vault.db")).unwrap().len();
        let before = size();
        assert!(matches!(Vault::open(folder.path(), key.clone()), Err(VaultError::Newer { found: 99, .. })));
        assert!(matches!(Vault::open(folder.path(), Key::random().unwrap()), Err(VaultError::Unreadable(_))));
        assert_eq!(size(), before);
    }
}
