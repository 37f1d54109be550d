//! Pulls pages into the vault: the ward first, then a day, then the rest, then what changes.
//!
//! A cursor moves in the transaction of the page that earned it. Steps of the first sync are marked as done with
//! their last page; after a crash an unfinished one is read again, and what was there already changes nothing. A search that is
//! refused or cut stays open and is said; the others go on.

mod backfill;
mod changes;
mod for_people;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use clinical::{Instant, MINUTE_MS, PatientId, SECOND_MS};
use fhir::{Client, FhirError, parse_instant};
use vault::{StepState, Vault, VaultError};

use crate::beats::Beats;
use crate::event::Now;
use crate::first_sync::{STEPS, is_of_alarms};
use crate::manner::Manner;
use crate::pages::{Pages, Read};
use crate::parts::Part;
use crate::progress::{SyncError, SyncProgress};
use crate::scope::Scoped;
use crate::task::on_vault;
use crate::totals::NOT_GIVEN;
use crate::unread::Open;

/// What a server forbids is asked for again after so long, milliseconds: nothing changes there by asking.
const FORBIDDEN: i64 = MINUTE_MS;
const FORBIDDEN_ALARMS: i64 = 10 * SECOND_MS;

/// The pulling half of the engine.
pub(crate) struct Puller {
    vault: Arc<Vault>,
    beats: Beats,
    pub(crate) pages: Pages,
    open: Open,
    /// The units and programmes of this station; `None` where it is of its whole server.
    scoped: Option<Arc<Scoped>>,
    /// Names of the steps of the first sync that are done, or that this server has nothing for.
    done: HashSet<&'static str>,
    loaded: bool,
    /// Whether anything was ever read of this server.
    has_read: bool,
    /// Kinds that it does not serve, as far as this session knows.
    not_served: HashSet<&'static str>,
    /// Searches that it forbids, and when it said so last.
    forbidden: HashMap<String, Instant>,
    /// How each kind is asked for, and when it was asked last.
    manners: HashMap<&'static str, (Manner, Option<Instant>)>,
}

impl Puller {
    pub(crate) fn new(client: Client, vault: Arc<Vault>, beats: Beats, now: Now, open: Open) -> Puller {
        let pages = Pages::new(client, vault.clone(), beats.clone(), now);
        Puller {
            vault,
            beats,
            pages,
            open,
            scoped: None,
            done: HashSet::new(),
            loaded: false,
            has_read: false,
            not_served: HashSet::new(),
            forbidden: HashMap::new(),
            manners: HashMap::new(),
        }
    }

    /// Another that knows what this one does of the server, for a turn of its own.
    pub(crate) fn beside(&self, client: Client) -> Puller {
        Puller {
            vault: self.vault.clone(),
            beats: self.beats.clone(),
            pages: self.pages.beside(client),
            open: self.open.clone(),
            scoped: self.scoped.clone(),
            done: self.done.clone(),
            loaded: self.loaded,
            has_read: self.has_read,
            not_served: self.not_served.clone(),
            forbidden: self.forbidden.clone(),
            manners: self.manners.clone(),
        }
    }

    /// The same for units and programmes alone.
    pub(crate) fn of(self, scoped: Option<Arc<Scoped>>) -> Puller {
        Puller { scoped, ..self }
    }

    /// The units and programmes, where it is of them.
    pub(crate) fn scoped(&self) -> Option<Arc<Scoped>> {
        self.scoped.clone()
    }

    pub(crate) fn open(&self) -> &Open {
        &self.open
    }

    /// Asks the cache.
    pub(crate) async fn on_cache<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, SyncError> {
        on_vault(&self.vault, &self.beats, work).await
    }

    /// The parts of a search for these people.
    pub(crate) fn ask(&self, kind: &str, query: &str, people: &[PatientId]) -> Vec<Part> {
        let Some(scoped) = &self.scoped else { return Vec::new() };
        scoped.parts(kind, query, people, scoped.way(kind), self.pages.client().base().as_str().len())
    }

