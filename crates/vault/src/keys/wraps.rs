//! The data key and what keeps it: the OS keyring, a PIN, or both. Never on disk in clear.

use std::fs;
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use crate::error::VaultError;
use crate::keys::keyring::KeyStore;
use crate::keys::pin::{Pin, open_pin, seal_pin};
use crate::store::vault::{Key, hold};

/// What may be used to reach the data key.
pub struct Access<'a> {
    /// The keyring to ask.
    pub keyring: &'a dyn KeyStore,
    /// The PIN that was given, if one was.
    pub pin: Option<&'a Pin>,
}

/// How the data key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Wrap {
    /// In the OS keyring, under this name.
    Keyring {
        /// The entry's name: random, so that it tells nothing.
        name: String,
    },
    /// Sealed with a key derived from a PIN (Argon2id), XChaCha20-Poly1305.
    Pin {
        /// Argon2 memory in KiB.
        memory_kib: u32,
        /// Argon2 passes.
        passes: u32,
        /// 16 random bytes.
        salt: Vec<u8>,
        /// 24 random bytes.
        nonce: Vec<u8>,
        /// The sealed data key.
        sealed: Vec<u8>,
    },
}

/// A database with what keeps its key.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    file: String,
    wraps: Vec<Wrap>,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    version: u32,
    /// The database under the folder.
    #[serde(default = "first_file")]
    file: String,
    wraps: Vec<Wrap>,
    /// Being made by a rotation that has not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Kept>,
    /// Left behind by a rotation that has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired: Option<Kept>,
}

fn first_file() -> String {
    "vault.db".into()
}

fn path(folder: &Path) -> PathBuf {
    folder.join("keys.json")
}

