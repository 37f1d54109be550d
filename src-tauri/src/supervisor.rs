//! Watches over the way of an alarm through this program: what ends is begun again, what is late is said, heard and told, and a page
//! that shows nothing any more is opened anew. It needs no page for any of it.

use std::future::Future;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use clinical::Instant;
use console::view::{Late, Update};
use sync::Stage;
use tauri::Manager;
use tokio::time::Instant as Tick;

use crate::platform;
use crate::session::{Open, Session};
use crate::updates::pump;

/// How often everything is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// What ended is begun again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// How often the station's own rules look at what is new.
const RULES: Duration = Duration::from_secs(2);
/// How long the rules wait for the board to be shown: their first look reads an hour of everybody, and would take a core from
/// the page while it draws.
const BOARD_FIRST: Duration = Duration::from_secs(5);
/// A page that never asked for the board is waited for from here on.
const FIRST_PAGE: Duration = Duration::from_secs(20);
/// A page that shows nothing for so long is opened anew: it is said before.
const BLANK: Duration = Duration::from_secs(15);
/// A page that was opened anew has so long before it is opened anew again.
const RENEWED: Duration = Duration::from_secs(20);

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

/// Looks at everything for as long as the window is open.
pub(crate) async fn watch_over(app: tauri::AppHandle) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut said = Vec::new();
    let mut renewed: Option<Tick> = None;
    let mut opened: Option<Tick> = None;
    loop {
        ticks.tick().await;
        let Ok(open) = app.state::<Session>().open() else { continue };
        let beats = open.console.beats();
        let since = *opened.get_or_insert_with(Tick::now);
        if since.elapsed() >= FIRST_PAGE {
            beats.expect(Stage::Page);
        }
        note_watching(&open).await;
        let late = open.console.late();
        say(&open, &late, &mut said);
        let is_worked_out = late.iter().all(|(stage, _)| *stage != Stage::Board);
        let is_blank = beats.silent(Stage::Page).is_some_and(|silent| silent >= BLANK) && is_worked_out;
        if is_blank && renewed.is_none_or(|at| at.elapsed() >= RENEWED) {
            renewed = Some(Tick::now());
            tracing::error!("the window does not show what it is sent; its page is opened anew");
            if let Some(window) = app.get_webview_window("main") {
                platform::open_anew(&window);
            }
        }
    }
}

/// Leaves in the cache that somebody watches; what nobody watched before is said as soon as a page can.
async fn note_watching(open: &Arc<Open>) {
    let console = open.console.clone();
    let mut unwatched = open.unwatched.lock().unwrap_or_else(PoisonError::into_inner).take();
    match tauri::async_runtime::spawn_blocking(move || console.watches()).await {
        Ok(Ok(Some(gap))) => unwatched = Some(gap.into()),
        Ok(Ok(None)) => {}
        _ => tracing::warn!("how long somebody watched could not be kept"),
    }
    let Some(gap) = unwatched else { return };
    if !open.page.tell(Update { unwatched: Some(gap), ..Update::default() }) {
        open.unwatched.lock().unwrap_or_else(PoisonError::into_inner).replace(gap);
    }
}

/// Says what is late, once for each silence: to the page, to the ear and to the desktop.
fn say(open: &Open, late: &[(Stage, Instant)], said: &mut Vec<Stage>) {
    let stages: Vec<Stage> = late.iter().map(|(stage, _)| *stage).collect();
    if stages == *said {
        return;
    }
    for stage in stages.iter().filter(|stage| !said.contains(stage)) {
        tracing::error!(stage = stage.what(), "nothing new for ten seconds");
        open.notifier.trouble(*stage);
    }
    // What the queue cannot show any more is heard all the same.
    let is_unseen = |stage: &Stage| matches!(stage, Stage::Rules | Stage::Board | Stage::Page);
    open.speaker.trouble(stages.iter().any(is_unseen));
    let late = late.iter().map(|(stage, since)| Late::new(*stage, *since)).collect();
    open.page.tell(Update { late: Some(late), ..Update::default() });
    *said = stages;
}
