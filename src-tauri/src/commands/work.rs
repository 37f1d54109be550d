//! How a command runs a use case.

use std::sync::Arc;

use console::view::Failure;
use console::{Console, ConsoleError};

use crate::session::Session;

pub(super) type Answer<T> = Result<T, Failure>;

/// Runs a use case off the async threads: it reads the cache or draws.
pub(super) async fn work<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    let console: Arc<Console> = session.open()?.console.clone();
    let task = tauri::async_runtime::spawn_blocking(move || work(&console));
    Ok(task.await.map_err(|_| Failure::failed(ConsoleError::Closing))??)
}

/// A use case that changes something a person looks at: it is durable when this returns, and painted next.
pub(super) async fn act(
    session: &Session,
    change: impl FnOnce(&Console) -> Result<(), ConsoleError> + Send + 'static,
) -> Answer<()> {
    work(session, change).await?;
    session.open()?.acted.notify_one();
    Ok(())
}
