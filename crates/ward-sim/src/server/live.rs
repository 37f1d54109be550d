//! Topic subscriptions over WebSocket (R5 backport): one-time binding tokens, notifications, heartbeats.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};

use crate::server::bundle::notification;
use crate::server::shared::Shared;

const HEARTBEAT: Duration = Duration::from_secs(3);

/// Serves one socket until it closes.
pub(crate) async fn serve(mut socket: WebSocket, shared: Arc<Shared>) {
    let mut changes = shared.live.changes.subscribe();
    let bound = tokio::time::timeout(Duration::from_secs(10), socket.recv()).await;
    let Ok(Some(Ok(Message::Text(text)))) = bound else { return };
    let token = text.strip_prefix("bind-with-token ").unwrap_or_default().trim();
    let Some(subscription) = shared.live.redeem(token) else {
        let _ = socket.send(Message::Close(None)).await;
        return;
    };
    let mut number = 0u64;
    let bundle = |kind: &str, number: u64, resources: &[(String, String)]| {
        Message::Text(notification(&shared.base, &subscription, kind, number, resources).into())
    };
    if socket.send(bundle("handshake", 0, &[])).await.is_err() {
        return;
    }
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.tick().await;
    loop {
        shared.until_it_answers().await;
        let message = tokio::select! {
            change = changes.recv() => match change {
                Ok(resources) => {
                    number += 1;
                    if shared.loses() {
                        continue;
                    }
                    bundle("event-notification", number, &resources)
                }
                // Too slow to follow: the client pulls what it missed when it binds again.
                Err(_) => return,
            },
            _ = beat.tick() => bundle("heartbeat", number, &[]),
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        shared.until_it_answers().await;
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

/// Passes on what the simulated devices send, as simulated time goes by.
pub(crate) async fn announce(shared: Arc<Shared>) {
    let mut since = shared.clock.now_ms();
    let mut open: HashMap<String, i64> = shared.world.issues(since).into_iter().map(|i| (i.0, i.1)).collect();
    let mut step = tokio::time::interval(Duration::from_millis(100));
    let mut ticks = 0u64;
    loop {
        step.tick().await;
        ticks += 1;
        let now = shared.clock.now_ms();
        if shared.live.changes.receiver_count() == 0 {
            since = now;
            continue;
        }
        let mut items = Vec::new();
        for person in 0..shared.world.people.len() {
            for kind in shared.world.kinds(person).iter().filter(|k| k.is_announced()) {
                shared.world.items(person, *kind, since, now, &mut items);
            }
        }
        let mut resources: Vec<(String, String)> = items
            .iter()
            .map(|item| {
                (format!("{}/{}", item.kind.resource(), shared.world.id(item)), shared.world.render(item))
            })
            .collect();
        // Alarms are worked out over fourteen days; twice a second is often enough for that.
        if ticks.is_multiple_of(5) {
            for (id, updated, _, _, text) in shared.world.issues(now) {
                if open.get(&id) != Some(&updated) {
                    open.insert(id.clone(), updated);
                    resources.push((format!("DetectedIssue/{id}"), text));
                }
            }
        }
        since = now;
        if !resources.is_empty() {
            // No receiver is no error: nobody is watching.
            let _ = shared.live.changes.send(Arc::new(resources));
        }
    }
}
