//! The engine between wire and vault: pull cursors, live updates, outbox lanes, backoff, link state.
//!
//! Deliberately not here: what a value means, and any window. Time comes in as a function.

mod backoff;
mod engine;
mod link;
mod once;
mod outbox;
mod pull;
mod report;
mod windows;

pub use engine::{Engine, Now, SyncEvent};
pub use link::LinkState;
pub use report::{Progress, Report, SyncError};
