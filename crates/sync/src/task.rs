//! Work beside the engine: tasks that end with it, and calls of the cache.

use std::sync::Arc;

use vault::{Vault, VaultError};

use crate::progress::SyncError;

/// A task that must not outlive the one that started it.
pub(crate) struct AbortOnDrop<T>(pub tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks the cache on a thread that may wait for it.
pub(crate) async fn on_vault<T: Send + 'static>(
    vault: &Arc<Vault>,
    work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
) -> Result<T, SyncError> {
    let vault = vault.clone();
    tokio::task::spawn_blocking(move || work(&vault))
        .await
        .map_err(|_| SyncError::Stopped)?
        .map_err(SyncError::Vault)
}
