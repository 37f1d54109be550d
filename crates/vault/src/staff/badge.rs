//! What is kept of a badge.

use blake2::Blake2bMac;
use blake2::digest::consts::U32;
use blake2::digest::{KeyInit, Mac};

use crate::error::VaultError;

/// What stands for a badge: of another station's cache it is another one.
pub(crate) fn badge_mark(station: &str, badge: &str) -> Result<String, VaultError> {
    let failed = |_| VaultError::KeyFile("no mark could be made of a badge".into());
    let mut mac = Blake2bMac::<U32>::new_from_slice(station.as_bytes()).map_err(failed)?;
    mac.update(b"vigil badge");
    mac.update(badge.as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}
