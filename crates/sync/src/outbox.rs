//! Sends what people did, lane by lane; one bad row never blocks the others, and nothing is dropped.

use std::sync::Arc;
use std::time::Duration;

use clinical::Instant;
use fhir::FhirError;
use vault::{Kind, OutboxRow};

use crate::backoff::delay;
use crate::engine::Engine;
use crate::event::SyncEvent;
use crate::progress::SyncError;
use crate::task::on_vault;

impl Engine {
    pub(crate) async fn send_outbox(self: Arc<Self>) {
        let mut was_online = false;
        loop {
            let online = self.link().online;
            if online {
                if !was_online && on_vault(&self.vault, |vault| vault.retry_all()).await.is_err() {
                    tracing::error!("the outbox cannot be read");
                }
                if let Err(error) = self.flush().await {
                    tracing::error!(cause = error.cause(), "the outbox stopped");
                }
            }
            was_online = online;
            let wait = self.pause(online).await;
            tokio::select! {
                () = self.wake_outbox.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Until the next row is due; a look now and then costs nothing.
    async fn pause(&self, online: bool) -> Duration {
        let due = on_vault(&self.vault, |vault| vault.read(|reader| reader.next_due())).await.ok().flatten();
        until_due(due.filter(|_| online), (self.now)())
    }

    /// Sends everything that is due now; gives the number of actions that arrived.
    ///
    /// # Errors
    /// Of the cache. A server that refuses is no error here: the row says what happened.
    pub async fn flush(&self) -> Result<usize, SyncError> {
        let mut arrived = 0;
        loop {
            let now = (self.now)();
            let due = on_vault(&self.vault, move |vault| vault.read(|reader| reader.due(now))).await?;
            if due.is_empty() {
                return Ok(arrived);
            }
            for row in due {
                let went = self.send(&row).await;
                arrived += usize::from(went.is_ok());
                if let Err(error @ FhirError::SignIn) = went {
                    // Nobody is at fault but the sign-in: everything waits as it is until there is one.
                    self.offline(&SyncError::Fhir(error));
                    return Ok(arrived);
                }
                self.settle(row, went).await?;
                let _ = self.events.send(SyncEvent::Outbox);
            }
        }
    }

    async fn send(&self, row: &OutboxRow) -> Result<(), FhirError> {
        let resource: serde_json::Value = serde_json::from_str(&row.body)
            .map_err(|_| FhirError::Refused { status: 0, detail: ": the stored action is damaged".into() })?;
        let went = match row.kind {
            Kind::DetectedIssue => match self.client.put_issue(&resource).await {
                // Somebody changed it between the question and the answer: ask again, once.
                Err(FhirError::Conflict { .. }) => self.client.put_issue(&resource).await,
                other => other,
            },
            Kind::Communication => match self.client.create_action(&row.key, &resource).await {
                // Read again: it may be there under its identifier. That alone is success; the refusal is not.
                Err(conflict @ FhirError::Conflict { .. }) => {
                    let found = self.client.find_action(&row.key).await?;
                    return if found == 0 { Err(conflict) } else { Ok(()) };
                }
                other => other,
            },
            Kind::CommunicationRequest => match self.client.create_call(&row.key, &resource).await {
                Err(conflict @ FhirError::Conflict { .. }) => {
                    let found = self.client.find_call(&row.key).await?;
                    return if found == 0 { Err(conflict) } else { Ok(()) };
                }
                other => other,
            },
        };
        went.map(|_| ())
    }

    async fn settle(&self, row: OutboxRow, went: Result<(), FhirError>) -> Result<(), SyncError> {
        let now = (self.now)();
        let action = row.key;
        match went {
            Ok(()) => on_vault(&self.vault, move |vault| vault.sent(action, now)).await,
            // Refused for good: it stays where a person sees it.
            Err(
                error @ (FhirError::Refused { .. }
                | FhirError::Conflict { .. }
                | FhirError::NotFound
                | FhirError::Gone
                | FhirError::Forbidden),
            ) => {
                let reason = error.to_string();
                on_vault(&self.vault, move |vault| vault.park(action, reason)).await
            }
            Err(error) => {
                let wait = delay(row.tries, error.retry_after(), rand::random());
                let next = now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                on_vault(&self.vault, move |vault| vault.postpone(action, next)).await
            }
        }
    }
}

/// How long to wait for a row that is due at `due`; while nothing can be sent, and where nothing waits, for somebody who wakes us.
fn until_due(due: Option<Instant>, now: Instant) -> Duration {
    let ms = due.map_or(SELDOM_MS, |due| due.ms_since(now).clamp(50, SELDOM_MS));
    Duration::from_millis(ms.unsigned_abs())
}

const SELDOM_MS: i64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_in_which_nothing_can_be_sent_is_not_looked_at_without_a_pause() {
        let wait = |due: Option<i64>| until_due(due.map(Instant), Instant(100_000)).as_millis();
        assert_eq!(wait(None), 5_000, "nothing that could be sent");
        assert_eq!(wait(Some(0)), 50, "a row that was due while another was sent");
        assert_eq!(wait(Some(101_000)), 1_000);
        assert_eq!(wait(Some(900_000)), 5_000);
    }
}
