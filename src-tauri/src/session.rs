//! From the arguments to an open console: which folder, which key, which server.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use clinical::{ActorId, Instant};
use console::view::{self, AppState, Failure, FailureCode};
use console::{Console, Station};
use sync::{Now, SyncEvent};
use tokio::sync::mpsc;
use vault::{Access, Key, OsKeyring, Pin, Vault, VaultError, unlock, wraps};

use crate::notify::Notifier;
use crate::sound::Speaker;

/// The setting that keeps the server's address.
const SERVER: &str = "server";

/// How the program was started.
pub(crate) struct Start {
    pub folder: PathBuf,
    pub server: Option<String>,
    pub demo: bool,
    pub speed: f64,
    pub pin: Option<Pin>,
    pub user: Option<String>,
    pub user_id: Option<ActorId>,
    pub station: Option<String>,
}

/// The open console with what lives as long as it does.
pub(crate) struct Open {
    pub console: Arc<Console>,
    pub server: Option<String>,
    pub demo: bool,
    pub events: Mutex<Option<mpsc::UnboundedReceiver<SyncEvent>>>,
    /// Somebody did something: the page is told at once.
    pub acted: tokio::sync::Notify,
    /// The page was sent its first board.
    pub shown: Arc<tokio::sync::Notify>,
    pub speaker: Speaker,
    pub notifier: Notifier,
    #[cfg(feature = "demo")]
    _ward: Option<ward_sim::WardSim>,
    _scratch: Option<Scratch>,
}

/// A folder that is removed with the demo.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is encrypted under a key that was never written down.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

enum Stage {
    FirstRun,
    Pin {
        new: bool,
    },
    /// The cache is not what was written; the key is at hand to begin it anew.
    Damaged {
        key: Key,
        server: Option<String>,
    },
    Ready(Arc<Open>),
}

/// Where the program stands.
pub(crate) struct Session {
    start: Start,
    stage: Mutex<Stage>,
    /// What the first-run screen chose, until a PIN is there.
    chosen: Mutex<Option<String>>,
}

