//! Alarms as broken senders send them, from the page of a server to the queue: none is lost, none is doubled.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use clinical::{EpisodeId, HOUR_MS, Instant, MINUTE_MS, Presence, Priority};
use console::{Act, Console, QueueItem, Response, Station};
use serde_json::{Value, json};
use vault::{Key, PageCommit, Vault};

const NOW: i64 = 1_770_000_000_000;

struct Ward {
    console: Arc<Console>,
    vault: Arc<Vault>,
    _folder: tempfile::TempDir,
}

impl Ward {
    fn new() -> Ward {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
        let (console, _) = Console::open(vault.clone(), None, station, Arc::new(|| Instant(NOW))).unwrap();
        Ward { console, vault, _folder: folder }
    }

    /// Takes in one page; gives how many of its resources were set aside.
    fn page(&self, resources: &[Value]) -> usize {
        self.page_at(NOW, resources)
    }

    fn page_at(&self, at: i64, resources: &[Value]) -> usize {
        let entry: Vec<Value> = resources.iter().map(|r| json!({ "resource": r })).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entry }).to_string();
        let page = fhir::read_page(bundle.as_bytes()).unwrap();
        let commit = PageCommit {
            facts: page.facts,
            unreadable: page.unreadable,
            received: Instant(at),
            ..Default::default()
        };
        self.vault.commit(commit).unwrap().quarantined
    }

    fn queue(&self) -> Vec<QueueItem> {
        self.console.board().unwrap().queue
    }
}

fn alarm(id: &str, version: u32, more: Value) -> Value {
    let mut resource = json!({
        "resourceType": "DetectedIssue", "id": id, "status": "preliminary", "severity": "high",
        "meta": { "versionId": version.to_string(), "lastUpdated": fhir::format_instant(Instant(NOW)) },
        "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": "Patient/p" },
        "identifiedPeriod": { "start": fhir::format_instant(Instant(NOW - MINUTE_MS)) },
    });
    for (key, value) in more.as_object().unwrap() {
        resource[key] = value.clone();
    }
    resource
}

#[test]
fn an_alarm_without_a_patient_stands_in_the_queue_without_a_bed() {
    let ward = Ward::new();
    assert_eq!(ward.page(&[alarm("a", 1, json!({ "patient": null }))]), 0);
    let queue = ward.queue();
    assert_eq!((queue.len(), queue[0].bed.as_str(), queue[0].line.priority), (1, "", Priority::High));
    ward.console.act(Act::alarm("a", Response::Take)).unwrap();
    assert_eq!(ward.queue()[0].line.presence, Presence::Owned, "and it can be taken");
}

