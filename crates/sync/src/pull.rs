//! Pulls pages into the vault: the ward first, then a day, then the rest, then what changes.
//!
//! A cursor moves in the transaction of the page that earned it. Steps of the first sync are marked as done with
//! their last page; after a crash an unfinished one is read again, and what was there already changes nothing. A search that is
//! refused or cut stays open and is said; the others go on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use clinical::{Fact, Instant, MINUTE_MS, PatientId, SECOND_MS};
use fhir::{Client, FhirError, Server, format_instant, parse_instant};
use vault::{PageCommit, StepState, Vault, VaultError};

use crate::beats::Beats;
use crate::event::{Now, SyncEvent};
use crate::first_sync::{ASKED_ANYWAY, CALLS, KINDS, STEPS, Step, is_first_board, is_of_alarms, serves};
use crate::manner::{Manner, OVERLAP, can_wait};
use crate::pages::{At, Pages, Read, Tell};
use crate::parts::{Part, Way};
use crate::progress::{FirstSync, SyncError, SyncProgress};
use crate::scope::Scoped;
use crate::task::on_vault;
use crate::totals::NOT_GIVEN;
use crate::unread::{Open, Round};

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

    /// The steps that the board needs before anything else.
    ///
    /// # Errors
    /// Where the server gave nothing, or of the cache.
    pub(crate) async fn first_ward(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.steps(server, is_first_board, tell).await
    }

    /// Whether somebody belongs whom the board knows too little of.
    pub(crate) fn has_newcomers(&self) -> bool {
        let lacks = |scoped: &Arc<Scoped>| {
            STEPS.iter().any(|step| is_first_board(step) && !scoped.lacking(step.name).is_empty())
        };
        self.scoped.as_ref().is_some_and(lacks)
    }

    /// What the board needs of kinds that are wanted, for whoever was not read yet.
    ///
    /// # Errors
    /// As [`Puller::first_ward`].
    pub(crate) async fn newcomers_of(
        &mut self,
        server: &Server,
        wanted: impl Fn(&str) -> bool,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let Some(scoped) = self.scoped.clone() else { return Ok(()) };
        let lacks =
            |step: &Step| is_first_board(step) && wanted(step.kind) && !scoped.lacking(step.name).is_empty();
        self.steps(server, lacks, tell).await
    }

    /// Every step of the first sync that is open, once.
    ///
    /// # Errors
    /// Where the server gave nothing, or of the cache.
    pub(crate) async fn backfill(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.steps(server, |_| true, tell).await
    }

    async fn steps(
        &mut self,
        server: &Server,
        wanted: impl Fn(&Step) -> bool,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        self.load().await?;
        let mut round = Round::default();
        // Spans of time count from when they are asked for. One that is asked for later than an older one leaves a gap between them:
        // the older ones wait for it.
        let mut waits_for_younger = false;
        // Steps that are not done, and why.
        let mut stand: Vec<(&'static str, StepState)> = Vec::new();
        for step in STEPS.iter().filter(|step| wanted(step)) {
            let people = self.scoped.as_ref().map(|scoped| scoped.lacking(step.name));
            if self.done.contains(step.name) && people.as_ref().is_none_or(Vec::is_empty) {
                continue;
            }
            if waits_for_younger && step.is_span() {
                stand.push((step.name, StepState::Open));
                continue;
            }
            let is_listed = serves(server, step.kind);
            let went = if let Some(error) = self.is_kept_back(step.kind, step.kind) {
                Err(SyncError::Fhir(error))
            } else if is_listed || ASKED_ANYWAY.contains(&step.kind) {
                let went = match &people {
                    None => self.take(step, tell).await,
                    Some(people) => self.take_for(step, people, tell).await,
                };
                self.hear(step.kind, &went);
                went
            } else {
                Err(SyncError::Fhir(FhirError::NotFound))
            };
            match went {
                // It never said that it serves this kind. It is asked again with the next session.
                Err(SyncError::Fhir(error)) if error.is_refusal() && (!is_listed || step.kind == CALLS) => {
                    self.is_not_served(step);
                    if let (Some(scoped), Some(people)) = (&self.scoped, &people) {
                        scoped.were_read(people, &[step.name]);
                    }
                    stand.push((step.name, StepState::NotServed));
                }
                went => {
                    if !round.add(&self.open, (step.name, step.kind), self.pages.now(), went)? {
                        waits_for_younger |= step.is_span();
                        stand.push((step.name, StepState::Open));
                        continue;
                    }
                    self.has_read = true;
                    if self.scoped.is_some() {
                        stand.push((step.name, StepState::Done));
                    }
                }
            }
            self.done.insert(step.name);
            tell(SyncEvent::Progress(FirstSync {
                done: self.done.len(),
                total: STEPS.len(),
                samples: self.pages.progress.samples,
            }));
        }
        if !self.has_read {
            return round.end();
        }
        self.keep(stand).await
    }

    /// Keeps where steps stand that were tried and are not done, so that whoever looks at the cache knows it, too.
    async fn keep(&mut self, stand: Vec<(&'static str, StepState)>) -> Result<(), SyncError> {
        let mut cursors = Vec::new();
        for (name, state) in stand {
            if self.pages.cursor(name).await?.as_deref() != Some(state.code()) {
                cursors.push((name.to_owned(), state.code().to_owned()));
            }
        }
        if !cursors.is_empty() {
            let received = self.pages.now();
            self.pages.commit(PageCommit { cursors, received, ..Default::default() }).await?;
        }
        Ok(())
    }

    fn is_not_served(&mut self, step: &Step) {
        self.not_served.insert(step.kind);
        let missing = match step.kind {
            "DetectedIssue" => "this server gives no alarms",
            "Communication" => "this server does not keep what people did about an alarm",
            _ => return,
        };
        self.open.add(step.name, step.kind, missing.to_owned(), self.pages.now());
    }

    async fn take(&mut self, step: &Step, tell: Tell<'_>) -> Result<(), SyncError> {
        let size = self.pages.page_size(step.kind);
        let all = format!("{}?_count={size}", step.kind);
        let query = step.within(&all, self.pages.now());
        match self.search(std::slice::from_ref(&query), &[step.name], step.kind, tell).await {
            // A server that does not take spans of time gives all at once.
            Err(SyncError::Fhir(error)) if error.is_refusal() && query != all => {
                let others = || STEPS.iter().filter(|other| other.kind == step.kind).map(|other| other.name);
                self.search(&[all], &others().collect::<Vec<_>>(), step.kind, tell).await?;
                self.refused(step.kind, "date");
                self.done.extend(others());
                Ok(())
            }
            other => other,
        }
    }

    /// The same for people of units and programmes: each of them is marked as read with the last page of the part that asked for
    /// them.
    async fn take_for(&mut self, step: &Step, people: &[PatientId], tell: Tell<'_>) -> Result<(), SyncError> {
        let Some(scoped) = self.scoped.clone() else { return Ok(()) };
        // Places came with the look who is here.
        if step.kind == "Location" || people.is_empty() {
            return self.are_read(&scoped, people, &[step.name]).await;
        }
        let all = format!("{}?_count={}", step.kind, self.pages.page_size(step.kind));
        let spans = || STEPS.iter().filter(|other| other.kind == step.kind).map(|other| other.name);
        let mut way = scoped.way(step.kind);
        let base = self.pages.client().base().as_str().len();
        loop {
            let query = step.within(&all, self.pages.now());
            let mut steps = vec![step.name];
            let mut parts = scoped.parts(step.kind, &query, people, way, base);
            let mut went = self.first_of(&scoped, step.kind, &parts, &steps, tell).await;
            if let Err(SyncError::Fhir(error)) = &went
                && error.is_refusal()
                && query != all
            {
                // A server that does not take spans of time gives all at once.
                steps = spans().collect();
                parts = scoped.parts(step.kind, &all, people, way, base);
                went = self.first_of(&scoped, step.kind, &parts, &steps, tell).await;
                if went.is_ok() {
                    self.refused(step.kind, "date");
                }
            }
            match (went, way.next()) {
                (Err(SyncError::Fhir(error)), Some(next)) if error.is_refusal() => way = next,
                (Err(error), _) => return Err(error),
                (Ok(()), _) => {
                    self.takes(&scoped, step.kind, way);
                    if step.kind == "Patient" && !way.is_one_by_one() && self.gives_no_lists(people).await? {
                        way = Way::One;
                        continue;
                    }
                    return self.are_read(&scoped, people, &steps).await;
                }
            }
        }
    }

    /// One step for these people, in these parts.
    async fn first_of(
        &mut self,
        scoped: &Scoped,
        kind: &str,
        parts: &[Part],
        steps: &[&'static str],
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let names = [since(kind), deleted(kind)];
        let known = self.pages.cursor(&names[0]).await?.is_some();
        let queries: Vec<String> = parts.iter().map(|part| part.query.clone()).collect();
        // Who was read is not read again where a later part breaks off; the people themselves are asked for once more where the
        // server may not have understood whom it was asked for.
        let cursors = |page: At, at: Option<Instant>| {
            let mut cursors = Vec::new();
            if page.is_end_of_part && kind != "Patient" {
                cursors.extend(parts.get(page.part).map(|part| scoped.were_read(&part.people, steps)));
            }
            let mut cursors: Vec<(String, String)> = cursors.into_iter().flatten().collect();
            if let (true, false, Some(at)) = (page.first || (page.last && !page.is_short), known, at) {
                cursors.extend(names.clone().map(|name| (name, format_instant(at))));
            }
            cursors
        };
        let is_first =
            !parts.iter().flat_map(|part| &part.people).any(|id| scoped.known().returned.contains(id));
        let read = Read::anew(&queries, is_first).wanted(|facts| scoped.of_here(facts, None));
        self.pages.read(read, cursors, tell).await?;
        let kind: &'static str = KINDS.into_iter().find(|known| *known == kind).unwrap_or_default();
        self.say_what_is_short(kind);
        Ok(())
    }

    /// Whether a server that was asked for several people gave nothing for some whom it gives one by one.
    async fn gives_no_lists(&mut self, people: &[PatientId]) -> Result<bool, SyncError> {
        let known = self.on_cache(|vault| vault.read(|reader| reader.persons_known())).await?;
        let Some(missing) = people.iter().find(|id| !known.contains(*id)) else { return Ok(false) };
        let found = self.pages.gather(&[format!("Patient?_count=5&_id={missing}")]).await?;
        Ok(people.len() > 1 && !found.is_empty())
    }

    async fn are_read(
        &mut self,
        scoped: &Scoped,
        people: &[PatientId],
        steps: &[&'static str],
    ) -> Result<(), SyncError> {
        let cursors = scoped.were_read(people, steps);
        if !cursors.is_empty() {
            let received = self.pages.now();
            self.pages.commit(PageCommit { cursors, received, ..Default::default() }).await?;
        }
        // The other spans that came with this one.
        self.done.extend(steps.iter().copied().filter(|step| scoped.lacking(step).is_empty()));
        Ok(())
    }

    fn takes(&mut self, scoped: &Scoped, kind: &'static str, way: Way) {
        if scoped.way(kind) != way {
            let how = if way.is_one_by_one() { "one after the other" } else { "as subjects" };
            tracing::warn!(kind, how, "people are asked for in another way");
            self.pages.progress.note(format!("{kind}: this server is asked for people {how}"));
        }
        scoped.takes(kind, way);
    }

    /// Everything that changed since the cursors.
    ///
    /// # Errors
    /// Where the server gave nothing, or of the cache.
    pub(crate) async fn changes(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.changes_of(server, |_| true, tell).await
    }

    /// The same of some kinds.
    ///
    /// # Errors
    /// As [`Puller::changes`].
    pub(crate) async fn changes_of(
        &mut self,
        server: &Server,
        wanted: impl Fn(&str) -> bool,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let mut round = Round::default();
        let asked = |kind: &&str| wanted(kind) && (serves(server, kind) || ASKED_ANYWAY.contains(kind));
        // What has to be read before this station says that nobody came.
        let mut unread: Vec<&str> = ASKED_ANYWAY.into_iter().filter(&asked).collect();
        let is_about_alarms = !unread.is_empty();
        unread.retain(|kind| !self.not_served.contains(kind));
        for kind in KINDS.into_iter().filter(&asked) {
            let (manner, asked) = self.manners.get(kind).copied().unwrap_or_default();
            // Of a server that names no time at all, neither for a page nor for a resource, everything is read each time.
            let is_whole = manner == Manner::Whole || self.pages.cursor(&since(kind)).await?.is_none();
            let is_to_wait = is_whole && can_wait(kind, asked, self.pages.now());
            // Places come with the look who is here, and of nobody there is nothing to ask.
            let is_asked =
                self.scoped.as_ref().is_none_or(|scoped| kind != "Location" && !scoped.asked().is_empty());
            if !is_asked {
                unread.retain(|other| *other != kind);
                continue;
            }
            if is_to_wait || self.not_served.contains(kind) || !self.is_begun(kind).await? {
                continue;
            }
            let went = match self.is_kept_back(kind, kind) {
                Some(error) => Err(error.into()),
                None => {
                    let went = self.changed(kind, manner, tell).await;
                    self.hear(kind, &went);
                    went
                }
            };
            if round.add(&self.open, (kind, kind), self.pages.now(), went)? {
                unread.retain(|other| *other != kind);
            }
        }
        if is_about_alarms && unread.is_empty() && self.has_answers().await? {
            self.open.alarms_were_read(self.pages.now());
        }
        round.end()
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

    /// Whether alarms, what was done about them, and who was called were read whole once.
    async fn has_answers(&self) -> Result<bool, SyncError> {
        for step in STEPS.iter().filter(|step| is_of_alarms(step.kind) || step.kind == CALLS) {
            let is_done = self.done.contains(step.name)
                || self.pages.cursor(step.name).await?.is_some_and(|said| said == StepState::Done.code());
            if !is_done {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a kind was read before: else a step of the first sync will read all of it.
    async fn is_begun(&self, kind: &str) -> Result<bool, SyncError> {
        let mut steps = STEPS.iter().filter(|step| step.kind == kind);
        let is_read = steps.clone().all(|step| self.done.contains(step.name));
        Ok(is_read
            || steps.any(|step| self.done.contains(step.name))
            || self.pages.cursor(&since(kind)).await?.is_some())
    }

    /// What changed of one kind, in the best way that the server takes.
    async fn changed(&mut self, kind: &'static str, from: Manner, tell: Tell<'_>) -> Result<(), SyncError> {
        let (since, deleted) = (since(kind), deleted(kind));
        let known = self.moment(&since).await?;
        let has_deleted = self.pages.cursor(&deleted).await?.is_some();
        let names: &[&str] = if has_deleted { &[&since] } else { &[&since, &deleted] };
        let (mut manner, mut is_again) = (from, false);
        let scoped = self.scoped.clone();
        let mut way = scoped.as_ref().map(|scoped| scoped.way(kind)).unwrap_or_default();
        loop {
            let (size, now) = (self.pages.page_size(kind), self.pages.now());
            let query = manner.query(kind, known, size, now);
            let queries = self.parts_of(kind, &query, way);
            let cursors = |page: At, began| page.finished(names, known, began);
            let wanted = |facts: Vec<Fact>| match &scoped {
                Some(scoped) => scoped.of_here(facts, None),
                None => facts,
            };
            match self.pages.read(Read::all(&queries).wanted(wanted), cursors, tell).await {
                Err(SyncError::Fhir(error)) if error.is_refusal() => match (manner.next(), way.next()) {
                    (Some(next), _) => manner = next,
                    (None, Some(next)) if scoped.is_some() => (manner, way) = (from, next),
                    _ => return Err(error.into()),
                },
                // The server counts more than it gave: once more, before it is said.
                Ok(1..) if !is_again => is_again = true,
                went => {
                    if went.is_ok() {
                        if manner != from {
                            self.refused(kind, manner.without());
                        }
                        self.manners.insert(kind, (manner, Some(now)));
                        if let Some(scoped) = &scoped {
                            self.takes(scoped, kind, way);
                        }
                        self.say_what_is_short(kind);
                    }
                    return went.map(drop);
                }
            }
        }
    }

    /// The searches that a search is: itself, or one for so many people at a time.
    fn parts_of(&self, kind: &str, query: &str, way: Way) -> Vec<String> {
        match &self.scoped {
            None => vec![query.to_owned()],
            Some(scoped) => {
                let base = self.pages.client().base().as_str().len();
                let parts = scoped.parts(kind, query, &scoped.asked(), way, base);
                parts.into_iter().map(|part| part.query).collect()
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

    /// What was deleted since the cursors, from the history of each kind that has one.
    ///
    /// # Errors
    /// Where the server is not in reach, or of the cache.
    pub(crate) async fn deletions(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        if self.scoped.is_some() {
            return self.gone(tell).await;
        }
        let mut round = Round::default();
        for kind in KINDS {
            let search = format!("{kind}/_history");
            let is_there = server.histories.iter().any(|h| h == kind);
            if !is_there || self.is_kept_back(kind, &search).is_some() {
                continue;
            }
            // A cursor of its own: the one of the search may have moved past a deletion that was not looked at.
            let name = deleted(kind);
            let Some(known) = self.moment(&name).await? else { continue };
            let query = format!(
                "{kind}/_history?_since={}&_count={}",
                format_instant(known - OVERLAP),
                self.pages.page_size(kind)
            );
            let cursors = |page: At, began| page.finished(&[&name], Some(known), began);
            let went = self.pages.read(Read::deletions(&[query]), cursors, tell).await.map(drop);
            // It said that it has one; without it, deletions come by notification alone.
            self.hear(&search, &went);
            round.add(&self.open, (&search, &search), self.pages.now(), went)?;
        }
        Ok(())
    }

    /// One search to its end, without a cursor. Nobody waits for a message: who asked looks at the cache when this returns.
    pub(crate) async fn everything(&mut self, query: &str) -> Result<(), SyncError> {
        self.pages.read(Read::all(&[query.to_owned()]), |_, _| Vec::new(), &mut |_| {}).await.map(drop)
    }

    /// Steps: they are done with the last page; the cursors get the server's time with the first one, unless they have one, and
    /// move on with the last. A step that breaks off is read again later, and what was deleted in between must still be found.
    async fn search(
        &mut self,
        queries: &[String],
        steps: &[&str],
        kind: &str,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let names = [since(kind), deleted(kind)];
        let known = self.pages.cursor(&names[0]).await?.is_some();
        let cursors = move |page: At, at: Option<Instant>| {
            let mut cursors: Vec<(String, String)> = Vec::new();
            if page.last {
                let done = StepState::Done.code();
                cursors.extend(steps.iter().map(|step| ((*step).to_owned(), done.to_owned())));
            }
            // Those that a short page of the first sync held back are asked for by the next search.
            if let (true, false, Some(at)) = (page.first || (page.last && !page.is_short), known, at) {
                cursors.extend(names.clone().map(|name| (name, format_instant(at))));
            }
            cursors
        };
        self.pages.read(Read::first(queries), cursors, tell).await?;
        self.say_what_is_short(kind);
        Ok(())
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
