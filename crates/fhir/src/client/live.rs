//! Live notifications: an R5-backport topic Subscription over WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use url::Url;

use crate::client::rest::Client;
use crate::client::socket::connect;
use crate::client::status::{Counted, Kind, status_of};
use crate::error::FhirError;
use crate::page::bundle::read_page_of;
use crate::page::entry::Page;

/// What the live channel says.
#[derive(Debug)]
pub enum LiveEvent {
    /// Bound; notifications follow. What changed before must be pulled.
    Bound,
    /// Something changed; the page holds it where the server sends whole resources, else it is to be pulled.
    Changed {
        /// What the notification carried.
        page: Page,
        /// When it reached this station.
        received: std::time::Instant,
    },
    /// The server is there, nothing changed.
    Heartbeat,
    /// How far the server has counted, after each of the above: a number that is missing is an event that did not come.
    Counted(Counted),
}

/// Nothing heard for this long: the server is asked for a sign on the channel itself. It may send heartbeats less often than it was
/// asked to, and not say so.
const QUIET: Duration = Duration::from_secs(3);
/// No sign after that: the channel is taken as dead.
const SILENCE: Duration = Duration::from_secs(3);

/// A Subscription on the server. It goes with its channel: one that stays is worked for by the server for ever.
struct Subscribed {
    client: Client,
    id: String,
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (client, path) = (self.client.clone(), format!("Subscription/{}", self.id));
        // Where the server is gone too, it finds by itself that nobody listens.
        runtime.spawn(async move { client.delete(&path).await });
    }
}

/// Subscribes to `topic` and passes events on until the channel breaks.
///
/// # Errors
/// Always ends with one: why the channel broke.
pub async fn listen(client: &Client, topic: &str, events: mpsc::Sender<LiveEvent>) -> Result<(), FhirError> {
    let subscription = json!({
        "resourceType": "Subscription",
        "meta": { "profile": ["http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription"] },
        "status": "requested",
        "reason": "Vigil clinician console",
        "criteria": topic,
        "channel": {
            "type": "websocket",
            "payload": "application/fhir+json",
            "_payload": { "extension": [{
                "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
                "valueCode": "full-resource",
            }] },
            "extension": [{
                "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period",
                "valueUnsignedInt": 3,
            }],
        },
    });
    let made = client.post("Subscription", &subscription).await?;
    let id = made["id"].as_str().ok_or_else(|| FhirError::Live("the Subscription has no id".into()))?;
    let _subscribed = Subscribed { client: client.clone(), id: id.to_owned() };
    let binding = client.get_json(&format!("Subscription/{id}/$get-ws-binding-token")).await?;
    let part = |name: &str, key: &str| {
        let parts = binding["parameter"].as_array()?;
        parts.iter().find(|p| p["name"] == name).and_then(|p| p[key].as_str()).map(str::to_owned)
    };
    let token = part("token", "valueString").ok_or_else(|| FhirError::Live("no binding token".into()))?;
    let address =
        part("websocket-url", "valueUrl").ok_or_else(|| FhirError::Live("no websocket address".into()))?;

    let address = socket_of(client, &address)?;
    let live = |e: tokio_tungstenite::tungstenite::Error| FhirError::Live(e.to_string());
    let mut socket = tokio::time::timeout(Duration::from_secs(5), connect(client.way(), &address))
        .await
        .map_err(|_| FhirError::Live("no answer".into()))??;
    socket.send(Message::text(format!("bind-with-token {token}"))).await.map_err(live)?;
    let closed = || FhirError::Live("closed".into());
    loop {
        let message = match tokio::time::timeout(QUIET, socket.next()).await {
            Ok(message) => message,
            Err(_) => {
                let asked = async {
                    socket.send(Message::Ping(Vec::new().into())).await.map_err(live)?;
                    Ok(socket.next().await)
                };
                let silence = |_| FhirError::Live("silence".into());
                tokio::time::timeout(SILENCE, asked).await.map_err(silence)??
            }
        };
        let message = message.ok_or_else(closed)?.map_err(live)?;
        client.heard();
        let received = std::time::Instant::now();
        let (event, counted) = match message {
            Message::Text(text) => {
                // Servers that are older than the handshake answer with a line of text.
                let (kind, counted) = if text.starts_with('{') {
                    status_of(&text)
                } else {
                    (Kind::Handshake, Counted::default())
                };
                let event = match kind {
                    Kind::Handshake => LiveEvent::Bound,
                    Kind::Heartbeat => LiveEvent::Heartbeat,
                    Kind::Event => {
                        LiveEvent::Changed { page: read_page_of(text.as_bytes(), client.bases())?, received }
                    }
                };
                (event, Some(counted))
            }
            Message::Pong(_) => (LiveEvent::Heartbeat, None),
            _ => continue,
        };
        // What came is shown before anybody asks what did not.
        for event in [Some(event), counted.map(LiveEvent::Counted)].into_iter().flatten() {
            if events.send(event).await.is_err() {
                return Err(closed());
            }
        }
    }
}

/// Where the socket is, where that is the server itself: another host must not get the token, nor the ward's data in clear what is
/// asked for under TLS.
fn socket_of(client: &Client, address: &str) -> Result<Url, FhirError> {
    let base = client.base();
    let found = Url::parse(address).map_err(|_| FhirError::Live("its websocket address is none".into()))?;
    let is_open = found.scheme() == "wss" || (found.scheme() == "ws" && base.scheme() == "http");
    if found.host() != base.host() || !is_open {
        return Err(FhirError::Live(
            "its websocket address leads elsewhere, or leaves TLS; it was not followed".into(),
        ));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_live_channel_leads_to_the_own_server_and_never_out_of_tls() {
        for (base, address, is_taken) in [
            ("http://host.example/r4", "ws://host.example/ws", true),
            ("http://host.example/r4", "ws://host.example:8081/ws", true),
            ("http://host.example/r4", "wss://host.example/ws", true),
            ("https://host.example/r4", "wss://host.example/ws", true),
            ("https://host.example/r4", "ws://host.example/ws", false),
            ("https://host.example/r4", "wss://other.example/ws", false),
            ("http://host.example/r4", "ws://host.example.evil/ws", false),
            ("http://host.example/r4", "http://host.example/ws", false),
            ("http://host.example/r4", "/ws", false),
        ] {
            let client = Client::new(base).unwrap();
            assert_eq!(socket_of(&client, address).is_ok(), is_taken, "{address} of {base}");
        }
    }
}
