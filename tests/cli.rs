//! The command line as IT staff use it: pull once, look, check, rotate, forget; each against the simulated ward.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PIN: &[u8] = b"2580-night\n";

fn vigil(folder: &Path, pin: &[u8], arguments: &[&str]) -> Output {
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

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = vigil(folder, PIN, arguments);
    assert!(output.status.success(), "vigil {arguments:?}: {}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, arguments)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_is_filled_looked_at_checked_rekeyed_and_forgotten() {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let report = json(folder, &["sync", "--once", "--json", "--server", sim.base()]);
    assert_eq!((report["patients"].as_u64(), report["quarantined"].as_u64()), (Some(30), Some(0)));

    let episodes = json(folder, &["alerts", "--json"]);
    let episodes = episodes.as_array().unwrap();
    for episode in episodes {
        for field in [
            "episode_id",
            "patient_id",
            "bed",
            "priority",
            "text",
            "onset",
            "ended",
            "state",
            "owner",
            "sound",
            "actions",
        ] {
            assert!(episode.get(field).is_some(), "{field} is missing: {episode}");
        }
        let one_of = |field: &str, words: &[&str]| words.contains(&episode[field].as_str().unwrap());
        assert!(one_of("priority", &["high", "medium", "low", "technical"]), "{episode}");
        assert!(one_of("state", &["active", "owned", "latched", "handled", "closed"]), "{episode}");
        assert!(one_of("sound", &["on", "paused", "off"]), "{episode}");
    }
    let open = episodes.iter().filter(|e| e["state"] == "active").count();
    assert!(open >= 5 && episodes.len() > 100, "{open} open of {}", episodes.len());
    let acted = episodes.iter().find(|e| e["owner"].is_string()).unwrap();
    assert_eq!(acted["actions"][0]["verb"], "take");
    assert_eq!(acted["actions"][0]["sent_to_server"], true);

    // Three hours ago: today it is known what was; this station showed nothing.
    let then = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(3)).to_string();
    assert_eq!(json(folder, &["ward", "--json", "--at", &then]).as_array().unwrap().len(), 30);
    assert_eq!(json(folder, &["ward", "--json", "--at", &then, "--as-shown"]).as_array().unwrap().len(), 0);
    let ended_later = json(folder, &["alerts", "--json", "--at", &then]);
    assert!(ended_later.as_array().unwrap().len() < episodes.len());

    for (command, words) in [("handover", "I take over"), ("ward", "Ward list")] {
        let file = folder.join(format!("{command}.pdf"));
        good(folder, &[command, "--pdf", file.to_str().unwrap()]);
        let read = Command::new("pdftotext").args(["-layout"]).arg(&file).arg("-").output().unwrap();
        let read = String::from_utf8_lossy(&read.stdout).into_owned();
        assert!(read.contains(words) && read.contains("Adeyemi, Ruth"), "{command}: {read}");
    }

    let doctor = vigil(folder, PIN, &["doctor", "--server", sim.base()]);
    assert!(doctor.status.success(), "{}", text(&doctor));
    assert!(text(&doctor).contains("30 people"), "{}", text(&doctor));
    let away = vigil(folder, PIN, &["doctor", "--server", "http://127.0.0.1:9/fhir"]);
    assert!(!away.status.success() && text(&away).contains("could not be reached"), "{}", text(&away));

    good(folder, &["check"]);
    good(folder, &["rotate-key"]);
    assert_eq!(json(folder, &["ward", "--json"]).as_array().unwrap().len(), 30);
    let wrong = vigil(folder, b"0000\n", &["ward", "--json"]);
    assert!(!wrong.status.success() && text(&wrong).contains("PIN"), "{}", text(&wrong));

    // A flipped byte is found, and mended without the server.
    let database = folder.join("vault-1.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    assert!(!vigil(folder, PIN, &["check"]).status.success());
    assert!(good(folder, &["repair"]).contains("0 unsent actions"));
    good(folder, &["check"]);

    good(folder, &["forget", "--yes"]);
    let gone = vigil(folder, PIN, &["ward", "--json"]);
    assert!(!gone.status.success() && text(&gone).contains("no cache"), "{}", text(&gone));
}
