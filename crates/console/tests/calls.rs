//! "Called" is said where somebody was called, by the server's word, and nowhere else: from the role that falls due to what became
//! of its message, with real engines and the simulated server.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedside::AlarmLine;
use clinical::{CallState, EpisodeId, Instant, MINUTE_MS};
use console::{Act, Console, Response, Station};
use serde_json::{Value, json};
use sync::SyncEvent;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use vault::{Key, Vault, View};
use ward_sim::{Options, WardSim};

fn now() -> Instant {
    Instant::from(SystemTime::now())
}

/// A station that runs until it is dropped.
struct Running {
    console: Arc<Console>,
    events: UnboundedReceiver<SyncEvent>,
    engine: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.abort();
    }
}

impl Running {
    async fn at(folder: &Path, key: &Key, sim: &WardSim) -> Running {
        // A station that was closed a moment ago holds its folder until its last task has ended.
        let open = async {
            loop {
                match Vault::open(folder, key.clone()) {
                    Ok(vault) => return Arc::new(vault),
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let vault = tokio::time::timeout(Duration::from_secs(60), open).await.expect("the folder is free");
        let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
        let (console, events) = Console::open(vault, Some(sim.base()), station, Arc::new(now)).unwrap();
        let engine = tokio::spawn(console.clone().run());
        Running { console, events, engine }
    }

    fn line(&self, episode: &EpisodeId) -> Option<AlarmLine> {
        let queue = self.console.board().unwrap().queue;
        queue.into_iter().map(|item| item.line).find(|line| line.episode == *episode)
    }

    /// What became of the first role of the chain.
    fn call(&self, episode: &EpisodeId) -> Option<CallState> {
        self.line(episode)?.escalations.first().map(|due| due.call.clone())
    }

    /// Looks again whenever something came, and makes the calls that are due, as a window does; the limit is for a test that fails.
    async fn until(&mut self, what: &str, test: impl Fn(&Running) -> bool) {
        let wait = async {
            loop {
                self.console.call_due().unwrap();
                if test(self) {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_millis(200), self.events.recv()).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(240), wait)
            .await
            .unwrap_or_else(|_| panic!("never: {what}"));
    }

    async fn until_read(&mut self) {
        self.until("alarms are read", |station| station.console.link().has_read_alarms()).await;
    }
}

struct Place {
    folder: tempfile::TempDir,
    key: Key,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap(), key: Key::random().unwrap() }
    }

    async fn open(&self, sim: &WardSim) -> Running {
        Running::at(self.folder.path(), &self.key, sim).await
    }
}

async fn sim() -> WardSim {
    ward_sim::start(Options::default()).await.unwrap()
}

fn client(sim: &WardSim) -> fhir::Client {
    fhir::Client::new(sim.base()).unwrap()
}

fn issue(ago_ms: i64) -> Value {
    json!({
        "resourceType": "DetectedIssue", "status": "preliminary", "severity": "high",
        "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": "Patient/ward-p12" },
        "identifiedPeriod": { "start": fhir::format_instant(now() - ago_ms) },
    })
}

/// An alarm of high priority that began so long ago, and that nobody took.
async fn alarm(sim: &WardSim, ago_ms: i64) -> EpisodeId {
    let made = client(sim).post("DetectedIssue", &issue(ago_ms)).await.unwrap();
    made["id"].as_str().unwrap().into()
}

/// Every call that the server holds about an alarm.
async fn on_server(sim: &WardSim, episode: &EpisodeId) -> Vec<Value> {
    let bundle = client(sim).get_json("CommunicationRequest?_count=500").await.unwrap();
    let about = format!("DetectedIssue/{episode}");
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let all = entries.into_iter().map(|entry| entry["resource"].clone());
    all.filter(|call| call["about"][0]["reference"] == about.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stations_and_one_that_starts_again_call_a_role_once_and_with_the_time_it_fell_due() {
    let sim = sim().await;
    let (here, there) = (Place::new(), Place::new());
    let (mut one, mut two) = (here.open(&sim).await, there.open(&sim).await);
    one.until_read().await;
    two.until_read().await;
    let before = now();
    let episode = alarm(&sim, 2 * MINUTE_MS + 10_000).await;
    let sent = |station: &Running| matches!(station.call(&episode), Some(CallState::Sent(_)));
    tokio::join!(one.until("sent", sent), two.until("sent", sent));
    let calls = on_server(&sim, &episode).await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    let due = fhir::parse_instant(calls[0]["occurrenceDateTime"].as_str().unwrap()).unwrap();
    let made = fhir::parse_instant(calls[0]["authoredOn"].as_str().unwrap()).unwrap();
    assert!(
        due < before && made >= before,
        "it fell due before anybody looked, and was made when somebody did"
    );
    assert_eq!(calls[0]["recipient"][0]["display"], "Charge nurse");

    drop(one);
    let mut again = here.open(&sim).await;
    again.until_read().await;
    again.until("known", sent).await;
    // Whoever asks by hand is the next one of the chain, and is called too.
    again.console.act(Act::alarm(episode.clone(), Response::Escalate)).unwrap();
    again
        .until("the next role", |station| {
            let line = station.line(&episode).unwrap();
            line.escalations.len() >= 2 && matches!(line.escalations[1].call, CallState::Sent(_))
        })
        .await;
    let calls = on_server(&sim, &episode).await;
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls.iter().any(|call| call["requester"]["display"] == "N. Okafor"));
    let timeline = again.console.timeline(&episode).unwrap();
    let told: Vec<&str> = timeline.iter().filter(|e| e.what == "call").map(|e| e.words).collect();
    assert_eq!(told, ["Call sent", "Call sent"], "each level is kept with its state");

    // The server says that it was answered.
    let first = calls.iter().find(|call| call["recipient"][0]["display"] == "Charge nurse").unwrap();
    let mut answered = first.clone();
    answered["status"] = json!("completed");
    let (id, version) = (first["id"].as_str().unwrap(), first["meta"]["versionId"].as_str().unwrap());
    client(&sim).update(&format!("CommunicationRequest/{id}"), version, &answered).await.unwrap();
    again.until("answered", |s| matches!(s.call(&episode), Some(CallState::Answered(_)))).await;
    two.until("answered there too", |s| matches!(s.call(&episode), Some(CallState::Answered(_)))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_needs_nobody_any_more_calls_nobody() {
    let sim = sim().await;
    let server = client(&sim);
    let (taken, open) = (alarm(&sim, 3 * MINUTE_MS).await, alarm(&sim, 3 * MINUTE_MS).await);
    let mut ended = issue(30 * MINUTE_MS);
    ended["identifiedPeriod"]["end"] = json!(fhir::format_instant(now() - 10 * MINUTE_MS));
    let ended: EpisodeId = server.post("DetectedIssue", &ended).await.unwrap()["id"].as_str().unwrap().into();
    // Somebody takes it on another station before this one looks for the first time.
    let action = clinical::Action {
        id: "0190c0de-0000-7000-8000-000000000001".into(),
        about: clinical::About::Episode(taken.clone()),
        verb: clinical::Verb::Take,
        by: clinical::Actor::at_station("other", "S. Varga"),
        at: now(),
        note: None,
        to: None,
    };
    server.post("Communication", &fhir::communication(&action, None, "8A-1", None)).await.unwrap();
    let place = Place::new();
    let mut station = place.open(&sim).await;
    // Nobody is called by a station that does not know yet what others did.
    assert_eq!(station.console.call_due().unwrap(), 0);
    station.until("the one that is open", |s| matches!(s.call(&open), Some(CallState::Sent(_)))).await;
    // Nor while somebody looks at a time when they were open; that is no present.
    station.console.look_back(Some(View::at(now() - 15 * MINUTE_MS)));
    station.console.call_due().unwrap();
    station.console.look_back(None);
    for (episode, why) in [(&taken, "it was answered first"), (&ended, "it was over first")] {
        assert_eq!(on_server(&sim, episode).await, [] as [Value; 0]);
        assert_eq!(station.call(episode), Some(CallState::NotSent(why.into())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_cannot_be_called_is_never_said_to_have_been() {
    let (sim, place) = (sim().await, Place::new());
    let mut station = place.open(&sim).await;
    station.until_read().await;
    for (name, none, status, wanted) in [
        ("a server that refuses it", false, 422, Some("")),
        ("one that forbids it", false, 403, Some("")),
        ("one that is out of order", false, 503, None),
        ("one that takes no calls", true, 0, Some("this server takes no calls")),
    ] {
        sim.refuse_calls_with(status);
        if none {
            sim.take_no_calls(true);
            // What a server can do is asked when the program starts.
            drop(station);
            station = place.open(&sim).await;
            station.until_read().await;
        }
        let episode = alarm(&sim, 2 * MINUTE_MS + 10_000).await;
        station
            .until(name, |s| match (s.call(&episode), wanted) {
                (Some(CallState::NotSent(why)), Some(wanted)) => why.contains(wanted),
                (Some(CallState::Waiting), None) => true,
                _ => false,
            })
            .await;
        let line = station.line(&episode).unwrap();
        let due = line.escalation().unwrap();
        assert!(due.call.words(&due.role).starts_with("due: ") && due.call.remark().is_some(), "{name}");
        let timeline = station.console.timeline(&episode).unwrap();
        assert!(timeline.iter().all(|e| !e.words.starts_with("Call ")), "{name}");
        assert!(timeline.iter().any(|e| e.what == "call" && e.words.starts_with("Due")), "{name}");
        // What people do goes past it.
        station.console.act(Act::alarm(episode.clone(), Response::Take)).unwrap();
        station
            .until("the take is sent", |s| s.line(&episode).is_some_and(|line| !line.known_here_only))
            .await;
    }
}
