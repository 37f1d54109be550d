//! What changed and what was deleted since the cursors.

use clinical::Fact;
use fhir::{Server, format_instant};
use vault::StepState;

use super::{Puller, deleted, since};
use crate::first_sync::{ASKED_ANYWAY, CALLS, KINDS, STEPS, is_of_alarms, serves};
use crate::manner::{Manner, OVERLAP, can_wait};
use crate::pages::{At, Read, Tell};
use crate::progress::SyncError;
use crate::unread::Round;

impl Puller {
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
}
