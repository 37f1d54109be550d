//! The trends beside uPlot, in the same engine and the same run: `cargo xtask bench charts`.
//!
//! A frame of a gesture is measured twice: how long the page's thread is busy with it (from the start of the frame until the
//! next task after it was drawn), and, in frames of their own that nothing looks into, what the whole process tree spends on it,
//! threads of the engine included.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../cache/mod.rs"]
mod cache;
mod stay;
#[path = "../../tests/support/mod.rs"]
mod support;

use clinical::HOUR_MS;
use std::time::Instant as Wall;

use fantoccini::error::CmdError;
use serde_json::{Value, json};
use support::App;

const FRAMES: usize = 150;
/// Of a peer that takes a quarter of a second for one.
const FEW_FRAMES: usize = 40;

#[derive(Default)]
struct Table(Vec<Value>);

impl Table {
    fn row(&mut self, what: &str, value: f64, unit: &str, goal: &str) {
        println!("{what:<74} {value:>10.2} {unit:<10} {goal}");
        self.0.push(json!({ "what": what.trim(), "value": value, "unit": unit, "goal": goal }));
    }
}

fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1]
}

/// Milliseconds of processor that the window's process and everything below it have used.
fn used_ms(root: &str) -> f64 {
    let mut pids = vec![root.to_owned()];
    let mut at = 0;
    while at < pids.len() {
        let below = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", pids[at]));
        pids.extend(below.unwrap_or_default().split_whitespace().map(str::to_owned));
        at += 1;
    }
    let tasks = pids
        .iter()
        .flat_map(|pid| std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten());
    let spent = |task: std::fs::DirEntry| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0)
    };
    tasks.map(spent).sum::<f64>() / 1e6
}

/// Runs a script in the page that ends by calling its last argument.
async fn wait_for(app: &App, script: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
    app.page.execute_async(script, arguments).await
}

/// What a frame of a gesture costs.
struct Frames {
    busy: Vec<f64>,
    between: Vec<f64>,
    spent_ms: f64,
}

/// Draws frames one after the other; `step(n)` is what a hand does in each. First with a look after each frame, then without:
/// a message to itself costs the page, and the engine's other processes, as much as a tenth of our frame.
async fn frames(app: &App, step: &str, frames: usize) -> Frames {
    let script = format!(
        "const done = arguments[arguments.length - 1], looks = arguments[0], busy = [], at = [], step = {step};
         let n = 0, start = 0;
         // One channel for all frames: the engine looks through every open port each time.
         const after = looks ? new MessageChannel() : null;
         const next = () => {{
           if (++n < {frames}) return requestAnimationFrame(frame);
           after?.port1.close();
           requestAnimationFrame(() => done({{ busy, at }}));
         }};
         const frame = (now) => {{
           start = performance.now(); at.push(now);
           step(n);
           if (after) after.port2.postMessage(0); else next();
         }};
         if (after) after.port1.onmessage = () => {{ busy.push(performance.now() - start); next(); }};
         requestAnimationFrame(frame);"
    );
    let seen = wait_for(app, &script, vec![json!(true)]).await.unwrap();
    let numbers =
        |key: &str| seen[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
    let between = numbers("at").windows(2).map(|w| w[1] - w[0]).collect();
    let before = used_ms(&app.pid());
    wait_for(app, &script, vec![json!(false)]).await.unwrap();
    let spent_ms = (used_ms(&app.pid()) - before) / frames as f64;
    Frames { busy: numbers("busy"), between, spent_ms }
}

fn report(table: &mut Table, what: &str, seen: &Frames, ours: bool) {
    let goal = |text: &'static str| if ours { text } else { "" };
    table.row(
        &format!("{what}: frame, page's thread, p50"),
        percentile(&seen.busy, 0.5),
        "ms",
        goal("at most 4"),
    );
    table.row(
        &format!("{what}: frame, page's thread, p95"),
        percentile(&seen.busy, 0.95),
        "ms",
        goal("at most 8"),
    );
    table.row(&format!("{what}: processor a frame, whole tree"), seen.spent_ms, "ms", "");
    let rate = 1000.0 * seen.between.len() as f64 / seen.between.iter().sum::<f64>();
    table.row(&format!("{what}: frames a second"), rate, "1/s", goal("at least 50"));
}

/// Where a hand is that goes to and fro over the panels, in pixels. It stays in the past of where it took hold: at now a drag
/// ends, and a frame in which nothing moves costs nothing.
const SWAY: &str = "260 + Math.sin(n / 12) * 240";

async fn our_frames(app: &App, table: &mut Table) -> Frames {
    let first = app.ask(
        "const p = document.querySelector('.trends'), plot = p.querySelector('.plot'), b = plot.getBoundingClientRect();
         p.setPointerCapture = () => {};
         window.__hand = (kind, x) => plot.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: b.left + b.width / 2 + x, clientY: b.top + 20, pointerId: 1, button: 0 }));
         window.__hand('pointerdown', 0); const began = performance.now(); window.__hand('pointermove', 20); return performance.now() - began",
    )
    .await;
    table.row(
        "ours: the first move of a drag copies what lies on the panels",
        first.as_f64().unwrap(),
        "ms",
        "",
    );
    let seen = frames(app, &format!("(n) => window.__hand('pointermove', {SWAY})"), FRAMES).await;
    app.ask("window.__hand('pointermove', 0); window.__hand('pointerup', 0); return true").await;
    seen
}

