//! A day in which one thing after the other goes wrong on an alarm's way, from the server to the eye and the ear: two hours of it, or
//! as many as `VIGIL_FAULT_HOURS` says, with the choices of `VIGIL_FAULT_SEED`. 64 patients; a nurse takes what she hears. Each alarm
//! is shown and begins to sound once, and none is late by more than ten seconds without the screen saying that something is wrong.
//!
//! The server is a model, and time is simulated. A full disk, a lost sound device and a page that hangs are brought about in the
//! real window (`tests/window`).
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../sync/tests/model/mod.rs"]
mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clinical::{EpisodeId, Instant, Presence, Sound};
use console::{Act, Console, Response, Station, Waiting};
use fhir::Client;
use model::server::{FAULTS, Fault, START, Server, Wire};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sync::{Beats, Stage, SyncEvent};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant as Tick, sleep};
use vault::{Key, Vault};

const PATIENTS: u32 = 64;
/// An alarm that is later than this is said to be.
const LATE: Duration = Duration::from_secs(10);
/// A nurse hears for so long before she takes it.
const HEARD: Duration = Duration::from_secs(20);

/// What goes wrong for a while.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    Server(Fault),
    /// The page shows nothing.
    Page,
    /// The board is not worked out.
    Board,
    /// The station's own rules do not run.
    Rules,
    /// The program is killed, and started again.
    Killed,
}

impl Wrong {
    fn any(random: &mut StdRng) -> Wrong {
        match random.random_range(0..FAULTS.len() + 4) {
            n if n < FAULTS.len() => Wrong::Server(FAULTS[n]),
            n => [Wrong::Page, Wrong::Board, Wrong::Rules, Wrong::Killed][n - FAULTS.len()],
        }
    }

    fn name(self) -> String {
        match self {
            Wrong::Server(fault) => format!("{fault:?}"),
            other => format!("{other:?}"),
        }
    }
}

/// The running program.
struct Program {
    console: Arc<Console>,
    events: UnboundedReceiver<SyncEvent>,
    running: tokio::task::JoinHandle<()>,
    started: Tick,
}

impl Program {
    fn start(server: &Arc<Server>, folder: &Path, key: &Key) -> Program {
        let began = std::time::Instant::now();
        // What was killed may still hold the cache for a moment of real time.
        let vault = loop {
            match Vault::open(folder, key.clone()) {
                Ok(vault) => break Arc::new(vault),
                Err(error) => assert!(began.elapsed() < Duration::from_secs(60), "{error}"),
            }
        };
        let client = Client::over("http://server.test/fhir", Arc::new(Wire(server.clone()))).unwrap();
        let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
        let (clock, start) = (server.clone(), Tick::now());
        let beats = Beats::new(Arc::new(move || start.elapsed()));
        let now = Arc::new(move || Instant(clock.now()));
        let (console, events) = Console::over(vault, Some(client), station, now, beats).unwrap();
        let running = tokio::spawn(console.clone().run());
        for stage in [Stage::Board, Stage::Rules, Stage::Page] {
            console.beats().expect(stage);
        }
        Program { console, events, running, started: start }
    }

    /// Whether the screen, or what sounds where no page shows anything, says that something is wrong.
    fn says_so(&self) -> bool {
        let link = self.console.link();
        !link.online || !link.unread.is_empty() || !self.console.late().is_empty()
    }
}

/// One alarm on its way.
struct Alarm {
    raised: Tick,
    name: String,
    /// When it began to sound here, and when a page showed it.
    heard: Option<Tick>,
    shown: Option<Tick>,
    taken: Option<Tick>,
    ended: bool,
}

#[derive(Default)]
struct Row {
    times: usize,
    alarms: usize,
    late: usize,
    slowest: u64,
}

/// What happened so far.
struct Day {
    server: Arc<Server>,
    program: Option<Program>,
    alarms: BTreeMap<String, Alarm>,
    /// What sounded at the last look.
    sounding: BTreeSet<String>,
    table: BTreeMap<String, Row>,
    wrong: Option<Wrong>,
    /// Until when nobody watched, where that was said at the start.
    unwatched: Option<Tick>,
}

impl Day {
    fn is_wrong(&self, what: fn(&Wrong) -> bool) -> bool {
        self.wrong.as_ref().is_some_and(what)
    }

