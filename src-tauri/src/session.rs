//! Where the program stands: from the first start to an open console, and what lives as long as that does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use console::view::{self, AppState, Failure, FailureCode};
use console::{Console, Damaged, Opening, Pin, Start, Station};

use crate::notify::Notifier;
use crate::open::Open;
#[cfg(feature = "demo")]
use crate::open::Scratch;
use crate::page::Page;
use crate::sound::Speaker;
use crate::supervisor::keep_going;

enum Stage {
    FirstRun,
    Pin {
        new: bool,
    },
    /// The cache is not what was written; the key is at hand to begin it anew.
    Damaged(Arc<Damaged>),
    /// It cannot be opened, and why.
    CannotStart(Failure),
    Ready(Arc<Open>),
}

/// Where the program stands.
pub(crate) struct Session {
    start: Start,
    stage: Mutex<Stage>,
    /// What the first-run screen chose, until a PIN is there.
    chosen: Mutex<Option<String>>,
    /// The demo ward was asked for, and how much faster than life.
    demo: Option<f64>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The speaker of a console; what was heard is kept with it.
fn speaker(console: &Arc<Console>) -> Speaker {
    let beats = console.beats().clone();
    let console = Arc::downgrade(console);
    Speaker::start(beats, move |alarms| {
        if let Some(console) = console.upgrade()
            && console.heard(&alarms).is_err()
        {
            tracing::warn!("how long an alarm took to be heard could not be kept");
        }
    })
}

/// Answers commands for as long as the station is open, so that what leaves it is in its log.
async fn answer_commands(console: std::sync::Weak<Console>, folder: PathBuf) {
    if console::serve(console, &folder).await.is_err() {
        tracing::warn!("commands cannot ask this window: there is no socket in its data folder");
    }
}

/// The station is locked with the desktop, and before the machine sleeps.
#[cfg(target_os = "linux")]
fn follow_the_desktop(console: &Arc<Console>) {
    let console = Arc::downgrade(console);
    crate::logind::follow(move |why| {
        if let Some(console) = console.upgrade()
            && console.lock(why).is_err()
        {
            tracing::warn!("that the station was locked with the desktop could not be logged");
        }
    });
}

impl Session {
    /// Opens as far as the arguments reach; the window asks for the rest. `demo` opens the demo ward, and says how much faster
    /// than life it runs. A station that cannot be opened says in its window why.
    pub(crate) async fn begin(start: Start, demo: Option<f64>) -> Session {
        let session = Session { start, stage: Mutex::new(Stage::FirstRun), chosen: Mutex::default(), demo };
        if let Err(why) = session.begin_with().await {
            eprintln!("vigil: {}", cli::harmless(&why.message));
            *lock(&session.stage) = Stage::CannotStart(why);
        }
        session
    }

    /// How the program was begun.
    pub(crate) fn start(&self) -> &Start {
        &self.start
    }

    async fn begin_with(&self) -> Result<(), Failure> {
        if self.demo.is_some() {
            return self.start_demo().await;
        }
        let known = self.start.is_known()?;
        if self.start.server.is_none() && !known {
            *lock(&self.stage) = Stage::FirstRun;
            return Ok(());
        }
        match self.open_folder(None, self.start.server.clone()) {
            Err(error) if matches!(error.code, FailureCode::PinNeeded | FailureCode::WrongPin) => {
                *lock(&self.stage) = Stage::Pin { new: !known };
                Ok(())
            }
            Err(error) if error.code == FailureCode::Damaged => Ok(()),
            done => done,
        }
    }

    /// Tries once more to open what could not be opened.
    pub(crate) async fn start_again(&self) -> Result<(), Failure> {
        match &*lock(&self.stage) {
            Stage::CannotStart(_) => {}
            _ => return Ok(()),
        }
        self.begin_with().await.inspect_err(|why| *lock(&self.stage) = Stage::CannotStart(why.clone()))
    }

    fn station(&self, demo: bool) -> Station {
        if demo { self.start.station_of("N. Okafor") } else { self.start.station() }
    }

    fn open_folder(&self, pin: Option<&Pin>, server: Option<String>) -> Result<(), Failure> {
        self.take(self.start.open(pin, server)?)
    }

    /// Goes on to what was opened.
    fn take(&self, opening: Opening) -> Result<(), Failure> {
        match opening {
            Opening::Open(open) => {
                let commands = answer_commands(Arc::downgrade(&open.console), self.start.folder.clone());
                tauri::async_runtime::spawn(commands);
                let notifier = Notifier::new(open.console.beats().clone());
                self.ready(Open {
                    speaker: speaker(&open.console),
                    console: open.console,
                    server: open.server,
                    demo: false,
                    events: tokio::sync::Mutex::new(open.events),
                    page: Page::default(),
                    shown: Arc::default(),
                    notifier,
                    #[cfg(feature = "demo")]
                    _ward: None,
                    _scratch: None,
                });
                Ok(())
            }
            Opening::NoServer => {
                *lock(&self.stage) = Stage::FirstRun;
                Ok(())
            }
            Opening::Damaged(damaged, why) => {
                *lock(&self.stage) = Stage::Damaged(Arc::new(damaged));
                Err(why)
            }
        }
    }

