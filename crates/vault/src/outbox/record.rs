//! What people did, and what the station found itself: the fact, its place in the outbox and the audit entry, in one durable
//! transaction.

use std::collections::HashSet;

use clinical::{Action, Body, Episode, EpisodeId, Fact, Instant, Source};
use record::EntryKind;
use rusqlite::{Connection, params};

use crate::changes::Changes;
use crate::codec::id;
use crate::entries::append::append;
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::facts::ingest::take_in;
use crate::store::durably::durably;
use crate::store::journal::{Unsent, insert_unsent, server};
use crate::store::kind::Kind;
use crate::store::vault::{Reader, Vault, lock};

impl Vault {
    /// Makes an action durable; as [`Vault::record_actions`] of one.
    ///
    /// # Errors
    /// Of the disk or the database; then it is not confirmed, and the person has to be told.
    pub fn record_action(&self, action: Action, body: String) -> Result<(), VaultError> {
        self.record_actions(vec![(action, body)])
    }

    /// Makes actions that belong together durable, all of them or none: when this returns, power may fail. With each goes the
    /// resource to send.
    ///
    /// They are written to the journal first, so that they outlive damage to the database, then to the database.
    ///
    /// # Errors
    /// Of the disk or the database; then nothing is confirmed, and the person has to be told.
    pub fn record_actions(&self, actions: Vec<(Action, String)>) -> Result<(), VaultError> {
        let journal = self.journal()?;
        let work = move |connection: &mut Connection| {
            // What people do is recorded whatever else of the cache can be read.
            let server = server(connection).unwrap_or_default();
            let entry = |(action, body): (Action, String)| Unsent {
                server: server.clone(),
                ..Unsent::new(&action, body)
            };
            let entries: Vec<Unsent> = actions.into_iter().map(entry).collect();
            let before = lock(&journal).append(&entries)?;
            let done = durably(connection, |connection| {
                let transaction = connection.transaction()?;
                for entry in &entries {
                    insert_unsent(&transaction, entry)?;
                    append(&transaction, entry.logged())?;
                }
                Ok(transaction.commit()?)
            });
            if done.is_err() {
                lock(&journal).undo(before);
            }
            done
        };
        self.write_telling(work, |()| Changes::ALARMS)
    }

    /// Makes an alarm that this station found itself durable, as it stands now; `body` is the resource that tells the others.
    ///
    /// It needs no place in the journal: after damage to the database it is found again in the values.
    ///
    /// # Errors
    /// Of the database; then nothing was recorded.
    pub fn record_episode(&self, episode: Episode, body: String, at: Instant) -> Result<(), VaultError> {
        let work = move |connection: &mut Connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let what = if episode.ended.is_some() { "cleared" } else { "raised" };
                if episode.ended.is_some() {
                    // What was refused as it began is told as a whole now, or is refused once more.
                    transaction
                        .prepare_cached("DELETE FROM outbox WHERE action = ? AND parked IS NOT NULL")?
                        .execute([format!("raised:{}", episode.id)])?;
                    transaction
                        .prepare_cached("DELETE FROM witnessed WHERE episode = ?")?
                        .execute([episode.id.as_str()])?;
                } else {
                    witness(&transaction, &episode.id)?;
                }
                transaction
                    .prepare_cached(
                        "INSERT OR IGNORE INTO outbox (action, lane, kind, body) VALUES (?, ?, ?, ?)",
                    )?
                    .execute(params![
                        format!("{what}:{}", episode.id),
                        episode.id.as_str(),
                        Kind::DetectedIssue,
                        body
                    ])?;
                let patient = episode.patient.clone();
                let entry = NewEntry {
                    patient: patient.map(String::from),
                    ..NewEntry::new(EntryKind::Station, at, Who::station(), what)
                };
                append(&transaction, entry.about(Some(episode.id.to_string())))?;
                let source = Source {
                    reference: format!("DetectedIssue/{}", episode.id).into(),
                    version: Default::default(),
                };
                let fact = Fact { source, updated_at: None, body: Body::Episode(episode) };
                let done = take_in(&transaction, at, &[fact])?;
                transaction.commit()?;
                Ok(done)
            })
        };
        self.write_telling(work, Changes::of).map(|_| ())
    }

    /// This station's own rules saw these alarms begin, though another station told of them first: it may end them, too. What is
    /// over is forgotten.
    ///
    /// # Errors
    /// Of the database.
    pub fn witness(&self, episodes: Vec<EpisodeId>) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            let transaction = connection.transaction()?;
            for episode in &episodes {
                witness(&transaction, episode)?;
            }
            transaction.execute(
                "DELETE FROM witnessed WHERE episode NOT IN (SELECT id FROM episode WHERE ended IS NULL)",
                [],
            )?;
            Ok(transaction.commit()?)
        })
    }
}

fn witness(connection: &Connection, episode: &EpisodeId) -> Result<(), VaultError> {
    connection.prepare_cached("INSERT OR IGNORE INTO witnessed VALUES (?)")?.execute([episode.as_str()])?;
    Ok(())
}

impl Reader<'_> {
    /// Own alarms that this station saw begin.
    ///
    /// # Errors
    /// Of the database.
    pub fn witnessed(&self) -> Result<HashSet<EpisodeId>, VaultError> {
        Ok(self.list("SELECT episode FROM witnessed", [], |row| id(row, 0))?.into_iter().collect())
    }
}
