//! A small FHIR server as a model: its whole truth is one map.
#![allow(dead_code)]

pub(crate) mod server;

use std::collections::BTreeMap;

use clinical::Instant;
use fhir::{Request, format_instant, parse_instant};
use serde_json::{Value, json};

/// One version of a resource; `None` where it was deleted.
pub(crate) struct Version {
    pub body: Option<Value>,
    pub updated: i64,
}

/// The server's truth.
pub(crate) struct World {
    pub resources: BTreeMap<(String, String), Vec<Version>>,
    /// Writes on their way that arrive later.
    pub delayed: Vec<Request>,
    /// Entries of a page at most.
    pub page: usize,
    pub next: u64,
    /// Which Communication each action's key made.
    pub made: BTreeMap<String, String>,
    /// It counts what a search finds, and so many alarms more than it gives.
    pub counts: Option<usize>,
}

impl Default for World {
    fn default() -> World {
        World {
            resources: BTreeMap::new(),
            delayed: Vec::new(),
            page: 7,
            next: 0,
            made: BTreeMap::new(),
            counts: None,
        }
    }
}

impl World {
    pub(crate) fn put(&mut self, kind: &str, id: &str, mut body: Value, now: i64) {
        let versions = self.resources.entry((kind.into(), id.into())).or_default();
        body["resourceType"] = json!(kind);
        body["id"] = json!(id);
        body["meta"] = json!({ "versionId": (versions.len() + 1).to_string(), "lastUpdated": format_instant(Instant(now)) });
        versions.push(Version { body: Some(body), updated: now });
    }

    pub(crate) fn delete(&mut self, kind: &str, id: &str, now: i64) {
        if let Some(versions) = self.resources.get_mut(&(kind.to_owned(), id.to_owned())) {
            versions.push(Version { body: None, updated: now });
        }
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Vec<Version>> {
        let from = (kind.to_owned(), String::new());
        self.resources.range(from..).take_while(move |((k, _), _)| k == kind).map(|(_, versions)| versions)
    }

    pub(crate) fn living<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.of(kind).filter_map(|versions| versions.last().and_then(|v| v.body.as_ref()))
    }

    fn create_action(&mut self, request: &Request, now: i64) -> (u16, Value) {
        let wanted = request.headers.iter().find(|(n, _)| *n == "if-none-exist").map(|(_, v)| v.clone());
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
        let key = body["identifier"][0]["value"].as_str().unwrap().to_owned();
        assert!(
            wanted.is_some_and(|w| w.ends_with(&key)),
            "an action is only ever created under its own key"
        );
        if let Some(there) = self.made.get(&key).and_then(|id| self.living_one("Communication", id)) {
            return (200, there.clone());
        }
        self.next += 1;
        let id = format!("c{}", self.next);
        self.put("Communication", &id, body, now);
        let made = self.living_one("Communication", &id).unwrap().clone();
        self.made.insert(key, id);
        (201, made)
    }

    fn living_one(&self, kind: &str, id: &str) -> Option<&Value> {
        self.resources.get(&(kind.to_owned(), id.to_owned()))?.last()?.body.as_ref()
    }

    fn bundle(&self, request: &Request) -> Value {
        let path = request.url.path().trim_start_matches("/fhir/").to_owned();
        let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        let get =
            |name: &str| query.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
        let count: usize = get("_count").first().and_then(|c| c.parse().ok()).unwrap_or(50).min(self.page);
        let page: usize = get("page").first().and_then(|c| c.parse().ok()).unwrap_or(0);
        let (total, shown): (usize, Vec<Value>);
        if let Some(kind) = path.strip_suffix("/_history") {
            let since = get("_since").first().and_then(|t| parse_instant(t)).unwrap().0;
            let mut found: Vec<(i64, &str, Option<&Value>)> = self
                .resources
                .range((kind.to_owned(), String::new())..)
                .take_while(|((k, _), _)| k == kind)
                .flat_map(|((_, id), versions)| {
                    versions
                        .iter()
                        .filter(|v| v.updated >= since)
                        .map(|v| (-v.updated, id.as_str(), v.body.as_ref()))
                })
                .collect();
            found.sort_by_key(|(at, ..)| *at);
            total = found.len();
            let page = found.into_iter().skip(page * count).take(count);
            shown = page
                .map(|(_, id, body)| {
                    let method = if body.is_some() { "PUT" } else { "DELETE" };
                    let mut entry = json!({ "request": { "method": method, "url": format!("{kind}/{id}") } });
                    if let Some(body) = body {
                        entry["resource"] = body.clone();
                    }
                    entry
                })
                .collect();
        } else {
            let bound = |limit: &str| parse_instant(limit).unwrap();
            let since: Vec<i64> =
                get("_lastUpdated").iter().map(|l| bound(l.strip_prefix("ge").unwrap()).0).collect();
            let dates: Vec<(bool, Instant)> =
                get("date").iter().map(|l| (l.starts_with("ge"), bound(&l[2..]))).collect();
            let keys = get("identifier");
            let mut found: Vec<(i64, &Value)> = self
                .of(&path)
                .filter_map(|versions| versions.last())
                .filter(|v| since.iter().all(|s| v.updated >= *s))
                .filter_map(|v| Some((v.updated, v.body.as_ref()?)))
                .filter(|(_, body)| {
                    let taken = || body["effectiveDateTime"].as_str().and_then(parse_instant);
                    dates.iter().all(|(ge, at)| taken().is_some_and(|t| if *ge { t >= *at } else { t < *at }))
                })
                .filter(|(_, body)| {
                    let own = body["identifier"][0]["value"].as_str();
                    keys.iter().all(|key| own.is_some_and(|v| key.ends_with(v)))
                })
                .collect();
            found.sort_by_key(|(at, _)| *at);
            total = found.len();
            let page = found.into_iter().skip(page * count).take(count);
            shown =
                page.map(|(_, body)| json!({ "resource": body, "search": { "mode": "match" } })).collect();
        }
        let mut link = Vec::new();
        if (page + 1) * count < total {
            let mut next = request.url.clone();
            let kept: Vec<_> = query.iter().filter(|(n, _)| n != "page").cloned().collect();
            next.query_pairs_mut().clear().extend_pairs(kept).append_pair("page", &(page + 1).to_string());
            link.push(json!({ "relation": "next", "url": next.as_str() }));
        }
        let mut bundle =
            json!({ "resourceType": "Bundle", "type": "searchset", "link": link, "entry": shown });
        if let Some(held_back) = self.counts {
            bundle["total"] = json!(total + if path == "DetectedIssue" { held_back } else { 0 });
        }
        bundle
    }

