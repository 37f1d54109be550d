//! One connection, from the CapabilityStatement to the first failure: alarms in a turn of their own, everything else in another,
//! and the live channel beside both. None of them waits for another.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use fhir::{FhirError, Server};
use tokio::task::JoinError;

use crate::backoff::delay;
use crate::beats::Stage;
use crate::engine::{Engine, RETAIN};
use crate::event::SyncEvent;
use crate::first_sync::{CALLS, is_of_alarms, serves};
use crate::pace::{Pace, Turn};
use crate::pages::Tell;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::task::{AbortOnDrop, on_vault};

/// Rounds of values between two looks for deletions, without a live channel.
const DELETIONS_EVERY: u32 = 8;
/// How long an answer about alarms is waited for at first. A connection that hangs is found by it; a server that needs longer is
/// given twice as long with each try.
const ALARMS_WAIT: Duration = Duration::from_secs(8);
const ALARMS_WAIT_MOST: Duration = Duration::from_secs(64);
/// The same for the first question of a session.
const CHECK_WAIT: Duration = Duration::from_secs(10);
const CHECK_WAIT_MOST: Duration = Duration::from_secs(60);
/// Somebody else heard the server so lately: an answer that does not come is no lost link.
const HEARD: Duration = Duration::from_secs(5);

/// How long to wait, after so many waits in vain.
fn patience(first: Duration, most: Duration, in_vain: u32) -> Duration {
    first.saturating_mul(1 << in_vain.min(8)).min(most)
}

fn is_timeout(error: &SyncError) -> bool {
    matches!(error, SyncError::Fhir(FhirError::Timeout(_)))
}

/// What ended a turn: only an error does, or a panic.
fn ended(joined: Result<SyncError, JoinError>) -> SyncError {
    joined.unwrap_or(SyncError::Stopped)
}

impl Engine {
    /// One connection, until it is lost.
    pub(crate) async fn session(self: &Arc<Self>) -> SyncError {
        match self.begin().await {
            Ok((server, puller)) => self.turns(server, puller).await,
            Err(error) => error,
        }
    }

    /// The first question, and what the board needs before anything else.
    async fn begin(&self) -> Result<(Server, Puller), SyncError> {
        // While it is offline the banner says so, and nothing is late by it.
        let link = self.link();
        if link.online || link.since.is_none() {
            self.beats().expect(Stage::Server);
        }
        let in_vain = self.checks_in_vain.load(Ordering::Relaxed);
        let checked = self.client.check_within(patience(CHECK_WAIT, CHECK_WAIT_MOST, in_vain)).await;
        let is_late = matches!(checked, Err(FhirError::Timeout(_)));
        self.checks_in_vain.store(if is_late { in_vain.saturating_add(1) } else { 0 }, Ordering::Relaxed);
        let (server, date) = checked?;
        self.beats().beat(Stage::Server);
        if !server.types.is_empty() {
            let takes = serves(&server, CALLS);
            on_vault(&self.vault, &self.beats, move |vault| vault.set_takes_calls(takes)).await?;
        }
        self.load_scope().await?;
        let mut puller = self.puller();
        puller.load().await?;
        if puller.has_read() {
            self.was_not_running().await?;
        }
        self.outages().back(self.now());
        let outages = self.outages().number();
        // Somebody who was cut off is online again once the alarms of that time are here, and not when the server answers.
        if puller.has_read() {
            self.alarms_round(&server, &mut puller).await?;
            self.caught_up(Turn::Alarms, outages).await?;
            // What the server is open about says nothing of what it keeps: it is in reach once it gave something.
            if self.is_barred(Turn::Alarms) {
                self.values_round(&server, &mut puller, false).await?;
            }
            self.online(date, false);
        }
        let mut tell = |event| {
            if matches!(event, SyncEvent::Changed { .. }) && !self.link().online {
                self.online(date, false);
            }
            self.seen(event);
        };
        if !puller.has_read() {
            puller.census(&mut tell).await?;
        }
        puller.first_ward(&server, &mut tell).await?;
        self.online(date, false);
        if puller.is_told_the_time() {
            self.heard_a_stamp();
        }
        self.tell_unread();
        Ok((server, puller))
    }

