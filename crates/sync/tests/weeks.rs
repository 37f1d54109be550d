//! Weeks of two stations and a server, simulated: thousands of seeded runs in which requests are lost, answers are lost,
//! requests arrive twice or late, servers answer 412, 429 and 5xx or a web page, clocks are an hour off, stations restart or
//! stay away for 30 days. At the end both stations hold what the model holds, and every click is on the server once.
//!
//! A thousand are part of every test; `cargo xtask weeks` runs 10,000, and `--only SEED` replays one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinical::{
    About, Action, Actor, DAY_MS, HANDLED_REASONS, HOUR_MS, Instant, MINUTE_MS, Policy, Verb, fold,
};
use fhir::{Answer, Answering, Client, FhirError, Request, Transport, parse_instant};
use model::{World, issue, observation};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sync::{Engine, Now};
use vault::{Key, Vault};

const START: i64 = 1_770_000_000_000;

/// Two people of one name, each at a station.
fn nurse(station: &str) -> Actor {
    Actor::at_station(station, "N. Okafor")
}

/// The wire between the stations and the server.
struct Wire {
    world: Mutex<World>,
    clock: Arc<AtomicI64>,
    /// Of 1000 requests, how many go wrong.
    bad: AtomicU64,
    /// This many of the requests to come go nowhere.
    down: AtomicU64,
    random: Mutex<StdRng>,
    seen: Mutex<BTreeMap<&'static str, u64>>,
}

impl Wire {
    fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    fn handle(&self, request: &Request) -> (u16, Value) {
        self.world.lock().unwrap().handle(request, self.now())
    }

    fn answer(
        &self,
        status: u16,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answer, FhirError> {
        let date = jiff::Timestamp::from_millisecond(self.now()).unwrap();
        let date = jiff::fmt::rfc2822::to_string(&date.to_zoned_datetime(jiff::tz::TimeZone::UTC)).unwrap();
        let mut built = http::Response::builder().status(status).header("date", date.replace("+0000", "GMT"));
        for (name, value) in headers {
            built = built.header(*name, value);
        }
        let headers = built.body(()).unwrap().headers().clone();
        Ok(Answer { status, headers, body: body.into_bytes() })
    }

    fn carry(&self, request: &Request) -> Result<Answer, FhirError> {
        let write = request.method == "POST";
        let fault = {
            let mut random = self.random.lock().unwrap();
            // A write is what must not be lost or doubled: it meets more.
            let rate = self.bad.load(Ordering::Relaxed) * if write { 6 } else { 1 };
            let bad = random.random_range(0..1000) < rate;
            if bad { Some(random.random_range(0..9u32)) } else { None }
        };
        if self.down.load(Ordering::Relaxed) > 0 {
            self.down.fetch_sub(1, Ordering::Relaxed);
            return Err(FhirError::Connect("the network is down".into()));
        }
        let count = |what| *self.seen.lock().unwrap().entry(what).or_default() += 1;
        match fault {
            Some(0) => {
                count("request lost");
                Err(FhirError::Connect("lost on the way".into()))
            }
            Some(1) => {
                count("answer lost");
                self.handle(request);
                Err(FhirError::Timeout("the answer was lost".into()))
            }
            Some(2) if write => {
                count("twice");
                self.handle(request);
                let (status, body) = self.handle(request);
                self.answer(status, &[], body.to_string())
            }
            Some(3) if write => {
                count("late");
                self.world.lock().unwrap().delayed.push(request.clone());
                Err(FhirError::Timeout("still on the way".into()))
            }
            Some(4) if write => {
                count("412");
                self.answer(412, &[], "{}".into())
            }
            Some(5) => {
                count("429");
                self.answer(429, &[("retry-after", "7".into())], "{}".into())
            }
            Some(6) => {
                count("5xx");
                self.answer(503, &[], "{}".into())
            }
            Some(7) => {
                count("web page");
                self.answer(200, &[], "<html>log in</html>".into())
            }
            Some(8) => {
                count("half an answer");
                let (_, body) = self.handle(request);
                // Cut by its bytes, as a network does it: half of a character may be left.
                let text = body.to_string();
                let half = &text.as_bytes()[..text.len() / 2];
                self.answer(200, &[], String::from_utf8_lossy(half).into_owned())
            }
            _ => {
                let (status, body) = self.handle(request);
                self.answer(status, &[], body.to_string())
            }
        }
    }
}

struct Carrier(Arc<Wire>);

impl Transport for Carrier {
    fn send(&self, request: Request) -> Answering {
        let answer = self.0.carry(&request);
        Box::pin(async move { answer })
    }
}

struct Station {
    name: &'static str,
    folder: tempfile::TempDir,
    key: Key,
    /// What this station's clock is off by.
    off: i64,
    wire: Arc<Wire>,
    open: Option<(Arc<Vault>, Arc<Engine>)>,
}

impl Station {
    fn new(name: &'static str, off: i64, wire: &Arc<Wire>, scratch: &Path) -> Station {
        let folder = tempfile::tempdir_in(scratch).unwrap();
        Station { name, folder, key: Key::random().unwrap(), off, wire: wire.clone(), open: None }
    }

