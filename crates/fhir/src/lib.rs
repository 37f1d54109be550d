//! The wire: the R4 resources the console uses, the REST client, live notifications, mapping to `clinical` types.
//!
//! Deliberately not here: anything that is kept. What a page says is handed on as `clinical::Fact`s, and what cannot be read
//! is handed on as `Unreadable`, with the reason.

mod bundle;
mod client;
mod error;
mod forms;
mod live;
mod map;
mod measured;
mod observations;
mod resource;
mod scan;
mod time;
mod transport;
mod units;
mod write;

#[cfg(fuzzing)]
pub use bundle::fuzz_page;
pub use bundle::{Page, read_page};
pub use client::{Client, Fetched, Server};
pub use error::{Cause, FhirError};
pub use live::{LiveEvent, listen};
pub use time::{format_instant, parse_instant};
pub use transport::{Answer, Answering, Request, Transport};
pub use units::{UnitError, normal_unit, to_unit};
pub use write::{Created, communication, detected_issue};
