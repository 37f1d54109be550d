//! The program watches over its own page: one that ends or hangs is noticed, said, and opened anew, and the station goes on meanwhile.
//! Without WebDriver, which would lose its session with the page.

use std::path::Path;
use std::time::Duration;

use ward_sim::WardSim;

use crate::support::station::alarm;
use crate::support::{Unaided, signal, station};
use crate::{command, turn};

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
