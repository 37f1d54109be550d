//! One open station: its cache, its server, its clock, and the moment that is shown. What it does stands in `looks` and `acts`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bedside::{Detector, LiveBoard, Sparkline};
use clinical::consent::Looker;
use clinical::{Actor, ActorId, EpisodeId, Instant, PatientId};
use sync::{Beats, Engine, LinkState, Now, SyncEvent};
use tokio::sync::{Notify, mpsc};
use vault::{Quarantined, Reader, Retention, Sight, Vault, VaultError, View};

use crate::asked_waves::AskedWaves;
use crate::clock::{Clock, Step};
use crate::error::ConsoleError;
use crate::here::{Away, Here, Seat};
use crate::lateness::Lateness;
use crate::months::Months;
use crate::present::Present;
use crate::unwatched::Watched;

/// Who sits where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The station's name, as other stations see it.
    pub name: String,
    /// The person at it, as shown.
    pub user: String,
    /// Who that is, where it is known: such as `Practitioner/123`.
    pub user_id: Option<ActorId>,
}

/// Who sits at a station: somebody with an id, else whoever typed this name here, and not who typed it elsewhere. Where the
/// station has no id of its own yet and cannot get one, because the cache is only looked at, the name is all there is.
fn user(vault: &Vault, station: &Station) -> Result<Actor, VaultError> {
    Ok(match (&station.user_id, vault.station_id()?) {
        (Some(id), _) => Actor::known(id.clone(), &station.user),
        (None, Some(station_id)) => Actor::at_station(&station_id, &station.user),
        (None, None) => Actor::named(&station.user),
    })
}

/// What stands for nobody: no alarm is theirs.
fn nobody() -> Actor {
    Actor::known("nobody", "Nobody")
}

/// What was drawn, and what was withheld from whoever looked then.
#[derive(Default)]
pub(crate) struct Sparks {
    pub sight: Arc<Sight>,
    pub lines: HashMap<PatientId, (Instant, [Option<Sparkline>; 2])>,
}

/// One open station.
pub struct Console {
    pub(crate) vault: Arc<Vault>,
    pub(crate) engine: Option<Arc<Engine>>,
    now: Now,
    station: Station,
    /// Whom it was started for.
    configured: Actor,
    pub(crate) here: Mutex<Here>,
    /// Held while a PIN is tried.
    pub(crate) trying: Mutex<()>,
    pub(crate) sparks: Mutex<Sparks>,
    pub(crate) months: Mutex<Months>,
    /// The past moment everything is shown as of; `None` is now.
    past: Mutex<Option<View>>,
    pub(crate) present: Mutex<Present>,
    pub(crate) detector: Mutex<Detector>,
    /// When the alarms reached the server that are on no screen yet.
    pub(crate) arrived: Mutex<HashMap<EpisodeId, Instant>>,
    /// Minutes of waves that the server was asked for, by patient.
    asked_waves: Mutex<AskedWaves>,
    acted: Notify,
    /// Raised with each change of a setting, or of the people of the station.
    settled: AtomicU32,
    pub(crate) beats: Beats,
    pub(crate) lateness: Mutex<Lateness>,
    pub(crate) watched: Mutex<Watched>,
    /// What keeps this station's time, where somebody looks at it.
    pub(crate) clock: OnceLock<Arc<Clock>>,
    /// The last time the system's clock was set, for as long as that is said.
    pub(crate) clock_set: Mutex<Option<Step>>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("station", &self.station.name).finish_non_exhaustive()
    }
}

impl Console {
    /// A console over a cache, and a server where there is one. The events tell what to look at again.
    ///
    /// # Errors
    /// Where the address of the server is none.
    pub fn open(
        vault: Arc<Vault>,
        server: Option<&str>,
        station: Station,
        now: Now,
    ) -> Result<(Arc<Console>, mpsc::UnboundedReceiver<SyncEvent>), ConsoleError> {
        let client = server.map(fhir::Client::new).transpose()?;
        Console::open_by(vault, client, station, now)
    }

