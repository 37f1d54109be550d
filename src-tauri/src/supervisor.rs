//! What runs for as long as a station is open: the sync, its own rules and its board. Whatever ends is begun again; no page is
//! needed for any of it.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sync::Stage;
use tokio::time::Instant as Tick;

use crate::open::Open;
use crate::updates::pump;

/// What ended is begun again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// How often the station's own rules look at what is new.
const RULES: Duration = Duration::from_secs(2);
/// How long the rules wait for the board to be shown: their first look reads an hour of everybody, and would take a core from
/// the page while it draws.
const BOARD_FIRST: Duration = Duration::from_secs(5);
/// Begins what runs for as long as the station is open, and begins it again where it ends.
pub(crate) fn keep_going(open: &Arc<Open>) {
    for stage in [Stage::Board, Stage::Rules] {
        open.console.beats().expect(stage);
    }
    again_and_again("sync", Arc::downgrade(open), |open| open.console.clone().run());
    again_and_again("rules", Arc::downgrade(open), |open| rules(Arc::downgrade(&open)));
    again_and_again("board", Arc::downgrade(open), pump);
}

fn again_and_again<F>(name: &'static str, open: Weak<Open>, work: impl Fn(Arc<Open>) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    tauri::async_runtime::spawn(async move {
        while let Some(open) = open.upgrade() {
            // Whether it returned or panicked: none of these has an end.
            let _ = tauri::async_runtime::spawn(work(open)).await;
            tracing::error!(name, "ended, and is begun again");
            tokio::time::sleep(AGAIN).await;
        }
    });
}

/// Raises the station's own alarms, whether a page looks or not.
async fn rules(open: Weak<Open>) {
    let Some(shown) = open.upgrade().map(|open| open.shown.clone()) else { return };
    let _ = tokio::time::timeout(BOARD_FIRST, shown.notified()).await;
    let mut ticks = tokio::time::interval_at(Tick::now() + RULES, RULES);
    loop {
        ticks.tick().await;
        let Some(open) = open.upgrade() else { return };
        let console = open.console.clone();
        match tauri::async_runtime::spawn_blocking(move || console.detect()).await {
            Ok(Ok(_)) => open.console.beats().beat(Stage::Rules),
            _ => tracing::error!("the station's own rules could not be run; they are tried again"),
        }
    }
}
