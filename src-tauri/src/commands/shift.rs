//! Who left, who took over, and what they wrote for each other.

use console::Act;
use console::view::{Shift, ShiftNote};
use tauri::State;

use super::work::{Answer, work};
use crate::session::Session;

/// This person leaves, or takes over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shift(session: State<'_, Session>, sitting: u32, takes_over: bool) -> Answer<Vec<Shift>> {
    work(&session, move |console| {
        console.act_in(sitting, Act::Shift { takes_over })?;
        Ok(console.shifts()?.into_iter().map(Shift::from).collect())
    })
    .await
}

/// Who left and who took over within a day, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shifts(session: State<'_, Session>) -> Answer<Vec<Shift>> {
    work(&session, |console| Ok(console.shifts()?.into_iter().map(Shift::from).collect())).await
}

/// What was written about patients and their alarms in the last twelve hours, oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shift_notes(session: State<'_, Session>) -> Answer<Vec<ShiftNote>> {
    work(&session, |console| Ok(console.shift_notes()?.into_iter().map(ShiftNote::from).collect())).await
}
