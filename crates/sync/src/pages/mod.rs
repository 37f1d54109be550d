//! Reads the pages of a search to their end, each into the vault with the cursors that it earned.

mod counted;
mod read;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use clinical::consent::Label;
use clinical::{Body, Fact, Instant, Source, Unreadable};
use fhir::{Access, Client, FhirError};
use url::Url;
use vault::{Ingested, PageCommit, Vault};

use crate::beats::Beats;
use crate::event::{Now, SyncEvent};
use crate::first_sync::is_of_alarms;
use crate::progress::{SyncError, SyncProgress};
use crate::recent::Recent;
use crate::server_clock::ServerClock;
use crate::task::{AbortOnDrop, on_vault};
use crate::totals::{Total, Totals, channel};
use crate::walk::{Walk, smaller};

pub(crate) use read::{At, Read};

pub(crate) type Tell<'a> = &'a mut (dyn FnMut(SyncEvent) + Send);

/// The way from a server's pages into the vault.
pub(crate) struct Pages {
    client: Client,
    vault: Arc<Vault>,
    beats: Beats,
    now: Now,
    pub progress: SyncProgress,
    recent: Recent,
    pub clock: ServerClock,
    totals: Totals,
    /// Bytes of an entry on the last full page of Observations.
    entry_bytes: Option<usize>,
    /// What was gathered and could not be read, until somebody asks for it.
    unread: Vec<Unreadable>,
    /// What of it was set aside before, as it stands there.
    aside: HashSet<(String, String)>,
}

impl Pages {
    pub(crate) fn new(client: Client, vault: Arc<Vault>, beats: Beats, now: Now) -> Pages {
        Pages {
            client,
            vault,
            beats,
            now,
            progress: SyncProgress::default(),
            recent: Recent::default(),
            clock: ServerClock::default(),
            totals: Totals::default(),
            entry_bytes: None,
            unread: Vec::new(),
            aside: HashSet::new(),
        }
    }

