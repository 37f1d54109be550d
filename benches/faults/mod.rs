//! How long it takes until each way in which an alarm can be stopped is said, and how long alarms take beside a slow server.

use std::time::{Duration, Instant as Wall};

use ward_sim::{Options, WardSim};

use crate::Table;
use crate::support::pulse::Pulse;
use crate::support::{App, Unaided, signal};

/// What is said within ten seconds, of whichever failure.
const AT_MOST: f64 = 10.0;
const BANNER: &str =
    "return !!document.querySelector('[data-testid=offline-banner], [data-testid=late-banner]')";
const NO_BANNER: &str =
    "return !document.querySelector('[data-testid=offline-banner], [data-testid=late-banner]')";
const LIVE: &str = "return document.querySelector('[data-testid=app]')?.dataset.live === 'true'";
const SHOWN: &str = "the page shows the board";

/// Every failure that can be brought about from outside, one after the other.
pub(crate) async fn detection(table: &mut Table) {
    let sim = ward_sim::start(Options::default()).await.unwrap();
    let mut pulse = Pulse::start();
    let folder = tempfile::tempdir().unwrap();
    let app =
        App::start_at(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()], pulse.desk())
            .await;
    app.until_within("live", LIVE, Duration::from_secs(120)).await;
    // The first sync is over: what is slow is slow by the fault alone.
    app.until_within(
        "whole",
        "return !document.querySelector('[data-testid=progress]')",
        Duration::from_secs(600),
    )
    .await;

    let began = Wall::now();
    sim.cut_link(true);
    app.until("said", BANNER).await;
    table.row("said after: the server closes every connection", began.elapsed().as_secs_f64(), "s", AT_MOST);
    sim.cut_link(false);
    mended(&app).await;

    let began = Wall::now();
    sim.hang(true);
    app.until("said", BANNER).await;
    table.row("said after: connections stand and nothing comes", began.elapsed().as_secs_f64(), "s", AT_MOST);
    sim.hang(false);
    mended(&app).await;

    let bar = |words: &str| {
        format!("return (document.querySelector('[data-testid=no-audio]')?.textContent ?? '') === '{words}'")
    };
    app.until("heard", &bar("")).await;
    let began = Wall::now();
    assert!(pulse.ask(&["set-sink-mute", "ward", "1"]));
    app.until("said", &bar("Muted")).await;
    table.row("said after: the sound is muted", began.elapsed().as_secs_f64(), "s", AT_MOST);
    assert!(pulse.ask(&["set-sink-mute", "ward", "0"]));
    app.until("heard", &bar("")).await;
    let began = Wall::now();
    pulse.end();
    app.until("said", &bar("No sound")).await;
    table.row("said after: the sound server ends", began.elapsed().as_secs_f64(), "s", AT_MOST);
    pulse.begin();
    app.until("heard", &bar("")).await;
    app.close().await;
    page(table, &sim).await;
}

async fn mended(app: &App) {
    app.until_within("mended", NO_BANNER, Duration::from_secs(120)).await;
    app.until_within("live", LIVE, Duration::from_secs(120)).await;
}

/// The window's own page, without WebDriver.
async fn page(table: &mut Table, sim: &WardSim) {
    let folder = tempfile::tempdir().unwrap();
    let app = Unaided::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]);
    app.says(SHOWN, 1).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut slowest = 0f64;
    for round in 2..5 {
        signal("-9", &app.page());
        slowest = slowest.max(app.says(SHOWN, round).await.as_secs_f64());
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    table.row("a page that was killed shows the board again, slowest of 3", slowest, "s", 3.0);
    signal("-STOP", &app.page());
    let back = app.says(SHOWN, 5).await;
    table.row("a page that was stopped shows the board again", back.as_secs_f64(), "s", 3.0);
}
