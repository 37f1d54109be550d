//! Another data key for a folder, and none any more.

use std::fs;
use std::path::Path;

use crate::error::VaultError;
use crate::folder::{hold, remove_database, sync_folder};
use crate::keys::key::Key;
use crate::keys::key_file::{self, Kept};
use crate::keys::keyring::KeyStore;
use crate::keys::unlock::{Access, unlock, wrap};
use crate::keys::wrap::Wrap;
use crate::store::connection;

/// Gives a folder a new data key: everything is written anew under it, and one rename decides. Killed at any step, the
/// folder opens with the old key or with the new one, never with neither. No window may be open on it.
///
/// # Errors
/// Where another process holds the folder, what keeps the old key is not given, or the disk has no room for a second copy;
/// the old key is still the key then.
pub fn rotate(folder: &Path, access: &Access) -> Result<Key, VaultError> {
    let _held = hold(folder)?;
    let mut file = key_file::load(folder)?
        .ok_or(VaultError::KeyFile("there is none, so there is nothing to rotate".into()))?;
    let old = unlock(folder, access)?;
    for kept in file.pending.take().into_iter().chain(file.retired.take()) {
        remove_database(folder, &kept.file)?;
        forget_entries(&kept.wraps, access.keyring);
    }
    if access.pin.is_none() && file.wraps.iter().any(|w| matches!(w, Wrap::Pin { .. })) {
        return Err(VaultError::PinNeeded);
    }
    let key = Key::random()?;
    let number: u64 = file.file.trim_start_matches("vault-").trim_end_matches(".db").parse().unwrap_or(0);
    let next = Kept { file: format!("vault-{}.db", number + 1), wraps: wrap(&key, access)? };
    file.pending = Some(next.clone());
    key_file::write(folder, &file)?;
    let target = folder.join(&next.file);
    connection::copy(&folder.join(&file.file), &old, &target, &key)?;
    // From here on the new key is the key.
    file.pending = None;
    file.retired = Some(Kept {
        file: std::mem::replace(&mut file.file, next.file),
        wraps: std::mem::replace(&mut file.wraps, next.wraps),
    });
    key_file::write(folder, &file)?;
    if let Some(retired) = file.retired.take() {
        forget_entries(&retired.wraps, access.keyring);
        remove_database(folder, &retired.file)?;
        key_file::write(folder, &file)?;
    }
    Ok(key)
}

fn forget_entries(wraps: &[Wrap], keyring: &dyn KeyStore) {
    for wrap in wraps {
        if let Wrap::Keyring { name } = wrap {
            // An entry that cannot be removed opens nothing any more once its database is gone.
            let _ = keyring.delete(name);
        }
    }
}

/// Destroys the keys of a folder, keyring entries first, then everything of the cache. What a disk still holds of it can
/// never be read again.
///
/// # Errors
/// Where another process holds the folder, or a file cannot be removed.
pub fn forget(folder: &Path, keyring: &dyn KeyStore) -> Result<(), VaultError> {
    let _held = hold(folder)?;
    if let Some(file) = key_file::load(folder)? {
        let others = file.pending.iter().chain(&file.retired).flat_map(|kept| &kept.wraps);
        // The file below holds no key in clear: with the entry or without it, the rest is removed.
        forget_entries(&file.wraps.iter().chain(others).cloned().collect::<Vec<_>>(), keyring);
        let path = key_file::path(folder);
        fs::remove_file(&path)?;
        sync_folder(&path)?;
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("vault") || name.starts_with("salvage-") || name.starts_with("keys.json") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::keyring::tests::Memory;

    #[test]
    fn a_keyring_gives_the_same_key_until_the_station_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Memory::default();
        let access = || Access { keyring: &keyring, pin: None };
        let key = unlock(folder.path(), &access()).unwrap();
        assert_eq!(unlock(folder.path(), &access()).unwrap().as_slice(), key.as_slice());
        forget(folder.path(), &keyring).unwrap();
        assert!(keyring.0.lock().unwrap().is_empty());
        assert_ne!(unlock(folder.path(), &access()).unwrap().as_slice(), key.as_slice());
    }
}
