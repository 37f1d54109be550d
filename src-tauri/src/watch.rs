//! Watches over the way of an alarm through this program: what is late is said, heard and told, a page that shows nothing any more is
//! opened anew, and the time in which nobody watched is noticed. It needs no page for any of it.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use clinical::Instant;
use console::view::{Late, Update};
use sync::Stage;
use tauri::Manager;
use tokio::time::Instant as Tick;

use crate::open::Open;
use crate::platform;
use crate::session::Session;

/// How often everything is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// A page that never asked for the board is waited for from here on.
const FIRST_PAGE: Duration = Duration::from_secs(20);
/// A page that shows nothing for so long is opened anew: it is said before.
const BLANK: Duration = Duration::from_secs(15);
/// A page that was opened anew has so long before it is opened anew again.
const RENEWED: Duration = Duration::from_secs(20);

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
