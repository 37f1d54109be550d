//! Conditional and versioned writes, deletions, transactions.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::server::answer::{answer, header_of, query_of, refuse, text, with_version};
use crate::server::capability::known;
use crate::server::read::current;
use crate::server::search::search;
use crate::server::shared::Shared;
use crate::server::store::Store;
use crate::server::subscriptions::TOPIC;

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
        let results = search(&shared.world, store, &shared.kept, kind, &query_of(Some(condition)), now)
            .map_err(|why| refuse(StatusCode::BAD_REQUEST, "value", &why))?;
        match results.hits() {
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

fn written(shared: &Shared, kind: &str, (status, resource): &Made) -> Response {
    let (id, version) = (text(&resource["id"]), text(&resource["meta"]["versionId"]));
    let location = format!("{}/{kind}/{id}/_history/{version}", shared.base);
    with_version(answer(*status, resource.to_string()), resource, Some(location))
}

pub(crate) async fn create(
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
    let made = make(
        &shared,
        Arc::make_mut(&mut shared.store()),
        &kind,
        resource,
        header_of(&headers, "if-none-exist"),
    )?;
    if made.0 == StatusCode::CREATED {
        announce(&shared, &kind, &made.1);
    }
    Ok(written(&shared, &kind, &made))
}

pub(crate) async fn update(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    known(&kind)?;
    let resource = parse(&kind, &body)?;
    let made = replace(
        &shared,
        Arc::make_mut(&mut shared.store()),
        &kind,
        &id,
        resource,
        header_of(&headers, "if-match"),
    )?;
    announce(&shared, &kind, &made.1);
    Ok(written(&shared, &kind, &made))
}

pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Response> {
    known(&kind)?;
    let now = shared.clock.now_ms();
    if Arc::make_mut(&mut shared.store()).delete(&kind, &id, now) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(refuse(StatusCode::NOT_FOUND, "not-found", &format!("no {kind}/{id}")))
    }
}

/// All of it, or nothing.
pub(crate) async fn transaction(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Response, Response> {
    let bundle = parse("Bundle", &body)?;
    let all_or_nothing = bundle["type"] == "transaction";
    if !all_or_nothing && bundle["type"] != "batch" {
        return Err(refuse(StatusCode::BAD_REQUEST, "value", "the Bundle is neither transaction nor batch"));
    }
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let mut store = shared.store();
    let mut draft = Store::clone(&store);
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
    *store = Arc::new(draft);
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
