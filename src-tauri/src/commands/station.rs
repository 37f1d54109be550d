//! From the first start to an open station, and what it could not read.

use console::Pin;
use console::view::{AppState, Quarantined, Server};
use tauri::State;

use super::work::{Answer, work};
use crate::session::Session;

/// Where the program stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_state(session: State<'_, Session>) -> Answer<AppState> {
    Ok(session.state())
}

/// Reads a server's CapabilityStatement.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_server(url: String) -> Answer<Server> {
    let (server, _) = fhir::Client::new(&url)?.check().await?;
    Ok(Server { name: server.name, version: server.version, live: !server.topics.is_empty() })
}

/// Connects this station to a server.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(session: State<'_, Session>, url: String, pin: Option<String>) -> Answer<()> {
    fhir::Client::new(&url)?.check().await?;
    session.connect(url, pin.map(Pin::new).transpose()?).await
}

/// Opens the demo ward.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_demo(session: State<'_, Session>) -> Answer<()> {
    session.start_demo().await
}

/// Opens the cache with a PIN.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(session: State<'_, Session>, pin: String) -> Answer<()> {
    session.unlock(Pin::new(pin)?).await
}

/// Begins a damaged cache anew, with everything that was not sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn repair(session: State<'_, Session>) -> Answer<()> {
    session.repair().await
}

/// Plays a burst, for somebody who wants to hear whether alarms can be heard here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_sound(session: State<'_, Session>) -> Answer<()> {
    session.open()?.speaker.test();
    Ok(())
}

/// Resources that could not be read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn quarantine(session: State<'_, Session>) -> Answer<Vec<Quarantined>> {
    work(&session, |console| Ok(console.quarantine()?.into_iter().map(Quarantined::from).collect())).await
}
