//! The server: what it holds, its routes, and the faults that tests ask for.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State, WebSocketUpgrade};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::server::admin;
use crate::server::answer::{answer, refuse, text};
use crate::server::capability::metadata;
use crate::server::link::Link;
use crate::server::live;
use crate::server::read::{history, read, search_type, vread};
use crate::server::search::Kept;
use crate::server::shared::Shared;
use crate::server::store::Store;
use crate::server::subscriptions::Live;
use crate::server::write::{create, remove, transaction, update};
use crate::ward::clock::{Clock, DAY_MS};
use crate::ward::dates::iso;
use crate::ward::observe::World;
use crate::ward::register::Register;
use crate::ward::story::Story;
use crate::ward::world;

/// How to run the simulator.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The same seed and start give the same ward.
    pub seed: u64,
    /// How much faster than life; 1 is life.
    pub speed: f64,
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// Beds beside the 24 of the two wards with stories: up to 48, for the load of a larger house.
    pub more_beds: usize,
    /// When its life begins, in milliseconds since 1970 UTC; `None` is the time it is.
    pub origin_ms: Option<i64>,
    /// How many days its devices have been measuring by then.
    pub history_days: u32,
    /// People beside those of the wards who stand in the register of the hospital, a tenth of them in beds elsewhere.
    pub register: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 7, speed: 1.0, port: 0, more_beds: 0, origin_ms: None, history_days: 14, register: 0 }
    }
}

impl Options {
    /// A ward with two days behind it instead of a fortnight: enough for whoever does not look further back, and soon read.
    pub fn of_two_days() -> Options {
        Options { history_days: 2, ..Options::default() }
    }
}

/// A running simulator. Dropping it stops it.
pub struct WardSim {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    admin: SocketAddr,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl std::fmt::Debug for WardSim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WardSim").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for WardSim {
    fn drop(&mut self) {
        self.shared.cut(true);
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl WardSim {
    /// The FHIR base.
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// Where the test controls listen.
    pub fn admin(&self) -> String {
        format!("http://{}/admin", self.admin)
    }

    /// Cuts every connection and takes no new one, or takes them again.
    pub fn cut_link(&self, cut: bool) {
        self.shared.cut(cut);
    }

    /// Says nothing any more on connections that stand, as a network does that drops packets; or speaks again.
    pub fn hang(&self, hung: bool) {
        self.shared.hung.send_replace(hung);
    }

    /// Takes so long for every answer but those about alarms and actions; what is pushed comes as usual.
    pub fn delay_others(&self, ms: u64) {
        self.shared.delay_others_ms.store(ms, Ordering::Relaxed);
    }

    /// Answers every request with this status; 0 answers as usual.
    pub fn fail_with(&self, status: u16) {
        self.shared.fail.store(status, Ordering::Relaxed);
    }

    /// Answers every new action with this status, and everything else as usual; 0 takes actions again.
    pub fn refuse_writes_with(&self, status: u16) {
        self.shared.refuse_writes.store(status, Ordering::Relaxed);
    }

    /// Serves no CommunicationRequest, and does not list it: a server that passes on no calls.
    pub fn take_no_calls(&self, none: bool) {
        self.shared.no_calls.store(none, Ordering::Relaxed);
    }

    /// Answers every new call with this status, and everything else as usual; 0 takes calls again.
    pub fn refuse_calls_with(&self, status: u16) {
        self.shared.refuse_calls.store(status, Ordering::Relaxed);
    }

    /// Numbers so many of the notifications to come, and does not send them.
    pub fn lose_notifications(&self, many: u64) {
        self.shared.lose.store(many, Ordering::Relaxed);
    }

    /// What it was asked for since this was called last, as method, path and query; the first call begins to take note.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.replace(Vec::new()).unwrap_or_default()
    }

    /// Starts a story on a patient (0 to 29; from 24 on at home) now.
    pub fn inject(&self, story: Story, patient: usize) {
        self.shared.world.inject(story, patient, self.shared.clock.now_ms());
    }

    /// Now, in simulated milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        self.shared.clock.now_ms()
    }

    /// Moves stopped time on: see [`WardSim::pause`].
    pub fn advance(&self, ms: i64) {
        self.shared.clock.advance(ms);
    }

    /// Stops or goes on with simulated time.
    pub fn pause(&self, paused: bool) {
        self.shared.clock.pause(paused);
    }
}

