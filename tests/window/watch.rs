//! The program watches over its own page: one that ends or hangs is noticed, said, and opened anew, and the station goes on meanwhile.
//! Without WebDriver, which would lose its session with the page.

use std::path::Path;
use std::time::Duration;

use ward_sim::WardSim;

use crate::support::pulse::Pulse;
use crate::support::station::alarm;
use crate::support::{App, Desk, Unaided, signal, station};
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
async fn a_page_that_is_stopped_is_opened_anew_and_the_sound_goes_on_meanwhile() {
    let _turn = turn::alone().await;
    let pulse = Pulse::start();
    let sim = station::sim().await;
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let app = Unaided::start_with(&start, &pulse.at_home(home.path()));
    app.says(SHOWN, 1).await;
    alarm(sim.base(), "heard-all-the-while", "high", "SpO2 80 < 90", false).await;
    assert!(pulse.is_heard(Duration::from_secs(20)), "an alarm that is on was not heard");
    let usual = pulse.longest_silence(Duration::from_secs(12));
    let stopped = app.page();
    let listening = std::thread::spawn(move || pulse.longest_silence(Duration::from_secs(14)));
    signal("-STOP", &stopped);
    let took = app.says(SHOWN, 2).await;
    println!("the board again after {} ms", took.as_millis());
    assert_ne!(app.page(), stopped);
    let silent = listening.join().unwrap();
    println!("silent for {} ms at most, {} ms before", silent.as_millis(), usual.as_millis());
    assert!(silent < usual + Duration::from_secs(1), "{silent:?}, {usual:?} before");
    app.shot("watch-stopped-again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_emptied_shows_the_board_again() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()]).await;
    app.until("the board", station::TILES).await;
    let empty = "document.querySelector('[data-testid=app]').remove(); window.__empty = true;";
    app.page.execute(empty, vec![]).await.unwrap();
    let began = std::time::Instant::now();
    app.until(
        "the board again",
        "return window.__empty === undefined && document.querySelectorAll('.tile').length > 0",
    )
    .await;
    println!("the board again after {} ms", began.elapsed().as_millis());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_is_said_and_opened_anew_and_alarms_go_on_meanwhile() {
    let _turn = turn::alone().await;
    let sim = station::sim().await;
    let folder = tempfile::tempdir().unwrap();
    let told = Desk { with: vec![("VIGIL_LOG", "warn,vigil_app=info".into())], ..Desk::default() };
    let start = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let app = App::start_at(&start, told).await;
    app.until("the board", station::TILES).await;
    app.page.execute("setTimeout(() => { for (;;); }, 50)", vec![]).await.unwrap();
    alarm(sim.base(), "while-it-hung", "high", "SpO2 80 < 90", false).await;
    // WebDriver's session is lost with the page; what the program did stands in its log.
    let said = app.logs("nothing new for ten seconds stage=\"this window\"", 1).await;
    println!("said after {} ms", said.as_millis());
    app.logs("its page is opened anew", 1).await;
    app.logs(SHOWN, 2).await;
    // The station raised it as its own alarm too, for whoever looks at another one.
    let listed = command::vigil(folder.path(), command::PIN, &["alerts", "--json"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("nothing new from this window"), "{listed}");
    app.shot("watch-hung-again");
    app.kill();
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
