//! Everybody at home, whom to call today, the calls that are logged, and the devices to put right.

use clinical::Instant;
use console::Act;
use console::view::{Contacts, Devices, Programme};
use tauri::State;

use super::work::{Answer, act, work};
use crate::session::Session;

/// Everybody at home, worst first. While some are pending, the page asks again.
#[tauri::command]
#[specta::specta]
pub(super) async fn programme(session: State<'_, Session>) -> Answer<Programme> {
    work(&session, |console| console.programme()).await
}

/// How somebody is reached, and who speaks for them.
#[tauri::command]
#[specta::specta]
pub(super) async fn contacts(session: State<'_, Session>, patient: String) -> Answer<Contacts> {
    work(&session, move |console| console.contacts(&patient.into())).await
}

/// Every device of people at home, what is to be put right first. While some are pending, the page asks again.
#[tauri::command]
#[specta::specta]
pub(super) async fn devices(session: State<'_, Session>) -> Answer<Devices> {
    work(&session, |console| console.devices()).await
}

/// Logs a call of somebody at home. Durable when this returns.
#[tauri::command]
#[specta::specta]
pub(super) async fn log_call(
    session: State<'_, Session>,
    sitting: u32,
    patient: String,
    reached: bool,
    words: String,
    look_again: Option<i64>,
) -> Answer<()> {
    let look_again = look_again.map(Instant);
    act(&session, sitting, Act::LogCall { patient: patient.into(), reached, words, look_again }).await
}
