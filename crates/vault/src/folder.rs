//! The data folder: who holds it, and which files belong to a database in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::VaultError;

/// Holds the folder for this process; let go when dropped.
pub(crate) fn hold(folder: &Path) -> Result<File, VaultError> {
    make(folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.try_lock().map_err(|_| VaultError::Busy(folder.to_owned()))?;
    Ok(lock)
}

/// Makes the folder of a cache, its owner's alone, and takes from others what an earlier version or somebody's `umask` gave them.
///
/// # Errors
/// Where others can read the folder and it holds other things than a cache: it is left as it is.
pub(crate) fn make(folder: &Path) -> Result<(), VaultError> {
    #[cfg(not(unix))]
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let (mut ours, mut others) = (Vec::new(), false);
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if is_of_a_cache(&entry.file_name()) { ours.push(entry.path()) } else { others = true }
        }
        if others && ours.is_empty() && is_open(folder)? {
            return Err(VaultError::Shared(folder.to_owned()));
        }
        close(folder, 0o700)?;
        for file in ours {
            close(&file, 0o600)?;
        }
    }
    Ok(())
}

/// By their names: the key file, the databases with what lies beside them, and whoever holds the folder.
#[cfg(unix)]
fn is_of_a_cache(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "lock"
        || name.starts_with("keys.json")
        || name.starts_with("vault.")
        || name.starts_with("vault-")
}

#[cfg(unix)]
fn mode(path: &Path) -> std::io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

/// Whether anybody but its owner can get at it.
#[cfg(unix)]
fn is_open(path: &Path) -> std::io::Result<bool> {
    Ok(mode(path)? & 0o077 != 0)
}

/// Takes what is more than this from everybody.
#[cfg(unix)]
fn close(path: &Path, most: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if is_open(path)? {
        fs::set_permissions(path, fs::Permissions::from_mode(mode(path)? & most))?;
    }
    Ok(())
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

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_cache_is_its_owners_alone_and_nobody_elses_files_are_touched() {
        // What lies there with which mode, the folder's, whether it is taken, and the modes afterwards.
        type Case = (&'static [(&'static str, u32)], u32, bool, &'static [u32], u32);
        let cases: [Case; 6] = [
            (&[], 0o755, true, &[], 0o700),
            (&[], 0o777, true, &[], 0o700),
            (&[("vault.db", 0o644), ("keys.json", 0o644), ("lock", 0o664)], 0o755, true, &[0o600; 3], 0o700),
            (&[("vault-3.db", 0o640), ("letter.txt", 0o644)], 0o750, true, &[0o600, 0o644], 0o700),
            (&[("letter.txt", 0o644)], 0o755, false, &[0o644], 0o755),
            (&[("letter.txt", 0o644)], 0o700, true, &[0o644], 0o700),
        ];
        for (files, folder_mode, is_taken, modes, after) in cases {
            let above = tempfile::tempdir().unwrap();
            let folder = above.path().join("cache");
            fs::create_dir(&folder).unwrap();
            for (name, mode) in files {
                fs::write(folder.join(name), b"x").unwrap();
                fs::set_permissions(folder.join(name), fs::Permissions::from_mode(*mode)).unwrap();
            }
            fs::set_permissions(&folder, fs::Permissions::from_mode(folder_mode)).unwrap();
            let made = make(&folder);
            assert_eq!(made.is_ok(), is_taken, "{files:?} in {folder_mode:o}: {made:?}");
            let found: Vec<u32> = files.iter().map(|(name, _)| mode(&folder.join(name)).unwrap()).collect();
            assert_eq!(
                (found.as_slice(), mode(&folder).unwrap()),
                (modes, after),
                "{files:?} in {folder_mode:o}"
            );
        }
        let above = tempfile::tempdir().unwrap();
        let new = above.path().join("one/in/another");
        make(&new).unwrap();
        assert_eq!(mode(&new).unwrap(), 0o700);
    }
}
