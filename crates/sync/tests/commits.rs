//! Between a page and the cache: a commit that fails, and what is taken away again. The server is a model, time is simulated.
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinical::{
    About, Action, Actor, Body, Code, DAY_MS, Decimal, Fact, Instant, Quality, Sample, Source, Verb,
};
use fhir::{Answer, Answering, Client, Request, Transport};
use model::World;
use sync::{Engine, Stage};
use tokio::sync::mpsc;
use tokio::time::{Instant as Tick, sleep};
use vault::{Access, KeyStore, PageCommit, Vault};
use zeroize::Zeroizing;

const START: i64 = 1_790_000_000_000;

/// A keyring that shows what it was given.
#[derive(Default)]
struct Keyring(Mutex<Vec<u8>>);

impl KeyStore for Keyring {
    fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Ok(Some(Zeroizing::new(self.0.lock().unwrap().clone())))
    }

    fn set(&self, _: &str, secret: &[u8]) -> Result<(), String> {
        *self.0.lock().unwrap() = secret.to_vec();
        Ok(())
    }

    fn delete(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A server that forbids one kind, where one is named.
struct Server {
    world: Mutex<World>,
    began: Tick,
    forbids: Option<&'static str>,
}

impl Server {
    fn now(&self) -> i64 {
        START + i64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    fn put(&self, kind: &str, id: &str, body: serde_json::Value) {
        self.world.lock().unwrap().put(kind, id, body, self.now());
    }
}

struct Wire(Arc<Server>);

impl Transport for Wire {
    fn send(&self, request: Request) -> Answering {
        let server = self.0.clone();
        Box::pin(async move {
            sleep(Duration::from_millis(20)).await;
            let is_forbidden = server.forbids.is_some_and(|kind| request.url.path().ends_with(kind));
            let (status, body) = match is_forbidden {
                true => (403, serde_json::json!({})),
                false => server.world.lock().unwrap().handle(&request, server.now()),
            };
            Ok(Answer { status, headers: http::HeaderMap::new(), body: body.to_string().into_bytes() })
        })
    }
}

struct Station {
    server: Arc<Server>,
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    /// Of the cache, from beside it.
    beside: rusqlite::Connection,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Station {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn open(folder: &Path) -> (Arc<Vault>, rusqlite::Connection) {
    let keyring = Keyring::default();
    let key = vault::unlock(folder, &Access { keyring: &keyring, pin: None }).unwrap();
    let vault = Arc::new(Vault::open(folder, key).unwrap());
    let file = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let file = file.filter(|file| file.extension().is_some_and(|end| end == "db")).max().unwrap();
    let beside = rusqlite::Connection::open(file).unwrap();
    let hex: String = keyring.0.lock().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    beside.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    beside.busy_timeout(Duration::from_secs(10)).unwrap();
    (vault, beside)
}

impl Station {
    /// A station at a server that answers; `before` is what its cache held, and `ahead` by how much its clock is wrong.
    async fn running(forbids: Option<&'static str>, before: Vec<Fact>, ahead: i64) -> Station {
        let server = Arc::new(Server { world: Mutex::default(), began: Tick::now(), forbids });
        server.put("Patient", "p1", serde_json::json!({}));
        server.put("DetectedIssue", "first", model::issue(START, None));
        let folder = tempfile::tempdir().unwrap();
        let (vault, beside) = open(folder.path());
        for fact in before {
            let Body::Samples(samples) = &fact.body else { panic!("values") };
            let received = samples[0].taken_at;
            vault.commit(PageCommit { facts: vec![fact], received, ..Default::default() }).unwrap();
        }
        let (send, _) = mpsc::unbounded_channel();
        let client = Client::over("http://server.test/fhir", Arc::new(Wire(server.clone()))).unwrap();
        let clock = server.clone();
        let engine = Engine::new(client, vault.clone(), Arc::new(move || Instant(clock.now() + ahead)), send);
        let running = tokio::spawn(engine.clone().run());
        let station = Station { server, engine, vault, beside, running, _folder: folder };
        station.until(60, |s| s.engine.link().online).await.expect("a first session");
        station.until(60, |s| s.engine.beats().silent(Stage::Alarms).is_some()).await.expect("alarms");
        station
    }

    /// How long it takes until something is so; nothing where it is not within so many seconds.
    async fn until(&self, seconds: u64, so: impl Fn(&Station) -> bool) -> Option<Duration> {
        let began = Tick::now();
        while !so(self) {
            if began.elapsed() >= Duration::from_secs(seconds) {
                return None;
            }
            sleep(Duration::from_millis(100)).await;
        }
        Some(began.elapsed())
    }

    fn has(&self, alarm: &str) -> bool {
        self.vault.read(|r| r.episodes()).unwrap().iter().any(|episode| episode.id.as_str() == alarm)
    }

    /// When the values of the one patient were taken.
    fn values(&self) -> Vec<i64> {
        let read = |r: &vault::Reader| {
            let mut all = Vec::new();
            for series in r.series_of(&"p1".into())? {
                all.extend(r.decimals(series.id, Instant(i64::MIN), Instant(i64::MAX))?);
            }
            Ok(all.into_iter().map(|(at, ..)| at.0).collect())
        };
        self.vault.read(read).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_fails_is_said_as_this_stations_fault_and_nothing_is_lost_by_it() {
    for table in ["episode", "sample", "action", "cursor"] {
        let station = Station::running(None, Vec::new(), 0).await;
        station.until(60, |s| s.has("first")).await.expect("the first alarm");
        let full = format!(
            "CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        );
        station.beside.execute_batch(&full).unwrap();
        let now = station.server.now();
        station.server.put("DetectedIssue", "meanwhile", model::issue(now, None));
        station.server.put("Observation", "v", model::observation(now, 80));
        let (by, about) = (Actor::at_station("5eed", "N. Okafor"), About::Episode("first".into()));
        let id = "0190c0de-0000-7000-8000-000000000001";
        let act =
            Action { id: id.into(), about, verb: Verb::Take, by, at: Instant(now), note: None, to: None };
        let body = fhir::communication(&act, Some(&"p1".into()), "T", Some(0)).to_string();
        // Somebody elsewhere takes the new one.
        let other = Action {
            id: "0190c0de-0000-7000-8000-000000000002".into(),
            about: About::Episode("meanwhile".into()),
            ..act.clone()
        };
        let others = fhir::communication(&other, Some(&"p1".into()), "T", Some(0));
        station.server.put("Communication", "others", others);
        let is_refused = station.vault.record_action(act.clone(), body.clone()).is_err();
        assert_eq!(is_refused, table == "action", "who acts is told");
        station.engine.action_recorded();
        let is_said = |s: &Station| {
            let link = s.engine.link();
            !link.online && link.cause == Some("station")
        };
        let said = station.until(10, is_said).await;
        assert!(said.is_some(), "{table}: nothing can be kept, and nothing was said");
        assert!(station.engine.link().message.is_some(), "{table}");
        sleep(Duration::from_secs(60)).await;
        station.beside.execute_batch("DROP TRIGGER full").unwrap();
        station.until(20, |s| s.engine.link().online).await.expect("it mends itself");
        if is_refused {
            station.vault.record_action(act, body).unwrap();
            station.engine.action_recorded();
        }
        let is_whole = |s: &Station| {
            let actions = s.vault.read(|r| r.actions()).unwrap();
            s.has("meanwhile") && s.values() == [now] && actions.len() == 2
        };
        station.until(20, is_whole).await.unwrap_or_else(|| panic!("{table}: something was lost"));
        let sent = |s: &Station| s.vault.read(|r| r.waiting()).unwrap().is_empty();
        station.until(20, sent).await.expect("it was sent");
        let world = station.server.world.lock().unwrap();
        let keys = world
            .living("Communication")
            .filter(|body| body["identifier"][0]["value"] == format!("urn:uuid:{id}"));
        assert_eq!(keys.count(), 1, "{table}: once");
    }
}

fn value(id: &str, days_ago: i64) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: "p1".into(),
        device: None,
        code: Code::Loinc("8867-4".into()),
        value: Decimal::whole(80),
        unit: "/min".into(),
        taken_at: Instant(START - days_ago * DAY_MS),
        quality: Quality::Good,
    };
    let source = Source { reference: format!("Observation/{id}").into(), version: "1".into() };
    Fact { source, updated_at: None, body: Body::Samples(vec![sample]) }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_old_goes_although_one_kind_is_refused_for_ever_and_nothing_young_by_a_clock_that_is_wrong()
 {
    for forbids in [None, Some("Patient"), Some("Communication"), Some("Observation")] {
        for ahead in [0, 30 * DAY_MS] {
            let before = vec![value("old", 140), value("young", 5)];
            let station = Station::running(forbids, before, ahead).await;
            let kept = [START - 5 * DAY_MS];
            let gone = station.until(60, |s| s.values() == kept).await;
            assert!(gone.is_some(), "{forbids:?}, {ahead} ms ahead: {:?}", station.values());
            sleep(Duration::from_secs(30)).await;
            assert_eq!(station.values(), kept, "{forbids:?}, {ahead} ms ahead");
        }
    }
}
