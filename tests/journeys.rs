//! What a nurse does, in the real window: real vault, real server, real kill.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::time::Duration;

use support::{App, PIN};

async fn sim() -> ward_sim::WardSim {
    ward_sim::start(ward_sim::Options::default()).await.unwrap()
}

/// The actions of one verb on one episode that the server holds.
async fn on_server(base: &str, episode: &str, verb: &str) -> usize {
    let url = format!("{base}/Communication?category=urn:vigil:alert-action%7C{verb}&_count=1000");
    let bundle: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let about = format!("DetectedIssue/{episode}");
    bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["resource"]["about"][0]["reference"] == about.as_str())
        .count()
}

const TILES: &str = "return document.querySelectorAll('[data-testid^=tile-]').length === 30";
const LIVE: &str = "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'";

/// The first alert of the queue that nobody has.
/// A station with everybody on its board and changes that arrive by themselves.
async fn live(arguments: &[&str]) -> App {
    let app = App::start(arguments).await;
    app.until("30 tiles", TILES).await;
    app.until("live", LIVE).await;
    app
}

async fn first_open_alert(app: &App) -> String {
    let button = app.see("[data-testid=queue] [data-testid^=take-]").await;
    let id = button.attr("data-testid").await.unwrap().unwrap();
    id.trim_start_matches("take-").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_opens_on_a_living_ward_worst_first() {
    let app = App::start(&["--demo"]).await;
    app.until("30 tiles", TILES).await;
    let beds = app.ask("return [...document.querySelectorAll('.tile')].filter(t => !t.dataset.bed.startsWith('H')).length").await;
    assert_eq!(beds, 24);
    let order = app.ask("const rank = {high: 3, med: 2, low: 1, tech: 0, none: -1}; return [...document.querySelectorAll('.tile')].map(t => rank[t.dataset.alarm])").await;
    let order: Vec<i64> = order.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
    assert_eq!(order[0], 3, "a high alarm leads: {order:?}");
    assert!(order.windows(2).all(|w| w[0] >= w[1]), "worst first: {order:?}");
    app.until("live", LIVE).await;
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

/// How many pixels of a panel are in the measure's hue.
const HUE_PIXELS: &str = "
    const c = document.querySelector('[data-testid=panel-KEY]'); if (!c || !c.width) return 0;
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
    for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i] - R) + Math.abs(d[i + 1] - G) + Math.abs(d[i + 2] - B) < 30) n++;
    return n";

