//! How a command runs a use case.

use std::sync::Arc;

use console::view::Failure;
use console::{Act, Console, ConsoleError};

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

/// What a person does: it is durable when this returns, and painted next.
pub(super) async fn act(session: &Session, act: Act) -> Answer<()> {
    work(session, move |console| console.act(act).map(|_| ())).await
}
