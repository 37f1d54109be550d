//! What the engine tells whoever looks.

use std::sync::Arc;

use clinical::Instant;
use vault::Ingested;

use crate::link::LinkState;
use crate::progress::FirstSync;

/// The station's clock.
pub type Now = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What the engine tells the console.
#[derive(Clone, Debug)]
pub enum SyncEvent {
    /// The connection changed.
    Link(LinkState),
    /// The first sync moved on.
    Progress(FirstSync),
    /// Something new stands in the cache.
    Changed {
        /// What.
        what: Ingested,
        /// When it reached this station.
        received: std::time::Instant,
    },
    /// An action arrived, was parked, or waits for another try.
    Outbox,
}
