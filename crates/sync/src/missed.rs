//! The ledger of the live channel: what the server numbered, what of it did not come, and when that was read by asking.

use std::sync::{MutexGuard, PoisonError};

use clinical::{Instant, MINUTE_MS, SECOND_MS};
use fhir::Counted;
use vault::{Counts, Gap};

use crate::engine::Engine;
use crate::numbers::{Missing, Numbers};
use crate::pace::Turn;
use crate::progress::SyncError;
use crate::task::on_vault;

/// The channel's name in the ledger, and what is open by it.
pub(crate) const LIVE: &str = "live";
/// Counts are written down this often: milliseconds.
const WRITTEN_EVERY: i64 = MINUTE_MS;
/// Longer than this between two subscriptions nobody listened: milliseconds.
const NOBODY_LISTENED: i64 = 10 * SECOND_MS;

impl Engine {
    /// A poisoned lock holds plain counts.
    pub(crate) fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A subscription begins. What happened since the last word of the one before was numbered for nobody.
    pub(crate) async fn begin_to_listen(&self) -> Result<(), SyncError> {
        let now = self.now();
        let known = self.numbers().heard;
        let since = match known {
            Some(heard) => Some(heard),
            None => on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.ledger()))
                .await?
                .last_word(LIVE),
        };
        self.numbers().begin();
        match since.filter(|since| now.ms_since(*since) > NOBODY_LISTENED) {
            Some(since) => self.miss(None, since, now).await,
            None => Ok(()),
        }
    }

    /// Takes in what a notification says of the numbers. Whether events are missing before it: then what changed has to be asked for.
    pub(crate) async fn is_missing_some(&self, counted: &Counted) -> Result<bool, SyncError> {
        let now = self.now();
        let (missed, since, written) = {
            let mut numbers = self.numbers();
            let since = numbers.heard.unwrap_or(now);
            let missed = numbers.take(counted, now);
            (missed, since, numbers.take_counts(missed.is_some(), now, WRITTEN_EVERY))
        };
        if let Some((numbered, came)) = written {
            let counts = Counts { numbered, came, unnumbered: 0 };
            on_vault(&self.vault, &self.beats, move |vault| vault.count_events(LIVE.into(), counts, now))
                .await?;
        }
        if let Some(Missing { events, .. }) = missed {
            tracing::warn!(events, "events of the live channel did not come; what changed is asked for");
            let words = format!("{events} events were numbered and did not come");
            self.open.add(LIVE, LIVE, words, now);
            self.tell_unread();
            self.miss(missed, since, now).await?;
        }
        Ok(missed.is_some())
    }

    /// Events did not come: those that were numbered, or else all of a time in which nobody listened.
    async fn miss(&self, missing: Option<Missing>, since: Instant, until: Instant) -> Result<(), SyncError> {
        let why = if missing.is_some() { "numbered and not delivered" } else { "not listening" };
        let gap = Gap {
            channel: LIVE.into(),
            events: missing.map(|missing| missing.events),
            numbers: missing.map(|missing| (missing.first, missing.last)),
            since,
            until,
            why: why.into(),
            ..Gap::default()
        };
        if missing.is_some() {
            self.outages().lost(gap.clone());
        }
        on_vault(&self.vault, &self.beats, move |vault| vault.note_gap(gap)).await?;
        // After it stands in the ledger: a turn that begins now reads it.
        self.numbers().missed += 1;
        Ok(())
    }

    /// One of the turns has asked for what changed, since before gap number `missed` at the latest, which brought so many resources.
    /// Where both have, and every kind was read, nothing is missing any more.
    pub(crate) async fn has_read_again(
        &self,
        turn: Turn,
        missed: u64,
        brought: usize,
    ) -> Result<(), SyncError> {
        let is_whole = self.open.list().iter().all(|unread| unread.kind == LIVE);
        let Some(brought) = self.numbers().read_again(turn, missed, brought, is_whole) else { return Ok(()) };
        let now = self.now();
        on_vault(&self.vault, &self.beats, move |vault| vault.close_gaps(LIVE, brought as u64, now)).await?;
        self.outages().read_again(now);
        // One that was noticed meanwhile is still to be asked for.
        if self.numbers().is_whole() {
            self.open.read(LIVE);
            self.tell_unread();
        }
        Ok(())
    }
}
