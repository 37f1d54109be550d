//! From what keeps the data key to the key: the OS keyring, a PIN, or both.

use std::path::Path;

use crate::error::VaultError;
use crate::keys::key::{Key, random};
use crate::keys::key_file::{self, KeyFile, first_file, wraps};
use crate::keys::keyring::KeyStore;
use crate::keys::pin::{Pin, open_pin, seal_pin};
use crate::keys::wrap::Wrap;

/// What may be used to reach the data key.
pub struct Access<'a> {
    /// The keyring to ask.
    pub keyring: &'a dyn KeyStore,
    /// The PIN that was given, if one was.
    pub pin: Option<&'a Pin>,
}

/// Gives the data key of a folder, making a random one where the folder has none.
///
/// # Errors
/// Where neither keyring nor PIN can keep or give it.
pub fn unlock(folder: &Path, access: &Access) -> Result<Key, VaultError> {
    crate::folder::make(folder)?;
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
    key_file::write(folder, &KeyFile::first(wraps))?;
    Ok(key)
}

/// Wraps a key by everything that is there to keep it.
pub(crate) fn wrap(key: &Key, access: &Access) -> Result<Vec<Wrap>, VaultError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::keyring::tests::{Absent, Memory};
    use std::fs;

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
        let text = fs::read(key_file::path(folder.path())).unwrap();
        assert!(!text.windows(32).any(|w| w == key.as_slice()));
    }

    #[test]
    fn a_lost_key_file_never_makes_a_new_key_over_an_old_cache() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("vault.db"), b"old").unwrap();
        let refused = unlock(folder.path(), &Access { keyring: &Memory::default(), pin: None });
        assert!(matches!(refused, Err(VaultError::KeyFile(_))));
    }
}
