//! A simulated day at high speed (two hours, or as many as `VIGIL_DAY_HOURS` says, of the day with the number `VIGIL_DAY`):
//! every onset of the simulator's own record is one episode with its priority, every spell out of limits has an alarm, and
//! no alarm is without a reason.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clinical::{Episode, EpisodeId, HOUR_MS, Instant, MINUTE_MS, Measure, Priority};
use console::{Console, Station};
use vault::{Key, Vault};
use ward_sim::{Options, WardSim};

/// 2026-03-02 at 03:12 UTC.
const START: i64 = 1_772_421_120_000;
/// A rule waits for this long, and the simulator's alarms begin a little after the value does.
const SLACK: i64 = 3 * MINUTE_MS;

#[derive(Default)]
struct Row {
    onsets: usize,
    found: usize,
    wrong_priority: usize,
    false_alarms: usize,
    delays: Vec<i64>,
}

/// The day of `sim`, looked at every `step`; gives when each episode was first seen.
async fn live_through(
    sim: &WardSim,
    console: &Console,
    clock: &AtomicI64,
    hours: i64,
    step: i64,
) -> BTreeMap<EpisodeId, i64> {
    let mut seen = BTreeMap::new();
    for _ in 0..hours * HOUR_MS / step {
        sim.advance(step);
        clock.store(sim.now_ms(), Ordering::Relaxed);
        console.engine().unwrap().sync_changes().await.unwrap();
        console.detect().unwrap();
        for item in console.board().unwrap().queue {
            seen.entry(item.line.episode).or_insert_with(|| sim.now_ms());
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_the_ward_misses_no_onset_and_invents_none() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<i64>().ok());
    let hours = setting("VIGIL_DAY_HOURS").unwrap_or(2);
    // The same day on every run; others by their number.
    let origin_ms =
        Some(START + setting("VIGIL_DAY").unwrap_or(0) * (24 * HOUR_MS + 37 * MINUTE_MS + 11_003));
    let sim = ward_sim::start(Options { origin_ms, ..Options::of_two_days() }).await.unwrap();
    sim.pause(true);
    let began = sim.now_ms();
    let clock = Arc::new(AtomicI64::new(began));
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let station = Station { name: "7B-1".into(), user: "N. Okafor".into(), user_id: None };
    let ticking = clock.clone();
    let now = Arc::new(move || Instant(ticking.load(Ordering::Relaxed)));
    let (console, _events) = Console::open(vault.clone(), Some(sim.base()), station, now).unwrap();
    console.engine().unwrap().sync_first_day().await.unwrap();
    let seen = live_through(&sim, &console, &clock, hours, 5 * MINUTE_MS).await;

    let until = sim.now_ms();
    let all: Vec<Episode> = vault.read(|reader| reader.episodes_since(Instant(began))).unwrap();
    let episodes: Vec<&Episode> = all.iter().filter(|e| e.onset.0 >= began).collect();
    let (own, gateway): (Vec<&Episode>, Vec<&Episode>) =
        episodes.iter().copied().partition(|e| e.own_rule().is_some());

    // What the gateway raised: one episode an onset, with its priority and its end.
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    let record = sim.onsets(began, until - MINUTE_MS);
    for onset in &record {
        let row = table.entry(onset.priority).or_default();
        row.onsets += 1;
        let same: Vec<_> = gateway.iter().filter(|e| e.id == *onset.id).collect();
        row.found += usize::from(same.len() == 1);
        let Some(episode) = same.first() else { continue };
        row.wrong_priority += usize::from(episode.priority.code() != onset.priority);
        assert_eq!((episode.onset.0, &episode.patient), (onset.at, &Some(onset.patient.as_str().into())));
        row.delays.extend(seen.get(onset.id.as_str()).map(|at| at - onset.at));
    }
    let unknown = |e: &&&Episode| e.onset.0 < until - MINUTE_MS && !record.iter().any(|o| e.id == *o.id);
    for episode in gateway.iter().filter(unknown) {
        table.entry(episode.priority.code()).or_default().false_alarms += 1;
    }

    // What the console must find itself: every spell out of limits has an alarm, the gateway's or its own.
    let spells = sim.spells(began, until - 10 * MINUTE_MS, 20);
    let measure = |code: &str| Measure::from_loinc(code);
    let alarmed = |spell: &&ward_sim::Spell| {
        all.iter().any(|e| {
            e.patient.as_ref().is_some_and(|id| *id == *spell.patient)
                && e.measure == measure(spell.code)
                && e.onset.0 <= spell.to + SLACK
                && e.ended.is_none_or(|end| end.0 >= spell.from - SLACK)
        })
    };
    let missed: Vec<_> = spells.iter().filter(|spell| !alarmed(spell)).collect();

    // And none without a reason: an own alarm about a streamed value began with a spell.
    let wide = sim.spells(began - HOUR_MS, until, 10);
    let streamed = [Measure::HeartRate, Measure::SpO2, Measure::RespRate];
    let without: Vec<_> = own
        .iter()
        .filter(|e| e.priority != Priority::Technical)
        .filter(|e| e.measure.is_some_and(|m| streamed.contains(&m)))
        .filter(|e| {
            !wide.iter().any(|s| {
                e.patient.as_ref().is_some_and(|id| *id == *s.patient)
                    && measure(s.code) == e.measure
                    && s.from - 1000 <= e.onset.0
                    && e.onset.0 <= s.to
            })
        })
        .collect();
    let mut keys: Vec<&str> = own.iter().map(|e| e.id.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();

    println!("{hours} h, 24 beds and 6 at home, looked at every 5 min");
    println!(
        "{:<12}{:>8}{:>8}{:>8}{:>8}{:>14}",
        "gateway", "onsets", "found", "wrong", "false", "median delay"
    );
    for (priority, row) in &mut table {
        row.delays.sort_unstable();
        let middle = row.delays.get(row.delays.len() / 2).map_or(0, |ms| ms / 1000);
        println!(
            "{priority:<12}{:>8}{:>8}{:>8}{:>8}{:>12} s",
            row.onsets, row.found, row.wrong_priority, row.false_alarms, middle
        );
    }
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    for episode in &own {
        *rules.entry(episode.own_rule().unwrap_or_default().to_owned()).or_default() += 1;
    }
    println!("own rules: {rules:?}");
    println!("spells out of limits of 20 s and more: {}, without an alarm: {}", spells.len(), missed.len());
    println!("own alarms without a spell: {}", without.len());

    assert!(!record.is_empty() && !spells.is_empty(), "there was something to alarm about");
    for (priority, row) in &table {
        assert_eq!(row.found, row.onsets, "every {priority} onset is one episode");
        assert_eq!((row.wrong_priority, row.false_alarms), (0, 0), "{priority}");
    }
    assert!(missed.is_empty(), "out of limits and nobody alarmed: {missed:?}");
    assert!(without.is_empty(), "alarms without a reason: {without:?}");
    assert_eq!(keys.len(), own.len(), "one episode an onset");

    console.engine().unwrap().flush().await.unwrap();
    // The server holds each of them once, and those that are over as final.
    let client = fhir::Client::new(sim.base()).unwrap();
    for episode in own.iter().take(20) {
        let issue = client.get_json(&format!("DetectedIssue/{}", episode.id)).await.unwrap();
        assert_eq!(issue["status"], if episode.ended.is_some() { "final" } else { "preliminary" });
    }
}
