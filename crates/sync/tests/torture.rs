//! A station that is killed again and again while people click, pages are pulled, tails are sealed and keys rotated.
//!
//! After every kill: the cache is whole, every confirmed click is in it, every value is the one its time says. At the end
//! every confirmed click is on the server exactly once, and no name or token can be read in any file.
//!
//! `cargo xtask torture --kills N --seed S --json`
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use clinical::{About, Action, Actor, HOUR_MS, Instant, Verb};
use fhir::{Bearer, Client, Request};
use model::{World, celsius, heart_rate, hour, issue, temperature};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use sync::Engine;
use vault::{Access, KeyStore, Vault, check, rotate, unlock};
use zeroize::Zeroizing;

/// What must never be found in a file.
const CANARIES: [&str; 4] = ["Canaryname", "MRN-CANARY-4711", "canary-note", "canary-token"];

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A keyring in a folder of its own, outside the data folder.
struct Ring(PathBuf);

impl KeyStore for Ring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Ok(std::fs::read(self.0.join(name)).ok().map(Zeroizing::new))
    }
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), String> {
        let beside = self.0.join(format!("{name}.new"));
        std::fs::write(&beside, secret).map_err(|e| e.to_string())?;
        std::fs::rename(beside, self.0.join(name)).map_err(|e| e.to_string())
    }
    fn delete(&self, name: &str) -> Result<(), String> {
        std::fs::remove_file(self.0.join(name)).map_err(|e| e.to_string())
    }
}

fn click(vault: &Vault, random: &mut StdRng) -> Option<String> {
    let episodes = vault.read(|r| r.episodes_since(Instant(i64::MIN))).unwrap();
    let episode = episodes.get(random.random_range(0..episodes.len().max(1)))?;
    let id = uuid::Uuid::now_v7().to_string();
    let action = Action {
        id: id.as_str().into(),
        about: About::Episode(episode.id.clone()),
        verb: [Verb::Take, Verb::Note, Verb::Release][random.random_range(0..3)],
        by: Actor::at_station("5eed", "Canaryname"),
        at: Instant(now()),
        note: Some("canary-note".into()),
        to: None,
    };
    let body = fhir::communication(&action, Some(&"p1".into()), "T", Some(0)).to_string();
    vault.record_action(action, body).unwrap();
    Some(id)
}

/// The station that gets killed: it never ends by itself.
fn station(base: &str, folder: &Path, ring: &Path, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let ring = Ring(ring.to_owned());
    let access = Access { keyring: &ring, pin: None };
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    if random.random_range(0..4) == 0 && vault::exists(folder) {
        say("rotating".into());
        rotate(folder, &access).unwrap();
        say("rotated".into());
    }
    let vault = Arc::new(Vault::open(folder, unlock(folder, &access).unwrap()).unwrap());
    let (events, _nobody) = tokio::sync::mpsc::unbounded_channel();
    let client = Client::new(base).unwrap().signed_in_by(Arc::new(Bearer::new("canary-token".into())));
    let engine = Engine::new(client, vault.clone(), Arc::new(|| Instant(now())), events);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    say("open".into());
    let syncing = engine.clone();
    runtime.spawn(async move {
        loop {
            // A server that is cut off in the middle is part of it.
            if syncing.sync_once().await.is_ok() {
                println!("synced");
            }
        }
    });
    let (_hand, breath) = std::sync::mpsc::channel::<()>();
    let mut clicks = 0;
    loop {
        // As fast as people could ever click, and not for ever: a queue that never empties keeps a sync from its end, on a
        // slow machine for good.
        let _ = breath.recv_timeout(Duration::from_millis(random.random_range(0..40)));
        clicks += 1;
        if clicks > 150 {
            continue;
        }
        if let Some(id) = click(&vault, &mut random) {
            say(format!("confirmed {id}"));
        }
        if random.random_range(0..20) == 0 {
            vault.retain(Instant(now())).unwrap();
        }
    }
}

type Shared = Arc<Mutex<World>>;

async fn serve(
    State(world): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let wanted = headers.get("if-none-exist").map(|v| ("if-none-exist", v.to_str().unwrap().to_owned()));
    let request = Request {
        method: if method == Method::POST { "POST" } else { "GET" },
        url: url::Url::parse(&format!("http://{}{uri}", headers["host"].to_str().unwrap())).unwrap(),
        headers: wanted.into_iter().collect(),
        body: (!body.is_empty()).then(|| String::from_utf8(body.to_vec()).unwrap()),
        token: None,
        timeout: Duration::from_secs(1),
        ear: fhir::Ear::default(),
    };
    let (status, body) = world.lock().unwrap().handle(&request, now());
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}