    /// The same by a client that reaches the server in its own way, and asks as somebody.
    ///
    /// # Errors
    /// Of the cache.
    pub fn open_by(
        vault: Arc<Vault>,
        client: Option<fhir::Client>,
        station: Station,
        now: Now,
    ) -> Result<(Arc<Console>, mpsc::UnboundedReceiver<SyncEvent>), ConsoleError> {
        let start = std::time::Instant::now();
        let beats = Beats::new(Arc::new(move || start.elapsed()));
        Console::over(vault, client, station, now, beats)
    }

    /// The same with beats of somebody else's, such as those of a simulation.
    ///
    /// # Errors
    /// Of the cache.
    pub fn over(
        vault: Arc<Vault>,
        client: Option<fhir::Client>,
        station: Station,
        now: Now,
        beats: Beats,
    ) -> Result<(Arc<Console>, mpsc::UnboundedReceiver<SyncEvent>), ConsoleError> {
        let (send, events) = mpsc::unbounded_channel();
        let engine =
            client.map(|client| Engine::beating(client, vault.clone(), now.clone(), send, beats.clone()));
        let configured = user(&vault, &station)?;
        let seat = if vault.read(|reader| reader.is_of_people())? {
            Seat::Empty { since: now(), why: Away::NotYet }
        } else {
            Seat::Configured(configured.clone())
        };
        let here = Here::new(seat, now());
        let shown_to = here.who().cloned().unwrap_or_else(nobody);
        // A command that only asks something bears whatever name it was given.
        if engine.is_some() || vault.read(|reader| reader.called())?.is_empty() {
            vault.is_called(&station.name)?;
        }
        Ok((
            Arc::new(Console {
                present: Mutex::new(Present::new(LiveBoard::new(vault.follow(), shown_to), vault.follow())),
                months: Mutex::new(Months::new(vault.follow())),
                configured,
                here: Mutex::new(here),
                trying: Mutex::default(),
                vault,
                engine,
                now,
                station,
                sparks: Mutex::default(),
                past: Mutex::default(),
                detector: Mutex::default(),
                arrived: Mutex::default(),
                asked_waves: Mutex::default(),
                acted: Notify::new(),
                settled: AtomicU32::new(0),
                beats,
                lateness: Mutex::default(),
                watched: Mutex::default(),
                clock: OnceLock::new(),
                clock_set: Mutex::default(),
            }),
            events,
        ))
    }

    /// Keeps the cache up to date for as long as the task runs.
    pub async fn run(self: Arc<Self>) {
        if let Some(engine) = &self.engine {
            engine.clone().run().await;
        }
    }

    /// The engine, where there is a server.
    pub fn engine(&self) -> Option<&Arc<Engine>> {
        self.engine.as_ref()
    }

    /// Who is here: what is theirs is compared by this, never by a name. Nobody's is nothing.
    pub fn user(&self) -> Actor {
        self.here().who().cloned().unwrap_or_else(nobody)
    }

    /// Whom the station was started for.
    pub(crate) fn configured(&self) -> &Actor {
        &self.configured
    }

    /// Who is here.
    ///
    /// # Errors
    /// Where nobody is.
    pub(crate) fn somebody_here(&self) -> Result<Actor, ConsoleError> {
        self.here().who().cloned().ok_or(ConsoleError::NobodyHere)
    }

    /// Who is here, where it is still that sitting.
    ///
    /// # Errors
    /// Where it is another, or nobody is here, or they came by a PIN that IT gave and have not chosen their own yet.
    pub fn who_sits(&self, sitting: u32) -> Result<Actor, ConsoleError> {
        let here = self.here();
        let who = here.who().cloned().ok_or(ConsoleError::NobodyHere)?;
        match here.sitting == sitting {
            false => Err(ConsoleError::AnotherSitting),
            true if here.must_choose_pin => Err(ConsoleError::PinOfTheirOwn),
            true => Ok(who),
        }
    }

    /// The number of this sitting: another person, or nobody, is another.
    pub fn sitting(&self) -> u32 {
        self.here().sitting
    }

