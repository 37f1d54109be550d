//! The data folder: who holds it, and which files belong to a database in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::VaultError;

/// Holds the folder for this process; let go when dropped.
pub(crate) fn hold(folder: &Path) -> Result<File, VaultError> {
    std::fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.try_lock().map_err(|_| VaultError::Busy(folder.to_owned()))?;
    Ok(lock)
}

/// Where the journal of a database lies.
pub(crate) fn journal_of(database: &Path) -> PathBuf {
    database.with_extension("outbox")
}

/// Removes a database with all that lies beside it.
pub(crate) fn remove_database(folder: &Path, file: &str) -> Result<(), VaultError> {
    let database = folder.join(file);
    let beside = |end: &str| folder.join(format!("{file}{end}"));
    for place in [database.clone(), beside("-wal"), beside("-shm"), beside("-journal"), journal_of(&database)]
    {
        match fs::remove_file(place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Makes a rename durable.
pub(crate) fn sync_folder(file: &Path) -> Result<(), VaultError> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
