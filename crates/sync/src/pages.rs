//! Reads the pages of a search to their end, each into the vault with the cursors that it earned.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use clinical::{Body, Fact, Instant};
use fhir::{Client, FhirError, format_instant};
use url::Url;
use vault::{Ingested, PageCommit, Vault};

use crate::event::{Now, SyncEvent};
use crate::progress::{SyncError, SyncProgress};
use crate::task::{AbortOnDrop, on_vault};

/// More pages than this in one search are taken for a loop.
const MOST_PAGES: usize = 20_000;

pub(crate) type Tell<'a> = &'a mut (dyn FnMut(SyncEvent) + Send);

/// The way from a server's pages into the vault.
pub(crate) struct Pages {
    client: Client,
    vault: Arc<Vault>,
    now: Now,
    pub progress: SyncProgress,
    recent: Recent,
    /// The server's clock at the last answer.
    pub server_time: Option<Instant>,
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
            server_time: None,
            entry_bytes: None,
        }
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

    /// Reads every page of a search. `cursors` is asked with each page's place and the server's time at the first one; what
    /// it gives is committed with that page.
    pub(crate) async fn read(
        &mut self,
        read: Read<'_>,
        cursors: impl Fn(At, Option<Instant>) -> Vec<(String, String)>,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let mut url = self.client.url(read.query)?;
        let mut alive: HashSet<String> = HashSet::new();
        let mut met: HashSet<Url> = HashSet::new();
        let mut last_page = 0u64;
        let mut began = None;
        // The next page is fetched while this one is parsed and stored.
        let mut fetching = Some(self.fetch(url.clone()));
        while let Some(mut fetch) = fetching.take() {
            let fetched = match (&mut fetch.0).await.map_err(|_| SyncError::Stopped)? {
                Ok(fetched) => fetched,
                Err(FhirError::TooLarge { limit_mib }) => match smaller(&url) {
                    Some(next) => {
                        url = next;
                        fetching = Some(self.fetch(url.clone()));
                        continue;
                    }
                    None => return self.problem(FhirError::TooLarge { limit_mib }),
                },
                Err(error) => return Err(error.into()),
            };
            began = began
                .or(fetched.server_time)
                .or_else(|| fetched.page.facts.iter().filter_map(|f| f.updated_at).max());
            self.server_time = fetched.server_time.or(self.server_time);
            let received = std::time::Instant::now();
            if fetched.page.resources >= 50 && url.path().ends_with("/Observation") {
                self.entry_bytes = Some(fetched.bytes / fetched.page.resources);
            }
            self.progress.bytes += fetched.bytes;
            self.progress.resources += fetched.page.resources;
            met.insert(url.clone());
            let print = fingerprint(&fetched.page.facts, fetched.page.resources);
            let looping = fetched.page.resources > 0 && print == last_page;
            last_page = print;
            let next = match fetched.page.next.as_deref().map(|link| self.client.next(link)) {
                Some(Ok(next)) if looping || met.contains(&next) || met.len() >= MOST_PAGES => {
                    self.progress.problems.push(FhirError::Loop { pages: met.len() }.to_string());
                    tracing::warn!(pages = met.len(), "paging repeats itself");
                    drop(next);
                    None
                }
                Some(Ok(next)) => Some(next),
                Some(Err(error)) => {
                    self.progress.problems.push(error.to_string());
                    None
                }
                None => None,
            };
            if let Some(next) = next {
                url = next;
                fetching = Some(self.fetch(url.clone()));
            }
            let (facts, unreadable) = if read.deletions_only {
                (gone(fetched.page.facts, &mut alive), Vec::new())
            } else {
                (self.recent.unseen(fetched.page.facts), fetched.page.unreadable)
            };
            let commit = PageCommit {
                facts,
                unreadable,
                cursors: cursors(At { first: met.len() == 1, last: fetching.is_none() }, began),
                received: (self.now)(),
            };
            if commit.facts.is_empty() && commit.unreadable.is_empty() && commit.cursors.is_empty() {
                continue;
            }
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
        Ok(())
    }

    fn fetch(&self, url: Url) -> AbortOnDrop<Result<fhir::Fetched, FhirError>> {
        let client = self.client.clone();
        AbortOnDrop(tokio::spawn(async move { client.page(url).await }))
    }

    fn problem(&mut self, error: FhirError) -> Result<(), SyncError> {
        tracing::warn!(cause = error.cause(), "part of the server's data could not be read");
        self.progress.problems.push(error.to_string());
        Ok(())
    }

    pub(crate) async fn commit(&mut self, page: PageCommit) -> Result<Ingested, SyncError> {
        let bounds = bounds(&page.facts);
        let what = on_vault(&self.vault, move |vault| vault.commit(page)).await.inspect_err(|_| {
            // Nothing of the page was kept: it is not to be left out when it is read again.
            self.recent = Recent::default();
        })?;
        self.progress.samples += what.samples;
        self.progress.quarantined += what.quarantined;
        if bounds > 0 {
            tracing::warn!(bounds, "values that are only bounds are kept as the bound itself");
            if !self.progress.problems.iter().any(|known| known == ONLY_BOUNDS) {
                self.progress.problems.push(ONLY_BOUNDS.to_owned());
            }
        }
        Ok(what)
    }

    /// Where a kind of search stands.
    pub(crate) async fn cursor(&self, name: &str) -> Result<Option<String>, SyncError> {
        let name = name.to_owned();
        on_vault(&self.vault, move |vault| vault.read(|reader| reader.cursor(&name))).await
    }
}