fn load(folder: &Path) -> Result<Option<KeyFile>, VaultError> {
    let text = match fs::read(path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let file: KeyFile = serde_json::from_slice(&text).map_err(|e| VaultError::KeyFile(e.to_string()))?;
    if file.version != 1 {
        return Err(VaultError::KeyFile(format!("version {} is newer than this Vigil", file.version)));
    }
    Ok(Some(file))
}

/// How the data key of this folder is kept; empty where there is no key yet.
///
/// # Errors
/// Where the key file is damaged.
pub fn wraps(folder: &Path) -> Result<Vec<Wrap>, VaultError> {
    Ok(load(folder)?.map(|file| file.wraps).unwrap_or_default())
}

/// Whether a folder holds a cache.
pub fn exists(folder: &Path) -> bool {
    database(folder).is_ok_and(|file| file.exists())
}

/// The database of a folder.
pub(crate) fn database(folder: &Path) -> Result<PathBuf, VaultError> {
    Ok(folder.join(load(folder)?.map_or_else(first_file, |file| file.file)))
}

/// Removes the files of a rotation that was killed, and gives the database. The folder must be held.
pub(crate) fn sweep_files(folder: &Path) -> Result<PathBuf, VaultError> {
    if let Some(mut file) = load(folder)?
        && (file.pending.is_some() || file.retired.is_some())
    {
        for kept in file.pending.iter().chain(&file.retired) {
            remove_database(folder, &kept.file)?;
        }
        // Entries in a keyring stay named until the next rotation or "forget", which can reach it.
        if !file
            .pending
            .iter()
            .chain(&file.retired)
            .flat_map(|k| &k.wraps)
            .any(|w| matches!(w, Wrap::Keyring { .. }))
        {
            (file.pending, file.retired) = (None, None);
            write(folder, &file)?;
        }
    }
    database(folder)
}

fn remove_database(folder: &Path, file: &str) -> Result<(), VaultError> {
    let database = folder.join(file);
    let beside = |end: &str| folder.join(format!("{file}{end}"));
    for place in [
        database.clone(),
        beside("-wal"),
        beside("-shm"),
        beside("-journal"),
        crate::store::journal::path(&database),
    ] {
        match fs::remove_file(place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Gives a folder a new data key: everything is written anew under it, and one rename decides. Killed at any step, the
/// folder opens with the old key or with the new one, never with neither. No window may be open on it.
///
/// # Errors
/// Where another process holds the folder, what keeps the old key is not given, or the disk has no room for a second copy;
/// the old key is still the key then.
pub fn rotate(folder: &Path, access: &Access) -> Result<Key, VaultError> {
    let _held = hold(folder)?;
    let mut file =
        load(folder)?.ok_or(VaultError::KeyFile("there is none, so there is nothing to rotate".into()))?;
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
    write(folder, &file)?;
    let target = folder.join(&next.file);
    crate::store::vault::copy(&folder.join(&file.file), &old, &target, &key)?;
    // From here on the new key is the key.
    file.pending = None;
    file.retired = Some(Kept {
        file: std::mem::replace(&mut file.file, next.file),
        wraps: std::mem::replace(&mut file.wraps, next.wraps),
    });
    write(folder, &file)?;
    if let Some(retired) = file.retired.take() {
        forget_entries(&retired.wraps, access.keyring);
        remove_database(folder, &retired.file)?;
        write(folder, &file)?;
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

/// Gives the data key of a folder, making a random one where the folder has none.
///
/// # Errors
/// Where neither keyring nor PIN can keep or give it.
pub fn unlock(folder: &Path, access: &Access) -> Result<Key, VaultError> {
    fs::create_dir_all(folder)?;
    let kept = wraps(folder)?;
    if kept.is_empty() {
        if folder.join(first_file()).exists() {
            return Err(VaultError::KeyFile("it is missing beside an existing cache".into()));
        }
        return create(folder, access);
    }
    // A PIN that was given decides; asking a keyring first could hang a headless start.
    let by_pin = kept.iter().find(|wrap| matches!(wrap, Wrap::Pin { .. }));
    if let (Some(pin), Some(wrap)) = (access.pin, by_pin) {
        return open_pin(wrap, pin);
    }
    let mut reason = None;
    for wrap in &kept {
        if let Wrap::Keyring { name } = wrap {
            match access.keyring.get(name) {
                Ok(Some(secret)) => {
                    return Key::from_slice(&secret)
                        .ok_or(VaultError::KeyFile("the keyring's entry has another length".into()));
                }
                Ok(None) => reason = Some("its entry is gone".to_owned()),
                Err(error) => reason = Some(error),
            }
        }
    }
    Err(if by_pin.is_some() {
        VaultError::PinNeeded
    } else {
        VaultError::NoKeeper(reason.unwrap_or_default())
    })
}

fn create(folder: &Path, access: &Access) -> Result<Key, VaultError> {
    let key = Key::random()?;
    let wraps = wrap(&key, access)?;
    write(folder, &KeyFile { version: 1, file: first_file(), wraps, pending: None, retired: None })?;
    Ok(key)
}

/// Wraps a key by everything that is there to keep it.
fn wrap(key: &Key, access: &Access) -> Result<Vec<Wrap>, VaultError> {
    let mut kept = Vec::new();
    if let Some(pin) = access.pin {
        kept.push(seal_pin(key, pin)?);
    }
    let name = random::<8>()?.iter().map(|b| format!("{b:02x}")).collect::<String>();
    match access.keyring.set(&name, key.as_slice()) {
        Ok(()) => kept.push(Wrap::Keyring { name }),
        Err(reason) if kept.is_empty() => return Err(VaultError::NoKeeper(reason)),
        Err(_) => {}
    }
    Ok(kept)
}

fn write(folder: &Path, file: &KeyFile) -> Result<(), VaultError> {
    let text = serde_json::to_vec(file).map_err(|e| VaultError::KeyFile(e.to_string()))?;
    // Whole or not at all: written beside, synced, then renamed over.
    let beside = folder.join("keys.json.new");
    let mut file = fs::File::create(&beside)?;
    std::io::Write::write_all(&mut file, &text)?;
    file.sync_all()?;
    fs::rename(&beside, path(folder))?;
    sync_folder(&path(folder))
}

/// Makes a rename durable.
pub(crate) fn sync_folder(file: &Path) -> Result<(), VaultError> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Destroys the keys of a folder, keyring entries first, then everything of the cache. What a disk still holds of it can
/// never be read again.
///
/// # Errors
/// Where another process holds the folder, or a file cannot be removed.
pub fn forget(folder: &Path, keyring: &dyn KeyStore) -> Result<(), VaultError> {
    let _held = hold(folder)?;
    if let Some(file) = load(folder)? {
        let others = file.pending.iter().chain(&file.retired).flat_map(|kept| &kept.wraps);
        // The file below holds no key in clear: with the entry or without it, the rest is removed.
        forget_entries(&file.wraps.iter().chain(others).cloned().collect::<Vec<_>>(), keyring);
        fs::remove_file(path(folder))?;
        sync_folder(&path(folder))?;
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

pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0u8; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|e| VaultError::KeyFile(format!("no random numbers: {e}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::Mutex;

    use zeroize::Zeroizing;

    #[derive(Default)]
    struct Memory(Mutex<HashMap<String, Vec<u8>>>);

    impl KeyStore for Memory {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
        }
        fn set(&self, name: &str, secret: &[u8]) -> Result<(), String> {
            self.0.lock().unwrap().insert(name.into(), secret.to_vec());
            Ok(())
        }
        fn delete(&self, name: &str) -> Result<(), String> {
            self.0.lock().unwrap().remove(name);
            Ok(())
        }
    }

    struct Absent;

    impl KeyStore for Absent {
        fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            Err("no keyring here".into())
        }
        fn set(&self, _: &str, _: &[u8]) -> Result<(), String> {
            Err("no keyring here".into())
        }
        fn delete(&self, _: &str) -> Result<(), String> {
            Err("no keyring here".into())
        }
    }

    fn pin(text: &str) -> Pin {
        Pin::new(text.into()).unwrap()
    }

    #[test]
    fn without_keyring_and_pin_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let refused = unlock(folder.path(), &Access { keyring: &Absent, pin: None });
        assert!(matches!(refused, Err(VaultError::NoKeeper(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_pin_alone_keeps_the_key_and_a_wrong_one_does_not_open_it() {
        let folder = tempfile::tempdir().unwrap();
        let right = pin("2580-night");
        let key = unlock(folder.path(), &Access { keyring: &Absent, pin: Some(&right) }).unwrap();
        let again = unlock(folder.path(), &Access { keyring: &Absent, pin: Some(&right) }).unwrap();
        assert_eq!(key.as_slice(), again.as_slice());
        let wrong = unlock(folder.path(), &Access { keyring: &Absent, pin: Some(&pin("0000")) });
        assert!(matches!(wrong, Err(VaultError::WrongPin)));
        let none = unlock(folder.path(), &Access { keyring: &Absent, pin: None });
        assert!(matches!(none, Err(VaultError::PinNeeded)));
        let text = fs::read(path(folder.path())).unwrap();
        assert!(!text.windows(32).any(|w| w == key.as_slice()));
    }

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

    #[test]
    fn a_lost_key_file_never_makes_a_new_key_over_an_old_cache() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("vault.db"), b"old").unwrap();
        let refused = unlock(folder.path(), &Access { keyring: &Memory::default(), pin: None });
        assert!(matches!(refused, Err(VaultError::KeyFile(_))));
    }
}
