//! A small FHIR server with the manners of those in the field, for tests: it gives what it is told to hold, in a way that differs
//! from the simulated ward's as [`Manners`] say. Deliberately not here: anything that a search beside `_lastUpdated` and `_count`
//! would need.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::server::answer::{answer, query_of, refuse, text};
use crate::server::query::Query;
use crate::ward::dates::{iso, since};

/// Where the link to the next page leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// To this server.
    #[default]
    Own,
    /// To another name of it, as behind a proxy.
    Inner,
    /// `Kind?query`.
    Relative,
    /// `?query`.
    QueryAlone,
    /// To the page itself under a new name each time.
    Circle,
}

/// What a server says as the version of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versions {
    /// 1, 2, 3.
    #[default]
    Numbers,
    /// Always 1.
    AlwaysOne,
    /// Another word for each state.
    Words,
    /// None.
    Unsaid,
}

/// How a history names what was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletions {
    /// `Type/id`.
    #[default]
    Plain,
    /// `Type/id/_history/2`.
    WithVersion,
    /// The whole address.
    Absolute,
    /// A version that is asked for and is gone.
    Gone,
}

/// The ways in which it differs.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Milliseconds that `Date` is ahead of the clock that stamps resources; `None` for no date at all.
    pub date_ahead: Option<i64>,
    /// Where the next page is.
    pub links: Links,
    /// Entries on a page at most.
    pub page: usize,
    /// Empty pages behind the last.
    pub empty_pages: usize,
    /// Pages that follow the first one are gone.
    pub pages_expire: bool,
    /// Searches that are refused: those with this parameter, or of this kind.
    pub refuses: Option<&'static str>,
    /// Of versions.
    pub versions: Versions,
    /// Of deletions.
    pub deletions: Deletions,
    /// It says how many there are, and leaves this id out all the same.
    pub keeps_back: Option<&'static str>,
    /// It gives the first entry of such a page twice.
    pub repeats: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            date_ahead: Some(0),
            links: Links::Own,
            page: 1000,
            empty_pages: 0,
            pages_expire: false,
            refuses: None,
            versions: Versions::Numbers,
            deletions: Deletions::Plain,
            keeps_back: None,
            repeats: false,
        }
    }
}

struct Held {
    resource: Value,
    updated: i64,
    state: u32,
    is_gone: bool,
}

struct Inside {
    manners: Manners,
    held: BTreeMap<String, Held>,
    /// The server's clock, in milliseconds since 1970 UTC.
    now: i64,
    asked: Vec<String>,
}

/// The server. Dropping it stops it.
pub struct OddServer {
    state: Arc<Mutex<Inside>>,
    base: String,
    task: tokio::task::JoinHandle<()>,
}

impl std::fmt::Debug for OddServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OddServer").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Drop for OddServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<Inside>) -> MutexGuard<'_, Inside> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OddServer {
    /// Starts it on loopback, empty, with its clock at `now`.
    ///
    /// # Errors
    /// Where no port is free.
    pub async fn start(manners: Manners, now: i64) -> std::io::Result<OddServer> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/fhir", listener.local_addr()?);
        let state = Inside { manners, held: BTreeMap::new(), now, asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let app = Router::new()
            .route("/fhir/metadata", get(metadata))
            .route("/fhir/{kind}", get(search))
            .route("/fhir/{kind}/_history", get(history))
            .with_state(state.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(OddServer { state, base, task })
    }

    /// The FHIR base.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Other manners from now on, as after somebody mended the server or its proxy.
    pub fn behave(&self, manners: Manners) {
        lock(&self.state).manners = manners;
    }

    /// Its clock moves on.
    pub fn pass(&self, ms: i64) {
        lock(&self.state).now += ms;
    }

    /// Takes a resource in, or another state of it.
    pub fn put(&self, resource: Value) {
        let mut state = lock(&self.state);
        let now = state.now;
        let key = format!("{}/{}", text(&resource["resourceType"]), text(&resource["id"]));
        let number = state.held.get(&key).map_or(1, |held| held.state + 1);
        state.held.insert(key, Held { resource, updated: now, state: number, is_gone: false });
    }

    /// Deletes `Type/id`.
    pub fn delete(&self, key: &str) {
        let mut state = lock(&self.state);
        let now = state.now;
        if let Some(held) = state.held.get_mut(key) {
            (held.is_gone, held.updated, held.state) = (true, now, held.state + 1);
        }
    }

    /// What it was asked for since this was asked last.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).asked)
    }
}

impl Held {
    fn version(&self, manners: &Manners) -> Option<String> {
        match manners.versions {
            Versions::Numbers => Some(self.state.to_string()),
            Versions::AlwaysOne => Some("1".to_owned()),
            Versions::Words => Some(format!("{:08x}-v", self.state.wrapping_mul(0x9e37_79b9))),
            Versions::Unsaid => None,
        }
    }

    fn render(&self, manners: &Manners) -> Value {
        let mut resource = self.resource.clone();
        resource["meta"] = json!({ "lastUpdated": iso(self.updated) });
        if let Some(version) = self.version(manners) {
            resource["meta"]["versionId"] = json!(version);
        }
        resource
    }
}

