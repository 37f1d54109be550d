//! The FHIR server: routes, status codes, conditional and versioned writes, transactions.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::bundle::{Entry, outcome, searchset};
use crate::clock::Clock;
use crate::link::Link;
use crate::live::{self, Live, TOPIC};
use crate::observe::World;
use crate::search::{self, Query, included, search};
use crate::store::Store;
use crate::story::Story;
use crate::{admin, world};

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
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 7, speed: 1.0, port: 0, more_beds: 0 }
    }
}

pub(crate) struct Shared {
    pub world: World,
    pub store: Mutex<Store>,
    pub clock: Clock,
    pub live: Live,
    pub base: String,
    pub fail: AtomicU16,
    pub refuse_writes: AtomicU16,
    pub delay_ms: AtomicU64,
    cut: watch::Sender<bool>,
}

impl Shared {
    pub fn cut(&self, cut: bool) {
        self.cut.send_replace(cut);
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Answers every request with this status; 0 answers as usual.
    pub fn fail_with(&self, status: u16) {
        self.shared.fail.store(status, Ordering::Relaxed);
    }

    /// Answers every new action with this status, and everything else as usual; 0 takes actions again.
    pub fn refuse_writes_with(&self, status: u16) {
        self.shared.refuse_writes.store(status, Ordering::Relaxed);
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
    let clock = Clock::start(options.speed);
    let origin = clock.origin_ms();
    let year: i32 = search::stamp(origin)[..4].parse().unwrap_or(2026);
    let world = World::new(options.seed, origin, year, options.more_beds.min(48));
    let mut store = Store::default();
    let old = origin - crate::observe::HISTORY_MS;
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
        store: Mutex::new(store),
        clock,
        live: Live::new(),
        base: format!("http://{address}/fhir"),
        fail: AtomicU16::new(0),
        refuse_writes: AtomicU16::new(0),
        delay_ms: AtomicU64::new(0),
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
        .layer(tower_http::compression::CompressionLayer::new().gzip(true))
        .with_state(shared)
}

/// The faults that tests ask for, and a `Date` header in simulated time.
async fn faults(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let delay = shared.delay_ms.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let write = request.method() == Method::POST && request.uri().path().ends_with("/Communication");
    let asked = match shared.fail.load(Ordering::Relaxed) {
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

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn answer(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/fhir+json; charset=utf-8")], body).into_response()
}

fn refuse(status: StatusCode, code: &str, why: &str) -> Response {
    answer(status, outcome(code, why).to_string())
}

fn with_version(mut response: Response, resource: &Value, location: Option<String>) -> Response {
    let version = text(&resource["meta"]["versionId"]);
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{version}\"")) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(location) = location.and_then(|l| HeaderValue::from_str(&l).ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}

fn query_of(raw: Option<&str>) -> Query {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

const TYPES: [&str; 16] = [
    "Patient",
    "Location",
    "Encounter",
    "Device",
    "DeviceMetric",
    "Observation",
    "DetectedIssue",
    "Communication",
    "MedicationAdministration",
    "AuditEvent",
    "Flag",
    "Practitioner",
    "Task",
    "Provenance",
    "Consent",
    "Subscription",
];

fn known(kind: &str) -> Result<(), Response> {
    if TYPES.contains(&kind) {
        Ok(())
    } else {
        Err(refuse(StatusCode::NOT_FOUND, "not-supported", &format!("no resource type {kind} here")))
    }
}

const PARAMETERS: [&str; 20] = [
    "_id",
    "_lastUpdated",
    "_sort",
    "_count",
    "_include",
    "_elements",
    "_format",
    "_total",
    "_asof",
    "_offset",
    "patient",
    "subject",
    "code",
    "category",
    "date",
    "status",
    "identifier",
    "identified",
    "sent",
    "effective-time",
];

async fn metadata(State(shared): State<Arc<Shared>>) -> Response {
    let interactions: Vec<Value> =
        ["read", "vread", "search-type", "create", "update", "delete", "history-type"]
            .iter()
            .map(|c| json!({ "code": c }))
            .collect();
    let resources: Vec<Value> = TYPES
        .iter()
        .map(|kind| {
            let mut resource = json!({
                "type": kind, "interaction": interactions, "versioning": "versioned", "updateCreate": true,
                "conditionalCreate": true, "searchInclude": ["*"],
                "searchParam": PARAMETERS.iter().filter(|p| !matches!(**p, "_asof" | "_offset")).map(|p| json!({ "name": p, "type": "string" })).collect::<Vec<_>>(),
            });
            if *kind == "Subscription" {
                resource["extension"] = json!([{
                    "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical",
                    "valueCanonical": TOPIC,
                }]);
            }
            resource
        })
        .collect();
    let statement = json!({
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-01-01", "kind": "instance",
        "software": { "name": "Vigil ward-sim", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Simulated ward; no real patient", "url": shared.base },
        "fhirVersion": "4.0.1", "format": ["json"],
        "rest": [{ "mode": "server", "resource": resources, "interaction": [{ "code": "transaction" }] }],
    });
    answer(StatusCode::OK, statement.to_string())
}

fn current(shared: &Shared, store: &Store, kind: &str, id: &str) -> Option<Value> {
    if let Some(version) = store.current(kind, id) {
        return version.resource.as_deref().cloned();
    }
    let now = shared.clock.now_ms();
    let rendered = match kind {
        "DetectedIssue" => {
            shared.world.issues(now).into_iter().find(|issue| issue.0 == id).map(|issue| issue.4)
        }
        _ => shared.world.find(kind, id, now).map(|item| shared.world.render(&item)),
    };
    rendered.and_then(|text| serde_json::from_str(&text).ok())
}

async fn read(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let store = shared.store();
    if store.current(&kind, &id).is_some_and(|v| v.resource.is_none()) {
        return Err(refuse(StatusCode::GONE, "deleted", "it was deleted"));
    }
    match current(&shared, &store, &kind, &id) {
        Some(resource) => Ok(with_version(answer(StatusCode::OK, resource.to_string()), &resource, None)),
        None => Err(refuse(StatusCode::NOT_FOUND, "not-found", &format!("no {kind}/{id}"))),
    }
}

async fn vread(
    State(shared): State<Arc<Shared>>,
    Path((kind, id, version)): Path<(String, String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let store = shared.store();
    let stored = store.versions(&kind, &id).iter().find(|v| v.number.to_string() == version);
    let resource = match stored {
        Some(version) => version.resource.as_deref().cloned(),
        None => current(&shared, &store, &kind, &id).filter(|r| r["meta"]["versionId"] == version.as_str()),
    };
    match resource {
        Some(resource) => Ok(answer(StatusCode::OK, resource.to_string())),
        None => Err(refuse(StatusCode::NOT_FOUND, "not-found", "no such version")),
    }
}

async fn search_type(
    State(shared): State<Arc<Shared>>,
    Path(kind): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    known(&kind)?;
    let query = query_of(raw.as_deref());
    let strict =
        headers.get("prefer").and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("handling=strict"));
    if let Some((name, _)) = query.iter().find(|(name, _)| strict && !PARAMETERS.contains(&name.as_str())) {
        return Err(refuse(StatusCode::BAD_REQUEST, "not-supported", &format!("no search parameter {name}")));
    }
    // Rendering hours of seconds is work; the timers of other connections should not wait for it.
    let task = tokio::task::spawn_blocking(move || page(&shared, &kind, &query));
    task.await.map_err(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "exception", "the search stopped"))?
}

fn page(shared: &Shared, kind: &str, query: &Query) -> Result<Response, Response> {
    let now = shared.clock.now_ms();
    let store = shared.store().clone();
    let results = search(&shared.world, &store, kind, query, now)
        .map_err(|why| refuse(StatusCode::BAD_REQUEST, "value", &why))?;
    let address = |query: &Query| {
        let mut url = url::form_urlencoded::Serializer::new(format!("{}/{kind}?", shared.base));
        for (name, value) in query {
            url.append_pair(name, value);
        }
        url.finish()
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(results.hits.len());
    let includes: Vec<&String> = query.iter().filter(|(n, _)| n == "_include").map(|(_, v)| v).collect();
    let mut wanted = std::collections::BTreeSet::new();
    for hit in &results.hits {
        let resource = hit.render(&shared.world);
        debug_assert!(
            serde_json::from_str::<serde::de::IgnoredAny>(&resource).is_ok(),
            "what is served is JSON"
        );
        let id = id_of(&resource);
        if !includes.is_empty()
            && let Ok(value) = serde_json::from_str::<Value>(&resource)
        {
            wanted.extend(includes.iter().flat_map(|include| included(&value, include)));
        }
        entries.push(Entry { full_url: format!("{}/{kind}/{id}", shared.base), resource, mode: "match" });
    }
    for reference in wanted {
        if let Some((kind, id)) = reference.split_once('/')
            && let Some(resource) = current(shared, &store, kind, id)
        {
            entries.push(Entry {
                full_url: format!("{}/{reference}", shared.base),
                resource: resource.to_string(),
                mode: "include",
            });
        }
    }
    let next = results.next.as_ref().map(address);
    Ok(answer(StatusCode::OK, searchset(&entries, results.total, &address(query), next.as_deref())))
}

fn id_of(resource: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Id {
        id: String,
    }
    serde_json::from_str::<Id>(resource).map(|r| r.id).unwrap_or_default()
}

async fn history(
    State(shared): State<Arc<Shared>>,
    Path(kind): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Response> {
    known(&kind)?;
    let query = query_of(raw.as_deref());
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let since = match value("_since") {
        Some(text) => search::since(text)
            .ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "value", "_since is no instant"))?,
        None => i64::MIN,
    };
    let store = shared.store().clone();
    let mut entries: Vec<(i64, Value)> = store
        .history(&kind)
        .filter(|(_, v)| v.updated >= since)
        .map(|(id, v)| {
            let method = match &v.resource {
                None => "DELETE",
                Some(_) if v.number == 1 => "POST",
                Some(_) => "PUT",
            };
            let mut entry = json!({
                "fullUrl": format!("{}/{kind}/{id}", shared.base),
                "request": { "method": method, "url": format!("{kind}/{id}") },
                "response": { "status": if method == "DELETE" { "204" } else { "200" }, "lastModified": search::stamp(v.updated) },
            });
            if let Some(resource) = &v.resource {
                entry["resource"] = resource.as_ref().clone();
            }
            (v.updated, entry)
        })
        .collect();
    entries.sort_by_key(|(updated, _)| -updated);
    let count = value("_count").and_then(|v| v.parse().ok()).unwrap_or(200usize);
    let bundle = json!({
        "resourceType": "Bundle", "type": "history", "total": entries.len(),
        "entry": entries.into_iter().take(count).map(|(_, e)| e).collect::<Vec<_>>(),
    });
    Ok(answer(StatusCode::OK, bundle.to_string()))
}

type Made = (StatusCode, Arc<Value>);

fn parse(kind: &str, bytes: &[u8]) -> Result<Value, Response> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| refuse(StatusCode::BAD_REQUEST, "structure", &format!("the body is no JSON: {e}")))?;
    if value["resourceType"] != kind {
        return Err(refuse(StatusCode::BAD_REQUEST, "invalid", &format!("the body is no {kind}")));
    }
    Ok(value)
}

fn make(
    shared: &Shared,
    store: &mut Store,
    kind: &str,
    resource: Value,
    none_exist: Option<&str>,
) -> Result<Made, Response> {
    let now = shared.clock.now_ms();
    if let Some(condition) = none_exist {
        let results = search(&shared.world, store, kind, &query_of(Some(condition)), now)
            .map_err(|why| refuse(StatusCode::BAD_REQUEST, "value", &why))?;
        match results.hits.as_slice() {
            [] => {}
            [one] => {
                let value = serde_json::from_str(&one.render(&shared.world)).unwrap_or(Value::Null);
                return Ok((StatusCode::OK, Arc::new(value)));
            }
            _ => {
                return Err(refuse(
                    StatusCode::PRECONDITION_FAILED,
                    "multiple-matches",
                    "If-None-Exist matches several",
                ));
            }
        }
    }
    let id = uuid::Uuid::now_v7().to_string();
    Ok((StatusCode::CREATED, store.put(kind, &id, resource, now, 1)))
}

fn replace(
    shared: &Shared,
    store: &mut Store,
    kind: &str,
    id: &str,
    mut resource: Value,
    if_match: Option<&str>,
) -> Result<Made, Response> {
    if resource["id"] != id {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "invalid",
            "the id of the body is not the id of the address",
        ));
    }
    let existing = current(shared, store, kind, id);
    let version = existing.as_ref().map(|r| text(&r["meta"]["versionId"]));
    if let Some(wanted) = if_match {
        let wanted = wanted.trim().trim_start_matches("W/").trim_matches('"');
        if version.as_deref() != Some(wanted) {
            return Err(refuse(
                StatusCode::PRECONDITION_FAILED,
                "conflict",
                "the resource has another version",
            ));
        }
    }
    if kind == "Subscription" {
        resource["status"] = json!("active");
    }
    let first = version.and_then(|v| v.parse::<u64>().ok()).unwrap_or(0) + 1;
    let stored = store.put(kind, id, resource, shared.clock.now_ms(), first);
    Ok((if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED }, stored))
}

