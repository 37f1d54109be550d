//! The live channel of a session: what it brings is committed at once and waits for no request.

use std::time::Duration;

use fhir::{FhirError, LiveEvent};
use tokio::sync::mpsc;
use vault::PageCommit;

use crate::backoff::delay;
use crate::beats::Stage;
use crate::engine::{Engine, RETRY_AT_MOST};
use crate::event::SyncEvent;
use crate::pace::Pace;
use crate::progress::SyncError;
use crate::task::{AbortOnDrop, on_vault};

/// A channel that held for so long was a good one.
const HELD: Duration = Duration::from_secs(60);
/// The server was heard a moment ago by another way.
const JUST_NOW: Duration = Duration::from_secs(3);

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
            match self.client.probe().await {
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

    /// One channel to its end; gives why it ended.
    ///
    /// # Errors
    /// Of the cache.
    async fn listen(&self, topic: &str, pace: &Pace, bound: &mut bool) -> Result<FhirError, SyncError> {
        let (send, mut incoming) = mpsc::channel(256);
        let (client, topic) = (self.client.clone(), topic.to_owned());
        let mut listener =
            AbortOnDrop(tokio::spawn(async move { fhir::listen(&client, &topic, send).await }));
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
                    let now = self.now();
                    let ahead = self.link().clock_offset_ms.unwrap_or_default().max(0);
                    let commit = PageCommit {
                        facts: page.facts,
                        unreadable: page.unreadable,
                        received: now,
                        clock: Some(now + ahead),
                        ..Default::default()
                    };
                    let what = on_vault(&self.vault, move |vault| vault.commit(commit)).await?;
                    self.seen(SyncEvent::Changed { what, received });
                }
            }
            if *bound {
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
