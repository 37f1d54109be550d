//! A small FHIR server as a model: its whole truth is one map.
#![allow(dead_code)]

use std::collections::BTreeMap;

use clinical::Instant;
use fhir::{Request, format_instant, parse_instant};
use serde_json::{Value, json};

/// One version of a resource; `None` where it was deleted.
pub struct Version {
    pub body: Option<Value>,
    pub updated: i64,
}

/// The server's truth.
pub struct World {
    pub resources: BTreeMap<(String, String), Vec<Version>>,
    /// Writes on their way that arrive later.
    pub delayed: Vec<Request>,
    /// Entries of a page at most.
    pub page: usize,
    pub next: u64,
}

impl Default for World {
    fn default() -> World {
        World { resources: BTreeMap::new(), delayed: Vec::new(), page: 7, next: 0 }
    }
}

impl World {
    pub fn put(&mut self, kind: &str, id: &str, mut body: Value, now: i64) {
        let versions = self.resources.entry((kind.into(), id.into())).or_default();
        body["resourceType"] = json!(kind);
        body["id"] = json!(id);
        body["meta"] = json!({ "versionId": (versions.len() + 1).to_string(), "lastUpdated": format_instant(Instant(now)) });
        versions.push(Version { body: Some(body), updated: now });
    }

    pub fn delete(&mut self, kind: &str, id: &str, now: i64) {
        if let Some(versions) = self.resources.get_mut(&(kind.to_owned(), id.to_owned())) {
            versions.push(Version { body: None, updated: now });
        }
    }

    pub fn living(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.resources
            .iter()
            .filter(move |((k, _), _)| k == kind)
            .filter_map(|(_, versions)| versions.last().and_then(|v| v.body.as_ref()))
    }

    fn create_action(&mut self, request: &Request, now: i64) -> (u16, Value) {
        let wanted = request.headers.iter().find(|(n, _)| *n == "if-none-exist").map(|(_, v)| v.clone());
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
        let key = body["identifier"][0]["value"].as_str().unwrap().to_owned();
        assert!(
            wanted.is_some_and(|w| w.ends_with(&key)),
            "an action is only ever created under its own key"
        );
        if let Some(there) =
            self.living("Communication").find(|c| c["identifier"][0]["value"] == key.as_str())
        {
            return (200, there.clone());
        }
        self.next += 1;
        let id = format!("c{}", self.next);
        self.put("Communication", &id, body, now);
        (201, self.living("Communication").find(|c| c["id"] == id.as_str()).unwrap().clone())
    }

    fn bundle(&self, request: &Request) -> Value {
        let path = request.url.path().trim_start_matches("/fhir/").to_owned();
        let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        let get =
            |name: &str| query.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
        let count: usize = get("_count").first().and_then(|c| c.parse().ok()).unwrap_or(50).min(self.page);
        let page: usize = get("page").first().and_then(|c| c.parse().ok()).unwrap_or(0);
        let mut entries: Vec<(i64, Value)> = Vec::new();
        if let Some(kind) = path.strip_suffix("/_history") {
            let since = get("_since").first().and_then(|t| parse_instant(t)).unwrap().0;
            for ((k, id), versions) in &self.resources {
                for version in versions.iter().filter(|v| k == kind && v.updated >= since) {
                    let (method, url) =
                        (if version.body.is_some() { "PUT" } else { "DELETE" }, format!("{kind}/{id}"));
                    let mut entry = json!({ "request": { "method": method, "url": url } });
                    if let Some(body) = &version.body {
                        entry["resource"] = body.clone();
                    }
                    entries.push((-version.updated, entry));
                }
            }
            entries.sort_by_key(|(at, _)| *at);
        } else {
            for body in self.living(&path) {
                let updated = parse_instant(body["meta"]["lastUpdated"].as_str().unwrap()).unwrap();
                let since = get("_lastUpdated")
                    .iter()
                    .all(|limit| updated >= parse_instant(limit.strip_prefix("ge").unwrap()).unwrap());
                let taken = body["effectiveDateTime"].as_str().and_then(parse_instant);
                let dated = get("date").iter().all(|limit| {
                    let bound = parse_instant(&limit[2..]).unwrap();
                    taken.is_some_and(|t| if limit.starts_with("ge") { t >= bound } else { t < bound })
                });
                let identified = get("identifier")
                    .iter()
                    .all(|key| body["identifier"][0]["value"].as_str().is_some_and(|v| key.ends_with(v)));
                if since && dated && identified {
                    entries.push((updated.0, json!({ "resource": body, "search": { "mode": "match" } })));
                }
            }
            entries.sort_by_key(|(at, _)| *at);
        }
        let total = entries.len();
        let shown: Vec<Value> = entries.into_iter().skip(page * count).take(count).map(|(_, e)| e).collect();
        let mut link = Vec::new();
        if (page + 1) * count < total {
            let mut next = request.url.clone();
            let kept: Vec<_> = query.iter().filter(|(n, _)| n != "page").cloned().collect();
            next.query_pairs_mut().clear().extend_pairs(kept).append_pair("page", &(page + 1).to_string());
            link.push(json!({ "relation": "next", "url": next.as_str() }));
        }
        json!({ "resourceType": "Bundle", "type": "searchset", "link": link, "entry": shown })
    }

    /// Answers a request: status and body.
    pub fn handle(&mut self, request: &Request, now: i64) -> (u16, Value) {
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
            ("GET", _) => (200, self.bundle(request)),
            ("POST", "/fhir/Communication") => self.create_action(request, now),
            other => panic!("nobody should ask {other:?}"),
        }
    }
}

/// A heart rate.
pub fn observation(t: i64, value: u32) -> Value {
    json!({
        "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
        "subject": { "reference": "Patient/p1" },
        "effectiveDateTime": format_instant(Instant(t)),
        "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": "/min" },
    })
}

/// An alarm.
pub fn issue(onset: i64, ended: Option<i64>) -> Value {
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
pub fn hour(start: i64) -> Value {
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
pub fn heart_rate(t: i64) -> i64 {
    60 + (t / 1000 * 7919).rem_euclid(83)
}

/// A temperature that follows from its time.
pub fn temperature(t: i64) -> Value {
    let mut body = observation(t, 0);
    body["code"]["coding"][0]["code"] = json!("8310-5");
    body["valueQuantity"]["code"] = json!("Cel");
    body["valueQuantity"]["value"] = json!(celsius(t));
    body
}

/// The temperature of a second, in Celsius.
pub fn celsius(t: i64) -> f64 {
    36.0 + (t / 1000 % 40) as f64 / 10.0
}
