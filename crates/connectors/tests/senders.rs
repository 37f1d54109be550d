//! Senders of other people, from PyPI and npm, talk to the listener. They are installed once into the user's cache; where that cannot be
//! done the test says so and proves nothing.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use connectors::{Answered, Bounds, Desk, Door, Listener, Peer};
use support::Ward;

/// What the senders that take a text are given.
const TEMPLATE: &str = "MSH|^~\\&|A|H|||20260301120000+0000||ORU^R01|@ID|P|2.6\rPID|||7^^^H^MR\rOBR|1||@ID|x|||20260301115900+0000\rOBX|1|NM|148066^^MDC|1|@VALUE|/min|||||F\r";

fn home() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"), PathBuf::from);
    cache.join("vigil")
}

fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Python with its two packages, or why there is none.
fn python() -> Result<PathBuf, &'static str> {
    let venv = home().join("hl7-python-1");
    let python = venv.join("bin/python");
    let has = |python: &Path| runs(Command::new(python).args(["-c", "import hl7, hl7apy"]));
    if !has(&python) {
        if !runs(Command::new("python3").args(["-m", "venv"]).arg(&venv)) {
            return Err("python3 with venv is not installed");
        }
        let pip = ["install", "-q", "--disable-pip-version-check", "hl7==0.4.5", "hl7apy==1.3.5"];
        if !runs(Command::new(venv.join("bin/pip")).args(pip)) || !has(&python) {
            return Err("hl7 0.4.5 and hl7apy 1.3.5 could not be installed from PyPI");
        }
    }
    Ok(python)
}

/// Where npm's two packages are, or why they are not.
fn packages() -> Result<PathBuf, &'static str> {
    let folder = home().join("hl7-npm-1");
    let has = || {
        ["simple-hl7", "@medplum/hl7"]
            .iter()
            .all(|name| folder.join("node_modules").join(name).join("package.json").exists())
    };
    if !has() {
        std::fs::create_dir_all(&folder).map_err(|_| "the user's cache cannot be written")?;
        let install =
            ["install", "--silent", "--no-audit", "--no-fund", "simple-hl7@3.3.0", "@medplum/hl7@5.0.10"];
        if !runs(Command::new("npm").args(install).current_dir(&folder)) || !has() {
            return Err("simple-hl7 3.3.0 and @medplum/hl7 5.0.10 could not be installed from npm");
        }
    }
    Ok(folder)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/senders").join(name)
}

/// Lets a sender send, and gives what it printed, what was given to keep, and what was kept.
async fn heard(mut sender: Command, name: &str) -> [Vec<String>; 3] {
    let door = Door { address: Some("127.0.0.1:0".parse().unwrap()), ..Door::default() };
    let listener = Listener::open(door).await.unwrap().unwrap();
    let port = listener.address().unwrap().port();
    let ward = Ward::new();
    let desk = Desk::new(ward.clone(), Peer::default(), Bounds::default(), Answered::new(1000));
    let serving = tokio::spawn(listener.serve(desk));
    sender.arg(script(name)).arg(port.to_string()).arg(TEMPLATE);
    let output: Output = tokio::task::spawn_blocking(move || sender.output().unwrap()).await.unwrap();
    serving.abort();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(
        ward.noticed().iter().all(|notice| *notice == connectors::Notice::Lost),
        "{name}: {:?}",
        ward.noticed()
    );
    let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let mut kept = ward.kept();
    kept.sort_by_key(|value| value.parse::<i64>().unwrap());
    [lines, ward.begun(), kept]
}

/// Each message was taken under its own control id, in its order, and its value kept once.
fn is_whole([answers, begun, kept]: [Vec<String>; 3], letter: char, n: usize) {
    assert_eq!(answers, (0..n).map(|n| format!("AA {letter}{n}")).collect::<Vec<_>>());
    let values: Vec<String> = (0..n).map(|n| (60 + n).to_string()).collect();
    assert_eq!((&begun, &kept), (&values, &values));
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_from_pypi_are_answered_each_message_by_its_own_id() {
    match python() {
        Err(why) => println!("skipped: {why}"),
        Ok(python) => {
            is_whole(heard(Command::new(&python), "python_hl7.py").await, 'H', 100);
            is_whole(heard(Command::new(&python), "python_hl7apy.py").await, 'Y', 20);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_from_npm_are_answered_each_message_by_its_own_id() {
    match packages() {
        Err(why) => println!("skipped: {why}"),
        Ok(folder) => {
            let node = || {
                let mut node = Command::new("node");
                node.env("NODE_PATH", folder.join("node_modules"));
                node
            };
            is_whole(heard(node(), "simple_hl7.js").await, 'S', 100);
            is_whole(heard(node(), "medplum_hl7.js").await, 'M', 100);
        }
    }
}