pub(crate) fn clock() -> Now {
    Arc::new(|| Instant(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The data key of a folder, by keyring or PIN.
pub(crate) fn key(folder: &std::path::Path, pin: Option<&Pin>) -> Result<Key, vault::VaultError> {
    unlock(folder, &Access { keyring: &OsKeyring, pin })
}

/// How often the station's own rules look at what is new.
const WATCH: std::time::Duration = std::time::Duration::from_secs(2);

/// How long the rules wait for the board to be shown: their first look reads an hour of everybody, and would take a core from
/// the page while it draws.
const BOARD_FIRST: std::time::Duration = std::time::Duration::from_secs(5);

/// Raises the station's own alarms for as long as it is open, whether a page looks or not.
async fn watch(open: std::sync::Weak<Open>) {
    let Some(shown) = open.upgrade().map(|open| open.shown.clone()) else { return };
    let _ = tokio::time::timeout(BOARD_FIRST, shown.notified()).await;
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + WATCH, WATCH);
    loop {
        ticks.tick().await;
        let Some(open) = open.upgrade() else { return };
        let console = open.console.clone();
        match tauri::async_runtime::spawn_blocking(move || console.detect()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(_)) => open.acted.notify_one(),
            _ => tracing::error!("the station's own rules could not be run; they are tried again"),
        }
    }
}

/// The speaker of a console; what was heard is kept with it.
fn speaker(console: &Arc<Console>) -> Speaker {
    let console = Arc::downgrade(console);
    Speaker::start(move |alarms| {
        if let Some(console) = console.upgrade()
            && console.heard(&alarms).is_err()
        {
            tracing::warn!("how long an alarm took to be heard could not be kept");
        }
    })
}

/// Who sits here, where nobody signed in.
pub(crate) fn who(start: &Start) -> String {
    let user = || std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    start.user.clone().or_else(|| user().ok()).unwrap_or("Station user".into())
}

impl Session {
    /// Opens as far as the arguments reach; the window asks for the rest.
    pub async fn begin(start: Start) -> Result<Session, Failure> {
        let session = Session { start, stage: Mutex::new(Stage::FirstRun), chosen: Mutex::default() };
        let known = !wraps(&session.start.folder)?.is_empty();
        if session.start.demo {
            session.start_demo().await?;
        } else if session.start.server.is_some() || known {
            match session.open_folder(session.start.pin.as_ref(), session.start.server.clone()) {
                Ok(()) => {}
                Err(error) if error.code == FailureCode::PinNeeded => {
                    *lock(&session.stage) = Stage::Pin { new: !known }
                }
                Err(error) if error.code == FailureCode::Damaged => {}
                Err(error) => return Err(error),
            }
        }
        Ok(session)
    }

    fn station(&self, demo: bool) -> Station {
        let user = match &self.start.user {
            None if demo => "N. Okafor".into(),
            _ => who(&self.start),
        };
        let name = self.start.station.clone().unwrap_or("Station 1".into());
        Station { name, user, user_id: self.start.user_id.clone() }
    }

    fn open_folder(&self, pin: Option<&Pin>, server: Option<String>) -> Result<(), Failure> {
        self.open_with(key(&self.start.folder, pin)?, server)
    }

    fn open_with(&self, key: Key, server: Option<String>) -> Result<(), Failure> {
        let vault = match Vault::open(&self.start.folder, key.clone()) {
            Ok(vault) => Arc::new(vault),
            Err(error) => {
                if matches!(error, VaultError::Damaged | VaultError::Unreadable(_)) {
                    *lock(&self.stage) = Stage::Damaged { key, server };
                }
                return Err(error.into());
            }
        };
        let kept = vault.read(|reader| reader.setting(SERVER))?;
        if let Some(server) = &server {
            fhir::Client::new(server)?;
            if kept.as_ref() != Some(server) {
                vault.set_setting(SERVER, server.clone())?;
            }
        }
        let server = server.or(kept);
        if server.is_none() {
            *lock(&self.stage) = Stage::FirstRun;
            return Ok(());
        }
        let (console, events) = Console::open(vault, server.as_deref(), self.station(false), clock())?;
        self.ready(Open {
            speaker: speaker(&console),
            console,
            server,
            demo: false,
            events: Mutex::new(Some(events)),
            acted: tokio::sync::Notify::new(),
            shown: Arc::default(),
            notifier: Notifier::default(),
            #[cfg(feature = "demo")]
            _ward: None,
            _scratch: None,
        });
        Ok(())
    }

    /// Begins a damaged cache anew and opens it.
    pub async fn repair(&self) -> Result<(), Failure> {
        let (key, server) = match &*lock(&self.stage) {
            Stage::Damaged { key, server } => (key.clone(), server.clone()),
            _ => return Err(Failure::failed("this cache is not damaged; nothing was changed")),
        };
        vault::rebuild(&self.start.folder, &key, clock()())?;
        self.open_with(key, server)
    }

    fn ready(&self, open: Open) {
        let open = Arc::new(open);
        tauri::async_runtime::spawn(open.console.clone().run());
        tauri::async_runtime::spawn(watch(Arc::downgrade(&open)));
        *lock(&self.stage) = Stage::Ready(open);
    }

    /// The demo ward: a simulator on loopback, and a cache whose key lives in memory only.
    #[cfg(feature = "demo")]
    pub async fn start_demo(&self) -> Result<(), Failure> {
        if self.open().is_ok() {
            return Ok(());
        }
        let ward =
            ward_sim::start(ward_sim::Options { speed: self.start.speed, ..Default::default() }).await?;
        let folder = std::env::temp_dir().join(format!("vigil-demo-{}", std::process::id()));
        let scratch = Scratch(folder.clone());
        let vault = Arc::new(Vault::open(&folder, Key::random()?)?);
        let server = Some(ward.base().to_owned());
        let (console, events) = Console::open(vault, server.as_deref(), self.station(true), clock())?;
        self.ready(Open {
            speaker: speaker(&console),
            console,
            server,
            demo: true,
            events: Mutex::new(Some(events)),
            acted: tokio::sync::Notify::new(),
            shown: Arc::default(),
            notifier: Notifier::default(),
            _ward: Some(ward),
            _scratch: Some(scratch),
        });
        Ok(())
    }

    #[cfg(not(feature = "demo"))]
    pub async fn start_demo(&self) -> Result<(), Failure> {
        Err(Failure::failed("this build has no demo ward"))
    }

    /// Connects the station to a server that was checked; asks for a PIN where there is no keyring.
    pub async fn connect(&self, server: String, pin: Option<Pin>) -> Result<(), Failure> {
        *lock(&self.chosen) = Some(server.clone());
        let pin = pin.as_ref().or(self.start.pin.as_ref());
        self.open_folder(pin, Some(server)).inspect_err(|error| {
            if error.code == FailureCode::PinNeeded {
                *lock(&self.stage) =
                    Stage::Pin { new: wraps(&self.start.folder).is_ok_and(|w| w.is_empty()) };
            }
        })
    }

    /// Opens with the PIN that was typed.
    pub async fn unlock(&self, pin: Pin) -> Result<(), Failure> {
        let server = lock(&self.chosen).clone().or_else(|| self.start.server.clone());
        self.open_folder(Some(&pin), server)
    }

    /// The open console.
    pub fn open(&self) -> Result<Arc<Open>, Failure> {
        match &*lock(&self.stage) {
            Stage::Ready(open) => Ok(open.clone()),
            _ => Err(Failure::failed("the station is not open yet")),
        }
    }

    pub fn state(&self) -> AppState {
        let (stage, new_pin, demo, unsent) = match &*lock(&self.stage) {
            Stage::FirstRun => (view::Stage::FirstRun, false, false, 0),
            Stage::Pin { new } => (view::Stage::Pin, *new, false, 0),
            Stage::Damaged { key, .. } => {
                (view::Stage::Damaged, false, false, vault::salvageable(&self.start.folder, key) as u32)
            }
            Stage::Ready(open) => (view::Stage::Ready, false, open.demo, 0),
        };
        let open = self.open().ok();
        let station = open.as_ref().map_or_else(|| self.station(demo), |open| open.console.station().clone());
        AppState {
            stage,
            unsent,
            new_pin,
            demo,
            demo_built: cfg!(feature = "demo"),
            user: station.user,
            station: station.name,
            server: open.and_then(|open| open.server.clone()),
            version: env!("CARGO_PKG_VERSION"),
            page_zoom: crate::platform::page_zoom(),
            prints_itself: crate::printer::PRINTS_THE_WINDOW,
            reasons: clinical::HANDLED_REASONS.to_vec(),
            roles: clinical::LIMIT_ROLES.to_vec(),
        }
    }
}
