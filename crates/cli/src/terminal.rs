//! What a person types and what is printed.

use std::borrow::Cow;
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

/// Text that came from a server, for a terminal: a character that would steer it is shown as one that could not be.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(steers) { text.replace(steers, "\u{FFFD}").into() } else { text.into() }
}

/// Prints; a reader that closes early (`| head`) has seen what it wanted.
pub(crate) fn print(text: std::fmt::Arguments) -> Result<ExitCode, Failure> {
    match writeln!(std::io::stdout(), "{}", harmless(&text.to_string())) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_server_cannot_steer_the_terminal() {
        assert_eq!(harmless("Łukasz\tŻółć\n王 سارة"), "Łukasz\tŻółć\n王 سارة");
        assert_eq!(harmless("a\u{1b}[2Jb\u{7}\u{9b}1mc\r"), "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}1mc\u{FFFD}");
    }
}
