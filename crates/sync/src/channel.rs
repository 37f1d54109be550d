//! The live channel of a session: what it brings is committed at once and waits for no request.

use std::collections::HashSet;
use std::time::Duration;

use clinical::{Body, EpisodeId, Fact, SmolStr, Unreadable};
use fhir::{FhirError, LiveEvent, Page, Whose};
use tokio::sync::mpsc;
use vault::PageCommit;

use crate::backoff::delay;
use crate::beats::{Beats, Stage};
use crate::engine::{Engine, RETRY_AT_MOST};
use crate::event::SyncEvent;
use crate::pace::Pace;
use crate::progress::SyncError;
use crate::task::{AbortOnDrop, on_vault};

/// A channel that held for so long was a good one.
const HELD: Duration = Duration::from_secs(60);
/// The server was heard a moment ago by another way.
const JUST_NOW: Duration = Duration::from_secs(3);

/// A channel that has ended is waited for by nobody: asking goes on, and the chip says so.
struct Rests<'a>(&'a Beats);

impl Drop for Rests<'_> {
    fn drop(&mut self) {
        self.0.rest(Stage::Channel);
    }
}

impl Engine {
    /// Follows the topic for as long as the server is there; where it offers one and gives none, the turns go on asking. Gives
    /// why the server is gone.
    pub(crate) async fn follow(&self, topic: &str, pace: &Pace) -> SyncError {
        let mut tries = 0u32;
        loop {
            let began = tokio::time::Instant::now();
            let mut was_bound = false;
            let error = match self.listen(topic, pace, &mut was_bound).await {
                Err(error) => return error,
                Ok(error) => error,
            };
            if !was_bound {
                // The topic is offered but cannot be used; asking still works.
                tracing::warn!(cause = error.cause(), "live channel refused, polling instead");
                return std::future::pending().await;
            }
            pace.set_live(false);
            // The socket alone may have gone: what is heard otherwise tells, or one question.
            let is_heard = self.beats().silent(Stage::Server).is_some_and(|silent| silent < JUST_NOW);
            let sign = match self.scoped().and_then(|scoped| scoped.sign()) {
                Some(query) => self.client.probe_by(&query).await,
                None => self.client.probe().await,
            };
            match sign {
                Ok(date) => self.online(date, false),
                Err(_) if is_heard => self.online(None, false),
                Err(_) => return error.into(),
            }
            if began.elapsed() >= HELD {
                tries = 0;
                continue;
            }
            // One that goes again and again is not asked for without a pause.
            tokio::time::sleep(delay(tries, None, rand::random()).min(RETRY_AT_MOST)).await;
            tries = tries.saturating_add(1);
        }
    }

    /// What of a notification is about somebody here; the rest is counted and dropped. Somebody who came is looked for at once.
    /// What of a notification is about somebody here, and the names of what is about others.
    async fn of_here(&self, mut page: Page, pace: &Pace) -> Result<(Page, Vec<SmolStr>), SyncError> {
        let Some(scoped) = self.scoped() else { return Ok((page, Vec::new())) };
        if page.facts.iter().any(|fact| scoped.is_arrival(fact)) {
            pace.ask();
        }
        let alarms: Vec<EpisodeId> = page.facts.iter().filter_map(alarm_of).cloned().collect();
        let mut known: HashSet<EpisodeId> = HashSet::new();
        if !alarms.is_empty() {
            known = on_vault(&self.vault, &self.beats, move |vault| {
                vault.read(|reader| {
                    let mut known = HashSet::new();
                    for id in alarms {
                        if reader.episode(&id)?.is_some() {
                            known.insert(id);
                        }
                    }
                    Ok(known)
                })
            })
            .await?;
        }
        let came: Vec<SmolStr> = page.facts.iter().map(|fact| fact.source.reference.clone()).collect();
        page.facts = scoped.of_here(page.facts, Some(&|id| known.contains(id)));
        let kept: HashSet<&SmolStr> = page.facts.iter().map(|fact| &fact.source.reference).collect();
        let others = came.into_iter().filter(|reference| !kept.contains(reference)).collect();
        let is_here = |one: &Unreadable| match self.client.whose(one) {
            Whose::Of(id) => scoped.known().asked.contains(&id),
            // It may be about anybody.
            Whose::Nobodys | Whose::Unsaid => true,
        };
        page.unreadable.retain(is_here);
        Ok((page, others))
    }

    /// One channel to its end; gives why it ended.
    ///
    /// # Errors
    /// Of the cache.
    async fn listen(&self, topic: &str, pace: &Pace, bound: &mut bool) -> Result<FhirError, SyncError> {
        let (send, mut incoming) = mpsc::channel(256);
        let (client, topic) = (self.client.clone(), topic.to_owned());
        let mut listener =
            AbortOnDrop(tokio::spawn(async move { fhir::listen(&client, &topic, send).await }));
        let _rests = Rests(self.beats());
        while let Some(event) = incoming.recv().await {
            match event {
                LiveEvent::Bound => {
                    *bound = true;
                    self.begin_to_listen().await?;
                    // What changed, or was deleted, between the last word and the binding.
                    pace.set_live(true);
                }
                LiveEvent::Heartbeat => {}
                LiveEvent::Counted(counted) => {
                    if self.is_missing_some(&counted).await? {
                        pace.ask();
                    }
                    continue;
                }
                // The server names what changed and no more.
                LiveEvent::Changed { page, .. } if page.facts.is_empty() && page.unreadable.is_empty() => {
                    pace.ask();
                }
                LiveEvent::Changed { page, received } => {
                    let (page, others) = self.of_here(page, pace).await?;
                    let now = self.now();
                    let ahead = self.link().clock_offset_ms.unwrap_or_default().max(0);
                    let commit = PageCommit {
                        facts: page.facts,
                        unreadable: page.unreadable,
                        labels: page.labels,
                        others,
                        received: now,
                        clock: Some(now + ahead),
                        ..Default::default()
                    };
                    let what = on_vault(&self.vault, &self.beats, move |vault| vault.commit(commit)).await?;
                    self.seen(SyncEvent::Changed { what, received });
                }
            }
            if *bound {
                // A bound channel says something every few seconds, of its own or because it is asked to.
                self.beats().beat(Stage::Channel);
                self.beats().pass(Stage::Alarms);
                self.online(None, true);
            }
        }
        Ok(match (&mut listener.0).await {
            Ok(Err(error)) => error,
            _ => FhirError::Live("closed".into()),
        })
    }
}

/// The alarm that something was done about.
fn alarm_of(fact: &Fact) -> Option<&EpisodeId> {
    match &fact.body {
        Body::Action(action) => action.about.episode(),
        Body::Call(call) => Some(&call.episode),
        _ => None,
    }
}
