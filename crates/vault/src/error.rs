//! What can go wrong with the cache, and what was kept.

use std::path::PathBuf;

/// A failure of the encrypted cache.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another Vigil holds the folder.
    #[error("another Vigil is using the folder {0}. Close it, or choose another --data-dir")]
    Busy(PathBuf),
    /// Neither keyring nor PIN.
    #[error(
        "no OS keyring answered ({0}) and no PIN was given, so there is nothing to protect the data key with; \
         nothing was written. Give a PIN (--pin-stdin), or unlock the keyring"
    )]
    NoKeeper(String),
    /// The PIN is wrong.
    #[error("the PIN is not right; nothing was changed")]
    WrongPin,
    /// This cache needs its PIN.
    #[error("this cache is protected by a PIN; give it (--pin-stdin)")]
    PinNeeded,
    /// The PIN is too short.
    #[error("a PIN has at least {least} characters")]
    ShortPin {
        /// The least number of characters.
        least: usize,
    },
    /// The key is there, the file does not open with it.
    #[error(
        "the cache in {0} cannot be read with this station's key. Nothing was deleted; ask IT before removing it"
    )]
    Unreadable(PathBuf),
    /// A newer Vigil wrote it.
    #[error(
        "the cache was written by a newer Vigil (schema {found}, this one knows {known}). Nothing was changed; update Vigil"
    )]
    Newer {
        /// Schema of the file.
        found: i64,
        /// Schema of this build.
        known: i64,
    },
    /// The folder or a file in it.
    #[error("the folder for the cache cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// The key file.
    #[error("the key file cannot be read: {0}. Nothing was changed")]
    KeyFile(String),
    /// The database.
    #[error("the cache reported an error; what was committed before is kept")]
    Database(#[from] rusqlite::Error),
    /// A compressed chunk.
    #[error("a stored series cannot be decoded; it will be pulled again")]
    Chunk(String),
    /// The writer has stopped.
    #[error("the cache is closed")]
    Closed,
}
