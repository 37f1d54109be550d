//! The running engine: first sync, then live or polling, for as long as the window is open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clinical::Instant;
use fhir::{Client, FhirError, LiveEvent, Server};
use tokio::sync::{Notify, mpsc};
use vault::{Ingested, PageCommit, Vault};

use crate::backoff::delay;
use crate::event::{Now, SyncEvent};
use crate::link::LinkState;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::task::{AbortOnDrop, on_vault};
use crate::unread::Open;

/// Polling without live updates.
const POLL: Duration = Duration::from_secs(4);
/// Polls between two looks for deletions.
const DELETIONS_EVERY: u32 = 8;
/// Beside live updates a pull now and then finds what a lost notification would hide.
const RECONCILE: Duration = Duration::from_secs(60);
/// A station that is offline tries this often at least.
const RETRY_AT_MOST: Duration = Duration::from_secs(5);
/// A live channel that held for so long was a good one.
const LIVE_HOLDS: Duration = Duration::from_secs(60);
/// What is older than the site keeps is looked for this often, and only while the server is in reach.
const RETAIN: Duration = Duration::from_secs(3600);

/// The engine for one server.
pub struct Engine {
    pub(crate) client: Client,
    pub(crate) vault: Arc<Vault>,
    pub(crate) now: Now,
    pub(crate) events: mpsc::UnboundedSender<SyncEvent>,
    pub(crate) wake_outbox: Notify,
    retry: Notify,
    link: Mutex<LinkState>,
    puller: tokio::sync::Mutex<Puller>,
    open: Open,
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
        let open = Open::default();
        let puller =
            tokio::sync::Mutex::new(Puller::new(client.clone(), vault.clone(), now.clone(), open.clone()));
        Arc::new(Engine {
            client,
            vault,
            now,
            events,
            wake_outbox: Notify::new(),
            retry: Notify::new(),
            link: Mutex::new(LinkState::UNKNOWN),
            puller,
            open,
        })
    }

    /// Another that pulls, with a place of its own in every search.
    pub(crate) fn puller(&self) -> Puller {
        Puller::new(self.client.clone(), self.vault.clone(), self.now.clone(), self.open.clone())
    }

    /// The connection as it is now.
    pub fn link(&self) -> LinkState {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new action waits in the outbox.
    pub fn action_recorded(&self) {
        self.wake_outbox.notify_one();
    }

    /// A person asked to try now.
    pub fn retry_now(&self) {
        self.retry.notify_one();
    }

    /// Runs until the task is dropped.
    pub async fn run(self: Arc<Self>) {
        let sender = tokio::spawn(self.clone().send_outbox());
        let _stop = AbortOnDrop(sender);
        let mut tries = 0u32;
        loop {
            let began = tokio::time::Instant::now();
            match self.session().await {
                // The live channel alone went. One that goes again and again is not asked for without a pause.
                Ok(()) if began.elapsed() >= LIVE_HOLDS => tries = 0,
                Ok(()) => {
                    tokio::time::sleep(delay(tries, None, rand::random()).min(RETRY_AT_MOST)).await;
                    tries = tries.saturating_add(1);
                }
                Err(error) => {
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
        }
    }

    /// One connection: from the CapabilityStatement to the first failure.
    async fn session(self: &Arc<Self>) -> Result<(), SyncError> {
        let (server, date) = self.client.check().await?;
        self.online(date, false);
        let mut puller = self.puller.lock().await;
        // The board first, then the live channel; the backfill runs beside it and is never cut short by an event.
        puller.first_ward(&server, &mut |event| self.seen(event)).await?;
        self.tell_unread();
        let _backfill = AbortOnDrop(tokio::spawn(self.clone().backfill(server.clone())));
        match server.topics.first() {
            Some(topic) => self.follow(&server, topic, &mut puller).await,
            None => self.poll(&server, &mut puller).await,
        }
    }

    /// The rest of the first sync. What fails is tried again; a lost link ends it with the session.
    async fn backfill(self: Arc<Self>, server: Server) {
        let mut puller = self.puller();
        let mut tries = 0u32;
        loop {
            let before = puller.steps_done();
            let went = puller.backfill(&server, &mut |event| self.seen(event)).await;
            self.tell_unread();
            if puller.is_complete() {
                break;
            }
            // What was refused or cut stays open, and is asked for again now and then.
            let asked = went.as_ref().err().and_then(SyncError::retry_after);
            if let Err(error) = went {
                tracing::warn!(cause = error.cause(), "backfill interrupted");
            }
            tries = if puller.steps_done() > before { 0 } else { tries.saturating_add(1) };
            tokio::time::sleep(delay(tries, asked, rand::random())).await;
        }
        loop {
            let (vault, now) = (self.vault.clone(), (self.now)());
            let by_server = self.link().clock_offset_ms.map(|offset| now + offset);
            match tokio::task::spawn_blocking(move || vault.retain_by(now, by_server)).await {
                Ok(Ok(gone)) if gone.chunks + gone.rows > 0 => {
                    tracing::info!(chunks = gone.chunks, rows = gone.rows, bytes = gone.bytes, "retention");
                }
                Ok(Err(_)) => tracing::error!("what is too old could not be taken away"),
                _ => {}
            }
            tokio::time::sleep(RETAIN).await;
        }
    }

    async fn poll(&self, server: &Server, puller: &mut Puller) -> Result<(), SyncError> {
        let mut round = 0u32;
        loop {
            puller.changes(server, &mut |event| self.seen(event)).await?;
            if round.is_multiple_of(DELETIONS_EVERY) {
                puller.deletions(server, &mut |event| self.seen(event)).await?;
            }
            round = round.wrapping_add(1);
            self.online(puller.server_time(), false);
            tokio::time::sleep(POLL).await;
        }
    }

    async fn follow(&self, server: &Server, topic: &str, puller: &mut Puller) -> Result<(), SyncError> {
        let (send, mut incoming) = mpsc::channel(256);
        let (client, topic) = (self.client.clone(), topic.to_owned());
        let listener = tokio::spawn(async move { fhir::listen(&client, &topic, send).await });
        let mut listener = AbortOnDrop(listener);
        let mut reconcile = tokio::time::interval(RECONCILE);
        let mut bound = false;
        loop {
            tokio::select! {
                biased;
                event = incoming.recv() => match event {
                    Some(LiveEvent::Bound) => {
                        bound = true;
                        self.online(None, true);
                        // What changed, or was deleted, between the last word and the binding.
                        puller.changes(server, &mut |event| self.seen(event)).await?;
                        puller.deletions(server, &mut |event| self.seen(event)).await?;
                    }
                    Some(LiveEvent::Heartbeat) => self.online(None, true),
                    Some(LiveEvent::Changed { page, .. }) if page.facts.is_empty() && page.unreadable.is_empty() => {
                        // The server names what changed and no more.
                        puller.changes(server, &mut |event| self.seen(event)).await?;
                        self.online(None, true);
                    }
                    Some(LiveEvent::Changed { page, received }) => {
                        let now = (self.now)();
                        let ahead = self.link().clock_offset_ms.unwrap_or_default().max(0);
                        let commit = PageCommit {
                            facts: page.facts,
                            unreadable: page.unreadable,
                            received: now,
                            clock: Some(now + ahead),
                            ..Default::default()
                        };
                        let what = self.commit(commit).await?;
                        self.online(None, true);
                        self.seen(SyncEvent::Changed { what, received });
                    }
                    None => {
                        let error = match (&mut listener.0).await {
                            Ok(Err(error)) => error,
                            _ => FhirError::Live("closed".into()),
                        };
                        if !bound {
                            // The topic is offered but cannot be used; asking still works.
                            tracing::warn!("live channel refused, polling instead");
                            return self.poll(server, puller).await;
                        }
                        // The socket alone may have gone: one question tells.
                        let date = self.client.probe().await.map_err(|_| error)?;
                        self.online(date, false);
                        return Ok(());
                    }
                },
                _ = reconcile.tick(), if bound => {
                    puller.changes(server, &mut |event| self.seen(event)).await?;
                    self.online(puller.server_time(), true);
                }
            }
        }
    }

    async fn commit(&self, page: PageCommit) -> Result<Ingested, SyncError> {
        on_vault(&self.vault, move |vault| vault.commit(page)).await
    }

    /// Says what is open, where that changed.
    fn tell_unread(&self) {
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

    fn seen(&self, event: SyncEvent) {
        if matches!(event, SyncEvent::Changed { .. }) {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            link.last_good = Some((self.now)());
        }
        // The receiver is the console; without one nobody is looking.
        let _ = self.events.send(event);
    }

    fn online(&self, date: Option<Instant>, live: bool) {
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
