//! `vigil import`, as a process of its own over a cache of its own.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::path::Path;

use clinical::{Body, Fact, Instant, Person, Sex, Source};
use serde_json::Value;
use support::{be_the_command, run, vault};
use vault::PageCommit;

#[test]
fn a_command() {
    be_the_command();
}

const HEADER: &str = "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min),Transmitter Time (Long Integer),Transmitter ID
1,,FirstName,,Ruth,,,,,,,,,
2,,LastName,,Adeyemi,,,,,,,,,
";

/// A cache that knows Ruth Adeyemi, and a file of `n` readings of hers of which one row is bad.
fn station(n: usize) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let person = Person {
        id: "p1".into(),
        mrn: String::new(),
        family: "Adeyemi".into(),
        given: "Ruth".into(),
        birth_date: Some("1955-03-14".into()),
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    let source = Source { reference: "Patient/p1".into(), version: "1".into() };
    let fact = Fact { source, updated_at: Some(Instant(1)), body: Body::Person(person) };
    let page = PageCommit { facts: vec![fact], received: Instant(1), ..PageCommit::default() };
    vault(folder.path()).commit(page).unwrap();
    let mut text = HEADER.to_owned();
    for k in 0..n {
        let (hour, minute) = (k / 12 % 24, k % 12 * 5);
        let day = 1 + k / 288;
        text += &format!(
            "{},2026-03-{day:02}T{hour:02}:{minute:02}:00,EGV,,,,iPhone G6,{},,,,,{},8AM1EY\n",
            k + 3,
            90 + k % 80,
            k * 300
        );
    }
    text += "9999,2026-03-28T12:00:00,EGV,,,,iPhone G6,n/a,,,,,1,8AM1EY\n";
    let file = folder.path().join("clarity.csv");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn asked(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, said, wrong) = run("a_command", folder, arguments);
    (code, serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said} {wrong}")))
}

fn readings(folder: &Path) -> usize {
    let reads = |vault: &vault::Vault| {
        vault.read(|reader| {
            let series = reader.series_of(&"p1".into())?;
            series.iter().map(|s| Ok(reader.points(s.id, Instant(0), Instant(i64::MAX))?.len())).sum()
        })
    };
    reads(&vault(folder)).unwrap()
}

#[test]
fn a_file_is_previewed_taken_in_once_and_told_of_in_the_log() {
    let (folder, file) = station(600);
    let at = folder.path();
    let import = ["import", &file, "--patient", "p1", "--zone", "Europe/Berlin", "--json"];
    let (code, preview) = asked(at, &[&import[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(2), "a row was refused");
    for (key, wanted) in
        [("read", 600), ("added", 600), ("already", 0), ("refused", 1), ("marked", 0), ("patients", 1)]
    {
        assert_eq!(preview[key], wanted, "{key}: {preview}");
    }
    assert_eq!((preview["kind"].as_str(), preview["dry_run"].as_bool()), (Some("clarity"), Some(true)));
    assert_eq!(
        (preview["zone"].as_str(), &preview["units"]),
        (Some("Europe/Berlin"), &serde_json::json!(["mg/dL"]))
    );
    assert_eq!(preview["from"], "2026-02-28T23:00:00.000Z");
    assert_eq!(
        preview["problems"][0],
        serde_json::json!({"line": 604, "kept": false, "reason": "its value is no number"})
    );
    assert_eq!(readings(at), 0, "nothing was taken in");

    let why = ["--why", "Clinic visit"];
    let (_, done) = asked(at, &[&import[..], &why].concat());
    assert_eq!((&done["added"], readings(at)), (&600.into(), 600));
    let (_, again) = asked(at, &[&import[..], &why].concat());
    assert_eq!((&again["added"], &again["already"], readings(at)), (&0.into(), &600.into(), 600));

    // In the zone that it was of all the time: the same readings, elsewhere.
    let york: Vec<&str> =
        import.iter().map(|word| if *word == "Europe/Berlin" { "America/New_York" } else { word }).collect();
    asked(at, &[&york[..], &why].concat());
    assert_eq!(readings(at), 600, "moved, and none doubled");

    let log = vault(at).read(|reader| reader.log(10)).unwrap();
    let said: Vec<&str> = log.iter().map(|entry| entry.what.as_str()).collect();
    assert!(
        said.contains(&"Dexcom Clarity CSV taken in on the command line, 600 values added, 0 here already, 1 rows refused: Clinic visit"),
        "{said:?}"
    );
    assert!(said.contains(&"import preview shown on the command line"), "{said:?}");
    assert!(log.iter().filter(|e| e.what.contains("taken in")).all(|e| e.patient.as_deref() == Some("p1")));
    assert!(!said.iter().any(|what| what.contains("csv") || what.contains("Ruth")), "{said:?}");
}

#[test]
fn what_is_not_said_or_does_not_fit_is_asked_for_and_nothing_is_taken_in() {
    let (folder, file) = station(3);
    let at = folder.path();
    let refused = |arguments: &[&str], words: &str| {
        let (code, said, wrong) = run("a_command", at, arguments);
        assert!(
            code != Some(0) && code != Some(2) && wrong.contains(words),
            "{arguments:?}: {code:?} {said} {wrong}"
        );
    };
    let why = ["--why", "x"];
    refused(&["import", &file, "--patient", "p1"], "--why");
    refused(&[&["import", &file][..], &why].concat(), "--patient ID");
    refused(&[&["import", &file, "--patient", "p9"][..], &why].concat(), "knows nobody");
    refused(&[&["import", &file, "--patient", "p1", "--zone", "Mars/Base"][..], &why].concat(), "is no zone");
    refused(&[&["import", "/nowhere/x.csv", "--patient", "p1"][..], &why].concat(), "cannot be read");
    refused(&["import", &file, "--patient", "p1", "--why", " "], "say why");
    let other = folder.path().join("other.csv");
    std::fs::write(
        &other,
        std::fs::read_to_string(&file).unwrap().replace("Ruth", "Ana").replace("Adeyemi", "Bo"),
    )
    .unwrap();
    let other = other.to_str().unwrap();
    refused(&[&["import", other, "--patient", "p1"][..], &why].concat(), "names somebody else");
    assert_eq!(readings(at), 0);
    let (_, done) =
        asked(at, &[&["import", other, "--patient", "p1", "--other-name", "--json"][..], &why].concat());
    assert_eq!(done["added"], 3);
}

#[test]
fn fhir_without_a_patient_is_of_this_server_and_about_whom_it_knows() {
    let (folder, _) = station(0);
    let observation = |id: usize, patient: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-01-01T00:00:{:02}Z","valueQuantity":{{"value":{},"code":"/min"}}}}"#,
            id % 60,
            60 + id
        ) + "\n"
    };
    let file = folder.path().join("observations.ndjson");
    let text: String = (0..30).map(|n| observation(n, if n == 7 { "stranger" } else { "p1" })).collect();
    std::fs::write(&file, text).unwrap();
    let import = ["import", file.to_str().unwrap(), "--json", "--why", "Moved here"];
    let (code, done) = asked(folder.path(), &import);
    assert_eq!((code, &done["added"], &done["refused"]), (Some(2), &29.into(), &1.into()), "{done}");
    assert_eq!(readings(folder.path()), 29);
}