    /// A second of a program that runs.
    fn second(&mut self, second: u64) {
        let board_stands = self.is_wrong(|wrong| matches!(wrong, Wrong::Board));
        let page_stands = self.is_wrong(|wrong| matches!(wrong, Wrong::Page));
        let rules_stand = self.is_wrong(|wrong| matches!(wrong, Wrong::Rules));
        let Some(program) = self.program.as_mut() else { return };
        let console = program.console.clone();
        if let Some((from, until)) = console.watches().unwrap() {
            assert!(from < until);
            self.unwatched = Some(Tick::now());
        }
        while let Ok(event) = program.events.try_recv() {
            if let SyncEvent::Changed { what, .. } = event {
                console.arrived(what.raised);
            }
        }
        if !rules_stand && second.is_multiple_of(2) {
            console.detect().unwrap();
            console.beats().beat(Stage::Rules);
        }
        if board_stands {
            return;
        }
        let look = console.look().unwrap();
        console.beats().beat(Stage::Board);
        let on: BTreeSet<String> = look
            .present
            .queue
            .iter()
            .filter(|item| item.line.sound == Sound::On)
            .map(|item| item.line.episode.to_string())
            .collect();
        assert_eq!(console.audible(&look.present).0.is_some(), !on.is_empty());
        for id in on.difference(&self.sounding) {
            let Some(alarm) = self.alarms.get_mut(id) else { continue };
            let began = alarm.heard.get_or_insert_with(Tick::now);
            // What nobody had taken sounds again after a start.
            assert!(*began == Tick::now() || *began < program.started, "{id} began to sound twice");
        }
        self.sounding = on;
        if page_stands {
            return;
        }
        console.beats().beat(Stage::Page);
        let shown: Vec<EpisodeId> = look.present.queue.iter().map(|item| item.line.episode.clone()).collect();
        console.lit(&shown).unwrap();
        for id in &shown {
            if let Some(alarm) = self.alarms.get_mut(id.as_str()) {
                alarm.shown.get_or_insert_with(Tick::now);
            }
        }
        // What the server refused is tried again once nothing is wrong.
        if self.wrong.is_none() {
            for waiting in console.waiting().unwrap() {
                let refused = match waiting {
                    Waiting::Act { action, parked: Some(_) } => action.id,
                    Waiting::OwnAlarms { key, .. } => key,
                    Waiting::Act { .. } => continue,
                };
                console.act(Act::Retry(refused)).unwrap();
            }
        }
        // She takes the one that has sounded longest, and some time after that it ends.
        let heard =
            |alarm: &Alarm| alarm.heard.is_some_and(|at| at.elapsed() > HEARD) && alarm.taken.is_none();
        if let Some((id, alarm)) = self.alarms.iter_mut().find(|(_, alarm)| heard(alarm)) {
            console.act(Act::Alarm { episode: id.as_str().into(), response: Response::Take }).unwrap();
            alarm.taken = Some(Tick::now());
        }
    }

    /// Alarms that a nurse has are over some minutes later, as the server says.
    fn end_some(&mut self) {
        let now = self.server.now();
        for (id, alarm) in self.alarms.iter_mut().filter(|(_, alarm)| !alarm.ended) {
            if alarm.taken.is_some_and(|at| at.elapsed() > Duration::from_secs(90)) {
                let began = now - i64::try_from(alarm.raised.elapsed().as_millis()).unwrap();
                self.server.world.lock().unwrap().put("DetectedIssue", id, issue(id, began, Some(now)), now);
                alarm.ended = true;
            }
        }
    }

    /// None is late in silence.
    fn look_for_silence(&mut self) {
        let Some(program) = &self.program else { return };
        let is_said = program.says_so();
        // It was said at the start, once, that nobody watched before.
        let just_said = self.unwatched.is_some_and(|at| at.elapsed() <= LATE);
        for (id, alarm) in &self.alarms {
            let late = alarm.raised.elapsed();
            if late > LATE && (alarm.heard.is_none() || alarm.shown.is_none()) {
                let name = &alarm.name;
                assert!(
                    is_said || just_said,
                    "{id}, raised while {name} went wrong, is late by {late:?} in silence"
                );
                assert!(
                    late < Duration::from_secs(1800),
                    "{id}, raised while {name} went wrong, never comes"
                );
            }
        }
    }

    fn print(&mut self) {
        for alarm in self.alarms.values() {
            let reached = alarm.heard.unwrap().max(alarm.shown.unwrap());
            let took = reached.duration_since(alarm.raised).as_secs();
            let row = self.table.entry(alarm.name.clone()).or_default();
            row.alarms += 1;
            row.late += usize::from(took > LATE.as_secs());
            row.slowest = row.slowest.max(took);
        }
        println!(
            "{:<24}{:>8}{:>8}{:>14}{:>12}",
            "what went wrong", "times", "alarms", "late and said", "slowest"
        );
        for (name, row) in &self.table {
            println!("{name:<24}{:>8}{:>8}{:>14}{:>10} s", row.times, row.alarms, row.late, row.slowest);
        }
    }
}

fn issue(id: &str, began: i64, ended: Option<i64>) -> serde_json::Value {
    let mut body = model::issue(began, ended);
    let number: u32 = id.rsplit('-').next().unwrap().parse().unwrap();
    body["patient"]["reference"] = serde_json::json!(format!("Patient/p{}", number % PATIENTS));
    body
}

