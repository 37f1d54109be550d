//! A server as a model with a wire to it: how long it takes, and what comes instead of an answer.
#![allow(dead_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fhir::{Answer, Answering, FhirError, Request, Transport};
use tokio::time::{Instant as Tick, sleep, timeout};

use super::{World, issue};

pub(crate) const START: i64 = 1_790_000_000_000;
pub(crate) const SLOW: Duration = Duration::from_secs(25);
pub(crate) const NEVER: Duration = Duration::from_secs(100_000);

/// How long the server takes for an answer to a request.
pub(crate) type Delay = Box<dyn Fn(&Request) -> Duration + Send + Sync>;

/// What comes instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    /// Nobody takes the connection.
    Refused,
    /// Another status.
    Status(u16),
    /// The same for searches for alarms alone.
    OfAlarms(u16),
}

pub(crate) struct Server {
    pub world: Mutex<World>,
    pub began: Tick,
    pub delay: Mutex<Delay>,
    pub instead: Mutex<Option<Instead>>,
    pub panics: AtomicBool,
}

impl Server {
    /// One that answers at once, and has nothing yet.
    pub(crate) fn new() -> Server {
        Server {
            world: Mutex::default(),
            began: Tick::now(),
            delay: Mutex::new(Box::new(|_| Duration::from_millis(20))),
            instead: Mutex::default(),
            panics: AtomicBool::new(false),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        START + i64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    pub(crate) fn takes(&self, delay: impl Fn(&Request) -> Duration + Send + Sync + 'static) {
        *self.delay.lock().unwrap() = Box::new(delay);
    }

    pub(crate) fn raises(&self, id: &str) {
        let now = self.now();
        self.world.lock().unwrap().put("DetectedIssue", id, issue(now, None), now);
    }
}

pub(crate) struct Wire(pub Arc<Server>);

impl Transport for Wire {
    fn send(&self, request: Request) -> Answering {
        let server = self.0.clone();
        assert!(!server.panics.swap(false, Ordering::Relaxed), "a fault of the program's own");
        Box::pin(async move {
            let delay = (server.delay.lock().unwrap())(&request);
            let answer = timeout(request.timeout, sleep(delay)).await;
            answer.map_err(|_| FhirError::Timeout("no answer".into()))?;
            let instead = *server.instead.lock().unwrap();
            let status = match instead {
                Some(Instead::Refused) => return Err(FhirError::Connect("refused".into())),
                Some(Instead::Status(status)) => Some(status),
                Some(Instead::OfAlarms(status)) if is_about_alarms(&request) => Some(status),
                _ => None,
            };
            if let Some(status) = status {
                return Ok(Answer { status, headers: http::HeaderMap::new(), body: b"{}".to_vec() });
            }
            let (status, body) = server.world.lock().unwrap().handle(&request, server.now());
            Ok(Answer { status, headers: http::HeaderMap::new(), body: body.to_string().into_bytes() })
        })
    }
}

pub(crate) fn is_about_alarms(request: &Request) -> bool {
    ["DetectedIssue", "Communication"].iter().any(|kind| request.url.path().contains(kind))
}

/// What goes wrong for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Instead(Instead),
    Hangs,
    OthersSlow,
    AllSlow,
    Panics,
}

pub(crate) const FAULTS: [Fault; 10] = [
    Fault::Instead(Instead::Refused),
    Fault::Instead(Instead::Status(503)),
    Fault::Instead(Instead::Status(500)),
    Fault::Instead(Instead::Status(401)),
    Fault::Instead(Instead::OfAlarms(403)),
    Fault::Instead(Instead::OfAlarms(500)),
    Fault::Hangs,
    Fault::OthersSlow,
    Fault::AllSlow,
    Fault::Panics,
];

impl Server {
    pub(crate) fn fails(&self, fault: Fault) {
        match fault {
            Fault::Instead(instead) => *self.instead.lock().unwrap() = Some(instead),
            Fault::Hangs => self.takes(|_| NEVER),
            Fault::OthersSlow => self.takes(|r| if is_about_alarms(r) { Duration::ZERO } else { SLOW }),
            Fault::AllSlow => self.takes(|_| SLOW),
            Fault::Panics => self.panics.store(true, Ordering::Relaxed),
        }
    }

    pub(crate) fn works(&self) {
        *self.instead.lock().unwrap() = None;
        self.takes(|_| Duration::from_millis(20));
    }
}
