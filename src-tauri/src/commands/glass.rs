//! Breaking the glass over a patient of whom something is withheld, and ending it.

use clinical::consent::GlassReason;
use console::view::Failure;
use console::{Act, ConsoleError};
use tauri::State;

use super::work::{Answer, act};
use crate::session::Session;

/// Who is here sees more of one patient, for a while. It stands in the record when this returns.
#[tauri::command]
#[specta::specta]
pub(super) async fn break_glass(
    session: State<'_, Session>,
    sitting: u32,
    patient: String,
    reason: String,
    words: String,
) -> Answer<()> {
    let reason: GlassReason = reason.parse().map_err(|why| Failure::from(ConsoleError::Glass(why)))?;
    act(&session, sitting, Act::BreakGlass { patient: patient.into(), reason, words }).await
}

/// They see no more of them than before.
#[tauri::command]
#[specta::specta]
pub(super) async fn end_glass(session: State<'_, Session>, sitting: u32, patient: String) -> Answer<()> {
    act(&session, sitting, Act::EndGlass { patient: patient.into() }).await
}
