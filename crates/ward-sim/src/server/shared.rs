//! What every handler of the server holds.

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::server::search::Kept;
use crate::server::store::Store;
use crate::server::subscriptions::Live;
use crate::ward::clock::Clock;
use crate::ward::observe::World;

pub(crate) struct Shared {
    pub world: World,
    /// Read as a snapshot, so that a long search holds nobody up; copied on a write while somebody reads.
    pub store: Mutex<Arc<Store>>,
    pub kept: Kept,
    pub clock: Clock,
    pub live: Live,
    pub base: String,
    pub fail: AtomicU16,
    pub refuse_writes: AtomicU16,
    /// It knows of no calls.
    pub no_calls: AtomicBool,
    pub refuse_calls: AtomicU16,
    pub delay_ms: AtomicU64,
    /// The same for all requests but those for alarms and actions.
    pub delay_others_ms: AtomicU64,
    /// Connections stand, and nothing comes over them.
    pub hung: watch::Sender<bool>,
    /// So many of the notifications to come are numbered and lost on the way.
    pub lose: AtomicU64,
    /// What was asked for, once somebody wants to know.
    pub asked: Mutex<Option<Vec<String>>>,
    pub cut: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.send_replace(cut);
    }

    /// Takes note of a request.
    pub(crate) fn note(&self, method: &str, uri: &axum::http::Uri) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = asked.as_mut() {
            asked.push(format!("{method} {uri}"));
        }
    }

    /// Resolves when nothing hangs, or not any more.
    pub(crate) async fn until_it_answers(&self) {
        let mut hung = self.hung.subscribe();
        // The sender lives as long as the server does.
        let _ = hung.wait_for(|hung| !*hung).await;
    }

    /// Whether a notification is lost on purpose.
    pub(crate) fn loses(&self) -> bool {
        self.lose.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// The store as it is now.
    pub(crate) fn snapshot(&self) -> Arc<Store> {
        self.store().clone()
    }

    /// The store to write to, by `Arc::make_mut`.
    pub(crate) fn store(&self) -> MutexGuard<'_, Arc<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
