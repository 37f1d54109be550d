//! What an alarm does by itself, in real windows: a pause ends, a new alarm sounds through it, the next role is called on a
//! station that is cut off too, and what ended before anybody saw it waits for somebody, also after a restart.

use std::path::Path;
use std::time::Duration;

use crate::gate::Gate;
use crate::support::App;
use crate::support::station::{alarm, card};
use crate::{command, turn};
use serde_json::{Value, json};

/// A station whose times are as short as a site may set them.
async fn station(base: &str, folder: &Path, user: &str) -> App {
    escalating(base, folder, user, "30").await
}

/// A station at which the next role is due after so many seconds.
async fn escalating(base: &str, folder: &Path, user: &str, seconds: &str) -> App {
    for setting in [["alarm.pause", "30"], ["alarm.escalate-high", seconds], ["alarm.chain-high", "Outreach"]]
    {
        let done = command::vigil(folder, command::PIN, &["settings", setting[0], setting[1]]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    open(base, folder, user).await
}

/// The history is there, and what comes now comes at once.
async fn at_work(app: &App) {
    let whole = "return !document.querySelector('[data-testid=progress]')";
    app.until_within("history", whole, Duration::from_secs(300)).await;
}

async fn open(base: &str, folder: &Path, user: &str) -> App {
    let app = App::start(&["--server", base, "--data-dir", folder.to_str().unwrap(), "--user", user]).await;
    app.until("30 tiles", "return document.querySelectorAll('[data-testid^=tile-]').length === 30").await;
    app.until("live", "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'").await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_and_sounds_again_and_a_new_alarm_sounds_through_it() {
    let _turn = turn::beside_others().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = station(sim.base(), folder.path(), "N. Okafor").await;
    // What the history and the calls of a start do to the first alarm is no figure of a ward at work.
    at_work(&app).await;
    alarm(sim.base(), "pause-1", "high", "SpO2 80 < 90", false).await;
    app.until("it sounds", &card("pause-1", "card.dataset.sound === 'on'")).await;
    let button = app.text("[data-testid=pause-pause-1]").await;
    assert_eq!(button, "Pause sound 30 s", "the unit's own time");
    app.click("[data-testid=pause-pause-1]").await;
    app.until("the pause", &card("pause-1", "card.dataset.sound === 'paused'")).await;
    app.until(
        "its countdown",
        "return /Audio paused [0-9]+ s/.test(document.querySelector('[data-testid=audio-paused]')?.textContent ?? '')",
    )
    .await;

    alarm(sim.base(), "pause-2", "moderate", "HR 140 > 130", false).await;
    let through = "card.dataset.sound === 'on' && document.querySelector('[data-testid=alert-pause-1]').dataset.sound === 'paused'";
    app.until("the new one sounds through the pause", &card("pause-2", through)).await;
    app.shot("signals-pause");
    app.until("the pause is over and it sounds again", &card("pause-1", "card.dataset.sound === 'on'")).await;
    app.until("no countdown", "return !document.querySelector('[data-testid=audio-paused]')").await;

    // What IT staff see of it, while the window is open.
    let doctor = command::vigil(folder.path(), command::PIN, &["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("alarms")).unwrap_or_else(|| panic!("{said}"));
    println!("{line}");
    assert!(line.starts_with("ok") && line.contains("ms after the server has it"), "{line}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_role_is_called_by_a_station_that_is_cut_off_too_and_both_agree() {
    let _turn = turn::beside_others().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let gate = Gate::to(sim.base()).await;
    let (home_a, home_b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Time enough to cut the other off before the role is due, on any machine.
    let a = escalating(sim.base(), home_a.path(), "N. Okafor", "75").await;
    let b = escalating(&gate.base, home_b.path(), "S. Varga", "75").await;
    at_work(&a).await;
    at_work(&b).await;
    alarm(sim.base(), "chain-1", "high", "RR 4 < 8", false).await;
    // The link goes before the role is due: what the other station does then does not come here.
    b.until("the alarm", &card("chain-1", "true")).await;
    gate.shut(true);
    b.until("cut off", "return !!document.querySelector('[data-testid=offline-banner]')").await;
    // Who is cut off works out the same, and claims of nobody that they were called.
    let due = Duration::from_secs(150);
    a.until_within("the call", &card("chain-1", "/call sent: Outreach/.test(card.textContent)"), due).await;
    b.until("the next role", &card("chain-1", "/due: Outreach/.test(card.textContent)")).await;
    b.shot("signals-escalated-offline");
    // Taken where the network is; the other learns it with the link, and nobody is called back.
    a.click("[data-testid=take-chain-1]").await;
    a.until("taken", &card("chain-1", "/N. Okafor/.test(card.textContent)")).await;
    gate.shut(false);
    b.until(
        "the owner",
        &card(
            "chain-1",
            "/N. Okafor/.test(card.textContent) && /call sent: Outreach/.test(card.textContent)",
        ),
    )
    .await;
    a.until("the card", &card("chain-1", "true")).await;
    let texts = [a.text("[data-testid=more-chain-1]").await, b.text("[data-testid=more-chain-1]").await];
    assert_eq!(texts[0], texts[1]);
    a.close().await;
    b.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_alarm_that_ended_unseen_waits_for_somebody_also_after_a_restart() {
    let _turn = turn::beside_others().await;
    let sim = ward_sim::start(ward_sim::Options::of_two_days()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = station(sim.base(), folder.path(), "N. Okafor").await;
    alarm(sim.base(), "latch-1", "high", "Asystole", false).await;
    app.until("the alarm", &card("latch-1", "true")).await;
    alarm(sim.base(), "latch-1", "high", "Asystole", true).await;
    let latched = card("latch-1", "/ended, nobody took it/.test(card.textContent)");
    app.until_within("it stays", &latched, Duration::from_secs(20)).await;
    app.kill();
    drop(app);

    let app = open(sim.base(), folder.path(), "N. Okafor").await;
    app.until("it is still there", &latched).await;
    app.shot("signals-latched");
    app.click("[data-testid=take-latch-1]").await;
    app.until("somebody saw it", "return !document.querySelector('[data-testid=alert-latch-1]')").await;
    // It is over, and can still be looked up.
    app.click("[data-testid=nav-alerts]").await;
    app.see("[data-testid=alerts]").await;
    app.until("not among the open ones", "return !document.querySelector('[data-testid=row-latch-1]')").await;
    app.click("[data-testid=history]").await;
    app.click("[data-testid=row-latch-1] .msg").await;
    app.until(
        "who had it",
        "return /Asystole.*N\\. Okafor/s.test(document.querySelector('[data-testid=row-latch-1]')?.textContent ?? '')
            && /Taken.*N\\. Okafor/s.test(document.querySelector('[data-testid=timeline]')?.textContent ?? '')",
    )
    .await;
    assert_eq!(app.ask("return document.querySelector('[data-testid=episode-take]').disabled").await, true);
    app.shot("alerts-history");
    let listed = command::vigil(folder.path(), command::PIN, &["alerts", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let one = listed.as_array().unwrap().iter().find(|e| e["episode_id"] == "latch-1").unwrap();
    assert_eq!((&one["state"], &one["owner"]), (&json!("closed"), &json!("N. Okafor")), "{one}");
    app.close().await;
}
