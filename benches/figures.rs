//! The figures of the README, each measured in this run: `cargo xtask bench [--json FILE]`.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod board;
mod cache;
mod consent;
#[cfg(target_os = "linux")]
mod faults;
#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant as Wall, SystemTime, UNIX_EPOCH};

use board::{people, shares_of_looks};
use cache::{fill, look};
use clinical::{About, Action, Actor, Instant, Verb};
use serde_json::json;
use support::{App, Unaided};
use vault::{PageCommit, Vault};

struct Table(Vec<(&'static str, f64, &'static str, f64)>);

impl Table {
    fn row(&mut self, what: &'static str, value: f64, unit: &'static str, limit: f64) {
        println!("{what:<58} {value:>9.1} {unit:<8} (at most {limit})");
        self.0.push((what, value, unit, limit));
    }
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1]
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// An encrypted cache of five hundred people with an hour of seconds each, under the PIN of the tests.
fn five_hundred(folder: &std::path::Path) {
    let vault = fill(folder);
    let now = now_ms();
    vault
        .commit(PageCommit { facts: people(500, now), received: Instant(now), ..Default::default() })
        .unwrap();
    let mut reads: Vec<f64> = (0..15)
        .map(|_| {
            let began = Wall::now();
            assert_eq!(vault.read(|r| r.ward()).unwrap().persons.len(), 500);
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    READ_MS.set(percentile(&mut reads, 0.5)).unwrap();
}

static READ_MS: std::sync::OnceLock<f64> = std::sync::OnceLock::new();

async fn start_figures(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    five_hundred(folder.path());
    let (mut starts, mut before) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let app = App::start(&["--data-dir", folder.path().to_str().unwrap()]).await;
        app.until("the board", "return document.documentElement.dataset.boardAt !== undefined").await;
        app.until("every tile", "return parseInt(document.querySelector('[data-testid=patients]')?.textContent) === 500 && document.querySelectorAll('.tile').length > 10").await;
        let shown: f64 =
            app.ask("return Number(document.documentElement.dataset.boardAt)").await.as_f64().unwrap();
        starts.push(shown - app.started_ms());
        let page = app.ask("return performance.timeOrigin").await.as_f64().unwrap();
        before.push(page - app.started_ms());
        app.close().await;
    }
    table.row(
        "start to ward board, 500 patients, encrypted cache, p50",
        percentile(&mut starts, 0.5),
        "ms",
        900.0,
    );
    table.row("  of which until the page begins", percentile(&mut before, 0.5), "ms", f64::INFINITY);
    table.row("  of which the database", *READ_MS.get().unwrap(), "ms", 10.0);
}

fn board_figures(table: &mut Table) {
    let (mut shares, live_ms) = shares_of_looks(240);
    let share = percentile(&mut shares, 0.5);
    table.row("a look at 240 tiles after one value, of one from nothing", share * 100.0, "%", 20.0);
    println!("  {live_ms:.2} ms, {:.1} times as fast", 1.0 / share);
}

fn consent_figures(table: &mut Table) {
    let (took, withheld) = consent::filtered(100_000);
    table.row("100,000 resources filtered under 128 consents of 64 people", took, "s", 1.0);
    println!("  {withheld} of them withheld");
}

async fn first_sync(table: &mut Table) {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
    let (events, _nobody) = tokio::sync::mpsc::unbounded_channel();
    let clock = Arc::new(|| Instant(now_ms()));
    let engine = sync::Engine::new(fhir::Client::new(sim.base()).unwrap(), vault, clock, events);
    let began = Wall::now();
    let report = engine.sync_first_day().await.unwrap();
    table.row("first sync of the demo, 30 patients with 24 h", began.elapsed().as_secs_f64(), "s", 3.0);
    println!(
        "  {} samples, {} resources, {:.1} MB",
        report.samples,
        report.resources,
        report.bytes as f64 / 1e6
    );
}

fn durable_take(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap();
    let mut took: Vec<f64> = (0..500)
        .map(|n| {
            let action = Action {
                id: n.to_string().into(),
                about: About::Episode(format!("e{}", n % 9).into()),
                verb: Verb::Take,
                by: Actor::named("N"),
                at: Instant(n),
                note: None,
                to: None,
            };
            let began = Wall::now();
            vault.record_action(action, "{}".repeat(300)).unwrap();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    table.row("Take click to durable, p99 of 500", percentile(&mut took, 0.99), "ms", 25.0);
}

/// Waits in the page for an element's text and keeps the moment it was painted.
const WATCH: &str = "
    const [css, text] = arguments; window.__seen = null;
    const look = () => { const e = document.querySelector(css); if (window.__seen === null && e && e.textContent.includes(text)) requestAnimationFrame(() => { window.__seen ??= Date.now(); }); };
    window.__watch?.disconnect(); window.__watch = new MutationObserver(look);
    window.__watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });";

async fn live_figures(table: &mut Table) {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    // A fortnight of history takes its time on a slow machine.
    app.until_within("backfilled", "return document.querySelectorAll('.tile').length === 30 && !document.querySelector('[data-testid=progress]')", Duration::from_secs(600)).await;
    let http = reqwest::Client::new();
    let mut latencies = Vec::new();
    for n in 0..40 {
        let text = format!("{:.1}", 36.0 + f64::from(n) * 0.1 - if n >= 25 { 2.45 } else { 0.0 });
        app.page
            .execute(WATCH, vec![json!("[data-testid=tile-ward-p05] [data-testid=v-temp] dd"), json!(text)])
            .await
            .unwrap();
        let id = format!("bench-{n}");
        let at = fhir::format_instant(Instant(now_ms()));
        let observation = json!({
            "resourceType": "Observation", "id": id, "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "8310-5" }] },
            "subject": { "reference": "Patient/ward-p05" }, "effectiveDateTime": at,
            "valueQuantity": { "value": text.parse::<f64>().unwrap(), "unit": "Cel", "system": "http://unitsofmeasure.org", "code": "Cel" },
        });
        let sent = now_ms();
        http.put(format!("{}/Observation/{id}", sim.base()))
            .json(&observation)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        app.until("the value", "return window.__seen !== null").await;
        latencies.push(app.ask("return window.__seen").await.as_f64().unwrap() - sent as f64);
    }
    table.row(
        "server arrival to visible over WebSocket, p95 of 40",
        percentile(&mut latencies, 0.95),
        "ms",
        1000.0,
    );

    let takes = app.ask("return [...document.querySelectorAll('[data-testid=queue] [data-testid^=take-]')].map(b => b.dataset.testid.slice(5))").await;
    let mut painted = Vec::new();
    for episode in takes.as_array().unwrap() {
        let episode = episode.as_str().unwrap();
        let script = format!(
            "const card = () => document.querySelector('[data-testid=\"alert-{episode}\"]'); window.__seen = null;
             window.__watch?.disconnect(); window.__watch = new MutationObserver(() => {{ if (window.__seen === null && !card()?.querySelector('[data-testid^=take-]')) requestAnimationFrame(() => {{ window.__seen ??= performance.now(); }}); }});
             window.__watch.observe(document.body, {{ subtree: true, childList: true, characterData: true }});
             window.__click = performance.now(); card().querySelector('[data-testid^=take-]').click();"
        );
        app.page.execute(&script, vec![]).await.unwrap();
        app.until("painted", "return window.__seen !== null").await;
        painted.push(app.ask("return window.__seen - window.__click").await.as_f64().unwrap());
    }
    let n = painted.len();
    table.row("Take click to painted, p95", percentile(&mut painted, 0.95), "ms", 50.0);
    println!("  of {n} takes");
    app.close().await;
}

/// What goes on while alarms are measured.
#[derive(Default)]
struct Load {
    more_beds: usize,
    alarms: usize,
    /// How long the server takes for every answer but those about alarms.
    others_take_ms: u64,
}

/// How long alarms take from the server to the lit tile, as the station itself keeps it for `vigil doctor`: a calm ward, and
/// 200 alarms within a minute in 64 beds.
async fn alarm_figures(table: &mut Table, what: &'static str, load: Load, limit: f64) {
    let Load { more_beds, alarms, others_take_ms } = load;
    let sim = ward_sim::start(ward_sim::Options { more_beds, ..Default::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    let tiles = format!(
        "return parseInt(document.querySelector('[data-testid=patients]')?.textContent) === {}",
        30 + more_beds
    );
    app.until("every tile", &tiles).await;
    // Only what comes while the link is live is counted: alarms of the first sync are not.
    tokio::time::sleep(Duration::from_secs(15)).await;
    sim.delay_others(others_take_ms);
    let http = reqwest::Client::new();
    for n in 0..alarms {
        let severity = ["low", "moderate", "high"][n % 3];
        let issue = json!({
            "resourceType": "DetectedIssue", "id": format!("bench-{n}"), "status": "preliminary", "severity": severity,
            "code": { "text": format!("Bench {n}") },
            "patient": { "reference": format!("Patient/ward-p{:02}", 1 + n % (24 + more_beds)) },
            "identifiedPeriod": { "start": fhir::format_instant(Instant(now_ms())) },
        });
        let sent =
            http.put(format!("{}/DetectedIssue/bench-{n}", sim.base())).json(&issue).send().await.unwrap();
        sent.error_for_status().unwrap();
        tokio::time::sleep(Duration::from_millis(if more_beds > 0 { 300 } else { 1500 })).await;
    }
    app.click("[data-testid=nav-alerts]").await;
    // Of a long list only what is near the part in sight is there: a way down it sees all of them.
    let all = format!(
        "const list = document.querySelector('[data-testid=alert-rows]'), box = list.closest('.table'), seen = (window.__rows ??= new Set());
         for (const row of list.querySelectorAll('[data-testid^=row-bench-]')) seen.add(row.dataset.testid);
         box.scrollTop = box.scrollTop + box.clientHeight >= box.scrollHeight - 1 ? 0 : box.scrollTop + box.clientHeight;
         return seen.size === {alarms}"
    );
    app.until("none dropped", &all).await;
    app.painted().await;
    let kept = look(folder.path())
        .read(|reader| reader.setting(console::AlarmDelays::key()))
        .unwrap()
        .unwrap_or_default();
    let delays = console::AlarmDelays::from_setting(&kept);
    table.row(what, f64::from(delays.lit_p95().unwrap()), "ms", limit);
    println!("  {delays}");
    app.close().await;
}

/// The process and everything below it.
fn pss_mib(pids: &[String]) -> f64 {
    let kib = |pid: &String| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        text.lines()
            .find_map(|l| l.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    pids.iter().map(kib).sum::<f64>() / 1024.0
}

/// Seconds of processor time so far.
fn cpu_s(pids: &[String]) -> f64 {
    let ticks = |pid: &String| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = text.rsplit(')').next().unwrap_or("").split_whitespace().collect::<Vec<_>>();
        rest.get(11).and_then(|u| u.parse::<f64>().ok()).unwrap_or(0.0)
            + rest.get(12).and_then(|s| s.parse::<f64>().ok()).unwrap_or(0.0)
    };
    pids.iter().map(ticks).sum::<f64>() / 100.0
}

/// Memory and processor of the window as a person starts it, without WebDriver.
async fn resident(table: &mut Table) {
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = Unaided::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]);
    let mut calm = 0;
    let mut before = 0.0;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = cpu_s(&app.processes());
        calm = if (now - before) / 2.0 < 0.4 { calm + 1 } else { 0 };
        before = now;
        if calm >= 4 {
            break;
        }
    }
    let (began, used) = (Wall::now(), cpu_s(&app.processes()));
    tokio::time::sleep(Duration::from_secs(20)).await;
    let share = (cpu_s(&app.processes()) - used) / began.elapsed().as_secs_f64() * 100.0;
    table.row(
        "memory of the whole process tree (PSS) on the ward board",
        pss_mib(&app.processes()),
        "MiB",
        220.0,
    );
    for pid in app.processes() {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        println!("  {:<20} {:>7.1} MiB", name.trim(), pss_mib(&[pid]));
    }
    table.row("processor with 24 live beds", share, "% a core", 10.0);
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let mut table = Table(Vec::new());
    // One part alone is enough to see what a change does to it.
    let only = arguments.iter().position(|a| a == "--only").map(|at| arguments[at + 1].as_str());
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("take") {
        durable_take(&mut table);
    }
    if wanted("board") {
        board_figures(&mut table);
    }
    if wanted("consent") {
        consent_figures(&mut table);
    }
    if wanted("sync") {
        first_sync(&mut table).await;
    }
    if wanted("start") {
        start_figures(&mut table).await;
    }
    if wanted("live") {
        live_figures(&mut table).await;
    }
    if wanted("alarms") {
        let calm = Load { alarms: 30, ..Load::default() };
        alarm_figures(&mut table, "alarm from the server to the lit tile, 24 beds, p95", calm, 1000.0).await;
        let storm = Load { more_beds: 40, alarms: 200, ..Load::default() };
        alarm_figures(&mut table, "the same, 64 beds and 200 alarms in a minute, p95", storm, 2000.0).await;
        let slow = Load { alarms: 30, others_take_ms: 25_000, ..Load::default() };
        let what = "the same, 24 beds, other answers take 25 s, p95";
        alarm_figures(&mut table, what, slow, 1000.0).await;
    }
    #[cfg(target_os = "linux")]
    if wanted("faults") {
        faults::detection(&mut table).await;
    }
    if wanted("resident") {
        resident(&mut table).await;
    }
    if let Some(file) = arguments.iter().position(|a| a == "--json").and_then(|n| arguments.get(n + 1)) {
        let rows: Vec<_> = table.0.iter().map(|(what, value, unit, limit)| json!({ "what": what.trim(), "value": value, "unit": unit, "at_most": limit, "holds": value <= limit })).collect();
        std::fs::write(file, serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
}