/// Of values that a device can only tell a side of; the vault keeps no comparator yet.
const ONLY_BOUNDS: &str =
    "some values came as bounds, such as <40: they are kept and shown as the bound itself";

/// How many values are only bounds.
fn bounds(facts: &[Fact]) -> usize {
    let of = |fact: &Fact| match &fact.body {
        Body::Samples(samples) => samples.iter().filter(|sample| sample.comparator.is_some()).count(),
        _ => 0,
    };
    facts.iter().map(of).sum()
}

/// (reference, version) of what was taken in lately: the overlap is read often and stored once.
#[derive(Default)]
struct Recent {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Leaves out what was taken in lately in the same version.
    fn unseen(&mut self, facts: Vec<Fact>) -> Vec<Fact> {
        const KEEP: usize = 50_000;
        let fresh = |fact: &Fact| {
            // Without a version there is nothing to compare; the vault's own keys keep it from doubling.
            if fact.source.version.is_empty() || matches!(fact.body, Body::Deleted) {
                return true;
            }
            let mut hasher = DefaultHasher::new();
            (&fact.source.reference, &fact.source.version).hash(&mut hasher);
            let key = hasher.finish();
            if self.known.insert(key) {
                self.order.push_back(key);
                return true;
            }
            false
        };
        let kept = facts.into_iter().filter(fresh).collect();
        while self.order.len() > KEEP {
            if let Some(old) = self.order.pop_front() {
                self.known.remove(&old);
            }
        }
        kept
    }
}

/// Where a page stands in its search.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub first: bool,
    pub last: bool,
}

impl At {
    /// The cursor of a search for changes: it moves when all of them are here.
    pub(crate) fn finished(self, name: &str, began: Option<Instant>) -> Vec<(String, String)> {
        began.filter(|_| self.last).map(|at| (name.to_owned(), format_instant(at))).into_iter().collect()
    }
}

/// One search or history to be read to its end.
pub(crate) struct Read<'a> {
    query: &'a str,
    /// Of a history: what it says of resources that live was read by a search already.
    deletions_only: bool,
}

impl<'a> Read<'a> {
    /// All that a search finds.
    pub(crate) fn all(query: &'a str) -> Read<'a> {
        Read { query, deletions_only: false }
    }

    /// The deletions in a history.
    pub(crate) fn deletions(query: &'a str) -> Read<'a> {
        Read { query, deletions_only: true }
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

/// The same search in pages of a quarter of the size.
fn smaller(url: &Url) -> Option<Url> {
    let count: usize =
        url.query_pairs().find(|(name, _)| name == "_count").and_then(|(_, v)| v.parse().ok())?;
    (count > 1).then(|| {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(n, v)| {
                if n == "_count" {
                    (n.into_owned(), (count / 4).max(1).to_string())
                } else {
                    (n.into_owned(), v.into_owned())
                }
            })
            .collect();
        let mut url = url.clone();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        url
    })
}

fn fingerprint(facts: &[Fact], resources: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    resources.hash(&mut hasher);
    for fact in facts {
        (&fact.source.reference, &fact.source.version).hash(&mut hasher);
    }
    hasher.finish()
}