/// The same with a wheel that zooms in and out, and sets no range before it rests.
async fn our_zoom(app: &App) -> Frames {
    let step = "(n) => { const plot = document.querySelector('.trends .plot'), b = plot.getBoundingClientRect();
        plot.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: b.left + b.width / 3, clientY: b.top + 20, deltaY: Math.cos(n / 12) * 20 })); }";
    frames(app, step, FRAMES).await
}

/// Six charts of uPlot over the page, as large as our panels, moved and then zoomed as ours are. `raw` values of each are in view wherever the
/// hand is: a fortnight of seconds is 1.2 M.
async fn uplot_frames(app: &App, panels: Value) -> (Frames, Frames) {
    let count = if panels["raw"] == 0 { FRAMES } else { FEW_FRAMES };
    let build = "
      const done = arguments[arguments.length - 1], given = arguments[0];
      const boxes = [...document.querySelectorAll('.trends .plot')].map(p => p.getBoundingClientRect());
      const host = document.createElement('div'); host.id = 'peer';
      host.style.cssText = 'position:fixed;inset:0;background:#07090c;z-index:9999';
      document.body.append(host);
      const raw = given.raw, from = given.from, to = given.to;
      window.__charts = boxes.map((box, n) => {
        let data = given.panels[n];
        if (raw) {
          // A range more before it, where the hand goes.
          const t = new Float64Array(2 * raw), v = new Float64Array(2 * raw), step = (to - from) / raw;
          for (let i = 0; i < 2 * raw; i++) { t[i] = from + (i - raw) * step; v[i] = 80 + Math.sin(i / 3600) * 12 + Math.sin(i / 401) * 4 + ((i * 2654435761) >>> 30); }
          data = [t, v];
        }
        const place = document.createElement('div');
        place.style.cssText = `position:absolute;left:${box.left}px;top:${box.top}px`;
        host.append(place);
        return new uPlot({ width: Math.floor(box.width), height: Math.floor(box.height), ms: 1, legend: { show: false }, cursor: { show: false },
          scales: { x: { time: true, min: from, max: to } }, axes: [{ show: n === 5 }, { size: 40 }],
          series: [{}, { stroke: '#7ed09b', width: 1.25, points: { show: false } }] }, data, place);
      });
      window.__view = { from, to, width: boxes[0].width };
      requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
    wait_for(app, build, vec![panels]).await.unwrap();
    let step = format!(
        "(n) => {{ const v = window.__view, by = ({SWAY}) / v.width * (v.to - v.from);
          for (const c of window.__charts) c.setScale('x', {{ min: v.from - by, max: v.to - by }}); }}"
    );
    let moved = frames(app, &step, count).await;
    // As far as our wheel: 20 a frame of 400 for a factor of e, around the same moment.
    let step = "(n) => { const v = window.__view, fixed = v.from + (v.to - v.from) / 3, s = Math.exp(Math.sin(n / 12) * 0.6);
          for (const c of window.__charts) c.setScale('x', { min: fixed - (fixed - v.from) * s, max: fixed + (v.to - fixed) * s }); }";
    let zoomed = frames(app, step, count).await;
    app.ask("window.__charts.forEach(c => c.destroy()); document.getElementById('peer').remove(); window.__charts = null; return true").await;
    (moved, zoomed)
}

