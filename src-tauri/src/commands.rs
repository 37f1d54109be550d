//! The commands the page may call. Every one is async: a sync one would run on the window's own thread.

use std::sync::Arc;

use clinical::{EpisodeId, Instant, LimitChange, PatientId};
use console::{Console, ConsoleError, MultiplesRequest, TrendsRequest, WavesRequest};
use tauri::State;
use tauri::ipc::{Channel, Response};
use tauri_specta::{Builder, collect_commands};
use vault::{Pin, View};

use crate::error::AppError;
use crate::outgoing::{self, PagesQuery, PagesWire};
use crate::pump;
use crate::record_wire::{AnnotationWire, BoundsWire, LimitsWire, SetLimitWire, ValueAtWire};
use crate::session::Session;
use crate::tile_wire::QueueWire;
use crate::trend_wire::{
    MultiplesQuery, MultiplesWire, TrendsQuery, TrendsWire, multiples_bytes, trends_bytes,
};
use crate::wave_wire::{FlowRowWire, WavesQuery, WavesWire, waves_bytes};
use crate::wire::{
    AppState, LoadWire, OnsetWire, PatientWire, QuarantineWire, ServerWire, ShiftNoteWire, ShiftWire,
    TimelineWire, Update, WaitingWire,
};

pub(crate) type Answer<T> = Result<T, AppError>;

/// Runs a use case off the async threads: it reads the cache or draws.
pub(crate) async fn work<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Console) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    let console: Arc<Console> = session.open()?.console.clone();
    let task = tauri::async_runtime::spawn_blocking(move || work(&console));
    Ok(task.await.map_err(|_| AppError::failed(ConsoleError::Closing))??)
}

/// A use case that changes something a person looks at: it is durable when this returns, and painted next.
async fn act(
    session: &Session,
    change: impl FnOnce(&Console) -> Result<(), ConsoleError> + Send + 'static,
) -> Answer<()> {
    work(session, change).await?;
    session.open()?.acted.notify_one();
    Ok(())
}

/// Where the program stands.
#[tauri::command]
#[specta::specta]
pub async fn app_state(session: State<'_, Session>) -> Answer<AppState> {
    Ok(session.state())
}

/// Reads a server's CapabilityStatement.
#[tauri::command]
#[specta::specta]
pub async fn check_server(url: String) -> Answer<ServerWire> {
    let (server, _) = fhir::Client::new(&url)?.check().await?;
    Ok(ServerWire { name: server.name, version: server.version, live: !server.topics.is_empty() })
}

/// Connects this station to a server.
#[tauri::command]
#[specta::specta]
pub async fn connect(session: State<'_, Session>, url: String, pin: Option<String>) -> Answer<()> {
    fhir::Client::new(&url)?.check().await?;
    session.connect(url, pin.map(Pin::new).transpose()?).await
}

/// Opens the demo ward.
#[tauri::command]
#[specta::specta]
pub async fn start_demo(session: State<'_, Session>) -> Answer<()> {
    session.start_demo().await
}

/// Opens the cache with a PIN.
#[tauri::command]
#[specta::specta]
pub async fn unlock(session: State<'_, Session>, pin: String) -> Answer<()> {
    session.unlock(Pin::new(pin)?).await
}

/// Sends the whole board, and from then on what changes.
#[tauri::command]
#[specta::specta]
pub async fn watch(session: State<'_, Session>, channel: Channel<Update>) -> Answer<()> {
    pump::start(session.open()?, channel);
    Ok(())
}

/// Takes an alert. Durable when this returns.
#[tauri::command]
#[specta::specta]
pub async fn take(session: State<'_, Session>, episode: String) -> Answer<()> {
    act(&session, move |console| console.take(&episode.into()).map(|_| ())).await
}

/// Alarms that came lately are painted: how long that took is kept for `vigil doctor`.
#[tauri::command]
#[specta::specta]
pub async fn lit(session: State<'_, Session>, episodes: Vec<String>) -> Answer<()> {
    let episodes: Vec<EpisodeId> = episodes.into_iter().map(EpisodeId::from).collect();
    work(&session, move |console| console.lit(&episodes)).await
}

