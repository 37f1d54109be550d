//! Actions that the server does not have yet.

use console::Act;
use console::view::Waiting;
use tauri::State;

use super::work::{Answer, act, work};
use crate::session::Session;

/// Actions that the server does not have yet.
#[tauri::command]
#[specta::specta]
pub(super) async fn waiting(session: State<'_, Session>) -> Answer<Vec<Waiting>> {
    work(&session, |console| Ok(console.waiting()?.into_iter().map(Waiting::from).collect())).await
}

/// Tries an action again that the server refused.
#[tauri::command]
#[specta::specta]
pub(super) async fn retry_action(session: State<'_, Session>, sitting: u32, action: String) -> Answer<()> {
    act(&session, sitting, Act::Retry(action.into())).await
}

/// Takes a refused action out of the queue; somebody carries it on by other means.
#[tauri::command]
#[specta::specta]
pub(super) async fn carry_on_by_hand(
    session: State<'_, Session>,
    sitting: u32,
    action: String,
    words: String,
) -> Answer<()> {
    act(&session, sitting, Act::CarryOnByHand { action: action.into(), words }).await
}

/// Tries the server now.
#[tauri::command]
#[specta::specta]
pub(super) async fn retry_now(session: State<'_, Session>) -> Answer<()> {
    session.open()?.console.retry_now();
    Ok(())
}