    /// How long it waits for an answer from now on.
    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.pages.wait_for(patience);
    }

    pub(crate) fn is_complete(&self) -> bool {
        let is_read = |scoped: &Arc<Scoped>| STEPS.iter().all(|step| scoped.lacking(step.name).is_empty());
        self.loaded && self.done.len() == STEPS.len() && self.scoped.as_ref().is_none_or(is_read)
    }

    /// How many steps of the first sync are done.
    pub(crate) fn steps_done(&self) -> usize {
        self.done.len()
    }

    /// Whether anything was ever read of this server.
    pub(crate) fn has_read(&self) -> bool {
        self.has_read
    }

    /// Something that whoever asked for this has to know.
    pub(crate) fn note(&mut self, note: String) {
        self.pages.progress.note(note);
    }

    /// Resources read so far.
    pub(crate) fn resources(&self) -> usize {
        self.pages.progress.resources
    }

    /// The server's clock at the last answer, by its `Date`.
    pub(crate) fn server_time(&self) -> Option<Instant> {
        self.pages.clock.date
    }

    /// Whether the server said anything of the time.
    pub(crate) fn is_told_the_time(&self) -> bool {
        self.pages.clock.is_told()
    }

    /// What was moved so far, and what is open now.
    pub(crate) fn progress(&self) -> SyncProgress {
        let mut progress = self.pages.progress.clone();
        progress.problems.extend(self.open.list().iter().map(|unread| unread.words()));
        progress
    }

    pub(crate) async fn load(&mut self) -> Result<(), SyncError> {
        if self.loaded {
            return Ok(());
        }
        let done = on_vault(&self.vault, &self.beats, |vault| {
            vault.read(|reader| {
                let mut done = HashSet::new();
                for step in STEPS {
                    // What is open, or was not served, is asked again.
                    if reader.step(step.name)? == Some(StepState::Done) {
                        done.insert(step.name);
                    }
                }
                Ok(done)
            })
        });
        self.done = done.await?;
        self.has_read = !self.done.is_empty();
        self.loaded = true;
        Ok(())
    }

    /// Why a search for a kind is not made: that was not granted, or the server has just forbidden it.
    fn is_kept_back(&self, kind: &str, search: &str) -> Option<FhirError> {
        if !self.pages.is_granted(kind) {
            return Some(FhirError::NotGranted(format!("to read {kind} (its token's scopes leave it out)")));
        }
        let now = self.pages.now();
        let pause = if is_of_alarms(search) { FORBIDDEN_ALARMS } else { FORBIDDEN };
        let is_recent = |said: &Instant| (0..pause).contains(&now.ms_since(*said));
        self.forbidden.get(search).is_some_and(is_recent).then_some(FhirError::Forbidden)
    }

    /// Keeps what the server said of a search that was made.
    fn hear(&mut self, search: &str, went: &Result<(), SyncError>) {
        match went {
            Err(SyncError::Fhir(FhirError::Forbidden)) => {
                self.forbidden.insert(search.to_owned(), self.pages.now());
            }
            _ => {
                self.forbidden.remove(search);
            }
        }
    }

    /// An alarm that the server counts and does not give is missed in no silence; of anything else the ledger tells.
    fn say_what_is_short(&self, kind: &str) {
        let search = format!("{kind} as counted");
        match self.pages.short(kind).filter(|_| is_of_alarms(kind)) {
            Some(missing) => {
                self.open.add(&search, kind, format!("{missing} more were {NOT_GIVEN}"), self.pages.now());
            }
            None => self.open.read(&search),
        }
    }

    /// One search to its end, without a cursor. Nobody waits for a message: who asked looks at the cache when this returns.
    pub(crate) async fn everything(&mut self, query: &str) -> Result<(), SyncError> {
        self.pages.read(Read::all(&[query.to_owned()]), |_, _| Vec::new(), &mut |_| {}).await.map(drop)
    }

    /// Where a search for changes stands. A cursor ahead of the server's own clock is one that a wrong clock left behind.
    async fn moment(&self, name: &str) -> Result<Option<Instant>, SyncError> {
        let known = self.pages.cursor(name).await?.as_deref().and_then(parse_instant);
        Ok(known.map(|at| self.pages.clock.reached().map_or(at, |reached| at.min(reached))))
    }

    fn refused(&mut self, kind: &str, parameter: &str) {
        tracing::warn!(kind, parameter, "refused; asked without it");
        self.pages.progress.note(format!("{kind}: this server refuses {parameter}; it is asked without it"));
    }
}

/// The cursor of what changed.
fn since(kind: &str) -> String {
    format!("since/{kind}")
}

/// The cursor of what was deleted.
fn deleted(kind: &str) -> String {
    format!("deleted/{kind}")
}
