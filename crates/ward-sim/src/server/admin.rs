//! Test controls, on a port of their own so that they answer while the link is cut. Test and demo builds only.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::post;

use crate::server::shared::Shared;
use crate::ward::story::Story;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/admin/{verb}", post(control)).with_state(shared)
}

async fn control(
    State(shared): State<Arc<Shared>>,
    Path(verb): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> (StatusCode, String) {
    let number = |name: &str| query.get(name).and_then(|v| v.parse::<u64>().ok());
    match verb.as_str() {
        "pause" => shared.clock.pause(true),
        "resume" => shared.clock.pause(false),
        "drop" => shared.cut(true),
        "restore" => shared.cut(false),
        "delay" => shared.delay_ms.store(number("ms").unwrap_or(0), Ordering::Relaxed),
        "delay-others" => shared.delay_others_ms.store(number("ms").unwrap_or(0), Ordering::Relaxed),
        "hang" => drop(shared.hung.send_replace(true)),
        "answer" => drop(shared.hung.send_replace(false)),
        "lose" => shared.lose.store(number("notifications").unwrap_or(1), Ordering::Relaxed),
        "fail" => {
            // 0 is no failure: a status that is none must not become one.
            let Ok(status) = u16::try_from(number("status").unwrap_or(0)) else {
                return (StatusCode::BAD_REQUEST, "a status has three digits".to_owned());
            };
            shared.fail.store(status, Ordering::Relaxed);
        }
        "story" => {
            let name = query.get("name").map(String::as_str).unwrap_or_default();
            let Some((_, story)) = Story::ALL.iter().find(|(n, _)| *n == name) else {
                return (StatusCode::BAD_REQUEST, format!("no story \"{name}\""));
            };
            let patient = usize::try_from(number("patient").unwrap_or(0)).unwrap_or(usize::MAX);
            if patient >= shared.world.people.len() {
                return (StatusCode::BAD_REQUEST, format!("no patient {patient}"));
            }
            shared.world.inject(*story, patient, shared.clock.now_ms());
        }
        _ => return (StatusCode::NOT_FOUND, format!("no control \"{verb}\"")),
    }
    (StatusCode::OK, "done".into())
}
