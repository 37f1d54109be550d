//! Servers with the manners of those in the field: what they hold is read whole, or what is missing is said and is read later.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clinical::{HOUR_MS, Instant, MINUTE_MS};
use fhir::{Client, format_instant};
use serde_json::{Value, json};
use sync::{Engine, SyncProgress};
use vault::{Key, Vault};
use ward_sim::{Deletions, Links, Manners, OddServer, Versions};

const START: i64 = 1_770_000_000_000;

struct Station {
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    clock: Arc<AtomicI64>,
    server: OddServer,
    _folder: tempfile::TempDir,
}

/// A station and a server that have not met yet, and agree about the time.
async fn station(manners: Manners) -> Station {
    let server = OddServer::start(manners, START).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let clock = Arc::new(AtomicI64::new(START));
    let engine = engine(&server, &vault, &clock);
    Station { engine, vault, clock, server, _folder: folder }
}

/// An engine that knows no more than what the cache does.
fn engine(server: &OddServer, vault: &Arc<Vault>, clock: &Arc<AtomicI64>) -> Arc<Engine> {
    let now = clock.clone();
    let now = Arc::new(move || Instant(now.load(Ordering::Relaxed)));
    let (send, _) = tokio::sync::mpsc::unbounded_channel();
    Engine::new(Client::new(server.base()).unwrap(), vault.clone(), now, send)
}

impl Station {
    fn begun_anew(&self) -> Arc<Engine> {
        engine(&self.server, &self.vault, &self.clock)
    }

    fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
        self.server.pass(ms);
    }

    fn now(&self) -> Instant {
        Instant(self.clock.load(Ordering::Relaxed))
    }

    async fn sync(&self) -> SyncProgress {
        self.engine.sync_once().await.unwrap()
    }

    fn people(&self) -> usize {
        self.vault.read(|r| r.ward()).unwrap().persons.len()
    }

    fn alarms(&self) -> usize {
        self.vault.read(|r| r.ward()).unwrap().episodes.len()
    }

    /// Every value of the one patient, as it stands now.
    fn values(&self) -> Vec<String> {
        let read = |r: &vault::Reader| {
            let mut all = Vec::new();
            for series in r.series_of(&"p".into())? {
                all.extend(r.decimals(series.id, Instant(i64::MIN), Instant(i64::MAX))?);
            }
            Ok(all.into_iter().map(|(_, value, _)| value.to_string()).collect())
        };
        self.vault.read(read).unwrap()
    }

    fn newest(&self) -> Option<String> {
        let values = self.vault.read(|r| r.latest(Some(&"p".into()))).unwrap();
        values.iter().max_by_key(|value| value.taken_at).map(|value| value.value.to_string())
    }
}

fn patient(n: usize) -> Value {
    json!({ "resourceType": "Patient", "id": format!("p{n}"), "name": [{ "family": "Test" }] })
}

fn alarm(id: &str, at: Instant) -> Value {
    json!({
        "resourceType": "DetectedIssue", "id": id, "status": "preliminary", "severity": "high",
        "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": "Patient/p" },
        "identifiedPeriod": { "start": format_instant(at) },
    })
}

fn rate_of(patient: &str, id: &str, value: u32, at: Instant) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
        "subject": { "reference": format!("Patient/{patient}") }, "effectiveDateTime": format_instant(at),
        "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": "/min" },
    })
}

fn rate(id: &str, value: u32, at: Instant) -> Value {
    rate_of("p", id, value, at)
}

