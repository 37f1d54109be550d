//! The `Console`: everything a window or a test asks for, over one cache and one server.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bedside::{
    AlarmLoad, Board, Detector, Link, PatientPage, QueueItem, ShiftNote, Sparkline, TimelineEntry,
    alarm_load, board, board_then, history, patient_page, shift_notes,
};
use clinical::{About, Actor, ActorId, EpisodeId, Instant, PatientId, Priority, SmolStr, Verb};
use documents::{ChartRequest, Cover, FlowRow};
use fhir::detected_issue;
use sync::{Engine, LinkState, Now, SyncEvent};
use tokio::sync::mpsc;
use trends::{Multiples, MultiplesRequest, Trends, TrendsRequest, ValueAt};
use vault::{Quarantined, Reader, Retention, Vault, VaultError, View, Ward};

use crate::error::ConsoleError;

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

type Sparks = HashMap<PatientId, (Instant, [Option<Sparkline>; 2])>;

/// One open station.
pub struct Console {
    pub(crate) vault: Arc<Vault>,
    pub(crate) engine: Option<Arc<Engine>>,
    now: Now,
    station: Station,
    user: Actor,
    sparks: Mutex<Sparks>,
    /// The past moment everything is shown as of; `None` is now.
    past: Mutex<Option<View>>,
    detector: Mutex<Detector>,
    /// When the alarms reached the server that are on no screen yet.
    pub(crate) arrived: Mutex<HashMap<EpisodeId, Instant>>,
    /// Minutes of waves that the server was asked for, by patient.
    asked_waves: Mutex<HashSet<(PatientId, i64)>>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("station", &self.station.name).finish_non_exhaustive()
    }
}