/// Clicks a range button and waits for its picture; milliseconds from the click until it was painted.
async fn drawn_after(app: &App, act: &str) -> f64 {
    let script = format!(
        "const done = arguments[arguments.length - 1], trends = () => document.querySelector('[data-testid=trends]');
         const old = trends()?.dataset.picture, began = performance.now();
         const look = () => {{
           const t = trends();
           if (t && t.dataset.picture !== old && Number(t.dataset.drawn) > 0) {{
             watcher.disconnect();
             requestAnimationFrame(() => {{ const c = new MessageChannel(); c.port1.onmessage = () => {{ c.port1.close(); done(performance.now() - began); }}; c.port2.postMessage(0); }});
           }}
         }};
         const watcher = new MutationObserver(look);
         watcher.observe(document.body, {{ subtree: true, childList: true, attributes: true }});
         {act}"
    );
    wait_for(app, &script, vec![]).await.unwrap().as_f64().unwrap()
}

async fn bytes(app: &App) -> f64 {
    app.ask("return Number(document.querySelector('[data-testid=trends]').dataset.bytes)")
        .await
        .as_f64()
        .unwrap()
}

/// Lets the wider picture of the range come, and the strip of the fortnight: both are drawn with nobody waiting.
async fn widened(app: &App) {
    app.until("the fortnight", "return document.querySelector('[data-testid=overview] canvas').width > 400")
        .await;
    app.until("the wider picture", "const d = document.querySelector('[data-testid=trends]').dataset; return Number(d.film) > Number(d.drawn)").await;
}

async fn settle_figures(app: &App, table: &mut Table) {
    for (name, hours) in [("24h", 24), ("72h", 72), ("14d", 336)] {
        app.click(&format!("[data-testid=range-{name}]")).await;
        app.until(
            "the range",
            &format!(
                "return Number(document.querySelector('[data-testid=trends]').dataset.drawn) === {}",
                hours * HOUR_MS
            ),
        )
        .await;
        let mut took = Vec::new();
        for n in 0..20 {
            // A drag to the past and back; the clock begins when the hand lets go.
            let x = if n % 2 == 0 { 90 + n } else { -90 - n };
            app.ask(&format!(
                "const p = document.querySelector('.trends'), plot = p.querySelector('.plot'), b = plot.getBoundingClientRect(); p.setPointerCapture = () => {{}};
                 window.__hand = (kind, x) => plot.dispatchEvent(new PointerEvent(kind, {{ bubbles: true, clientX: b.left + b.width / 2 + x, clientY: b.top + 20, pointerId: 1, button: 0 }}));
                 window.__hand('pointerdown', 0); window.__hand('pointermove', {x}); return true"
            ))
            .await;
            app.painted().await;
            took.push(drawn_after(app, &format!("window.__hand('pointerup', {x});")).await);
        }
        table.row(
            &format!("settle, six panels over {name} of 6 x 10 M: let go to pixels, p50"),
            percentile(&took, 0.5),
            "ms",
            "",
        );
        table.row(
            &format!("settle, six panels over {name} of 6 x 10 M: let go to pixels, p95"),
            percentile(&took, 0.95),
            "ms",
            "at most 120",
        );
        table.row(&format!("  bytes across the boundary, {name}"), bytes(app).await / 1024.0, "KiB", "");
    }
}

