//! The running engine: first sync, then live or polling, for as long as the window is open.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
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
use crate::outage::Outages;
use crate::pace::Turn;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::scope::Scoped;
use crate::task::AbortOnDrop;
use crate::unread::Open;

/// A station that is offline tries this often at least.
pub(crate) const RETRY_AT_MOST: Duration = Duration::from_secs(5);
/// What is older than the site keeps is looked for this often, and only while the server is in reach.
pub(crate) const RETAIN: Duration = Duration::from_secs(3600);
/// What stopped by a fault of its own is begun again after so long.
const AGAIN: Duration = Duration::from_secs(1);

/// Milliseconds after which the time of the last good data, and what the server's clock says, are told again.
const TOLD_EVERY: i64 = 5_000;

/// The engine for one server.
pub struct Engine {
    pub(crate) client: Client,
    pub(crate) vault: Arc<Vault>,
    pub(crate) now: Now,
    pub(crate) events: mpsc::UnboundedSender<SyncEvent>,
    pub(crate) wake_outbox: Notify,
    pub(crate) wake_settings: Notify,
    /// How often settings of units were heard that hold here now, or were told.
    pub(crate) settings_moved: AtomicU32,
    retry: Notify,
    link: Mutex<LinkState>,
    pub(crate) open: Open,
    pub(crate) numbers: Mutex<Numbers>,
    pub(crate) outages: Mutex<Outages>,
    pub(crate) beats: Beats,
    /// Turns to which the server gives nothing, although it is there.
    pub(crate) barred: Mutex<HashSet<Turn>>,
    /// The units and programmes of this session; `None` where the station is of its whole server.
    scoped: Mutex<Option<Arc<Scoped>>>,
    /// How often in a row an answer did not come in time: the next one is given longer.
    pub(crate) checks_in_vain: AtomicU32,
    pub(crate) alarms_in_vain: AtomicU32,
    /// When the state of the link was told last.
    told: AtomicI64,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("base", &self.client.shown()).finish_non_exhaustive()
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
            wake_settings: Notify::new(),
            settings_moved: AtomicU32::new(0),
            retry: Notify::new(),
            link: Mutex::new(LinkState::UNKNOWN),
            open: Open::default(),
            numbers: Mutex::default(),
            outages: Mutex::default(),
            beats,
            barred: Mutex::default(),
            scoped: Mutex::default(),
            checks_in_vain: AtomicU32::new(0),
            alarms_in_vain: AtomicU32::new(0),
            told: AtomicI64::new(i64::MIN),
        })
    }

    /// Another that pulls, with a place of its own in every search.
    pub(crate) fn puller(&self) -> Puller {
        let (client, vault) = (self.client.clone(), self.vault.clone());
        Puller::new(client, vault, self.beats.clone(), self.now.clone(), self.open.clone()).of(self.scoped())
    }

    /// What of the server this station is of, as the cache says it now.
    pub(crate) async fn load_scope(&self) -> Result<(), SyncError> {
        let scoped = Scoped::load(&self.vault, &self.beats).await?;
        *self.scoped.lock().unwrap_or_else(PoisonError::into_inner) = scoped;
        Ok(())
    }

    pub(crate) fn scoped(&self) -> Option<Arc<Scoped>> {
        self.scoped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many resources came in this session and were dropped, because they are about nobody in the units and programmes of this
    /// station.
    pub fn about_others(&self) -> u64 {
        self.scoped().map_or(0, |scoped| scoped.others())
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
        LinkState {
            alarms_read: self.open.alarms_read(),
            outage: self.outages().told(),
            in_clear: self.client.is_in_clear(),
            ..link
        }
    }

    /// A new action waits in the outbox.
    pub fn action_recorded(&self) {
        self.wake_outbox.notify_one();
    }

    /// A setting of a unit was changed here: the other stations are told.
    pub fn setting_changed(&self) {
        self.wake_settings.notify_one();
    }

    /// A number that is another one after each setting of a unit that another station changed here, or that the server has now.
    pub fn settings_moved(&self) -> u32 {
        self.settings_moved.load(Ordering::Relaxed)
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
                link.clock_told = true;
                link.clock_offset_ms = Some(date.ms_since(now) + 500);
            }
            (was, link.clone())
        };
        if !was.online {
            self.wake_outbox.notify_one();
        }
        let told = self.told.load(Ordering::Relaxed);
        let is_old = !(0..TOLD_EVERY).contains(&now.0.saturating_sub(told));
        if was.online != state.online || was.live != state.live || was.clock_offset_ms.is_none() || is_old {
            self.told.store(now.0, Ordering::Relaxed);
            let _ = self.events.send(SyncEvent::Link(state));
        }
        self.tell_unread();
    }

    /// The server said when it took something.
    pub(crate) fn heard_a_stamp(&self) {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clock_told = true;
    }

    pub(crate) fn offline(&self, error: &SyncError) {
        for stage in [Stage::Server, Stage::Alarms, Stage::Values] {
            self.beats.rest(stage);
        }
        let state = {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            if link.online {
                self.outages().begin(link.last_good.unwrap_or_else(|| self.now()), &error.to_string());
            } else {
                self.outages().is_away();
            }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::HOUR_MS;

    use super::*;

    #[test]
    fn a_server_whose_clock_goes_wrong_and_the_last_good_data_are_told_while_all_is_well() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
        let wall = Arc::new(AtomicI64::new(0));
        let now = wall.clone();
        let (send, mut told) = mpsc::unbounded_channel();
        let client = Client::new("http://127.0.0.1:9/fhir").unwrap();
        let engine = Engine::new(client, vault, Arc::new(move || Instant(now.load(Ordering::Relaxed))), send);
        // A round each second; the gateway's clock jumps in the middle of it.
        let mut last = None;
        for second in 0..60 {
            let at = second * 1000;
            wall.store(at, Ordering::Relaxed);
            let ahead = if second < 31 { 0 } else { 3 * HOUR_MS };
            engine.online(Some(Instant(at + ahead)), false);
            while let Ok(event) = told.try_recv() {
                if let SyncEvent::Link(link) = event {
                    last = Some((link.last_good.unwrap().0, link.clock_offset_ms.unwrap()));
                }
            }
            let (good, offset) = last.unwrap();
            assert!(at - good < 10_000, "{second} s: the last good data stand at {good}");
            assert!(second < 41 || offset > HOUR_MS, "{second} s: the clock is said to be off by {offset}");
        }
    }

    #[test]
    fn a_clock_that_nobody_can_check_is_said_until_the_server_says_what_time_it_is() {
        for (name, by_date) in [("Date", true), ("lastUpdated", false)] {
            let folder = tempfile::tempdir().unwrap();
            let vault = Arc::new(Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap());
            let (send, _) = mpsc::unbounded_channel();
            let client = Client::new("http://127.0.0.1:9/fhir").unwrap();
            let engine = Engine::new(client, vault, Arc::new(|| Instant(HOUR_MS)), send);
            assert!(!engine.link().clock_is_unchecked(), "nothing was asked yet");
            for live in [false, true] {
                engine.online(None, live);
                assert!(engine.link().clock_is_unchecked());
            }
            if by_date {
                engine.online(Some(Instant(HOUR_MS)), false);
            } else {
                engine.heard_a_stamp();
            }
            engine.online(None, false);
            assert!(!engine.link().clock_is_unchecked(), "{name}");
        }
    }
}
