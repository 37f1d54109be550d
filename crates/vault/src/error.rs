//! What can go wrong with the cache, and what was kept.

use std::path::PathBuf;

/// A failure of the encrypted cache.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another Vigil holds the folder.
    #[error(
        "another Vigil is using the folder {0}. Go on in its window; where there is none, tell IT. A second one beside it needs \
         another --data-dir"
    )]
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
    /// A person's own PIN.
    #[error("a person's PIN has {least} to {most} digits and nothing else; nothing was set")]
    NotDigits {
        /// The least number of digits.
        least: usize,
        /// The most.
        most: usize,
    },
    /// One that anybody tries first.
    #[error(
        "a PIN of one digit or of digits in a row is tried first by anybody; choose another. Nothing was set"
    )]
    EasyPin,
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
    /// An older Vigil wrote it, and a look from outside may not change it.
    #[error("the cache was written by an older Vigil; start the window once, which brings it up to date")]
    Older,
    /// A page of the file is not what was written.
    #[error(
        "the cache on this station is damaged. Nothing was deleted: actions that were not sent are kept, and the rest can be \
         pulled again (vigil repair, or the button on the screen)"
    )]
    Damaged,
    /// No room.
    #[error("this station's disk is full. Nothing was recorded just now; free some space and do it again")]
    Full,
    /// The disk does not do what it is told.
    #[error("this station's disk reported an error. Nothing was recorded just now; tell IT")]
    Disk(#[source] rusqlite::Error),
    /// The folder or a file in it.
    #[error("the folder for the cache cannot be used: {0}")]
    Folder(#[source] std::io::Error),
    /// Others can read it, and it is not only a cache's.
    #[error(
        "others can read the folder {0}, and it holds other files: nothing was written. Give the cache a folder of its own (--data-dir)"
    )]
    Shared(PathBuf),
    /// Somebody took out what signs the record.
    #[error(
        "the key that signs this station's record is gone; its entries are there, and nobody can sign for them"
    )]
    RecordKey,
    /// The key file.
    #[error("the key file cannot be read: {0}. Nothing was changed")]
    KeyFile(String),
    /// The database.
    #[error("the cache reported an error; what was committed before is kept")]
    Database(#[source] rusqlite::Error),
    /// A compressed chunk.
    #[error("a stored series cannot be decoded; it will be pulled again")]
    Chunk(String),
    /// Whoever brought something stopped before its end.
    #[error("what was being read did not come to its end; nothing of it was taken")]
    NotBrought,
    /// The writer has stopped.
    #[error("the cache is closed")]
    Closed,
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> VaultError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => VaultError::Damaged,
            Some(ErrorCode::DiskFull) => VaultError::Full,
            Some(ErrorCode::SystemIoFailure) => VaultError::Disk(error),
            _ => VaultError::Database(error),
        }
    }
}

impl From<std::io::Error> for VaultError {
    fn from(error: std::io::Error) -> VaultError {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => VaultError::Full,
            _ => VaultError::Folder(error),
        }
    }
}
