//! The engine against the simulated ward over real HTTP, and against servers that misbehave.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use clinical::{About, Action, Actor, Episode, Instant, Priority, Verb};
use fhir::{Client, FhirError};
use sync::{Engine, SyncError, SyncEvent};
use tokio::sync::mpsc;
use vault::{Key, Vault};

struct Station {
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    events: mpsc::UnboundedReceiver<SyncEvent>,
    /// Milliseconds that its clock is ahead.
    ahead: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

fn station(base: &str) -> Station {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let (send, events) = mpsc::unbounded_channel();
    let ahead = Arc::new(AtomicI64::new(0));
    let by = ahead.clone();
    let now = Arc::new(move || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Instant(i64::try_from(since).unwrap() + by.load(Ordering::Relaxed))
    });
    let engine = Engine::new(Client::new(base).unwrap(), vault.clone(), now, send);
    Station { engine, vault, events, ahead, _folder: folder }
}

/// Waits for an event that `test` accepts; the limit is for a test that fails, not for one that passes.
async fn until(station: &mut Station, what: &str, mut test: impl FnMut(&SyncEvent) -> bool) {
    let wait = async {
        while let Some(event) = station.events.recv().await {
            if test(&event) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(40), wait)
        .await
        .unwrap_or_else(|_| panic!("never seen: {what}"));
}

fn take(episode: &str, id: &str) -> (Action, String) {
    let action = Action {
        id: id.into(),
        about: About::Episode(episode.into()),
        verb: Verb::Take,
        by: Actor::at_station("5eed", "N. Okafor"),
        at: Instant(1_700_000_000_000),
        note: None,
        to: None,
    };
    let body = fhir::communication(&action, Some(&"ward-p12".into()), "test", None).to_string();
    (action, body)
}

async fn count_on_server(base: &str, id: &str) -> u64 {
    let url = format!("{base}/Communication?identifier=urn:ietf:rfc:3986%7Curn:uuid:{id}");
    let bundle: serde_json::Value = serde_json::from_str(&reqwest_text(url).await).unwrap();
    bundle["total"].as_u64().unwrap()
}

async fn reqwest_text(url: String) -> String {
    // The engine's own client reads pages only; a bare one asks the server for the truth.
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_brings_the_ward_and_a_day_and_a_second_one_nothing_twice() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let station = station(sim.base());
    let report = station.engine.sync_first_day().await.unwrap();
    assert!(report.samples > 24 * 3 * 80_000, "{report:?}");
    assert_eq!((report.quarantined, report.problems.len()), (0, 0));
    let ward = station.vault.read(|r| r.ward()).unwrap();
    assert_eq!(ward.persons.len(), 30);
    assert!(ward.episodes.iter().any(|e| e.text.contains("SpO2") && e.ended.is_none()));
    let count = |vault: &Vault| {
        vault
            .read(|r| {
                let series =
                    r.series_of(&"ward-p01".into())?.into_iter().find(|s| s.code == "8867-4").unwrap();
                Ok(r.points(series.id, Instant(0), Instant(i64::MAX))?.len())
            })
            .unwrap()
    };
    let before = count(&station.vault);
    station.engine.sync_first_day().await.unwrap();
    assert!(count(&station.vault) - before < 60, "an hour of seconds was not stored again");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_alarm_is_ever_here_without_what_was_done_about_it() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let station = station(sim.base());
    let (vault, over) = (station.vault.clone(), Arc::new(AtomicUsize::new(0)));
    let looking = std::thread::spawn({
        let over = over.clone();
        move || {
            let mut looks = 0;
            while over.load(Ordering::Relaxed) == 0 {
                let (alarms, actions) =
                    vault.read(|r| Ok((r.episodes()?.len(), r.actions()?.len()))).unwrap();
                assert!(alarms == 0 || actions > 0, "{alarms} alarms stood as if nobody had come");
                looks += 1;
            }
            looks
        }
    });
    station.engine.sync_first_day().await.unwrap();
    over.store(1, Ordering::Relaxed);
    assert!(looking.join().unwrap() > 10);
    let ward = station.vault.read(|r| r.ward()).unwrap();
    assert!(!ward.episodes.is_empty() && !ward.actions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn live_changes_arrive_by_themselves_and_an_action_reaches_the_server_once() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let mut station = station(sim.base());
    let running = tokio::spawn(station.engine.clone().run());
    until(&mut station, "live link", |e| matches!(e, SyncEvent::Link(link) if link.live)).await;
    until(&mut station, "a live value", |e| matches!(e, SyncEvent::Changed { what, .. } if what.samples > 0))
        .await;

    sim.cut_link(true);
    until(&mut station, "offline", |e| matches!(e, SyncEvent::Link(link) if !link.online)).await;
    let id = "0190c0de-0000-7000-8000-0000000000aa";
    let (action, body) = take("ward-p12-s0-1", id);
    station.vault.record_action(action, body).unwrap();
    station.engine.action_recorded();
    assert_eq!(station.vault.read(|r| r.waiting()).unwrap(), [id]);

    sim.cut_link(false);
    station.engine.retry_now();
    until(&mut station, "the action sent", |e| matches!(e, SyncEvent::Outbox)).await;
    assert!(station.vault.read(|r| r.waiting()).unwrap().is_empty());
    assert_eq!(count_on_server(sim.base(), id).await, 1);
    running.abort();
}

/// A station whose live channel is bound.
async fn live(sim: &ward_sim::WardSim) -> (Station, tokio::task::JoinHandle<()>) {
    let mut station = station(sim.base());
    let running = tokio::spawn(station.engine.clone().run());
    until(&mut station, "live link", |e| matches!(e, SyncEvent::Link(link) if link.live)).await;
    (station, running)
}

async fn raise(base: &str, id: &str) {
    let issue = serde_json::json!({
        "resourceType": "DetectedIssue", "id": id, "status": "preliminary", "severity": "high",
        "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": "Patient/ward-p12" },
        "identifiedPeriod": { "start": "2026-11-28T03:12:00Z" },
    });
    let put = reqwest::Client::new()
        .put(format!("{base}/DetectedIssue/{id}"))
        .header("content-type", "application/fhir+json");
    assert!(put.body(issue.to_string()).send().await.unwrap().status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_alarm_waits_for_no_other_answer_of_the_server() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (mut station, running) = live(&sim).await;
    sim.delay_others(25_000);
    for n in 0..5 {
        let (id, began) = (format!("slow-{n}"), std::time::Instant::now());
        raise(sim.base(), &id).await;
        let is_it = |e: &SyncEvent| matches!(e, SyncEvent::Changed { what, .. } if what.raised.iter().any(|(raised, _)| raised.as_str() == id));
        until(&mut station, &id, is_it).await;
        println!("{id} after {} ms", began.elapsed().as_millis());
        assert!(began.elapsed() < Duration::from_secs(20), "it waited for an answer that takes 25 s");
    }
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_channel_over_which_nothing_comes_any_more_is_noticed_and_comes_back() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let (mut station, running) = live(&sim).await;
    sim.hang(true);
    let began = std::time::Instant::now();
    until(&mut station, "offline", |e| matches!(e, SyncEvent::Link(link) if !link.online)).await;
    println!("noticed after {} ms", began.elapsed().as_millis());
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    sim.hang(false);
    until(&mut station, "live again", |e| matches!(e, SyncEvent::Link(link) if link.live)).await;
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_went_leaves_no_subscription_behind() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let count = async |base: &str| {
        let found = reqwest_text(format!("{base}/Subscription?_count=100")).await;
        let bundle: serde_json::Value = serde_json::from_str(&found).unwrap();
        bundle["entry"].as_array().map_or(0, Vec::len)
    };
    for _ in 0..3 {
        let (_station, running) = live(&sim).await;
        assert_eq!(count(sim.base()).await, 1);
        running.abort();
        let gone = async {
            while count(sim.base()).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the Subscription stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_action_is_parked_with_its_reason_and_a_failing_server_only_delays() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let station = station(sim.base());
    let (action, body) = take("e1", "0190c0de-0000-7000-8000-0000000000bb");
    station.vault.record_action(action, body).unwrap();
    sim.fail_with(422);
    station.engine.flush().await.unwrap();
    let parked = station.vault.read(|r| r.parked()).unwrap();
    assert!(parked[0].reason.contains("422"), "{parked:?}");
    sim.fail_with(503);
    station.vault.retry_all().unwrap();
    assert_eq!(
        station.vault.read(|r| r.parked()).unwrap().len(),
        1,
        "a network that comes back changes no refusal"
    );
    station.vault.unpark("0190c0de-0000-7000-8000-0000000000bb".into()).unwrap();
    assert_eq!(station.engine.flush().await.unwrap(), 0);
    assert_eq!(station.vault.read(|r| r.waiting()).unwrap().len(), 1, "nothing is dropped");
    sim.fail_with(0);
    station.vault.retry_all().unwrap();
    assert_eq!(station.engine.flush().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_numbered_and_lost_is_noticed_asked_for_and_named() {
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let mut station = station(sim.base());
    let running = tokio::spawn(station.engine.clone().run());
    until(&mut station, "live link", |e| matches!(e, SyncEvent::Link(link) if link.live)).await;
    until(&mut station, "a live value", |e| matches!(e, SyncEvent::Changed { what, .. } if what.samples > 0))
        .await;
    let vault = station.vault.clone();
    let gaps = move || {
        let mut gaps = vault.read(|r| r.ledger()).unwrap().gaps;
        gaps.retain(|gap| gap.events.is_some());
        gaps
    };
    let lost = |gaps: &[vault::Gap]| gaps.iter().filter_map(|gap| gap.events).sum::<u64>();
    assert_eq!(gaps(), [], "nothing was lost");
    sim.lose_notifications(3);
    let is_told = |words: String| words.contains("told of");
    until(
        &mut station,
        "what is missing",
        |e| matches!(e, SyncEvent::Link(link) if link.unread_words().is_some_and(is_told)),
    )
    .await;
    until(
        &mut station,
        "all read again",
        |e| matches!(e, SyncEvent::Link(link) if link.unread.is_empty() && lost(&gaps()) == 3),
    )
    .await;
    let found = gaps();
    for gap in &found {
        assert!(gap.read_at.is_some_and(|at| at >= gap.until) && gap.since <= gap.until, "{gap:?}");
        assert!(gap.until.ms_since(gap.since) < 10_000, "noticed within ten seconds: {gap:?}");
        assert!(gap.numbers.is_some_and(|(first, last)| last - first + 1 >= gap.events.unwrap()), "{gap:?}");
    }
    let ledger = station.vault.read(|r| r.ledger()).unwrap();
    let live = ledger.channels.iter().find(|channel| channel.name == "live").unwrap();
    assert_eq!(live.numbered - live.came, 3, "{live:?}");

    // Nobody hears of what is numbered while the link is down: the time of it is named.
    sim.cut_link(true);
    until(&mut station, "offline", |e| matches!(e, SyncEvent::Link(link) if !link.online)).await;
    station.ahead.store(60_000, Ordering::Relaxed);
    sim.cut_link(false);
    station.engine.retry_now();
    until(&mut station, "live again", |e| matches!(e, SyncEvent::Link(link) if link.live)).await;
    until(&mut station, "a live value", |e| matches!(e, SyncEvent::Changed { what, .. } if what.samples > 0))
        .await;
    let ledger = station.vault.read(|r| r.ledger()).unwrap();
    let outage = &ledger.gaps[0];
    assert_eq!((outage.events, outage.why.as_str()), (None, "not listening"), "{ledger:?}");
    assert!(outage.until.ms_since(outage.since) >= 60_000, "{outage:?}");
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_did_about_an_own_alarm_is_sent_though_the_server_takes_no_alarms() {
    for refusal in [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED, StatusCode::UNPROCESSABLE_ENTITY] {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        let take_in = move || async move {
            count.fetch_add(1, Ordering::Relaxed);
            (StatusCode::CREATED, "{}")
        };
        let app = Router::new()
            .route(
                "/DetectedIssue/{id}",
                get(|| async { StatusCode::NOT_FOUND }).put(move || async move { refusal }),
            )
            .route("/Communication", post(take_in));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let station = station(&base);
        let alarm = Episode {
            id: "vigil-spo2-low-1".into(),
            patient: Some("p".into()),
            priority: Priority::Medium,
            text: "SpO2 87 < 90".into(),
            measure: None,
            onset: Instant(1),
            ended: None,
            renewed: None,
        };
        let body = fhir::detected_issue(&alarm, "spo2-low", None).to_string();
        station.vault.record_episode(alarm, body, Instant(1)).unwrap();
        let (action, body) = take("vigil-spo2-low-1", "0190c0de-0000-7000-8000-0000000000cc");
        station.vault.record_action(action, body).unwrap();
        assert_eq!(station.engine.flush().await.unwrap(), 1, "{refusal}");
        assert_eq!(taken.load(Ordering::Relaxed), 1, "{refusal}");
        let parked = station.vault.read(|r| r.parked()).unwrap();
        assert!(parked.len() == 1 && parked[0].reason.contains(refusal.as_str()), "{parked:?}");
        assert_eq!(station.vault.read(|r| r.next_due()).unwrap(), None, "nothing is looked for");
    }
}

/// A server that answers `/metadata` as R4 and everything else with one body.
async fn stub(
    status: StatusCode,
    kind: &'static str,
    body: impl Fn(&str, usize) -> String + Send + Sync + 'static,
) -> String {
    type Body = Arc<dyn Fn(&str, usize) -> String + Send + Sync>;
    struct Stub {
        status: StatusCode,
        kind: &'static str,
        body: Body,
        asked: AtomicUsize,
    }
    async fn page(
        State(stub): State<Arc<Stub>>,
        Query(query): Query<Vec<(String, String)>>,
        path: axum::http::Uri,
    ) -> impl IntoResponse {
        let n = stub.asked.fetch_add(1, Ordering::Relaxed);
        let count = query.iter().find(|(k, _)| k == "_count").map_or("", |(_, v)| v.as_str()).to_owned();
        let what = format!("{}#{count}", path.path());
        (stub.status, [(header::CONTENT_TYPE, stub.kind)], (stub.body)(&what, n))
    }
    let stub = Arc::new(Stub { status, kind, body: Arc::new(body), asked: AtomicUsize::new(0) });
    let metadata = get(|| async {
        (
            [(header::CONTENT_TYPE, "application/fhir+json")],
            r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"resource":[{"type":"Observation"}]}]}"#,
        )
    });
    let app = Router::new().route("/metadata", metadata).fallback(page).with_state(stub);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

fn observation(id: &str, body: &str) -> String {
    format!(
        r#"{{"resource":{{"resourceType":"Observation","id":"{id}","meta":{{"versionId":"1"}},"status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"effectiveDateTime":"2026-01-01T00:00:00Z",{body}}}}}"#
    )
}

fn bundle(entries: &str, next: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"searchset","link":[{next}],"entry":[{entries}]}}"#)
}

const GOOD: &str = r#""subject":{"reference":"Patient/p"},"valueQuantity":{"value":72,"code":"/min"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn bad_resources_go_to_a_quarantine_and_the_rest_of_their_page_is_kept() {
    let entries = [
        observation("good", GOOD),
        observation("no-subject", r#""valueQuantity":{"value":72,"code":"/min"}"#),
        observation("unit", &GOOD.replace("/min", "florps")),
        observation("nan", &GOOD.replace("72", "NaN")),
        observation("deep", &format!(r#""x":{}1{},{GOOD}"#, "[".repeat(10_000), "]".repeat(10_000))),
        observation("absurd", &GOOD.replace("72", "99999")),
    ]
    .join(",");
    let base = stub(StatusCode::OK, "application/fhir+json", move |_, _| bundle(&entries, "")).await;
    let station = station(&base);
    let report = station.engine.sync_once().await.unwrap();
    let quarantine = station.vault.read(|r| r.quarantine()).unwrap();
    let held: Vec<&str> = quarantine.iter().map(|q| q.reference.as_str()).collect();
    assert!(held.contains(&"Observation/no-subject") && held.contains(&"Observation/unit"), "{quarantine:?}");
    assert!(quarantine.iter().any(|q| q.reason.contains("not JSON")), "{quarantine:?}");
    assert!(quarantine.iter().any(|q| q.reason.contains("florps")));
    let values = station.vault.read(|r| r.latest(Some(&"p".into()))).unwrap();
    assert!(!values.is_empty());
    assert!(report.quarantined >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_only_a_bound_is_never_kept_as_one_that_was_measured() {
    let low = observation("low", &GOOD.replace(r#""value":72"#, r#""comparator":"<","value":72"#));
    let base = stub(StatusCode::OK, "application/fhir+json", move |_, _| bundle(&low, "")).await;
    let station = station(&base);
    let report = station.engine.sync_once().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let values = station.vault.read(|r| r.latest(Some(&"p".into()))).unwrap();
    let (value, comparator) =
        (values[0].value.to_string(), values[0].comparator.map(clinical::Comparator::code));
    assert_eq!((value.as_str(), comparator), ("72", Some("<")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_repeats_itself_for_ever_ends_and_says_so() {
    let good = observation("a", GOOD);
    let base = stub(StatusCode::OK, "application/fhir+json", move |_, n| {
        bundle(&good, &format!(r#"{{"relation":"next","url":"/Observation?page={n}"}}"#))
    })
    .await;
    let station = station(&base);
    let report =
        tokio::time::timeout(Duration::from_secs(20), station.engine.sync_once()).await.unwrap().unwrap();
    assert!(report.problems.iter().any(|p| p.contains("again and again")), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_link_to_another_host_is_not_followed() {
    let good = observation("a", GOOD);
    let base = stub(StatusCode::OK, "application/fhir+json", move |_, _| {
        bundle(&good, r#"{"relation":"next","url":"http://127.0.0.2:9/steal"}"#)
    })
    .await;
    let station = station(&base);
    let report = station.engine.sync_once().await.unwrap();
    assert!(report.problems.iter().any(|p| p.contains("another host")), "{report:?}");
    assert_eq!(station.vault.read(|r| r.latest(None)).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_two_hundred_megabytes_is_asked_for_again_in_smaller_pieces() {
    let good = observation("a", GOOD);
    let base = stub(StatusCode::OK, "application/fhir+json", move |what, _| {
        let count: usize = what.rsplit('#').next().and_then(|c| c.parse().ok()).unwrap_or(0);
        let mut page = bundle(&good, "");
        if count > 20 {
            page.push_str(&" ".repeat(200 << 20));
        }
        page
    })
    .await;
    let station = station(&base);
    station.engine.sync_once().await.unwrap();
    assert_eq!(station.vault.read(|r| r.latest(None)).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_a_server_can_fail_has_its_own_words() {
    let text = |body: &'static str| move |_: &str, _: usize| body.to_owned();
    let cases: [(StatusCode, &str, &str, &str); 7] = [
        (StatusCode::UNAUTHORIZED, "application/json", "{}", "sign-in"),
        (StatusCode::FORBIDDEN, "application/json", "{}", "may not do this"),
        (StatusCode::NOT_FOUND, "application/json", "{}", "no FHIR server"),
        (StatusCode::TOO_MANY_REQUESTS, "application/json", "{}", "fewer requests"),
        (StatusCode::INTERNAL_SERVER_ERROR, "application/json", "{}", "500"),
        (StatusCode::OK, "text/html", "<html>login</html>", "web page"),
        (
            StatusCode::OK,
            "application/fhir+json",
            r#"{"resourceType":"Bundle","entry":[{"#,
            "not readable JSON",
        ),
    ];
    for (status, kind, body, words) in cases {
        let station = station(&stub(status, kind, text(body)).await);
        let error = station.engine.sync_once().await.unwrap_err();
        assert!(error.to_string().contains(words), "{status}: {error}");
        assert!(station.vault.read(|r| r.cursor("first/day")).unwrap().is_none(), "no cursor moved");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_release_of_fhir_and_no_server_at_all_are_told_apart() {
    for (version, words) in [("1.0.2", "FHIR 1.0.2"), ("5.0.0", "FHIR 5.0.0")] {
        let metadata = get(move || async move {
            format!(r#"{{"resourceType":"CapabilityStatement","fhirVersion":"{version}"}}"#)
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/metadata", metadata)).await });
        let error = Client::new(&base).unwrap().check().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let nobody = Client::new("http://127.0.0.1:9").unwrap().check().await.unwrap_err();
    assert!(matches!(nobody, FhirError::Connect(_)), "{nobody:?}");
    assert!(matches!(Client::new("ftp://x"), Err(FhirError::Address(_))));
    let gone = SyncError::from(nobody);
    assert_eq!(gone.cause(), "network");
}
