//! Two stations at one server see each other's records; one whose folder was exchanged for an older copy says so itself; and what is
//! written of a record proves itself to whoever has nothing but the file.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use clinical::Instant;
use console::view::{Ask, Asked, StationRecord};
use console::{Act, Console, Station, verify_record};
use fhir::{Client, RecordWord};
use vault::{Key, Vault};

fn now() -> Instant {
    Instant::from(SystemTime::now())
}

fn open(folder: &Path, key: &Key, sim: &ward_sim::WardSim, name: &str) -> Arc<Console> {
    let vault = Arc::new(Vault::open(folder, key.clone()).unwrap());
    let station = Station { name: name.into(), user: "N. Okafor".into(), user_id: None };
    Console::open(vault, Some(sim.base()), station, Arc::new(now)).unwrap().0
}

fn folder() -> (tempfile::TempDir, Key) {
    (tempfile::tempdir().unwrap(), Key::random().unwrap())
}

fn works(console: &Console, shifts: usize) {
    for _ in 0..shifts {
        console.act(Act::Shift { takes_over: true }).unwrap();
    }
}

async fn share(stations: &[&Arc<Console>]) {
    for console in stations {
        console.engine().unwrap().share_record().await.unwrap();
    }
}

fn state(console: &Console) -> StationRecord {
    console.record_state().unwrap()
}

async fn words(sim: &ward_sim::WardSim) -> Vec<RecordWord> {
    Client::new(sim.base()).unwrap().record_words(None).await.unwrap()
}

/// What stations told of their own records.
async fn told(sim: &ward_sim::WardSim) -> Vec<String> {
    let own = words(sim).await.into_iter().filter(|word| !word.is_cosignature);
    let mut own: Vec<String> = own.map(|word| word.text).collect();
    own.sort();
    own
}

