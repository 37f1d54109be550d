//! Tells the desktop that an alarm waits while nobody looks at the window. How many and how urgent, and never who, where or
//! what about: notifications stand on lock screens and are kept by desktops.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use clinical::{EpisodeId, Presence, Priority};
use console::Board;
use sync::Stage;

/// Whether the window has the focus.
static LOOKED_AT: AtomicBool = AtomicBool::new(true);

/// The window got the focus, or lost it.
pub(crate) fn looked_at(yes: bool) {
    LOOKED_AT.store(yes, Ordering::Relaxed);
}

/// What was told already.
#[derive(Default)]
pub(crate) struct Notifier(Mutex<Option<HashSet<EpisodeId>>>);

impl Notifier {
    /// Looks at the board of now; tells of alarms that are new since the last look.
    pub(crate) fn look(&self, board: &Board) {
        let waiting = |priority: Priority| matches!(priority, Priority::High | Priority::Medium);
        let free: Vec<(&EpisodeId, Priority)> = board
            .queue
            .iter()
            .filter(|item| item.line.presence == Presence::Active && waiting(item.line.priority))
            .map(|item| (&item.line.episode, item.line.priority))
            .collect();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now: HashSet<EpisodeId> = free.iter().map(|(episode, _)| (*episode).clone()).collect();
        // What stood there when the program began is on the screen that was opened.
        let fresh = told.replace(now).map_or_else(Vec::new, |before| {
            free.iter().filter(|(episode, _)| !before.contains(*episode)).map(|(_, p)| *p).collect()
        });
        drop(told);
        if let Some(words) = words(&fresh).filter(|_| !LOOKED_AT.load(Ordering::Relaxed)) {
            tell(words);
        }
    }

    /// Something on an alarm's way does not do its work.
    pub(crate) fn trouble(&self, stage: Stage) {
        // A window that shows nothing is not looked at, wherever the focus is.
        if stage == Stage::Page || !LOOKED_AT.load(Ordering::Relaxed) {
            tell(format!("Nothing new from {} for ten seconds. Watch the bedside monitors.", stage.what()));
        }
    }
}

fn words(fresh: &[Priority]) -> Option<String> {
    let high = fresh.iter().filter(|p| **p == Priority::High).count();
    let said = match (high, fresh.len() - high) {
        (0, 0) => return None,
        (high, 0) => format!("{high} high"),
        (0, medium) => format!("{medium} medium"),
        (high, medium) => format!("{high} high, {medium} medium"),
    };
    let verb = if fresh.len() == 1 { "alarm waits" } else { "alarms wait" };
    Some(format!("New {verb} that nobody has: {said}. Secondary display: the bedside alarm is primary."))
}

/// The desktop may be slow, or not there; nothing waits for it.
fn tell(words: String) {
    let show = move || {
        let mut notification = notify_rust::Notification::new();
        if notification.appname("Vigil").summary("Vigil").body(&words).show().is_err() {
            tracing::info!("the desktop shows no notifications");
        }
    };
    // Without a thread there is no notification; the alarm is heard and stands on the board all the same.
    let _ = std::thread::Builder::new().name("notification".into()).spawn(show);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_says_how_many_and_how_urgent_and_nothing_else() {
        assert_eq!(words(&[]), None);
        assert_eq!(
            words(&[Priority::High]).unwrap(),
            "New alarm waits that nobody has: 1 high. Secondary display: the bedside alarm is primary."
        );
        assert!(words(&[Priority::High, Priority::Medium]).unwrap().contains("1 high, 1 medium"));
    }
}
