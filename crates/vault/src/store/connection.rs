//! Connections to the encrypted file.

use std::fs::File;
use std::path::Path;
use std::sync::Once;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::VaultError;
use crate::folder;
use crate::keys::key::Key;
use crate::store::journal::{Journal, unsent};
use crate::store::schema;

/// SQLite calls itself ready before SQLCipher is: of two threads that open the first two databases of a process, one would get no
/// key set. The first connection is one that nobody else waits beside.
fn initialise() {
    static READY: Once = Once::new();
    READY.call_once(|| drop(Connection::open_in_memory()));
}

pub(crate) fn connect(file: &Path, key: &Key, writer: bool) -> Result<Connection, VaultError> {
    initialise();
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    } else if !file.exists() {
        return Err(VaultError::Unreadable(file.to_owned()));
    }
    let connection = Connection::open_with_flags(file, flags)?;
    // Its own lines about damaged pages go to stderr; what a person needs to know is in our errors.
    connection.query_row("PRAGMA cipher_log_level = NONE", [], |_| Ok(())).optional()?;
    connection.pragma_update(None, "key", key.literal().as_str())?;
    // The first read is what tells whether the key fits.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|error| {
        match VaultError::from(error) {
            // Where page 1 cannot be read the key may be another one, or the page damaged: nothing tells them apart.
            VaultError::Damaged | VaultError::Database(_) => VaultError::Unreadable(file.to_owned()),
            other => other,
        }
    })?;
    schema::version(&connection)?;
    schema::pragmas(&connection, writer)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Writes a database anew under another key, with its journal; both are on the disk when this returns.
pub(crate) fn copy(from: &Path, old: &Key, to: &Path, new: &Key) -> Result<(), VaultError> {
    let mut connection = connect(from, old, true)?;
    schema::migrate(&mut connection)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let name = to.to_string_lossy();
    connection.execute("ATTACH DATABASE ? AS next KEY ?", rusqlite::params![name, new.literal().as_str()])?;
    connection.execute_batch("PRAGMA next.synchronous = FULL; PRAGMA next.auto_vacuum = INCREMENTAL;")?;
    connection.query_row("SELECT sqlcipher_export('next')", [], |_| Ok(()))?;
    connection.pragma_update(Some("next"), "user_version", schema::VERSION)?;
    connection.execute_batch("DETACH DATABASE next")?;
    File::open(to)?.sync_all()?;
    Journal::start(to, new, &unsent(&connection)?)?;
    folder::sync_folder(to)
}
