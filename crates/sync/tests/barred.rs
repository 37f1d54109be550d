//! A server that is there and gives this station nothing: that is said once and clearly, and nothing flaps. The server
//! is a model, time is simulated.
#![allow(clippy::unwrap_used, clippy::panic)]

mod model;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinical::Instant;
use fhir::{Answer, Answering, Client, Request, Transport};
use model::World;
use sync::{Engine, LinkState, SyncEvent};
use tokio::sync::mpsc;
use tokio::time::{Instant as Tick, sleep};
use vault::{Key, Vault};

const START: i64 = 1_790_000_000_000;

/// What the server says instead of giving what was asked for.
type Rule = Box<dyn Fn(&Request) -> Option<u16> + Send>;

struct Server {
    world: Mutex<World>,
    began: Tick,
    rule: Mutex<Rule>,
}

impl Server {
    fn now(&self) -> i64 {
        START + i64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    fn put(&self, kind: &str, id: &str, body: serde_json::Value) {
        self.world.lock().unwrap().put(kind, id, body, self.now());
    }

    fn says(&self, rule: impl Fn(&Request) -> Option<u16> + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }
}

fn is_data(request: &Request) -> bool {
    !request.url.path().ends_with("/metadata")
}

struct Wire(Arc<Server>);

impl Transport for Wire {
    fn send(&self, request: Request) -> Answering {
        let server = self.0.clone();
        Box::pin(async move {
            sleep(Duration::from_millis(20)).await;
            let instead = (server.rule.lock().unwrap())(&request);
            let (status, body) = match instead {
                Some(status) => (status, serde_json::json!({})),
                None => server.world.lock().unwrap().handle(&request, server.now()),
            };
            Ok(Answer { status, headers: http::HeaderMap::new(), body: body.to_string().into_bytes() })
        })
    }
}

struct Station {
    server: Arc<Server>,
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    events: mpsc::UnboundedReceiver<SyncEvent>,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Station {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Station {
    /// A station that begins at a server with a ward; `rule` is what the server says instead.
    fn begun(rule: impl Fn(&Request) -> Option<u16> + Send + 'static) -> Station {
        let server = Arc::new(Server {
            world: Mutex::default(),
            began: Tick::now(),
            rule: Mutex::new(Box::new(rule)),
        });
        server.put("Patient", "p1", serde_json::json!({}));
        server.put("DetectedIssue", "first", model::issue(START, None));
        server.put("Observation", "v", model::observation(START - 1000, 80));
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let (send, events) = mpsc::unbounded_channel();
        let client = Client::over("http://server.test/fhir", Arc::new(Wire(server.clone()))).unwrap();
        let clock = server.clone();
        let engine = Engine::new(client, vault.clone(), Arc::new(move || Instant(clock.now())), send);
        let running = tokio::spawn(engine.clone().run());
        Station { server, engine, vault, events, running, _folder: folder }
    }

    async fn until(&self, seconds: u64, so: impl Fn(&LinkState) -> bool) -> bool {
        let began = Tick::now();
        while !so(&self.engine.link()) {
            if began.elapsed() >= Duration::from_secs(seconds) {
                return false;
            }
            sleep(Duration::from_millis(100)).await;
        }
        true
    }

    /// What was told of the link in a while: each state and its words once, as they came.
    async fn told(&mut self, seconds: u64) -> Vec<(bool, Option<String>)> {
        while self.events.try_recv().is_ok() {}
        sleep(Duration::from_secs(seconds)).await;
        let mut told: Vec<(bool, Option<String>)> = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            if let SyncEvent::Link(link) = event {
                let state = (link.online, link.message);
                if told.last() != Some(&state) {
                    told.push(state);
                }
            }
        }
        told
    }

    fn is_whole(&self) -> bool {
        let ward = self.vault.read(|r| r.ward()).unwrap();
        !ward.persons.is_empty() && ward.episodes.iter().any(|e| e.id.as_str() == "first")
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_metadata_are_open_and_whose_data_are_not_gives_one_clear_state() {
    for (status, words) in [(401, "wants a sign-in"), (403, "may not do this here")] {
        for was_read in [false, true] {
            let name = format!("{status}, read before: {was_read}");
            let barred = move |request: &Request| is_data(request).then_some(status);
            let mut station = match was_read {
                false => Station::begun(barred),
                true => {
                    let station = Station::begun(|_| None);
                    assert!(station.until(60, |link| link.online && link.unread.is_empty()).await, "{name}");
                    sleep(Duration::from_secs(60)).await;
                    station.server.says(barred);
                    station
                }
            };
            assert!(station.until(90, |link| !link.online && link.cause == Some("sign-in")).await, "{name}");
            let told = station.told(600).await;
            assert_eq!(told.len(), 1, "{name}: it flaps: {told:?}");
            assert!(
                !told[0].0 && told[0].1.as_ref().is_some_and(|said| said.contains(words)),
                "{name}: {told:?}"
            );
            // Somebody let it in.
            station.server.says(|_| None);
            assert!(station.until(30, |link| link.online && link.unread.is_empty()).await, "{name}");
            sleep(Duration::from_secs(90)).await;
            assert!(station.is_whole() && station.engine.link().online, "{name}");
        }
    }
}
