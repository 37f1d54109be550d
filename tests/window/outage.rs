//! Without the network, after a kill, after a refusal, after damage, and back in time: nothing is lost, and the screen says what is
//! known.

use std::time::Duration;

use clinical::{HOUR_MS, Instant};

use crate::support::station::{LIVE, TILES, alarm, hue_pixels, live, on_server, open_alert, sim, waits};
use crate::support::{App, PIN};
use crate::{cache, command, stay, support, turn};
use vault::{PageCommit, View};

#[tokio::test(flavor = "multi_thread")]
async fn without_the_network_everything_opens_and_a_take_waits_then_arrives_once() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    let episode = open_alert(&sim, &app, "e2e-1").await;
    sim.cut_link(true);
    app.until_within(
        "the offline banner",
        "return !!document.querySelector('[data-testid=offline-banner]')",
        Duration::from_secs(10),
    )
    .await;
    assert!(app.text("[data-testid=offline-banner]").await.contains("last good data"));
    app.click(&format!("[data-testid=take-{episode}]")).await;
    assert!(app.text(&waits("take", &episode)).await.contains("this station only"));
    assert!(app.text("[data-testid=offline-banner]").await.contains("1 action waiting"));
    app.shot("offline-ward");
    for (screen, mark) in [
        ("alerts", "[data-testid=alerts]"),
        ("programme", "[data-testid=home-home-p1]"),
        ("patient", "[data-testid=patient]"),
        ("settings", "[data-testid=settings]"),
        ("ward", "[data-testid=patients]"),
    ] {
        app.click(&format!("[data-testid=nav-{screen}]")).await;
        app.see(mark).await;
        app.shot(&format!("offline-{screen}"));
    }
    app.click("[data-testid=nav-patient]").await;
    app.until(
        "trends from the cache",
        "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0",
    )
    .await;
    assert!(hue_pixels(&app, "hr", (126, 208, 155)).await > 50);
    app.shot("offline-patient");
    sim.cut_link(false);
    app.click("[data-testid=retry]").await;
    app.until("online again", "return !document.querySelector('[data-testid=offline-banner]')").await;
    app.until("nothing waits", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_by_a_command_beside_the_open_window_is_in_the_log_and_a_setting_reaches_it() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    let said = |arguments: &[&str]| {
        let output = command::vigil(folder.path(), command::PIN, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let paper = folder.path().join("list.pdf");
    said(&["ward", "--pdf", paper.to_str().unwrap(), "--why", "Downtime drill"]);
    assert!(std::fs::read(&paper).unwrap().starts_with(b"%PDF-"));
    // The station writes lines of its own meanwhile.
    let log = said(&["log", "--most", "20"]);
    assert!(log.contains("ward-list saved as pdf on the command line: Downtime drill"), "{log}");
    assert!(said(&["settings", "alarm.pause", "90"]).contains(" 90 "));
    // Who does not know the PIN gets nothing from a window that was opened with it.
    let stranger = command::vigil(folder.path(), b"0000-night\n", &["ward", "--json"]);
    assert!(!stranger.status.success() && stranger.stdout.is_empty());
    app.close().await;
}

/// Cuts the link and takes an alert: the action waits at this station. Gives the alert.
async fn take_without_the_network(sim: &ward_sim::WardSim, app: &App) -> String {
    let episode = open_alert(sim, app, "e2e-2").await;
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.see(&waits("take", &episode)).await;
    episode
}

/// A name, a number and a reference of somebody in the simulated ward, and the PIN.
const CANARIES: [&str; 4] = ["Adeyemi", "7B-081-362", "ward-p12", PIN];

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_station_still_has_its_action_and_sends_it_once_and_keeps_no_name_in_clear() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let arguments = ["--server", sim.base(), "--data-dir", data];
    let app = live(&arguments).await;
    let episode = take_without_the_network(&sim, &app).await;
    // Nor would a crash leave what it had in memory: neither the window nor the page's own process.
    let tree = support::tree(&app.pid());
    assert!(tree.len() >= 2, "{tree:?}");
    for pid in tree {
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    }
    app.kill();
    drop(app);

    let app = App::start(&arguments).await;
    app.until("the ward from the cache alone", TILES).await;
    app.until("still waiting", "return !!document.querySelector('[data-testid=waiting-list]')").await;
    app.shot("after-kill");
    sim.cut_link(false);
    app.until("nothing waits", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);
    // A patient was open, so the webview had the chance to keep something; nor may the log.
    app.click("[data-testid=tile-ward-p12]").await;
    app.see("[data-testid=patient-name]").await;
    let (files, _) = support::none_holds(app.home(), &CANARIES);
    assert!(files >= 2, "log and start script at least: {files}");
    app.close().await;

    // Whatever the folder holds, no name and no number of a person can be read in it.
    let (files, bytes) = support::none_holds(folder.path(), &CANARIES);
    assert!(files >= 3 && bytes > 1_000_000, "the cache was really there: {files} files, {bytes} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_action_is_explained_tried_again_or_carried_on_otherwise() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    sim.refuse_writes_with(422);
    let episode = open_alert(&sim, &app, "e2e-3").await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("the reason", "return !!document.querySelector('[data-testid^=why-]')").await;
    assert!(app.text("[data-testid^=why-]").await.contains("422"));
    app.shot("refused");
    sim.refuse_writes_with(0);
    app.click("[data-testid^=retry-0]").await;
    app.until("it arrived", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);

    sim.refuse_writes_with(403);
    let episode = open_alert(&sim, &app, "e2e-4").await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.click("[data-testid^=hand-0]").await;
    app.see("[data-testid=hand-words]").await.send_keys("phoned the charge nurse").await.unwrap();
    app.click("[data-testid=hand-record]").await;
    app.until("nothing waits", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 0);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_of_a_past_moment_can_be_opened_also_without_the_network() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    app.see("[data-testid=time-travel]").await;
    let set = |hours: f64| {
        format!(
            "const at = document.querySelector('[data-testid=travel-at]'); at.value = Number(at.max) - {hours} * 3600000; at.dispatchEvent(new Event('input', {{ bubbles: true }})); return true"
        )
    };
    app.ask(&set(3.0)).await;
    // What arrived since is known today: the ward of three hours ago stands there with its values.
    app.click("[data-testid=as-known]").await;
    app.click("[data-testid=travel-open]").await;
    app.until("the past", "return !!document.querySelector('[data-testid=past-banner]')").await;
    app.until("tiles of then", "return document.querySelectorAll('.tile').length >= 24 && document.querySelectorAll('.tile dd').length > 100").await;
    assert!(app.text("[data-testid=past-banner]").await.contains("with what arrived since"));
    app.until(
        "nobody acts in the past",
        "return [...document.querySelectorAll('[data-testid^=take-]')].every(b => b.disabled)",
    )
    .await;
    app.shot("past-known-today");
    app.click("[data-testid=tile-ward-p12]").await;
    app.until(
        "trends of then",
        "return Number(document.querySelector('[data-testid=trends]')?.dataset.drawn) > 0",
    )
    .await;
    app.shot("past-patient");
    app.click("[data-testid=nav-ward]").await;
    // This station was installed a minute ago: three hours ago its screen showed nothing.
    app.ask(&set(3.0)).await;
    app.click("[data-testid=as-shown]").await;
    app.click("[data-testid=travel-open]").await;
    app.until(
        "an empty screen",
        "return document.querySelector('.empty')?.textContent.includes('received nothing yet')",
    )
    .await;
    app.shot("past-as-shown");
    app.click("[data-testid=back-to-now]").await;
    app.until("now", TILES).await;
    app.until("no longer the past", "return !document.querySelector('[data-testid=past-banner]')").await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_back_is_told_of_an_alarm_of_now() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    let looked_at = jiff::Timestamp::now().as_millisecond() - 2 * HOUR_MS;
    app.ask(&format!(
        "window.__TAURI_INTERNALS__.invoke('look_back', {{ at: {looked_at}, asShown: false }}); return true"
    ))
    .await;
    app.see("[data-testid=past-banner]").await;
    assert_eq!(app.text("[data-testid=chip]").await, "Looking back");
    alarm(sim.base(), "of-now", "high", "Asystole", false).await;
    app.until(
        "the alarm of now beside the past",
        "return document.querySelector('[data-testid=alarm-now]')?.textContent.includes('Asystole')",
    )
    .await;
    app.until(
        "it counts",
        "return Number(document.querySelector('[data-testid=count-high] b')?.textContent) >= 1",
    )
    .await;
    // The board itself stays the one of then, and the bed of the alarm is named.
    app.until(
        "the past stays",
        "return !document.querySelector('[data-testid=alert-of-now]') && document.querySelector('[data-testid=alarm-now]').textContent.includes('05')",
    )
    .await;
    app.shot("past-alarm-of-now");
    app.click("[data-testid=alarm-now]").await;
    app.see("[data-testid=queue] [data-testid=take-of-now]").await;
    app.until("no longer the past", "return !document.querySelector('[data-testid=past-banner]')").await;
    app.close().await;
}

/// The heart rate on the only tile there is, and how old the screen says it is.
const HEART_RATE: &str =
    "return document.querySelector('[data-testid=v-hr]')?.innerText.replace(/\\s+/g, ' ').trim()";

/// Nobody comes, goes or changes places: the values are those of the moment all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_ward_in_the_same_order_shows_the_values_of_each_moment() {
    let _turn = turn::beside_others().await;
    let folder = tempfile::tempdir().unwrap();
    let vault = cache::fill(folder.path());
    vault.commit(PageCommit { facts: stay::stay(), received: stay::NOW, ..Default::default() }).unwrap();
    let then = stay::NOW - clinical::DAY_MS;
    let heart_rate = |at: Instant| {
        let ward = vault.read_as(View { at, ..View::NOW }, |reader| reader.ward()).unwrap();
        let value = ward.values.into_iter().find(|v| v.series.code == "8867-4").unwrap();
        value.value.to_string()
    };
    let (of_then, newest) = (heart_rate(then), heart_rate(Instant(i64::MAX)));
    assert_ne!(of_then, newest);
    drop(vault);
    let app = App::start(&["--data-dir", folder.path().to_str().unwrap()]).await;
    let shown = format!("HR 2025 {newest}");
    app.until("the newest", &format!("{HEART_RATE} === '{shown}'")).await;
    app.shot("days-old");
    let beside = "return [...document.querySelectorAll('.tile .v')].filter((v) =>
        v.querySelector('time').getBoundingClientRect().right > v.getBoundingClientRect().right + 0.5).map((v) => v.innerText)";
    assert_eq!(app.ask(beside).await, serde_json::json!([]), "the day of an old value keeps to its place");
    app.ask(&format!(
        "window.__TAURI_INTERNALS__.invoke('look_back', {{ at: {}, asShown: false }}); return true",
        then.0
    ))
    .await;
    app.see("[data-testid=past-banner]").await;
    app.until("what was then", &format!("{HEART_RATE} === 'HR <10 s {of_then}'")).await;
    // So does the page of somebody that stands open while the moment changes.
    app.click("[data-testid=tile-p]").await;
    let beside_the_trend = |value: &str| {
        format!(
            "return document.querySelector('[data-testid=trends] .lane-head b')?.textContent === '{value}'"
        )
    };
    app.until("what was then, on the page", &beside_the_trend(&of_then)).await;
    app.click("[data-testid=back-to-now]").await;
    app.until("the newest on the page", &beside_the_trend(&newest)).await;
    app.click("[data-testid=nav-ward]").await;
    app.until("the newest again", &format!("{HEART_RATE} === '{shown}'")).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_says_so_and_is_rebuilt_with_the_action_that_waited() {
    let _turn = turn::beside_others().await;
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let arguments = ["--server", sim.base(), "--data-dir", data];
    let app = live(&arguments).await;
    let episode = take_without_the_network(&sim, &app).await;
    app.kill();
    drop(app);
    // The first page of the database and of its log are overwritten.
    for name in ["vault.db", "vault.db-wal"] {
        let file = folder.path().join(name);
        let mut bytes = std::fs::read(&file).unwrap();
        let end = bytes.len().min(8192);
        bytes[..end].fill(0x5a);
        std::fs::write(file, bytes).unwrap();
    }
    sim.cut_link(false);
    let app = App::start(&arguments).await;
    let said = app.text("[data-testid=damaged]").await;
    assert!(said.contains("Nothing was deleted") && said.contains("1 action"), "{said}");
    app.shot("damaged");
    app.click("[data-testid=repair]").await;
    app.until("the ward again", TILES).await;
    app.until("it was sent", "return !document.querySelector('[data-testid=waiting-count]')").await;
    app.until("live", LIVE).await;
    app.until("the action arrives", "return !document.querySelector('[data-testid=waiting-list]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);
    let aside = std::fs::read_dir(data)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with("vault.damaged-"));
    assert!(aside.count() >= 1, "the damaged file is kept for IT");
    app.close().await;
}
