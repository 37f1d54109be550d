//! What a person types and what is printed.

use std::io::Write;
use std::process::ExitCode;

use clinical::Instant;
use console::view::Failure;
use fhir::parse_instant;
use serde::Serialize;

/// The moment that an option names.
pub(crate) fn instant(option: &str, text: &str) -> Result<Instant, Failure> {
    parse_instant(text).ok_or_else(|| {
        Failure::failed(format!("{option}: \"{text}\" is no instant; write it like 2026-03-14T03:12:00Z"))
    })
}

/// Prints what is for a script.
pub(crate) fn print_json(what: &impl Serialize) -> Result<ExitCode, Failure> {
    print(format_args!("{}", serde_json::to_string_pretty(what).map_err(Failure::failed)?))
}

/// Prints; a reader that closes early (`| head`) has seen what it wanted.
pub(crate) fn print(text: std::fmt::Arguments) -> Result<ExitCode, Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
