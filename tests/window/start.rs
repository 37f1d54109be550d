//! A start that goes wrong: a window says why and what to do, and goes on once the cause is gone.

use crate::support::station::{self, alarm};
use crate::support::{App, none_holds};
use crate::turn;

const WHY: &str = "return document.querySelector('[data-testid=cannot-start-why]')?.textContent ?? ''";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_says_what_is_in_its_way_and_opens_once_that_is_gone() {
    let _turn = turn::beside_others().await;
    let sim = station::sim().await;
    alarm(sim.base(), "waits", "high", "SpO2 80 < 90", false).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--server", sim.base(), "--data-dir", folder.path().to_str().unwrap()];
    let first = App::start(&arguments).await;
    first.see("[data-testid=alert-waits]").await;

    let second = App::start(&arguments).await;
    second.see("[data-testid=cannot-start]").await;
    let why = second.ask(WHY).await;
    assert!(why.as_str().unwrap().contains("another Vigil is using"), "{why}");
    assert_eq!(
        second.ask("return document.querySelector('[data-testid^=tile-]')").await,
        serde_json::Value::Null
    );
    second.painted().await;
    second.shot("cannot-start");
    // As long as the cause is there, it says so again.
    second.click("[data-testid=start-again]").await;
    second.see("[data-testid=gate-trouble]").await;
    second.see("[data-testid=start-again]:enabled").await;

    first.close().await;
    second.click("[data-testid=start-again]").await;
    second.see("[data-testid=alert-waits]").await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_is_said_in_the_window_and_left_as_it_was() {
    let _turn = turn::beside_others().await;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("cache");
    std::fs::write(&file, "something else").unwrap();
    let app =
        App::start(&["--server", "http://127.0.0.1:9/fhir", "--data-dir", file.to_str().unwrap()]).await;
    app.see("[data-testid=cannot-start]").await;
    let why = app.ask(WHY).await;
    assert!(why.as_str().unwrap().contains("the folder for the cache cannot be used"), "{why}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "something else");
    assert_eq!(none_holds(home.path(), &["fhir"]).0, 1, "nothing else was written");
    app.close().await;
}
