//! Ways in which an alarm can stop between a server and the cache: each is noticed and said within ten seconds, and mends itself.
//! The server is a model, time is simulated.
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clinical::{About, Action, Actor, Instant, Verb};
use fhir::{Client, Request};
use model::server::{Instead, NEVER, SLOW, START, Server, Wire, is_about_alarms};
use sync::{Engine, Stage, SyncEvent};
use tokio::sync::mpsc;
use tokio::time::{Instant as Tick, sleep, timeout};
use vault::{Key, Vault};

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
        let server = Arc::new(Server::new());
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
    // A fault in the first reading, which is tried again by itself, is not what is meant.
    sleep(Duration::from_secs(60)).await;
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

/// An alarm of a priority, which began so many milliseconds ago.
fn alarm(station: &Station, id: &str, severity: &str, ago: i64) {
    let now = station.server.now();
    let mut body = model::issue(now - ago, None);
    body["severity"] = serde_json::json!(severity);
    station.server.world.lock().unwrap().put("DetectedIssue", id, body, now);
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_one_summary_says_what_came_late_and_by_when_it_is_whole() {
    let station = Station::running().await;
    sleep(Duration::from_secs(30)).await;
    assert_eq!(station.engine.link().outage, None, "nothing was missed");
    let told = |s: &Station| s.engine.link().outage.map(|outage| outage.kept);
    let whole = |s: &Station| told(s).is_some_and(|kept| kept.values_whole.is_some());
    let mut outages = Vec::new();
    for (round, seconds, instead, alarms, high) in [
        (1, 360, Instead::Refused, 12, 3),
        (2, 60, Instead::Status(503), 1, 1),
        (3, 90, Instead::Refused, 0, 0),
    ] {
        let last_word = station.server.now();
        *station.server.instead.lock().unwrap() = Some(instead);
        station.until(Duration::from_secs(60), |s| !s.engine.link().online).await.expect("offline");
        sleep(Duration::from_secs(seconds)).await;
        for n in 0..alarms {
            let severity = if n < high { "high" } else { "moderate" };
            alarm(&station, &format!("late-{round}-{n}"), severity, 20_000);
        }
        let now = station.server.now();
        // One of high priority that is over by the time the server is back, and is no less late.
        if round == 1 {
            let over = model::issue(now - 40_000, Some(now - 20_000));
            station.server.world.lock().unwrap().put("DetectedIssue", "late-and-over", over, now);
        }
        for n in 0..20 {
            let (id, body) = (format!("v{round}-{n}"), model::observation(now - n * 1000, 80));
            station.server.world.lock().unwrap().put("Observation", &id, body, now);
        }
        *station.server.instead.lock().unwrap() = None;
        let since = told(&station).map(|kept| kept.since);
        station
            .until(Duration::from_secs(60), |s| told(s).map(|kept| kept.since) != since)
            .await
            .expect("told");
        station.until(Duration::from_secs(60), whole).await.expect("whole");
        let kept = told(&station).unwrap();
        let over = u64::from(round == 1);
        assert_eq!((kept.alarms, kept.high, kept.samples), (alarms + over, high + over, 20), "{kept:?}");
        assert!(kept.since.0 >= last_word - 10_000 && kept.since.0 <= last_word + 10_000, "{kept:?}");
        assert!(kept.until.0 >= now && kept.until.0 <= now + 10_000, "{kept:?}");
        assert!(kept.alarms_whole.is_some_and(|at| at >= kept.until && at.0 <= now + 10_000), "{kept:?}");
        outages.insert(0, kept);
        // What comes by itself now is not late.
        alarm(&station, &format!("fresh-{round}"), "high", 0);
        station.until(Duration::from_secs(60), |s| s.has(&format!("fresh-{round}"))).await.expect("an alarm");
        assert_eq!(told(&station).as_ref(), outages.first());
        assert_eq!(station.vault.read(|r| r.ledger()).unwrap().outages, outages, "one for each");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_comes_again_before_the_last_was_read_whole_is_one() {
    let station = Station::running().await;
    for _ in 0..5 {
        *station.server.instead.lock().unwrap() = Some(Instead::Refused);
        station.until(Duration::from_secs(60), |s| !s.engine.link().online).await.expect("offline");
        sleep(Duration::from_secs(20)).await;
        // It answers, and values never come.
        *station.server.instead.lock().unwrap() = None;
        station.server.takes(|request| {
            if request.url.path().contains("Observation") { NEVER } else { Duration::from_millis(20) }
        });
        station.until(Duration::from_secs(60), |s| s.engine.link().online).await.expect("online");
    }
    station.server.takes(|_| Duration::from_millis(20));
    let whole = |s: &Station| s.engine.link().outage.is_some_and(|outage| outage.kept.values_whole.is_some());
    station.until(Duration::from_secs(200), whole).await.expect("whole");
    let outages = station.vault.read(|r| r.ledger()).unwrap().outages;
    assert_eq!(outages.len(), 1, "{outages:?}");
    assert!(outages[0].until.ms_since(outages[0].since) >= 100_000, "{outages:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_server_counts_and_does_not_give_is_named_and_one_that_counts_nothing_is_too() {
    for (counts, missing) in [(None, 0), (Some(0), 0), (Some(2), 2)] {
        let station = Station::running().await;
        station.server.world.lock().unwrap().counts = counts;
        let now = station.server.now();
        station.server.world.lock().unwrap().put("Patient", "p2", serde_json::json!({}), now);
        for n in 0..30 {
            station.server.raises(&format!("a{n}"));
        }
        station.until(Duration::from_secs(60), |s| s.has("a29")).await.expect("the alarms");
        sleep(Duration::from_secs(130)).await;
        let ledger = station.vault.read(|r| r.ledger()).unwrap();
        let of = |kind: &str| ledger.channels.iter().find(|channel| channel.name == kind).unwrap();
        let alarms = of("DetectedIssue");
        assert_eq!(alarms.numbered > 0 && of("Patient").numbered > 0, counts.is_some(), "{ledger:?}");
        assert!(alarms.unnumbered > 0 || counts.is_some(), "that it counts nothing is said: {ledger:?}");
        assert_eq!(of("Patient").numbered, of("Patient").came, "{ledger:?}");
        let gaps: Vec<_> = ledger.gaps.iter().map(|gap| (gap.channel.as_str(), gap.events)).collect();
        let named = [("DetectedIssue", Some(2))];
        assert_eq!(gaps, if missing > 0 { &named[..] } else { &[] }, "{ledger:?}");
        let said = station.engine.link().unread_words();
        assert_eq!(said.as_deref(), (missing > 0).then_some("not read whole: alarms"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_counts_too_many_alarms_is_said_once_and_its_alarms_come_as_any_others() {
    let station = Station::running().await;
    station.server.world.lock().unwrap().counts = Some(2);
    let is_unread = |s: &Station| s.engine.link().unread_words().is_some();
    station.until(Duration::from_secs(60), is_unread).await.expect("at first it is missing");
    let known = station.until(Duration::from_secs(1_200), |s| !is_unread(s)).await;
    assert!(known.is_some_and(|took| took >= Duration::from_secs(500)), "{known:?}");
    let mark = |s: &Station| s.vault.read(|r| r.cursor("since/DetectedIssue")).unwrap();
    let before = mark(&station);
    station.server.raises("after");
    station.until(Duration::from_secs(10), |s| s.has("after")).await.expect("an alarm");
    station.until(Duration::from_secs(60), |s| mark(s) > before).await.expect("the search moves on");
    assert!(!is_unread(&station));
    let gaps = station.vault.read(|r| r.ledger()).unwrap().gaps;
    let said = gaps.iter().filter(|gap| gap.why == "this server counts 2 more than it gives").count();
    assert_eq!((said, gaps.iter().filter(|gap| gap.read_at.is_none()).count()), (1, 0), "{gaps:?}");
    // Whatever is held back beside that is missed.
    station.server.world.lock().unwrap().counts = Some(3);
    station.until(Duration::from_secs(60), is_unread).await.expect("one is missing");
}

fn take(station: &Station, id: &str, episode: &str) {
    let at = Instant(station.server.now());
    let (by, about) = (Actor::at_station("5eed", "N. Okafor"), About::Episode(episode.into()));
    let action = Action { id: id.into(), about, verb: Verb::Take, by, at, note: None, to: None };
    let body = fhir::communication(&action, Some(&"p1".into()), "T", Some(0)).to_string();
    station.vault.record_action(action, body).unwrap();
    station.engine.action_recorded();
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_holds_nobody_elses_take_and_doubles_none() {
    let station = Station::running().await;
    let id = |n: usize| format!("0190c0de-0000-7000-8000-{n:012}");
    let sent = |s: &Station, n: usize| !s.vault.read(|r| r.waiting()).unwrap().contains(&id(n));
    let is_write = |request: &Request| request.method == "POST";
    let hangs = |request: &Request| request.body.as_deref().is_some_and(|body| body.contains("-00000000000"));
    // Five alarms, one of them acted on twice: none of these requests is answered.
    station.server.takes(
        move |request| {
            if is_write(request) && hangs(request) { NEVER } else { Duration::from_millis(20) }
        },
    );
    for n in 0..5 {
        take(&station, &id(n), &format!("e{n}"));
    }
    take(&station, &id(5), "e0");
    sleep(Duration::from_secs(2)).await;
    for round in 0..20 {
        let n = 10 + round;
        take(&station, &id(n), &format!("e{n}"));
        let took = station.until(Duration::from_secs(30), |s| sent(s, n)).await;
        assert!(took.is_some_and(|took| took <= Duration::from_secs(1)), "round {round}: {took:?}");
        sleep(Duration::from_secs(3)).await;
    }
    assert!((0..6).all(|n| !sent(&station, n)), "nothing is dropped");
    // A slow server, too, and then all of it, each once and in the order of its lane.
    station.server.takes(move |request| if is_write(request) { SLOW / 2 } else { Duration::from_millis(20) });
    station.until(Duration::from_secs(900), |s| (0..6).all(|n| sent(s, n))).await.expect("all arrived");
    let world = station.server.world.lock().unwrap();
    let mut keys: Vec<&str> = world
        .living("Communication")
        .filter_map(|body| body["identifier"][0]["value"].as_str()?.strip_prefix("urn:uuid:"))
        .collect();
    let place = |n: usize| keys.iter().position(|key| *key == id(n));
    assert!(place(0) < place(5), "in order within a lane");
    keys.sort_unstable();
    let wanted: Vec<String> = (0..6).chain(10..30).map(id).collect();
    assert_eq!(keys, wanted.iter().map(String::as_str).collect::<Vec<_>>(), "each once");
}
