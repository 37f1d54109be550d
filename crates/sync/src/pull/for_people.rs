//! The same for the people of units and programmes: so many of them at a time, in the way that the server takes.

use std::sync::Arc;

use clinical::{Instant, PatientId};
use fhir::{Server, format_instant};
use vault::PageCommit;

use super::{Puller, deleted, since};
use crate::first_sync::{KINDS, STEPS, Step, is_first_board};
use crate::pages::{At, Read, Tell};
use crate::parts::{Part, Way};
use crate::progress::SyncError;
use crate::scope::Scoped;

impl Puller {
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

    /// The same for people of units and programmes: each of them is marked as read with the last page of the part that asked for
    /// them.
    pub(super) async fn take_for(
        &mut self,
        step: &Step,
        people: &[PatientId],
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
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

    pub(super) fn takes(&mut self, scoped: &Scoped, kind: &'static str, way: Way) {
        if scoped.way(kind) != way {
            let how = if way.is_one_by_one() { "one after the other" } else { "as subjects" };
            tracing::warn!(kind, how, "people are asked for in another way");
            self.pages.progress.note(format!("{kind}: this server is asked for people {how}"));
        }
        scoped.takes(kind, way);
    }

    /// The searches that a search is: itself, or one for so many people at a time.
    pub(super) fn parts_of(&self, kind: &str, query: &str, way: Way) -> Vec<String> {
        match &self.scoped {
            None => vec![query.to_owned()],
            Some(scoped) => {
                let base = self.pages.client().base().as_str().len();
                let parts = scoped.parts(kind, query, &scoped.asked(), way, base);
                parts.into_iter().map(|part| part.query).collect()
            }
        }
    }
}
