//! Pulls pages into the vault: the ward first, then a day, then the rest, then what changes.
//!
//! A cursor moves in the transaction of the page that earned it. Steps of the first sync are marked as done with
//! their last page; after a crash an unfinished one is read again, and what was there already changes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use clinical::{Instant, MINUTE_MS};
use fhir::{Client, FhirError, Server, format_instant, parse_instant};
use vault::{PageCommit, Vault};

use crate::event::{Now, SyncEvent};
use crate::first_sync::{ASKED_ANYWAY, KINDS, STEPS, Step, serves};
use crate::pages::{At, Pages, Read, Tell};
use crate::progress::{FirstSync, SyncError, SyncProgress};
use crate::task::on_vault;

/// Overlap of two pulls: what the server committed late with an earlier time is still met.
const OVERLAP: i64 = MINUTE_MS;

/// The pulling half of the engine.
pub(crate) struct Puller {
    vault: Arc<Vault>,
    pages: Pages,
    /// Names of the steps of the first sync that are done.
    done: HashSet<&'static str>,
    loaded: bool,
}

impl Puller {
    pub(crate) fn new(client: Client, vault: Arc<Vault>, now: Now) -> Puller {
        let pages = Pages::new(client, vault.clone(), now);
        Puller { vault, pages, done: HashSet::new(), loaded: false }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.loaded && self.done.len() == STEPS.len()
    }

    /// The server's clock at the last answer.
    pub(crate) fn server_time(&self) -> Option<Instant> {
        self.pages.server_time
    }

    pub(crate) fn progress(&self) -> SyncProgress {
        self.pages.progress.clone()
    }

    pub(crate) async fn load(&mut self) -> Result<(), SyncError> {
        if self.loaded {
            return Ok(());
        }
        let done = on_vault(&self.vault, |vault| {
            vault.read(|reader| {
                STEPS
                    .iter()
                    .filter_map(|s| reader.cursor(s.name).transpose().map(|c| c.map(|_| s.name)))
                    .collect()
            })
        });
        let done: Vec<&'static str> = done.await?;
        self.done = done.into_iter().collect();
        self.loaded = true;
        Ok(())
    }

    /// The steps that the board needs before anything else.
    pub(crate) async fn first_ward(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.load().await?;
        for step in STEPS.iter().filter(|s| s.ward || s.name == "first/2h" || s.name == "first/day") {
            if !self.done.contains(step.name) {
                self.take(server, step, tell).await?;
            }
        }
        Ok(())
    }

    /// One more step of the backfill, if any is left.
    pub(crate) async fn step(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.load().await?;
        match STEPS.iter().find(|s| !self.done.contains(s.name)) {
            Some(step) => self.take(server, step, tell).await,
            None => Ok(()),
        }
    }

    async fn take(&mut self, server: &Server, step: &'static Step, tell: Tell<'_>) -> Result<(), SyncError> {
        let listed = serves(server, step.kind);
        let mut asked = Ok(());
        if listed || ASKED_ANYWAY.contains(&step.kind) {
            let now = self.pages.now();
            let mut query = format!("{}?_count={}", step.kind, self.pages.page_size(step.kind));
            let mut limit = |operator: &str, ago: Option<i64>| {
                if let Some(ago) = ago {
                    query.push_str(&format!("&date={operator}{}", format_instant(now - ago)));
                }
            };
            limit("ge", step.from_ago);
            limit("lt", step.to_ago);
            let cursors = vec![(step.name.to_owned(), "done".to_owned())];
            let began = [format!("since/{}", step.kind), format!("deleted/{}", step.kind)];
            asked = self.search(&query, cursors, began, tell).await;
        }
        let unserved = matches!(asked, Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)));
        if !listed && unserved {
            asked = Ok(());
        }
        asked?;
        if !listed && (unserved || !ASKED_ANYWAY.contains(&step.kind)) {
            self.pages
                .commit(PageCommit {
                    cursors: vec![(step.name.to_owned(), "not served".to_owned())],
                    received: self.pages.now(),
                    ..Default::default()
                })
                .await?;
        }
        self.done.insert(step.name);
        tell(SyncEvent::Progress(FirstSync {
            done: self.done.len(),
            total: STEPS.len(),
            samples: self.pages.progress.samples,
        }));
        Ok(())
    }

    /// Everything that changed since the cursors.
    pub(crate) async fn changes(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        for kind in KINDS.into_iter().filter(|kind| serves(server, kind) || ASKED_ANYWAY.contains(kind)) {
            let name = format!("since/{kind}");
            let cursor = self.pages.cursor(&name).await?;
            let Some(since) = cursor.as_deref().and_then(parse_instant) else { continue };
            let query = format!(
                "{kind}?_lastUpdated=ge{}&_sort=_lastUpdated&_count={}",
                format_instant(since - OVERLAP),
                self.pages.page_size(kind)
            );
            let found =
                self.pages.read(Read::all(&query), |page, began| page.finished(&name, began), tell).await;
            match found {
                // A server that cannot search this kind by time is read whole at the start, and not again.
                Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// What was deleted since the cursors, from the history of each kind that has one.
    pub(crate) async fn deletions(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        for kind in KINDS {
            if !server.histories.iter().any(|h| h == kind) {
                continue;
            }
            // A cursor of its own: the one of the search may have moved past a deletion that was not looked at.
            let name = format!("deleted/{kind}");
            let cursor = self.pages.cursor(&name).await?;
            let Some(since) = cursor.as_deref().and_then(parse_instant) else { continue };
            let query = format!(
                "{kind}/_history?_since={}&_count={}",
                format_instant(since - OVERLAP),
                self.pages.page_size(kind)
            );
            let found = self
                .pages
                .read(Read::deletions(&query), |page, began| page.finished(&name, began), tell)
                .await;
            match found {
                // It said that it has one; without it, deletions come by notification alone.
                Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// One search to its end, without a cursor. Nobody waits for a message: who asked looks at the cache when this returns.
    pub(crate) async fn everything(&mut self, query: &str) -> Result<(), SyncError> {
        self.pages.read(Read::all(query), |_, _| Vec::new(), &mut |_| {}).await
    }

    /// A step: it is done with its last page; `began` gets the server's time with the first one, unless it has one. A step
    /// that breaks off is read again later, and what was deleted in between must still be found.
    async fn search(
        &mut self,
        query: &str,
        last: Vec<(String, String)>,
        began: [String; 2],
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let known = self.pages.cursor(&began[0]).await?.is_some();
        let cursors = move |page: At, at: Option<Instant>| {
            let mut cursors = if page.last { last.clone() } else { Vec::new() };
            if let (true, false, Some(at)) = (page.first, known, at) {
                cursors.extend(began.clone().map(|name| (name, format_instant(at))));
            }
            cursors
        };
        self.pages.read(Read::all(query), cursors, tell).await
    }
}