fn note(id: &str, at: Instant) -> Value {
    let mut note = rate(id, 0, at);
    note["valueQuantity"] = Value::Null;
    note["valueString"] = json!("a note");
    note
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_first_sync_is_there_whatever_the_manners_of_the_server() {
    let usual = Manners::default();
    for (name, manners) in [
        ("a good server", usual),
        ("no date", Manners { date_ahead: None, ..usual }),
        ("a gateway whose clock is ahead", Manners { date_ahead: Some(40 * MINUTE_MS), ..usual }),
        ("a gateway that writes the hour of its wall", Manners { date_ahead: Some(3 * HOUR_MS), ..usual }),
        ("a gateway that is a day ahead", Manners { date_ahead: Some(24 * HOUR_MS), ..usual }),
        ("a gateway whose clock is behind", Manners { date_ahead: Some(-40 * MINUTE_MS), ..usual }),
        ("small pages", Manners { page: 2, ..usual }),
        ("relative links", Manners { page: 2, links: Links::Relative, ..usual }),
        ("links of a query alone", Manners { page: 2, links: Links::QueryAlone, ..usual }),
        ("an empty page at the end", Manners { empty_pages: 1, ..usual }),
        ("many empty pages at the end", Manners { page: 2, empty_pages: 9, ..usual }),
        ("no sorting", Manners { refuses: Some("_sort"), ..usual }),
        ("no search by the time of a change", Manners { refuses: Some("_lastUpdated"), ..usual }),
        ("no search by date", Manners { refuses: Some("date"), ..usual }),
        ("versions that are words", Manners { versions: Versions::Words, ..usual }),
        ("one version for all", Manners { versions: Versions::AlwaysOne, ..usual }),
        ("no versions", Manners { versions: Versions::Unsaid, ..usual }),
        ("deletions with a version", Manners { deletions: Deletions::WithVersion, ..usual }),
        ("deletions with an address", Manners { deletions: Deletions::Absolute, ..usual }),
        ("deletions that are gone", Manners { deletions: Deletions::Gone, ..usual }),
    ] {
        let station = station(manners).await;
        for n in 0..5 {
            station.server.put(patient(n));
        }
        station.server.put(rate("wrong", 199, station.now() - 20 * MINUTE_MS));
        let first = station.sync().await;
        assert_eq!((first.problems, station.people(), station.alarms()), (vec![], 5, 0), "{name}");
        for wait in [30_000, 10 * MINUTE_MS, 3 * HOUR_MS] {
            station.pass(wait);
            let at = station.now();
            station.server.put(alarm(&format!("a{wait}"), at));
            station.server.put(rate(&format!("r{wait}"), 150, at));
            station.pass(1_000);
            let next = station.sync().await;
            assert_eq!(next.problems, [""; 0], "{name}");
            assert_eq!(station.newest().as_deref(), Some("150"), "{name} after {wait} ms");
        }
        assert_eq!(station.alarms(), 3, "{name}");
        station.server.delete("Observation/wrong");
        station.pass(1_000);
        station.sync().await;
        assert_eq!(station.values(), ["150"; 3], "{name}: what was deleted is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_was_cut_is_said_and_is_whole_as_soon_as_the_server_is_mended() {
    let usual = Manners { page: 2, ..Manners::default() };
    for (name, manners, words) in [
        ("links of an inner host", Manners { links: Links::Inner, ..usual }, "another host"),
        ("pages in a circle", Manners { links: Links::Circle, ..usual }, "again and again"),
        ("pages that expire", Manners { pages_expire: true, ..usual }, "expire"),
        ("people that are refused", Manners { refuses: Some("Patient"), ..usual }, "Patient: "),
        ("no end of empty pages", Manners { empty_pages: 10_000, ..usual }, "again and again"),
    ] {
        let station = station(manners).await;
        for n in 0..5 {
            station.server.put(patient(n));
        }
        station.server.put(alarm("a", station.now()));
        let first = station.sync().await;
        assert!(first.problems.iter().any(|problem| problem.contains(words)), "{name}: {first:?}");
        assert_eq!(station.alarms(), 1, "{name}: what is not about it is read");
        station.pass(MINUTE_MS);
        let again = station.sync().await;
        assert!(!again.problems.is_empty(), "{name}: as long as it lasts it is said");
        station.server.behave(usual);
        station.pass(MINUTE_MS);
        let mended = station.sync().await;
        assert_eq!((mended.problems, station.people()), (vec![], 5), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_was_counted_and_not_given_is_said_and_asked_for_until_it_comes() {
    let counts = Manners { keeps_back: Some("nobody"), ..Manners::default() };
    for (name, manners) in [
        ("one is left out", Manners { keeps_back: Some("held"), ..counts }),
        ("another is given twice instead", Manners { keeps_back: Some("held"), repeats: true, ..counts }),
    ] {
        for is_in_the_first_sync in [true, false] {
            let station = station(if is_in_the_first_sync { manners } else { counts }).await;
            station.server.put(patient(0));
            let put = |id: &str| station.server.put(alarm(id, station.now()));
            if !is_in_the_first_sync {
                assert_eq!(station.sync().await.problems, [""; 0], "{name}");
                station.pass(10 * MINUTE_MS);
                station.server.behave(manners);
            }
            put("held");
            put("seen");
            let short = station.sync().await;
            assert!(short.problems.iter().any(|problem| problem.contains("1 more")), "{name}: {short:?}");
            // What is stamped later does not carry the search past it, and a station that starts anew knows nothing of it.
            for n in 0..3 {
                station.pass(10 * MINUTE_MS);
                put(&format!("later-{n}"));
                let next = station.begun_anew().sync_once().await.unwrap();
                assert!(!next.problems.is_empty(), "{name}: it is said as long as it lasts");
            }
            assert_eq!(station.alarms(), 4, "{name}");
            station.server.behave(counts);
            station.pass(10 * MINUTE_MS);
            let mended = station.begun_anew().sync_once().await.unwrap();
            assert_eq!(
                (mended.problems, station.alarms()),
                (vec![], 5),
                "{name}, first: {is_in_the_first_sync}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_that_are_refused_from_one_day_on_are_missed_in_no_silence() {
    let usual = Manners::default();
    let station = station(usual).await;
    station.server.put(alarm("a", station.now()));
    assert_eq!(station.sync().await.problems, [""; 0]);
    station.server.behave(Manners { refuses: Some("DetectedIssue"), ..usual });
    station.pass(MINUTE_MS);
    station.server.put(alarm("b", station.now()));
    let refused = station.sync().await;
    assert!(refused.problems.iter().any(|problem| problem.starts_with("DetectedIssue: ")), "{refused:?}");
    station.server.behave(usual);
    station.pass(HOUR_MS);
    assert_eq!((station.sync().await.problems, station.alarms()), (vec![], 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_between_the_values_are_no_pages_that_repeat_themselves() {
    let station = station(Manners::default()).await;
    for n in 0..450 {
        station.server.put(note(&format!("a{n:03}"), station.now()));
    }
    station.server.put(rate("z", 134, station.now()));
    assert_eq!((station.sync().await.problems, station.newest().as_deref()), (vec![], Some("134")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_replaces_all_that_was_said_whatever_the_server_calls_its_versions() {
    let all = [Versions::Numbers, Versions::AlwaysOne, Versions::Words, Versions::Unsaid];
    // Every minute, and so fast that a tail is sealed within minutes.
    for (versions, every) in all.into_iter().flat_map(|versions| [(versions, MINUTE_MS), (versions, 300)]) {
        let station = station(Manners { versions, ..Manners::default() }).await;
        // So many that the older ones are sealed.
        let at = |n: i64| Instant(START - (1_200 - n) * every);
        for n in 0..1_200 {
            station.server.put(rate(&format!("r{n}"), if n == 100 { 199 } else { 70 }, at(n)));
        }
        station.sync().await;
        assert_eq!(
            station.values().iter().filter(|value| *value == "199").count(),
            1,
            "{versions:?}, every {every} ms"
        );
        station.pass(MINUTE_MS);
        // One that is sealed moves a little, so does a young one, and a third to somebody else.
        station.server.put(rate("r100", 71, at(100) + 110));
        station.server.put(rate("r1199", 72, at(1_199) - 100));
        station.server.put(rate_of("q", "r200", 70, at(200)));
        station.sync().await;
        let values = station.values();
        assert_eq!(
            (values.len(), values.contains(&"199".to_owned())),
            (1_199, false),
            "{versions:?}, every {every} ms"
        );
        assert!(
            values.contains(&"71".to_owned()) && values.contains(&"72".to_owned()),
            "{versions:?}, every {every} ms"
        );
        station.pass(MINUTE_MS);
        station.server.put(rate("r100", 73, at(100)));
        station.sync().await;
        let values = station.values();
        assert_eq!(
            (values.len(), values.contains(&"71".to_owned())),
            (1_199, false),
            "{versions:?}, every {every} ms"
        );
    }
}

/// Somebody took an alarm; or, in another status, did not.
fn taken(status: &str) -> Value {
    json!({ "status": status, "identifier": [{ "value": "urn:uuid:7" }],
        "category": [{ "coding": [{ "system": "urn:vigil:alert-action", "code": "take" }] }],
        "about": [{ "reference": "DetectedIssue/d" }], "sender": { "display": "N. Other" },
        "sent": format_instant(Instant(START)) })
}

/// A Take that is deleted on the server silences no more, and an older state of it that arrives late does not bring it back.
#[test]
fn a_take_that_was_deleted_silences_no_alarm() {
    for versions in ["1", ""] {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let take = |entry: Value| {
            let bundle = json!({ "resourceType": "Bundle", "type": "history", "entry": [entry] });
            let facts = fhir::read_page(bundle.to_string().as_bytes()).unwrap().facts;
            assert_eq!(facts.len(), 1);
            vault
                .commit(vault::PageCommit { facts, received: Instant(START), ..Default::default() })
                .unwrap();
            vault.read(|r| r.ward()).unwrap().actions.len()
        };
        let mut said = taken("completed");
        (said["resourceType"], said["id"]) = (json!("Communication"), json!("x"));
        said["meta"] = json!({ "lastUpdated": format_instant(Instant(START)), "versionId": versions });
        let gone = json!({ "request": { "method": "DELETE", "url": "Communication/x" },
            "response": { "status": "204", "lastModified": format_instant(Instant(START + 1_000)), "etag": "W/\"2\"" } });
        let found = [take(json!({ "resource": said })), take(gone), take(json!({ "resource": said }))];
        assert_eq!(found, [1, 0, 0], "versions {versions:?}");
    }
}

/// A kind of resource, and what it says in its two states; what the ward says of it then.
type TwoStates = (&'static str, Value, Value, fn(&vault::Ward) -> String);

#[test]
fn an_older_state_that_arrives_late_changes_nobody_and_nothing() {
    let kinds: [TwoStates; 7] = [
        (
            "Patient",
            json!({ "name": [{ "family": "Before" }] }),
            json!({ "name": [{ "family": "After" }] }),
            |ward| ward.persons[0].family.clone(),
        ),
        ("Location", json!({ "name": "Before" }), json!({ "name": "After" }), |ward| {
            ward.places[0].name.clone()
        }),
        (
            "Encounter",
            json!({ "status": "in-progress", "subject": { "reference": "Patient/p" } }),
            json!({ "status": "finished", "subject": { "reference": "Patient/p" } }),
            |ward| if ward.stays[0].in_progress { "Before" } else { "After" }.to_owned(),
        ),
        (
            "Device",
            json!({ "status": "active", "deviceName": [{ "name": "Before", "type": "user-friendly-name" }] }),
            json!({ "status": "active", "deviceName": [{ "name": "After", "type": "user-friendly-name" }] }),
            |ward| ward.devices[0].name.clone(),
        ),
        (
            "DetectedIssue",
            json!({ "status": "preliminary", "severity": "low", "code": { "text": "Before" },
                "identifiedPeriod": { "start": format_instant(Instant(START)) } }),
            json!({ "status": "preliminary", "severity": "high", "code": { "text": "After" },
                "identifiedPeriod": { "start": format_instant(Instant(START)) } }),
            |ward| ward.episodes[0].text.clone(),
        ),
        (
            "Flag",
            json!({ "status": "active", "subject": { "reference": "Patient/p" }, "author": { "display": "Before" },
                "code": { "coding": [{ "system": "s", "code": "c" }] },
                "period": { "start": format_instant(Instant(START)) } }),
            json!({ "status": "active", "subject": { "reference": "Patient/p" }, "author": { "display": "After" },
                "code": { "coding": [{ "system": "s", "code": "c" }] },
                "period": { "start": format_instant(Instant(START)) } }),
            |ward| ward.flags[0].by.clone(),
        ),
        ("Communication", taken("completed"), taken("entered-in-error"), |ward| {
            if ward.actions.is_empty() { "After" } else { "Before" }.to_owned()
        }),
    ];
    // By a version that counts, one that is always the same, and none.
    for versions in [["1", "2"], ["1", "1"], ["", ""]] {
        for (kind, before, after, says) in &kinds {
            let folder = tempfile::tempdir().unwrap();
            let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
            let take = |state: &Value, n: usize| {
                let mut resource = state.clone();
                (resource["resourceType"], resource["id"]) = (json!(kind), json!("x"));
                let at = Instant(START + i64::try_from(n).unwrap() * 1_000);
                resource["meta"] = json!({ "lastUpdated": format_instant(at) });
                if !versions[n].is_empty() {
                    resource["meta"]["versionId"] = json!(versions[n]);
                }
                let bundle = json!({ "resourceType": "Bundle", "entry": [{ "resource": resource }] });
                let page = fhir::read_page(bundle.to_string().as_bytes()).unwrap();
                assert!(page.unreadable.is_empty(), "{kind}: {:?}", page.unreadable);
                let commit =
                    vault::PageCommit { facts: page.facts, received: Instant(START), ..Default::default() };
                vault.commit(commit).unwrap();
                says(&vault.read(|r| r.ward()).unwrap())
            };
            let found = [take(before, 0), take(after, 1), take(before, 0), take(after, 1)];
            assert_eq!(found, ["Before", "After", "After", "After"], "{kind}, versions {versions:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_from_the_future_hides_none_of_those_that_follow() {
    let station = station(Manners::default()).await;
    station.server.put(rate("ahead", 61, station.now() + 300 * 24 * HOUR_MS));
    station.server.put(rate("now", 139, station.now()));
    let report = station.sync().await;
    assert!(report.problems.iter().any(|problem| problem.contains("ahead of the clock")), "{report:?}");
    assert_eq!(station.newest().as_deref(), Some("139"));
    assert_eq!(station.values().len(), 2, "it is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_cannot_be_searched_by_its_changes_is_not_asked_for_without_end() {
    let station = station(Manners { refuses: Some("_lastUpdated"), ..Manners::default() }).await;
    station.server.put(patient(0));
    station.sync().await;
    station.pass(1_000);
    station.server.asked();
    let report = station.sync().await;
    assert!(report.notes.iter().any(|note| note.contains("_lastUpdated")), "{report:?}");
    let asked = station.server.asked();
    let of_patients = asked.iter().filter(|query| query.starts_with("Patient?")).count();
    assert!(of_patients <= 3, "{asked:?}");
}
