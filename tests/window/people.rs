//! People at a station, in the real window: they come by PIN and by badge, each to their own board; who goes leaves nothing behind, and
//! alarms go on while nobody is here.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use clinical::ActorId;
use vault::{Access, Cost, OsKeyring, Pin, Vault, unlock};

use crate::support::station::{TILES, open_alert, sim};
use crate::support::{App, Desk, PIN};
use crate::turn;

/// Id, name, role, PIN and badge.
const STAFF: [(&str, &str, &str, &str, &str); 4] = [
    ("Practitioner/1", "N. Okafor", "Charge nurse", "480913", "04A2B9C1"),
    ("Practitioner/2", "S. Varga", "Nurse", "771204", "04A2B9C2"),
    ("Practitioner/3", "I. Sorensen", "IT", "248861", "04A2B9C3"),
    ("Practitioner/4", "A. Mbeki", "Physician", "330158", "04A2B9C4"),
];
/// A name of the demo ward, and a number of it.
const CANARIES: [&str; 2] = ["Adeyemi", "ward-p"];

/// IT has taken people in, who have just signed in fully.
fn take_in(folder: &Path) {
    let pin = Pin::new(PIN.into()).unwrap();
    let key = unlock(folder, &Access { keyring: &OsKeyring, pin: Some(&pin) }).unwrap();
    let (vault, cost) = (Vault::open(folder, key).unwrap(), Cost::measured().unwrap());
    for (id, name, role, pin, badge) in STAFF {
        let id = ActorId::from(id);
        vault.put_member(&id, name.into(), &role.into()).unwrap();
        vault.set_pin(&id, &Pin::chosen(pin.into()).unwrap(), cost).unwrap();
        assert!(vault.set_badge(&id, Some(badge)).unwrap());
        vault.signed_in_fully(&id, SystemTime::now().into()).unwrap();
    }
}

/// What a badge reader types, faster than any hand.
async fn taps(app: &App, badge: &str) {
    let script = format!(
        "for (const key of [...'{badge}', 'Enter']) {{
           const to = document.activeElement ?? document.body;
           const event = new KeyboardEvent('keydown', {{ key, bubbles: true, cancelable: true }});
           if (to.dispatchEvent(event) && key.length === 1 && to instanceof HTMLInputElement) {{
             to.setRangeText(key, to.selectionStart, to.selectionEnd, 'end');
             to.dispatchEvent(new Event('input', {{ bubbles: true }}));
           }}
         }}
         return true"
    );
    app.ask(&script).await;
}

async fn types_pin(app: &App, (id, _, _, pin, _): (&str, &str, &str, &str, &str)) {
    app.click(&format!("[data-testid='person-{id}']")).await;
    for digit in pin.chars() {
        app.click(&format!("[data-testid=digit-{digit}]")).await;
    }
    app.see("[data-testid=pin-come]:enabled").await;
}

/// It is this person's board. Gives how long that took, as the page saw it.
async fn is_there(app: &App, name: &str) -> Duration {
    let began = Instant::now();
    let who = format!(
        "return document.querySelector('[data-testid=who] b')?.textContent === '{name}'
           && !document.querySelector('[data-testid=lock]')
           && document.querySelectorAll('[data-testid^=tile-]').length === 30"
    );
    app.until(name, &who).await;
    began.elapsed()
}

/// What of the corner has room there: a name that is cut shows none of it.
async fn shown_in_the_corner(app: &App) -> String {
    let shown = app
        .ask(
            "return [...document.querySelectorAll('[data-testid=who] :is(b, small)')]
               .filter((one) => one.offsetWidth > 0 && one.scrollWidth <= one.offsetWidth).map((one) => one.innerText).join(', ')",
        )
        .await;
    shown.as_str().unwrap().to_owned()
}

async fn nobody_is_named(app: &App) {
    let held = app.ask("return document.documentElement.outerHTML").await;
    let held = held.as_str().unwrap();
    for canary in CANARIES {
        assert!(!held.contains(canary), "{canary} stands in the page of a locked station");
    }
}

async fn station(folder: &Path, base: &str) -> App {
    take_in(folder);
    let desk = Desk { room: (1920.0, 1080.0), ..Desk::default() };
    App::start_at(&["--server", base, "--data-dir", folder.to_str().unwrap()], desk).await
}

