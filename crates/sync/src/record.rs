//! What stations tell each other of their records, through the server: what others told is heard first, then the own newest checkpoint
//! and what was seen of others is told. Nothing of it waits in the outbox, and nothing that people do waits for it.

use std::sync::Arc;
use std::time::Duration;

use clinical::{Instant, MINUTE_MS};
use fhir::{Access, FhirError, RecordWord, Server, format_instant, parse_instant, record_word};
use vault::{Heard, Word};

use crate::engine::Engine;
use crate::progress::SyncError;
use crate::task::on_vault;

/// The board comes first.
const FIRST: Duration = Duration::from_secs(20);
/// How often others are heard while the server is in reach.
const EVERY: Duration = Duration::from_secs(60);
/// The whole own record is verified every so many rounds.
const VERIFIED_EVERY: u32 = 60;
/// Words that the server took shortly before the last that was heard are heard again: milliseconds.
const OVERLAP: i64 = MINUTE_MS;

impl Engine {
    /// Keeps hearing and telling, for as long as the server is in reach.
    pub(crate) async fn keep_record(self: Arc<Self>, server: Server) {
        let mut round = 0u32;
        tokio::time::sleep(FIRST).await;
        loop {
            if let Err(error) = self.share_record().await {
                tracing::warn!(cause = error.cause(), "records were not heard or told of");
            }
            if let Err(error) = self.send_audit_events(&server).await {
                tracing::warn!(cause = error.cause(), "the log was not told as AuditEvents");
            }
            if round.is_multiple_of(VERIFIED_EVERY) && !self.verify_record().await.unwrap_or(true) {
                tracing::error!("the record of this station does not verify");
            }
            round = round.wrapping_add(1);
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn verify_record(&self) -> Result<bool, SyncError> {
        let now = self.now();
        on_vault(&self.vault, &self.beats, move |vault| vault.check_record(now)).await
    }

    /// Hears what others told of their records, and tells of this station's and of what it saw.
    ///
    /// # Errors
    /// Of the server or the cache; what was heard is kept, and what was not told is told the next time.
    pub async fn share_record(&self) -> Result<(), SyncError> {
        if self.client.grants("Communication", Access::Search) {
            self.hear_records().await?;
        }
        let now = self.now();
        on_vault(&self.vault, &self.beats, move |vault| vault.seal_record(now)).await?;
        let may_tell =
            [Access::Create, Access::Update].iter().all(|a| self.client.grants("Communication", *a));
        if !may_tell {
            return Ok(());
        }
        let words = on_vault(&self.vault, &self.beats, move |vault| {
            vault.read(|reader| Ok((reader.called()?, reader.words_to_send(now)?)))
        });
        let (station, words) = words.await?;
        for word in words {
            self.tell(&station, word).await?;
        }
        Ok(())
    }

    async fn hear_records(&self) -> Result<(), SyncError> {
        let read_to =
            on_vault(&self.vault, &self.beats, |vault| vault.read(|reader| reader.heard_to())).await?;
        let since = read_to.as_deref().and_then(parse_instant);
        let words = self.client.record_words(since.map(|at| at - OVERLAP)).await?;
        let newest = words.iter().filter_map(|word| word.updated).max().max(since);
        self.hear(words, newest).await?;
        Ok(())
    }

    /// By how many of these words something is wrong.
    async fn hear(&self, words: Vec<RecordWord>, read_to: Option<Instant>) -> Result<usize, SyncError> {
        let (now, read_to) = (self.now(), read_to.map(format_instant));
        let words: Vec<Heard> = words.into_iter().map(heard).collect();
        let wrong = on_vault(&self.vault, &self.beats, move |vault| vault.hear(words, read_to, now)).await?;
        if wrong > 0 {
            tracing::error!(wrong, "something is wrong with the record of a station");
        }
        Ok(wrong)
    }

    async fn tell(&self, station: &str, word: Word) -> Result<(), SyncError> {
        let now = self.now();
        let resource = record_word(&word.id, &word.origin, word.is_cosignature, station, &word.text, now);
        let known = self.client.record_word(&word.id).await?;
        // What was told of this record before has to be the beginning of it: nothing is put over what says otherwise.
        if let Some(known) = known.clone().filter(|_| !word.is_cosignature)
            && self.hear(vec![known], None).await? > 0
        {
            return Ok(());
        }
        match self.client.keep_record_word(&resource, known.as_ref()).await {
            Ok(()) => {}
            // Written by another program of this station meanwhile: the next round looks again.
            Err(FhirError::Conflict { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let now = self.now();
        on_vault(&self.vault, &self.beats, move |vault| vault.word_is_kept(&word, now)).await
    }
}

fn heard(word: RecordWord) -> Heard {
    let RecordWord { is_cosignature, station, text, updated, .. } = word;
    Heard { is_cosignature, station, text, updated }
}