/// The server's data grows: hours of seconds, and enough single values to seal tails.
fn grow(world: &Shared, round: u64) {
    let mut world = world.lock().unwrap();
    let at = now();
    let start = at / HOUR_MS * HOUR_MS - 330 * HOUR_MS;
    let n = i64::try_from(round).unwrap();
    world.put("Observation", &format!("h{round}"), hour(start + n % 320 * HOUR_MS), at);
    for k in 0..60 {
        let t = start + (n * 60 + k) * 7000;
        world.put("Observation", &format!("t{round}-{k}"), temperature(t), at);
    }
    if round < 8 {
        world.put("DetectedIssue", &format!("e{round}"), issue(at - 1000, None), at);
    }
}

/// Looks into the cache after a kill; gives its number of values.
fn look(folder: &Path, ring: &Path, confirmed: &BTreeSet<String>, report: &mut Report) -> usize {
    let ring = Ring(ring.to_owned());
    let key = unlock(folder, &Access { keyring: &ring, pin: None }).unwrap();
    let vault = Vault::open(folder, key.clone()).unwrap();
    let known: BTreeSet<String> =
        vault.read(|r| r.actions()).unwrap().into_iter().map(|seen| seen.action.id.into()).collect();
    report.lost += confirmed.difference(&known).count() as u64;
    let mut values = 0;
    vault
        .read(|r| {
            for series in r.series_of(&"p1".into())? {
                let points = r.points(series.id, Instant(i64::MIN), Instant(i64::MAX))?;
                values += points.len();
                report.doubled += points.windows(2).filter(|w| w[0].t == w[1].t).count() as u64;
                let wrong = |t: i64, v: f64| match series.code.as_str() {
                    "8867-4" => v != heart_rate(t) as f64,
                    _ => (v - celsius(t)).abs() > 1e-9,
                };
                report.torn += points.iter().filter(|p| wrong(p.t, p.v)).count() as u64;
            }
            Ok(())
        })
        .unwrap();
    drop(vault);
    report.torn += check(folder, &key).unwrap().len() as u64;
    values
}

#[derive(Default, Debug)]
struct Report {
    kills: u64,
    actions: u64,
    rotations: u64,
    values: usize,
    lost: u64,
    doubled: u64,
    torn: u64,
    clear: u64,
}

impl Report {
    fn add(&mut self, other: &Report) {
        self.kills += other.kills;
        self.actions += other.actions;
        self.rotations += other.rotations;
        self.values += other.values;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.torn += other.torn;
        self.clear += other.clear;
    }

    fn line(&self, seconds: f64, seed: u64) -> String {
        json!({
            "kills": self.kills, "actions": self.actions, "rotations": self.rotations, "values": self.values,
            "lost": self.lost, "doubled": self.doubled, "torn": self.torn, "in_clear": self.clear,
            "seconds": seconds.round(), "seed": seed,
        })
        .to_string()
    }

    fn is_clean(&self) -> bool {
        (self.lost, self.doubled, self.torn, self.clear) == (0, 0, 0, 0)
    }
}

/// A station is killed this often before the next one starts from nothing: after each kill everything it holds is looked
/// through, so that one station's thousandth kill would take minutes.
const KILLS_OF_A_STATION: u64 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let number = |name: &str, usual: u64| text(name).map_or(usual, |v| v.parse().unwrap());
    if arguments.iter().any(|a| a == "--list") {
        return;
    }
    if let Some(base) = text("--station") {
        let folder = |name: &str| PathBuf::from(text(name).unwrap());
        return station(&base, &folder("--folder"), &folder("--ring"), number("--seed", 0));
    }
    let (kills, seed) = (number("--kills", 200), number("--seed", 1));
    let began = std::time::Instant::now();
    // The stations of a night stand side by side; the seed of each is named, so that one can be run again alone.
    let stations = kills.div_ceil(KILLS_OF_A_STATION);
    let (next, total) = (AtomicU64::new(0), Mutex::new(Report::default()));
    let hands = std::thread::available_parallelism().map_or(1, |n| n.get() as u64).min(stations);
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= stations {
                        return;
                    }
                    let began = std::time::Instant::now();
                    let report = torture(KILLS_OF_A_STATION.min(kills - n * KILLS_OF_A_STATION), seed + n);
                    let line = report.line(began.elapsed().as_secs_f64(), seed + n);
                    if stations > 1 {
                        eprintln!("{line}");
                    }
                    assert!(report.is_clean(), "{line}");
                    assert!(
                        report.actions > report.kills && report.values > 0,
                        "it was really doing something: {line}"
                    );
                    total.lock().unwrap().add(&report);
                }
            });
        }
    });
    println!("{}", total.lock().unwrap().line(began.elapsed().as_secs_f64(), seed));
}

