//! Watches over the way of an alarm through this program: what is late is said, heard and told, and a page that shows nothing any more is
//! opened anew. It needs no page for any of it.

use std::time::Duration;

use clinical::Instant;
use console::view::{Late, Update};
use sync::Stage;
use tauri::Manager;
use tokio::time::Instant as Tick;

use crate::open::Open;
use crate::page_process::{Doing, PageProcess};
use crate::platform;
use crate::session::Session;

/// How often everything is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// A page that never showed anything is opened anew after so long: the system may still be starting its processes.
const FIRST_PAGE: Duration = Duration::from_secs(30);
/// A page that shows nothing for so long is opened anew: it is said before. It may have much to do.
const BLANK: Duration = Duration::from_secs(15);
/// The same of one that does nothing although it was asked.
const IDLE: Duration = Duration::from_secs(5);
/// A page whose process is stopped at so many looks in a row does not go on by itself.
const STOPPED: u32 = 2;
/// A page that was opened anew has so long before it is opened anew again.
const RENEWED: Duration = Duration::from_secs(20);

/// Looks at everything for as long as the window is open. It waits for nothing but its own ticks.
pub(crate) async fn watch_over(app: tauri::AppHandle) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut said = Vec::new();
    let mut renewed: Option<Tick> = None;
    let (mut process, mut stopped) = (PageProcess::default(), 0);
    loop {
        ticks.tick().await;
        let Ok(open) = app.state::<Session>().open() else { continue };
        let beats = open.console.beats();
        // One that never asks for a board is missed as well.
        beats.expect(Stage::Page);
        let late = open.console.late();
        say(&open, &late, &mut said);
        let is_worked_out = late.iter().all(|(stage, _)| *stage != Stage::Board);
        let doing = process.look();
        stopped = if doing == Some(Doing::Stopped) { stopped + 1 } else { 0 };
        let patience = match doing {
            _ if !open.page.has_shown() => FIRST_PAGE,
            Some(Doing::Idles) => IDLE,
            _ => BLANK,
        };
        let is_blank = beats.silent(Stage::Page).is_some_and(|silent| silent >= patience) && is_worked_out;
        let is_due = renewed.is_none_or(|at| at.elapsed() >= RENEWED);
        if stopped == STOPPED || (is_blank && is_due) {
            renewed = Some(Tick::now());
            tracing::error!("the window does not show what it is sent; its page is opened anew");
            if let Some(window) = app.get_webview_window("main") {
                platform::open_anew(&window);
            }
        }
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
    open.page.send(Update { late: Some(late), ..Update::default() });
    *said = stages;
}
