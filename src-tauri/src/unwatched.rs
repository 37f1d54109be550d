//! Leaves in the cache that somebody watches, and says for how long nobody did.

use std::sync::{PoisonError, Weak};
use std::time::Duration;

use console::view::Update;

use crate::open::Open;

/// How often it is noted.
const LOOK: Duration = Duration::from_millis(500);

/// Leaves in the cache that somebody watches, for as long as the station is open; what nobody watched before is said as soon as a page
/// can. A cache that does not answer holds nothing else up.
pub(crate) async fn note_watching(open: Weak<Open>) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(open) = open.upgrade() else { return };
        let console = open.console.clone();
        let mut unwatched = open.unwatched.lock().unwrap_or_else(PoisonError::into_inner).take();
        let look = move || {
            let watched = console.watches();
            if console.look_at_the_seat().is_err() {
                tracing::warn!("how long nobody touched the station could not be told");
            }
            watched
        };
        match tauri::async_runtime::spawn_blocking(look).await {
            Ok(Ok(Some(gap))) => unwatched = Some(gap.into()),
            Ok(Ok(None)) => {}
            _ => tracing::warn!("how long somebody watched could not be kept"),
        }
        let Some(gap) = unwatched else { continue };
        if !open.page.tell(Update { unwatched: Some(gap), ..Update::default() }) {
            open.unwatched.lock().unwrap_or_else(PoisonError::into_inner).replace(gap);
        }
    }
}
