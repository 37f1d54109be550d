//! Real recordings on a third-party FHIR server, pulled by the real command line and checked against the source files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clinical::{HOUR_MS, Instant, MINUTE_MS};
use serde_json::Value;

use crate::{command, sekmet};

fn shared() -> Option<PathBuf> {
    let folder = std::path::absolute("../shared").unwrap();
    folder.join("peers/ward_from_data.py").exists().then_some(folder)
}

fn vigil(folder: &Path, arguments: &[&str]) -> Value {
    let output = command::vigil(folder, command::PIN, arguments);
    assert!(output.status.success(), "vigil {arguments:?}: {:?}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// LOINC and factor of the columns of an ICU stay that become single values.
const COLUMNS: [(&str, &str, f64); 9] = [
    ("HR", "8867-4", 1.0),
    ("RespRate", "9279-1", 1.0),
    ("Temp", "8310-5", 1.0),
    ("SaO2", "2708-6", 1.0),
    ("FiO2", "3150-6", 100.0),
    ("GCS", "9269-2", 1.0),
    ("Glucose", "2345-7", 1.0),
    ("NISysABP", "8480-6", 1.0),
    ("NIDiasABP", "8462-4", 1.0),
];

/// The last value of each column of one stay, as minutes from its start and value.
fn last_values(file: &Path) -> BTreeMap<&'static str, (i64, f64)> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut last = BTreeMap::new();
    for line in text.lines().skip(7) {
        let mut parts = line.split(',');
        let (time, name, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let value: f64 = value.parse().unwrap();
        let Some((_, loinc, factor)) = COLUMNS.iter().find(|(column, ..)| *column == name) else { continue };
        if value < 0.0 {
            continue;
        }
        let (hours, minutes) = time.split_once(':').unwrap();
        let at = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        last.insert(*loinc, (at, (value * factor * 100.0).round() / 100.0));
    }
    last
}

/// NEWS2 by hand from the chart, for what these stays hold: no level of consciousness, so never a total.
fn partial_news2(last: &BTreeMap<&str, (i64, f64)>, end: i64) -> u64 {
    let value =
        |code: &str, window: i64| last.get(code).filter(|(at, _)| end - at <= window).map(|(_, v)| *v);
    let (monitor, round) = (30, 360);
    let rr = value("9279-1", monitor).map_or(0, |v| match v.round() as i64 {
        ..=8 => 3,
        9..=11 => 1,
        12..=20 => 0,
        21..=24 => 2,
        _ => 3,
    });
    let spo2 = value("2708-6", monitor).filter(|v| *v >= 50.0).map_or(0, |v| match v.round() as i64 {
        ..=91 => 3,
        92..=93 => 2,
        94..=95 => 1,
        _ => 0,
    });
    let oxygen = value("3150-6", round).map_or(0, |v| if v > 21.0 { 2 } else { 0 });
    let sbp = value("8480-6", round).map_or(0, |v| match v.round() as i64 {
        ..=90 => 3,
        91..=100 => 2,
        101..=110 => 1,
        111..=219 => 0,
        _ => 3,
    });
    let hr = value("8867-4", monitor).map_or(0, |v| match v.round() as i64 {
        ..=40 => 3,
        41..=50 => 1,
        51..=90 => 0,
        91..=110 => 1,
        111..=130 => 2,
        _ => 3,
    });
    let temp = value("8310-5", round).filter(|v| (25.0..=45.0).contains(v)).map_or(0, |v| {
        match (v * 10.0).round() as i64 {
            ..=350 => 3,
            351..=360 => 1,
            361..=380 => 0,
            381..=390 => 1,
            _ => 2,
        }
    });
    rr + spo2 + oxygen + sbp + hr + temp
}

#[tokio::test(flavor = "multi_thread")]
async fn real_patients_on_a_third_party_server_are_shown_as_recorded() {
    let Some(shared) = shared() else {
        println!("skipped: ../shared with the real recordings is not beside this checkout");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let (_server, base) = sekmet::serve(scratch.path()).await;
    let end = "2026-03-14T12:00:00Z";
    let end_ms = fhir::parse_instant(end).unwrap().0;
    let loaded = Command::new("python3")
        .arg(shared.join("peers/ward_from_data.py"))
        .args(["--to", &base, "--now", end])
        .status()
        .unwrap();
    assert!(loaded.success());
    let data = scratch.path().join("station");
    let report = vigil(&data, &["sync", "--once", "--server", &base, "--json"]);
    assert_eq!(
        (report["patients"].as_u64(), report["quarantined"].as_u64()),
        (Some(22), Some(0)),
        "{report}"
    );
    println!("sync: {report}");
    let board = vigil(&data, &["ward", "--json", "--at", end]);
    let people = board.as_array().unwrap();
    assert_eq!(people.len(), 22);
    let mut checked = 0;
    for entry in std::fs::read_dir(shared.join("data/icu")).unwrap() {
        let file = entry.unwrap().path();
        let id = format!("icu-{}", file.file_stem().unwrap().to_string_lossy());
        let person = people
            .iter()
            .find(|p| p["patient_id"] == id.as_str())
            .unwrap_or_else(|| panic!("{id} is not on the board"));
        assert_eq!(person["ward"], "Ward A");
        let last = last_values(&file);
        for (loinc, (minute, value)) in &last {
            let shown = &person["vitals"][*loinc];
            let taken = fhir::parse_instant(shown["taken_at"].as_str().unwrap()).unwrap();
            // A value of another minute may be newer only where it is an artefact that was passed over.
            assert_eq!(taken, Instant(end_ms - 48 * HOUR_MS + minute * MINUTE_MS), "{id} {loinc}: {shown}");
            assert!(
                (shown["value"].as_f64().unwrap() - value).abs() < 1e-9,
                "{id} {loinc}: {shown} is not {value}"
            );
            assert!(shown["source"].as_str().unwrap().starts_with("Observation/"));
            checked += 1;
        }
        let news = &person["news2"];
        assert!(news["total"].is_null(), "{id}: no level of consciousness, no total");
        assert!(news["missing"].as_array().unwrap().contains(&"consciousness".into()));
        assert_eq!(news["partial"].as_u64(), Some(partial_news2(&last, 48 * 60)), "{id}: {news} {last:?}");
    }
    assert!(checked > 90, "{checked} values compared");
    let home = people.iter().find(|p| p["patient_id"] == "home-person-1").unwrap();
    assert!(home["vitals"]["99504-3"]["value"].as_f64().is_some_and(|v| v > 30.0), "{home}");
    drawn_as_every_sample_would(&data, people);
    // A second sync has nothing to fetch twice.
    let again = vigil(&data, &["sync", "--once", "--server", &base, "--json"]);
    assert_eq!(again["quarantined"], 0);
}

/// Every recording as a picture, for somebody to look at, and the same with every sample drawn.
fn drawn_as_every_sample_would(data: &Path, people: &[Value]) {
    let shots = Path::new("target/e2e/recordings");
    std::fs::create_dir_all(shots).unwrap();
    for person in people {
        let id = person["patient_id"].as_str().unwrap();
        let (file, every) = (shots.join(format!("{id}.png")), data.join("every.png"));
        // What was recorded spans two days in intensive care and about two weeks at home.
        let from = if id.starts_with("icu-") { "2026-03-12T12:00:00Z" } else { "2026-02-28T12:00:00Z" };
        let draw = |out: &Path, more: &[&str]| {
            let range = ["chart", "--patient", id, "--from", from, "--to", "2026-03-14T12:00:00Z"];
            let arguments = [&range[..], &["--out", out.to_str().unwrap(), "--why", "A look"], more].concat();
            let output = command::vigil(data, command::PIN, &arguments);
            assert!(output.status.success(), "{id}: {}", String::from_utf8_lossy(&output.stderr));
            std::fs::read(out).unwrap()
        };
        assert!(draw(&file, &[]) == draw(&every, &["--all-samples"]), "{id}: another picture");
    }
}

#[test]
fn without_keyring_and_pin_the_command_refuses_and_says_why() {
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_vigil"))
        .args(["sync", "--once", "--server", "http://127.0.0.1:9/fhir", "--data-dir"])
        .arg(scratch.path().join("none"))
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("keyring") && text.contains("--pin-stdin"), "{text}");
    assert!(!scratch.path().join("none/vault.db").exists());
}