/// Marks an alert as handled, with a reason.
#[tauri::command]
#[specta::specta]
pub async fn handled(
    session: State<'_, Session>,
    episode: String,
    reason: String,
    words: String,
) -> Answer<()> {
    act(&session, move |console| console.handled(&episode.into(), &reason, &words).map(|_| ())).await
}

/// Pauses the sound of one alarm; it ends by itself.
#[tauri::command]
#[specta::specta]
pub async fn pause_sound(session: State<'_, Session>, episode: String) -> Answer<()> {
    act(&session, move |console| console.pause_sound(&episode.into()).map(|_| ())).await
}

/// Lets go of an alarm this person owns.
#[tauri::command]
#[specta::specta]
pub async fn release(session: State<'_, Session>, episode: String) -> Answer<()> {
    act(&session, move |console| console.release(&episode.into()).map(|_| ())).await
}

/// Gives an alarm to somebody else, by name.
#[tauri::command]
#[specta::specta]
pub async fn hand_to(session: State<'_, Session>, episode: String, name: String) -> Answer<()> {
    act(&session, move |console| console.hand_to(&episode.into(), &name).map(|_| ())).await
}

/// Adds a few words to an episode.
#[tauri::command]
#[specta::specta]
pub async fn note(session: State<'_, Session>, episode: String, text: String) -> Answer<()> {
    act(&session, move |console| console.note(&episode.into(), &text).map(|_| ())).await
}

/// Calls the next role of the unit's chain now.
#[tauri::command]
#[specta::specta]
pub async fn escalate(session: State<'_, Session>, episode: String) -> Answer<()> {
    act(&session, move |console| console.escalate(&episode.into()).map(|_| ())).await
}

/// The alarm load of a day.
#[tauri::command]
#[specta::specta]
pub async fn load(session: State<'_, Session>) -> Answer<LoadWire> {
    work(&session, |console| console.alarm_load().map(LoadWire::from)).await
}

/// The alarms of a day that want nobody any more.
#[tauri::command]
#[specta::specta]
pub async fn history(session: State<'_, Session>) -> Answer<Vec<QueueWire>> {
    work(&session, |console| Ok(console.history()?.into_iter().map(QueueWire::from).collect())).await
}

/// This person leaves, or takes over.
#[tauri::command]
#[specta::specta]
pub async fn shift(session: State<'_, Session>, takes_over: bool) -> Answer<Vec<ShiftWire>> {
    work(&session, move |console| {
        console.shift(takes_over)?;
        Ok(console.shifts()?.into_iter().map(ShiftWire::from).collect())
    })
    .await
}

/// Who left and who took over within a day, newest first.
#[tauri::command]
#[specta::specta]
pub async fn shifts(session: State<'_, Session>) -> Answer<Vec<ShiftWire>> {
    work(&session, |console| Ok(console.shifts()?.into_iter().map(ShiftWire::from).collect())).await
}

/// What was written about patients and their alarms in the last twelve hours, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn shift_notes(session: State<'_, Session>) -> Answer<Vec<ShiftNoteWire>> {
    work(&session, |console| Ok(console.shift_notes()?.into_iter().map(ShiftNoteWire::from).collect())).await
}

/// One patient's page.
#[tauri::command]
#[specta::specta]
pub async fn patient(session: State<'_, Session>, id: String) -> Answer<PatientWire> {
    work(&session, move |console| console.patient(&id.into()).map(PatientWire::from)).await
}

/// What happened to an alert.
#[tauri::command]
#[specta::specta]
pub async fn timeline(session: State<'_, Session>, episode: String) -> Answer<Vec<TimelineWire>> {
    work(&session, move |console| {
        Ok(console.timeline(&episode.into())?.into_iter().map(TimelineWire::from).collect())
    })
    .await
}

/// Actions that the server does not have yet.
#[tauri::command]
#[specta::specta]
pub async fn waiting(session: State<'_, Session>) -> Answer<Vec<WaitingWire>> {
    work(&session, |console| Ok(console.waiting()?.into_iter().map(WaitingWire::from).collect())).await
}

/// Tries an action again that the server refused.
#[tauri::command]
#[specta::specta]
pub async fn retry_action(session: State<'_, Session>, action: String) -> Answer<()> {
    act(&session, move |console| console.retry(&action)).await
}