    fn parts(&mut self) -> (Arc<Vault>, Arc<Engine>) {
        if self.open.is_none() {
            let vault = Arc::new(Vault::open(self.folder.path(), self.key.clone()).unwrap());
            let (clock, off) = (self.wire.clock.clone(), self.off);
            let now: Now = Arc::new(move || Instant(clock.load(Ordering::Relaxed) + off));
            let client =
                Client::over("http://server.test/fhir", Arc::new(Carrier(self.wire.clone()))).unwrap();
            let (events, _) = tokio::sync::mpsc::unbounded_channel();
            self.open = Some((vault.clone(), Engine::new(client, vault, now, events)));
        }
        self.open.clone().unwrap()
    }

    fn restart(&mut self) {
        self.open = None;
    }

    async fn sync(&mut self) -> bool {
        let (vault, engine) = self.parts();
        vault.retry_all().unwrap();
        engine.sync_once().await.is_ok()
    }

    /// A person clicks on some alert that stands on this screen.
    fn click(&mut self, random: &mut StdRng) -> Option<String> {
        let (vault, _) = self.parts();
        let episodes = vault.read(|r| r.episodes()).unwrap();
        if episodes.is_empty() {
            return None;
        }
        let episode = &episodes[random.random_range(0..episodes.len())];
        let verb = [Verb::Take, Verb::Take, Verb::Handled, Verb::Release, Verb::HandTo, Verb::Note]
            [random.random_range(0..6)];
        let note = match verb {
            Verb::Handled => Some(HANDLED_REASONS[0].to_owned()),
            Verb::HandTo => Some("N. Okafor".to_owned()),
            _ => None,
        };
        // To a mere name that all of them bear, or to somebody in particular.
        let to = (verb == Verb::HandTo && random.random_bool(0.5))
            .then(|| nurse(["A", "B"][random.random_range(0..2)]).id);
        let id = format!(
            "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
            random.random::<u32>(),
            random.random::<u16>(),
            random.random_range(0..0x1000),
            random.random_range(0..0x1000),
            random.random_range(0..1u64 << 48)
        );
        let at = Instant(self.wire.now() + self.off);
        let action = Action {
            id: id.as_str().into(),
            about: About::Episode(episode.id.clone()),
            verb,
            by: nurse(self.name),
            at,
            note,
            to,
        };
        let body = fhir::communication(&action, episode.patient.as_ref(), self.name, None).to_string();
        vault.record_action(action, body).unwrap();
        Some(id)
    }