fn announce(shared: &Shared, kind: &str, made: &Value) {
    if kind != "Subscription" {
        let change = vec![(format!("{kind}/{}", text(&made["id"])), made.to_string())];
        let _ = shared.live.changes.send(Arc::new(change));
    }
}

fn header_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(HeaderName::from_bytes(name.as_bytes()).ok()?)?.to_str().ok()
}

fn written(shared: &Shared, kind: &str, (status, resource): &Made) -> Response {
    let (id, version) = (text(&resource["id"]), text(&resource["meta"]["versionId"]));
    let location = format!("{}/{kind}/{id}/_history/{version}", shared.base);
    with_version(answer(*status, resource.to_string()), resource, Some(location))
}

async fn create(
    State(shared): State<Arc<Shared>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    known(&kind)?;
    let mut resource = parse(&kind, &body)?;
    if kind == "Subscription" {
        if resource["criteria"] != TOPIC || resource["channel"]["type"] != "websocket" {
            return Err(refuse(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not-supported",
                &format!("only the topic {TOPIC} over websocket"),
            ));
        }
        resource["status"] = json!("active");
    }
    let made = make(&shared, &mut shared.store(), &kind, resource, header_of(&headers, "if-none-exist"))?;
    if made.0 == StatusCode::CREATED {
        announce(&shared, &kind, &made.1);
    }
    Ok(written(&shared, &kind, &made))
}