/// Takes a refused action out of the queue; somebody carries it on by other means.
#[tauri::command]
#[specta::specta]
pub async fn hand_over(session: State<'_, Session>, action: String, words: String) -> Answer<()> {
    act(&session, move |console| console.carry_on_by_hand(&action, &words)).await
}

/// Shows everything as of a past moment, or (`null`) the present again.
#[tauri::command]
#[specta::specta]
pub async fn look_back(session: State<'_, Session>, at: Option<i64>, as_shown: bool) -> Answer<()> {
    let view = at.map(Instant).map(|at| if as_shown { View::as_shown(at) } else { View::at(at) });
    act(&session, move |console| {
        console.look_back(view);
        Ok(())
    })
    .await
}

/// Onsets of alarms in a span, for the time control.
#[tauri::command]
#[specta::specta]
pub async fn onsets(session: State<'_, Session>, from: i64, to: i64) -> Answer<Vec<OnsetWire>> {
    work(&session, move |console| {
        let found = console.onsets(Instant(from), Instant(to))?;
        Ok(found.into_iter().map(|(at, priority)| OnsetWire::new(at, priority)).collect())
    })
    .await
}

/// Begins a damaged cache anew, with everything that was not sent.
#[tauri::command]
#[specta::specta]
pub async fn repair(session: State<'_, Session>) -> Answer<()> {
    session.repair().await
}

/// Resources that could not be read.
#[tauri::command]
#[specta::specta]
pub async fn quarantine(session: State<'_, Session>) -> Answer<Vec<QuarantineWire>> {
    work(&session, |console| Ok(console.quarantine()?.into_iter().map(QuarantineWire::from).collect())).await
}

/// The alarm limits of a patient, with their history and the unit's presets.
#[tauri::command]
#[specta::specta]
pub async fn limits(session: State<'_, Session>, patient: String) -> Answer<LimitsWire> {
    work(&session, move |console| Ok(LimitsWire::from(console.limits(&patient.into())?))).await
}

/// Sets alarm limits of one patient, each with role and reason: all of them, or none where one is refused.
#[tauri::command]
#[specta::specta]
pub async fn set_limits(
    session: State<'_, Session>,
    patient: String,
    changes: Vec<SetLimitWire>,
) -> Answer<()> {
    let changes: Option<Vec<LimitChange>> = changes.into_iter().map(SetLimitWire::read).collect();
    let changes =
        changes.ok_or_else(|| AppError::failed("this measure has no limits; nothing was changed"))?;
    let patient = PatientId::from(patient);
    act(&session, move |console| {
        changes.iter().try_for_each(LimitChange::check)?;
        changes.iter().try_for_each(|change| console.set_limit(&patient, change).map(|_| ()))
    })
    .await
}

/// Saves limits under a name.
#[tauri::command]
#[specta::specta]
pub async fn save_preset(session: State<'_, Session>, name: String, limits: Vec<BoundsWire>) -> Answer<()> {
    let limits: Option<Vec<_>> = limits.iter().map(BoundsWire::read).collect();
    let limits = limits.ok_or_else(|| AppError::failed("this measure has no limits; nothing was saved"))?;
    act(&session, move |console| console.save_preset(&name, limits).map(|_| ())).await
}

/// Writes a few words at a moment of a patient's trends.
#[tauri::command]
#[specta::specta]
pub async fn annotate(session: State<'_, Session>, patient: String, at: i64, text: String) -> Answer<()> {
    act(&session, move |console| console.annotate(&patient.into(), Instant(at), &text).map(|_| ())).await
}

/// The notes on a patient's trends.
#[tauri::command]
#[specta::specta]
pub async fn annotations(session: State<'_, Session>, patient: String) -> Answer<Vec<AnnotationWire>> {
    work(&session, move |console| {
        Ok(console.annotations(&patient.into())?.into_iter().map(AnnotationWire::from).collect())
    })
    .await
}

/// What each panel of a patient shows at one moment.
#[tauri::command]
#[specta::specta]
pub async fn values_at(session: State<'_, Session>, patient: String, at: i64) -> Answer<Vec<ValueAtWire>> {
    work(&session, move |console| {
        Ok(console.values_at(&patient.into(), Instant(at))?.into_iter().map(ValueAtWire::from).collect())
    })
    .await
}

