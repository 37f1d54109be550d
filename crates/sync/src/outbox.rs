//! Sends what people did, in order within a lane, and several lanes beside each other: neither a bad row nor an answer that does not
//! come holds anybody else's, and nothing is dropped.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use clinical::Instant;
use fhir::{Access, Client, FhirError};
use tokio::task::JoinSet;
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
                if !was_online && on_vault(&self.vault, &self.beats, |vault| vault.retry_all()).await.is_err()
                {
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
        let due = on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.next_due()))
            .await
            .ok()
            .flatten();
        until_due(due.filter(|_| online), (self.now)())
    }

    /// Sends everything that is due now; gives the number of actions that arrived.
    ///
    /// # Errors
    /// Of the cache. A server that refuses is no error here: the row says what happened.
    pub async fn flush(&self) -> Result<usize, SyncError> {
        let (mut arrived, mut is_signed_in) = (0, true);
        // A row stays the first of its lane until it is settled: whoever is not under way may go.
        let mut under_way = UnderWay::default();
        let mut sending: JoinSet<(OutboxRow, Result<(), FhirError>)> = JoinSet::new();
        loop {
            let now = (self.now)();
            let due =
                on_vault(&self.vault, &self.beats, move |vault| vault.read(|reader| reader.due(now))).await?;
            for row in due.into_iter().filter(|_| is_signed_in) {
                if under_way.takes(&row) {
                    let client = self.client.clone();
                    sending.spawn(async move {
                        let went = send(&client, &row).await;
                        (row, went)
                    });
                }
            }
            let done = tokio::select! {
                done = sending.join_next() => match done {
                    Some(done) => done,
                    None => return Ok(arrived),
                },
                // What somebody does meanwhile, and what is to be tried again, does not wait for an answer that does not come.
                () = self.wake_outbox.notified() => continue,
                () = tokio::time::sleep(MEANWHILE) => continue,
            };
            let (row, went) = done.map_err(|_| SyncError::Stopped)?;
            under_way.ends(&row);
            arrived += usize::from(went.is_ok());
            if let Err(FhirError::SignIn(_)) = went
                && let Err(error @ FhirError::SignIn(_)) = self.client.probe().await
            {
                // Nobody is at fault but the sign-in: everything waits as it is until there is one.
                is_signed_in = false;
                self.offline(&SyncError::Fhir(error));
                continue;
            }
            self.settle(row, went).await?;
            let _ = self.events.send(SyncEvent::Outbox);
        }
    }

    async fn settle(&self, row: OutboxRow, went: Result<(), FhirError>) -> Result<(), SyncError> {
        let now = (self.now)();
        let action = row.key;
        match went {
            Ok(()) => on_vault(&self.vault, &self.beats, move |vault| vault.sent(action, now)).await,
            // Refused for good: it stays where a person sees it.
            Err(
                error @ (FhirError::Refused { .. }
                | FhirError::Conflict { .. }
                | FhirError::NotFound
                | FhirError::Gone
                | FhirError::Forbidden
                | FhirError::NotGranted(_)
                // Of somebody whom it lets read: another try is another refusal.
                | FhirError::SignIn(_)),
            ) => {
                let reason = error.to_string();
                on_vault(&self.vault, &self.beats, move |vault| vault.park(action, reason)).await
            }
            Err(error) => {
                let wait = delay(row.tries, error.retry_after(), rand::random());
                let next = now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                on_vault(&self.vault, &self.beats, move |vault| vault.postpone(action, next)).await
            }
        }
    }
}

