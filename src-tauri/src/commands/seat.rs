//! Who is at the station: who could come, who comes and goes, and what they have begun to write. What lets somebody in is asked while
//! nobody is here.

use clinical::ActorId;
use console::view::{Colleague, Leaver};
use console::{Act, Away, Response};
use tauri::State;

use super::work::{Answer, act, always, work};
use crate::session::Session;

/// Everybody who could come.
#[tauri::command]
#[specta::specta]
pub(super) async fn colleagues(session: State<'_, Session>) -> Answer<Vec<Colleague>> {
    always(&session, |console| console.colleagues()).await
}

/// Somebody typed their PIN.
#[tauri::command]
#[specta::specta]
pub(super) async fn come_by_pin(session: State<'_, Session>, id: String, pin: String) -> Answer<()> {
    always(&session, move |console| console.come_by_pin(&ActorId::from(id), &pin)).await
}

/// Somebody held a badge to the reader.
#[tauri::command]
#[specta::specta]
pub(super) async fn come_by_badge(session: State<'_, Session>, badge: String) -> Answer<()> {
    always(&session, move |console| console.come_by_badge(&badge)).await
}

/// Somebody locks the station.
#[tauri::command]
#[specta::specta]
pub(super) async fn lock(session: State<'_, Session>) -> Answer<()> {
    always(&session, |console| console.lock(Away::Locked)).await
}

/// A hand is on it.
#[tauri::command]
#[specta::specta]
pub(super) async fn touched(session: State<'_, Session>) -> Answer<()> {
    session.open()?.console.touched();
    Ok(())
}

/// Who is here chooses a PIN, after a full sign-in.
#[tauri::command]
#[specta::specta]
pub(super) async fn choose_pin(session: State<'_, Session>, sitting: u32, pin: String) -> Answer<()> {
    work(&session, move |console| console.choose_pin(sitting, &pin)).await
}

/// What somebody has written so far, in the sitting in which they did.
#[tauri::command]
#[specta::specta]
pub(super) async fn keep_draft(
    session: State<'_, Session>,
    sitting: u32,
    place: String,
    text: String,
) -> Answer<()> {
    always(&session, move |console| console.keep_draft(sitting, &place, &text)).await
}

/// What the one who is here has begun to write.
#[tauri::command]
#[specta::specta]
pub(super) async fn draft(session: State<'_, Session>, place: String) -> Answer<Option<String>> {
    work(&session, move |console| console.draft(&place)).await
}

/// From whom alarms can be taken over.
#[tauri::command]
#[specta::specta]
pub(super) async fn leavers(session: State<'_, Session>) -> Answer<Vec<Leaver>> {
    work(&session, |console| Ok(console.leavers()?.into_iter().map(Leaver::from).collect())).await
}

/// This person takes over from somebody, with all their alarms that are on.
#[tauri::command]
#[specta::specta]
pub(super) async fn take_over(session: State<'_, Session>, sitting: u32, from: String) -> Answer<()> {
    act(&session, sitting, Act::TakeOver { from: from.into() }).await
}

/// An alarm is this person's from now on, whoever owned it.
#[tauri::command]
#[specta::specta]
pub(super) async fn take_over_alarm(
    session: State<'_, Session>,
    sitting: u32,
    episode: String,
) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::TakeOver)).await
}