fn export(console: &Console) -> String {
    let ask = Ask::Record { why: "yearly audit".into() };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let asked = Asked { version, user: "A. Auditor".into(), user_id: None, ask };
    String::from_utf8(console.answer(asked).unwrap().bytes).unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stations_at_one_server_witness_each_others_records() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let ((one, key), (other, other_key)) = (folder(), folder());
    let (a, b) = (open(one.path(), &key, &sim, "7B-1"), open(other.path(), &other_key, &sim, "7B-2"));
    works(&a, 5);
    works(&b, 2);
    assert_eq!(state(&a).witnessed_by, None);
    share(&[&a, &b, &a, &b]).await;
    for (console, by, entries) in [(&a, "7B-2", 5), (&b, "7B-1", 3)] {
        let state = state(console);
        assert_eq!((state.fault, state.gaps, state.complaints.len()), (None, 0, 0));
        assert_eq!((state.witnessed_by.as_deref(), state.witnessed_entries), (Some(by), Some(entries)));
        assert!(state.witnessed_at.is_some_and(|at| (now().0 - at).abs() < 60_000));
    }
    assert_eq!(words(&sim).await.len(), 4);

    // A file that proves itself, by what the server keeps of it too.
    let text = export(&a);
    let known: Vec<String> = words(&sim).await.into_iter().map(|word| word.text).collect();
    let of_a: Vec<String> = known
        .iter()
        .filter(|word| verify_record(text.as_bytes(), &[(*word).clone()]).is_ok())
        .cloned()
        .collect();
    assert_eq!(of_a.len(), 2, "its own word, and that the other saw it");
    let said = verify_record(text.as_bytes(), &of_a).unwrap();
    assert!(said.contains("6 entries") && said.contains("signed 5 of them"), "{said}");
    let forged = text.replacen("\"what\":\"shift\"", "\"what\":\"left\"", 1);
    assert!(verify_record(forged.as_bytes(), &[]).unwrap_err().message.starts_with("entry 1: changed"));
    assert!(verify_record(&text.as_bytes()[..text.len() / 2], &[]).is_err());
    // What left is in the record itself, with why.
    let last = a.answer(Asked {
        version: env!("CARGO_PKG_VERSION").into(),
        user: "A. Auditor".into(),
        user_id: None,
        ask: Ask::Log { most: 1 },
    });
    let last: serde_json::Value = serde_json::from_slice(&last.unwrap().bytes).unwrap();
    let found = [&last[0]["who"], &last[0]["kind"], &last[0]["what"]].map(|value| value.as_str().unwrap());
    assert_eq!(
        found,
        ["A. Auditor", "disclosure", "record saved as jsonl on the command line: yearly audit"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_proven_by_itself_and_another_word_in_it_is_not() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let ((one, key), (other, other_key)) = (folder(), folder());
    let (a, b) = (open(one.path(), &key, &sim, "7B-1"), open(other.path(), &other_key, &sim, "7B-2"));
    works(&a, 70);
    share(&[&a, &b]).await;
    works(&a, 3);
    let ask = |entry: u64, paper: bool| {
        let ask = Ask::Proof { entry, paper, why: "a complaint".into() };
        let version = env!("CARGO_PKG_VERSION").to_owned();
        a.answer(Asked { version, user: "A. Auditor".into(), user_id: None, ask })
    };
    let known: Vec<String> = told(&sim).await;
    // One that the server's checkpoint covers, and one that is newer than it.
    for (entry, is_covered) in [(1, true), (42, true), (73, false)] {
        let proof = String::from_utf8(ask(entry, false).unwrap().bytes).unwrap();
        let said = verify_record(proof.as_bytes(), &[]).unwrap();
        assert!(said.starts_with(&format!("entry {entry} is one of ")), "{said}");
        assert_eq!(said.contains("is one of 70,"), is_covered, "{said}");
        let by_server =
            known.iter().filter(|word| verify_record(proof.as_bytes(), &[(*word).clone()]).is_ok());
        assert_eq!(by_server.count(), 1, "the word of this station alone knows its key");
        let other_place = proof.replacen(&format!("index {}", entry - 1), "index 5", 1);
        assert!(verify_record(other_place.as_bytes(), &[]).is_err());
    }
    assert!(ask(7, true).unwrap().bytes.starts_with(b"%PDF"));
    for nothing in [0, 100_000, u64::MAX] {
        let why = ask(nothing, false).unwrap_err().message;
        assert!(why.contains(&format!("no entry {nothing} ")), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_exchanged_for_an_older_copy_is_a_complaint_on_the_screen() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let ((one, key), (other, other_key), kept) = (folder(), folder(), tempfile::tempdir().unwrap());
    let b = open(other.path(), &other_key, &sim, "7B-2");
    let a = open(one.path(), &key, &sim, "7B-1");
    works(&a, 3);
    a.engine().unwrap().sync_first_day().await.unwrap();
    drop(a);
    copy(one.path(), kept.path());
    let a = open(one.path(), &key, &sim, "7B-1");
    works(&a, 9);
    share(&[&a, &b, &a]).await;
    assert_eq!((state(&a).witnessed_entries, state(&a).complaints.len()), (Some(12), 0));
    drop(a);
    let before = told(&sim).await;

    copy(kept.path(), one.path());
    let a = open(one.path(), &key, &sim, "7B-1");
    works(&a, 1);
    assert_eq!(state(&a).fault, None, "by itself it is one story");
    share(&[&a]).await;
    let complaints: Vec<String> = state(&a).complaints.into_iter().map(|found| found.words).collect();
    assert_eq!(complaints, ["own record was cut"]);
    a.detect().unwrap();
    let queue = a.board().unwrap().queue;
    let on_screen = |words: &str| queue.iter().any(|item| item.line.text.as_str() == words);
    assert!(
        on_screen("7B-1: own record was cut"),
        "{:?}",
        queue.iter().map(|item| &item.line.text).collect::<Vec<_>>()
    );
    // What the server keeps of it stays there.
    assert_eq!(told(&sim).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_once_synced_station_shares_its_record_too() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (one, key) = folder();
    let a = open(one.path(), &key, &sim, "7B-1");
    works(&a, 1);
    a.engine().unwrap().sync_once().await.unwrap();
    let words = words(&sim).await;
    assert_eq!(words.len(), 1);
    assert_eq!((words[0].station.as_str(), words[0].is_cosignature), ("7B-1", false));
    assert!(!words[0].text.contains("shift"), "no entry leaves with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_audit_events_has_each_entry_once_with_who_and_about_whom() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (one, key) = folder();
    let a = open(one.path(), &key, &sim, "7B-1");
    let client = Client::new(sim.base()).unwrap();
    let (server, _) = client.check().await.unwrap();
    works(&a, 2);
    let asked = Ask::Flowsheet {
        of: console::view::Stretch { patient: "ward-p12".into(), from: None, to: None },
        step_ms: 60_000,
    };
    a.engine().unwrap().sync_first_day().await.unwrap();
    a.answer(Asked {
        version: String::new(),
        user: "A. Auditor".into(),
        user_id: Some("Practitioner/9".into()),
        ask: asked,
    })
    .unwrap();
    let engine = a.engine().unwrap();
    assert_eq!(engine.send_audit_events(&server).await.unwrap(), 3);
    assert_eq!(engine.send_audit_events(&server).await.unwrap(), 0, "each is told once");
    let found = client.get_json("AuditEvent?_count=50").await.unwrap();
    let found = found["entry"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let exported =
        found.iter().map(|entry| &entry["resource"]).find(|event| event["type"]["code"] == "110106").unwrap();
    assert_eq!(exported["agent"][1]["who"]["reference"], "Practitioner/9");
    assert_eq!(exported["entity"][1]["what"]["reference"], "Patient/ward-p12");
    // A server that does not say that it takes them is not asked.
    works(&a, 1);
    let other = fhir::Server { takes_audit_events: false, ..server };
    assert_eq!(engine.send_audit_events(&other).await.unwrap(), 0);
}
