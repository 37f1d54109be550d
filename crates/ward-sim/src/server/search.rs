//! Search: the parameters a console uses, over generated and stored resources alike.

use std::sync::Arc;

use serde_json::Value;

use crate::server::store::Store;
use crate::ward::observe::{Item, World, iso};

/// A query as name and value, in order.
pub(crate) type Query = Vec<(String, String)>;

/// A range of time in milliseconds, both ends included.
#[derive(Clone, Copy, Debug)]
struct Range {
    from: i64,
    to: i64,
}

impl Range {
    const ALL: Range = Range { from: i64::MIN, to: i64::MAX };

    fn narrow(&mut self, text: &str) -> Result<(), String> {
        let (prefix, date) = match text.split_at_checked(2) {
            Some((p @ ("eq" | "ge" | "gt" | "le" | "lt"), rest)) => (p, rest),
            _ => ("eq", text),
        };
        let (low, high) = bounds(date).ok_or_else(|| format!("\"{date}\" is no date"))?;
        match prefix {
            "ge" => self.from = self.from.max(low),
            "gt" => self.from = self.from.max(high + 1),
            "le" => self.to = self.to.min(high),
            "lt" => self.to = self.to.min(low - 1),
            _ => {
                self.from = self.from.max(low);
                self.to = self.to.min(high);
            }
        }
        Ok(())
    }

    fn holds(&self, t: i64) -> bool {
        t >= self.from && t <= self.to
    }
}

/// First and last millisecond that a date of any precision stands for.
fn bounds(date: &str) -> Option<(i64, i64)> {
    let date = date.replace(' ', "+");
    if let Ok(stamp) = date.parse::<jiff::Timestamp>() {
        let t = stamp.as_millisecond();
        return Some(if date.contains('.') { (t, t) } else { (t, t + 999) });
    }
    let day: jiff::civil::Date = match date.len() {
        4 => format!("{date}-01-01").parse().ok()?,
        7 => format!("{date}-01").parse().ok()?,
        _ => date.parse().ok()?,
    };
    let end = match date.len() {
        4 => day.checked_add(jiff::Span::new().years(1)).ok()?,
        7 => day.checked_add(jiff::Span::new().months(1)).ok()?,
        _ => day.tomorrow().ok()?,
    };
    let ms = |d: jiff::civil::Date| {
        d.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_millisecond())
    };
    Some((ms(day)?, ms(end)? - 1))
}

/// A match: generated or stored.
pub(crate) enum Hit {
    Item(Item),
    Issue { id: String, text: String },
    Stored(Arc<Value>),
}

