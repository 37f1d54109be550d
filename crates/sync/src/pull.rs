//! Pulls pages into the vault: the ward first, then a day, then the rest, then what changes.
//!
//! A cursor moves in the transaction of the page that earned it. Windows of the first sync are marked as done with
//! their last page; after a crash an unfinished one is read again, and what was there already changes nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use clinical::{Body, Fact, Instant};
use fhir::{Client, FhirError, Server, format_instant, parse_instant};
use url::Url;
use vault::{Ingested, PageCommit, Vault};

use crate::event::{Now, SyncEvent};
use crate::first_sync::{ASKED_ANYWAY, KINDS, WINDOWS, Window, serves};
use crate::progress::{Progress, Report, SyncError};
use crate::task::{AbortOnDrop, on_vault};

/// Overlap of two pulls: what the server committed late with an earlier time is still met.
const OVERLAP: i64 = 60_000;
/// More pages than this in one search are taken for a loop.
const MOST_PAGES: usize = 20_000;

type Tell<'a> = &'a mut (dyn FnMut(SyncEvent) + Send);

/// The pulling half of the engine.
pub(crate) struct Puller {
    client: Client,
    vault: Arc<Vault>,
    now: Now,
    report: Report,
    done: HashSet<&'static str>,
    loaded: bool,
    /// (reference, version) of what was taken in lately: the overlap is read often and stored once.
    recent: HashMap<u64, ()>,
    recent_order: VecDeque<u64>,
    /// The server's clock at the last answer.
    pub server_time: Option<Instant>,
    /// Bytes of an entry on the last full page of Observations.
    entry_bytes: Option<usize>,
}

impl Puller {
    pub fn new(client: Client, vault: Arc<Vault>, now: Now) -> Puller {
        Puller {
            client,
            vault,
            now,
            report: Report::default(),
            done: HashSet::new(),
            loaded: false,
            recent: HashMap::new(),
            recent_order: VecDeque::new(),
            server_time: None,
            entry_bytes: None,
        }
    }

    /// Entries to ask for: a page of Observations stays near [`PAGE_BYTES`], whether they are hours of seconds or single values.
    fn page_size(&self, kind: &str) -> usize {
        if kind != "Observation" {
            return 500;
        }
        self.entry_bytes.map_or(FIRST_PAGE, |bytes| (PAGE_BYTES / bytes.max(1)).clamp(100, 1000))
    }

    pub fn is_complete(&self) -> bool {
        self.loaded && self.done.len() == WINDOWS.len()
    }

    pub fn report(&self) -> Report {
        self.report.clone()
    }

    pub async fn load(&mut self) -> Result<(), SyncError> {
        if self.loaded {
            return Ok(());
        }
        let done = on_vault(&self.vault, |vault| {
            vault.read(|reader| {
                WINDOWS
                    .iter()
                    .filter_map(|w| reader.cursor(w.name).transpose().map(|c| c.map(|_| w.name)))
                    .collect()
            })
        });
        let done: Vec<&'static str> = done.await?;
        self.done = done.into_iter().collect();
        self.loaded = true;
        Ok(())
    }

    /// The windows that the board needs before anything else.
    pub async fn first_ward(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.load().await?;
        for window in WINDOWS.iter().filter(|w| w.ward || w.name == "first/2h" || w.name == "first/day") {
            if !self.done.contains(window.name) {
                self.window(server, window, tell).await?;
            }
        }
        Ok(())
    }

    /// One more window of the backfill, if any is left.
    pub async fn step(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        self.load().await?;
        match WINDOWS.iter().find(|w| !self.done.contains(w.name)) {
            Some(window) => self.window(server, window, tell).await,
            None => Ok(()),
        }
    }

