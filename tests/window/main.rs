//! The real window, driven as a person drives it. One binary, so that the app and its test double are linked once.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../../benches/cache/mod.rs"]
mod cache;
#[path = "../support/command.rs"]
mod command;
#[path = "../support/gate.rs"]
mod gate;
#[path = "../../crates/identity/tests/service/mod.rs"]
mod service;
#[path = "../../crates/trends/tests/stay/mod.rs"]
mod stay;
#[path = "../support/mod.rs"]
mod support;
mod turn;

mod devices;
#[cfg(target_os = "linux")]
mod disk;
mod journeys;
#[cfg(target_os = "linux")]
mod moved;
mod outage;
mod paper;
#[cfg(target_os = "linux")]
mod people;
mod pictures;
mod programme;
mod records;
mod signals;
#[cfg(target_os = "linux")]
mod signed_in;
mod sizes;
#[cfg(target_os = "linux")]
mod sound;
#[cfg(target_os = "linux")]
mod spoken;
mod start;
mod storm;
#[cfg(target_os = "linux")]
mod touches;
mod trends;
#[cfg(target_os = "linux")]
mod unaided;
mod unit_settings;
#[cfg(target_os = "linux")]
mod watch;
mod waves;
