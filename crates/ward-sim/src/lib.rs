//! The embedded demo backend: a small FHIR R4 server over a simulated ward.
//!
//! Any instant of the last fourteen days is a function of the seed and the start, generated on demand. A hospital's
//! build leaves this room out (feature `demo` of the app). Deliberately not here: anything the console needs to work.

mod record;
mod server;
mod ward;

mod odd_server;

pub use odd_server::{Deletions, Links, Manners, OddServer, Versions};
pub use record::{Onset, Spell};
pub use server::start::{Options, WardSim, start};
pub use ward::clock::Clock;
pub use ward::story::Story;
