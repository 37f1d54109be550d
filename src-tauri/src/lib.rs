//! The desktop shell: window, commands, command line. Thin; rules of the domain live in `clinical` and `console`.

#[cfg(not(any(debug_assertions, feature = "custom-protocol")))]
compile_error!(
    "a release build needs the bundled page: build it with `--features custom-protocol` (or `cargo xtask bundle`); without it the \
     window would load a page from a developer's port"
);

mod cli;
mod commands;
mod doctor;
mod notify;
mod platform;
mod printer;
mod session;
mod sound;
mod updates;
mod window;

use std::process::ExitCode;

use clap::Parser;

pub use commands::bindings;

/// Runs the program that the arguments ask for.
pub fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    platform::prepare(arguments.command.is_none());
    // Logs carry causes and counts, never a patient; the default is quiet.
    let filter = tracing_subscriber::EnvFilter::try_from_env("VIGIL_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("vigil: {error}");
            ExitCode::FAILURE
        }
    }
}