impl Hit {
    pub fn id(&self, world: &World) -> String {
        match self {
            Hit::Item(item) => world.id(item),
            Hit::Issue { id, .. } => id.clone(),
            Hit::Stored(value) => value["id"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub fn render(&self, world: &World) -> String {
        match self {
            Hit::Item(item) => world.render(item),
            Hit::Issue { text, .. } => text.clone(),
            Hit::Stored(value) => value.to_string(),
        }
    }
}

struct Found {
    updated: i64,
    at: i64,
    hit: Hit,
}

/// A page of results.
pub(crate) struct Results {
    pub hits: Vec<Hit>,
    pub total: usize,
    /// The query of the next page.
    pub next: Option<Query>,
}

const MOST: usize = 1000;

/// Answers a search on one type.
///
/// # Errors
/// In words for an OperationOutcome, where a value cannot be read.
pub(crate) fn search(
    world: &World,
    store: &Store,
    kind: &str,
    query: &Query,
    now: i64,
) -> Result<Results, String> {
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let (mut updated, mut date) = (Range::ALL, Range::ALL);
    for (name, text) in query {
        match name.as_str() {
            "_lastUpdated" => updated.narrow(text)?,
            "date" | "effective-time" | "identified" | "sent" => date.narrow(text)?,
            _ => {}
        }
    }
    // A search reads one moment: what arrives while pages are turned is for the next search.
    let as_of = value("_asof").map_or(Ok(now), str::parse).map_err(|_| "_asof is no number".to_owned())?;
    updated.to = updated.to.min(as_of);
    let offset: usize =
        value("_offset").map_or(Ok(0), str::parse).map_err(|_| "_offset is no number".to_owned())?;
    let count = value("_count").map_or(Ok(100), str::parse).map_err(|_| "_count is no number".to_owned())?;
    let count: usize = usize::clamp(count, 0, MOST);

    let mut found: Vec<Found> = Vec::new();
    let tested: Query = query.iter().filter(|(name, _)| is_tested(name)).cloned().collect();
    for (id, version) in store.all(kind) {
        let Some(resource) = &version.resource else { continue };
        let at = version.at.unwrap_or(version.updated);
        if updated.holds(version.updated) && date.holds(at) && matches(resource, id, &tested) {
            found.push(Found { updated: version.updated, at, hit: Hit::Stored(resource.clone()) });
        }
    }
    generated(world, store, kind, query, updated, date, now, &mut found);

    let sort = value("_sort").unwrap_or("_lastUpdated").split(',').next().unwrap_or_default();
    let (descending, field) = sort.strip_prefix('-').map_or((false, sort), |field| (true, field));
    let by_date = matches!(field, "date" | "sent" | "identified");
    found.sort_by_key(|f| {
        let key = if by_date { (f.at, f.updated) } else { (f.updated, f.at) };
        if descending { (-key.0, -key.1) } else { key }
    });
    let total = found.len();
    let next = (count > 0 && offset + count < total).then(|| {
        let mut next: Query = query.iter().filter(|(n, _)| n != "_offset" && n != "_asof").cloned().collect();
        next.push(("_asof".into(), as_of.to_string()));
        next.push(("_offset".into(), (offset + count).to_string()));
        next
    });
    let hits = found.into_iter().skip(offset).take(count).map(|f| f.hit).collect();
    Ok(Results { hits, total, next })
}

#[allow(clippy::too_many_arguments)]
fn generated(
    world: &World,
    store: &Store,
    kind: &str,
    query: &Query,
    updated: Range,
    date: Range,
    now: i64,
    found: &mut Vec<Found>,
) {
    if !matches!(kind, "Observation" | "DetectedIssue" | "MedicationAdministration") {
        return;
    }
    let overridden = |id: &str| store.current(kind, id).is_some();
    let patients: Vec<usize> = world
        .people
        .iter()
        .filter(|p| {
            query
                .iter()
                .filter(|(n, _)| is_patient(n))
                .all(|(_, v)| v.split(',').any(|v| v.rsplit('/').next() == Some(&p.id)))
        })
        .map(|p| p.index)
        .collect();
    if kind == "DetectedIssue" {
        for (id, at_updated, at, person, text) in world.issues(updated.to.min(now)) {
            if !updated.holds(at_updated) || !date.holds(at) || !patients.contains(&person) || overridden(&id)
            {
                continue;
            }
            let Ok(resource) = serde_json::from_str::<Value>(&text) else { continue };
            if matches(&resource, &id, query) {
                found.push(Found { updated: at_updated, at, hit: Hit::Issue { id, text } });
            }
        }
        return;
    }
    let ids: Vec<&str> = query.iter().filter(|(n, _)| n == "_id").flat_map(|(_, v)| v.split(',')).collect();
    if query.iter().any(|(n, _)| n == "_id") {
        for item in ids.iter().filter_map(|id| world.find(kind, id, now)) {
            if updated.holds(item.updated) && date.holds(item.at) && patients.contains(&item.person) {
                found.push(Found { updated: item.updated, at: item.at, hit: Hit::Item(item) });
            }
        }
        return;
    }
    let mut items = Vec::new();
    for person in patients {
        for kind_of in world.kinds(person).iter().filter(|k| k.resource() == kind && wanted(**k, query)) {
            // A date range bounds the times of arrival too: nothing arrives before it is measured, or much later.
            let after = updated.from.max(date.from).saturating_sub(1);
            let until = updated.to.min(date.to.saturating_add(3_700_000));
            world.items(person, *kind_of, after, until, &mut items);
        }
    }
    for item in items {
        if date.holds(item.at) && updated.holds(item.updated) && !overridden(&world.id(&item)) {
            found.push(Found { updated: item.updated, at: item.at, hit: Hit::Item(item) });
        }
    }
}

fn is_patient(name: &str) -> bool {
    matches!(name, "patient" | "subject" | "subject:Patient")
}

/// Waves are two thirds of a ward's bytes; like the gateways this stands for, the simulator gives them only to a search
/// that names their code or category.
fn wanted(kind: crate::ward::observe::Kind, query: &Query) -> bool {
    let named =
        kind.is_announced() || query.iter().any(|(name, _)| matches!(name.as_str(), "code" | "category"));
    named
        && query.iter().all(|(name, value)| match name.as_str() {
            "code" => value.split(',').any(|token| {
                let (system, code) = token.split_once('|').map_or((None, token), |(s, c)| (Some(s), c));
                kind.has_code(system, code)
            }),
            "category" => value.split(',').any(|token| token.rsplit('|').next() == Some(kind.category())),
            "status" => value.split(',').any(|v| v == "final" || v == "completed"),
            "identifier" => false,
            _ => true,
        })
}

/// Whether [`matches`] has anything to say about this parameter.
fn is_tested(name: &str) -> bool {
    is_patient(name)
        || matches!(name, "_id" | "code" | "category" | "identifier" | "status" | "part-of" | "partof")
}

/// Whether a stored resource matches the token and reference parameters.
fn matches(resource: &Value, id: &str, query: &Query) -> bool {
    query.iter().all(|(name, value)| {
        let any = |test: &dyn Fn(&str) -> bool| value.split(',').any(test);
        match name.as_str() {
            "_id" => any(&|v| v == id),
            n if is_patient(n) => {
                let reference =
                    resource["subject"]["reference"].as_str().or(resource["patient"]["reference"].as_str());
                any(&|v| reference.is_some_and(|r| r == v || r.rsplit('/').next() == Some(v)))
            }
            "code" | "category" => any(&|v| tokens(&resource[name.as_str()]).iter().any(|t| token_is(t, v))),
            "identifier" => {
                let identifiers = resource["identifier"].as_array().map_or(&[][..], Vec::as_slice);
                any(&|v| {
                    let pair = |i: &Value| {
                        (
                            i["system"].as_str().unwrap_or("").to_owned(),
                            i["value"].as_str().unwrap_or("").to_owned(),
                        )
                    };
                    identifiers.iter().any(|i| token_is(&pair(i), v))
                })
            }
            "status" => any(&|v| resource["status"] == v),
            "part-of" | "partof" => {
                any(&|v| resource["partOf"]["reference"].as_str().is_some_and(|r| r.ends_with(v)))
            }
            _ => true,
        }
    })
}

fn tokens(concept: &Value) -> Vec<(String, String)> {
    let concepts = concept.as_array().map_or(std::slice::from_ref(concept), Vec::as_slice);
    concepts
        .iter()
        .filter_map(|c| c["coding"].as_array())
        .flatten()
        .map(|c| (c["system"].as_str().unwrap_or("").to_owned(), c["code"].as_str().unwrap_or("").to_owned()))
        .collect()
}

fn token_is((system, code): &(String, String), wanted: &str) -> bool {
    match wanted.split_once('|') {
        Some((s, c)) => s == system && (c.is_empty() || c == code),
        None => wanted == code,
    }
}

/// When a stored resource is about, for `date`, `sent` and `identified`.
pub(crate) fn time_of(resource: &Value) -> Option<i64> {
    let text = ["effectiveDateTime", "sent", "identifiedDateTime", "effectiveInstant"]
        .iter()
        .find_map(|name| resource[*name].as_str())
        .or_else(|| resource["effectivePeriod"]["start"].as_str())
        .or_else(|| resource["identifiedPeriod"]["start"].as_str())?;
    bounds(text).map(|(low, _)| low)
}

/// The references that `_include=Type:parameter` asks for.
pub(crate) fn included(resource: &Value, include: &str) -> Vec<String> {
    let mut parts = include.split(':');
    let (kind, parameter) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if resource["resourceType"] != kind {
        return Vec::new();
    }
    let places: Vec<&Value> = match parameter {
        "patient" | "subject" => vec![&resource["subject"], &resource["patient"]],
        "device" => vec![&resource["device"]],
        "location" => resource["location"]
            .as_array()
            .map_or(Vec::new(), |all| all.iter().map(|l| &l["location"]).collect()),
        "partof" => vec![&resource["partOf"]],
        "implicated" => resource["implicated"].as_array().map_or(Vec::new(), |all| all.iter().collect()),
        _ => Vec::new(),
    };
    places.into_iter().filter_map(|v| v["reference"].as_str().map(str::to_owned)).collect()
}

/// A `_since` as milliseconds.
pub(crate) fn since(text: &str) -> Option<i64> {
    bounds(text).map(|(low, _)| low)
}

/// `lastUpdated` for headers and bundles.
pub(crate) fn stamp(t: i64) -> String {
    iso(t)
}
