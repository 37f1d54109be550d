//! The data key, and random numbers for it and for all that is sealed.

use blake2::Blake2bMac;
use blake2::digest::consts::U32;
use blake2::digest::{KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::error::VaultError;

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
        SysRng
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

    /// A keyed hash of a challenge: who gives it holds the key, and the key is not told.
    ///
    /// # Errors
    /// Never for a key of this length.
    pub fn proof(&self, challenge: &[u8; 32]) -> Result<[u8; 32], VaultError> {
        Ok(self.hash_of(challenge)?.finalize().into_bytes().into())
    }

    /// Whether a proof is the one for this challenge; it takes as long whether or not.
    pub(crate) fn proves(&self, challenge: &[u8; 32], proof: &[u8; 32]) -> Result<bool, VaultError> {
        Ok(self.hash_of(challenge)?.verify_slice(proof).is_ok())
    }

    /// A fresh challenge.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn challenge() -> Result<[u8; 32], VaultError> {
        random()
    }

    fn hash_of(&self, challenge: &[u8; 32]) -> Result<Blake2bMac<U32>, VaultError> {
        let failed = |_| VaultError::KeyFile("no proof could be made with it".into());
        let mut mac = Blake2bMac::<U32>::new_from_slice(self.as_slice()).map_err(failed)?;
        mac.update(b"vigil key proof");
        mac.update(challenge);
        Ok(mac)
    }

    /// SQLCipher's raw-key literal: no key derivation, so opening takes about a millisecond.
    pub(crate) fn literal(&self) -> Zeroizing<String> {
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

pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0u8; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|e| VaultError::KeyFile(format!("no random numbers: {e}")))?;
    Ok(bytes)
}