/// Sends one row. A replay finds the first try.
async fn send(client: &Client, row: &OutboxRow) -> Result<(), FhirError> {
    let resource: serde_json::Value = serde_json::from_str(&row.body)
        .map_err(|_| FhirError::Refused { status: 0, detail: ": the stored action is damaged".into() })?;
    let (kind, wanted): (_, &[Access]) = match row.kind {
        Kind::DetectedIssue => ("DetectedIssue", &[Access::Create, Access::Update]),
        Kind::Communication => ("Communication", &[Access::Create]),
        Kind::CommunicationRequest => ("CommunicationRequest", &[Access::Create]),
    };
    if !wanted.iter().all(|access| client.grants(kind, *access)) {
        return Err(FhirError::NotGranted(format!("to write {kind} (its token's scopes leave it out)")));
    }
    let went = match row.kind {
        Kind::DetectedIssue => match client.put_issue(&resource).await {
            // Somebody changed it between the question and the answer: ask again, once.
            Err(FhirError::Conflict { .. }) => client.put_issue(&resource).await,
            other => other,
        },
        Kind::Communication => match client.create_action(&row.key, &resource).await {
            // Read again: it may be there under its identifier. That alone is success; the refusal is not.
            Err(conflict @ FhirError::Conflict { .. }) => {
                let found = client.find_action(&row.key).await?;
                return if found == 0 { Err(conflict) } else { Ok(()) };
            }
            other => other,
        },
        Kind::CommunicationRequest => match client.create_call(&row.key, &resource).await {
            Err(conflict @ FhirError::Conflict { .. }) => {
                let found = client.find_call(&row.key).await?;
                return if found == 0 { Err(conflict) } else { Ok(()) };
            }
            other => other,
        },
    };
    went.map(|_| ())
}

/// The rows whose answers are waited for.
#[derive(Default)]
struct UnderWay {
    rows: HashSet<i64>,
    /// Those of them that nobody did: alarms of the station's own rules, and calls.
    by_itself: usize,
}

impl UnderWay {
    /// Whether a row may go now. What people did always has room beside what the station says by itself.
    fn takes(&mut self, row: &OutboxRow) -> bool {
        let is_by_itself = row.kind != Kind::Communication;
        let has_room = self.rows.len() < AT_ONCE && (!is_by_itself || self.by_itself < AT_ONCE_BY_ITSELF);
        let goes = has_room && self.rows.insert(row.seq);
        self.by_itself += usize::from(goes && is_by_itself);
        goes
    }

    fn ends(&mut self, row: &OutboxRow) {
        if self.rows.remove(&row.seq) && row.kind != Kind::Communication {
            self.by_itself -= 1;
        }
    }
}

/// How many lanes are sent beside each other, and how many of those with what the station says by itself.
const AT_ONCE: usize = 8;
const AT_ONCE_BY_ITSELF: usize = 4;
/// While an answer is waited for, rows that are due again are looked for this often.
const MEANWHILE: Duration = Duration::from_secs(1);

/// How long to wait for a row that is due at `due`; while nothing can be sent, and where nothing waits, for somebody who wakes us.
fn until_due(due: Option<Instant>, now: Instant) -> Duration {
    let ms = due.map_or(SELDOM_MS, |due| due.ms_since(now).clamp(50, SELDOM_MS));
    Duration::from_millis(ms.unsigned_abs())
}

const SELDOM_MS: i64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, kind: Kind) -> OutboxRow {
        let (key, lane) = (seq.to_string(), seq.to_string());
        OutboxRow { seq, key, lane, kind, body: String::new(), tries: 0, next_at: Instant(0) }
    }

    #[test]
    fn no_row_goes_twice_at_once_and_what_people_did_has_room_beside_all_that_the_station_says() {
        let mut under_way = UnderWay::default();
        let own: Vec<OutboxRow> = (0..20).map(|seq| row(seq, Kind::DetectedIssue)).collect();
        assert_eq!(own.iter().filter(|row| under_way.takes(row)).count(), AT_ONCE_BY_ITSELF);
        let take = row(100, Kind::Communication);
        assert!(under_way.takes(&take) && !under_way.takes(&take));
        under_way.ends(&own[0]);
        assert!(under_way.takes(&own[9]) && !under_way.takes(&own[10]));
        let others = (200..220).filter(|seq| under_way.takes(&row(*seq, Kind::Communication))).count();
        assert_eq!(others, AT_ONCE - AT_ONCE_BY_ITSELF - 1);
    }

    #[test]
    fn a_queue_in_which_nothing_can_be_sent_is_not_looked_at_without_a_pause() {
        let wait = |due: Option<i64>| until_due(due.map(Instant), Instant(100_000)).as_millis();
        assert_eq!(wait(None), 5_000, "nothing that could be sent");
        assert_eq!(wait(Some(0)), 50, "a row that was due while another was sent");
        assert_eq!(wait(Some(101_000)), 1_000);
        assert_eq!(wait(Some(900_000)), 5_000);
    }
}