    /// Everything a person could see of it, in comparable form.
    fn state(&mut self) -> BTreeMap<String, String> {
        let (vault, _) = self.parts();
        vault
            .read(|r| {
                let actions = r.actions()?;
                let mut state = BTreeMap::new();
                for episode in r.episodes_since(Instant(i64::MIN))? {
                    let folded = fold(&episode, &actions, Instant(START + DAY_MS), &Policy::default());
                    state
                        .insert(format!("episode {}", episode.id), format!("{:?} {folded:?}", episode.ended));
                }
                for seen in &actions {
                    state.insert(format!("action {}", seen.action.id), format!("{seen:?}"));
                }
                for series in r.series_of(&"p1".into())? {
                    for (n, p) in
                        r.points(series.id, Instant(i64::MIN), Instant(i64::MAX))?.iter().enumerate()
                    {
                        state.insert(format!("value {} {} {n}", series.code, p.t), format!("{}", p.v));
                    }
                }
                Ok(state)
            })
            .unwrap()
    }
}

/// One run; what it met, or what was wrong.
async fn run(seed: u64, scratch: &Path) -> Result<BTreeMap<&'static str, u64>, String> {
    let mut random = StdRng::seed_from_u64(seed);
    let clock = Arc::new(AtomicI64::new(START));
    let wire = Arc::new(Wire {
        world: Mutex::default(),
        clock: clock.clone(),
        bad: AtomicU64::new(random.random_range(0..80)),
        down: AtomicU64::new(0),
        random: Mutex::new(StdRng::seed_from_u64(seed ^ 0x5eed)),
        seen: Mutex::default(),
    });
    wire.world.lock().unwrap().put("Patient", "p1", json!({ "active": true }), START);
    wire.world.lock().unwrap().put("DetectedIssue", "e0", issue(START, None), START);
    let skew = [0, 0, HOUR_MS, -HOUR_MS][random.random_range(0..4)];
    let mut stations = [Station::new("A", 0, &wire, scratch), Station::new("B", skew, &wire, scratch)];
    let mut clicked = BTreeSet::new();
    let (mut issues, mut values) = (1u64, 0u64);
    for _ in 0..random.random_range(15..40) {
        let now = clock.load(Ordering::Relaxed);
        let one = random.random_range(0..2usize);
        match random.random_range(0..100) {
            0..25 => {
                stations[one].sync().await;
            }
            25..50 => clicked.extend(stations[one].click(&mut random)),
            50..60 => {
                let id = format!("o{values}");
                values += 1;
                let taken = now - random.random_range(0..3 * HOUR_MS);
                // A server may commit a write some seconds after the time it puts on it.
                let stamped = now - random.random_range(0..20_000);
                wire.world.lock().unwrap().put(
                    "Observation",
                    &id,
                    observation(taken, random.random_range(40..160)),
                    stamped,
                );
            }
            60..66 if values > 0 => {
                let id = format!("o{}", random.random_range(0..values));
                let mut world = wire.world.lock().unwrap();
                if random.random_bool(0.5) {
                    world.delete("Observation", &id, now);
                } else {
                    let taken = now - random.random_range(0..3 * HOUR_MS);
                    world.put("Observation", &id, observation(taken, random.random_range(40..160)), now);
                }
            }
            66..74 => {
                wire.world.lock().unwrap().put("DetectedIssue", &format!("e{issues}"), issue(now, None), now);
                issues += 1;
            }
            74..80 => {
                let id = format!("e{}", random.random_range(0..issues));
                let onset = START;
                wire.world.lock().unwrap().put("DetectedIssue", &id, issue(onset, Some(now)), now);
            }
            80..85 => stations[one].restart(),
            85..88 => wire.down.store(random.random_range(1..30), Ordering::Relaxed),
            88..92 => {
                let late = std::mem::take(&mut wire.world.lock().unwrap().delayed);
                for request in late {
                    wire.handle(&request);
                }
            }
            _ => {}
        }
        let step = match random.random_range(0..40) {
            0 => 30 * DAY_MS,
            1..4 => DAY_MS,
            4..12 => HOUR_MS,
            _ => MINUTE_MS,
        };
        clock.fetch_add(random.random_range(1..=step), Ordering::Relaxed);
    }
    // The network heals, what was on its way arrives, and people try again what was refused.
    wire.bad.store(0, Ordering::Relaxed);
    wire.down.store(0, Ordering::Relaxed);
    let late = std::mem::take(&mut wire.world.lock().unwrap().delayed);
    late.iter().for_each(|request| {
        wire.handle(request);
    });
    for _ in 0..2 {
        for station in &mut stations {
            clock.fetch_add(2 * MINUTE_MS, Ordering::Relaxed);
            let (vault, _) = station.parts();
            for parked in vault.read(|r| r.parked()).unwrap() {
                vault.unpark(parked.action).unwrap();
            }
            if !station.sync().await || !station.sync().await {
                return Err(format!("station {} cannot sync over a healthy network", station.name));
            }
            let waiting = vault.read(|r| r.waiting()).unwrap();
            if !waiting.is_empty() {
                return Err(format!("station {} still holds {waiting:?}", station.name));
            }
        }
    }
    let (mut on_server, mut expected) = (BTreeMap::new(), BTreeMap::new());
    {
        let world = wire.world.lock().unwrap();
        // What a station says of its record, and of others', is no action.
        let is_word = |one: &serde_json::Value| one["id"].as_str().is_some_and(|id| id.starts_with("vigil-"));
        for action in world.living("Communication").filter(|one| !is_word(one)) {
            let key =
                action["identifier"][0]["value"].as_str().unwrap().trim_start_matches("urn:uuid:").to_owned();
            *on_server.entry(key).or_insert(0u32) += 1;
        }
        for value in world.living("Observation") {
            let t = parse_instant(value["effectiveDateTime"].as_str().unwrap()).unwrap().0;
            *expected.entry((t, value["valueQuantity"]["value"].to_string())).or_insert(0u32) += 1;
        }
    }
    if let Some((id, n)) = on_server.iter().find(|(_, n)| **n != 1) {
        return Err(format!("{id} is on the server {n} times"));
    }
    if on_server.keys().collect::<Vec<_>>() != clicked.iter().collect::<Vec<_>>() {
        return Err(format!("clicked {clicked:?}, on the server {:?}", on_server.keys()));
    }
    let [a, b] = &mut stations;
    for station in [&mut *a, &mut *b] {
        let (vault, _) = station.parts();
        let mut held = BTreeMap::new();
        vault
            .read(|r| {
                for series in r.series_of(&"p1".into())? {
                    for p in r.points(series.id, Instant(i64::MIN), Instant(i64::MAX))? {
                        *held.entry((p.t, p.v.to_string())).or_insert(0u32) += 1;
                    }
                }
                Ok(())
            })
            .unwrap();
        if held != expected {
            return Err(format!("station {} holds values {held:?}, the server {expected:?}", station.name));
        }
    }
    let (a, b) = (a.state(), b.state());
    if a != b {
        let differ: Vec<_> = a
            .keys()
            .chain(b.keys())
            .filter(|k| a.get(*k) != b.get(*k))
            .map(|k| (k, a.get(k), b.get(k)))
            .collect();
        return Err(format!("the stations differ: {differ:#?}"));
    }
    let mut seen = wire.seen.lock().unwrap().clone();
    seen.insert("clicks", clicked.len() as u64);
    Ok(seen)
}