/// Starts the simulator on loopback.
///
/// # Errors
/// Where the port is taken.
pub async fn start(options: Options) -> std::io::Result<WardSim> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let control = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (address, admin) = (listener.local_addr()?, control.local_addr()?);
    let clock = Clock::start(options.speed, options.origin_ms);
    let origin = clock.origin_ms();
    let year: i32 = iso(origin)[..4].parse().unwrap_or(2026);
    let mut world = World::new(
        options.seed,
        origin,
        year,
        options.more_beds.min(48),
        i64::from(options.history_days) * DAY_MS,
    );
    let mut store = Store::default();
    let old = origin - world.history;
    world.register = Register { people: options.register, seed: options.seed, at: old };
    for resource in
        world::wards(&world.people).into_iter().chain(world.people.iter().flat_map(world::Person::resources))
    {
        let (kind, id) = (text(&resource["resourceType"]), text(&resource["id"]));
        store.put(&kind, &id, resource, old, 1);
    }
    for (at, note) in world.past_actions() {
        let id = text(&note["id"]);
        store.put("Communication", &id, note, at, 1);
    }
    let (cut, watch) = watch::channel(false);
    let shared = Arc::new(Shared {
        world,
        store: Mutex::new(Arc::new(store)),
        kept: Kept::default(),
        clock,
        live: Live::new(),
        base: format!("http://{address}/fhir"),
        fail: AtomicU16::new(0),
        refuse_writes: AtomicU16::new(0),
        no_calls: AtomicBool::new(false),
        refuse_calls: AtomicU16::new(0),
        delay_ms: AtomicU64::new(0),
        delay_others_ms: AtomicU64::new(0),
        hung: watch::channel(false).0,
        lose: AtomicU64::new(0),
        asked: Mutex::new(None),
        cut,
    });
    let app = router(shared.clone());
    let controls = admin::router(shared.clone());
    let tasks = vec![
        tokio::spawn(async move {
            let _ = axum::serve(Link { listener, cut: watch }, app).await;
        }),
        tokio::spawn(async move {
            let _ = axum::serve(control, controls).await;
        }),
        tokio::spawn(live::announce(shared.clone())),
    ];
    Ok(WardSim { shared, address, admin, tasks })
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/fhir", post(transaction))
        .route("/fhir/", post(transaction))
        .route("/fhir/metadata", get(metadata))
        .route("/fhir/{kind}", get(search_type).post(create))
        .route("/fhir/{kind}/_history", get(history))
        .route("/fhir/{kind}/{id}", get(read).put(update).delete(remove))
        .route("/fhir/{kind}/{id}/_history/{version}", get(vread))
        .route("/fhir/Subscription/{id}/$get-ws-binding-token", get(binding))
        .route("/ws", get(socket))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), faults))
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .with_state(shared)
}

/// The faults that tests ask for, and a `Date` header in simulated time.
async fn faults(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    shared.until_it_answers().await;
    shared.note(request.method().as_str(), request.uri());
    let is_of_alarms =
        ["/Communication", "/DetectedIssue"].iter().any(|kind| request.uri().path().contains(kind));
    let others = if is_of_alarms { 0 } else { shared.delay_others_ms.load(Ordering::Relaxed) };
    let delay = shared.delay_ms.load(Ordering::Relaxed).max(others);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    shared.until_it_answers().await;
    let write = request.method() == Method::POST && request.uri().path().ends_with("/Communication");
    let about_calls = request.uri().path().contains("/CommunicationRequest");
    let call = request.method() == Method::POST && about_calls;
    let asked = match shared.fail.load(Ordering::Relaxed) {
        0 if about_calls && shared.no_calls.load(Ordering::Relaxed) => 404,
        0 if call => shared.refuse_calls.load(Ordering::Relaxed),
        0 if write => shared.refuse_writes.load(Ordering::Relaxed),
        status => status,
    };
    let mut response = match StatusCode::from_u16(asked) {
        Ok(status) => refuse(status, "exception", "asked to fail"),
        Err(_) => next.run(request).await,
    };
    if let Ok(stamp) = jiff::Timestamp::from_millisecond(shared.clock.now_ms())
        && let Ok(text) = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&stamp)
        && let Ok(value) = HeaderValue::from_str(&text)
    {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}

async fn binding(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Response> {
    if shared.snapshot().current("Subscription", &id).is_none_or(|v| v.resource.is_none()) {
        return Err(refuse(StatusCode::NOT_FOUND, "not-found", "no such Subscription"));
    }
    let socket = shared.base.replacen("http", "ws", 1).replace("/fhir", "/ws");
    let parameters = json!({
        "resourceType": "Parameters",
        "parameter": [
            { "name": "token", "valueString": shared.live.token(&id) },
            { "name": "subscription", "valueString": id },
            { "name": "websocket-url", "valueUrl": socket },
        ],
    });
    Ok(answer(StatusCode::OK, parameters.to_string()))
}

async fn socket(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| live::serve(socket, shared)).into_response()
}
