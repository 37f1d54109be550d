//! Leaves in the cache that somebody watches, and finds for how long nobody did.

use std::sync::Weak;
use std::time::Duration;

use crate::open::Open;

/// How often it is noted.
const LOOK: Duration = Duration::from_millis(500);

/// Leaves in the cache that somebody watches, for as long as the station is open. What nobody watched before is kept, and said with the
/// next look. A cache that does not answer holds nothing else up.
pub(crate) async fn note_watching(open: Weak<Open>) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(open) = open.upgrade() else { return };
        let console = open.console.clone();
        let look = move || {
            let watched = console.watches();
            if console.look_at_the_seat().is_err() {
                tracing::warn!("how long nobody touched the station could not be told");
            }
            watched
        };
        if !matches!(tauri::async_runtime::spawn_blocking(look).await, Ok(Ok(_))) {
            tracing::warn!("how long somebody watched could not be kept");
        }
    }
}
