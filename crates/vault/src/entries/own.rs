//! The station's own log by its name, and the keys that sign it: one secret in the cache, from which both are made.

use record::{Role, Signer, name_of};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::keys::key::random;

/// Who signs at this station.
pub(crate) struct Own {
    /// The checkpoints of its own record.
    pub log: Signer,
    /// That it saw those of others.
    pub witness: Signer,
}

/// The keys of this cache; `None` where it has none, or none that are any.
pub(crate) fn own(connection: &Connection) -> Result<Option<Own>, VaultError> {
    let read = "SELECT word, secret FROM record_key";
    let found = connection
        .prepare_cached(read)?
        .query_row([], |row| Ok((row.get::<_, String>(0)?, Zeroizing::new(row.get::<_, Vec<u8>>(1)?))))
        .optional()?;
    Ok(found.and_then(|(word, secret)| {
        let secret: &[u8; 32] = secret.as_slice().try_into().ok()?;
        Some(Own {
            log: Signer::new(secret, &name_of(&word, Role::Log), Role::Log).ok()?,
            witness: Signer::new(secret, &name_of(&word, Role::Witness), Role::Witness).ok()?,
        })
    }))
}

/// Makes the keys of a cache that has none.
pub(crate) fn make(connection: &Connection) -> Result<(), VaultError> {
    let secret = Zeroizing::new(random::<32>()?);
    let word: String = random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    connection
        .execute("INSERT OR IGNORE INTO record_key VALUES (1, ?, ?)", params![word, secret.as_slice()])?;
    Ok(())
}
