//! What people write down about a patient: limits, presets, notes.

use clinical::{Instant, LimitChange};
use console::Act;
use console::view::{Annotation, Bounds, Failure, Limits, SetLimit};
use tauri::State;

use super::work::{Answer, act, work};
use crate::session::Session;

/// The alarm limits of a patient, with their history and the unit's presets.
#[tauri::command]
#[specta::specta]
pub(super) async fn limits(session: State<'_, Session>, patient: String) -> Answer<Limits> {
    work(&session, move |console| Ok(Limits::from(console.limits(&patient.into())?))).await
}

/// Sets alarm limits of one patient, each with role and reason: all of them, or none where one is refused.
#[tauri::command]
#[specta::specta]
pub(super) async fn set_limits(
    session: State<'_, Session>,
    sitting: u32,
    patient: String,
    changes: Vec<SetLimit>,
) -> Answer<()> {
    let changes: Option<Vec<LimitChange>> = changes.into_iter().map(SetLimit::read).collect();
    let changes =
        changes.ok_or_else(|| Failure::failed("this measure has no limits; nothing was changed"))?;
    act(&session, sitting, Act::SetLimits { patient: patient.into(), changes }).await
}

/// Saves limits under a name.
#[tauri::command]
#[specta::specta]
pub(super) async fn save_preset(
    session: State<'_, Session>,
    sitting: u32,
    name: String,
    limits: Vec<Bounds>,
) -> Answer<()> {
    let limits: Option<Vec<_>> = limits.iter().map(Bounds::read).collect();
    let limits = limits.ok_or_else(|| Failure::failed("this measure has no limits; nothing was saved"))?;
    act(&session, sitting, Act::SavePreset { name, limits }).await
}

/// Writes a few words at a moment of a patient's trends.
#[tauri::command]
#[specta::specta]
pub(super) async fn annotate(
    session: State<'_, Session>,
    sitting: u32,
    patient: String,
    at: i64,
    text: String,
) -> Answer<()> {
    act(&session, sitting, Act::Annotate { patient: patient.into(), at: Instant(at), text }).await
}

/// The notes on a patient's trends.
#[tauri::command]
#[specta::specta]
pub(super) async fn annotations(session: State<'_, Session>, patient: String) -> Answer<Vec<Annotation>> {
    work(&session, move |console| {
        Ok(console.annotations(&patient.into())?.into_iter().map(Annotation::from).collect())
    })
    .await
}
