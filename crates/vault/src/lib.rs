//! The encrypted cache: SQLCipher, its key, series of values, episodes, actions, the outbox.
//!
//! One writer thread, several readers, a lock file for the folder. Nothing here knows HTTP or a window.

mod changes;
mod codec;
mod error;
mod folder;
mod view;

mod keys;

mod entries;

mod store;

mod series;

mod facts;
mod outbox;
mod staff;

mod witness;

mod upkeep;

pub use changes::{Changes, Follower, Ingested};
pub use error::VaultError;
pub use view::View;

pub use entries::entry::{NewEntry, Who};
pub use keys::key::Key;
pub use keys::key_file::{exists, wraps};
pub use keys::keyring::{KeyStore, OsKeyring};
pub use keys::pin::Pin;
pub use keys::unlock::{Access, unlock};
pub use keys::verifier::Cost;
pub use keys::wrap::Wrap;
pub use record::EntryKind;
pub use store::first_sync::{STAYS, StepState};
pub use store::journal::SERVER;
pub use store::kind::Kind;
#[doc(hidden)]
pub use store::schema::leave_memory_as_it_is;
pub use store::scope::{Member, below, read_by};
pub use store::vault::{Reader, Vault};

#[cfg(fuzzing)]
pub use series::fuzz::fuzz_chunk;
pub use series::points::Point;
pub use series::spans::Span;
pub use series::window::{Blocks, Columns, Opened, Window, steps_of};

pub use facts::brought::{Brought, Next};
pub use facts::contacts::Reached;
pub use facts::held::{HELD_ALARM, HELD_NOTE, Held, Sight};
pub use facts::ingest::PageCommit;
pub use facts::newest::{SeriesInfo, SeriesValue};
pub use facts::quarantine::Quarantined;
pub use facts::ward::Ward;
pub use outbox::queue::{OutboxRow, Parked};
pub use staff::members::{GivenPin, MemberChange, StaffMember};
pub use staff::tries::TriedBadge;
pub use store::ledger::{Channel, Counts, Gap, Ledger};
pub use store::log::{LogEntry, Untold};
pub use store::outages::Outage;
pub use store::unit_settings::{HeardSettings, SITE_LOCKED};
pub use witness::complaints::Complaint;
pub use witness::hear::Heard;
pub use witness::send::Word;
pub use witness::state::RecordState;
pub use witness::text::RecordText;

pub use upkeep::damage::{Rebuilt, check, rebuild, salvageable, salvaged};
pub use upkeep::retention::{Retention, Retired};
pub use upkeep::rotation::{forget, rotate};
