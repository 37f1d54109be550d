//! Pulls pages into the vault: the ward first, then a day, then the rest, then what changes.
//!
//! A cursor moves in the transaction of the page that earned it. Steps of the first sync are marked as done with
//! their last page; after a crash an unfinished one is read again, and what was there already changes nothing. A search that is
//! refused or cut stays open and is said; the others go on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use clinical::Instant;
use fhir::{Client, FhirError, Server, format_instant, parse_instant};
use vault::{PageCommit, StepState, Vault};

use crate::event::{Now, SyncEvent};
use crate::first_sync::{ASKED_ANYWAY, CALLS, KINDS, STEPS, Step, is_first_board, is_of_alarms, serves};
use crate::manner::{Manner, OVERLAP, can_wait};
use crate::pages::{At, Pages, Read, Tell};
use crate::progress::{FirstSync, SyncError, SyncProgress};
use crate::task::on_vault;
use crate::unread::{Open, Round};

/// The pulling half of the engine.
pub(crate) struct Puller {
    vault: Arc<Vault>,
    pages: Pages,
    open: Open,
    /// Names of the steps of the first sync that are done, or that this server has nothing for.
    done: HashSet<&'static str>,
    loaded: bool,
    /// Whether anything was ever read of this server.
    has_read: bool,
    /// Kinds that it does not serve, as far as this session knows.
    not_served: HashSet<&'static str>,
    /// How each kind is asked for, and when it was asked last.
    manners: HashMap<&'static str, (Manner, Option<Instant>)>,
}

impl Puller {
    pub(crate) fn new(client: Client, vault: Arc<Vault>, now: Now, open: Open) -> Puller {
        let pages = Pages::new(client, vault.clone(), now);
        Puller {
            vault,
            pages,
            open,
            done: HashSet::new(),
            loaded: false,
            has_read: false,
            not_served: HashSet::new(),
            manners: HashMap::new(),
        }
    }

    /// Another that knows what this one does of the server, for a turn of its own.
    pub(crate) fn beside(&self, client: Client) -> Puller {
        Puller {
            vault: self.vault.clone(),
            pages: self.pages.beside(client),
            open: self.open.clone(),
            done: self.done.clone(),
            loaded: self.loaded,
            has_read: self.has_read,
            not_served: self.not_served.clone(),
            manners: self.manners.clone(),
        }
    }

    /// How long it waits for an answer from now on.
    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.pages.wait_for(patience);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.loaded && self.done.len() == STEPS.len()
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
        let done = on_vault(&self.vault, |vault| {
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
            if self.done.contains(step.name) {
                continue;
            }
            if waits_for_younger && step.is_span() {
                stand.push((step.name, StepState::Open));
                continue;
            }
            let is_listed = serves(server, step.kind);
            let went = if is_listed || ASKED_ANYWAY.contains(&step.kind) {
                self.take(step, tell).await
            } else {
                Err(SyncError::Fhir(FhirError::NotFound))
            };
            match went {
                // It never said that it serves this kind. It is asked again with the next session.
                Err(SyncError::Fhir(error)) if error.is_refusal() && (!is_listed || step.kind == CALLS) => {
                    self.is_not_served(step);
                    stand.push((step.name, StepState::NotServed));
                }
                went => {
                    if !round.add(&self.open, (step.name, step.kind), self.pages.now(), went)? {
                        waits_for_younger |= step.is_span();
                        stand.push((step.name, StepState::Open));
                        continue;
                    }
                    self.has_read = true;
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
        match self.search(&query, &[step.name], step.kind, tell).await {
            // A server that does not take spans of time gives all at once.
            Err(SyncError::Fhir(error)) if error.is_refusal() && query != all => {
                let others = || STEPS.iter().filter(|other| other.kind == step.kind).map(|other| other.name);
                self.search(&all, &others().collect::<Vec<_>>(), step.kind, tell).await?;
                self.refused(step.kind, "date");
                self.done.extend(others());
                Ok(())
            }
            other => other,
        }
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
            if is_to_wait || self.not_served.contains(kind) || !self.is_begun(kind).await? {
                continue;
            }
            let went = self.changed(kind, manner, tell).await;
            if round.add(&self.open, (kind, kind), self.pages.now(), went)? {
                unread.retain(|other| *other != kind);
            }
        }
        if is_about_alarms && unread.is_empty() && self.has_answers().await? {
            self.open.alarms_were_read(self.pages.now());
        }
        round.end()
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
        let mut manner = from;
        loop {
            let (size, now) = (self.pages.page_size(kind), self.pages.now());
            let query = manner.query(kind, known, size, now);
            let cursors = |page: At, began| page.finished(names, known, began);
            match self.pages.read(Read::all(&query), cursors, tell).await {
                Err(SyncError::Fhir(error)) if error.is_refusal() => match manner.next() {
                    Some(next) => manner = next,
                    None => return Err(error.into()),
                },
                went => {
                    if went.is_ok() {
                        if manner != from {
                            self.refused(kind, manner.without());
                        }
                        self.manners.insert(kind, (manner, Some(now)));
                    }
                    return went;
                }
            }
        }
    }

    /// What was deleted since the cursors, from the history of each kind that has one.
    ///
    /// # Errors
    /// Where the server is not in reach, or of the cache.
    pub(crate) async fn deletions(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        let mut round = Round::default();
        for kind in KINDS {
            if !server.histories.iter().any(|h| h == kind) {
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
            let went = self.pages.read(Read::deletions(&query), cursors, tell).await;
            // It said that it has one; without it, deletions come by notification alone.
            let search = format!("{kind}/_history");
            round.add(&self.open, (&search, &search), self.pages.now(), went)?;
        }
        Ok(())
    }

    /// One search to its end, without a cursor. Nobody waits for a message: who asked looks at the cache when this returns.
    pub(crate) async fn everything(&mut self, query: &str) -> Result<(), SyncError> {
        self.pages.read(Read::all(query), |_, _| Vec::new(), &mut |_| {}).await
    }

    /// Steps: they are done with the last page; the cursors get the server's time with the first one, unless they have one, and
    /// move on with the last. A step that breaks off is read again later, and what was deleted in between must still be found.
    async fn search(
        &mut self,
        query: &str,
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
            if let (true, false, Some(at)) = (page.first || page.last, known, at) {
                cursors.extend(names.clone().map(|name| (name, format_instant(at))));
            }
            cursors
        };
        self.pages.read(Read::first(query), cursors, tell).await
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
