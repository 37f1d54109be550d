//! The command line, run as IT staff run it.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../support/command.rs"]
mod command;
#[path = "../support/sekmet.rs"]
mod sekmet;

#[cfg(target_os = "linux")]
mod doors;
mod folder;
mod paper;
mod real_server;
mod site;
mod station;