/// One station on one server: killed so often, then looked at a last time.
fn torture(kills: u64, seed: u64) -> Report {
    let mut random = StdRng::seed_from_u64(seed);
    let scratch = tempfile::tempdir().unwrap();
    let (folder, ring) = (scratch.path().join("data"), scratch.path().join("ring"));
    std::fs::create_dir_all(&ring).unwrap();
    let world: Shared = Arc::new(Mutex::new(World { page: 1000, ..World::default() }));
    let canary = json!({
        "active": true,
        "name": [{ "family": "Canaryname" }],
        "identifier": [{ "value": "MRN-CANARY-4711" }],
    });
    world.lock().unwrap().put("Patient", "p1", canary, now());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}/fhir", listener.local_addr().unwrap());
    let app = Router::new().fallback(serve).with_state(world.clone());
    runtime.spawn(async move { axum::serve(listener, app).await });

    let mut report = Report::default();
    let mut confirmed = BTreeSet::new();
    let mut values = 0;
    for round in 0..kills {
        grow(&world, round);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--station", &base, "--seed", &random.random::<u32>().to_string()])
            .args([Path::new("--folder"), &folder, Path::new("--ring"), &ring])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The moment of the kill is counted in what the station says, and a little time more: in a rotation, while it
        // opens, or after some clicks.
        let stop = random.random_range(0..12);
        let mut in_sync = random.random_range(0..3) > 0;
        let mut heard = 0;
        while heard < stop {
            let Some(Ok(line)) = lines.next() else { break };
            // One in three stations is let through a whole sync first.
            in_sync |= line == "synced";
            heard += u64::from(in_sync);
            confirmed.extend(line.strip_prefix("confirmed ").map(str::to_owned));
            report.rotations += u64::from(line == "rotated");
        }
        let (_send, never) = std::sync::mpsc::channel::<()>();
        let _ = never.recv_timeout(Duration::from_micros(random.random_range(0..60_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had confirmed before it died still stands in the pipe.
        for line in lines.map_while(Result::ok) {
            confirmed.extend(line.strip_prefix("confirmed ").map(str::to_owned));
            report.rotations += u64::from(line == "rotated");
        }
        report.kills += 1;
        if !vault::exists(&folder) {
            continue;
        }
        let held = look(&folder, &ring, &confirmed, &mut report);
        // Retention is far from these times: no value may go.
        report.lost += usize::saturating_sub(values, held) as u64;
        values = held;
    }
    // Over a healthy network everything that was confirmed arrives, once.
    let access = Ring(ring.clone());
    let key = unlock(&folder, &Access { keyring: &access, pin: None }).unwrap();
    let vault = Arc::new(Vault::open(&folder, key).unwrap());
    let (events, _nobody) = tokio::sync::mpsc::unbounded_channel();
    let engine = Engine::new(Client::new(&base).unwrap(), vault.clone(), Arc::new(|| Instant(now())), events);
    for _ in 0..2 {
        vault.retry_all().unwrap();
        runtime.block_on(engine.sync_once()).unwrap();
    }
    let mut on_server = BTreeMap::<String, u64>::new();
    for action in world.lock().unwrap().living("Communication") {
        let key =
            action["identifier"][0]["value"].as_str().unwrap().trim_start_matches("urn:uuid:").to_owned();
        *on_server.entry(key).or_default() += 1;
    }
    report.lost += confirmed.iter().filter(|id| !on_server.contains_key(*id)).count() as u64;
    report.doubled += on_server.values().map(|n| n - 1).sum::<u64>();
    report.lost += vault.read(|r| r.waiting()).unwrap().len() as u64;
    report.actions = confirmed.len() as u64;
    report.values = values;
    drop((engine, vault));
    for entry in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for canary in CANARIES {
            report.clear += bytes.windows(canary.len()).filter(|w| *w == canary.as_bytes()).count() as u64;
        }
    }
    report
}
