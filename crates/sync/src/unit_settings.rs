//! Settings of units, which all stations of a unit have alike, through the server: what others set is heard first, then what was set
//! here is told. Nothing of it waits in the outbox, and nothing that people do waits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clinical::{Instant, MINUTE_MS, UnitSetting};
use fhir::{Access, FhirError, format_instant, parse_instant};
use uuid::Uuid;
use vault::Ingested;

use crate::engine::Engine;
use crate::event::SyncEvent;
use crate::progress::SyncError;
use crate::task::on_vault;

/// The board comes first.
const FIRST: Duration = Duration::from_secs(2);
/// How often others are heard while the server is in reach: a change is everywhere within so long.
const EVERY: Duration = Duration::from_secs(10);
/// A server that keeps no such thing is not asked as often.
const AFTER_A_FAILURE: Duration = Duration::from_secs(60);
/// What the server took shortly before the last that was heard is heard again: milliseconds.
const OVERLAP: i64 = MINUTE_MS;

impl Engine {
    /// Keeps hearing and telling, for as long as the server is in reach.
    pub(crate) async fn keep_settings(self: Arc<Self>) {
        tokio::time::sleep(FIRST).await;
        loop {
            let wait = match self.share_settings().await {
                Ok(()) => EVERY,
                Err(error) => {
                    tracing::warn!(cause = error.cause(), "settings of units were not heard or told");
                    AFTER_A_FAILURE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.wake_settings.notified() => {}
            }
        }
    }

    /// Hears what other stations set for units, and tells what was set here.
    ///
    /// # Errors
    /// Of the server or the cache; what was heard is kept, and what was not told is told the next time.
    pub async fn share_settings(&self) -> Result<(), SyncError> {
        if self.client.grants("Communication", Access::Search) {
            self.hear_settings().await?;
        }
        let may_tell =
            [Access::Create, Access::Update].iter().all(|a| self.client.grants("Communication", *a));
        if !may_tell {
            return Ok(());
        }
        let all = on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.unit_settings()));
        for (setting, _) in all.await?.into_iter().filter(|(_, is_told)| !is_told) {
            self.tell_setting(setting).await?;
        }
        Ok(())
    }

    async fn hear_settings(&self) -> Result<(), SyncError> {
        let heard_to =
            on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.unit_settings_heard_to()));
        let since = heard_to.await?.as_deref().and_then(parse_instant);
        let (kept, unread) = self.client.unit_settings(since.map(|at| at - OVERLAP)).await?;
        if unread > 0 {
            tracing::warn!(unread, "settings of units that cannot be read");
        }
        let newest = kept.iter().filter_map(|one| one.updated).max().max(since);
        self.take_settings(kept.into_iter().map(|one| one.setting).collect(), newest).await
    }

    async fn take_settings(
        &self,
        settings: Vec<UnitSetting>,
        heard_to: Option<Instant>,
    ) -> Result<(), SyncError> {
        let (now, heard_to) = (self.now(), heard_to.map(format_instant));
        let heard = on_vault(&self.vault, &self.beats, move |vault| {
            vault.hear_unit_settings(settings, heard_to, now)
        });
        let heard = heard.await?;
        if heard.refused > 0 {
            tracing::warn!(refused = heard.refused, "settings of units that no station takes");
        }
        if heard.changed > 0 {
            // What holds on the ward is another.
            let what = Ingested { ward_changed: true, ..Ingested::default() };
            self.have_moved(SyncEvent::Changed { what, received: std::time::Instant::now() });
        }
        Ok(())
    }

    fn have_moved(&self, event: SyncEvent) {
        self.settings_moved.fetch_add(1, Ordering::Relaxed);
        self.seen(event);
    }

    async fn tell_setting(&self, setting: UnitSetting) -> Result<(), SyncError> {
        let id = format!("vigil-setting-{}", Uuid::new_v5(&Uuid::NAMESPACE_URL, setting.key.as_bytes()));
        match self.client.keep_unit_setting(&id, &setting).await {
            // Somebody set it later elsewhere.
            Ok(Some(known)) => self.take_settings(vec![known.setting], None).await,
            Ok(None) => {
                on_vault(&self.vault, &self.beats, move |vault| vault.unit_setting_is_told(setting)).await?;
                self.have_moved(SyncEvent::Outbox);
                Ok(())
            }
            // Written by another station meanwhile: the next round looks again.
            Err(FhirError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
