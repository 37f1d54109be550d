//! Ways in which an alarm can stop between a server and the cache: each is noticed and said within ten seconds, and mends itself.
//! The server is a model, time is simulated.
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinical::Instant;
use fhir::{Answer, Answering, Client, FhirError, Request, Transport};
use model::World;
use sync::{Engine, Stage, SyncEvent};
use tokio::sync::mpsc;
use tokio::time::{Instant as Tick, sleep, timeout};
use vault::{Key, Vault};

const START: i64 = 1_790_000_000_000;

/// How long the server takes for an answer to a request.
type Delay = Box<dyn Fn(&Request) -> Duration + Send + Sync>;

/// What comes instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    /// Nobody takes the connection.
    Refused,
    /// Another status.
    Status(u16),
    /// The same for searches for alarms alone.
    OfAlarms(u16),
}

struct Server {
    world: Mutex<World>,
    began: Tick,
    delay: Mutex<Delay>,
    instead: Mutex<Option<Instead>>,
    panics: AtomicBool,
}

impl Server {
    fn now(&self) -> i64 {
        START + i64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    fn takes(&self, delay: impl Fn(&Request) -> Duration + Send + Sync + 'static) {
        *self.delay.lock().unwrap() = Box::new(delay);
    }

    fn raises(&self, id: &str) {
        let now = self.now();
        self.world.lock().unwrap().put("DetectedIssue", id, model::issue(now, None), now);
    }
}

struct Wire(Arc<Server>);

impl Transport for Wire {
    fn send(&self, request: Request) -> Answering {
        let server = self.0.clone();
        assert!(!server.panics.swap(false, Ordering::Relaxed), "a fault of the program's own");
        Box::pin(async move {
            let delay = (server.delay.lock().unwrap())(&request);
            let answer = timeout(request.timeout, sleep(delay)).await;
            answer.map_err(|_| FhirError::Timeout("no answer".into()))?;
            let instead = *server.instead.lock().unwrap();
            let status = match instead {
                Some(Instead::Refused) => return Err(FhirError::Connect("refused".into())),
                Some(Instead::Status(status)) => Some(status),
                Some(Instead::OfAlarms(status)) if is_about_alarms(&request) => Some(status),
                _ => None,
            };
            if let Some(status) = status {
                return Ok(Answer { status, headers: http::HeaderMap::new(), body: b"{}".to_vec() });
            }
            let (status, body) = server.world.lock().unwrap().handle(&request, server.now());
            Ok(Answer { status, headers: http::HeaderMap::new(), body: body.to_string().into_bytes() })
        })
    }
}

struct Station {
    server: Arc<Server>,
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    events: mpsc::UnboundedReceiver<SyncEvent>,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Station {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Station {
    /// A station that has read everything of a server that answers at once.
    async fn running() -> Station {
        let server = Arc::new(Server {
            world: Mutex::default(),
            began: Tick::now(),
            delay: Mutex::new(Box::new(|_| Duration::from_millis(20))),
            instead: Mutex::default(),
            panics: AtomicBool::new(false),
        });
        server.world.lock().unwrap().put("Patient", "p1", serde_json::json!({}), START - 60_000);
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let (send, events) = mpsc::unbounded_channel();
        let client = Client::over("http://server.test/fhir", Arc::new(Wire(server.clone()))).unwrap();
        let clock = server.clone();
        let engine = Engine::new(client, vault.clone(), Arc::new(move || Instant(clock.now())), send);
        let running = tokio::spawn(engine.clone().run());
        let station = Station { server, engine, vault, events, running, _folder: folder };
        station.until(Duration::from_secs(60), |s| s.engine.link().online).await.expect("a first session");
        station.until(Duration::from_secs(60), |s| s.engine.beats().silent(Stage::Alarms).is_some()).await;
        station
    }

    /// How long it takes until something is so; nothing where it is not within the limit.
    async fn until(&self, limit: Duration, so: impl Fn(&Station) -> bool) -> Option<Duration> {
        let began = Tick::now();
        while !so(self) {
            if began.elapsed() >= limit {
                return None;
            }
            sleep(Duration::from_millis(100)).await;
        }
        Some(began.elapsed())
    }

    fn has(&self, alarm: &str) -> bool {
        self.vault.read(|r| r.episodes()).unwrap().iter().any(|episode| episode.id.as_str() == alarm)
    }

    fn is_late(&self, stage: Stage) -> bool {
        self.engine.beats().late().iter().any(|late| late.stage == stage)
    }
}

fn is_about_alarms(request: &Request) -> bool {
    ["DetectedIssue", "Communication"].iter().any(|kind| request.url.path().contains(kind))
}

const SLOW: Duration = Duration::from_secs(25);
const NEVER: Duration = Duration::from_secs(100_000);

#[tokio::test(start_paused = true)]
async fn alarms_never_wait_behind_the_other_requests_of_a_slow_server() {
    let station = Station::running().await;
    station.server.takes(|request| if is_about_alarms(request) { Duration::ZERO } else { SLOW });
    for round in 0..10 {
        sleep(Duration::from_secs(7)).await;
        let alarm = format!("slow-{round}");
        station.server.raises(&alarm);
        let took = station.until(Duration::from_secs(300), |s| s.has(&alarm)).await;
        assert!(took.is_some_and(|took| took <= Duration::from_secs(5)), "{alarm} took {took:?}");
        assert!(!station.is_late(Stage::Alarms), "alarms come");
    }
    assert!(station.engine.link().online);
}

#[tokio::test(start_paused = true)]
async fn values_that_do_not_come_are_said_within_ten_seconds() {
    let station = Station::running().await;
    station.server.takes(|request| if is_about_alarms(request) { Duration::ZERO } else { NEVER });
    // A round may be waiting for its time to ask.
    let said = station.until(Duration::from_secs(14), |s| s.is_late(Stage::Values)).await;
    assert!(said.is_some(), "values were asked for and did not come, and nothing was said");
    assert!(!station.is_late(Stage::Server) && station.engine.link().online, "the server itself answers");
    station.server.takes(|_| Duration::ZERO);
    let mended = station.until(Duration::from_secs(180), |s| !s.is_late(Stage::Values)).await;
    assert!(mended.is_some(), "what came again was not noticed");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_hangs_is_said_within_ten_seconds_of_the_last_word_and_mends_itself() {
    let station = Station::running().await;
    for _ in 0..3 {
        station.server.takes(|_| NEVER);
        let is_said = |s: &Station| s.is_late(Stage::Server) || !s.engine.link().online;
        let said = station.until(Duration::from_secs(300), is_said).await.expect("it hangs");
        assert!(said <= Duration::from_secs(10), "{said:?} without a word, and nothing was said");
        let offline = station.until(Duration::from_secs(60), |s| !s.engine.link().online).await;
        assert!(offline.is_some_and(|took| took <= Duration::from_secs(12)), "{offline:?}");
        station.server.raises("while-it-hung");
        station.server.takes(|_| Duration::from_millis(20));
        let mended = station.until(Duration::from_secs(90), |s| s.engine.link().online).await;
        assert!(mended.is_some(), "the server answers, and the station does not ask");
        assert!(station.until(Duration::from_secs(5), |s| s.has("while-it-hung")).await.is_some());
        station.until(Duration::from_secs(60), |s| s.engine.beats().late().is_empty()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_needs_long_for_its_alarms_too_is_given_the_time() {
    let station = Station::running().await;
    station.server.takes(|_| SLOW);
    let said = station.until(Duration::from_secs(10), |s| {
        s.is_late(Stage::Server) || s.is_late(Stage::Alarms) || !s.engine.link().online
    });
    assert!(said.await.is_some(), "no alarm could come for ten seconds, and nothing was said");
    station.server.raises("late");
    let took = station.until(Duration::from_secs(600), |s| s.has("late")).await;
    assert!(took.is_some(), "an answer that takes 25 s was never waited for");
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_sync_itself_is_said_and_the_sync_begun_again() {
    let mut station = Station::running().await;
    station.server.panics.store(true, Ordering::Relaxed);
    while station.events.try_recv().is_ok() {}
    let said = async {
        loop {
            if let Some(SyncEvent::Link(link)) = station.events.recv().await
                && !link.online
            {
                return link;
            }
        }
    };
    let link = timeout(Duration::from_secs(10), said).await.expect("it was not said");
    assert!(link.message.is_some_and(|words| words.contains("begun again")));
    station.server.raises("after-the-fault");
    let came = station.until(Duration::from_secs(10), |s| s.has("after-the-fault")).await;
    assert!(came.is_some(), "no alarm came any more");
}

/// What goes wrong for a while.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Instead(Instead),
    Hangs,
    OthersSlow,
    AllSlow,
    Panics,
}

const FAULTS: [Fault; 10] = [
    Fault::Instead(Instead::Refused),
    Fault::Instead(Instead::Status(503)),
    Fault::Instead(Instead::Status(500)),
    Fault::Instead(Instead::Status(401)),
    Fault::Instead(Instead::OfAlarms(403)),
    Fault::Instead(Instead::OfAlarms(500)),
    Fault::Hangs,
    Fault::OthersSlow,
    Fault::AllSlow,
    Fault::Panics,
];

impl Server {
    fn fails(&self, fault: Fault) {
        match fault {
            Fault::Instead(instead) => *self.instead.lock().unwrap() = Some(instead),
            Fault::Hangs => self.takes(|_| NEVER),
            Fault::OthersSlow => self.takes(|r| if is_about_alarms(r) { Duration::ZERO } else { SLOW }),
            Fault::AllSlow => self.takes(|_| SLOW),
            Fault::Panics => self.panics.store(true, Ordering::Relaxed),
        }
    }

    fn works(&self) {
        *self.instead.lock().unwrap() = None;
        self.takes(|_| Duration::from_millis(20));
    }
}

/// What one kind of fault did to alarms.
#[derive(Default)]
struct Row {
    faults: usize,
    alarms: usize,
    late: usize,
    slowest: u64,
}

/// Whether the screen says that something is wrong.
fn is_said(station: &Station) -> bool {
    let link = station.engine.link();
    !link.online || !link.unread.is_empty() || !station.engine.beats().late().is_empty()
}

/// Two hours, or as many as `VIGIL_FAULT_HOURS` says, in which one thing after the other goes wrong while alarms go on: each comes
/// once, and none is late by more than ten seconds without the screen saying that something is wrong.
#[tokio::test(start_paused = true)]
async fn in_a_day_of_faults_no_alarm_is_late_in_silence_and_none_is_lost() {
    use rand::{RngExt, SeedableRng};
    let hours: u64 = std::env::var("VIGIL_FAULT_HOURS").ok().and_then(|h| h.parse().ok()).unwrap_or(2);
    let seed: u64 = std::env::var("VIGIL_FAULT_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut station = Station::running().await;
    let mut table: BTreeMap<String, Row> = BTreeMap::new();
    // Alarms that were raised and have not come: when, and while what went wrong.
    let mut open: BTreeMap<String, (Tick, String)> = BTreeMap::new();
    let mut came: BTreeSet<String> = BTreeSet::new();
    let (mut fault, mut until) = (None, Tick::now() + Duration::from_secs(120));
    let began = Tick::now();
    let mut number = 0u32;
    while began.elapsed() < Duration::from_secs(hours * 3600) || !open.is_empty() {
        let is_over = began.elapsed() >= Duration::from_secs(hours * 3600);
        if is_over || Tick::now() >= until {
            let ended = fault.take().is_some();
            station.server.works();
            let next =
                if ended || is_over { None } else { Some(FAULTS[random.random_range(0..FAULTS.len())]) };
            let length =
                if next.is_some() { random.random_range(3..180) } else { random.random_range(30..240) };
            until = Tick::now() + Duration::from_secs(length);
            if let Some(next) = next {
                station.server.fails(next);
                table.entry(format!("{next:?}")).or_default().faults += 1;
            }
            fault = next;
        }
        let name = fault.map_or("nothing".to_owned(), |fault: Fault| format!("{fault:?}"));
        // 64 beds with an alarm every half hour each.
        if !is_over && random.random_range(0..28) == 0 {
            number += 1;
            let id = format!("day-{number}");
            station.server.raises(&id);
            table.entry(name.clone()).or_default().alarms += 1;
            open.insert(id, (Tick::now(), name));
        }
        sleep(Duration::from_secs(1)).await;
        while let Ok(event) = station.events.try_recv() {
            let SyncEvent::Changed { what, .. } = event else { continue };
            for (id, _) in what.raised {
                let Some((raised, name)) = open.remove(id.as_str()) else {
                    assert!(!came.contains(id.as_str()), "{id} came twice");
                    continue;
                };
                came.insert(id.as_str().to_owned());
                let took = raised.elapsed().as_secs();
                let row = table.entry(name).or_default();
                row.slowest = row.slowest.max(took);
                row.late += usize::from(took > 10);
            }
        }
        if let Some((id, (raised, name))) =
            open.iter().find(|(_, (at, _))| at.elapsed() > Duration::from_secs(10))
        {
            let late = raised.elapsed();
            assert!(
                is_said(&station),
                "{id}, raised while {name} went wrong, is late by {late:?} in silence"
            );
            assert!(late < Duration::from_secs(1800), "{id}, raised while {name} went wrong, never comes");
        }
    }
    println!("{hours} h, seed {seed}: {number} alarms, each came once");
    println!(
        "{:<24}{:>8}{:>8}{:>14}{:>12}",
        "what went wrong", "times", "alarms", "late and said", "slowest"
    );
    for (name, row) in &table {
        println!("{name:<24}{:>8}{:>8}{:>14}{:>10} s", row.faults, row.alarms, row.late, row.slowest);
    }
    assert!(number > 20 && came.len() == number as usize);
}
