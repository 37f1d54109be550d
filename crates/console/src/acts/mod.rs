//! What people do, and what becomes of it. That it is allowed, logged and sent is the gate's (`crate::gate`).

mod act;
mod alarms;
mod facts;
mod glass;
mod prepare;
mod taking_over;
mod ward_records;
mod words;

pub use act::{Act, Response};
pub use alarms::Waiting;
pub(crate) use facts::Recorded;
pub(crate) use prepare::Effect;
pub use taking_over::Leaver;
pub(crate) use words::words;
