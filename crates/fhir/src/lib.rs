//! The wire: the R4 resources the console uses, the REST client, live notifications, mapping to `clinical` types.
//!
//! Deliberately not here: anything that is kept. What a page says is handed on as `clinical::Fact`s, and what cannot be read
//! is handed on as `Unreadable`, with the reason.

mod error;
mod wire;

mod map;
mod page;

mod audit_event;
mod write;

mod client;

pub use audit_event::{Audited, audit_event};
pub use client::credentials::{Access, Asking, Bearer, Credentials};
pub use client::live::{LiveEvent, listen};
pub use client::people::{FOUND_AT_MOST, FoundPeople, Sought};
pub use client::rest::{Client, Fetched, Server, Whose};
pub use client::settings::{KeptSetting, unit_setting};
pub use client::shown::without_sign_in;
pub use client::status::Counted;
pub use client::transport::{Answer, Answering, Ear, Request, Transport, network};
pub use client::way::Way;
pub use client::words::{RecordWord, record_word};
pub use error::{Cause, FhirError};
#[cfg(fuzzing)]
pub use page::bundle::fuzz_page;
pub use page::bundle::{read_page, read_page_of};
pub use page::entry::Page;
pub use wire::bases::Bases;
pub use wire::time::{format_instant, parse_end, parse_instant};
pub use write::{Created, communication, communication_request, detected_issue};
