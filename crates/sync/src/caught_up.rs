//! The engine's side of an outage: what came late is noted as it comes, and said once all of it is here.

use std::sync::{MutexGuard, PoisonError};

use clinical::{MINUTE_MS, Priority};
use vault::VaultError;

use crate::engine::Engine;
use crate::event::SyncEvent;
use crate::outage::Outages;
use crate::pace::Turn;
use crate::progress::SyncError;
use crate::task::on_vault;

/// A program that is started anew at once missed nothing; the last word of before is known to the minute.
const NOT_CONNECTED: i64 = 2 * MINUTE_MS;

impl Engine {
    /// A poisoned lock holds counts that are whole after every step.
    pub(crate) fn outages(&self) -> MutexGuard<'_, Outages> {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server answers for the first time since this program began: what came since the last word before that is late.
    pub(crate) async fn was_not_running(&self) -> Result<(), SyncError> {
        if !self.outages().is_new() {
            return Ok(());
        }
        let ledger = on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.ledger())).await?;
        let (heard, now) = (ledger.channels.iter().map(|channel| channel.heard).max(), self.now());
        if let Some(heard) = heard.filter(|heard| now.ms_since(*heard) >= NOT_CONNECTED) {
            self.outages().begin(heard, "this program was not connected");
        }
        Ok(())
    }

    /// Passes on what a turn took in.
    pub(crate) fn seen_by(&self, turn: Turn, event: SyncEvent) {
        if let SyncEvent::Changed { what, .. } = &event {
            self.outages().came(turn, what);
        }
        self.seen(event);
    }

    /// A turn has come to its end that began at `number` of the outages: where it read all of its own, that is said.
    pub(crate) async fn caught_up(&self, turn: Turn, number: u64) -> Result<(), SyncError> {
        let kinds: &[&str] = match turn {
            Turn::Alarms => &["DetectedIssue", "Communication"],
            Turn::Values => &["Observation"],
        };
        if self.open.list().iter().any(|unread| kinds.contains(&unread.kind.as_str())) {
            return Ok(());
        }
        let Some((alarms, mut outage, back)) = self.outages().is_whole(turn, number, self.now()) else {
            return Ok(());
        };
        let (since, until) = (outage.kept.since, outage.kept.until);
        let (came, high, actions) = on_vault(&self.vault, &self.beats, move |vault| {
            vault.read(|reader| {
                let mut late = Vec::new();
                for id in &alarms {
                    late.extend(reader.episode(id)?.filter(|episode| episode.onset < until));
                }
                // One that is over already sounds nowhere, and came late all the same.
                for episode in reader.episodes_since(since)? {
                    let is_of_it = episode.ended.is_some() && episode.onset >= since && episode.onset < until;
                    let is_counted = alarms.contains(&episode.id);
                    if is_of_it && !is_counted && reader.first_received(&episode.id)? >= Some(back) {
                        late.push(episode);
                    }
                }
                let high = late.iter().filter(|episode| episode.priority == Priority::High).count();
                Ok::<_, VaultError>((late.len(), high, reader.actions_late(back, until)?))
            })
        })
        .await?;
        (outage.kept.alarms, outage.kept.high, outage.kept.actions) = (came as u64, high as u64, actions);
        let Some(told) = self.outages().counted(outage) else { return Ok(()) };
        on_vault(&self.vault, &self.beats, move |vault| vault.note_outage(told.kept)).await?;
        let _ = self.events.send(SyncEvent::Link(self.link()));
        Ok(())
    }
}
