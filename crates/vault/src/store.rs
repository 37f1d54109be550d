//! The open cache: one writer thread, a few readers, a lock on the folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use rand::TryRngCore;
use rand::rngs::OsRng;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::schema;

/// The random 256-bit data key; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A fresh key from the operating system.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn random() -> Result<Key, VaultError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        OsRng
            .try_fill_bytes(bytes.as_mut())
            .map_err(|e| VaultError::KeyFile(format!("no random numbers: {e}")))?;
        Ok(Key(bytes))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Key> {
        bytes.try_into().ok().map(|bytes| Key(Zeroizing::new(bytes)))
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// SQLCipher's raw-key literal: no key derivation, so opening takes about a millisecond.
    fn literal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(68));
        text.push_str("x'");
        for byte in self.0.iter() {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        text.push('\'');
        text
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The encrypted cache of one data folder.
pub struct Vault {
    file: PathBuf,
    key: Key,
    jobs: Mutex<Option<Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
    /// Held for as long as the vault is open; `None` for a look from the command line beside an open window.
    _lock: Option<File>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("file", &self.file).finish_non_exhaustive()
    }
}

/// A read transaction's view of the cache.
pub struct Reader<'a>(pub(crate) &'a Connection);

impl Vault {
    /// Opens or creates the cache of `folder`.
    ///
    /// # Errors
    /// Where another process holds it, a newer Vigil wrote it, or the key does not open it. Nothing is deleted.
    pub fn open(folder: &Path, key: Key) -> Result<Vault, VaultError> {
        std::fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| VaultError::Busy(folder.to_owned()))?;
        let file = folder.join("vault.db");
        let mut connection = connect(&file, &key, true)?;
        schema::migrate(&mut connection)?;
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
            readers: Mutex::default(),
            _lock: Some(lock),
        })
    }

    /// Opens an existing cache for reading only, also while a window holds it.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn open_to_read(folder: &Path, key: Key) -> Result<Vault, VaultError> {
        let file = folder.join("vault.db");
        let connection = connect(&file, &key, false)?;
        if schema::version(&connection)? != schema::VERSION {
            return Err(VaultError::Unreadable(file));
        }
        Ok(Vault {
            file,
            key,
            jobs: Mutex::default(),
            writer: Mutex::default(),
            readers: Mutex::new(vec![connection]),
            _lock: None,
        })
    }

    /// Runs `work` on the writer thread and waits for it.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (send, receive) = mpsc::channel();
        let job: Job = Box::new(move |connection| {
            let _ = send.send(work(connection));
        });
        let queue = lock(&self.jobs).clone().ok_or(VaultError::Closed)?;
        queue.send(job).map_err(|_| VaultError::Closed)?;
        receive.recv().map_err(|_| VaultError::Closed)?
    }

    /// Reads one consistent state.
    ///
    /// # Errors
    /// Of the database.
    pub fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let pooled = lock(&self.readers).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => connect(&self.file, &self.key, false)?,
        };
        let transaction = connection.transaction()?;
        let result = work(&Reader(&transaction));
        drop(transaction);
        let mut readers = lock(&self.readers);
        if readers.len() < 3 {
            readers.push(connection);
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
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn connect(file: &Path, key: &Key, writer: bool) -> Result<Connection, VaultError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    } else if !file.exists() {
        return Err(VaultError::Unreadable(file.to_owned()));
    }
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "key", key.literal().as_str())?;
    // The first read is what tells whether the key fits.
    connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
        .map_err(|_| VaultError::Unreadable(file.to_owned()))?;
    schema::version(&connection)?;
    schema::pragmas(&connection, writer)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

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
