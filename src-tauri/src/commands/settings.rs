//! What the site has set, and its changes.

use console::Act;
use console::view::{Failure, Settings, TypedSetting};
use tauri::State;

use super::work::{Answer, act, work};
use crate::session::Session;

/// The settings of the site, or those that a unit can have for itself.
#[tauri::command]
#[specta::specta]
pub(super) async fn settings(session: State<'_, Session>, unit: Option<String>) -> Answer<Settings> {
    work(&session, move |console| console.settings_of(unit.as_deref())).await
}

/// Changes one.
#[tauri::command]
#[specta::specta]
pub(super) async fn set_setting(
    session: State<'_, Session>,
    sitting: u32,
    typed: TypedSetting,
) -> Answer<()> {
    let set = typed.read();
    let set = set
        .ok_or_else(|| Failure::failed("limits are typed in the unit that is shown; nothing was changed"))?;
    act(&session, sitting, set).await
}

/// Gives one back: what holds until somebody sets it holds again.
#[tauri::command]
#[specta::specta]
pub(super) async fn unset_setting(session: State<'_, Session>, sitting: u32, key: String) -> Answer<()> {
    act(&session, sitting, Act::UnsetSite { key }).await
}
