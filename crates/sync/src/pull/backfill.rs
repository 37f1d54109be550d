//! The steps of the first sync, of a whole server: the ward first, then a day, then the rest.

use clinical::Instant;
use fhir::{FhirError, Server, format_instant};
use vault::{PageCommit, StepState};

use super::{Puller, deleted, since};
use crate::event::SyncEvent;
use crate::first_sync::{ASKED_ANYWAY, CALLS, STEPS, Step, is_first_board, serves};
use crate::pages::{At, Read, Tell};
use crate::progress::{FirstSync, SyncError};
use crate::unread::Round;

impl Puller {
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

    pub(super) async fn steps(
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
}
