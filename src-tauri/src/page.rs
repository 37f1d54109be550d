//! The page that looks at the station: what it is sent, and what it has shown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::view::Update;
use tauri::ipc::Channel;
use tokio::sync::Notify;

/// The page that looks, where one does.
#[derive(Default)]
pub(crate) struct Page {
    /// Each page that comes has a number of its own.
    at: Mutex<(u64, Option<Channel<Update>>)>,
    pub came: Notify,
    /// The number of the page that has shown something.
    shown: AtomicU64,
}

impl Page {
    /// A page looks from now on; whoever looked before does not any more.
    pub(crate) fn comes(&self, channel: Channel<Update>) {
        let mut at = self.lock();
        *at = (at.0 + 1, Some(channel));
        drop(at);
        self.came.notify_one();
    }

    /// Sends the page that is there a message, whether it has a board or not: what a station cannot do is said before there is one.
    pub(crate) fn send(&self, update: Update) -> bool {
        let channel = self.lock().1.clone();
        channel.is_some_and(|channel| channel.send(update).is_ok())
    }

    /// The page shows what it was sent.
    pub(crate) fn shows(&self, beat: u32) {
        let number = self.lock().0;
        if self.shown.swap(number, Ordering::Relaxed) != number {
            tracing::info!(beat, "the page shows the board");
        }
    }

    /// Whether any page has shown something since the program began.
    pub(crate) fn has_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn number(&self) -> Option<u64> {
        let at = self.lock();
        at.1.as_ref().map(|_| at.0)
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Option<Channel<Update>>)> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
