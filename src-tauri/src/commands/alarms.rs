//! Alarms and what people do about them.

use clinical::{EpisodeId, Instant};
use console::view::{Load, Onset, QueueItem, TimelineEntry};
use console::{Act, Response};
use tauri::State;

use super::work::{Answer, act, always, work};
use crate::session::Session;

/// Takes an alert. Durable when this returns.
#[tauri::command]
#[specta::specta]
pub(super) async fn take(session: State<'_, Session>, sitting: u32, episode: String) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::Take)).await
}

/// Alarms that came lately are painted: how long that took is kept for `vigil doctor`.
#[tauri::command]
#[specta::specta]
pub(super) async fn lit(session: State<'_, Session>, episodes: Vec<String>) -> Answer<()> {
    let episodes: Vec<EpisodeId> = episodes.into_iter().map(EpisodeId::from).collect();
    always(&session, move |console| console.lit(&episodes)).await
}

/// Marks an alert as handled, with a reason.
#[tauri::command]
#[specta::specta]
pub(super) async fn handled(
    session: State<'_, Session>,
    sitting: u32,
    episode: String,
    reason: String,
    words: String,
) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::Handled { reason, words })).await
}

/// Pauses the sound of one alarm; it ends by itself.
#[tauri::command]
#[specta::specta]
pub(super) async fn pause_sound(session: State<'_, Session>, sitting: u32, episode: String) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::PauseSound)).await
}

/// Lets go of an alarm this person owns.
#[tauri::command]
#[specta::specta]
pub(super) async fn release(session: State<'_, Session>, sitting: u32, episode: String) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::Release)).await
}

/// Gives an alarm to somebody else, by name.
#[tauri::command]
#[specta::specta]
pub(super) async fn hand_to(
    session: State<'_, Session>,
    sitting: u32,
    episode: String,
    name: String,
) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::HandTo(name))).await
}

/// Adds a few words to an episode.
#[tauri::command]
#[specta::specta]
pub(super) async fn note(
    session: State<'_, Session>,
    sitting: u32,
    episode: String,
    text: String,
) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::Note(text))).await
}

/// Calls the next role of the unit's chain now.
#[tauri::command]
#[specta::specta]
pub(super) async fn escalate(session: State<'_, Session>, sitting: u32, episode: String) -> Answer<()> {
    act(&session, sitting, Act::alarm(episode, Response::Escalate)).await
}

/// What happened to an alert.
#[tauri::command]
#[specta::specta]
pub(super) async fn timeline(session: State<'_, Session>, episode: String) -> Answer<Vec<TimelineEntry>> {
    work(&session, move |console| {
        Ok(console.timeline(&episode.into())?.into_iter().map(TimelineEntry::from).collect())
    })
    .await
}

/// The alarms of a day that want nobody any more.
#[tauri::command]
#[specta::specta]
pub(super) async fn history(session: State<'_, Session>) -> Answer<Vec<QueueItem>> {
    work(&session, |console| Ok(console.history()?.into_iter().map(QueueItem::from).collect())).await
}

/// The alarm load of a day.
#[tauri::command]
#[specta::specta]
pub(super) async fn load(session: State<'_, Session>) -> Answer<Load> {
    work(&session, |console| console.alarm_load().map(Load::from)).await
}

/// Onsets of alarms in a span, for the time control.
#[tauri::command]
#[specta::specta]
pub(super) async fn onsets(session: State<'_, Session>, from: i64, to: i64) -> Answer<Vec<Onset>> {
    work(&session, move |console| {
        let found = console.onsets(Instant(from), Instant(to))?;
        Ok(found.into_iter().map(|(at, priority)| Onset::new(at, priority)).collect())
    })
    .await
}
