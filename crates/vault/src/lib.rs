//! The encrypted cache: SQLCipher, its key, series of values, episodes, actions, the outbox.
//!
//! One writer thread, several readers, a lock file for the folder. Nothing here knows HTTP or a window.

mod chunk;
mod error;
mod ingest;
mod keys;
mod read;
mod record;
mod schema;
mod store;

pub use error::VaultError;
pub use ingest::{Ingested, PageCommit};
pub use keys::{Access, KeyStore, OsKeyring, Pin, Wrap, forget, unlock, wraps};
pub use read::{Point, SeriesInfo, SeriesValue, Ward};
pub use record::{Outgoing, Parked, Quarantined};
pub use store::{Key, Reader, Vault};
