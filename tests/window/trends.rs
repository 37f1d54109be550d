//! The trends beyond one range, in the real window: two beside each other, a whole ward at a glance, the score over time, alarms
//! and doses where they belong, two fingers, and the light theme.

use crate::support::station::{hue_pixels, live, live_at};
use crate::support::{App, Desk};
use crate::turn;
use clinical::{DAY_MS, HOUR_MS};

/// Pixels of a canvas that differ from its ground.
async fn painted(app: &App, css: &str) -> u64 {
    let script = format!(
        "const c = document.querySelector({css:?}); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         let n = 0; for (let i = 4; i < d.length; i += 4) if (Math.abs(d[i] - d[0]) + Math.abs(d[i + 1] - d[1]) + Math.abs(d[i + 2] - d[2]) > 90) n++; return n;"
    );
    app.ask(&script).await.as_u64().unwrap()
}

const DRAWN: &str = "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) === ";

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_opens_and_every_range_is_drawn() {
    let _turn = turn::beside_others().await;
    let app = live(&["--demo"]).await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.see("[data-testid=patient][data-patient=ward-p12]").await;
    for (name, hours) in [("1h", 1i64), ("6h", 6), ("24h", 24), ("72h", 72), ("14d", 336)] {
        app.click(&format!("[data-testid=range-{name}]")).await;
        app.until(
            name,
            &format!(
                "return document.querySelector('[data-testid=trends]').dataset.drawn === '{}'",
                hours * HOUR_MS
            ),
        )
        .await;
        app.shot(&format!("patient-{name}"));
        let (hr, spo2, rr) = (
            hue_pixels(&app, "hr", (126, 208, 155)).await,
            hue_pixels(&app, "spo2", (134, 180, 255)).await,
            hue_pixels(&app, "rr", (213, 219, 226)).await,
        );
        // A line as wide as the panel has at least a pixel in most columns where there is history.
        assert!(hr > 50 && spo2 > 50 && rr > 50, "{name}: {hr} {spo2} {rr}");
    }
    app.click("[data-testid=range-24h]").await;
    app.until("24h", "return document.querySelector('[data-testid=trends]').dataset.drawn === '86400000'")
        .await;
    assert!(hue_pixels(&app, "bp", (166, 139, 210)).await > 100, "pressure bars");
    assert!(hue_pixels(&app, "temp", (227, 168, 131)).await > 50, "temperature dots");
    assert!(app.text("[data-testid=patient-name]").await.contains("Adeyemi"));
    // Behind each panel a table, with what happened in it.
    let rows = "const t = document.querySelector('[data-testid=panel-table]'); if (!t) return false;
        const rows = [...t.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((c) => Number(c.textContent)));
        return rows.length >= LEAST && rows.every(([median, low, high, n]) => low <= median && median <= high && n > 0)";
    for (lane, least) in [("spo2", 90), ("temp", 4), ("news", 4)] {
        app.click(&format!("[data-testid=table-{lane}]")).await;
        app.until(lane, &rows.replace("LEAST", &least.to_string())).await;
        if lane == "spo2" {
            assert!(
                app.text("[data-testid=panel-table]").await.contains("*** SpO2"),
                "the alarm it began with"
            );
            app.painted().await;
            app.shot("panel-table");
        }
        app.page.active_element().await.unwrap().send_keys("\u{E00C}").await.unwrap();
        app.until("closed", "return !document.querySelector('[data-testid=panel-table]')").await;
    }
    app.click("[data-testid=back]").await;
    // At home with a glucose sensor.
    app.click("[data-testid=tile-home-p3]").await;
    app.until(
        "glucose",
        "return document.querySelector('[data-testid=trends]')?.dataset.drawn === '86400000'",
    )
    .await;
    assert!(hue_pixels(&app, "glucose", (238, 159, 208)).await > 100, "glucose line");
    app.shot("patient-home");
    // Within fourteen days the sensor was replaced: a line and a sign say where, and words for who hears the page.
    app.click("[data-testid=range-14d]").await;
    let changed = "const all = [...document.querySelectorAll('.mark.device')]; const [mark] = all;
        if (!mark || !mark.closest('.lane').querySelector('[data-testid=panel-glucose]')) return false;
        const line = mark.closest('.lane').querySelector('.change-line');
        const at = Math.abs(line.getBoundingClientRect().left - mark.getBoundingClientRect().left - mark.offsetWidth / 2);
        return all.length === 1 && at < 1.5 && /^Device changed: another Glucose sensor, at /.test(mark.getAttribute('aria-label'))";
    app.until("the new sensor", changed).await;
    app.painted().await;
    app.shot("patient-home-14d");
    // The figures of the fortnight beside their goals, and what they are drawn from.
    app.click("[data-testid=view-glucose]").await;
    app.see("[data-testid=figure-in-range]").await;
    let drawn = "const c = document.querySelector('.glucose .canvas canvas'); if (!c?.width) return 0;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size";
    app.until("profile", &format!("const n = (() => {{ {drawn} }})(); return n >= 6")).await;
    let said = app.text("[data-testid=figure-in-range]").await;
    assert!(said.contains("3.9–10.0 mmol/L") && said.contains("more than 70 %"), "{said}");
    app.painted().await;
    app.shot("glucose");
    let days = "return document.querySelectorAll('.glucose .day').length";
    let fortnight = app.ask(days).await.as_u64().unwrap();
    assert!((14..=15).contains(&fortnight), "{fortnight} days");
    app.click("[data-testid=period-30]").await;
    app.until("thirty days", "return document.querySelectorAll('.glucose .day').length >= 30").await;
    app.see("[data-testid=too-little]").await;
    app.click("[data-testid=goals-pregnancy]").await;
    app.until(
        "other goals",
        "return document.querySelector('[data-testid=figure-in-range]').textContent.includes('3.5–7.8')",
    )
    .await;
    app.click("[data-testid=period-14]").await;
    app.click("[data-testid=goals-standard]").await;
    app.click("[data-testid=glucose-report]").await;
    app.until(
        "pages",
        "return Number(document.querySelector('[data-testid=outgoing-pages]')?.dataset.of) >= 1",
    )
    .await;
    app.painted().await;
    app.shot("glucose-report");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trends_move_under_the_hand_and_the_crosshair_says_value_age_and_device() {
    let _turn = turn::beside_others().await;
    let app = live(&["--demo"]).await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.until("drawn", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0")
        .await;
    // A mouse from here: synthetic events carry the places a hand would.
    let point = "const plot = document.querySelector('.plot').getBoundingClientRect(); const host = document.querySelector('[data-testid=trends]');
        const at = (kind, share, more) => document.querySelector('.plot').dispatchEvent(new (kind.startsWith('pointer') ? PointerEvent : WheelEvent)(kind,
          { bubbles: true, cancelable: true, clientX: plot.left + share * plot.width, clientY: plot.top + 10, pointerId: 1, button: 0, ...more }));
        host.setPointerCapture = () => {};";
    app.ask(&format!("{point} at('pointermove', 0.5, {{}}); return true")).await;
    app.until(
        "a value under the crosshair",
        "return /^\\d+$/.test(document.querySelector('[data-testid=cross-hr]')?.textContent ?? '')",
    )
    .await;
    app.until(
        "its device",
        "return /Bedside monitor/.test(document.querySelector('.lane-head.then')?.textContent ?? '')",
    )
    .await;
    app.painted().await;
    app.shot("crosshair");

    // Half a panel to the right: twelve hours back, and no longer following now.
    app.ask(&format!("{point} at('pointerdown', 0.25, {{}}); at('pointermove', 0.75, {{}}); at('pointerup', 0.75, {{}}); return true")).await;
    let back = "const t = document.querySelector('[data-testid=trends]').dataset; return Math.abs(Date.now() - 12 * 3600e3 - Number(t.end)) < 120e3 && Number(t.drawn) === 24 * 3600e3";
    app.until("twelve hours back", back).await;
    app.ask(&format!("{point} at('wheel', 0.5, {{ deltaY: -277 }}); return true")).await;
    app.until("half as wide", "const t = document.querySelector('[data-testid=trends]').dataset; return Math.abs(Number(t.drawn) / 43200e3 - 1) < 0.02").await;
    assert!(hue_pixels(&app, "hr", (126, 208, 155)).await > 300, "the moved range is drawn");
    // More than is shown is drawn ahead, and the strip below moves the range.
    app.until("drawn ahead", "const t = document.querySelector('[data-testid=trends]').dataset; return Number(t.film) > 1.9 * Number(t.drawn)").await;
    // What lies beside the range is there for the hand, but no part of its words is seen: 37.1 would read as 7.1.
    let words = "const all = [...document.querySelectorAll('.lane .dot-label')], seen = all.filter(l => getComputedStyle(l).visibility === 'visible');
        const cut = seen.filter(l => { const p = l.closest('.plot').getBoundingClientRect(), b = l.getBoundingClientRect(); return b.left < p.left - 1 || b.right > p.right + 1; });
        return [all.length > seen.length, seen.length > 0, cut.length]";
    assert_eq!(app.ask(words).await, serde_json::json!([true, true, 0]));
    app.ask("const o = document.querySelector('[data-testid=overview]'), b = o.getBoundingClientRect(); o.setPointerCapture = () => {};
        const at = (kind, share) => o.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: b.left + share * b.width, clientY: b.top + 9, pointerId: 1, button: 0 }));
        at('pointerdown', 0.5); at('pointerup', 0.5); return true").await;
    app.until("a week ago", "const t = document.querySelector('[data-testid=trends]').dataset; return Math.abs(Date.now() - 7 * 86400e3 - Number(t.end)) < 8 * 3600e3").await;
    app.painted().await;
    app.shot("overview");
    app.shot("moved");
    app.click("[data-testid=follow-now]").await;
    app.until("now again", "return document.querySelector('[data-testid=trends]').dataset.end === 'now'")
        .await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ward_at_a_glance_and_two_ranges_beside_each_other() {
    let _turn = turn::beside_others().await;
    let sim = ward_sim::start(ward_sim::Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;

    app.click("[data-testid=show-trends]").await;
    app.until(
        "two panels a person",
        "return Number(document.querySelector('[data-testid=multiples]')?.dataset.drawn) === 60",
    )
    .await;
    app.until("the last day is there", "return document.querySelector('[data-testid=small-ward-p12] .small-plot[aria-label]')?.getAttribute('aria-label').includes('median')").await;
    app.click("[data-testid=span-24]").await;
    app.until("a day", "return document.querySelector('[data-testid=multiples]')?.dataset.hours === '24' && document.querySelector('[data-testid=small-ward-p12] .small-plot[aria-label]')?.getAttribute('aria-label').includes('HR 24 h: median')").await;
    app.painted().await;
    assert!(painted(&app, "[data-testid=small-ward-p12] canvas").await > 300, "a line is drawn");
    app.shot("multiples");

    app.click("[data-testid=small-ward-p12]").await;
    app.until("a day of trends", &format!("{DRAWN}{}", DAY_MS)).await;
    // The alarm of now stands in the panel of its measure, and says in words what it is.
    app.until("the alarm in its panel", "return [...document.querySelectorAll('[data-testid=trends] .mark[data-alarm=high]')].some(m => m.title.startsWith('*** SpO2') && m.closest('.lane').getAttribute('aria-label').startsWith('SpO₂'))").await;
    // The score over the day, high at its end.
    assert!(painted(&app, "[data-testid=panel-news]").await > 300, "the score is drawn");
    let words = app.ask("return document.querySelector('[data-testid=panel-news]').closest('.lane').getAttribute('aria-label')").await;
    assert!(words.as_str().unwrap().contains("7 and more for"), "{words}");

    // Two beside each other: the day before this one, on the same axes.
    app.click("[data-testid=compare]").await;
    app.until("both are drawn", "return ['trends', 'before-trends'].every(t => Number(document.querySelector(`[data-testid=${t}]`)?.dataset.drawn) === 86400e3)").await;
    let axis = |which: &str| {
        format!(
            "[...document.querySelectorAll('[data-testid={which}] .lane')].map(l => [...l.querySelectorAll('.ytick')].map(t => t.textContent).join()).slice(0, 5).join(' | ')"
        )
    };
    app.until(
        "one axis",
        &format!(
            "const a = {}, b = {}; return a.length > 10 && a === b",
            axis("trends"),
            axis("before-trends")
        ),
    )
    .await;
    let spans = app.ask("return ['before-trends', 'trends'].map(t => document.querySelector(`[data-testid=${t}]`).closest('.pane').querySelector('p').textContent)").await;
    assert_ne!(spans[0], spans[1]);
    app.painted().await;
    app.shot("compare");
    app.click("[data-testid=compare]").await;
    app.until("alone again", "return !document.querySelector('[data-testid=before-trends]')").await;

    // Two fingers drawn apart show half the time, and at once what is there, twice as wide around where they hold it.
    app.until("settled", &format!("{DRAWN}{}", DAY_MS)).await;
    app.until("drawn ahead", "const p = document.querySelector('[data-testid=trends] .plot'); return p.querySelector('canvas').offsetWidth > 1.9 * p.offsetWidth").await;
    let fingers = "const t = document.querySelector('[data-testid=trends]'), p = t.querySelector('.plot'), b = p.getBoundingClientRect(); t.setPointerCapture = () => {};
        const at = (kind, id, px) => p.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: b.left + b.width / 2 + px, clientY: b.top + 20, pointerId: id, pointerType: 'touch', button: 0 }));";
    app.ask(&format!("{fingers} at('pointerdown', 1, -80); at('pointerdown', 2, 80); at('pointermove', 1, -160); at('pointermove', 2, 160); return true")).await;
    let twice = "const t = document.querySelector('[data-testid=trends]'), f = t.querySelector('.sliding'), d = f.contentDocument;
        if (getComputedStyle(f).visibility !== 'visible') return false;
        const p = t.querySelector('.plot').getBoundingClientRect(), left = f.getBoundingClientRect().left;
        const as = (of, box) => { const b = of.getBoundingClientRect(); return [b.left - box, b.width]; };
        const [x, wide] = as(t.querySelector('canvas'), p.left), [x2, wide2] = as(d.querySelector('canvas'), p.left - left);
        const labels = (of) => [...of.querySelectorAll('.axis span')].map((l) => { const b = l.getBoundingClientRect(); return b.left + b.width / 2; });
        const a = labels(t).map((l) => l - p.left), b = labels(d).map((l) => l + left - p.left);
        const far = (v) => p.width / 2 + 2 * (v - p.width / 2);
        return a.length > 5 && a.length === b.length && a.every((l, n) => Math.abs(far(l) - b[n]) < 2) && Math.abs(far(x) - x2) < 3 && Math.abs(wide2 / wide - 2) < 0.01";
    app.until("twice as wide", twice).await;
    app.painted().await;
    app.shot("pinched");
    app.ask(&format!("{fingers} at('pointerup', 1, -160); at('pointerup', 2, 160); return true")).await;
    app.until("half the time", "const d = Number(document.querySelector('[data-testid=trends]')?.dataset.drawn); return Math.abs(d - 43200e3) < 500e3").await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_the_light_and_on_a_small_screen() {
    let _turn = turn::beside_others().await;
    let app = App::start(&["--demo"]).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.click("[data-testid=theme]").await;
    app.page.set_window_size(1366, 768).await.unwrap();
    app.until("a small screen", "return window.innerWidth <= 1366 && window.innerHeight <= 768").await;
    // Nothing may hang over the edge: what cannot be reached cannot be read.
    let inside = "return document.documentElement.scrollWidth <= window.innerWidth && [...document.querySelectorAll('.main button')].every(b => { const r = b.getBoundingClientRect(); return r.width === 0 || r.right <= window.innerWidth + 1; })";
    for (name, nav) in [
        ("ward", "nav-ward"),
        ("alerts", "nav-alerts"),
        ("handover", "nav-handover"),
        ("settings", "nav-settings"),
    ] {
        if name == "alerts" {
            // Nothing may move under a hand that is about to take an alarm: where the list is when it is first there.
            app.ask("const look = () => { const l = document.querySelector('.filters'); if (!l) return; watcher.disconnect(); window.__top = l.getBoundingClientRect().top; };
                const watcher = new MutationObserver(look); watcher.observe(document.body, { subtree: true, childList: true }); return true").await;
        }
        app.click(&format!("[data-testid={nav}]")).await;
        app.painted().await;
        if name == "alerts" {
            // Words that leave their box lie over those of the next.
            let own = "const boxes = [...document.querySelectorAll('[data-testid=load] > div')];
                const ends = (e) => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right; };
                return boxes.length === 6 && boxes.slice(0, 5).every(b => ends(b) <= b.getBoundingClientRect().right)";
            app.until("the load of a day, each figure in its box", own).await;
            let stays = "return /^\\d+$/.test(document.querySelector('[data-testid=load] b').textContent) && window.__top > 100 && document.querySelector('.filters').getBoundingClientRect().top === window.__top";
            app.until("the figures came and moved nothing", stays).await;
            let over = "return [...document.querySelectorAll('[data-testid=load] > div')].slice(0, 4).filter(d => { const [b, s] = ['b', 'small'].map(t => d.querySelector(t).getBoundingClientRect()); return s.left < b.right || s.right > d.getBoundingClientRect().right; }).length";
            assert_eq!(app.ask(over).await, 0, "figures that lie over each other or leave their box");
        }
        app.shot(&format!("light-{name}"));
        app.until(name, inside).await;
    }
    app.click("[data-testid=nav-ward]").await;
    app.click("[data-testid=show-trends]").await;
    app.until(
        "two panels a person",
        "return Number(document.querySelector('[data-testid=multiples]')?.dataset.drawn) === 60",
    )
    .await;
    app.painted().await;
    app.shot("light-multiples");
    app.until("multiples", inside).await;
    app.click("[data-testid=show-tiles]").await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.until("trends", &format!("{DRAWN}{}", DAY_MS)).await;
    app.painted().await;
    app.shot("light-patient");
    app.until("patient", inside).await;
    app.click("[data-testid=view-waves]").await;
    app.until("both strips", "return document.querySelector('[data-testid=waves]')?.dataset.strips === '2'")
        .await;
    app.painted().await;
    app.shot("light-waves");
    app.until("waves", inside).await;
    app.click("[data-testid=view-flow]").await;
    app.see("[data-testid=flowsheet]").await;
    app.painted().await;
    app.shot("light-flowsheet");
    app.click("[data-testid=view-trends]").await;
    app.click("[data-testid=limits-open]").await;
    app.see("[data-testid=limits-dialog]").await;
    app.painted().await;
    app.shot("light-limits");
    app.close().await;
}

