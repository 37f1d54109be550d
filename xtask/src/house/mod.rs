//! The house, read from its sources: rooms and their sizes, who uses whom, and circles.
//!
//! `cargo xtask house` prints it and `xtask/tests/order.rs` holds it. What methods are called on a value is not seen: an arrow is a path that
//! somebody wrote.

mod circles;
mod module;
mod paths;
mod rooms;

pub use circles::{Circle, circles};
pub use module::{Crate, read_crate};
pub use rooms::{House, Room, read_house, read_this_house, wrong, wrong_arrows};