async fn open_figures(app: &App, table: &mut Table, range: &str) {
    let mut took = Vec::new();
    for _ in 0..20 {
        app.click("[data-testid=back]").await;
        app.see("[data-testid=tile-p0]").await;
        app.painted().await;
        let act = format!(
            "document.querySelector('[data-testid=tile-p0]').click();
             if ('{range}' !== '24h') {{ const go = () => {{ const b = document.querySelector('[data-testid=range-{range}]'); if (b) b.click(); else queueMicrotask(go); }}; setTimeout(go); }}"
        );
        took.push(drawn_after(app, &act).await);
    }
    table.row(
        &format!("open a patient to {range} of trends on the screen, p50"),
        percentile(&took, 0.5),
        "ms",
        "",
    );
    table.row(
        &format!("open a patient to {range} of trends on the screen, p95"),
        percentile(&took, 0.95),
        "ms",
        "at most 250",
    );
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let library = "ui/node_modules/uplot/dist/uPlot.iife.min.js";
    let uplot =
        std::fs::read_to_string(library).expect("uPlot is among the page's development packages: npm ci");
    let mut table = Table::default();
    let folder = tempfile::tempdir().unwrap();
    let began = Wall::now();
    // A fortnight is enough to see what a change does to a gesture.
    let quick = arguments.iter().any(|a| a == "--quick");
    let stay = stay::keep(folder.path(), if quick { 15 * 86_400 } else { 10_000_000 });
    println!("{} values kept in {:.1} s", stay.values, began.elapsed().as_secs_f64());

    let app = App::start(&["--data-dir", folder.path().to_str().unwrap()]).await;
    app.click("[data-testid=tile-p0]").await;
    app.until(
        "a day",
        &format!(
            "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) === {}",
            24 * HOUR_MS
        ),
    )
    .await;
    widened(&app).await;
    let ours = our_frames(&app, &mut table).await;
    report(&mut table, "ours", &ours, true);
    widened(&app).await;
    let zoomed = our_zoom(&app).await;
    report(&mut table, "ours, zoomed", &zoomed, true);
    // Under the locale `C` the engine names a language that is none, which uPlot cannot take.
    let named = "Object.defineProperty(navigator, 'language', { get: () => 'en-GB' });";
    app.page.execute(&format!("{named} {uplot}; window.uPlot = uPlot; return true"), vec![]).await.unwrap();
    let (from, to) = (stay.end - 24 * HOUR_MS, stay.end);
    let panels = stay::m4(folder.path(), from, to, 1000);
    let (decimated, decimated_zoom) =
        uplot_frames(&app, json!({ "raw": 0, "from": from, "to": to, "panels": panels })).await;
    report(&mut table, "uPlot on the same M4 points", &decimated, false);
    report(&mut table, "uPlot on the same M4 points, zoomed", &decimated_zoom, false);
    let (raw, raw_zoom) =
        uplot_frames(&app, json!({ "raw": 1_000_000, "from": from, "to": to, "panels": [] })).await;
    report(&mut table, "uPlot on raw 6 x 1 M in view", &raw, false);
    report(&mut table, "uPlot on raw 6 x 1 M, zoomed", &raw_zoom, false);
    for (what, decimated, raw, ours) in
        [("a drag", decimated, raw, ours), ("a zoom", decimated_zoom, raw_zoom, zoomed)]
    {
        let times = |peer: Frames| peer.spent_ms / ours.spent_ms;
        let m4 = format!("processor a frame of {what}: uPlot on M4 against ours");
        table.row(&m4, times(decimated), "x", "at least 5");
        let all = format!("processor a frame of {what}: uPlot on raw 6 x 1 M against ours");
        table.row(&all, times(raw), "x", "at least 30");
    }
    settle_figures(&app, &mut table).await;
    open_figures(&app, &mut table, "24h").await;
    open_figures(&app, &mut table, "14d").await;
    app.close().await;
    if let Some(file) = arguments.iter().position(|a| a == "--json").and_then(|n| arguments.get(n + 1)) {
        std::fs::write(file, serde_json::to_string_pretty(&table.0).unwrap()).unwrap();
    }
}