    /// Everything that goes on side by side; gives what ended first.
    async fn turns(self: &Arc<Self>, server: Server, puller: Puller) -> SyncError {
        let pace = Arc::new(Pace::default());
        let turn = |turn| {
            let (engine, server, pace) = (self.clone(), server.clone(), pace.clone());
            let puller = puller.beside(self.client.clone());
            AbortOnDrop(tokio::spawn(async move { engine.turn(turn, server, puller, &pace).await }))
        };
        // The backfill is never cut short by an event.
        let _backfill = AbortOnDrop(tokio::spawn(self.clone().backfill(server.clone())));
        // Nor does a history that is never read whole keep what is too old.
        let _retention = AbortOnDrop(tokio::spawn(self.clone().retention()));
        let _settings = AbortOnDrop(tokio::spawn(self.clone().keep_settings()));
        let _record = AbortOnDrop(tokio::spawn(self.clone().keep_record(server.clone())));
        let (mut alarms, mut values) = (turn(Turn::Alarms), turn(Turn::Values));
        let channel = async {
            match server.topics.first() {
                Some(topic) => self.follow(topic, &pace).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            joined = &mut alarms.0 => ended(joined),
            joined = &mut values.0 => ended(joined),
            error = channel => error,
        }
    }

    /// Asks again and again for one part of what changed; gives what ended it.
    async fn turn(&self, turn: Turn, server: Server, mut puller: Puller, pace: &Pace) -> SyncError {
        let (mut round, mut tries) = (0u32, 0u32);
        loop {
            let before = puller.server_time();
            let (missed, known) = (self.numbers().missed, puller.resources());
            let outages = self.outages().number();
            let went = match turn {
                Turn::Alarms => {
                    let went = self.alarms_round(&server, &mut puller).await;
                    // Whoever came is to be read in full, and not after a minute.
                    if puller.has_newcomers() {
                        pace.ask_values();
                    }
                    went
                }
                Turn::Values => {
                    let deletions = pace.is_live() || round.is_multiple_of(DELETIONS_EVERY);
                    self.values_round(&server, &mut puller, deletions).await
                }
            };
            round = round.wrapping_add(1);
            match went {
                Ok(()) => {
                    tries = 0;
                    if let Err(error) = self.has_read_again(turn, missed, puller.resources() - known).await {
                        return error;
                    }
                    if let Err(error) = self.caught_up(turn, outages).await {
                        return error;
                    }
                    if puller.is_told_the_time() {
                        self.heard_a_stamp();
                    }
                    // The server's clock as it was told in this round: one that asked nothing heard nothing.
                    self.online(puller.server_time().filter(|date| before != Some(*date)), pace.is_live());
                    pace.wait(turn).await;
                }
                // Only this answer did not come: the stage is late, which is said, and the link is there.
                Err(error) if is_timeout(&error) && self.is_heard() => {
                    tracing::warn!(cause = error.cause(), ?turn, "no answer in time, asked again");
                    tokio::time::sleep(delay(tries, None, rand::random()).min(HEARD)).await;
                    tries = tries.saturating_add(1);
                }
                Err(error) => return error,
            }
        }
    }

    async fn alarms_round(&self, server: &Server, puller: &mut Puller) -> Result<(), SyncError> {
        self.beats().expect(Stage::Alarms);
        let in_vain = self.alarms_in_vain.load(Ordering::Relaxed);
        puller.wait_for(patience(ALARMS_WAIT, ALARMS_WAIT_MOST, in_vain));
        let began = tokio::time::Instant::now();
        let tell: Tell<'_> = &mut |event| self.seen_by(Turn::Alarms, event);
        let went = match puller.census(tell).await {
            Ok(_) => puller.newcomers_of(server, is_of_alarms, tell).await,
            Err(error) => Err(error),
        };
        let went = match went {
            Ok(()) => puller.changes_of(server, is_of_alarms, tell).await,
            error => error,
        };
        // Who has just come is shown: what they consent to is not left to a turn that may be busy for minutes. It is read after the alarms,
        // and what comes of it is the other turn's matter.
        if went.is_ok()
            && let Err(error) = puller.newcomers_of(server, |kind| kind == "Consent", tell).await
        {
            tracing::warn!(cause = error.cause(), "consents of who has just come were not read yet");
        }
        if went.as_ref().is_err_and(is_timeout) {
            self.alarms_in_vain.store(in_vain.saturating_add(1), Ordering::Relaxed);
        } else if went.is_ok() && began.elapsed() < ALARMS_WAIT {
            self.alarms_in_vain.store(0, Ordering::Relaxed);
        }
        match self.unless_barred(Turn::Alarms, went) {
            // What is refused is said as not read; asking works.
            Err(SyncError::Fhir(error)) if error.is_of_one_search() && !error.is_barred() => {}
            other => other?,
        }
        self.beats().pass(Stage::Alarms);
        Ok(())
    }

    async fn values_round(
        &self,
        server: &Server,
        puller: &mut Puller,
        deletions: bool,
    ) -> Result<(), SyncError> {
        self.beats().expect(Stage::Values);
        let mut tell = |event| {
            self.beats().pass(Stage::Values);
            self.seen_by(Turn::Values, event);
        };
        if puller.has_newcomers() {
            puller.first_ward(server, &mut tell).await?;
            // The days before are the matter of the backfill.
            if let Some(scoped) = puller.scoped() {
                scoped.newcomers.notify_one();
            }
        }
        let went = puller.changes_of(server, |kind| !is_of_alarms(kind), &mut tell).await;
        self.unless_barred(Turn::Values, went)?;
        if deletions {
            puller.deletions(server, &mut tell).await?;
        }
        self.beats().rest(Stage::Values);
        Ok(())
    }

    /// A turn to which the server gives nothing is said as not read, for as long as the other one is given something: a server
    /// that gives this station nothing at all is not in its reach.
    fn unless_barred(&self, turn: Turn, went: Result<(), SyncError>) -> Result<(), SyncError> {
        let mut barred = self.barred.lock().unwrap_or_else(PoisonError::into_inner);
        match went {
            Err(SyncError::Fhir(error)) if error.is_barred() => {
                barred.insert(turn);
                if barred.len() < Turn::ALL { Ok(()) } else { Err(error.into()) }
            }
            went => {
                barred.remove(&turn);
                went
            }
        }
    }

    fn is_barred(&self, turn: Turn) -> bool {
        self.barred.lock().unwrap_or_else(PoisonError::into_inner).contains(&turn)
    }

    fn is_heard(&self) -> bool {
        self.beats().silent(Stage::Server).is_some_and(|silent| silent < HEARD)
    }

    /// The rest of the first sync. What fails is tried again; a lost link ends it with the session.
    async fn backfill(self: Arc<Self>, server: Server) {
        let mut puller = self.puller();
        let mut tries = 0u32;
        loop {
            let before = puller.steps_done();
            let went = puller.backfill(&server, &mut |event| self.seen(event)).await;
            self.tell_unread();
            if puller.is_complete() {
                let Some(scoped) = puller.scoped() else { return };
                scoped.newcomers.notified().await;
                tries = 0;
                continue;
            }
            // What was refused or cut stays open, and is asked for again now and then.
            let asked = went.as_ref().err().and_then(SyncError::retry_after);
            if let Err(error) = went {
                tracing::warn!(cause = error.cause(), "backfill interrupted");
            }
            tries = if puller.steps_done() > before { 0 } else { tries.saturating_add(1) };
            tokio::time::sleep(delay(tries, asked, rand::random())).await;
        }
    }

    /// Takes away what is too old, now and then.
    async fn retention(self: Arc<Self>) {
        loop {
            let (vault, now) = (self.vault.clone(), self.now());
            let by_server = self.link().clock_offset_ms.map(|offset| now + offset);
            match tokio::task::spawn_blocking(move || vault.retain_by(now, by_server)).await {
                Ok(Ok(gone)) if gone.chunks + gone.rows > 0 => {
                    tracing::info!(chunks = gone.chunks, rows = gone.rows, bytes = gone.bytes, "retention");
                }
                Ok(Err(_)) => tracing::error!("what is too old could not be taken away"),
                _ => {}
            }
            tokio::time::sleep(RETAIN).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hung_connection_is_found_soon_and_a_slow_server_is_given_its_time() {
        let waits = (0..6).map(|n| patience(ALARMS_WAIT, ALARMS_WAIT_MOST, n).as_secs());
        assert_eq!(waits.collect::<Vec<_>>(), [8, 16, 32, 64, 64, 64]);
        assert_eq!(patience(CHECK_WAIT, CHECK_WAIT_MOST, u32::MAX), CHECK_WAIT_MOST);
    }
}
