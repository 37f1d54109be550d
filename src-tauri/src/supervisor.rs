//! What runs for as long as a station is open: the sync, its own rules and its board. Whatever ends is begun again; no page is
//! needed for any of it.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sync::Stage;
use tokio::time::Instant as Tick;

use crate::open::Open;
use crate::unwatched::note_watching;
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
    of_station("sync", open, |open| open.console.clone().run());
    of_station("rules", open, |open| rules(Arc::downgrade(&open)));
    of_station("board", open, pump);
    of_station("watching", open, |open| note_watching(Arc::downgrade(&open)));
}

/// Work that goes on until the station is closed.
fn of_station<F>(name: &'static str, open: &Arc<Open>, work: impl Fn(Arc<Open>) -> F + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let open: Weak<Open> = Arc::downgrade(open);
    tauri::async_runtime::spawn(again_and_again(name, move || open.upgrade().map(&work)));
}

/// Begins work, and begins it again where it returned or panicked, until there is none to begin.
pub(crate) async fn again_and_again<F>(name: &'static str, mut begin: impl FnMut() -> Option<F>)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Some(work) = begin() {
        let _ = tokio::spawn(work).await;
        tracing::error!(name, "ended, and is begun again");
        tokio::time::sleep(AGAIN).await;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_or_panics_is_begun_again_within_a_second_until_the_station_is_closed() {
        let (mut times, began) = (0, Tick::now());
        let work = || {
            times += 1;
            let number = times;
            (number <= 5).then_some(async move { assert!(number % 2 == 0, "a fault of the work itself") })
        };
        again_and_again("work", work).await;
        assert_eq!(times, 6, "five times there was work, of which three panicked");
        assert_eq!(began.elapsed(), AGAIN * 5);
        assert!(AGAIN <= Duration::from_secs(1));
    }
}
