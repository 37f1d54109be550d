//! The command line as a process of its own: this test's program, started again.
#![allow(dead_code, unreachable_pub)]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use clap::Parser;
use vault::{Access, OsKeyring, Pin, Vault, unlock};

pub const PIN: &str = "480913-ways";
const ARGUMENTS: &str = "VIGIL_TEST_ARGUMENTS";

/// Runs the command where this process is one; a test of each program calls it, and does nothing otherwise.
pub fn be_the_command() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
    let arguments = std::iter::once("vigil").chain(arguments.split('\u{1f}'));
    let parsed = match cli::Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(64);
        }
    };
    let cli::Asked::Command(job) = parsed.read(|| panic!("a folder is named")).unwrap() else {
        panic!("a command")
    };
    let ended = job.run(|| Err("none".into()));
    let _ = std::io::stdout().flush();
    match ended {
        Ok(code) if code == std::process::ExitCode::SUCCESS => std::process::exit(0),
        Ok(_) => std::process::exit(2),
        Err(failure) => {
            eprintln!("{failure}");
            std::process::exit(1);
        }
    }
}

/// A command over a folder. `test` is the name of the test that calls [`be_the_command`].
pub fn start(test: &str, folder: &Path, arguments: &[&str]) -> Child {
    let folder = folder.to_str().unwrap();
    let all =
        [arguments, &["--data-dir", folder, "--pin-stdin", "--site-file", "/nowhere/site.toml"]].concat();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=2"])
        .env(ARGUMENTS, all.join("\u{1f}"))
        .env("TZ", "Europe/Berlin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PIN}").unwrap();
    child
}

/// The same to its end: whether it went well, what it printed, and what it said went wrong.
pub fn run(test: &str, folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = start(test, folder, arguments).wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    // What the test's own program says first.
    let said = text(stdout);
    let printed = said.split_once("running 1 test\n").map_or(said.clone(), |(_, rest)| rest.to_owned());
    (status.code(), printed, text(stderr))
}

/// The cache, while no command holds it.
pub fn vault(folder: &Path) -> Vault {
    let pin = Pin::new(PIN.to_owned()).unwrap();
    let key = unlock(folder, &Access { keyring: &OsKeyring, pin: Some(&pin) }).unwrap();
    Vault::open(folder, key).unwrap()
}