    pub(crate) fn here(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who sits where.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// This station's clock.
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// The connection.
    pub fn link(&self) -> LinkState {
        self.engine.as_ref().map_or(LinkState::UNKNOWN, |engine| engine.link())
    }

    /// A person asked to try the server now.
    pub fn retry_now(&self) {
        if let Some(engine) = &self.engine {
            engine.retry_now();
        }
    }

    /// Shows everything as of a past moment from now on, or (`None`) the present again. A moment in the future is the
    /// present.
    pub fn look_back(&self, view: Option<View>) {
        let view = view.filter(|view| view.at < self.now());
        *self.past.lock().unwrap_or_else(PoisonError::into_inner) = view;
        self.sparks.lock().unwrap_or_else(PoisonError::into_inner).lines.clear();
        self.acted.notify_one();
    }

    /// The past moment that is shown; `None` where it is the present.
    pub fn past(&self) -> Option<View> {
        *self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment that is shown.
    pub fn moment(&self) -> Instant {
        self.past().map_or_else(|| self.now(), |view| view.at)
    }

    pub(crate) fn asked_waves(&self) -> MutexGuard<'_, AskedWaves> {
        self.asked_waves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is shown: a past moment, or now.
    pub(crate) fn view(&self) -> View {
        self.past().unwrap_or(View::NOW)
    }

    /// Reads what is shown, as the person at this station may see it: without what the consents of patients withhold.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.read_for(self.view(), &self.looker_here()?, work)
    }

    /// The same of many people at once: through no broken glass, as each look through one stands in the record.
    pub(crate) fn read_many<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.read_for(self.view(), &self.looker(&self.user())?, work)
    }

    /// The same of another moment, or for somebody else.
    pub(crate) fn read_for<T>(
        &self,
        view: View,
        looker: &Looker,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.vault.read_for(view, looker, self.now(), work)
    }

    /// Somebody who is here to treat, with the groups that everybody at this station is in. What they broke a glass for is not theirs
    /// here: not by a command, and not on a paper of many.
    pub(crate) fn looker(&self, who: &Actor) -> Result<Looker, VaultError> {
        Ok(Looker::to_treat(who, &self.vault.read(|reader| reader.site())?.groups))
    }

    /// Who is here, with the glasses that they broke.
    pub(crate) fn looker_here(&self) -> Result<Looker, VaultError> {
        let who = self.user();
        let broken = self.here().broken_by(&who, self.now());
        Ok(self.looker(&who)?.breaking(broken))
    }

    /// Who acts where nobody but a name and perhaps an id is known: as at this station.
    pub(crate) fn somebody(&self, name: &str, id: Option<ActorId>) -> Result<Actor, ConsoleError> {
        let station = Station { name: self.station.name.clone(), user: name.to_owned(), user_id: id };
        let who = user(&self.vault, &station)?;
        // One of the people of this station acts in the role they have here.
        let known = self.vault.read(|reader| reader.member(&who.id))?;
        Ok(match known {
            Some(member) => Actor::known(member.id, &member.name).acting_as(Some(member.role)),
            None => who,
        })
    }

    /// Tells whoever waits that something was done: the sender, and whoever shows it.
    pub(crate) fn wake(&self) {
        if let Some(engine) = &self.engine {
            engine.action_recorded();
        }
        self.acted.notify_one();
    }

    /// A setting is another one, or who works here, or how they stand.
    pub(crate) fn settles(&self) {
        self.settled.fetch_add(1, Ordering::Relaxed);
    }

    /// A number that is another one after each change of a setting, here or at another station, or of the people of this one.
    pub fn settled(&self) -> u32 {
        let elsewhere = self.engine.as_ref().map_or(0, |engine| engine.settings_moved());
        self.settled.load(Ordering::Relaxed).wrapping_add(elsewhere)
    }

    /// Resolves when something was done at this station, by whomever.
    pub async fn acted(&self) {
        self.acted.notified().await;
    }

    /// How long this site keeps what.
    ///
    /// # Errors
    /// Of the cache.
    pub fn retention(&self) -> Result<Retention, ConsoleError> {
        Ok(self.vault.read(|reader| reader.retention())?)
    }

    /// Resources that could not be read.
    ///
    /// # Errors
    /// Of the cache.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, ConsoleError> {
        Ok(self.vault.read(|reader| reader.quarantine())?)
    }
}
