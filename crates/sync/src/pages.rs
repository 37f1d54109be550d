//! Reads the pages of a search to their end, each into the vault with the cursors that it earned.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use clinical::{Body, Fact, Instant};
use fhir::{Client, FhirError, format_instant};
use url::Url;
use vault::{Ingested, PageCommit, Vault};

use crate::event::{Now, SyncEvent};
use crate::progress::{SyncError, SyncProgress};
use crate::recent::Recent;
use crate::server_clock::ServerClock;
use crate::task::{AbortOnDrop, on_vault};
use crate::walk::{Walk, smaller};

pub(crate) type Tell<'a> = &'a mut (dyn FnMut(SyncEvent) + Send);

/// The way from a server's pages into the vault.
pub(crate) struct Pages {
    client: Client,
    vault: Arc<Vault>,
    now: Now,
    pub progress: SyncProgress,
    recent: Recent,
    pub clock: ServerClock,
    /// Bytes of an entry on the last full page of Observations.
    entry_bytes: Option<usize>,
}

impl Pages {
    pub(crate) fn new(client: Client, vault: Arc<Vault>, now: Now) -> Pages {
        Pages {
            client,
            vault,
            now,
            progress: SyncProgress::default(),
            recent: Recent::default(),
            clock: ServerClock::default(),
            entry_bytes: None,
        }
    }

    /// Another for a turn of its own: with what is known of the server's clock and of the size of its pages.
    pub(crate) fn beside(&self, client: Client) -> Pages {
        let (clock, entry_bytes) = (self.clock, self.entry_bytes);
        Pages { clock, entry_bytes, ..Pages::new(client, self.vault.clone(), self.now.clone()) }
    }

    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.client = self.client.clone().with_patience(patience);
    }

    pub(crate) fn now(&self) -> Instant {
        (self.now)()
    }

    /// Entries to ask for: a page of Observations stays near [`PAGE_BYTES`], whether they are hours of seconds or single values.
    pub(crate) fn page_size(&self, kind: &str) -> usize {
        if kind != "Observation" {
            return 500;
        }
        self.entry_bytes.map_or(FIRST_PAGE, |bytes| (PAGE_BYTES / bytes.max(1)).clamp(100, 1000))
    }

    /// Reads every page of a search. `cursors` is asked with each page's place and the moment from which on a later search has
    /// to look; what it gives is committed with that page.
    ///
    /// # Errors
    /// Of the server or the cache; also where the search was cut before its last page. What was read is kept, and no cursor that
    /// waits for the last page has moved.
    pub(crate) async fn read(
        &mut self,
        read: Read<'_>,
        cursors: impl Fn(At, Option<Instant>) -> Vec<(String, String)>,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let start = self.client.url(read.query)?;
        let mut url = start.clone();
        let mut alive: HashSet<String> = HashSet::new();
        let mut walk = Walk::default();
        let mut began = self.clock.begin(self.now());
        let mut is_second_try = false;
        // The next page is fetched while this one is parsed and stored.
        let mut fetching = Some(self.fetch(url.clone()));
        while let Some(mut fetch) = fetching.take() {
            let fetched = match (&mut fetch.0).await.map_err(|_| SyncError::Stopped)? {
                Ok(fetched) => fetched,
                Err(FhirError::TooLarge { limit_mib }) => {
                    url = smaller(&url).ok_or(FhirError::TooLarge { limit_mib })?;
                    fetching = Some(self.fetch(url.clone()));
                    continue;
                }
                // A page that follows is no question of its own: the server has forgotten the search.
                Err(error) if !walk.is_at_start() && error.is_refusal() => {
                    if is_second_try {
                        return Err(FhirError::Expired { status: error.status().unwrap_or_default() }.into());
                    }
                    (is_second_try, walk, url) = (true, Walk::default(), start.clone());
                    fetching = Some(self.fetch(url.clone()));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let stamp = fetched.page.facts.iter().filter_map(|fact| fact.updated_at).max();
            let now = self.now();
            self.clock.hear(fetched.server_time, stamp, now);
            began.page(fetched.server_time, stamp, fetched.page.resources);
            let received = std::time::Instant::now();
            if fetched.page.resources >= 50 && url.path().ends_with("/Observation") {
                self.entry_bytes = Some(fetched.bytes / fetched.page.resources);
            }
            self.progress.bytes += fetched.bytes;
            self.progress.resources += fetched.page.resources;
            let next = walk.after(&self.client, &url, &fetched.page);
            if let Ok(Some(next)) = &next {
                url = next.clone();
                fetching = Some(self.fetch(url.clone()));
            }
            if !read.deletions_only {
                for (name, often) in fetched.page.left_out {
                    *self.progress.left_out.entry(name).or_default() += often;
                }
            }
            let (facts, unreadable) = if read.deletions_only {
                (gone(fetched.page.facts, &mut alive), Vec::new())
            } else {
                (self.recent.unseen(fetched.page.facts), fetched.page.unreadable)
            };
            let at = At { first: walk.pages() == 1, last: matches!(next, Ok(None)) };
            let clock = Some(self.clock.date.map_or(now, |date| date.max(now)));
            let cursors = cursors(at, began.cursor(now));
            let commit =
                PageCommit { facts, unreadable, cursors, received: now, clock, is_first: read.is_first };
            if !commit.facts.is_empty() || !commit.unreadable.is_empty() || !commit.cursors.is_empty() {
                let what = self.commit(commit).await?;
                if what.samples > 0
                    || what.ward_changed
                    || what.alerts_changed
                    || what.quarantined > 0
                    || !what.patients.is_empty()
                {
                    tell(SyncEvent::Changed { what, received });
                }
            }
            next?;
        }
        Ok(())
    }

    fn fetch(&self, url: Url) -> AbortOnDrop<Result<fhir::Fetched, FhirError>> {
        let client = self.client.clone();
        AbortOnDrop(tokio::spawn(async move { client.page(url).await }))
    }

    pub(crate) async fn commit(&mut self, page: PageCommit) -> Result<Ingested, SyncError> {
        let what = on_vault(&self.vault, move |vault| vault.commit(page)).await.inspect_err(|_| {
            // Nothing of the page was kept: it is not to be left out when it is read again.
            self.recent = Recent::default();
        })?;
        self.progress.samples += what.samples;
        self.progress.quarantined += what.quarantined;
        if what.ahead > 0 {
            tracing::warn!(values = what.ahead, "values are dated ahead of the clock");
            self.progress.problem(DATED_AHEAD);
        }
        Ok(what)
    }

    /// Where a kind of search stands.
    pub(crate) async fn cursor(&self, name: &str) -> Result<Option<String>, SyncError> {
        let name = name.to_owned();
        on_vault(&self.vault, move |vault| vault.read(|reader| reader.cursor(&name))).await
    }
}

/// Of values from a device whose clock is wrong.
const DATED_AHEAD: &str =
    "some values are dated ahead of the clock: they are kept, and not shown as the newest";

/// Where a page stands in its search.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub first: bool,
    pub last: bool,
}

