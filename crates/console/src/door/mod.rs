//! How a command asks a station whose window is open: a local socket of the data folder (a named pipe on Windows), for its owner
//! alone. Whoever asks proves to hold the data key, so that the socket opens nothing that the files do not.
//!
//! The window sends 32 random bytes; the command answers with their keyed hash, the length of its question and the question
//! ([`Asked`](crate::view::Asked) as JSON); the window answers with the length of a head ([`Head`](crate::view::Head) as JSON), the head,
//! and the bytes that the head counts. One question a connection.

mod ask;
mod place;
mod serve;
mod wire;

pub(crate) use ask::{Reached, ask};
pub use serve::serve;
