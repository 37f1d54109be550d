//! The running engine: first sync, then live or polling, for as long as the window is open.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clinical::Instant;
use fhir::{Client, Ear};
use tokio::sync::{Notify, mpsc};
use vault::Vault;

use crate::backoff::delay;
use crate::beats::{Beats, Stage};
use crate::event::{Now, SyncEvent};
use crate::link::LinkState;
use crate::numbers::Numbers;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::task::AbortOnDrop;
use crate::unread::Open;

/// A station that is offline tries this often at least.
pub(crate) const RETRY_AT_MOST: Duration = Duration::from_secs(5);
/// What is older than the site keeps is looked for this often, and only while the server is in reach.
pub(crate) const RETAIN: Duration = Duration::from_secs(3600);
/// What stopped by a fault of its own is begun again after so long.
const AGAIN: Duration = Duration::from_secs(1);

/// The engine for one server.
pub struct Engine {
    pub(crate) client: Client,
    pub(crate) vault: Arc<Vault>,
    pub(crate) now: Now,
    pub(crate) events: mpsc::UnboundedSender<SyncEvent>,
    pub(crate) wake_outbox: Notify,
    retry: Notify,
    link: Mutex<LinkState>,
    pub(crate) open: Open,
    pub(crate) numbers: Mutex<Numbers>,
    beats: Beats,
    /// How often in a row an answer did not come in time: the next one is given longer.
    pub(crate) checks_in_vain: AtomicU32,
    pub(crate) alarms_in_vain: AtomicU32,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("base", &self.client.base().as_str()).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine that is not running yet.
    pub fn new(
        client: Client,
        vault: Arc<Vault>,
        now: Now,
        events: mpsc::UnboundedSender<SyncEvent>,
    ) -> Arc<Engine> {
        let start = tokio::time::Instant::now();
        Engine::beating(client, vault, now, events, Beats::new(Arc::new(move || start.elapsed())))
    }

    /// The same with beats that somebody else looks at too.
    pub fn beating(
        client: Client,
        vault: Arc<Vault>,
        now: Now,
        events: mpsc::UnboundedSender<SyncEvent>,
        beats: Beats,
    ) -> Arc<Engine> {
        let heard = beats.clone();
        Arc::new(Engine {
            client: client.with_ear(Ear::new(move || heard.pass(Stage::Server))),
            vault,
            now,
            events,
            wake_outbox: Notify::new(),
            retry: Notify::new(),
            link: Mutex::new(LinkState::UNKNOWN),
            open: Open::default(),
            numbers: Mutex::default(),
            beats,
            checks_in_vain: AtomicU32::new(0),
            alarms_in_vain: AtomicU32::new(0),
        })
    }

    /// Another that pulls, with a place of its own in every search.
    pub(crate) fn puller(&self) -> Puller {
        Puller::new(self.client.clone(), self.vault.clone(), self.now.clone(), self.open.clone())
    }

    /// The beats of what it does.
    pub fn beats(&self) -> &Beats {
        &self.beats
    }

    pub(crate) fn now(&self) -> Instant {
        (self.now)()
    }

    /// The connection as it is now.
    pub fn link(&self) -> LinkState {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner).clone();
        LinkState { alarms_read: self.open.alarms_read(), ..link }
    }

    /// A new action waits in the outbox.
    pub fn action_recorded(&self) {
        self.wake_outbox.notify_one();
    }

    /// A person asked to try now.
    pub fn retry_now(&self) {
        self.retry.notify_one();
    }

    /// Runs until the task is dropped. What ends by a fault of its own is begun again, and said.
    pub async fn run(self: Arc<Self>) {
        loop {
            let mut sender = AbortOnDrop(tokio::spawn(self.clone().send_outbox()));
            let mut sessions = AbortOnDrop(tokio::spawn(self.clone().sessions()));
            tokio::select! {
                _ = &mut sender.0 => {}
                _ = &mut sessions.0 => {}
            }
            tracing::error!("the sync stopped by a fault of its own; it is begun again");
            self.offline(&SyncError::Stopped);
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// One session after the other.
    async fn sessions(self: Arc<Self>) {
        let mut tries = 0u32;
        loop {
            let error = self.session().await;
            tracing::warn!(cause = error.cause(), "link lost");
            if self.link().online {
                tries = 0;
            }
            self.offline(&error);
            let wait = delay(tries, error.retry_after(), rand::random()).min(RETRY_AT_MOST);
            tries = tries.saturating_add(1);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.retry.notified() => {}
            }
        }
    }

    /// Says what is open, where that changed.
    pub(crate) fn tell_unread(&self) {
        let open = self.open.list();
        let state = {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            if link.unread == open {
                return;
            }
            link.unread = open;
            link.clone()
        };
        let _ = self.events.send(SyncEvent::Link(state));
    }

    pub(crate) fn seen(&self, event: SyncEvent) {
        if matches!(event, SyncEvent::Changed { .. }) {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            link.last_good = Some((self.now)());
        }
        // The receiver is the console; without one nobody is looking.
        let _ = self.events.send(event);
    }

    pub(crate) fn online(&self, date: Option<Instant>, live: bool) {
        let now = (self.now)();
        let (was, state) = {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            let was = link.clone();
            if !link.online {
                link.since = Some(now);
            }
            link.online = true;
            link.live = live;
            link.last_good = Some(now);
            link.cause = None;
            link.message = None;
            // `Date` has whole seconds: half of one is the best guess of what it left out.
            if let Some(date) = date {
                link.clock_offset_ms = Some(date.ms_since(now) + 500);
            }
            (was, link.clone())
        };
        if !was.online {
            self.wake_outbox.notify_one();
        }
        if was.online != state.online || was.live != state.live || was.clock_offset_ms.is_none() {
            let _ = self.events.send(SyncEvent::Link(state));
        }
        self.tell_unread();
    }

    pub(crate) fn offline(&self, error: &SyncError) {
        for stage in [Stage::Server, Stage::Alarms, Stage::Values] {
            self.beats.rest(stage);
        }
        let state = {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            if link.online || link.since.is_none() {
                link.since = Some((self.now)());
            }
            link.online = false;
            link.live = false;
            link.cause = Some(error.cause());
            link.message = Some(error.to_string());
            link.clone()
        };
        let _ = self.events.send(SyncEvent::Link(state));
    }
}