impl At {
    /// The cursors of a search for changes, which stood at `known`: they move on when all of them are here.
    pub(crate) fn finished(
        self,
        names: &[&str],
        known: Option<Instant>,
        began: Option<Instant>,
    ) -> Vec<(String, String)> {
        let moved = began.filter(|at| self.last && known.is_none_or(|known| known < *at));
        moved
            .iter()
            .flat_map(|at| names.iter().map(|name| ((*name).to_owned(), format_instant(*at))))
            .collect()
    }
}

/// One search or history to be read to its end.
pub(crate) struct Read<'a> {
    query: &'a str,
    /// Of a history: what it says of resources that live was read by a search already.
    deletions_only: bool,
    /// It gives each resource for the first time.
    is_first: bool,
}

impl<'a> Read<'a> {
    /// All that a search finds.
    pub(crate) fn all(query: &'a str) -> Read<'a> {
        Read { query, deletions_only: false, is_first: false }
    }

    /// The same of a part of the history that was not read before.
    pub(crate) fn first(query: &'a str) -> Read<'a> {
        Read { is_first: true, ..Read::all(query) }
    }

    /// The deletions in a history.
    pub(crate) fn deletions(query: &'a str) -> Read<'a> {
        Read { deletions_only: true, ..Read::all(query) }
    }
}

/// The deletions of a page of history. The newest comes first: what was made again after it was deleted lives.
fn gone(facts: Vec<Fact>, alive: &mut HashSet<String>) -> Vec<Fact> {
    facts
        .into_iter()
        .filter(|fact| {
            let newest = alive.insert(fact.source.reference.to_string());
            newest && matches!(fact.body, Body::Deleted)
        })
        .collect()
}

/// Until it is known how large a server's Observations are: an hour of seconds has 11 KB.
const FIRST_PAGE: usize = 200;
/// What a page of Observations should come to.
const PAGE_BYTES: usize = 2 << 20;
