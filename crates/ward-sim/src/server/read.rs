//! Reads, searches and histories.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::server::answer::{answer, query_of, refuse, with_version};
use crate::server::bundle::{Entry, searchset};
use crate::server::capability::{PARAMETERS, known};
use crate::server::query::{Query, included};
use crate::server::search::search;
use crate::server::shared::Shared;
use crate::server::store::Store;
use crate::ward::dates::{iso, since};

pub(crate) fn current(shared: &Shared, store: &Store, kind: &str, id: &str) -> Option<Value> {
    if let Some(version) = store.current(kind, id) {
        return version.resource.as_deref().cloned();
    }
    if let Some(found) = shared.world.register.find(kind, id) {
        return Some(shared.world.register.resource(found));
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

pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let store = shared.snapshot();
    if store.current(&kind, &id).is_some_and(|v| v.resource.is_none()) {
        return Err(refuse(StatusCode::GONE, "deleted", "it was deleted"));
    }
    match current(&shared, &store, &kind, &id) {
        Some(resource) => Ok(with_version(answer(StatusCode::OK, resource.to_string()), &resource, None)),
        None => Err(refuse(StatusCode::NOT_FOUND, "not-found", &format!("no {kind}/{id}"))),
    }
}

pub(crate) async fn vread(
    State(shared): State<Arc<Shared>>,
    Path((kind, id, version)): Path<(String, String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let store = shared.snapshot();
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

pub(crate) async fn search_type(
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
    let store = shared.snapshot();
    let results = search(&shared.world, &store, &shared.kept, kind, query, now)
        .map_err(|why| refuse(StatusCode::BAD_REQUEST, "value", &why))?;
    let address = |query: &Query| {
        let mut url = url::form_urlencoded::Serializer::new(format!("{}/{kind}?", shared.base));
        for (name, value) in query {
            url.append_pair(name, value);
        }
        url.finish()
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(results.hits().len());
    let includes: Vec<&String> = query.iter().filter(|(n, _)| n == "_include").map(|(_, v)| v).collect();
    let mut wanted = std::collections::BTreeSet::new();
    for hit in results.hits() {
        let resource = hit.render(&shared.world);
        debug_assert!(
            serde_json::from_str::<serde::de::IgnoredAny>(&resource).is_ok(),
            "what is served is JSON"
        );
        let id = hit.id(&shared.world);
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
    Ok(answer(StatusCode::OK, searchset(&entries, results.total(), &address(query), next.as_deref())))
}

pub(crate) async fn history(
    State(shared): State<Arc<Shared>>,
    Path(kind): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Response> {
    known(&kind)?;
    let query = query_of(raw.as_deref());
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let since = match value("_since") {
        Some(text) => {
            since(text).ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "value", "_since is no instant"))?
        }
        None => i64::MIN,
    };
    let store = shared.snapshot();
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
                "response": { "status": if method == "DELETE" { "204" } else { "200" }, "lastModified": iso(v.updated) },
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
