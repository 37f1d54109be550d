//! A hospital's server in memory: it takes the parameters that R4 has, as honestly as a test needs them, keeps what it was asked
//! for, and refuses what it is told to. No socket, and no clock but the one that the test moves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use clinical::{Instant, Scope};
use fhir::{Answer, Answering, Client, FhirError, Request, Transport, format_instant, parse_instant};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use sync::{Engine, SyncEvent, SyncProgress};
use tokio::sync::mpsc;
use vault::{Key, Vault};

pub(crate) const BASE: &str = "https://fhir.hospital.example/r4";
pub(crate) const START: i64 = 1_773_000_000_000;

/// What this server does not take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refuses {
    /// Searches with this parameter; of one kind where it is `Kind.parameter`.
    pub parameter: &'static str,
    /// Lists of ids or words, with an error.
    pub lists: bool,
    /// It takes a list for one word, and finds nothing.
    pub takes_lists_for_words: bool,
    /// It answers every search of stays with an error.
    pub stays: bool,
}

struct Held {
    resource: Value,
    updated: i64,
}

#[derive(Default)]
struct Inside {
    held: BTreeMap<String, Held>,
    refuses: Refuses,
    asked: Vec<String>,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Hospital {
    inside: Arc<Mutex<Inside>>,
    pub now: Arc<AtomicI64>,
}

impl Hospital {
    pub(crate) fn new() -> Hospital {
        Hospital { inside: Arc::default(), now: Arc::new(AtomicI64::new(START)) }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self, refuses: Refuses) {
        self.inside.lock().unwrap().refuses = refuses;
    }

    pub(crate) fn put(&self, resource: Value) {
        let key =
            format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
        let updated = self.now();
        self.inside.lock().unwrap().held.insert(key, Held { resource, updated });
    }

    pub(crate) fn delete(&self, key: &str) {
        self.inside.lock().unwrap().held.remove(key).unwrap();
    }

    /// What it was asked for since this was called last, below the base.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.inside.lock().unwrap().asked)
    }

    pub(crate) fn place(&self, id: &str, kind: &str, part_of: &str) {
        let mut place = json!({ "resourceType": "Location", "id": id, "name": format!("Place {id}"), "physicalType": {
            "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": kind }] } });
        if !part_of.is_empty() {
            place["partOf"] = json!({ "reference": format!("Location/{part_of}") });
        }
        self.put(place);
    }

    pub(crate) fn patient(&self, id: &str) {
        self.put(
            json!({ "resourceType": "Patient", "id": id, "name": [{ "family": format!("Name {id}") }] }),
        );
    }

    /// Somebody lies at a place, or not any more.
    pub(crate) fn stay(&self, patient: &str, place: &str, status: &str) {
        let mut stay = json!({ "resourceType": "Encounter", "id": format!("stay-{patient}"), "status": status,
            "class": { "code": "IMP" }, "subject": { "reference": format!("Patient/{patient}") } });
        if !place.is_empty() {
            stay["location"] = json!([{ "location": { "reference": format!("Location/{place}") } }]);
        }
        self.put(stay);
    }

    pub(crate) fn value(&self, patient: &str, id: &str, value: u32, ago: i64) {
        self.put(json!({ "resourceType": "Observation", "id": id, "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
            "subject": { "reference": format!("Patient/{patient}") },
            "effectiveDateTime": format_instant(Instant(self.now() - ago)),
            "valueQuantity": { "value": value, "code": "/min", "system": "http://unitsofmeasure.org" } }));
    }

    pub(crate) fn alarm(&self, patient: &str, id: &str) {
        self.put(
            json!({ "resourceType": "DetectedIssue", "id": id, "status": "preliminary", "severity": "high",
            "code": { "text": "SpO2 84 < 90" }, "patient": { "reference": format!("Patient/{patient}") },
            "identifiedPeriod": { "start": format_instant(Instant(self.now() - 60_000)) } }),
        );
    }

    fn answer(&self, request: &Request) -> Answer {
        let url = &request.url;
        let below = url.as_str().strip_prefix(BASE).unwrap().trim_start_matches('/');
        let mut inside = self.inside.lock().unwrap();
        inside.asked.push(below.to_owned());
        let (status, body) = inside.find(below, url, self.now());
        let mut headers = HeaderMap::new();
        let date = jiff::Timestamp::from_millisecond(self.now()).unwrap();
        let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
        headers.insert("date", HeaderValue::try_from(text).unwrap());
        Answer { status, headers, body: body.into_bytes() }
    }
}

