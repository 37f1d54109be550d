//! When the turns of a session ask again: now and then while changes arrive by themselves, else every few seconds, and at once
//! when somebody has a reason.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Without a live channel.
const POLL: Duration = Duration::from_secs(4);
/// Beside a live channel a pull now and then finds what a lost notification would hide.
const RECONCILE: Duration = Duration::from_secs(60);

/// What a session reads in turns of their own, so that neither waits for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Turn {
    /// Alarms and what was done about them.
    Alarms,
    /// Everything else.
    Values,
}

impl Turn {
    /// How many there are.
    pub(crate) const ALL: usize = 2;
}

/// The pace of one session.
#[derive(Default)]
pub(crate) struct Pace {
    live: AtomicBool,
    alarms: Notify,
    values: Notify,
}

impl Pace {
    /// Whether changes arrive by themselves.
    pub(crate) fn is_live(&self) -> bool {
        self.live.load(Ordering::Relaxed)
    }

    /// They do from now on, or do not any more. What changed in between is asked for at once.
    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, Ordering::Relaxed);
        self.ask();
    }

    /// There is something to ask for.
    pub(crate) fn ask(&self) {
        self.alarms.notify_one();
        self.values.notify_one();
    }

    /// There is something to ask for that is about no alarm.
    pub(crate) fn ask_values(&self) {
        self.values.notify_one();
    }

    /// Until the next time to ask.
    pub(crate) async fn wait(&self, turn: Turn) {
        let wait = if self.is_live() { RECONCILE } else { POLL };
        let asked = match turn {
            Turn::Alarms => &self.alarms,
            Turn::Values => &self.values,
        };
        tokio::select! {
            () = asked.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
