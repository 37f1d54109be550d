//! Every screen in windows from the smallest the program allows: no word is cut off, none lies over another, and no verb is out of
//! reach.

use crate::support::App;
use crate::support::station::{live, sim};
use crate::turn;
use serde_json::{Value, json};

const LEGIBLE: &str = include_str!("../support/legible.js");
/// The smallest window; two screens of a hospital's older machines, the first of them also a full one with text half as large
/// again; and the window as it opens.
const SIZES: [(u32, u32); 4] = [(1024, 700), (1280, 720), (1366, 768), (1440, 900)];

/// What cannot be read on the screen that is open.
async fn look(app: &App, screen: &str, (width, height): (u32, u32)) -> Vec<String> {
    app.painted().await;
    app.shot(&format!("size-{width}-{screen}"));
    let found = app.ask(LEGIBLE).await;
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|what| format!("{width}x{height} {screen}: {}", what.as_str().unwrap()))
        .collect()
}

/// The screens a person can go to, in the state the station is in.
async fn all_screens(app: &App, state: &str, size: (u32, u32)) -> Vec<String> {
    let mut found = Vec::new();
    let name = |screen: &str| format!("{screen}{state}");
    app.click("[data-testid=nav-ward]").await;
    found.extend(look(app, &name("ward"), size).await);
    app.click("[data-testid=show-trends]").await;
    app.until(
        "small panels",
        "return Number(document.querySelector('[data-testid=multiples]')?.dataset.drawn) > 0",
    )
    .await;
    found.extend(look(app, &name("multiples"), size).await);
    app.click("[data-testid=show-tiles]").await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.until("trends", "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0")
        .await;
    found.extend(look(app, &name("patient"), size).await);
    app.click("[data-testid=view-waves]").await;
    app.until("waves", "return document.querySelectorAll('.strip-name').length > 0").await;
    found.extend(look(app, &name("waves"), size).await);
    app.click("[data-testid=view-flow]").await;
    app.until("numbers", "return document.querySelectorAll('.flow td b').length > 10").await;
    found.extend(look(app, &name("flow"), size).await);
    app.click("[data-testid=view-trends]").await;
    // Somebody at home, on the list of all of them with what stands beside it, and their glucose.
    app.click("[data-testid=nav-programme]").await;
    app.until("months", "return document.querySelector('[data-testid=programme]')?.dataset.pending === '0'")
        .await;
    found.extend(look(app, &name("programme"), size).await);
    app.click("[data-testid=home-home-p3] .name").await;
    app.see("[data-testid=home-open]").await;
    found.extend(look(app, &name("programme-person"), size).await);
    // Their devices, with one of them beside the list.
    app.click("[data-testid=view-devices]").await;
    app.until("devices", "return document.querySelectorAll('tr[data-testid^=\"device-home-p\"]').length > 5")
        .await;
    found.extend(look(app, &name("devices"), size).await);
    app.click("tr[data-testid^='device-home-p'] .name").await;
    app.see("[data-testid=device-facts]").await;
    found.extend(look(app, &name("device"), size).await);
    app.click("[data-testid=view-people]").await;
    app.click("[data-testid=home-open]").await;
    app.click("[data-testid=view-glucose]").await;
    app.until("profile", "return document.querySelector('.glucose .canvas canvas')?.width > 0").await;
    found.extend(look(app, &name("glucose"), size).await);
    app.click("[data-testid=view-trends]").await;
    for screen in ["alerts", "handover", "settings"] {
        app.click(&format!("[data-testid=nav-{screen}]")).await;
        app.see(&format!("[data-testid={screen}]")).await;
        found.extend(look(app, &name(screen), size).await);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn on_no_screen_is_a_word_cut_or_under_another() {
    let _turn = turn::alone().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("sparklines", "return document.querySelectorAll('.spark path').length >= 40").await;
    // What it finds is found: one word over another, and one that its box cuts.
    let broken = "document.body.insertAdjacentHTML('beforeend', `<div id=broken style='position: fixed; inset: 300px auto auto 300px; z-index: 9'>
        <p style='position: absolute; width: 9px; overflow: hidden; white-space: nowrap'>cut</p>
        <p style='position: absolute; top: 40px'>one</p><p style='position: absolute; top: 44px'>other</p></div>`); return true";
    app.ask(broken).await;
    let found = app.ask(LEGIBLE).await;
    assert!(has(&found, "cut: p.") && has(&found, "over each other: p."), "{found}");
    app.ask("document.getElementById('broken').remove(); return true").await;

    let mut found = Vec::new();
    for size in SIZES {
        app.page.set_window_size(size.0, size.1).await.unwrap();
        let (width, height) = size;
        app.until("the size", &format!("return innerWidth === {width} && innerHeight === {height}")).await;
        found.extend(all_screens(&app, "", size).await);
    }
    // Without the network more is said.
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    for size in [SIZES[0], SIZES[2]] {
        app.page.set_window_size(size.0, size.1).await.unwrap();
        app.until("the size", &format!("return innerWidth === {}", size.0)).await;
        found.extend(all_screens(&app, "-offline", size).await);
    }
    assert_eq!(json!(found), json!([]), "see target/e2e/size-*.png");
    app.close().await;
}

fn has(found: &Value, start: &str) -> bool {
    found.as_array().unwrap().iter().any(|what| what.as_str().unwrap().starts_with(start))
}