/// Where local time is half an hour off UTC's hours, axes and columns still stand at round hours of the clock on the wall.
#[tokio::test(flavor = "multi_thread")]
async fn axes_and_columns_stand_at_the_hours_of_the_clock_on_the_wall() {
    let _turn = turn::beside_others().await;
    let app = live_at(&["--demo"], Desk { zone: "Asia/Kolkata", ..Desk::default() }).await;
    app.click("[data-testid=tile-ward-p12]").await;
    let axis = "const all = [...document.querySelectorAll('[data-testid=trends] .axis-clip span')].map((s) => s.textContent);
        return all.length >= 6 && all.every((text) => /^([0-9]{2}:00|[0-9]+ [A-Z][a-z]{2})$/.test(text))";
    for hours in [24, 72, 336] {
        let range = if hours == 336 { "14d".to_owned() } else { format!("{hours}h") };
        app.click(&format!("[data-testid=range-{range}]")).await;
        app.until(&range, &format!("{DRAWN} {}", hours * HOUR_MS)).await;
        app.until("round hours", axis).await;
        app.shot(&format!("kolkata-{range}"));
    }
    let days = app.ask("return document.querySelectorAll('[data-testid=overview] span').length").await;
    assert_eq!(days.as_u64(), Some(14), "midnights of a fortnight");
    app.click("[data-testid=view-flow]").await;
    for (step, every) in [(240, 4), (60, 1)] {
        app.click(&format!("[data-testid=step-{step}]")).await;
        let heads = format!(
            "const all = [...document.querySelectorAll('[data-testid=flowsheet] thead th')].slice(1).map((h) => /([0-9]{{2}}):00(?:so far)?$/.exec(h.textContent));
             const cells = document.querySelector('[data-testid=flowsheet] tbody tr').querySelectorAll('td b');
             return all.length >= 24 && all.every((found) => found && Number(found[1]) % {every} === 0) && cells.length >= 24"
        );
        app.until("round columns that hold values", &heads).await;
        app.shot(&format!("kolkata-flow-{step}"));
    }
    app.close().await;
}