/// Tries the server now.
#[tauri::command]
#[specta::specta]
pub async fn retry_now(session: State<'_, Session>) -> Answer<()> {
    session.open()?.console.retry_now();
    Ok(())
}

/// Trend panels as raw bytes: head and picture.
#[tauri::command]
pub async fn trends(session: State<'_, Session>, query: TrendsQuery) -> Answer<Response> {
    let request = TrendsRequest::from(query);
    let drawn = work(&session, move |console| console.trends(&request)).await?;
    Ok(Response::new(trends_bytes(drawn).map_err(AppError::failed)?))
}

/// The small trends of a ward as raw bytes: head and picture.
#[tauri::command]
pub async fn multiples(session: State<'_, Session>, query: MultiplesQuery) -> Answer<Response> {
    let request = MultiplesRequest::from(query);
    let drawn = work(&session, move |console| console.multiples(&request)).await?;
    Ok(Response::new(multiples_bytes(drawn).map_err(AppError::failed)?))
}

/// Waves as raw bytes: head and picture. What the server keeps of this time is fetched first, where it is in reach.
#[tauri::command]
pub async fn waves(session: State<'_, Session>, query: WavesQuery) -> Answer<Response> {
    let request = WavesRequest::from(query);
    let console = session.open()?.console.clone();
    let whole = console.fetch_waves(&request.patient, request.from, request.to).await?;
    let drawn = work(&session, move |console| console.waves(&request)).await?;
    Ok(Response::new(waves_bytes(drawn, whole).map_err(AppError::failed)?))
}

/// The numbers of a patient in steps of so many minutes.
#[tauri::command]
#[specta::specta]
pub async fn flowsheet(
    session: State<'_, Session>,
    patient: String,
    from: i64,
    to: i64,
    every_min: u32,
) -> Answer<Vec<FlowRowWire>> {
    let step = i64::from(every_min.max(1)) * 60_000;
    let rows =
        work(&session, move |console| console.flowsheet(&patient.into(), Instant(from), Instant(to), step))
            .await?;
    Ok(rows.into_iter().map(FlowRowWire::from).collect())
}

fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(collect_commands![
            annotate,
            annotations,
            app_state,
            check_server,
            connect,
            escalate,
            flowsheet,
            hand_over,
            hand_to,
            handled,
            limits,
            lit,
            history,
            load,
            look_back,
            note,
            onsets,
            patient,
            pause_sound,
            outgoing::print_pages,
            quarantine,
            release,
            repair,
            retry_action,
            retry_now,
            outgoing::save_file,
            save_preset,
            set_limits,
            shift,
            shifts,
            shift_notes,
            start_demo,
            take,
            timeline,
            unlock,
            values_at,
            waiting,
            watch,
        ])
        .typ::<TrendsWire>()
        .typ::<TrendsQuery>()
        .typ::<MultiplesWire>()
        .typ::<MultiplesQuery>()
        .typ::<PagesWire>()
        .typ::<PagesQuery>()
        .typ::<WavesWire>()
        .typ::<WavesQuery>()
        // Milliseconds since 1970 fit a JavaScript number until the year 287396.
        .dangerously_cast_bigints_to_number()
        // What goes out is what the page reads; nothing of these types comes in.
        .disable_serde_phases()
}

/// The typed commands, and beside them the one that answers with raw bytes.
pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    // The handler borrows its builder for as long as the window lives, which is as long as the program does.
    let typed = Box::leak(Box::new(builder())).invoke_handler();
    let raw: fn(tauri::ipc::Invoke) -> bool =
        tauri::generate_handler![multiples, outgoing::pages, trends, waves];
    move |invoke| match invoke.message.command() {
        "multiples" | "pages" | "trends" | "waves" => raw(invoke),
        _ => typed(invoke),
    }
}

/// The TypeScript that the page is built against.
///
/// # Errors
/// In words, where a type cannot be exported.
pub fn bindings() -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("vigil-bindings-{}.ts", std::process::id()));
    builder().export(specta_typescript::Typescript::default(), &folder).map_err(|e| e.to_string())?;
    let text = std::fs::read_to_string(&folder).map_err(|e| e.to_string());
    let _ = std::fs::remove_file(&folder);
    text
}