async fn hue_pixels(app: &App, key: &str, (r, g, b): (u8, u8, u8)) -> i64 {
    let script = HUE_PIXELS
        .replace("KEY", key)
        .replace('R', &r.to_string())
        .replace('G', &g.to_string())
        .replace("- B)", &format!("- {b})"));
    app.ask(&script).await.as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_opens_and_every_range_is_drawn() {
    let app = live(&["--demo"]).await;
    app.click("[data-testid=tile-ward-p12]").await;
    app.see("[data-testid=patient][data-patient=ward-p12]").await;
    for (name, hours) in [("1h", 1i64), ("6h", 6), ("24h", 24), ("72h", 72), ("14d", 336)] {
        app.click(&format!("[data-testid=range-{name}]")).await;
        app.until(
            name,
            &format!(
                "return document.querySelector('[data-testid=trends]').dataset.drawn === '{}'",
                hours * 3_600_000
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
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_reaches_the_server_exactly_once_and_names_the_owner() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", data, "--user", "S. Varga"]).await;
    let episode = first_open_alert(&app).await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("owner on the tile", "return [...document.querySelectorAll('.tile [data-testid=owner]')].some(o => o.textContent.includes('Owned by S. Varga'))").await;
    app.until("nothing waits", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);
    app.click(&format!("[data-testid=handle-{episode}]")).await;
    app.click("[data-testid=reason-Treated]").await;
    app.shot("handled-dialog");
    app.click("[data-testid=reason-record]").await;
    app.until(
        "left the queue",
        &format!("return !document.querySelector('[data-testid=queue] [data-testid=\"alert-{episode}\"]')"),
    )
    .await;
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;
    app.shot("alerts");
    app.until("handled arrived", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "handled").await, 1);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_network_everything_opens_and_a_take_waits_then_arrives_once() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    sim.cut_link(true);
    app.until_within(
        "the offline banner",
        "return !!document.querySelector('[data-testid=offline-banner]')",
        Duration::from_secs(10),
    )
    .await;
    assert!(app.text("[data-testid=offline-banner]").await.contains("last good data"));
    let episode = first_open_alert(&app).await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("it says that it waits", "return document.querySelector('[data-testid=waiting-list]')?.textContent.includes('this station only')").await;
    assert!(app.text("[data-testid=offline-banner]").await.contains("1 action waiting"));
    app.shot("offline-ward");
    for (screen, mark) in [
        ("alerts", "[data-testid=alerts]"),
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

/// A name, a number and a reference of somebody in the simulated ward, and the PIN.
const CANARIES: [&str; 4] = ["Adeyemi", "7B-081-362", "ward-p12", support::PIN];

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_station_still_has_its_action_and_sends_it_once_and_keeps_no_name_in_clear() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let arguments = ["--server", sim.base(), "--data-dir", data];
    let app = live(&arguments).await;
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    let episode = first_open_alert(&app).await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("it waits", "return !!document.querySelector('[data-testid=waiting-list]')").await;
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
async fn two_records_of_one_person_become_one_tile_and_two_again() {
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
async fn the_first_run_checks_a_server_says_what_is_wrong_and_asks_for_a_pin() {
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
async fn a_refused_action_is_explained_tried_again_or_carried_on_otherwise() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = live(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    sim.refuse_writes_with(422);
    let episode = first_open_alert(&app).await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("the reason", "return !!document.querySelector('[data-testid^=why-]')").await;
    assert!(app.text("[data-testid^=why-]").await.contains("422"));
    app.shot("refused");
    sim.refuse_writes_with(0);
    app.click("[data-testid^=retry-0]").await;
    app.until("it arrived", "return !document.querySelector('[data-testid=waiting-count]')").await;
    assert_eq!(on_server(sim.base(), &episode, "take").await, 1);

    sim.refuse_writes_with(403);
    let episode = first_open_alert(&app).await;
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
async fn a_damaged_cache_says_so_and_is_rebuilt_with_the_action_that_waited() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let arguments = ["--server", sim.base(), "--data-dir", data];
    let app = live(&arguments).await;
    sim.cut_link(true);
    app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    let episode = first_open_alert(&app).await;
    app.click(&format!("[data-testid=take-{episode}]")).await;
    app.until("it waits", "return !!document.querySelector('[data-testid=waiting-list]')").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn two_stations_agree_on_who_has_an_alert_online_and_after_an_outage() {
    let sim = sim().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = async |n: usize, user: &str| {
        let data = folders[n].path().to_str().unwrap();
        live(&["--server", sim.base(), "--data-dir", data, "--user", user]).await
    };
    let a = start(0, "N. Okafor").await;
    let b = start(1, "S. Varga").await;
    let episode = first_open_alert(&a).await;
    a.click(&format!("[data-testid=take-{episode}]")).await;
    let owner = format!(
        "return document.querySelector('[data-testid=alert-{episode}]')?.textContent.includes('N. Okafor')"
    );
    b.until_within("the owner on the other station", &owner, Duration::from_secs(2)).await;

    // A pause of the sound is shown with its countdown, on both, and takes nothing.
    let second = first_open_alert(&a).await;
    a.click(&format!("[data-testid=pause-{second}]")).await;
    for app in [&a, &b] {
        app.until("the pause", "return /Audio paused.*[12]:\\d\\d/.test(document.querySelector('[data-testid=audio-paused]')?.textContent ?? '')").await;
        app.see(&format!("[data-testid=take-{second}]")).await;
    }
    a.shot("paused");

    // Both take the same alert while the link is down.
    sim.cut_link(true);
    for app in [&a, &b] {
        app.until("offline", "return !!document.querySelector('[data-testid=offline-banner]')").await;
        app.click(&format!("[data-testid=take-{second}]")).await;
        app.until("it waits", "return !!document.querySelector('[data-testid=waiting-list]')").await;
    }
    sim.cut_link(false);
    for app in [&a, &b] {
        app.until("online again", "return !document.querySelector('[data-testid=offline-banner]') && !document.querySelector('[data-testid=waiting-count]')").await;
    }
    assert_eq!(on_server(sim.base(), &second, "take").await, 2, "both takes are kept");
    let says = format!("return document.querySelector('[data-testid=alert-{second}]')?.textContent ?? ''");
    let told = format!(
        "return /you took it too|also taken by/.test(document.querySelector('[data-testid=alert-{second}]')?.textContent ?? '')"
    );
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
    a.click("[data-testid=episode-say]").await;
    a.until(
        "the note",
        "return document.querySelector('[data-testid=timeline]')?.textContent.includes('Awake, BP 92/54')",
    )
    .await;
    a.click("[data-testid=episode-hand]").await;
    a.see("[data-testid=episode-words]").await.send_keys("S. Varga").await.unwrap();
    a.click("[data-testid=episode-say]").await;
    let handed = format!(
        "return document.querySelector('[data-testid=alert-{episode}]')?.textContent.includes('S. Varga')"
    );
    b.until("handed over", &handed).await;
    a.shot("alerts-episode");
    b.shot("two-stations");
    a.close().await;
    b.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_is_handed_over_on_one_page_also_without_the_network() {
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
    app.ask("return window.__TAURI_INTERNALS__.invoke('annotate', { patient: 'ward-p12', at: Date.now(), text: 'Slept badly' })").await;
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
    let saved = app.text("[data-testid=handover-file]").await;
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
        "eight hours ago > now",
        "N. Okafor – Slept badly",
    ] {
        assert!(text.contains(wanted), "{wanted} is not on the page: {text}");
    }
    app.close().await;
}

/// `cargo xtask demo --headless` asks for this one: each screen of the demo, photographed.
#[tokio::test(flavor = "multi_thread")]
async fn screens_of_the_demo() {
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
    for screen in ["alerts", "handover", "settings"] {
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

#[tokio::test(flavor = "multi_thread")]
async fn trends_move_under_the_hand_and_the_crosshair_says_value_age_and_device() {
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
