//! Anybody on the server, for a look that keeps nothing.

use console::view::{FoundPeople, OnceLook, SoughtBy};
use tauri::State;

use super::work::{Answer, seen};
use crate::session::Session;

/// Looks for somebody on the whole server; at most twenty are given.
#[tauri::command]
#[specta::specta]
pub(super) async fn find_people(
    session: State<'_, Session>,
    by: SoughtBy,
    typed: String,
) -> Answer<FoundPeople> {
    Ok(seen(&session)?.console.find_people(by, &typed).await?)
}

/// What the server holds now of somebody who was found.
#[tauri::command]
#[specta::specta]
pub(super) async fn look_once(session: State<'_, Session>, patient: String) -> Answer<OnceLook> {
    Ok(seen(&session)?.console.look_once(&patient.into()).await?)
}
