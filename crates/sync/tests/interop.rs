//! The same journey on any FHIR R4 server: pull all, live update, action, conflict, delete, restart from the cursor.
//!
//! `cargo xtask interop --server URL`; without a server the quick third-party one is started. Resources are created under a tag of
//! their own and deleted at the end.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../../tests/support/sekmet.rs"]
mod sekmet;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinical::{About, Action, Actor, Instant, PatientId, Verb};
use fhir::{Client, Created, FhirError, communication, format_instant};
use serde_json::{Value, json};
use sync::{Engine, SyncEvent};
use tokio::sync::mpsc;
use vault::{Key, Vault};

fn now() -> Instant {
    Instant(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap())
}

struct Station {
    vault: Arc<Vault>,
    engine: Arc<Engine>,
    events: mpsc::UnboundedReceiver<SyncEvent>,
}

fn open(folder: &Path, key: &Key, client: &Client) -> Station {
    let vault = Arc::new(Vault::open(folder, key.clone()).unwrap());
    let (send, events) = mpsc::unbounded_channel();
    let engine = Engine::new(client.clone(), vault.clone(), Arc::new(now), send);
    Station { vault, engine, events }
}

fn heart_rate(patient: &str, value: u32, at: Instant) -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs" }] }],
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4", "display": "Heart rate" }] },
        "subject": { "reference": format!("Patient/{patient}") },
        "effectiveDateTime": format_instant(at),
        "valueQuantity": { "value": value, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min" },
    })
}

fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap_or_else(|| panic!("the server gave no id: {resource}")).to_owned()
}

fn values(vault: &Vault, patient: &str) -> Vec<f64> {
    vault
        .read(|r| {
            let mut all = Vec::new();
            for series in r.series_of(&patient.into())? {
                all.extend(r.points(series.id, Instant(0), Instant(i64::MAX))?.iter().map(|p| p.v));
            }
            all.sort_unstable_by(f64::total_cmp);
            Ok(all)
        })
        .unwrap()
}

fn say(step: &str, what: impl std::fmt::Display) {
    println!("ok    {step:<10} {what}");
}

