//! `vigil` on the command line, with a PIN and without a keyring.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The PIN of the tests, as a person types it.
pub(crate) const PIN: &[u8] = b"2580-night\n";

/// Runs a command on a data folder.
pub(crate) fn vigil(folder: &Path, pin: &[u8], arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vigil"))
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .arg("--pin-stdin")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(pin).unwrap();
    child.wait_with_output().unwrap()
}