async fn resized(app: &App, (width, height): (u32, u32)) {
    app.page.set_window_size(width, height).await.unwrap();
    app.until("the size", &format!("return innerWidth === {width} && innerHeight === {height}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_and_go_and_nothing_of_one_is_anothers() {
    let _turn = turn::beside_others().await;
    let (sim, folder) = (sim().await, tempfile::tempdir().unwrap());
    let app = station(folder.path(), sim.base()).await;

    // Nobody is here after the start: alarms are on, and nobody is named.
    app.see("[data-testid=lock]").await;
    app.see("[data-testid^=strip-]").await;
    app.until(
        "one tile a bed, whatever else is on there",
        "const beds = [...document.querySelectorAll('[data-testid=strip] .bed')].map((bed) => bed.textContent);
         return beds.length > 3 && new Set(beds).size === beds.length
           && document.querySelector('[data-testid=strip]').textContent.includes('+1')",
    )
    .await;
    app.painted().await;
    nobody_is_named(&app).await;
    app.shot("people-start");

    // A wrong PIN says so, and makes the next one wait.
    types_pin(&app, STAFF[1]).await;
    app.click("[data-testid=digit-0]").await;
    app.click("[data-testid=pin-come]").await;
    app.until(
        "it is wrong",
        "return /not the PIN of S. Varga/.test(document.querySelector('[data-testid=come-trouble]')?.textContent ?? '')",
    )
    .await;
    app.shot("people-wrong");

    // The right one of somebody else: their board, with their name and role.
    types_pin(&app, STAFF[0]).await;
    app.shot("people-pin");
    app.click("[data-testid=pin-come]").await;
    let took = is_there(&app, "N. Okafor").await;
    println!("PIN to the own board: {took:?}");
    app.painted().await;
    app.shot("people-board");
    let corner = shown_in_the_corner(&app).await;
    assert!(corner.contains("N. Okafor") && corner.contains("Charge nurse"), "{corner}");

    // She takes an alarm and begins to write to it.
    let episode = open_alert(&sim, &app, "ours").await;
    app.click(&format!("[data-testid=queue] [data-testid=take-{episode}]")).await;
    app.click("[data-testid=nav-alerts]").await;
    app.click(&format!("[data-testid=row-{episode}] .msg")).await;
    app.click("[data-testid=episode-note]").await;
    app.see("[data-testid=episode-words]").await.send_keys("Lead moved, she").await.unwrap();
    app.until(
        "it is kept",
        "return document.querySelector('[data-testid=episode-words]').value === 'Lead moved, she'",
    )
    .await;

    // Another holds a badge to the reader while the field has the focus: it is her board, and nothing of it was typed.
    let began = Instant::now();
    taps(&app, STAFF[1].4).await;
    is_there(&app, "S. Varga").await;
    let took = began.elapsed();
    println!("switch of person by badge: {took:?}");
    assert_eq!(app.ask("return document.querySelectorAll('[data-testid=episode-words]').length").await, 0);
    app.click("[data-testid=nav-alerts]").await;
    app.click(&format!("[data-testid=row-{episode}] .msg")).await;
    app.click("[data-testid=episode-note]").await;
    app.see("[data-testid=episode-words]").await;
    app.painted().await;
    assert_eq!(app.ask("return document.querySelector('[data-testid=episode-words]').value").await, "");
    app.shot("people-other");

    // What the first one owns she takes over.
    app.click("[data-testid=episode-take-over]").await;
    app.see("[data-testid=taking-over]").await;
    app.painted().await;
    app.shot("people-taking-over");
    app.click("[data-testid=episode-take-it-over]").await;
    let hers = "return /S. Varga/.test(document.querySelector('[data-testid=timeline]')?.textContent ?? '')
        && document.querySelector('[data-testid=episode-take]')?.textContent === 'Yours'";
    app.until("it is hers", hers).await;

    // She locks it: nothing of anybody stands there, alarms do, and it says since when.
    app.click("[data-testid=lock-now]").await;
    app.see("[data-testid=lock]").await;
    nobody_is_named(&app).await;
    app.see("[data-testid^=strip-]").await;
    app.painted().await;
    app.shot("people-locked");
    assert!(app.text("[data-testid=locked-why]").await.contains("by hand"));
    // What the page could ask for by itself is refused as well.
    let asked = app
        .page
        .execute_async(
            "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('patient', { id: 'ward-p12' })
               .then(() => done('shown'), (why) => done(why.message))",
            vec![],
        )
        .await
        .unwrap();
    assert!(asked.as_str().unwrap().contains("locked"), "{asked}");

    // The first one is back, and so is what she had begun.
    taps(&app, STAFF[0].4).await;
    is_there(&app, "N. Okafor").await;
    app.click("[data-testid=nav-alerts]").await;
    app.click(&format!("[data-testid=row-{episode}] .msg")).await;
    app.click("[data-testid=episode-note]").await;
    app.until(
        "the draft",
        "return document.querySelector('[data-testid=episode-words]')?.value === 'Lead moved, she'",
    )
    .await;

    // "I take over" asks from whom, and takes the open alarms along.
    app.click("[data-testid=nav-handover]").await;
    app.click("[data-testid=i-take-over]").await;
    app.see("[data-testid='from-Practitioner/2']").await;
    app.painted().await;
    app.shot("people-take-over");
    app.click("[data-testid='from-Practitioner/2']").await;
    app.until(
        "the stamp",
        "return /N. Okafor takes over from S. Varga/.test(document.querySelector('[data-testid=stamps]')?.textContent ?? '')",
    )
    .await;
    app.click("[data-testid=nav-ward]").await;
    app.click("[data-testid=nav-alerts]").await;
    app.click(&format!("[data-testid=row-{episode}] .msg")).await;
    app.until(
        "it is hers again",
        "return document.querySelector('[data-testid=episode-take]')?.textContent === 'Yours'",
    )
    .await;

    // Whoever may not sees why.
    taps(&app, STAFF[2].4).await;
    is_there(&app, "I. Sorensen").await;
    let greyed = "const take = document.querySelector('[data-testid=queue] [data-testid^=take-]');
        return !!take && take.disabled && take.title === 'IT may not take over an alarm; Nurse, Charge nurse, Physician or Programme nurse may'";
    open_alert(&sim, &app, "other").await;
    app.until("greyed, and why", greyed).await;
    app.painted().await;
    app.shot("people-may-not");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_screen_is_whole_in_every_window_and_theme() {
    let _turn = turn::alone().await;
    let (sim, folder) = (sim().await, tempfile::tempdir().unwrap());
    let app = station(folder.path(), sim.base()).await;
    app.see("[data-testid^=strip-]").await;
    let mut found = Vec::new();
    for theme in ["dark", "light"] {
        app.ask(&format!("document.documentElement.dataset.theme = '{theme}'; return true")).await;
        for size in [(1024, 700), (1920, 1080)] {
            resized(&app, size).await;
            app.click("[data-testid='person-Practitioner/1']").await;
            app.click("[data-testid=digit-4]").await;
            app.painted().await;
            app.shot(&format!("lock-{}-{theme}", size.0));
            let cut = app.ask(include_str!("../support/legible.js")).await;
            found.extend(cut.as_array().unwrap().iter().map(|what| format!("{size:?} {theme}: {what}")));
        }
    }
    assert_eq!(found, [""; 0], "see target/e2e/lock-*.png");
    // The corner, and the dialog in which another signs in.
    types_pin(&app, STAFF[3]).await;
    app.click("[data-testid=pin-come]").await;
    is_there(&app, "A. Mbeki").await;
    for theme in ["dark", "light"] {
        app.ask(&format!("document.documentElement.dataset.theme = '{theme}'; return true")).await;
        for size in [(1024, 700), (1920, 1080)] {
            resized(&app, size).await;
            app.painted().await;
            app.shot(&format!("corner-{}-{theme}", size.0));
            let corner = shown_in_the_corner(&app).await;
            assert!(corner.contains("A. Mbeki") && corner.contains("Physician"), "{size:?}: {corner}");
            app.click("[data-testid=who]").await;
            app.see("[data-testid=switch-dialog]").await;
            app.painted().await;
            app.shot(&format!("switch-{}-{theme}", size.0));
            app.ask(
                "document.querySelector('[data-testid=switch-dialog] footer button').click(); return true",
            )
            .await;
        }
    }
    app.until("everybody", TILES).await;
    app.close().await;
}
