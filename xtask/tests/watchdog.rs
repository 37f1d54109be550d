//! A program that was killed is started again by the unit that the packages bring, and one that somebody closed is not.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

const UNIT: &str = "packaging/vigil.service";
const PLACE: &str = "/usr/lib/systemd/user/vigil.service";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn unit() -> String {
    std::fs::read_to_string(root().join(UNIT)).unwrap()
}

#[test]
fn a_program_that_was_killed_is_started_again_for_ever_and_one_that_was_closed_or_cannot_start_is_not() {
    let unit = unit();
    let said: Vec<&str> = unit.lines().filter(|line| !line.starts_with('#')).collect();
    for wanted in [
        // Signals, faults and time-outs; not an end that somebody asked for.
        "Restart=on-failure",
        // However often.
        "StartLimitIntervalSec=0",
        "RestartSec=1",
        // What the program ends with where it has said why it does not start (`ExitCode::FAILURE`, and clap's).
        "RestartPreventExitStatus=1 2",
        "ExecStart=/usr/bin/vigil",
        // It begins with the desktop and ends with it.
        "PartOf=graphical-session.target",
        "WantedBy=graphical-session.target",
    ] {
        assert!(said.contains(&wanted), "{UNIT} does not say {wanted}");
    }
}

#[test]
fn systemd_reads_all_of_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    // The program itself is nowhere yet.
    let program = std::env::current_exe().unwrap();
    let check = |text: String| {
        let path = folder.path().join("vigil.service");
        std::fs::write(&path, text.replace("/usr/bin/vigil", &program.to_string_lossy())).unwrap();
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(["--user", "verify"]).arg(&path).env("XDG_RUNTIME_DIR", folder.path());
        analyze.output().ok().map(|done| String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let Some(remarks) = check(unit()) else { return };
    assert!(!remarks.contains("vigil.service"), "{remarks}");
    let remarks = check(unit().replace("Restart=on-failure", "Restart=sometimes")).unwrap();
    assert!(remarks.contains("vigil.service") || remarks.contains("Failed"), "this test can fail: {remarks}");
}

#[test]
fn both_packages_bring_the_unit() {
    let text = std::fs::read_to_string(root().join("tauri.conf.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&text).unwrap();
    for kind in ["deb", "rpm"] {
        assert_eq!(config["bundle"]["linux"][kind]["files"][PLACE], UNIT, "{kind}");
    }
}
