//! What must outlive a power failure.

use rusqlite::Connection;

use crate::error::VaultError;

/// Nothing a clinician did may be lost with the power: this commit is on the disk when it returns.
pub(crate) fn durably<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let result = work(connection);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    result
}
