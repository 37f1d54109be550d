//! Touches and keys that nobody means, by the thousand: a faulty screen, a key that sticks, a sleeve on the keyboard. No alarm is
//! taken, silenced or let go by one that was not begun and ended on its own button.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::App;
use crate::support::station::{alarm, live, on_server, sim};
use crate::turn;

/// Touches and keys of a run; `VIGIL_TOUCHES` says more.
const USUAL: u32 = 2_000;
/// Of a round, after which the window is looked at.
const ROUND: u32 = 500;
const ALARMS: usize = 12;

/// Keeps which buttons about alarms were pressed as a whole: begun on them and ended on them, by a finger or by a key.
const WITNESS: &str = "
    const own = (e) => e.target instanceof Element ? (e.target.closest('button')?.dataset.testid ?? '') : '';
    window.__whole = {}; window.__heard = 0; let touch = null; const held = {};
    const ended = (name) => { window.__whole[name] = (window.__whole[name] ?? 0) + 1; };
    const hear = (type, work) => window.addEventListener(type, (e) => { window.__heard += 1; work(e); }, true);
    window.__way = [];
    const note = (e) => {
      if (/ghost|episode|take/.test(own(e)) || e.type === 'click')
        window.__way.push([Math.round(e.timeStamp), e.type, own(e), e.key ?? '', e.repeat ? 'again' : ''].join(' '));
    };
    for (const type of ['mousedown', 'mouseup', 'keydown', 'keyup', 'click']) window.addEventListener(type, note, true);
    hear('mousedown', (e) => { touch = own(e); });
    hear('mouseup', (e) => { if (touch && touch === own(e)) ended(touch); touch = null; });
    hear('keydown', (e) => { if (!e.repeat) held[e.key] = own(e); });
    hear('keyup', (e) => { if (held[e.key] && held[e.key] === own(e)) ended(held[e.key]); held[e.key] = ''; });";

/// What is done about an alarm by one press, and the buttons that do it.
const VERBS: [(&str, &[&str]); 3] = [
    ("take", &["take", "episode-take", "take-all"]),
    ("audio-pause", &["pause", "episode-pause"]),
    ("release", &["undo", "episode-release"]),
];

/// Numbers that follow from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Lines for `xdotool`. A screen that touches itself does so all over; a hand that shakes, near one place: half of a round each.
fn round(chance: &mut Chance, is_all_over: bool) -> String {
    const KEYS: [&str; 9] = ["Return", "space", "Tab", "n", "Escape", "Down", "Up", "w", "a"];
    let mut lines = String::new();
    let (mut x, mut y) = (chance.below(1440), chance.below(900));
    for n in 0..ROUND {
        if is_all_over || n % 40 == 0 {
            // Half of them where the queue's buttons are.
            let beside = chance.below(2) == 0;
            (x, y) = (if beside { 1090 + chance.below(340) } else { chance.below(1440) }, chance.below(900));
        }
        let (dx, dy) = (chance.below(24), chance.below(24));
        let _ = match chance.below(if is_all_over { 64 } else { 8 }) {
            8.. => writeln!(lines, "mousemove {x} {y} mousedown 1 mouseup 1"),
            0 | 1 => writeln!(lines, "mousemove {} {}", x + dx, y + dy),
            2 | 3 => writeln!(lines, "mousemove {} {} mousedown 1", x + dx, y + dy),
            4 | 5 => writeln!(lines, "mouseup 1"),
            6 => writeln!(lines, "keydown {}", KEYS[usize::try_from(chance.below(9)).unwrap()]),
            _ => writeln!(lines, "keyup {}", KEYS[usize::try_from(chance.below(9)).unwrap()]),
        };
        // As fast as a screen tells of touches; what comes faster is put together by the window system.
        lines.push_str("sleep 0.004\n");
    }
    lines.push_str("mouseup 1\n");
    for key in KEYS {
        let _ = writeln!(lines, "keyup {key}");
    }
    lines
}

fn touch(app: &App, lines: &str) {
    let mut tool = Command::new("xdotool");
    let mut tool = tool.arg("-").env("DISPLAY", app.display()).stdin(Stdio::piped()).spawn().unwrap();
    tool.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(tool.wait().unwrap().success());
}

/// Everything that was sent to the window has come to it.
async fn settled(app: &App) {
    let listen = "window.__last = false; window.addEventListener('keyup', (e) => { window.__last ||= e.key === 'F9'; })";
    app.page.execute(listen, vec![]).await.unwrap();
    touch(app, "key F9\n");
    app.until("all was heard", "return window.__last").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_alarm_is_acknowledged_by_a_touch_that_nobody_began_and_ended() {
    let _turn = turn::alone().await;
    let touches = std::env::var("VIGIL_TOUCHES").ok().and_then(|n| n.parse().ok()).unwrap_or(USUAL);
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    let names: Vec<String> = (0..ALARMS).map(|n| format!("ghost-{n}")).collect();
    for name in &names {
        alarm(sim.base(), name, "high", &format!("Alarm {name}"), false).await;
    }
    app.see("[data-testid=queue] [data-testid=take-ghost-11]").await;
    app.page.execute(WITNESS, vec![]).await.unwrap();
    let mut chance = Chance(20_261_129);
    let (mut done, mut told) = (0, 0);
    while done < touches {
        touch(&app, &round(&mut chance, done / ROUND % 2 == 1));
        done += ROUND;
        settled(&app).await;
        if std::env::var_os("VIGIL_SEE_TOUCHES").is_some() {
            let heard = app.ask("return [window.__heard, document.querySelector('main')?.className ?? '', document.activeElement?.tagName ?? '', !!document.querySelector('[role=dialog]')].join(' ')").await;
            println!("{done}: {heard}");
            app.shot(&format!("touches-{done}"));
        }
        let is_told = "return !!document.querySelector('[data-testid=trouble]')?.textContent.includes('touched at more places')";
        told += u32::from(app.ask(is_told).await == true);
        // Back to where alarms are, whatever was opened.
        let back = "document.querySelectorAll('[data-testid=trouble] button').forEach((b) => b.click());
            document.activeElement?.blur(); document.querySelector('[data-testid=nav-ward]')?.click()";
        app.page.execute(back, vec![]).await.unwrap();
        touch(&app, "key Escape\nkey Escape\nkey w\n");
        app.see("[data-testid=queue]").await;
    }
    app.painted().await;
    app.shot("touches");
    let whole: HashMap<String, u64> = serde_json::from_value(app.ask("return window.__whole").await).unwrap();
    let mut done_by_hand = 0;
    for name in &names {
        for (verb, buttons) in VERBS {
            let done = on_server(sim.base(), name, verb).await as u64;
            let of_it = |button: &str| whole.get(&format!("{button}-{name}")).or(whole.get(button)).copied();
            let pressed: u64 = buttons.iter().filter_map(|button| of_it(button)).sum();
            if done > pressed {
                let way = app.ask("return window.__way.slice(-400).join('\\n')").await;
                println!("what came to buttons about alarms:\n{}", way.as_str().unwrap());
            }
            assert!(done <= pressed, "{name}: {verb} {done} times, pressed as a whole {pressed} times");
            done_by_hand += done;
        }
    }
    let heard = app.ask("return window.__heard").await.as_u64().unwrap();
    println!(
        "{done} touches and keys, {heard} heard; {done_by_hand} acts, each begun and ended; {told} storms said"
    );
    assert!(heard > u64::from(touches) / 10, "the window heard only {heard} of {touches}");
    assert!(told > 0, "a screen that touches itself was not said");
    app.close().await;
}
