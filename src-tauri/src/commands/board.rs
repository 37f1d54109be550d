//! The board, the moment that is shown, and one patient of it.

use clinical::Instant;
use console::View;
use console::view::{Patient, Update};
use tauri::State;
use tauri::ipc::Channel;

use super::work::{Answer, seen, work};
use crate::session::Session;

/// Sends the whole board, and from then on what changes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch(session: State<'_, Session>, channel: Channel<Update>) -> Answer<()> {
    let open = session.open()?;
    open.page.comes(channel);
    open.console.beats().expect(sync::Stage::Page);
    Ok(())
}

/// The page shows what came with this number.
#[tauri::command]
#[specta::specta]
pub(crate) async fn beat(session: State<'_, Session>, number: u32) -> Answer<()> {
    let open = session.open()?;
    open.page.shows(number);
    open.console.beats().beat(sync::Stage::Page);
    Ok(())
}

/// Somebody has seen it said that nobody watched until then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unwatched_is_seen(session: State<'_, Session>, until: i64) -> Answer<()> {
    work(&session, move |console| console.unwatched_is_seen(Instant(until))).await
}

/// Shows everything as of a past moment, or (`null`) the present again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_back(session: State<'_, Session>, at: Option<i64>, as_shown: bool) -> Answer<()> {
    let view = at.map(Instant).map(|at| if as_shown { View::as_shown(at) } else { View::at(at) });
    seen(&session)?.console.look_back(view);
    Ok(())
}

/// One patient's page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn patient(session: State<'_, Session>, id: String) -> Answer<Patient> {
    work(&session, move |console| console.patient(&id.into()).map(Patient::from)).await
}
