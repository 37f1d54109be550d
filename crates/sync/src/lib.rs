//! The engine between wire and vault: pull cursors, live updates, outbox lanes, backoff, link state.
//!
//! Deliberately not here: what a value means, and any window. Time comes in as a function.

mod backoff;
mod beats;
mod event;
mod link;
mod progress;
mod task;

mod server_clock;
mod unread;

mod parts;
mod scope;

mod numbers;
mod recent;
mod totals;
mod unit_settings;
mod walk;

mod first_sync;
mod manner;
mod pages;
mod pull;

mod places;

mod census;
mod gone;

mod audit_events;
mod caught_up;
mod engine;
mod missed;
mod once;
mod outage;
mod outbox;
mod record;

mod channel;
mod pace;
mod session;

pub use beats::{Beats, LATE, Late, Stage, Uptime, Working};
pub use engine::Engine;
pub use event::{Now, SyncEvent};
pub use first_sync::{alarms_are_read, board_is_read, doses_are_read, fortnight_is_read};
pub use link::LinkState;
pub use once::ReadOnce;
pub use outage::Outage;
pub use progress::{FirstSync, SyncError, SyncProgress};
pub use unread::Unread;
