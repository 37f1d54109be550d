//! Syncs that somebody asks for and that end: the command line, waves somebody looks at, simulated time.

use clinical::{Instant, PatientId};
use fhir::{FoundPeople, Sought, format_instant};

use crate::engine::Engine;
use crate::pages::Tell;
use crate::progress::{SyncError, SyncProgress};

impl Engine {
    /// Everything once: the whole first sync or what is left of it, what changed, and the outbox.
    ///
    /// # Errors
    /// Of the server or the cache; what was committed before is kept.
    pub async fn sync_once(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        let events = self.events.clone();
        let mut tell = |event| {
            // Nobody has to listen.
            let _ = events.send(event);
        };
        if self.client.is_in_clear() {
            puller.note(
                "what is read and sent goes over the network in clear: this server is asked by http"
                    .to_owned(),
            );
        }
        puller.load().await?;
        let had_some = puller.has_read();
        puller.census(&mut tell).await?;
        let steps = puller.backfill(&server, &mut tell).await;
        if had_some {
            // What is open since the last time must not keep from being read what is not.
            puller.changes(&server, &mut tell).await?;
        } else {
            steps?;
        }
        puller.deletions(&server, &mut tell).await?;
        self.flush().await?;
        Ok(puller.progress())
    }

    /// The waves of one patient and time, for somebody who looks at them. `codes` as a search takes them.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn fetch_waves(
        &self,
        patient: &PatientId,
        codes: &str,
        from: Instant,
        to: Instant,
    ) -> Result<SyncProgress, SyncError> {
        let mut puller = self.puller().of(None);
        let (from, to) = (format_instant(from), format_instant(to));
        let query = format!("Observation?patient={patient}&code={codes}&date=ge{from}&date=lt{to}&_count=60");
        puller.everything(&query).await?;
        Ok(puller.progress())
    }

    /// Looks for anybody on the server, wherever they are; nothing of it is kept.
    ///
    /// # Errors
    /// Of the server.
    pub async fn find_people(&self, sought: &Sought) -> Result<FoundPeople, SyncError> {
        Ok(self.client.find_people(sought).await?)
    }

    /// Only what changed since the cursors, and the outbox: for simulated time, where no backfill is wanted.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn sync_changes(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        let events = self.events.clone();
        let tell: Tell<'_> = &mut |event| drop(events.send(event));
        puller.census(tell).await?;
        if puller.has_newcomers() {
            puller.first_ward(&server, tell).await?;
        }
        puller.changes(&server, tell).await?;
        self.flush().await?;
        Ok(puller.progress())
    }

    /// Only what the board needs and one day of values: for the bench.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn sync_first_day(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        puller.census(&mut |_| {}).await?;
        puller.first_ward(&server, &mut |_| {}).await?;
        Ok(puller.progress())
    }
}
