//! Which settings the site has locked, as the cache keeps it.

use vault::{Reader, VaultError};

/// Under which the cache keeps their keys, one a line.
pub(crate) const LOCKED: &str = "site-locked";

/// Whether the site has locked a setting.
///
/// # Errors
/// Of the cache.
pub(crate) fn is_locked(reader: &Reader<'_>, key: &str) -> Result<bool, VaultError> {
    Ok(reader.setting(LOCKED)?.is_some_and(|names| names.lines().any(|name| name == key)))
}
