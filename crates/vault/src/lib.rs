//! The encrypted cache: SQLCipher, its key, series of values, episodes, actions, the outbox.
//!
//! One writer thread, several readers, a lock file for the folder. Nothing here knows HTTP or a window.

mod alarms;
mod chunk;
mod damage;
mod error;
mod ingest;
mod journal;
mod keyring;
mod keys;
mod merge;
mod outline;
mod pin;
mod read;
mod record;
mod retain;
mod room;
mod schema;
mod sealed;
mod series;
mod store;
mod stretch;
mod view;
mod window;

#[cfg(fuzzing)]
pub use chunk::fuzz_chunk;
pub use damage::{Rebuilt, check, rebuild, salvageable, salvaged};
pub use error::VaultError;
pub use ingest::{Ingested, PageCommit};
pub use keyring::{KeyStore, OsKeyring};
pub use keys::{Access, Wrap, exists, forget, rotate, unlock, wraps};
pub use pin::Pin;
pub use read::{SeriesInfo, SeriesValue, Ward};
pub use record::{LogEntry, Outgoing, Parked, Quarantined};
pub use retain::{Retention, Retired};
#[doc(hidden)]
pub use schema::leave_memory_as_it_is;
pub use store::{Key, Reader, Vault};
pub use stretch::{Blocks, Columns, Opened, Stretch, steps_of};
pub use view::View;
pub use window::{Point, Span};