    /// Another for a turn of its own: with what is known of the server's clock and of the size of its pages.
    pub(crate) fn beside(&self, client: Client) -> Pages {
        let (clock, entry_bytes) = (self.clock, self.entry_bytes);
        Pages {
            clock,
            entry_bytes,
            ..Pages::new(client, self.vault.clone(), self.beats.clone(), self.now.clone())
        }
    }

    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.client = self.client.clone().with_patience(patience);
    }

    /// Whether this station may ask for a kind at all, as far as anybody said.
    pub(crate) fn is_granted(&self, kind: &str) -> bool {
        self.client.grants(kind, Access::Search)
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

    /// Reads every page of a search, or of the parts of one; gives how many the server counted and did not give. `cursors` is asked
    /// with each page's place and the moment from which on a later search has to look; what it gives is committed with that page.
    ///
    /// # Errors
    /// Of the server or the cache; also where the search was cut before its last page. What was read is kept, and no cursor that
    /// waits for the last page has moved.
    pub(crate) async fn read(
        &mut self,
        read: Read<'_>,
        cursors: impl Fn(At, Option<Instant>) -> Vec<(String, String)>,
        tell: Tell<'_>,
    ) -> Result<u64, SyncError> {
        let mut parts = Vec::new();
        for query in read.queries {
            parts.push(self.client.url(query)?);
        }
        // Nobody to ask for.
        let (Some(query), Some(first)) = (read.queries.first(), parts.first()) else { return Ok(0) };
        let mut start = first.clone();
        let mut part = 0;
        let mut url = start.clone();
        let mut alive: HashSet<String> = HashSet::new();
        let mut walk = Walk::default();
        let mut began = self.clock.begin(self.now());
        let mut is_second_try = false;
        let counts_each = is_of_alarms(channel(query));
        let always = if counts_each { self.always(channel(query)).await? } else { 0 };
        let (mut whole, mut total) = (Total::default(), Total::beside(always));
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
                    total = if part == 0 { Total::beside(always) } else { Total::of_another_part() };
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
            self.progress.requests += 1;
            self.progress.bytes += fetched.bytes;
            self.progress.resources += fetched.page.resources;
            total.page(&fetched.page, counts_each);
            let next = walk.after(&self.client, &url, &fetched.page);
            let is_end_of_part = matches!(next, Ok(None));
            let at = At {
                first: part == 0 && walk.pages() == 1,
                last: is_end_of_part && part + 1 == parts.len(),
                part,
                is_end_of_part,
                // An alarm that the server counted and did not give is asked for again: its search does not move on.
                is_short: counts_each && whole.with(&total).missing().is_some_and(|missing| missing > 0),
            };
            if let Ok(Some(next)) = &next {
                url = next.clone();
                fetching = Some(self.fetch(url.clone()));
            } else if is_end_of_part {
                whole = whole.with(&total);
                part += 1;
                if let Some(next) = parts.get(part) {
                    (start, url, walk, is_second_try) = (next.clone(), next.clone(), Walk::default(), false);
                    total = Total::of_another_part();
                    fetching = Some(self.fetch(url.clone()));
                }
            }
            if !read.deletions_only {
                for (name, often) in fetched.page.left_out {
                    *self.progress.left_out.entry(name).or_default() += often;
                }
            }
            let (facts, unreadable) = if read.deletions_only {
                (gone(fetched.page.facts, &mut alive), Vec::new())
            } else {
                let unreadable = of_kind(fetched.page.unreadable, channel(query));
                let facts = (read.wanted)(fetched.page.facts);
                let facts = if read.is_anew { self.recent.all(facts) } else { self.recent.unseen(facts) };
                (facts, unreadable)
            };
            let clock = Some(self.clock.date.map_or(now, |date| date.max(now)));
            let cursors = cursors(at, began.cursor(now));
            let (labels, is_first) = (fetched.page.labels, read.is_first);
            let commit = PageCommit {
                facts,
                unreadable,
                others: Vec::new(),
                labels,
                cursors,
                received: now,
                clock,
                is_first,
            };
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
        self.count(query, &whole).await?;
        if counts_each {
            self.learn(query, &whole).await?;
        }
        Ok(whole.missing().unwrap_or_default())
    }

    /// Reads every page of these searches without taking anything in.
    ///
    /// # Errors
    /// Of the server; also where a search was cut before its last page.
    pub(crate) async fn gather(&mut self, queries: &[String]) -> Result<Vec<Fact>, SyncError> {
        Ok(self.gather_all(queries).await?.facts)
    }

    /// The same of who is here and where. What could not be read waits for the census that asked ([`Pages::unread`]).
    ///
    /// # Errors
    /// As [`Pages::gather`].
    pub(crate) async fn look(&mut self, queries: &[String]) -> Result<Vec<Fact>, SyncError> {
        let all = self.gather_all(queries).await?;
        self.unread.extend(all.unreadable);
        Ok(all.facts)
    }

    /// What of these looks could not be read since the last time, each once.
    pub(crate) fn unread(&mut self) -> Vec<Unreadable> {
        let mut seen = HashSet::new();
        let mut all = std::mem::take(&mut self.unread);
        all.retain(|one| seen.insert((one.reference.clone(), one.reason.clone())));
        all
    }

    /// Whether a kind is among them.
    pub(crate) fn has_unread(&self, kind: &str) -> bool {
        self.unread.iter().any(|one| one.reference.split('/').next() == Some(kind))
    }

    /// Leaves out what was set aside before and stands there unchanged: it comes with every look.
    pub(crate) fn not_aside(&mut self, unreadable: Vec<Unreadable>) -> Vec<Unreadable> {
        if self.aside.len() > ASIDE {
            self.aside.clear();
        }
        unreadable
            .into_iter()
            .filter(|one| self.aside.insert((one.reference.clone(), one.body.clone())))
            .collect()
    }

    /// The same with the security labels.
    ///
    /// # Errors
    /// As [`Pages::gather`].
    pub(crate) async fn gather_all(&mut self, queries: &[String]) -> Result<Gathered, SyncError> {
        let mut all = Gathered::default();
        for query in queries {
            let (mut walk, mut next) = (Walk::default(), Some(self.client.url(query)?));
            while let Some(url) = next {
                let fetched = self.client.page(url.clone()).await?;
                let stamp = fetched.page.facts.iter().filter_map(|fact| fact.updated_at).max();
                self.clock.hear(fetched.server_time, stamp, (self.now)());
                self.progress.requests += 1;
                self.progress.bytes += fetched.bytes;
                self.progress.resources += fetched.page.resources;
                next = walk.after(&self.client, &url, &fetched.page)?;
                all.facts.extend(fetched.page.facts);
                all.labels.extend(fetched.page.labels);
                all.unreadable.extend(fetched.page.unreadable);
            }
        }
        Ok(all)
    }

    /// The first page of a search alone, without taking anything in.
    ///
    /// # Errors
    /// Of the server.
    pub(crate) async fn first(&self, query: &str) -> Result<Gathered, SyncError> {
        let page = self.client.page(self.client.url(query)?).await?.page;
        Ok(Gathered { facts: page.facts, labels: page.labels, unreadable: page.unreadable })
    }

    /// Takes in what was gathered, as far as it is new, with its cursors.
    pub(crate) async fn take_in(
        &mut self,
        gathered: Gathered,
        cursors: Vec<(String, String)>,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let Gathered { facts, labels, unreadable } = gathered;
        let (facts, now) = (self.recent.unseen(facts), self.now());
        if facts.is_empty() && unreadable.is_empty() && cursors.is_empty() {
            return Ok(());
        }
        let clock = Some(self.clock.date.map_or(now, |date| date.max(now)));
        let commit =
            PageCommit { facts, unreadable, labels, cursors, received: now, clock, ..PageCommit::default() };
        let what = self.commit(commit).await?;
        tell(SyncEvent::Changed { what, received: std::time::Instant::now() });
        Ok(())
    }

    /// The server's client.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// How many of a channel the server counted and did not give.
    pub(crate) fn short(&self, channel: &str) -> Option<u64> {
        self.totals.short(channel)
    }

    fn fetch(&self, url: Url) -> AbortOnDrop<Result<fhir::Fetched, FhirError>> {
        let client = self.client.clone();
        AbortOnDrop(tokio::spawn(async move { client.page(url).await }))
    }

    pub(crate) async fn commit(&mut self, page: PageCommit) -> Result<Ingested, SyncError> {
        let what =
            on_vault(&self.vault, &self.beats, move |vault| vault.commit(page)).await.inspect_err(|_| {
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
        on_vault(&self.vault, &self.beats, move |vault| vault.read(|reader| reader.cursor(&name))).await
    }
}

/// What searches gave, without taking anything in.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub facts: Vec<Fact>,
    /// The security labels of those that have some.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// What of it could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// What was set aside is remembered up to so many; a server of which more cannot be read is told of again.
const ASIDE: usize = 200;

/// Of values from a device whose clock is wrong.
const DATED_AHEAD: &str =
    "some values are dated ahead of the clock: they are kept, and not shown as the newest";

/// What cannot be read and does not say what it is, is what was asked for, where that may be an alarm.
fn of_kind(mut unreadable: Vec<Unreadable>, kind: &str) -> Vec<Unreadable> {
    for item in unreadable.iter_mut().filter(|item| is_of_alarms(kind) && !item.reference.contains('/')) {
        item.reference = format!("{kind}/{}", item.reference);
    }
    unreadable
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