/// A sparkline is drawn again after this long.
const SPARK_MS: i64 = 60_000;
/// Where there was nothing to draw, the first sync may have brought something by then.
const SPARK_RETRY_MS: i64 = 3_000;

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
        let (send, events) = mpsc::unbounded_channel();
        let engine = match server {
            Some(base) => Some(Engine::new(fhir::Client::new(base)?, vault.clone(), now.clone(), send)),
            None => None,
        };
        Ok((
            Arc::new(Console {
                user: user(&vault, &station)?,
                vault,
                engine,
                now,
                station,
                sparks: Mutex::default(),
                past: Mutex::default(),
                detector: Mutex::default(),
                arrived: Mutex::default(),
                asked_waves: Mutex::default(),
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

    /// Looks through what is new with this station's own rules; records the alarms that began and those that are over, and
    /// gives their number. What is shown does not matter: alarms are about now.
    ///
    /// # Errors
    /// Of the cache; what was not recorded is found again with the next look.
    pub fn watch(&self) -> Result<usize, ConsoleError> {
        let (now, link) = (self.now(), self.link());
        let link = Link { online: link.online, since: link.since, cause: link.cause };
        let mut detector = self.detector.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.vault.read(|reader| {
            let mut then = |at| board_then(&self.vault, at);
            Ok(detector.look(reader, &mut then, &self.station.name, &link, now))
        })??;
        for change in &changes {
            let body = detected_issue(&change.episode, &change.rule, change.implicated.as_deref());
            self.vault.record_episode(change.episode.clone(), body.to_string(), now)?;
        }
        if let (Some(engine), false) = (&self.engine, changes.is_empty()) {
            engine.action_recorded();
        }
        Ok(changes.len())
    }

    /// The engine, where there is a server.
    pub fn engine(&self) -> Option<&Arc<Engine>> {
        self.engine.as_ref()
    }

    /// Who acts here: what is theirs is compared by this, never by a name.
    pub fn user(&self) -> &Actor {
        &self.user
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
        self.sparks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The past moment that is shown; `None` where it is the present.
    pub fn past(&self) -> Option<View> {
        *self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment that is shown.
    pub fn moment(&self) -> Instant {
        self.past().map_or_else(|| self.now(), |view| view.at)
    }

    pub(crate) fn asked_waves(&self) -> MutexGuard<'_, HashSet<(PatientId, i64)>> {
        self.asked_waves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.vault.read_as(self.past().unwrap_or(View::NOW), work)
    }

    /// The board of the moment that is shown.
    ///
    /// # Errors
    /// Of the cache.
    pub fn board(&self) -> Result<Board, ConsoleError> {
        Ok(board(&self.read(|reader| reader.ward())?, self.moment()).shown_to(&self.user))
    }

    /// Heart rate and saturation of the last hour for each patient named; at most `most` are drawn anew.
    ///
    /// # Errors
    /// Of the cache.
    pub fn sparklines(
        &self,
        patients: &[PatientId],
        most: usize,
    ) -> Result<HashMap<PatientId, [Option<Sparkline>; 2]>, ConsoleError> {
        let now = self.moment();
        let mut known = self.sparks.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<&PatientId> = patients
            .iter()
            .filter(|p| {
                known.get(*p).is_none_or(|(at, lines)| {
                    let nothing = lines.iter().all(Option::is_none);
                    now.ms_since(*at) >= if nothing { SPARK_RETRY_MS } else { SPARK_MS }
                })
            })
            .take(most)
            .collect();
        if !due.is_empty() {
            let fresh = self.read(|reader| {
                let drawn = |p: &PatientId| Ok((p.clone(), bedside::sparklines(reader, p, now)?));
                due.into_iter().map(drawn).collect::<Result<Vec<_>, VaultError>>()
            })?;
            known.extend(fresh.into_iter().map(|(patient, lines)| (patient, (now, lines))));
        }
        Ok(patients
            .iter()
            .filter_map(|p| known.get(p).map(|(_, lines)| (p.clone(), lines.clone())))
            .collect())
    }

    /// One patient's page.
    ///
    /// # Errors
    /// Of the cache, or where the patient is not on the board.
    pub fn patient(&self, id: &PatientId) -> Result<PatientPage, ConsoleError> {
        let now = self.moment();
        let mut page = self.read(|reader| patient_page(reader, id, now))?.ok_or(ConsoleError::NoPatient)?;
        let lines = page.alarms.iter_mut().map(|item| &mut item.line);
        lines.chain(page.tile.alarm.as_mut()).for_each(|line| line.shown_to(&self.user));
        Ok(page)
    }

    /// Trend panels as one picture.
    ///
    /// # Errors
    /// Of the cache or the renderer.
    pub fn trends(&self, request: &TrendsRequest) -> Result<Trends, ConsoleError> {
        // The closure's error is the vault's; the renderer's own travels beside it.
        Ok(self.read(|reader| Ok(trends::trends(reader, request)))??)
    }

    /// Small trends of many people as one picture.
    ///
    /// # Errors
    /// As [`Console::trends`].
    pub fn multiples(&self, request: &MultiplesRequest) -> Result<Multiples, ConsoleError> {
        Ok(self.read(|reader| Ok(trends::multiples(reader, request)))??)
    }

    /// The numbers of a patient in steps of time.
    ///
    /// # Errors
    /// Of the cache, or where the range is none.
    pub fn flowsheet(
        &self,
        patient: &PatientId,
        from: Instant,
        to: Instant,
        step_ms: i64,
    ) -> Result<Vec<FlowRow>, ConsoleError> {
        let request = ChartRequest {
            patient: patient.clone(),
            from: Some(from),
            to: Some(to),
            light: false,
            every_sample: false,
        };
        Ok(self.read(|reader| Ok(documents::flowsheet(reader, &request, step_ms)))??)
    }

    /// What each panel of a patient shows at one moment.
    ///
    /// # Errors
    /// Of the cache.
    pub fn values_at(&self, patient: &PatientId, at: Instant) -> Result<Vec<ValueAt>, ConsoleError> {
        let view = self.past().unwrap_or(View::NOW);
        let view = View { at: at.min(view.at), known_by: view.known_by };
        Ok(self.vault.read_as(view, |reader| trends::values_at(reader, patient))?)
    }

    /// The alarm load of the day before the moment that is shown.
    ///
    /// # Errors
    /// Of the cache.
    pub fn load(&self) -> Result<AlarmLoad, ConsoleError> {
        let now = self.moment();
        let ward = self.day(now)?;
        Ok(alarm_load(&ward, &board(&ward, now).tiles, now))
    }

    /// The alarms that began in the day before the moment that is shown and want nobody any more, the newest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn history(&self) -> Result<Vec<QueueItem>, ConsoleError> {
        let now = self.moment();
        let ward = self.day(now)?;
        let mut over = history(&ward, &board(&ward, now).tiles, now);
        over.iter_mut().for_each(|item| item.line.shown_to(&self.user));
        Ok(over)
    }

    /// The ward with every alarm of a day, not the open ones alone.
    fn day(&self, now: Instant) -> Result<Ward, ConsoleError> {
        Ok(self.read(|reader| reader.ward_since(now - 86_400_000))?)
    }

    /// What was written about patients and their alarms in the last twelve hours, oldest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shift_notes(&self) -> Result<Vec<ShiftNote>, ConsoleError> {
        Ok(shift_notes(&self.read(|reader| reader.ward())?, self.moment()))
    }

    pub(crate) fn cover(&self) -> Cover {
        Cover {
            station: self.station.name.clone(),
            user: self.station.user.clone(),
            last_good: self.link().last_good,
        }
    }

    /// This person leaves, or takes over: shown on every station, kept here where there is no network.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shift(&self, takes_over: bool) -> Result<(), ConsoleError> {
        let what = if takes_over { "takes over" } else { "leaves" };
        self.record_fact(self.action(About::Unit, Verb::Shift, Some(what.to_owned())), None).map(|_| ())
    }

    /// Into the log of this station: what somebody did, and about whom.
    pub(crate) fn log(&self, what: String, about: Option<String>) -> Result<(), ConsoleError> {
        Ok(self.vault.audit(self.now(), self.user.name.to_string(), what, about)?)
    }

    /// Who left and who took over lately, newest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shifts(&self) -> Result<Vec<(Instant, SmolStr, String)>, ConsoleError> {
        let since = self.now() - 24 * 3_600_000;
        let mut found: Vec<(Instant, SmolStr, String)> = self
            .vault
            .read(|reader| reader.actions_since(since))?
            .into_iter()
            .map(|seen| seen.action)
            .filter(|action| action.verb == Verb::Shift)
            .map(|action| (action.at, action.by.name, action.note.unwrap_or_default()))
            .collect();
        found.reverse();
        Ok(found)
    }

    /// Onset and priority of every alarm of a span, oldest first, whatever moment is shown.
    ///
    /// # Errors
    /// Of the cache.
    pub fn onsets(&self, from: Instant, to: Instant) -> Result<Vec<(Instant, Priority)>, ConsoleError> {
        let found = self.vault.read_as(View::at(to), |reader| reader.episodes_since(from))?;
        Ok(found.into_iter().filter(|e| e.onset >= from).map(|e| (e.onset, e.priority)).collect())
    }

    /// What happened to an episode.
    ///
    /// # Errors
    /// Of the cache, or where the episode is not known.
    pub fn timeline(&self, episode: &EpisodeId) -> Result<Vec<TimelineEntry>, ConsoleError> {
        let now = self.moment();
        self.read(|reader| bedside::timeline(reader, episode, now))?.ok_or(ConsoleError::NoEpisode)
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
