//! What the site's file suggests for settings, as the cache keeps it. What it locks the cache knows by itself
//! ([`Reader::is_locked`]): what other stations tell does not hold there either.

use std::collections::BTreeMap;

use vault::{Reader, VaultError};

/// Under which the cache keeps what the site suggests, as JSON.
pub(crate) const SUGGESTED: &str = "site-suggested";

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
