//! Which settings the site has locked, and what it suggests for others, as the cache keeps it.

use std::collections::BTreeMap;

use vault::{Reader, VaultError};

/// Under which the cache keeps their keys, one a line.
pub(crate) const LOCKED: &str = "site-locked";

/// Under which the cache keeps what the site suggests, as JSON.
pub(crate) const SUGGESTED: &str = "site-suggested";

/// Whether the site has locked a setting. What it locks for all its units no unit has otherwise.
///
/// # Errors
/// Of the cache.
pub(crate) fn is_locked(reader: &Reader<'_>, key: &str) -> Result<bool, VaultError> {
    let of_all = key.split_once('@').map_or(key, |(name, _)| name);
    let names = reader.setting(LOCKED)?.unwrap_or_default();
    Ok(names.lines().any(|name| name == key || name == of_all))
}

/// What the site suggests for a setting, where it does.
///
/// # Errors
/// Of the cache.
pub(crate) fn suggested(reader: &Reader<'_>, key: &str) -> Result<Option<String>, VaultError> {
    let kept = reader.setting(SUGGESTED)?.unwrap_or_default();
    // Written by this program alone; a cache of before has none.
    let mut kept: BTreeMap<String, String> = serde_json::from_str(&kept).unwrap_or_default();
    Ok(kept.remove(key))
}
