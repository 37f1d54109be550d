//! What this station has to tell the others of records: its own newest checkpoint, and those of others that it saw.

use clinical::{Instant, MINUTE_MS};
use record::{PublicKey, SignedCheckpoint, Told, Witnessed, consistency, word_of};
use rusqlite::{OptionalExtension, params};

use crate::entries::checkpoints::seal;
use crate::entries::own::{Own, own};
use crate::entries::tree::{Tree, held, number};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};

/// The own record is told of this often at most: milliseconds.
const TOLD_EVERY: i64 = 10 * MINUTE_MS;

/// A word that the server is to keep, in the place of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Of which log.
    pub origin: String,
    /// The same for as long as stations are who they are: a logical id on the server.
    pub id: String,
    /// Whether it says that this station saw another's record.
    pub is_cosignature: bool,
    /// How many entries it is about.
    pub size: u64,
    /// What it says.
    pub text: String,
}

impl Vault {
    /// Signs for the entries that nobody signed for yet. What is signed for is on the disk when this returns: nobody is told of entries
    /// that the power can take back.
    ///
    /// # Errors
    /// Of the database.
    pub fn seal_record(&self, now: Instant) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                seal(&transaction, now)?;
                transaction.execute(
                    "UPDATE checkpoint SET at = at WHERE size = (SELECT max(size) FROM checkpoint)",
                    [],
                )?;
                Ok(transaction.commit()?)
            })
        })
    }

    /// The server keeps a word.
    ///
    /// # Errors
    /// Of the database.
    pub fn word_is_kept(&self, word: &Word, now: Instant) -> Result<(), VaultError> {
        let (origin, size, is_cosignature) = (word.origin.clone(), held(word.size), word.is_cosignature);
        self.write_beside(move |connection| {
            match is_cosignature {
                true => connection.execute(
                    "UPDATE seen_log SET told = ?, told_at = NULL WHERE origin = ?",
                    params![size, origin],
                )?,
                false => connection
                    .execute("UPDATE checkpoint SET told = ? WHERE size = ?", params![now.0, size])?,
            };
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// What the server is to keep now.
    ///
    /// # Errors
    /// Of the database.
    pub fn words_to_send(&self, now: Instant) -> Result<Vec<Word>, VaultError> {
        let Some(own) = own(self.connection)? else { return Ok(Vec::new()) };
        let mut words: Vec<Word> = self.own_word(&own, now)?.into_iter().collect();
        let logs = "SELECT origin, key, told FROM seen_log ORDER BY origin";
        let logs = self.list(logs, [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, number(row, 2)?))
        })?;
        for (origin, key, told) in logs {
            words.extend(self.seen_word(&own, &origin, &key, told, now)?);
        }
        Ok(words)
    }

    fn own_word(&self, own: &Own, now: Instant) -> Result<Option<Word>, VaultError> {
        let newest = "SELECT size, note, told FROM checkpoint ORDER BY size DESC LIMIT 1";
        let newest = self
            .list(newest, [], |row| Ok((number(row, 0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))?
            .pop();
        let last = "SELECT size, told FROM checkpoint WHERE told > 0 ORDER BY told DESC LIMIT 1";
        let last = self.list(last, [], |row| Ok((number(row, 0)?, Instant(row.get(1)?))))?.pop();
        let is_soon = last.is_some_and(|(_, at)| (0..TOLD_EVERY).contains(&now.ms_since(at)));
        let Some((size, note, 0)) = newest.filter(|_| !is_soon) else { return Ok(None) };
        let Ok(note) = SignedCheckpoint::read(&note) else { return Ok(None) };
        let mut from: Vec<u64> =
            self.list("SELECT DISTINCT size FROM own_witness", [], |row| number(row, 0))?;
        from.extend(last.map(|(size, _)| size));
        from.retain(|old| *old > 0 && *old < size);
        from.sort_unstable();
        from.dedup();
        let tree = Tree(self.connection);
        let proofs = from
            .into_iter()
            .map(|old| Ok((old, consistency(&tree, old, size)?)))
            .collect::<Result<_, VaultError>>()?;
        let key = own.log.public().clone();
        let origin = key.name().to_owned();
        let id = format!("vigil-record-{}", word_of(&origin).unwrap_or_default());
        let text = Told { key, note, proofs }.text();
        Ok(Some(Word { origin, id, is_cosignature: false, size, text }))
    }

    /// What this station saw of another's record and did not say yet. One who saw it is enough, unless this one needs a proof from
    /// there on.
    fn seen_word(
        &self,
        own: &Own,
        origin: &str,
        key: &str,
        told: u64,
        now: Instant,
    ) -> Result<Option<Word>, VaultError> {
        let newest = "SELECT size, note, by_others FROM seen WHERE origin = ?
            AND judged IN ('first', 'same', 'extends') ORDER BY size DESC LIMIT 1";
        let newest: Option<(u64, String, bool)> = self
            .connection
            .prepare_cached(newest)?
            .query_row([origin], |row| Ok((number(row, 0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((size, note, by_others)) = newest.filter(|(size, ..)| *size != told) else {
            return Ok(None);
        };
        let is_stuck = "SELECT EXISTS (SELECT 1 FROM seen WHERE origin = ? AND judged = 'unproven')";
        let is_stuck: bool = self.connection.query_row(is_stuck, [origin], |row| row.get(0))?;
        let log: Option<PublicKey> = key.parse().ok();
        let (Some(log), Ok(note)) = (log, SignedCheckpoint::read(&note)) else { return Ok(None) };
        if by_others && !is_stuck {
            return Ok(None);
        }
        let seconds = u64::try_from(now.0 / 1000).unwrap_or_default();
        let line = note.cosign(&own.witness, seconds);
        let Ok(note) = note.with(&line) else { return Ok(None) };
        let witness = own.witness.public().clone();
        let (whose, ours) =
            (word_of(origin).unwrap_or_default(), word_of(witness.name()).unwrap_or_default());
        let id = format!("vigil-seen-{whose}-{ours}");
        let text = Witnessed { witness, log, note }.text();
        Ok(Some(Word { origin: origin.to_owned(), id, is_cosignature: true, size, text }))
    }
}