    /// Answers a request: status and body.
    pub(crate) fn handle(&mut self, request: &Request, now: i64) -> (u16, Value) {
        match (request.method, request.url.path()) {
            ("GET", "/fhir/metadata") => {
                let kinds = ["Patient", "Observation", "DetectedIssue", "Communication"];
                let resources: Vec<Value> = kinds
                    .iter()
                    .map(|kind| json!({ "type": kind, "interaction": [{ "code": "history-type" }] }))
                    .collect();
                (
                    200,
                    json!({ "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{ "resource": resources }] }),
                )
            }
            ("GET", path) if one_of(path).is_some() => {
                let (kind, id) = one_of(path).unwrap_or_default();
                match self.living_one(kind, id) {
                    Some(body) => (200, body.clone()),
                    None => (404, json!({ "resourceType": "OperationOutcome" })),
                }
            }
            ("GET", _) => (200, self.bundle(request)),
            ("PUT", path) if path.contains("/DetectedIssue/") || path.contains("/Communication/vigil-") => {
                let (kind, id) = one_of(path).unwrap_or_default();
                let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
                let status = if self.living_one(kind, id).is_some() { 200 } else { 201 };
                self.put(kind, id, body, now);
                (status, self.living_one(kind, id).cloned().unwrap_or_default())
            }
            ("POST", "/fhir/Communication") => self.create_action(request, now),
            other => panic!("nobody should ask {other:?}"),
        }
    }
}

/// Kind and id of a path that names one resource.
fn one_of(path: &str) -> Option<(&str, &str)> {
    path.trim_start_matches("/fhir/").split_once('/').filter(|(_, id)| *id != "_history")
}

/// A heart rate.
pub(crate) fn observation(t: i64, value: u32) -> Value {
    json!({
        "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
        "subject": { "reference": "Patient/p1" },
        "effectiveDateTime": format_instant(Instant(t)),
        "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": "/min" },
    })
}

/// An alarm.
pub(crate) fn issue(onset: i64, ended: Option<i64>) -> Value {
    let mut period = json!({ "start": format_instant(Instant(onset)) });
    if let Some(ended) = ended {
        period["end"] = json!(format_instant(Instant(ended)));
    }
    json!({
        "status": if ended.is_some() { "final" } else { "preliminary" },
        "severity": "high",
        "code": { "text": "SpO2 84 < 90" },
        "patient": { "reference": "Patient/p1" },
        "identifiedPeriod": period,
    })
}

/// An hour of seconds: every value follows from its time.
pub(crate) fn hour(start: i64) -> Value {
    let data: Vec<String> = (0..3600).map(|s| heart_rate(start + s * 1000).to_string()).collect();
    json!({
        "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
        "subject": { "reference": "Patient/p1" },
        "effectivePeriod": { "start": format_instant(Instant(start)) },
        "valueSampledData": {
            "origin": { "value": 0, "system": "http://unitsofmeasure.org", "code": "/min" },
            "period": 1000, "factor": 1, "dimensions": 1, "data": data.join(" "),
        },
    })
}

/// The heart rate of a second.
pub(crate) fn heart_rate(t: i64) -> i64 {
    60 + (t / 1000 * 7919).rem_euclid(83)
}

/// A temperature that follows from its time.
pub(crate) fn temperature(t: i64) -> Value {
    let mut body = observation(t, 0);
    body["code"]["coding"][0]["code"] = json!("8310-5");
    body["valueQuantity"]["code"] = json!("Cel");
    body["valueQuantity"]["value"] = json!(celsius(t));
    body
}

/// The temperature of a second, in Celsius.
pub(crate) fn celsius(t: i64) -> f64 {
    36.0 + (t / 1000 % 40) as f64 / 10.0
}
