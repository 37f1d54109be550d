//! What a nurse does, in the real window: real vault, real server, real kill.

use std::time::Duration;

use crate::support::station::{LIVE, TILES, card, live, on_server, open_alert, sim, waits};
use crate::support::{App, PIN};
use crate::{support, turn};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_opens_on_a_living_ward_worst_first() {
    let _turn = turn::beside_others().await;
    let app = App::start(&["--demo"]).await;
    app.until("30 tiles", TILES).await;
    let beds = app.ask("return [...document.querySelectorAll('.tile')].filter(t => !t.dataset.bed.startsWith('H')).length").await;
    assert_eq!(beds, 24);
    // Alarms of the last day come before what was done about them: until both are there, old ones stand as if nobody had come.
    app.until("live", LIVE).await;
    let order = app.ask("const rank = {high: 3, medium: 2, low: 1, technical: 0, none: -1}; return [...document.querySelectorAll('.tile')].map(t => rank[t.dataset.alarm])").await;
    let order: Vec<i64> = order.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
    assert_eq!(order[0], 3, "a high alarm leads: {order:?}");
    assert!(order.windows(2).all(|w| w[0] >= w[1]), "worst first: {order:?}");
    app.until("sparklines", "return document.querySelectorAll('.spark path').length >= 20").await;
    app.shot("ward");
    app.click("[data-testid=theme]").await;
    app.until("light", "return document.documentElement.dataset.theme === 'light'").await;
    app.painted().await;
    app.shot("ward-light");
    app.click("[data-testid=theme]").await;
    // Every tile and verb can be reached without a mouse.
    let reachable = app.ask("return [...document.querySelectorAll('.tile, .queue button, .rail button')].every(b => b.tabIndex >= 0 && !b.disabled)").await;
    assert_eq!(reachable, true);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_reaches_the_server_exactly_once_and_names_the_owner() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "S. Varga"]).await;
    let episode = open_alert(&sim, &app, "e2e-1").await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("owner on the tile", "return [...document.querySelectorAll('.tile [data-testid=owner]')].some(o => o.textContent.includes('Owned by S. Varga'))").await;
    app.until("nothing waits", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);
    app.click(&format!("[data-testid=handle-{episode}]")).await;
    app.click("[data-testid=reason-Treated]").await;
    app.shot("handled-dialog");
    app.click("[data-testid=reason-record]").await;
    // The alarm is still on: what was done stands beside it, and does not make it look normal.
    let still_on = "return /handled \\d\\d:\\d\\d S. Varga, still on/.test(document.querySelector('[data-testid=tile-ward-p05]').textContent)";
    app.until("handled and still on", still_on).await;
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;
    app.shot("alerts");
    app.until("handled arrived", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "handled").await, 1);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_of_one_person_become_one_tile_and_two_again() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    let url = format!("{}/Patient/ward-p11", sim.base());
    let record: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let mut merged = record.clone();
    merged["link"] =
        serde_json::json!([{ "other": { "reference": "Patient/ward-p12" }, "type": "replaced-by" }]);
    support::put(sim.base(), &merged).await;
    app.until(
        "one tile for both",
        "return !document.querySelector('[data-testid=tile-ward-p11]') \
         && document.querySelectorAll('[data-testid^=tile-]').length === 29",
    )
    .await;
    support::put(sim.base(), &record).await;
    app.until("two again", TILES).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_leaves_stands_nowhere_any_more_and_comes_back_with_their_values() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.click("[data-testid=tile-ward-p03]").await;
    app.see("[data-testid=patient-name]").await;
    let url = format!("{}/Encounter/ward-p03-stay", sim.base());
    let stay: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let url = format!("{}/Device?patient=ward-p03", sim.base());
    let worn: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let worn: Vec<&serde_json::Value> =
        worn["entry"].as_array().unwrap().iter().map(|e| &e["resource"]).collect();
    // Who goes home with a device on is followed there; this person goes without.
    for device in &worn {
        let mut off = (*device).clone();
        off["status"] = "inactive".into();
        support::put(sim.base(), &off).await;
    }
    let mut over = stay.clone();
    over["status"] = "finished".into();
    support::put(sim.base(), &over).await;
    // The page that stands open shows no values of somebody who is not watched any more.
    assert!(app.text("[data-testid=nobody]").await.contains("No longer on the board"));
    app.shot("left");
    app.click("[data-testid=nav-ward]").await;
    app.until("the others", "return document.querySelectorAll('[data-testid^=tile-]').length === 29").await;
    for device in worn {
        support::put(sim.base(), device).await;
    }
    support::put(sim.base(), &stay).await;
    let back = "return Number(document.querySelector('[data-testid=tile-ward-p03] [data-testid=v-hr] dd')?.textContent) > 20";
    app.until("back with a heart rate", back).await;
    app.until("everybody", TILES).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_checks_a_server_says_what_is_wrong_and_asks_for_a_pin() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--data-dir", folder.path().to_str().unwrap(), "--no-pin"]).await;
    app.see("[data-testid=gate]").await;
    app.shot("first-run");
    let type_url = async |text: &str| {
        let field = app.see("[data-testid=server-url]").await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        app.click("[data-testid=server-check]").await;
    };
    type_url("http://127.0.0.1:9/fhir").await;
    assert!(app.text("[data-testid=gate-trouble]").await.contains("could not be reached"));
    app.shot("first-run-wrong");
    type_url(sim.base()).await;
    assert!(app.text("[data-testid=server-found]").await.contains("4.0.1"));
    app.click("[data-testid=server-check]").await;
    // No keyring here: a PIN is chosen, twice.
    for field in ["pin", "pin-again"] {
        app.see(&format!("[data-testid={field}]")).await.send_keys(PIN).await.unwrap();
    }
    app.shot("first-run-pin");
    app.click("[data-testid=pin-open]").await;
    app.until("30 tiles", TILES).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stations_agree_on_who_has_an_alert_online_and_after_an_outage() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = async |n: usize, user: &str| {
        let data = folders[n].path().to_str().unwrap();
        live(&["--server", sim.base(), "--data-dir", data, "--user", user]).await
    };
    let a = start(0, "N. Okafor").await;
    let b = start(1, "S. Varga").await;
    let episode = open_alert(&sim, &a, "e2e-2").await;
    a.click(&format!("[data-testid=take-{episode}]")).await;
    let owner = card(&episode, "card.textContent.includes('N. Okafor')");
    b.until_within("the owner on the other station", &owner, Duration::from_secs(2)).await;

    // A pause of the sound is shown with its countdown, on both, and takes nothing.
    let second = open_alert(&sim, &a, "e2e-3").await;
    a.click(&format!("[data-testid=pause-{second}]")).await;
    for app in [&a, &b] {
        app.until("the pause", "return /Audio paused.*([0-9]+ s|2 min)/.test(document.querySelector('[data-testid=audio-paused]')?.textContent ?? '')").await;
        app.see(&format!("[data-testid=take-{second}]")).await;
    }
    a.shot("paused");

    // Both take the same alert while the link is down.
    sim.cut_link(true);
    for app in [&a, &b] {
        app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
        // The banner, and what stands in grey from now on, have moved the queue.
        app.painted().await;
        app.click(&format!("[data-testid=take-{second}]")).await;
        app.see(&waits("take", &second)).await;
    }
    sim.cut_link(false);
    for app in [&a, &b] {
        app.until("online again", "return !document.querySelector('[data-testid=offline-banner]') && !document.querySelector('[data-testid=waiting-count]')").await;
    }
    assert_eq!(on_server(sim.base(), &second, "take").await, 2, "both takes are kept");
    let says = format!("return document.querySelector('[data-testid=alert-{second}]')?.textContent ?? ''");
    let told = card(&second, "/you took it too|also taken by/.test(card.textContent)");
    for app in [&a, &b] {
        app.until("that two took it", &told).await;
    }
    let texts = [a.ask(&says).await.to_string(), b.ask(&says).await.to_string()];
    assert_eq!(
        texts.iter().filter(|t| t.contains("you took it too")).count(),
        1,
        "the second is told: {texts:?}"
    );
    assert_eq!(
        texts.iter().filter(|t| t.contains("also taken by")).count(),
        1,
        "the first sees it: {texts:?}"
    );

    // Words, a call for the next role, and a hand-over to somebody by name.
    a.click("[data-testid=nav-alerts]").await;
    a.click(&format!("[data-testid=row-{episode}] .msg")).await;
    a.click("[data-testid=episode-note]").await;
    a.see("[data-testid=episode-words]").await.send_keys("Awake, BP 92/54").await.unwrap();
    a.click_away("[data-testid=episode-say]").await;
    a.until(
        "the note",
        "return document.querySelector('[data-testid=timeline]')?.textContent.includes('Awake, BP 92/54')",
    )
    .await;
    a.click("[data-testid=episode-hand]").await;
    a.see("[data-testid=episode-words]").await.send_keys("S. Varga").await.unwrap();
    a.click_away("[data-testid=episode-say]").await;
    b.until("handed over", &card(&episode, "card.textContent.includes('S. Varga')")).await;
    a.shot("alerts-episode");
    b.shot("two-stations");
    a.close().await;
    b.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_is_handed_over_on_one_page_also_without_the_network() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "N. Okafor"]).await;
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    app.click("[data-testid=nav-handover]").await;
    app.until(
        "everybody",
        "return document.querySelectorAll('[data-testid=handover] tbody tr').length >= 34",
    )
    .await;
    // What was written about a patient stands beside them, also what no server has yet.
    app.ask("return window.__TAURI_INTERNALS__.invoke('annotate', { sitting: 1, patient: 'ward-p12', at: Date.now(), text: 'Slept badly' })").await;
    app.click("[data-testid=nav-ward]").await;
    app.click("[data-testid=nav-handover]").await;
    app.until(
        "the note",
        "return [...document.querySelectorAll('[data-testid=shift-note]')].some((n) => n.textContent.includes('Slept badly'))",
    )
    .await;
    app.click("[data-testid=i-leave]").await;
    app.until(
        "the stamp",
        "return document.querySelector('[data-testid=stamps]')?.textContent.includes('N. Okafor leaves')",
    )
    .await;
    app.click("[data-testid=handover-print]").await;
    app.see("[data-testid=outgoing-why]").await.send_keys("Night shift").await.unwrap();
    app.click("[data-testid=form-pdf]").await;
    app.see("[data-testid=outgoing-go]:enabled").await;
    app.click("[data-testid=outgoing-go]").await;
    let saved = app.text("[data-testid=outgoing-done]").await;
    app.click("[data-testid=outgoing-close]").await;
    app.shot("handover");
    let file = saved.trim_start_matches("Saved: ").to_owned();
    assert!(!file.contains("Adeyemi"), "no name in the name of a file");
    assert!(std::fs::read(&file).unwrap().starts_with(b"%PDF-"));
    let text = std::process::Command::new("pdftotext").args(["-layout", &file, "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for wanted in [
        "Handover",
        "Adeyemi, Ruth",
        "Open, nobody has it",
        "I take over",
        "page 1 of",
        "observations overdue since",
        "eight hours ago, now",
        "N. Okafor – Slept badly",
    ] {
        assert!(text.contains(wanted), "{wanted} is not on the page: {text}");
    }
    app.close().await;
}

/// `cargo xtask demo --headless` asks for this one: each screen of the demo, photographed.
#[tokio::test(flavor = "multi_thread")]
async fn screens_of_the_demo() {
    let _turn = turn::beside_others().await;
    let app = live(&["--demo"]).await;
    app.until("sparklines", "return document.querySelectorAll('.spark path').length >= 40").await;
    app.painted().await;
    app.shot("demo-ward");
    app.click("[data-testid=tile-ward-p12]").await;
    app.until(
        "trends",
        "return document.querySelector('[data-testid=trends]')?.dataset.drawn === '86400000'",
    )
    .await;
    app.painted().await;
    app.shot("demo-patient");
    for screen in ["alerts", "programme", "handover", "settings"] {
        app.click(&format!("[data-testid=nav-{screen}]")).await;
        app.see(&format!("[data-testid={screen}]")).await;
        if screen == "alerts" {
            app.see("[data-testid=load]").await;
        }
        app.painted().await;
        app.shot(&format!("demo-{screen}"));
    }
    app.close().await;
}
