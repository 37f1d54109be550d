//! Search: the parameters a console uses, over generated and stored resources alike.

use std::collections::VecDeque;
use std::ops::Range as Part;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::server::query::{Query, Range, is_patient, is_tested, matches};
use crate::server::store::Store;
use crate::ward::observe::{Item, World};
use crate::ward::register::Elsewhere;

/// A match: generated or stored.
pub(crate) enum Hit {
    Item(Item),
    Issue { id: String, text: String },
    Stored(Arc<Value>),
    Elsewhere(Elsewhere),
}

impl Hit {
    pub(crate) fn id(&self, world: &World) -> String {
        match self {
            Hit::Item(item) => world.id(item),
            Hit::Issue { id, .. } => id.clone(),
            Hit::Stored(value) => value["id"].as_str().unwrap_or_default().to_owned(),
            Hit::Elsewhere(found) => found.id(),
        }
    }

    pub(crate) fn render(&self, world: &World) -> String {
        match self {
            Hit::Item(item) => world.render(item),
            Hit::Issue { text, .. } => text.clone(),
            Hit::Stored(value) => value.to_string(),
            Hit::Elsewhere(found) => world.register.resource(*found).to_string(),
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
    all: Arc<Vec<Hit>>,
    page: Part<usize>,
    /// The query of the next page.
    pub next: Option<Query>,
}

impl Results {
    pub(crate) fn hits(&self) -> &[Hit] {
        &self.all[self.page.clone()]
    }

    /// On all pages.
    pub(crate) fn total(&self) -> usize {
        self.all.len()
    }
}

/// What the last searches found, as servers keep it: who turns a page is not searched for anew.
#[derive(Default)]
pub(crate) struct Kept(Mutex<VecDeque<(String, Arc<Vec<Hit>>)>>);

impl Kept {
    const MOST: usize = 4;

    fn get(&self, key: &str) -> Option<Arc<Vec<Hit>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == key).map(|(_, found)| found.clone())
    }

    fn keep(&self, key: String, found: Arc<Vec<Hit>>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(Self::MOST - 1);
        kept.push_front((key, found));
    }
}

const MOST: usize = 1000;

/// Answers a search on one type; further pages of a search that is kept are pages of what it found.
///
/// # Errors
/// In words for an OperationOutcome, where a value cannot be read.
pub(crate) fn search(
    world: &World,
    store: &Store,
    kept: &Kept,
    kind: &str,
    query: &Query,
    now: i64,
) -> Result<Results, String> {
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    // A search reads one moment: what arrives while pages are turned is for the next search.
    let as_of = value("_asof").map_or(Ok(now), str::parse).map_err(|_| "_asof is no number".to_owned())?;
    let offset: usize =
        value("_offset").map_or(Ok(0), str::parse).map_err(|_| "_offset is no number".to_owned())?;
    let count = value("_count").map_or(Ok(100), str::parse).map_err(|_| "_count is no number".to_owned())?;
    let count: usize = usize::clamp(count, 0, MOST);

    let asked: Query = query.iter().filter(|(n, _)| n != "_offset" && n != "_asof").cloned().collect();
    let key = format!("{kind} {as_of} {asked:?}");
    let all = match kept.get(&key).filter(|_| offset > 0) {
        Some(all) => all,
        None => Arc::new(find(world, store, kind, query, as_of, now)?),
    };
    let page = offset.min(all.len())..(offset + count).min(all.len());
    let next = (count > 0 && page.end < all.len()).then(|| {
        let mut next = asked;
        next.push(("_asof".into(), as_of.to_string()));
        next.push(("_offset".into(), (offset + count).to_string()));
        next
    });
    if next.is_some() && offset == 0 {
        kept.keep(key, all.clone());
    }
    Ok(Results { all, page, next })
}

/// Everything that a search finds, in its order.
fn find(
    world: &World,
    store: &Store,
    kind: &str,
    query: &Query,
    as_of: i64,
    now: i64,
) -> Result<Vec<Hit>, String> {
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let (mut updated, mut date) = (Range::ALL, Range::ALL);
    for (name, text) in query {
        match name.as_str() {
            "_lastUpdated" => updated.narrow(text)?,
            "date" | "effective-time" | "identified" | "sent" => date.narrow(text)?,
            _ => {}
        }
    }
    updated.to = updated.to.min(as_of);

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
    elsewhere(world, store, kind, &tested, updated, date, &mut found);

    let sort = value("_sort").unwrap_or("_lastUpdated").split(',').next().unwrap_or_default();
    let (descending, field) = sort.strip_prefix('-').map_or((false, sort), |field| (true, field));
    let by_date = matches!(field, "date" | "sent" | "identified");
    found.sort_by_key(|f| {
        let key = if by_date { (f.at, f.updated) } else { (f.updated, f.at) };
        if descending { (-key.0, -key.1) } else { key }
    });
    Ok(found.into_iter().map(|f| f.hit).collect())
}

/// People elsewhere; what somebody wrote of them stands in the store.
fn elsewhere(
    world: &World,
    store: &Store,
    kind: &str,
    tested: &Query,
    updated: Range,
    date: Range,
    found: &mut Vec<Found>,
) {
    let register = &world.register;
    if !updated.holds(register.updated()) {
        return;
    }
    for one in register.candidates(kind, tested) {
        let (at, id) = (register.about(one), one.id());
        let is_tested = || tested.is_empty() || matches(&register.resource(one), &id, tested);
        if date.holds(at) && store.current(kind, &id).is_none() && is_tested() {
            found.push(Found { updated: register.updated(), at, hit: Hit::Elsewhere(one) });
        }
    }
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

/// Waves are two thirds of a ward's bytes; like the gateways this stands for, the simulator gives them only to a search
/// that names their code or category.
fn wanted(kind: crate::ward::kind::Kind, query: &Query) -> bool {
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
