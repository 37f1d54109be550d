//! A PIN, and the data key sealed with it: Argon2id, XChaCha20-Poly1305.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key as SealKey, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, Zeroizing};

use crate::error::VaultError;
use crate::keys::key::{Key, random};
use crate::keys::wrap::Wrap;

/// A PIN as it was typed; wiped when dropped, never printed.
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// The fewest characters of a station's PIN.
    pub const LEAST: usize = 4;
    /// The fewest digits of a person's own PIN.
    pub const LEAST_OF_A_PERSON: usize = 6;
    /// The most.
    const MOST_OF_A_PERSON: usize = 12;

    /// Takes a PIN.
    ///
    /// # Errors
    /// Where it is too short.
    pub fn new(text: String) -> Result<Pin, VaultError> {
        let pin = Zeroizing::new(text);
        if pin.chars().count() < Pin::LEAST {
            Err(VaultError::ShortPin { least: Pin::LEAST })
        } else {
            Ok(Pin(pin))
        }
    }

    /// Takes a PIN that somebody chose for themselves.
    ///
    /// # Errors
    /// Where it is not six digits or more, or one of the few that everybody tries first: one digit again and again, or a row.
    pub fn chosen(text: String) -> Result<Pin, VaultError> {
        let pin = Zeroizing::new(text);
        let digits = pin.as_bytes();
        let length = Pin::LEAST_OF_A_PERSON..=Pin::MOST_OF_A_PERSON;
        if !length.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(VaultError::NotDigits { least: Pin::LEAST_OF_A_PERSON, most: Pin::MOST_OF_A_PERSON });
        }
        let step = |pair: &[u8]| pair[1].wrapping_sub(pair[0]);
        let first = step(&digits[..2]);
        let is_row = [0, 1, u8::MAX].contains(&first) && digits.windows(2).all(|pair| step(pair) == first);
        if is_row { Err(VaultError::EasyPin) } else { Ok(Pin(pin)) }
    }

    /// Takes what somebody typed to be let in: whatever it is, it is compared.
    pub fn typed(text: String) -> Pin {
        Pin(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

// OWASP Password Storage Cheat Sheet: Argon2id with 46 MiB and one pass, one lane.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;

pub(crate) fn derive(
    pin: &Pin,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let failed = |e: argon2::Error| VaultError::KeyFile(e.to_string());
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(failed)?;
    let mut out = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.0.as_bytes(), salt, out.as_mut())
        .map_err(failed)?;
    Ok(out)
}

pub(crate) fn seal_pin(key: &Key, pin: &Pin) -> Result<Wrap, VaultError> {
    let (salt, nonce) = (random::<16>()?, random::<24>()?);
    let mut derived = derive(pin, &salt, MEMORY_KIB, PASSES)?;
    let sealed = XChaCha20Poly1305::new(<&SealKey>::from(&*derived))
        .encrypt(&XNonce::from(nonce), key.as_slice())
        .map_err(|e| VaultError::KeyFile(e.to_string()))?;
    derived.zeroize();
    Ok(Wrap::Pin {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        salt: salt.to_vec(),
        nonce: nonce.to_vec(),
        sealed,
    })
}

pub(crate) fn open_pin(wrap: &Wrap, pin: &Pin) -> Result<Key, VaultError> {
    let Wrap::Pin { memory_kib, passes, salt, nonce, sealed } = wrap else {
        return Err(VaultError::WrongPin);
    };
    let nonce = XNonce::try_from(nonce.as_slice()).map_err(|_| VaultError::KeyFile("damaged".into()))?;
    let derived = derive(pin, salt, *memory_kib, *passes)?;
    let opened = XChaCha20Poly1305::new(<&SealKey>::from(&*derived))
        .decrypt(&nonce, sealed.as_slice())
        .map_err(|_| VaultError::WrongPin)?;
    let opened = Zeroizing::new(opened);
    Key::from_slice(&opened).ok_or(VaultError::KeyFile("damaged".into()))
}
