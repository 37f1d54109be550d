//! The `Console`: everything a window or a test asks for, over one cache and one server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clinical::{Action, HANDLED_REASONS, Instant, Measure, Verb};
use fhir::communication;
use sync::{Engine, LinkState, Now, SyncEvent};
use tokio::sync::mpsc;
use vault::{Quarantined, Vault};

use crate::board::{Board, board};
use crate::error::ConsoleError;
use crate::review::{PatientPage, TimelineEntry, Trends, TrendsRequest, timeline, trends};
use crate::sparkline::{Sparkline, sparkline};

/// Who sits where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The station's name, as other stations see it.
    pub name: String,
    /// The person at it.
    pub user: String,
}

/// An action that the server does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What was done.
    pub action: Action,
    /// Why the server refused it, where it did.
    pub parked: Option<String>,
}

type Sparks = HashMap<String, (Instant, [Option<Sparkline>; 2])>;

/// One open station.
pub struct Console {
    vault: Arc<Vault>,
    engine: Option<Arc<Engine>>,
    now: Now,
    station: Station,
    sparks: Mutex<Sparks>,
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
        Ok((Arc::new(Console { vault, engine, now, station, sparks: Mutex::default() }), events))
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

    /// Who sits here.
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

    /// The board of now, or of a past instant.
    ///
    /// # Errors
    /// Of the cache.
    pub fn board(&self, at: Option<Instant>) -> Result<Board, ConsoleError> {
        let ward = self.vault.read(|reader| reader.ward(at))?;
        Ok(board(&ward, at.unwrap_or_else(|| self.now())))
    }

    /// Heart rate and saturation of the last hour for each patient named; at most `most` are drawn anew.
    ///
    /// # Errors
    /// Of the cache.
    pub fn sparklines(
        &self,
        patients: &[String],
        most: usize,
    ) -> Result<HashMap<String, [Option<Sparkline>; 2]>, ConsoleError> {
        let now = self.now();
        let mut known = self.sparks.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<&String> = patients
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
            let fresh = self.vault.read(|reader| {
                let mut fresh = Vec::new();
                for patient in due {
                    let series = reader.series_of(patient)?;
                    let draw = |measures: [Measure; 2]| match series
                        .iter()
                        .find(|s| s.measure().is_some_and(|m| measures.contains(&m)))
                    {
                        Some(series) => sparkline(reader, series, now),
                        None => Ok(None),
                    };
                    let glucose = draw([Measure::Glucose, Measure::Glucose])?;
                    let first = draw([Measure::HeartRate, Measure::PulseRate])?;
                    let second = match glucose {
                        Some(line) => Some(line),
                        None => draw([Measure::SpO2, Measure::SpO2])?,
                    };
                    fresh.push((patient.clone(), [first, second]));
                }
                Ok(fresh)
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
    pub fn patient(&self, id: &str) -> Result<PatientPage, ConsoleError> {
        let now = self.now();
        let (board, doses) = self
            .vault
            .read(|reader| Ok((board(&reader.ward(None)?, now), reader.doses(id, now - 86_400_000)?)))?;
        let tile = board.tiles.into_iter().find(|t| t.patient == id).ok_or(ConsoleError::NoPatient)?;
        let alarms = board.queue.into_iter().filter(|item| item.patient == id).collect();
        Ok(PatientPage { tile, alarms, doses })
    }

    /// Trend panels as one picture.
    ///
    /// # Errors
    /// Of the cache or the renderer.
    pub fn trends(&self, request: &TrendsRequest) -> Result<Trends, ConsoleError> {
        // The closure's error is the vault's; the renderer's own travels beside it.
        self.vault.read(|reader| Ok(trends(reader, request)))?
    }

    /// What happened to an episode.
    ///
    /// # Errors
    /// Of the cache, or where the episode is not known.
    pub fn timeline(&self, episode: &str) -> Result<Vec<TimelineEntry>, ConsoleError> {
        self.vault.read(|reader| Ok(timeline(reader, episode)))?
    }

    /// This person owns the response. Durable when this returns.
    ///
    /// # Errors
    /// Where the episode is not known, or the cache cannot record it; then nothing was recorded.
    pub fn take(&self, episode: &str) -> Result<Action, ConsoleError> {
        self.record(episode, Verb::Take, None)
    }

    /// Handled, with a reason of [`HANDLED_REASONS`] and perhaps a few words.
    ///
    /// # Errors
    /// Where there is no reason, the episode is not known, or the cache cannot record it.
    pub fn handled(&self, episode: &str, reason: &str, words: &str) -> Result<Action, ConsoleError> {
        if !HANDLED_REASONS.contains(&reason) || (reason == "Other" && words.trim().is_empty()) {
            return Err(ConsoleError::NoReason);
        }
        let words = words.trim();
        let note = if words.is_empty() { reason.to_owned() } else { format!("{reason}: {words}") };
        self.record(episode, Verb::Handled, Some(note))
    }

    fn record(&self, episode: &str, verb: Verb, note: Option<String>) -> Result<Action, ConsoleError> {
        let found = self.vault.read(|reader| reader.episodes(Instant(i64::MAX)))?;
        let found = found.into_iter().find(|e| e.id == episode).ok_or(ConsoleError::NoEpisode)?;
        let action = Action {
            id: uuid::Uuid::now_v7().to_string(),
            episode: episode.to_owned(),
            verb,
            by: self.station.user.clone(),
            at: self.now(),
            note,
        };
        let body = communication(&action, &found.patient, &self.station.name).to_string();
        self.vault.record_action(action.clone(), body)?;
        if let Some(engine) = &self.engine {
            engine.action_recorded();
        }
        Ok(action)
    }

    /// Actions that the server does not have yet, oldest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn waiting(&self) -> Result<Vec<Waiting>, ConsoleError> {
        Ok(self.vault.read(|reader| {
            let ids = reader.waiting()?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let parked = reader.parked()?;
            let mut actions: HashMap<String, Action> = reader
                .actions(Instant(i64::MAX))?
                .into_iter()
                .map(|s| (s.action.id.clone(), s.action))
                .collect();
            let waiting = ids.into_iter().filter_map(|id| {
                let reason = parked.iter().find(|p| p.action == id).map(|p| p.reason.clone());
                actions.remove(&id).map(|action| Waiting { action, parked: reason })
            });
            Ok(waiting.collect())
        })?)
    }

    /// Resources that could not be read.
    ///
    /// # Errors
    /// Of the cache.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, ConsoleError> {
        Ok(self.vault.read(|reader| reader.quarantine())?)
    }
}
