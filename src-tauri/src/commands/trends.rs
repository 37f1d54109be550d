//! What was true over time: panels, small multiples, waves, and their numbers.

use clinical::Instant;
use console::view::{
    Failure, FlowRow, GlucoseQuery, MultiplesQuery, TrendsQuery, ValueAt, WavesQuery, glucose_bytes,
    multiples_bytes, trends_bytes, waves_bytes,
};
use console::{GlucoseRequest, MultiplesRequest, TrendsRequest, WavesRequest};
use tauri::State;
use tauri::ipc::Response;

use super::work::{Answer, seen, work};
use crate::session::Session;

/// Trend panels as raw bytes: head and picture.
#[tauri::command]
pub(super) async fn trends(session: State<'_, Session>, query: TrendsQuery) -> Answer<Response> {
    let request = TrendsRequest::try_from(query)?;
    let drawn = work(&session, move |console| console.trends(&request)).await?;
    Ok(Response::new(trends_bytes(drawn).map_err(Failure::failed)?))
}

/// A person's glucose by time of day and day by day, as raw bytes: head and picture.
#[tauri::command]
pub(super) async fn glucose(session: State<'_, Session>, query: GlucoseQuery) -> Answer<Response> {
    let request = GlucoseRequest::try_from(query)?;
    let scale = request.scale;
    let drawn = work(&session, move |console| console.glucose_picture(&request)).await?;
    Ok(Response::new(glucose_bytes(drawn, scale).map_err(Failure::failed)?))
}

/// The small trends of a ward as raw bytes: head and picture.
#[tauri::command]
pub(super) async fn multiples(session: State<'_, Session>, query: MultiplesQuery) -> Answer<Response> {
    let request = MultiplesRequest::try_from(query)?;
    let drawn = work(&session, move |console| console.multiples(&request)).await?;
    Ok(Response::new(multiples_bytes(drawn).map_err(Failure::failed)?))
}

/// Waves as raw bytes: head and picture. What the server keeps of this time is fetched first, where it is in reach.
#[tauri::command]
pub(super) async fn waves(session: State<'_, Session>, query: WavesQuery) -> Answer<Response> {
    let request = WavesRequest::from(query);
    let console = seen(&session)?.console.clone();
    let whole = console.fetch_waves(&request.patient, request.from, request.to).await?;
    let drawn = work(&session, move |console| console.waves(&request)).await?;
    Ok(Response::new(waves_bytes(drawn, whole).map_err(Failure::failed)?))
}

/// What each panel of a patient shows at one moment.
#[tauri::command]
#[specta::specta]
pub(super) async fn values_at(session: State<'_, Session>, patient: String, at: i64) -> Answer<Vec<ValueAt>> {
    work(&session, move |console| {
        Ok(console.values_at(&patient.into(), Instant(at))?.into_iter().map(ValueAt::from).collect())
    })
    .await
}

/// The numbers of a patient in steps of so many minutes.
#[tauri::command]
#[specta::specta]
pub(super) async fn flowsheet(
    session: State<'_, Session>,
    patient: String,
    from: i64,
    to: i64,
    every_min: u32,
) -> Answer<Vec<FlowRow>> {
    let step = i64::from(every_min.max(1)) * 60_000;
    let rows =
        work(&session, move |console| console.flowsheet(&patient.into(), Instant(from), Instant(to), step))
            .await?;
    Ok(rows.into_iter().map(FlowRow::from).collect())
}