#[test]
fn an_unknown_code_and_severity_are_shown_in_the_senders_words() {
    let ward = Ward::new();
    let code = json!({ "coding": [{ "system": "urn:vendor", "code": "X-17" }], "text": "Vendor alarm 17" });
    let set_aside = ward.page(&[
        alarm("a", 1, json!({ "code": code, "severity": "catastrophic" })),
        alarm("b", 1, json!({ "code": null, "severity": null })),
    ]);
    assert_eq!(set_aside, 0);
    let mut found: Vec<(String, Priority)> =
        ward.queue().into_iter().map(|i| (i.line.text, i.line.priority)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    // What cannot be weighed is medium: neither shouted nor lost.
    assert_eq!(found, [("Alarm".into(), Priority::Medium), ("Vendor alarm 17".into(), Priority::Medium)]);
}

#[test]
fn an_end_before_the_start_ends_it_and_nobody_having_seen_it_keeps_it() {
    let ward = Ward::new();
    let at = |ms: i64| fhir::format_instant(Instant(ms));
    ward.page(&[alarm(
        "a",
        1,
        json!({ "status": "final", "identifiedPeriod": { "start": at(NOW - MINUTE_MS), "end": at(NOW - HOUR_MS) } }),
    )]);
    let queue = ward.queue();
    assert_eq!((queue[0].line.presence, queue[0].ended), (Presence::Latched, Some(queue[0].line.onset)));
}

#[test]
fn a_thousand_repeats_are_one_alarm_that_stays_with_whoever_took_it() {
    let ward = Ward::new();
    ward.page(&[alarm("a", 1, json!({}))]);
    ward.console.act(Act::alarm("a", Response::Take)).unwrap();
    for part in (2..=1001).collect::<Vec<u32>>().chunks(100) {
        let repeats: Vec<Value> = part
            .iter()
            .map(|n| alarm("a", *n, json!({ "code": { "text": format!("SpO2 {} < 90", 60 + n % 30) } })))
            .collect();
        assert_eq!(ward.page(&repeats), 0);
    }
    let queue = ward.queue();
    assert_eq!((queue.len(), queue[0].line.presence), (1, Presence::Owned));
    assert_eq!(queue[0].line.text, format!("SpO2 {} < 90", 60 + 1001 % 30), "the last word is shown");
}

#[test]
fn an_alarm_from_a_clock_an_hour_ahead_or_without_any_time_is_shown_at_once() {
    let ward = Ward::new();
    let ahead = json!({ "identifiedPeriod": { "start": fhir::format_instant(Instant(NOW + HOUR_MS)) } });
    let timeless = json!({ "identifiedPeriod": null });
    assert_eq!(ward.page(&[alarm("ahead", 1, ahead), alarm("timeless", 1, timeless)]), 0);
    let mut ids: Vec<EpisodeId> = ward.queue().into_iter().map(|i| i.line.episode).collect();
    ids.sort();
    assert_eq!(ids, ["ahead", "timeless"]);
    assert!(
        ward.queue().iter().all(|i| i.line.escalation().is_none()),
        "nobody is called for an hour to come"
    );
    // A time that nobody can read is set aside with its reason, where people see it: as an alarm of this station.
    let nonsense = json!({ "identifiedPeriod": { "start": "yesterday" }, "meta": null });
    assert_eq!(ward.page(&[alarm("nonsense", 1, nonsense)]), 1);
    assert!(ward.console.quarantine().unwrap()[0].reason.contains("onset"));
    assert_eq!(ward.console.detect().unwrap(), 1);
}

#[test]
fn an_alarm_from_the_far_future_hides_none_of_those_that_ended_within_the_day() {
    let at = |hours: i64| fhir::format_instant(Instant(NOW + hours * HOUR_MS));
    let low = |start: i64, end: Option<i64>| {
        let mut period = json!({ "start": at(start) });
        if let Some(end) = end {
            period["end"] = json!(at(end));
        }
        json!({ "severity": "low", "identifiedPeriod": period })
    };
    for (name, ahead) in [
        ("its onset", low(7_000, None)),
        ("its end", low(-1, Some(7_000))),
        ("both", low(7_000, Some(7_001))),
    ] {
        let ward = Ward::new();
        ward.page(&[alarm("before", 1, low(-40, Some(-30))), alarm("ended", 1, low(-3, Some(-2)))]);
        ward.page(&[alarm("ahead", 1, ahead)]);
        let held = ward.vault.read(|r| r.episodes()).unwrap();
        let mut ids: Vec<&str> = held.iter().map(|episode| episode.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["ahead", "ended"], "{name}");
    }
}

fn act(id: &str, version: u32, more: Value) -> Value {
    let mut resource = json!({
        "resourceType": "Communication", "id": id, "status": "completed",
        "meta": { "versionId": version.to_string(), "lastUpdated": stamp(version) },
        "category": [{ "coding": [{ "system": "urn:vigil:alert-action", "code": "take" }] }],
        "about": [{ "reference": "DetectedIssue/a" }], "sender": { "display": "N. Other" }, "sent": stamp(0),
    });
    for (key, value) in more.as_object().unwrap() {
        resource[key] = value.clone();
    }
    resource
}

/// When the server took a version.
fn stamp(version: u32) -> String {
    fhir::format_instant(Instant(NOW + i64::from(version) * 1_000))
}

#[test]
fn an_alarm_that_cannot_be_read_is_an_alarm_of_this_station_until_it_can_be_or_is_gone() {
    let stamped = |mut resource: Value, version: u32| {
        resource["meta"] = json!({ "versionId": version.to_string(), "lastUpdated": stamp(version) });
        resource
    };
    let modifier = json!({ "modifierExtension": [{ "url": "http://x/y", "valueBoolean": true }] });
    let bad_alarm = |id: &str, version| stamped(alarm(id, version, modifier.clone()), version);
    let bad_act = |id: &str, version| act(id, version, json!({ "status": "unknown" }));
    let good_alarm = |id: &str, version| stamped(alarm(id, version, json!({})), version);
    let good_act = |id: &str, version| act(id, version, json!({}));
    type Made<'a> = &'a dyn Fn(&str, u32) -> Value;
    let kinds: [(&str, Made, Made, &str); 2] = [
        ("DetectedIssue", &bad_alarm, &good_alarm, "7B-1: an alarm of the server cannot be read: "),
        ("Communication", &bad_act, &good_act, "7B-1: what was done about an alarm cannot be read: "),
    ];
    for (kind, bad, good, words) in kinds {
        let ward = Ward::new();
        let on = || {
            ward.console.detect().unwrap();
            let of_station = ward.queue().into_iter().filter(|i| i.line.priority == Priority::Technical);
            of_station.filter(|i| i.ended.is_none()).map(|i| i.line.text).collect::<Vec<_>>()
        };
        ward.page(&[good("x", 1)]);
        assert!(on().is_empty(), "{kind}");
        assert_eq!(ward.page_at(NOW, &[bad("x", 2)]), 1, "{kind}");
        assert!(on().len() == 1 && on()[0].starts_with(words), "{kind}: {:?}", on());
        // The same again, and what was known before, late: it is still one that cannot be read.
        ward.page_at(NOW + 4_000, &[bad("x", 2)]);
        ward.page_at(NOW + 5_000, &[good("x", 1)]);
        assert_eq!(on().len(), 1, "{kind}");
        // Another is another alarm.
        ward.page_at(NOW + 6_000, &[bad("y", 1)]);
        assert_eq!(on().len(), 2, "{kind}");
        ward.page_at(NOW + 7_000, &[good("x", 3)]);
        assert_eq!(on().len(), 1, "{kind}: it can be read now");
        let gone = PageCommit {
            facts: vec![clinical::Fact {
                source: clinical::Source { reference: format!("{kind}/y").into(), version: "2".into() },
                updated_at: None,
                body: clinical::Body::Deleted,
            }],
            received: Instant(NOW + 8_000),
            ..Default::default()
        };
        ward.vault.commit(gone).unwrap();
        assert!(on().is_empty(), "{kind}: it is gone");
    }
}
