//! Work beside the engine: tasks that end with it, and calls of the cache.

use std::sync::Arc;

use vault::{Vault, VaultError};

use crate::beats::{Beats, Stage};
use crate::progress::SyncError;

/// A task that must not outlive the one that started it.
pub(crate) struct AbortOnDrop<T>(pub tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks the cache on a thread that may wait for it. The cache is waited for until it is done, also where nobody needs the answer
/// any more.
pub(crate) async fn on_vault<T: Send + 'static>(
    vault: &Arc<Vault>,
    beats: &Beats,
    work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
) -> Result<T, SyncError> {
    let (vault, working) = (vault.clone(), beats.work(Stage::Cache));
    let work = move || {
        let done = work(&vault);
        drop(working);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| SyncError::Stopped)?.map_err(SyncError::Vault)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_commit_that_hangs_is_said_as_this_stations_cache_also_where_nobody_waits_for_it_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
        let clock = Arc::new(AtomicU64::new(0));
        let read = clock.clone();
        let beats = Beats::new(Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed))));
        let (answer, hangs) = mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (cache, of_cache) = (vault.clone(), beats.clone());
        let asked = AbortOnDrop(tokio::spawn(async move {
            let work = move |_: &Vault| {
                let _ = begun.send(());
                let _ = hangs.recv();
                Ok(())
            };
            on_vault(&cache, &of_cache, work).await
        }));
        begins.await.unwrap();
        let late = || beats.late().into_iter().map(|late| late.stage.what()).collect::<Vec<_>>();
        clock.store(9_000, Ordering::Relaxed);
        assert!(late().is_empty());
        clock.store(10_000, Ordering::Relaxed);
        assert_eq!(late(), ["this station's cache"]);
        // The session that asked ends; what it asked for does not.
        drop(asked);
        clock.store(60_000, Ordering::Relaxed);
        assert_eq!(late(), ["this station's cache"]);
        drop(answer);
        while !late().is_empty() {
            tokio::task::yield_now().await;
        }
        on_vault(&vault, &beats, |_| Ok(())).await.unwrap();
        assert_eq!(beats.silent(Stage::Cache), None);
    }
}
