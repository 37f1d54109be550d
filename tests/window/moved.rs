//! A list that moves while a hand is on its way to it, in the real window: the press does nothing, and takes nobody else's alarm.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::App;
use crate::support::station::{alarm, live, on_server, sim};
use crate::turn;

const ROUNDS: usize = 6;

/// Notes when the first card of the queue becomes another, and how long after it a press came.
const WITNESS: &str = "
    const first = () => document.querySelector('[data-testid=queue] [data-card]')?.dataset.card;
    window.__first = first(); window.__moved = 0; window.__pressed = null;
    new MutationObserver(() => { if (first() !== window.__first) [window.__first, window.__moved] = [first(), performance.now()]; })
      .observe(document.querySelector('[data-testid=queue]'), { subtree: true, childList: true });
    window.addEventListener('pointerdown', (e) => { window.__pressed = e.timeStamp - window.__moved; }, true);";

#[tokio::test(flavor = "multi_thread")]
async fn a_press_on_a_list_that_moves_meanwhile_takes_nobody_elses_alarm() {
    let _turn = turn::alone().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    alarm(sim.base(), "moved-0", "high", "Alarm 0", false).await;
    app.see("[data-testid=queue] [data-testid=take-moved-0]").await;
    app.page.execute(WITNESS, vec![]).await.unwrap();
    let (mut refused, mut pressed) = (0, 0);
    for n in 1..=ROUNDS {
        // The hand is where the button of the first alarm is, and a worse or older one comes above it.
        let before = app.ask("return window.__first").await;
        let spot = "const r = document.querySelector('[data-testid=queue] [data-card] [data-testid^=take-]').getBoundingClientRect();
            return [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)]";
        let at: (i64, i64) = serde_json::from_value(app.ask(spot).await).unwrap();
        app.page.execute("window.__pressed = null; window.__moved = 0", vec![]).await.unwrap();
        above(&sim, n).await;
        app.until("another alarm stands first", "return window.__moved > 0").await;
        press(&app, at);
        app.until("the press came", "return window.__pressed !== null").await;
        let after = app.ask("return window.__pressed").await.as_f64().unwrap();
        let now = app.ask("return window.__first").await;
        assert_ne!(before, now);
        // A machine that is busy lets the press come after a time in which a hand has seen where it is now.
        if after >= 400.0 {
            println!(
                "round {n}: the press came {after:.0} ms after the list moved, and is one of somebody who saw it"
            );
            continue;
        }
        pressed += 1;
        app.see("[data-testid=missed]").await;
        app.shot("pressed-on-what-moved");
        refused += 1;
        let first = now.as_str().unwrap();
        assert_eq!(on_server(sim.base(), first, "take").await, 0, "{first} was taken by a press for another");
    }
    println!("{refused} of {pressed} presses met another alarm than they were for, and did nothing");
    assert!(pressed > 0, "no press came in time on this machine");
    // What stands still is pressed.
    let first = app.ask("return window.__first").await;
    app.click(&format!("[data-testid=queue] [data-testid=take-{}]", first.as_str().unwrap())).await;
    app.see(&format!("[data-testid=undo-{}]", first.as_str().unwrap())).await;
    app.close().await;
}

/// An alarm that began before all others, and so stands above them.
async fn above(sim: &ward_sim::WardSim, n: usize) {
    let onset = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(i64::try_from(n).unwrap() * 10);
    let issue = serde_json::json!({
        "resourceType": "DetectedIssue", "id": format!("moved-{n}"), "status": "preliminary", "severity": "high",
        "code": { "text": format!("Alarm {n}") },
        "patient": { "reference": format!("Patient/ward-p{:02}", n + 1) },
        "identifiedPeriod": { "start": onset.to_string() },
    });
    crate::support::put(sim.base(), &issue).await;
}

fn press(app: &App, (x, y): (i64, i64)) {
    let mut tool = Command::new("xdotool");
    let mut tool = tool.arg("-").env("DISPLAY", app.display()).stdin(Stdio::piped()).spawn().unwrap();
    writeln!(tool.stdin.take().unwrap(), "mousemove {x} {y} click 1").unwrap();
    assert!(tool.wait().unwrap().success());
}
