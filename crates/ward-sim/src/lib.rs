//! The embedded demo backend: a small FHIR R4 server over a simulated ward.
//!
//! Any instant of the last fourteen days is a function of the seed and the start, generated on demand. A hospital's
//! build leaves this room out (feature `demo` of the app). Deliberately not here: anything the console needs to work.

mod admin;
mod answer;
mod bundle;
mod capability;
mod clock;
mod gateway;
mod link;
mod live;
mod noise;
mod observe;
mod physiology;
mod read;
mod record;
mod search;
mod server;
mod store;
mod story;
mod wave;
mod world;
mod write;

pub use clock::Clock;
pub use record::{Onset, Spell};
pub use server::{Options, WardSim, start};
pub use story::Story;
