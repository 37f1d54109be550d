//! What a screen reader is told, on the accessibility bus: a new alarm is spoken, with whose it is, and each button says whose it is.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::support::station::alarm;
use crate::support::{Running, Unaided, station};
use crate::turn;

/// Hears what is said on the bus of one session.
struct Listener {
    lines: Receiver<String>,
    asks: ChildStdin,
    _listener: Running,
}

impl Listener {
    fn start(bus: &str, display: &str, runtime: &std::path::Path) -> Listener {
        // The bindings are the system's, and so is the Python that has them.
        let mut listener = Command::new("/usr/bin/python3")
            .arg("tests/support/listener.py")
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .env("DISPLAY", display)
            .env("XDG_RUNTIME_DIR", runtime)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("Python and its bindings are installed (cargo xtask test installs them)");
        let out = BufReader::new(listener.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let asks = listener.stdin.take().unwrap();
        Listener { lines, asks, _listener: Running(listener) }
    }

    /// Lets it tell the names of all buttons.
    fn ask_for_buttons(&mut self) {
        self.asks.write_all(b"\n").unwrap();
    }

    /// Waits for a line; the limit is for a test that fails.
    fn hears(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        let mut heard = Vec::new();
        while began.elapsed() < Duration::from_secs(120) {
            match self.lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) if is_it(&line) => return line,
                Ok(line) => heard.push(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let last = heard.split_off(heard.len().saturating_sub(30));
        panic!("{what} was never said; last: {last:#?}")
    }
}

/// A bus of a session of its own.
fn bus() -> (Running, String) {
    let mut daemon = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address=1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus is installed (cargo xtask test installs it)");
    let mut address = String::new();
    BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
    (Running(daemon), address.trim().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_alarm_is_spoken_with_whose_it_is_and_so_is_each_of_its_buttons() {
    let _turn = turn::beside_others().await;
    let (_bus, address) = bus();
    let sim = station::sim().await;
    let (folder, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let with = [
        ("DBUS_SESSION_BUS_ADDRESS", address.clone().into()),
        ("XDG_RUNTIME_DIR", runtime.path().to_owned()),
    ];
    let start = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let app = Unaided::start_with(&start, &with);
    app.says("the page shows the board", 1).await;
    let mut listener = Listener::start(&address, app.display(), runtime.path());
    listener.hears("the page", |line| line == "page");
    alarm(sim.base(), "spoken-1", "high", "SpO2 80 < 90", false).await;

    // An element that is new, and in a region that interrupts: the engine says nothing of words that change in place.
    let is_told = |line: &str| line.starts_with("new\tassertive\t") && line.contains("SpO2 80 < 90");
    let announced = listener.hears("the alarm", is_told);
    listener.ask_for_buttons();
    let is_take = |line: &str| line.starts_with("button\tTake ") && line.contains("SpO2 80 < 90");
    let button = listener.hears("its button", is_take);
    println!("{announced}\n{button}");
    assert!(announced.contains("High alarm") && announced.contains("Bed 05"), "{announced}");
    assert!(button.contains("Bed 05") && button.contains("Singh, Harjit"), "{button}");
}
