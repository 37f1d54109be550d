//! The program watches over its own page: one that ends or hangs is noticed, said, and opened anew, and the station goes on meanwhile.
//! Without WebDriver, which would lose its session with the page.

use std::path::Path;
use std::time::Duration;

use ward_sim::WardSim;

use crate::support::station::alarm;
use crate::support::{App, Unaided, signal, station};
use crate::{cache, command, turn};

const SHOWN: &str = "the page shows the board";

async fn watched(sim: &WardSim, folder: &Path) -> Unaided {
    let app = Unaided::start(&["--server", sim.base(), "--data-dir", folder.to_str().unwrap()]);
    app.says(SHOWN, 1).await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_dies_shows_the_board_again_by_itself_and_over_and_over() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = watched(&sim, folder.path()).await;
    for round in 2..5 {
        signal("-9", &app.page());
        let took = app.says(SHOWN, round).await;
        println!("the board again after {} ms", took.as_millis());
        // The figure is three seconds, and stands in the bench; this is for a machine that does ten other things.
        assert!(took < Duration::from_secs(30), "{took:?}");
    }
    app.shot("watch-again");
    assert!(!app.log().contains("panicked"), "{}", app.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_is_said_and_opened_anew_and_alarms_go_on_meanwhile() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = watched(&sim, folder.path()).await;
    let hung = app.page();
    signal("-STOP", &hung);
    alarm(sim.base(), "while-it-hung", "high", "SpO2 80 < 90", false).await;
    let said = app.says("nothing new for ten seconds stage=\"this window\"", 1).await;
    println!("said after {} ms", said.as_millis());
    app.says("its page is opened anew", 1).await;
    app.says(SHOWN, 2).await;
    assert_ne!(app.page(), hung);
    // The station raised it as its own alarm too, for whoever looks at another one.
    let listed = command::vigil(folder.path(), command::PIN, &["alerts", "--json"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("nothing new from this window"), "{listed}");
    app.shot("watch-hung-again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_in_which_nobody_watched_is_said_at_the_next_start_and_once() {
    let _turn = turn::beside_others().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let before = i64::try_from(now).unwrap() - 20 * 60_000;
    // As a station left it that was killed twenty minutes ago.
    let vault = cache::fill(folder.path());
    vault.set_setting("server", sim.base().to_owned()).unwrap();
    vault.set_setting("watched-until", before.to_string()).unwrap();
    drop(vault);
    let start = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let app = App::start(&start).await;
    let said = app.text("[data-testid=unwatched-banner]").await;
    assert!(said.contains("Nobody watched at this station from"), "{said}");
    app.painted().await;
    app.shot("watch-unwatched");
    app.click("[data-testid=unwatched-alarms]").await;
    app.see("[data-testid=alert-rows]").await;
    app.close().await;
    let app = App::start(&start).await;
    app.until("the board", station::TILES).await;
    assert_eq!(app.ask("return document.querySelectorAll('[data-testid=unwatched-banner]').length").await, 0);
    app.close().await;
}
