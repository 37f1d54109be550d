//! Hears what stations tell of their records, as the server keeps it.

use clinical::Instant;
use record::{Told, Witnessed, word_of};
use rusqlite::Connection;

use super::{of_others, of_own};
use crate::entries::own::{Own, own};
use crate::error::VaultError;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};

/// A word about a record, from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whether somebody saw another's record; else it is of whoever keeps it.
    pub is_cosignature: bool,
    /// The station that says it, as people see it.
    pub station: String,
    /// What it says (`record::Told`, `record::Witnessed`).
    pub text: String,
    /// When the server took it, by its own clock.
    pub updated: Option<Instant>,
}

enum Said<'a> {
    Told(Told, &'a Heard),
    Witnessed(Witnessed, &'a Heard),
}

impl Vault {
    /// Takes in words about records and keeps how far they were read; by how many of them something is wrong. What is no such word is left
    /// out.
    ///
    /// # Errors
    /// Of the database; nothing was taken in then.
    pub fn hear(
        &self,
        words: Vec<Heard>,
        read_to: Option<String>,
        now: Instant,
    ) -> Result<usize, VaultError> {
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let wrong = hear(&transaction, &words, now)?;
                if let Some(read_to) = read_to {
                    transaction
                        .execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", [READ_TO, &read_to])?;
                }
                transaction.commit()?;
                Ok(wrong)
            })
        })
    }
}

/// The cursor that says how far words were read.
const READ_TO: &str = "since/record";

impl Reader<'_> {
    /// How far words about records were read.
    ///
    /// # Errors
    /// Of the database.
    pub fn heard_to(&self) -> Result<Option<String>, VaultError> {
        self.cursor(READ_TO)
    }
}

fn hear(connection: &Connection, words: &[Heard], now: Instant) -> Result<usize, VaultError> {
    let Some(own) = own(connection)? else { return Ok(0) };
    let mut said: Vec<Said<'_>> = words.iter().filter_map(read).collect();
    // What others saw first: a station that heard them proves it in what it says of itself.
    said.sort_by_key(|said| match said {
        Said::Witnessed(seen, _) => (false, seen.note.checkpoint.size),
        Said::Told(told, _) => (true, told.note.checkpoint.size),
    });
    let mut wrong = 0;
    for said in &said {
        wrong += usize::from(take(connection, &own, said, now)?);
    }
    Ok(wrong)
}

fn read(word: &Heard) -> Option<Said<'_>> {
    if word.is_cosignature {
        let seen = Witnessed::read(&word.text).ok()?;
        word_of(&seen.note.checkpoint.origin)?;
        Some(Said::Witnessed(seen, word))
    } else {
        let told = Told::read(&word.text).ok()?;
        word_of(&told.note.checkpoint.origin)?;
        Some(Said::Told(told, word))
    }
}

fn take(connection: &Connection, own: &Own, said: &Said<'_>, now: Instant) -> Result<bool, VaultError> {
    let ours = own.log.public().name();
    match said {
        Said::Told(told, _) if told.note.checkpoint.origin == ours => {
            of_own::shown(connection, own, &told.note, now)
        }
        Said::Told(told, word) => of_others::told(connection, told, &word.station, word.updated, now),
        Said::Witnessed(seen, word) if seen.witness == *own.witness.public() => {
            of_others::is_said(connection, seen, word.updated)?;
            Ok(false)
        }
        Said::Witnessed(seen, word) if seen.note.checkpoint.origin == ours => {
            of_own::seen(connection, own, seen, &word.station, now)
        }
        Said::Witnessed(seen, word) => of_others::seen(connection, seen, (&word.station, word.updated), now),
    }
}
