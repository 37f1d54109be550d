//! From the first start to an open station, and what it could not read.

use console::view::{AppState, Quarantined, Server, SigningIn, StationRecord};
use console::{PATIENCE, Pin};
use tauri::State;

use super::work::{Answer, seen, work};
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
pub(crate) async fn check_server(session: State<'_, Session>, url: String) -> Answer<Server> {
    let (server, _) = session.client(&url)?.check().await?;
    Ok(Server { name: server.name, version: server.version, live: !server.topics.is_empty() })
}

/// Connects this station to a server.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(session: State<'_, Session>, url: String, pin: Option<String>) -> Answer<()> {
    session.client(&url)?.check().await?;
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

/// Tries once more to open a station that could not be opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_again(session: State<'_, Session>) -> Answer<()> {
    session.start_again().await
}

/// Begins a damaged cache anew, with everything that was not sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn repair(session: State<'_, Session>) -> Answer<()> {
    session.repair().await
}

/// How this station signs in at its server.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signs_in(session: State<'_, Session>) -> Answer<SigningIn> {
    session.start().signs_in_at(&session.open()?.console)
}

/// Opens the system's browser for a person to sign in with, and waits until they came back; gives who it is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(session: State<'_, Session>, client_id: String) -> Answer<String> {
    let open = session.open()?;
    let done = session.start().sign_in_at(&open.console, &client_id, PATIENCE, cli::open_browser).await?;
    Ok(done.who)
}

/// Ends the sign-in here and at the service; gives why the service did not hear of it, where it did not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(session: State<'_, Session>, sitting: u32) -> Answer<Option<String>> {
    let open = seen(&session)?;
    let done = session.start().sign_out_at(&open.console, sitting).await?;
    Ok(done.and_then(|done| done.untold))
}

/// Plays a burst, for somebody who wants to hear whether alarms can be heard here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_sound(session: State<'_, Session>) -> Answer<()> {
    session.open()?.speaker.test();
    Ok(())
}

/// How the record of this station stands: whether it verifies, and who saw it last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn record(session: State<'_, Session>) -> Answer<StationRecord> {
    work(&session, |console| console.record_state()).await
}

/// Resources that could not be read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn quarantine(session: State<'_, Session>) -> Answer<Vec<Quarantined>> {
    work(&session, |console| Ok(console.quarantine()?.into_iter().map(Quarantined::from).collect())).await
}