    async fn window(
        &mut self,
        server: &Server,
        window: &'static Window,
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let listed = serves(server, window.kind);
        let mut asked = Ok(());
        if listed || ASKED_ANYWAY.contains(&window.kind) {
            let now = (self.now)();
            let mut query = format!("{}?_count={}", window.kind, self.page_size(window.kind));
            let mut limit = |operator: &str, ago: Option<i64>| {
                if let Some(ago) = ago {
                    query.push_str(&format!("&date={operator}{}", format_instant(now - ago)));
                }
            };
            limit("ge", window.from_ago);
            limit("lt", window.to_ago);
            let cursors = vec![(window.name.to_owned(), "done".to_owned())];
            let began = [format!("since/{}", window.kind), format!("deleted/{}", window.kind)];
            asked = self.search(&query, cursors, began, tell).await;
        }
        let unserved = matches!(asked, Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)));
        if !listed && unserved {
            asked = Ok(());
        }
        asked?;
        if !listed && (unserved || !ASKED_ANYWAY.contains(&window.kind)) {
            self.commit(PageCommit {
                cursors: vec![(window.name.to_owned(), "not served".to_owned())],
                received: (self.now)(),
                ..Default::default()
            })
            .await?;
        }
        self.done.insert(window.name);
        tell(SyncEvent::Progress(Progress {
            done: self.done.len(),
            total: WINDOWS.len(),
            samples: self.report.samples,
        }));
        Ok(())
    }

    /// Everything that changed since the cursors.
    pub async fn changes(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        for kind in KINDS.into_iter().filter(|kind| serves(server, kind) || ASKED_ANYWAY.contains(kind)) {
            let name = format!("since/{kind}");
            let cursor = self.cursor(&name).await?;
            let Some(since) = cursor.as_deref().and_then(parse_instant) else { continue };
            let query = format!(
                "{kind}?_lastUpdated=ge{}&_sort=_lastUpdated&_count={}",
                format_instant(since - OVERLAP),
                self.page_size(kind)
            );
            let found = self.read(Read::new(&query), |page, began| page.finished(&name, began), tell).await;
            match found {
                // A server that cannot search this kind by time is read whole at the start, and not again.
                Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// What was deleted since the cursors, from the history of each kind that has one.
    pub async fn deletions(&mut self, server: &Server, tell: Tell<'_>) -> Result<(), SyncError> {
        for kind in KINDS {
            if !server.histories.iter().any(|h| h == kind) {
                continue;
            }
            // A cursor of its own: the one of the search may have moved past a deletion that was not looked at.
            let name = format!("deleted/{kind}");
            let cursor = self.cursor(&name).await?;
            let Some(since) = cursor.as_deref().and_then(parse_instant) else { continue };
            let query = format!(
                "{kind}/_history?_since={}&_count={}",
                format_instant(since - OVERLAP),
                self.page_size(kind)
            );
            let read = Read { deletions_only: true, ..Read::new(&query) };
            let found = self.read(read, |page, began| page.finished(&name, began), tell).await;
            match found {
                // It said that it has one; without it, deletions come by notification alone.
                Err(SyncError::Fhir(FhirError::Refused { .. } | FhirError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// One search to its end, without a cursor. Nobody waits for a message: who asked looks at the cache when this returns.
    pub async fn everything(&mut self, query: &str) -> Result<(), SyncError> {
        self.read(Read::new(query), |_, _| Vec::new(), &mut |_| {}).await
    }

    /// A window: it is done with its last page; `began` gets the server's time with the first one, unless it has one. A window
    /// that breaks off is read again later, and what was deleted in between must still be found.
    async fn search(
        &mut self,
        query: &str,
        last: Vec<(String, String)>,
        began: [String; 2],
        tell: Tell<'_>,
    ) -> Result<(), SyncError> {
        let known = self.cursor(&began[0]).await?.is_some();
        let cursors = move |page: At, at: Option<Instant>| {
            let mut cursors = if page.last { last.clone() } else { Vec::new() };
            if let (true, false, Some(at)) = (page.first, known, at) {
                cursors.extend(began.clone().map(|name| (name, format_instant(at))));
            }
            cursors
        };
        self.read(Read::new(query), cursors, tell).await
    }

    /// Reads every page of a search. `cursors` is asked with each page's place and the server's time at the first one; what
    /// it gives is committed with that page.
    async fn read(
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
            self.report.bytes += fetched.bytes;
            self.report.resources += fetched.page.resources;
            met.insert(url.clone());
            let print = fingerprint(&fetched.page.facts, fetched.page.resources);
            let looping = fetched.page.resources > 0 && print == last_page;
            last_page = print;
            let next = match fetched.page.next.as_deref().map(|link| self.client.next(link)) {
                Some(Ok(next)) if looping || met.contains(&next) || met.len() >= MOST_PAGES => {
                    self.report.problems.push(FhirError::Loop { pages: met.len() }.to_string());
                    tracing::warn!(pages = met.len(), "paging repeats itself");
                    drop(next);
                    None
                }
                Some(Ok(next)) => Some(next),
                Some(Err(error)) => {
                    self.report.problems.push(error.to_string());
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
                (self.unseen(fetched.page.facts), fetched.page.unreadable)
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
        self.report.problems.push(error.to_string());
        Ok(())
    }

    async fn commit(&mut self, page: PageCommit) -> Result<Ingested, SyncError> {
        let what = on_vault(&self.vault, move |vault| vault.commit(page)).await.inspect_err(|_| {
            // Nothing of the page was kept: it is not to be left out when it is read again.
            self.recent.clear();
            self.recent_order.clear();
        })?;
        self.report.samples += what.samples;
        self.report.quarantined += what.quarantined;
        Ok(what)
    }

    async fn cursor(&self, name: &str) -> Result<Option<String>, SyncError> {
        let name = name.to_owned();
        on_vault(&self.vault, move |vault| vault.read(|reader| reader.cursor(&name))).await
    }

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
            if self.recent.insert(key, ()).is_none() {
                self.recent_order.push_back(key);
                return true;
            }
            false
        };
        let kept = facts.into_iter().filter(fresh).collect();
        while self.recent_order.len() > KEEP {
            if let Some(old) = self.recent_order.pop_front() {
                self.recent.remove(&old);
            }
        }
        kept
    }
}

/// Where a page stands in its search.
#[derive(Clone, Copy)]
struct At {
    first: bool,
    last: bool,
}

impl At {
    /// The cursor of a search for changes: it moves when all of them are here.
    fn finished(self, name: &str, began: Option<Instant>) -> Vec<(String, String)> {
        began.filter(|_| self.last).map(|at| (name.to_owned(), format_instant(at))).into_iter().collect()
    }
}

/// One search or history to be read to its end.
struct Read<'a> {
    query: &'a str,
    /// Of a history: what it says of resources that live was read by a search already.
    deletions_only: bool,
}

impl<'a> Read<'a> {
    fn new(query: &'a str) -> Read<'a> {
        Read { query, deletions_only: false }
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
