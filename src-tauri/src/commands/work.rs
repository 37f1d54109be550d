//! How a command runs a use case.

use std::sync::Arc;

use console::view::Failure;
use console::{Act, Console, ConsoleError};

use crate::open::Open;
use crate::session::Session;

pub(super) type Answer<T> = Result<T, Failure>;

/// The open station, where somebody is here: whoever is not is shown nothing.
pub(super) fn seen(session: &Session) -> Answer<Arc<Open>> {
    let open = session.open()?;
    if open.console.is_locked() { Err(ConsoleError::NobodyHere.into()) } else { Ok(open) }
}

/// Runs a use case off the async threads: it reads the cache or draws.
pub(super) async fn work<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    run(seen(session)?, work).await
}

/// The same, also while nobody is here: it shows nothing of a patient.
pub(super) async fn always<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    run(session.open()?, work).await
}

async fn run<T: Send + 'static>(
    open: Arc<Open>,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    let console: Arc<Console> = open.console.clone();
    let task = tauri::async_runtime::spawn_blocking(move || work(&console));
    Ok(task.await.map_err(|_| Failure::failed(ConsoleError::Closing))??)
}

/// What a person does, in the sitting in which they asked for it: it is durable when this returns, and painted next.
pub(super) async fn act(session: &Session, sitting: u32, act: Act) -> Answer<()> {
    work(session, move |console| console.act_in(sitting, act).map(|_| ())).await
}