impl Inside {
    /// An answer with its `Date`; one that says nothing where there is none.
    fn answer(&self, body: &Value) -> Response {
        let mut response = answer(StatusCode::OK, body.to_string());
        let date = self.manners.date_ahead.and_then(|ahead| {
            let stamp = jiff::Timestamp::from_millisecond(self.now + ahead).ok()?;
            let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&stamp).ok()?;
            HeaderValue::from_str(&text).ok()
        });
        response.headers_mut().insert(header::DATE, date.unwrap_or_else(|| HeaderValue::from_static("-")));
        response
    }

    fn next(&self, kind: &str, base: &str, query: &Query, offset: usize) -> String {
        let mut rest = String::new();
        for (name, value) in query.iter().filter(|(name, _)| !matches!(name.as_str(), "_offset" | "_at")) {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let _ = write!(rest, "{name}={value}&");
        }
        let own = format!("{base}/{kind}");
        match self.manners.links {
            Links::Own => format!("{own}?{rest}_offset={offset}"),
            Links::Inner => format!("http://inner.example/fhir/{kind}?{rest}_offset={offset}"),
            Links::Relative => format!("{kind}?{rest}_offset={offset}"),
            Links::QueryAlone => format!("?{rest}_offset={offset}"),
            Links::Circle => format!("{own}?{rest}_at={}", self.asked.len()),
        }
    }
}

type Shared = Arc<Mutex<Inside>>;

async fn metadata(State(state): State<Shared>) -> Response {
    let kinds = ["Patient", "Location", "Encounter", "Device", "Flag", "Observation", "DetectedIssue"];
    let resources: Vec<Value> = kinds
        .iter()
        .chain(&["MedicationAdministration", "Communication"])
        .map(|kind| {
            json!({ "type": kind, "interaction": [{ "code": "search-type" }, { "code": "history-type" }] })
        })
        .collect();
    let statement = json!({
        "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{ "resource": resources }],
    });
    lock(&state).answer(&statement)
}

async fn search(
    State(state): State<Shared>,
    Path(kind): Path<String>,
    RawQuery(raw): RawQuery,
    headers: axum::http::HeaderMap,
) -> Response {
    let query = query_of(raw.as_deref());
    let mut state = lock(&state);
    state.asked.push(format!("{kind}?{}", raw.unwrap_or_default()));
    let state = &*state;
    let manners = &state.manners;
    if manners.refuses.is_some_and(|no| no == kind || query.iter().any(|(name, _)| name == no)) {
        return refuse(StatusCode::BAD_REQUEST, "not-supported", "this search is not supported");
    }
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let number = |name: &str| value(name).and_then(|text| text.parse::<usize>().ok());
    let offset = number("_offset").unwrap_or(0);
    if manners.pages_expire && offset > 0 {
        return refuse(StatusCode::GONE, "expired", "this search is not known any more");
    }
    let from =
        value("_lastUpdated").and_then(|text| since(text.trim_start_matches("ge"))).unwrap_or(i64::MIN);
    let mut found: Vec<&Held> = state
        .held
        .values()
        .filter(|held| {
            held.resource["resourceType"] == kind.as_str() && !held.is_gone && held.updated >= from
        })
        .collect();
    if value("_sort").is_some() {
        found.sort_by_key(|held| held.updated);
    }
    let count = number("_count").unwrap_or(20).clamp(1, manners.page);
    let total = found.len();
    found.retain(|held| manners.keeps_back.is_none_or(|id| held.resource["id"] != id));
    let is_short = found.len() < total;
    let mut page: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(count)
        .map(|held| json!({ "resource": held.render(manners) }))
        .collect();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_more =
        offset + count < found.len() + manners.empty_pages * count || manners.links == Links::Circle;
    if let (true, true, Some(first)) = (is_short, manners.repeats, page.first().cloned()) {
        page.push(first);
    }
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": page });
    if manners.keeps_back.is_some() {
        bundle["total"] = json!(total);
    }
    if is_more {
        let next = state.next(&kind, &format!("http://{host}/fhir"), &query, offset + count);
        bundle["link"] = json!([{ "relation": "next", "url": next }]);
    }
    state.answer(&bundle)
}

async fn history(State(state): State<Shared>, Path(kind): Path<String>, RawQuery(raw): RawQuery) -> Response {
    let query = query_of(raw.as_deref());
    let state = lock(&state);
    let from = query.iter().find(|(name, _)| name == "_since").and_then(|(_, text)| since(text));
    let mut found: Vec<(&String, &Held)> = state
        .held
        .iter()
        .filter(|(key, held)| {
            key.starts_with(&format!("{kind}/")) && held.updated >= from.unwrap_or(i64::MIN)
        })
        .collect();
    found.sort_by_key(|(_, held)| -held.updated);
    let entries: Vec<Value> = found
        .into_iter()
        .map(|(key, held)| {
            let number = held.state;
            if !held.is_gone {
                return json!({
                    "resource": held.render(&state.manners), "request": { "method": "PUT", "url": key },
                    "response": { "status": "200" },
                });
            }
            let (method, status, url) = match state.manners.deletions {
                Deletions::Plain => ("DELETE", "204", key.clone()),
                Deletions::WithVersion => ("DELETE", "200 OK", format!("{key}/_history/{number}")),
                Deletions::Absolute => ("DELETE", "204", format!("http://host/fhir/{key}")),
                Deletions::Gone => ("GET", "410 Gone", format!("{key}/_history/{number}")),
            };
            json!({
                "fullUrl": format!("http://host/fhir/{key}"), "request": { "method": method, "url": url },
                "response": { "status": status, "lastModified": iso(held.updated) },
            })
        })
        .collect();
    state.answer(&json!({ "resourceType": "Bundle", "type": "history", "entry": entries })).into_response()
}