/// What a span of seeds came to: one line of JSON a run from a worker process.
fn work(seeds: std::ops::Range<u64>, scratch: &Path) {
    vault::leave_memory_as_it_is();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(Duration::from_secs(600))
        .build()
        .unwrap();
    for seed in seeds {
        let line = match runtime.block_on(run(seed, scratch)) {
            Ok(seen) => json!({ "seed": seed, "seen": seen }),
            Err(why) => json!({ "seed": seed, "why": why }),
        };
        println!("{line}");
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|a| a == name);
    let number = |name: &str, usual: u64| {
        arguments.iter().position(|a| a == name).map_or(usual, |at| arguments[at + 1].parse().unwrap())
    };
    if given("--list") {
        return;
    }
    let (first, runs) = if given("--only") {
        (number("--only", 0), 1)
    } else {
        (number("--seed", 1), number("--runs", 1_000))
    };
    // Memory where there is a file system of it: a run is hundreds of commits.
    let scratch = Path::new("/dev/shm");
    let scratch = if scratch.is_dir() { scratch.to_owned() } else { std::env::temp_dir() };
    if given("--worker") {
        return work(first..first + runs, &scratch);
    }
    // Processes and not threads: SQLite counts its memory under one lock.
    let began = std::time::Instant::now();
    let hands = std::thread::available_parallelism().map_or(2, |n| n.get() as u64).min(runs);
    let children: Vec<_> = (0..hands)
        .map(|n| {
            let (from, to) = (first + runs * n / hands, first + runs * (n + 1) / hands);
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--worker", "--seed", &from.to_string(), "--runs", &(to - from).to_string()])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let (mut totals, mut done, mut failures) = (BTreeMap::<String, u64>::new(), 0, Vec::new());
    // Each is read by a thread of its own: a pipe that nobody empties would hold its worker up.
    let readers: Vec<_> =
        children.into_iter().map(|child| std::thread::spawn(|| child.wait_with_output().unwrap())).collect();
    for reader in readers {
        let output = reader.join().unwrap();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let result: Value = serde_json::from_str(line).unwrap();
            done += 1;
            for (what, n) in result["seen"].as_object().into_iter().flatten() {
                *totals.entry(what.clone()).or_default() += n.as_u64().unwrap();
            }
            if let Some(why) = result["why"].as_str() {
                failures.push(result["seed"].as_u64().unwrap());
                println!(
                    "seed {}: {why}\n  replay: cargo test -p sync --test weeks -- --only {}",
                    result["seed"], result["seed"]
                );
            }
        }
    }
    println!(
        "{done} simulated runs in {:.0} s, {} failed: {totals:?}",
        began.elapsed().as_secs_f64(),
        failures.len()
    );
    assert_eq!(done, runs, "a worker died");
    assert!(failures.is_empty(), "these seeds failed: {failures:?}");
}