impl Transport for Hospital {
    fn send(&self, request: Request) -> Answering {
        let answer: Result<Answer, FhirError> = Ok(self.answer(&request));
        Box::pin(async move { answer })
    }
}

const KINDS: [&str; 11] = [
    "Patient",
    "Location",
    "Encounter",
    "Device",
    "Flag",
    "Observation",
    "DetectedIssue",
    "Communication",
    "CommunicationRequest",
    "MedicationAdministration",
    "Consent",
];

impl Inside {
    fn find(&self, below: &str, url: &url::Url, now: i64) -> (u16, String) {
        let path = below.split('?').next().unwrap();
        if path == "metadata" {
            let kinds: Vec<Value> = KINDS.iter().map(|kind| json!({ "type": kind })).collect();
            let statement = json!({ "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{ "resource": kinds }] });
            return (200, statement.to_string());
        }
        if path.contains('/') {
            return match self.held.get(path) {
                Some(held) => (200, held.render(now).to_string()),
                None => (404, "{}".to_owned()),
            };
        }
        let query: Vec<(String, String)> = url.query_pairs().map(|(n, v)| (n.into(), v.into())).collect();
        let refuses = &self.refuses;
        let refused = query.iter().any(|(name, value)| {
            refuses.parameter == name
                || refuses.parameter == format!("{path}.{name}")
                || (refuses.lists && value.contains(','))
        });
        if refused || (refuses.stays && path == "Encounter") {
            return (
                400,
                r#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"not here"}]}"#.into(),
            );
        }
        let mut found: Vec<&Held> = self
            .held
            .values()
            .filter(|held| held.resource["resourceType"] == path)
            .filter(|held| query.iter().all(|(name, value)| self.matches(held, name, value)))
            .collect();
        found.sort_by_key(|held| held.updated);
        let number =
            |name: &str| query.iter().find(|(n, _)| n == name).and_then(|(_, v)| v.parse::<usize>().ok());
        let (offset, count) = (number("_offset").unwrap_or(0), number("_count").unwrap_or(20));
        let entries: Vec<Value> = found
            .iter()
            .skip(offset)
            .take(count)
            .map(|held| json!({ "resource": held.render(now) }))
            .collect();
        let mut bundle =
            json!({ "resourceType": "Bundle", "type": "searchset", "total": found.len(), "entry": entries });
        if offset + count < found.len() {
            let mut next = url.clone();
            let rest: Vec<_> = query.iter().filter(|(name, _)| name != "_offset").cloned().collect();
            next.query_pairs_mut()
                .clear()
                .extend_pairs(rest)
                .append_pair("_offset", &(offset + count).to_string());
            bundle["link"] = json!([{ "relation": "next", "url": next.as_str() }]);
        }
        (200, bundle.to_string())
    }

    fn matches(&self, held: &Held, name: &str, value: &str) -> bool {
        let resource = &held.resource;
        let words: Vec<&str> =
            if self.refuses.takes_lists_for_words { vec![value] } else { value.split(',').collect() };
        let refers = |reference: &Value, kind: &str| {
            let reference = reference["reference"].as_str().unwrap_or_default();
            words.iter().any(|word| reference == *word || reference == format!("{kind}/{word}"))
        };
        match name {
            "_id" => words.iter().any(|word| resource["id"] == *word),
            "patient" | "subject" => {
                refers(&resource["subject"], "Patient") || refers(&resource["patient"], "Patient")
            }
            "partof" => refers(&resource["partOf"], "Location"),
            "location" => {
                let places = resource["location"].as_array();
                places.is_some_and(|all| all.iter().any(|at| refers(&at["location"], "Location")))
            }
            "status" => words.iter().any(|word| resource["status"] == *word),
            "_lastUpdated" => held.updated >= parse_instant(&value[2..]).unwrap().0,
            "date" => {
                let at = resource["effectiveDateTime"].as_str().and_then(parse_instant).unwrap_or_default();
                let limit = parse_instant(&value[2..]).unwrap();
                if value.starts_with("ge") { at >= limit } else { at < limit }
            }
            _ => true,
        }
    }
}

impl Held {
    fn render(&self, _now: i64) -> Value {
        let mut resource = self.resource.clone();
        resource["meta"] = json!({ "lastUpdated": format_instant(Instant(self.updated)), "versionId": self.updated.to_string() });
        resource
    }
}

/// A station at this server.
pub(crate) struct Station {
    pub engine: Arc<Engine>,
    pub vault: Arc<Vault>,
    hospital: Hospital,
    _events: mpsc::UnboundedReceiver<SyncEvent>,
    _folder: tempfile::TempDir,
}

pub(crate) fn scope(units: &[&str], programmes: &[&str]) -> Option<Scope> {
    let owned = |texts: &[&str], kind: &str| texts.iter().map(|t| format!("{kind}{t}")).collect::<Vec<_>>();
    Scope::named(&owned(units, "Location/"), &owned(programmes, "")).unwrap()
}

impl Station {
    pub(crate) fn of(hospital: &Hospital, scope: Option<Scope>) -> Station {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        if scope.is_some() {
            vault.bind(scope.as_ref()).unwrap();
        }
        let (engine, events) = engine(hospital, &vault);
        Station { engine, vault, hospital: hospital.clone(), _events: events, _folder: folder }
    }

    /// The same after the program was started again.
    pub(crate) fn begin_again(&mut self) {
        (self.engine, self._events) = engine(&self.hospital, &self.vault);
    }

    pub(crate) async fn all(&self) -> SyncProgress {
        self.engine.sync_once().await.unwrap()
    }

    /// One round of changes, four seconds later.
    pub(crate) async fn round(&self) {
        self.hospital.pass(4_000);
        self.engine.sync_changes().await.unwrap();
    }

    /// Who is on the board, each with the places of the stays that go on.
    pub(crate) fn board(&self) -> Vec<(String, Vec<String>)> {
        let ward = self.vault.read(|reader| reader.ward()).unwrap();
        let places = |id: &clinical::PatientId| {
            let stays = ward.stays.iter().filter(|stay| stay.patient == *id && stay.in_progress);
            stays.flat_map(|stay| stay.places.iter().map(String::from)).collect()
        };
        let active = ward.persons.iter().filter(|person| person.active);
        active.map(|person| (person.id.to_string(), places(&person.id))).collect()
    }

    pub(crate) fn people(&self) -> Vec<String> {
        self.board().into_iter().map(|(id, _)| id).collect()
    }

    pub(crate) fn alarms(&self) -> Vec<String> {
        let ward = self.vault.read(|reader| reader.ward()).unwrap();
        ward.episodes.iter().filter(|e| e.ended.is_none()).map(|e| e.id.to_string()).collect()
    }

    pub(crate) fn values(&self, patient: &str) -> usize {
        self.vault
            .read(|reader| {
                let mut count = 0;
                for series in reader.series_of(&patient.into())? {
                    count += reader.points(series.id, Instant(0), Instant(i64::MAX))?.len();
                }
                Ok(count)
            })
            .unwrap()
    }
}

fn engine(hospital: &Hospital, vault: &Arc<Vault>) -> (Arc<Engine>, mpsc::UnboundedReceiver<SyncEvent>) {
    let (send, events) = mpsc::unbounded_channel();
    let client = Client::over(BASE, Arc::new(hospital.clone())).unwrap();
    let clock = hospital.now.clone();
    let now = Arc::new(move || Instant(clock.load(Ordering::Relaxed)));
    (Engine::new(client, vault.clone(), now, send), events)
}
