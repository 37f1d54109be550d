//! `vigil`: the window, and the command line for IT staff and downtime.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use cli::{Arguments, Asked};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    vigil_app::prepare(arguments.is_for_window());
    let done = arguments.read(vigil_app::default_folder).and_then(|asked| match asked {
        Asked::Window { start, demo } => vigil_app::run(*start, demo).map(|()| ExitCode::SUCCESS),
        Asked::Command(job) => job.run(vigil_app::engine),
    });
    done.unwrap_or_else(|error| {
        eprintln!("vigil: {}", cli::harmless(&error.to_string()));
        ExitCode::FAILURE
    })
}