async fn journey(base: &str, must_validate: bool) {
    let client = Client::new(base).unwrap();
    let (server, date) = client.check().await.unwrap_or_else(|e| panic!("{e}"));
    let live = !server.topics.is_empty();
    say(
        "server",
        format!("{}, FHIR {}, {}", server.name, server.version, if live { "live" } else { "polled" }),
    );
    say(
        "clock",
        date.map_or("not told".to_owned(), |d| format!("{} ms off, by whole seconds", d.ms_since(now()))),
    );

    // What the journey needs on the server.
    let patient = client
        .post(
            "Patient",
            &json!({ "resourceType": "Patient", "active": true, "name": [{ "family": "Interop" }] }),
        )
        .await
        .map(|p| id(&p))
        .unwrap_or_else(|e| panic!("a Patient cannot be created: {e}"));
    let first = client.post("Observation", &heart_rate(&patient, 71, now())).await.map(|o| id(&o)).unwrap();
    let issue = json!({
        "resourceType": "DetectedIssue",
        "status": "preliminary",
        "severity": "high",
        "code": { "text": "HR 171 > 130" },
        "patient": { "reference": format!("Patient/{patient}") },
        "identifiedPeriod": { "start": format_instant(now()) },
    });
    let episode = client.post("DetectedIssue", &issue).await.map(|i| id(&i)).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    let station = open(folder.path(), &key, &client);
    let report = station.engine.sync_once().await.unwrap_or_else(|e| panic!("pull all: {e}"));
    assert_eq!(values(&station.vault, &patient), [71.0], "the value that was there is here");
    let known = station.vault.read(|r| r.episodes()).unwrap();
    assert!(
        known.iter().any(|e| e.id == *episode && e.priority == clinical::Priority::High),
        "the alert is here"
    );
    say(
        "pull all",
        format!(
            "{} resources, {} samples, {} quarantined",
            report.resources, report.samples, report.quarantined
        ),
    );
    for problem in &report.problems {
        println!("note  pull all   {problem}");
    }

    // A value that comes while the station is open.
    let mut station = station;
    let running = tokio::spawn(station.engine.clone().run());
    until(&mut station, "online", |e| matches!(e, SyncEvent::Link(link) if link.online)).await;
    let began = std::time::Instant::now();
    let second = client.post("Observation", &heart_rate(&patient, 82, now())).await.map(|o| id(&o)).unwrap();
    let wanted = patient.clone();
    until(
        &mut station,
        "the new value",
        |e| matches!(e, SyncEvent::Changed { what, .. } if what.patients.contains(wanted.as_str())),
    )
    .await;
    say("update", format!("seen {} ms after the write was sent", began.elapsed().as_millis()));

    // An action: once on the server, however often it is sent.
    let action = Action {
        id: uuid::Uuid::now_v7().to_string().into(),
        about: About::Episode(episode.as_str().into()),
        verb: Verb::Take,
        by: Actor::at_station("5eed", "Interop journey").acting_as(Some("Nurse".into())),
        at: now(),
        note: None,
        to: None,
    };
    let whose = PatientId::from(patient.as_str());
    let body = communication(&action, Some(&whose), "interop", Some(0));
    station.vault.record_action(action.clone(), body.to_string()).unwrap();
    station.engine.action_recorded();
    until(&mut station, "the action sent", |e| matches!(e, SyncEvent::Outbox)).await;
    running.abort();
    let parked = station.vault.read(|r| r.parked()).unwrap();
    assert!(parked.is_empty(), "refused: {parked:?}");
    let again = client.create_action(action.id.as_str(), &body).await.unwrap();
    assert_eq!(again, Created::AlreadyThere, "a replay makes nothing new");
    assert_eq!(client.find_action(action.id.as_str()).await.unwrap(), 1);
    say("action", "taken, sent, replayed, there once");

    // Somebody else was faster.
    let current = client.get_json(&format!("DetectedIssue/{episode}")).await.unwrap();
    let version = current["meta"]["versionId"].as_str().unwrap_or("1").to_owned();
    let mut ended = current.clone();
    ended["status"] = json!("final");
    ended["identifiedPeriod"]["end"] = json!(format_instant(now()));
    client
        .update(&format!("DetectedIssue/{episode}"), &version, &ended)
        .await
        .unwrap_or_else(|e| panic!("If-Match: {e}"));
    let stale = client.update(&format!("DetectedIssue/{episode}"), &version, &current).await;
    assert!(matches!(stale, Err(FhirError::Conflict { .. })), "a stale write is refused: {stale:?}");
    say("conflict", "a write over an old version is refused");

    // What is deleted there goes here.
    client.delete(&format!("Observation/{first}")).await.unwrap_or_else(|e| panic!("delete: {e}"));
    station.engine.sync_once().await.unwrap();
    assert_eq!(values(&station.vault, &patient), [82.0], "the deleted value is gone");
    let over = station.vault.read(|r| r.episodes()).unwrap();
    assert!(over.iter().any(|e| e.id == *episode && e.ended.is_some()), "the end of the alert is known");
    say(
        "delete",
        if server.histories.is_empty() { "gone (no history offered)" } else { "found in the history" },
    );

    // Closed, something happened, opened again: only that is read.
    drop(station);
    let third = client.post("Observation", &heart_rate(&patient, 93, now())).await.map(|o| id(&o)).unwrap();
    let station = open(folder.path(), &key, &client);
    let again = station.engine.sync_once().await.unwrap();
    assert_eq!(values(&station.vault, &patient), [82.0, 93.0]);
    assert!(
        again.resources <= report.resources.max(200),
        "a restart reads what changed: {} of {}",
        again.resources,
        report.resources
    );
    say("restart", format!("{} resources read instead of {}", again.resources, report.resources));

    // Everything the console writes is what the profile says.
    let mut written = Vec::new();
    for verb in Verb::ALL {
        let note = Some("words".to_owned());
        written.push(communication(
            &Action { verb, note, ..action.clone() },
            Some(&whose),
            "interop",
            Some(1500),
        ));
    }
    match validate(&client, &written).await {
        Some(problems) => {
            assert!(problems.is_empty(), "$validate: {problems:#?}");
            say("validate", format!("{} resources the console writes are valid", written.len()));
        }
        None if must_validate => panic!("this server offers no $validate"),
        None => println!("note  validate   this server offers no $validate"),
    }

    for path in [
        format!("Observation/{second}"),
        format!("Observation/{third}"),
        format!("DetectedIssue/{episode}"),
        format!("Patient/{patient}"),
    ] {
        // A server may keep what others point to.
        let _ = client.delete(&path).await;
    }
}

/// Errors that `$validate` names; `None` where the server has no such operation.
async fn validate(client: &Client, resources: &[Value]) -> Option<Vec<String>> {
    let mut problems = Vec::new();
    for resource in resources {
        let kind = resource["resourceType"].as_str().unwrap();
        let outcome = match client.post(&format!("{kind}/$validate"), resource).await {
            Ok(outcome) => outcome,
            Err(
                FhirError::NotFound
                | FhirError::Refused { status: 405 | 400 | 501, .. }
                | FhirError::Server { status: 501, .. },
            ) => {
                return None;
            }
            Err(other) => panic!("$validate: {other}"),
        };
        for issue in outcome["issue"].as_array().into_iter().flatten() {
            if matches!(issue["severity"].as_str(), Some("error" | "fatal")) {
                problems.push(issue.to_string());
            }
        }
    }
    Some(problems)
}

/// Waits for an event that `test` accepts; the limit is for a journey that fails, not for one that passes.
async fn until(station: &mut Station, what: &str, mut test: impl FnMut(&SyncEvent) -> bool) {
    let wait = async {
        while let Some(event) = station.events.recv().await {
            if test(&event) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait)
        .await
        .unwrap_or_else(|_| panic!("never seen: {what}"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "--list") {
        return;
    }
    let server = arguments.iter().position(|a| a == "--server").map(|at| arguments[at + 1].clone());
    let must_validate = arguments.iter().any(|a| a == "--validate");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match server {
            Some(base) => journey(&base, must_validate).await,
            None => {
                let folder = tempfile::tempdir().unwrap();
                let (_server, base) = sekmet::serve(folder.path()).await;
                journey(&base, must_validate).await;
            }
        }
    });
}