#[tokio::test(start_paused = true)]
async fn in_a_day_of_faults_every_alarm_is_shown_and_heard_once_and_none_is_late_in_silence() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (hours, seed) = (setting("VIGIL_FAULT_HOURS").unwrap_or(2), setting("VIGIL_FAULT_SEED").unwrap_or(7));
    let mut random = StdRng::seed_from_u64(seed);
    let server = Arc::new(Server::new());
    for n in 0..PATIENTS {
        let mut world = server.world.lock().unwrap();
        world.page = 100;
        world.put("Patient", &format!("p{n}"), serde_json::json!({}), START - 60_000);
    }
    let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
    let mut day = Day {
        program: Some(Program::start(&server, folder.path(), &key)),
        server: server.clone(),
        alarms: BTreeMap::new(),
        sounding: BTreeSet::new(),
        table: BTreeMap::new(),
        wrong: None,
        unwatched: None,
    };
    let (began, mut until, mut number) = (Tick::now(), Tick::now() + Duration::from_secs(120), 0u32);
    let length = Duration::from_secs(hours * 3600);
    for second in 0.. {
        let is_over = began.elapsed() >= length;
        let is_whole =
            |alarm: &Alarm| alarm.heard.is_some() && alarm.shown.is_some() && alarm.taken.is_some();
        if is_over && day.alarms.values().all(is_whole) && day.wrong.is_none() {
            break;
        }
        if is_over || Tick::now() >= until {
            let ended = day.wrong.take();
            server.works();
            if matches!(ended, Some(Wrong::Killed)) {
                day.program = Some(Program::start(&server, folder.path(), &key));
            }
            let next = if ended.is_some() || is_over { None } else { Some(Wrong::any(&mut random)) };
            let seconds = match next {
                // Less than a minute is a start anew and no absence.
                Some(Wrong::Killed) => random.random_range(65..180),
                Some(_) => random.random_range(3..180),
                None => random.random_range(30..240),
            };
            until = Tick::now() + Duration::from_secs(seconds);
            if let Some(next) = next {
                day.table.entry(next.name()).or_default().times += 1;
                match next {
                    Wrong::Server(fault) => server.fails(fault),
                    Wrong::Killed => {
                        if let Some(program) = day.program.take() {
                            program.running.abort();
                            let _ = program.running.await;
                        }
                        day.sounding.clear();
                    }
                    Wrong::Page | Wrong::Board | Wrong::Rules => {}
                }
            }
            day.wrong = next;
        }
        // An alarm every half hour of each.
        if !is_over && random.random_range(0..28) == 0 {
            number += 1;
            let (id, now) = (format!("day-{number}"), server.now());
            server.world.lock().unwrap().put("DetectedIssue", &id, issue(&id, now, None), now);
            let name = day.wrong.map_or("nothing".to_owned(), Wrong::name);
            let alarm =
                Alarm { raised: Tick::now(), name, heard: None, shown: None, taken: None, ended: false };
            day.alarms.insert(id, alarm);
        }
        sleep(Duration::from_secs(1)).await;
        day.second(second);
        day.end_some();
        day.look_for_silence();
    }
    println!("{hours} h, seed {seed}, {PATIENTS} patients: {number} alarms, each shown and heard once");
    day.print();
    assert!(number > 20, "there was something to alarm about");

    // What she did reached the server, each of it once, and what is left in the queue is what nobody could have ended.
    let console = day.program.as_ref().unwrap().console.clone();
    let over = Tick::now();
    while !console.waiting().unwrap().is_empty() {
        let waiting = console.waiting().unwrap();
        assert!(over.elapsed() < Duration::from_secs(600), "what she did is not sent: {waiting:?}");
        sleep(Duration::from_secs(1)).await;
        day.second(1);
    }
    let mut takes: BTreeMap<String, u32> = BTreeMap::new();
    for made in server.world.lock().unwrap().living("Communication") {
        let about = made["about"][0]["reference"].as_str().unwrap_or_default();
        if made["category"][0]["coding"][0]["code"] == "take" {
            *takes.entry(about.trim_start_matches("DetectedIssue/").to_owned()).or_default() += 1;
        }
    }
    for id in day.alarms.keys() {
        assert_eq!(takes.get(id), Some(&1), "the Take of {id}");
    }
    let queue = &console.look().unwrap().present.queue;
    let stuck =
        queue.iter().filter(|item| item.line.presence == Presence::Active && item.line.owner.is_none());
    let ours = stuck.filter(|item| day.alarms.contains_key(item.line.episode.as_str()));
    assert_eq!(ours.count(), 0, "nobody has an alarm that was taken");
}