    /// Begins a damaged cache anew and opens it.
    pub(crate) async fn repair(&self) -> Result<(), Failure> {
        let damaged = match &*lock(&self.stage) {
            Stage::Damaged(damaged) => damaged.clone(),
            _ => return Err(Failure::failed("this cache is not damaged; nothing was changed")),
        };
        self.take(self.start.begin_anew(&damaged)?)
    }

    fn ready(&self, open: Open) {
        let open = Arc::new(open);
        keep_going(&open);
        #[cfg(target_os = "linux")]
        if !open.demo {
            follow_the_desktop(&open.console);
        }
        *lock(&self.stage) = Stage::Ready(open);
    }

    /// The demo ward: a simulator on loopback, and a cache whose key lives in memory only.
    #[cfg(feature = "demo")]
    pub(crate) async fn start_demo(&self) -> Result<(), Failure> {
        if self.open().is_ok() {
            return Ok(());
        }
        let ward =
            ward_sim::start(ward_sim::Options { speed: self.demo.unwrap_or(1.0), ..Default::default() })
                .await?;
        let folder = std::env::temp_dir().join(format!("vigil-demo-{}", std::process::id()));
        let scratch = Scratch(folder.clone());
        let open = self.start.open_for_once(folder, ward.base().to_owned(), self.station(true))?;
        let notifier = Notifier::new(open.console.beats().clone());
        self.ready(Open {
            speaker: speaker(&open.console),
            console: open.console,
            server: open.server,
            demo: true,
            events: tokio::sync::Mutex::new(open.events),
            page: Page::default(),
            shown: Arc::default(),
            notifier,
            _ward: Some(ward),
            _scratch: Some(scratch),
        });
        Ok(())
    }

    #[cfg(not(feature = "demo"))]
    pub(crate) async fn start_demo(&self) -> Result<(), Failure> {
        Err(Failure::failed("this build has no demo ward"))
    }

    /// A client of a server that somebody typed, by this station's way in.
    pub(crate) fn client(&self, server: &str) -> Result<fhir::Client, Failure> {
        self.start.way_in.client(server, None, console::clock())
    }

    /// Connects the station to a server that was checked; asks for a PIN where there is no keyring.
    pub(crate) async fn connect(&self, server: String, pin: Option<Pin>) -> Result<(), Failure> {
        *lock(&self.chosen) = Some(server.clone());
        self.open_folder(pin.as_ref(), Some(server)).inspect_err(|error| {
            if error.code == FailureCode::PinNeeded {
                *lock(&self.stage) = Stage::Pin { new: self.start.is_known().is_ok_and(|known| !known) };
            }
        })
    }

    /// Opens with the PIN that was typed.
    pub(crate) async fn unlock(&self, pin: Pin) -> Result<(), Failure> {
        let server = lock(&self.chosen).clone().or_else(|| self.start.server.clone());
        self.open_folder(Some(&pin), server)
    }

    /// The open console.
    pub(crate) fn open(&self) -> Result<Arc<Open>, Failure> {
        match &*lock(&self.stage) {
            Stage::Ready(open) => Ok(open.clone()),
            _ => Err(Failure::failed("the station is not open yet")),
        }
    }

    pub(crate) fn state(&self) -> AppState {
        let (stage, new_pin, demo, unsent) = match &*lock(&self.stage) {
            Stage::FirstRun => (view::Stage::FirstRun, false, false, 0),
            Stage::Pin { new } => (view::Stage::Pin, *new, false, 0),
            Stage::Damaged(damaged) => {
                (view::Stage::Damaged, false, false, view::count(self.start.unsent(damaged)))
            }
            Stage::CannotStart(_) => (view::Stage::CannotStart, false, false, 0),
            Stage::Ready(open) => (view::Stage::Ready, false, open.demo, 0),
        };
        let trouble = match &*lock(&self.stage) {
            Stage::CannotStart(why) => Some(why.message.clone()),
            _ => None,
        };
        let open = self.open().ok();
        let station = open.as_ref().map_or_else(|| self.station(demo), |open| open.console.station().clone());
        AppState {
            stage,
            trouble,
            unsent,
            new_pin,
            demo,
            demo_built: cfg!(feature = "demo"),
            user: station.user,
            station: station.name,
            server: open.map(|open| open.server.clone()),
            version: env!("CARGO_PKG_VERSION"),
            page_zoom: crate::platform::page_zoom(),
            prints_itself: crate::printer::PRINTS_THE_WINDOW,
            reasons: clinical::HANDLED_REASONS.to_vec(),
            roles: clinical::LIMIT_ROLES.to_vec(),
        }
    }
}