async fn update(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    known(&kind)?;
    let resource = parse(&kind, &body)?;
    let made = replace(&shared, &mut shared.store(), &kind, &id, resource, header_of(&headers, "if-match"))?;
    announce(&shared, &kind, &made.1);
    Ok(written(&shared, &kind, &made))
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let now = shared.clock.now_ms();
    if shared.store().delete(&kind, &id, now) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(refuse(StatusCode::NOT_FOUND, "not-found", &format!("no {kind}/{id}")))
    }
}

/// All of it, or nothing.
async fn transaction(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Response> {
    let bundle = parse("Bundle", &body)?;
    let all_or_nothing = bundle["type"] == "transaction";
    if !all_or_nothing && bundle["type"] != "batch" {
        return Err(refuse(StatusCode::BAD_REQUEST, "value", "the Bundle is neither transaction nor batch"));
    }
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let mut store = shared.store();
    let mut draft = store.clone();
    let (mut answers, mut changed) = (Vec::new(), Vec::new());
    for entry in entries {
        let result = one(&shared, &mut draft, &entry);
        match result {
            Ok((kind, status, resource)) => {
                let mut response = json!({ "status": status.as_u16().to_string() });
                if let Some(resource) = &resource {
                    let (id, version) = (text(&resource["id"]), text(&resource["meta"]["versionId"]));
                    response["location"] = json!(format!("{}/{kind}/{id}/_history/{version}", shared.base));
                    response["etag"] = json!(format!("W/\"{version}\""));
                    response["lastModified"] = resource["meta"]["lastUpdated"].clone();
                    changed.push((kind, resource.clone()));
                }
                answers.push(json!({ "response": response }));
            }
            Err(response) if all_or_nothing => return Err(response),
            Err(response) => {
                answers.push(json!({ "response": { "status": response.status().as_u16().to_string() } }))
            }
        }
    }
    *store = draft;
    drop(store);
    for (kind, resource) in changed {
        announce(&shared, &kind, &resource);
    }
    let kind = format!("{}-response", text(&bundle["type"]));
    Ok(answer(
        StatusCode::OK,
        json!({ "resourceType": "Bundle", "type": kind, "entry": answers }).to_string(),
    ))
}

type Done = (String, StatusCode, Option<Arc<Value>>);

fn one(shared: &Shared, store: &mut Store, entry: &Value) -> Result<Done, Response> {
    let (method, url) = (text(&entry["request"]["method"]), text(&entry["request"]["url"]));
    let path = url.split('?').next().unwrap_or_default();
    let (kind, id) = path.split_once('/').unwrap_or((path, ""));
    known(kind)?;
    let resource = entry["resource"].clone();
    if method != "DELETE" && resource["resourceType"] != kind {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "invalid",
            &format!("an entry for {kind} holds something else"),
        ));
    }
    let (status, stored) = match method.as_str() {
        "POST" => make(shared, store, kind, resource, entry["request"]["ifNoneExist"].as_str())?,
        "PUT" => replace(shared, store, kind, id, resource, entry["request"]["ifMatch"].as_str())?,
        "DELETE" => {
            store.delete(kind, id, shared.clock.now_ms());
            return Ok((kind.to_owned(), StatusCode::NO_CONTENT, None));
        }
        other => {
            return Err(refuse(
                StatusCode::BAD_REQUEST,
                "not-supported",
                &format!("method {other} in a transaction"),
            ));
        }
    };
    Ok((kind.to_owned(), status, Some(stored)))
}

async fn binding(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Response> {
    if shared.store().current("Subscription", &id).is_none_or(|v| v.resource.is_none()) {
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
