//! A second copy of what waits to be sent, beside the database: a file that is only appended to, so that damage to the
//! database costs no action.
//!
//! A record is a length, a random nonce and a sealed JSON; a torn last record is the end. The file is emptied when the server
//! has everything, and written anew at each start.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use blake2::Blake2bMac;
use blake2::digest::Mac;
use blake2::digest::consts::U32;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use clinical::{Action, Instant};
use record::EntryKind;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::codec::{about_text, known_id};
use crate::entries::entry::{NewEntry, Who};
use crate::error::VaultError;
use crate::folder::{journal_of, sync_folder};
use crate::keys::key::{Key, random};
use crate::store::kind::Kind;

/// The setting that holds the address of the server that the cache is of.
pub const SERVER: &str = "server";

/// An action with the resource that carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unsent {
    pub id: String,
    pub episode: String,
    pub verb: String,
    pub by: String,
    pub at: i64,
    pub note: Option<String>,
    pub body: String,
    // Journals that were written before people had ids lack these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_id: Option<String>,
    /// The server it is for: damage to the database must not send it to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

impl Unsent {
    pub(crate) fn new(action: &Action, body: String) -> Unsent {
        Unsent {
            id: action.id.to_string(),
            episode: about_text(&action.about),
            verb: action.verb.code().into(),
            by: action.by.name.to_string(),
            at: action.at.0,
            note: action.note.clone(),
            body,
            by_id: known_id(&action.by.id).map(str::to_owned),
            by_role: action.by.role.as_ref().map(|role| role.as_str().to_owned()),
            to_id: action.to.as_ref().map(String::from),
            server: None,
        }
    }

    /// How it stands in the station's log.
    pub(crate) fn logged(&self) -> NewEntry {
        let who = Who { name: self.by.clone(), id: self.by_id.clone(), role: self.by_role.clone() };
        let entry = NewEntry::new(EntryKind::Act, Instant(self.at), who, self.verb.clone());
        entry.about(Some(self.episode.clone()))
    }
}

/// The server that a cache is of.
pub(crate) fn server(connection: &Connection) -> Result<Option<String>, VaultError> {
    let found = connection.query_row("SELECT value FROM setting WHERE key = ?", [SERVER], |row| row.get(0));
    Ok(found.optional()?)
}

/// Puts an action and its place in the queue into the database, unless it is there.
pub(crate) fn insert_unsent(connection: &Connection, entry: &Unsent) -> Result<(), VaultError> {
    connection
        .prepare_cached(
            "INSERT INTO action (id, episode, verb, by, at, note, received, by_id, by_role, to_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            entry.id,
            entry.episode,
            entry.verb,
            entry.by,
            entry.at,
            entry.note,
            entry.by_id,
            entry.by_role,
            entry.to_id
        ])?;
    connection
        .prepare_cached(
            "INSERT INTO outbox (action, lane, kind, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![entry.id, entry.episode, Kind::Communication, entry.body])?;
    Ok(())
}

/// What still waits, as the database knows it.
pub(crate) fn unsent(connection: &Connection) -> Result<Vec<Unsent>, VaultError> {
    // A damaged cache of an older version is read as it is: nothing can be added to it any more.
    let has_ids = crate::store::schema::version(connection)? >= crate::store::schema::WITH_ACTORS;
    let ids = if has_ids { "a.by_id, a.by_role, a.to_id" } else { "NULL, NULL, NULL" };
    // Of a damaged cache what can be read is taken.
    let server = server(connection).unwrap_or_default();
    let mut statement = connection.prepare(&format!(
        "SELECT a.id, a.episode, a.verb, a.by, a.at, a.note, o.body, {ids}
         FROM outbox o JOIN action a ON a.id = o.action ORDER BY o.seq"
    ))?;
    let rows = statement.query_map([], |row| {
        Ok(Unsent {
            id: row.get(0)?,
            episode: row.get(1)?,
            verb: row.get(2)?,
            by: row.get(3)?,
            at: row.get(4)?,
            note: row.get(5)?,
            body: row.get(6)?,
            by_id: row.get(7)?,
            by_role: row.get(8)?,
            to_id: row.get(9)?,
            server: server.clone(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) struct Journal {
    file: File,
    seal: XChaCha20Poly1305,
    length: u64,
}

/// A key of its own: the data key is used for the database alone.
fn cipher(key: &Key) -> Result<XChaCha20Poly1305, VaultError> {
    let failed = |_| VaultError::KeyFile("the journal's key could not be made".into());
    let mut mac = Blake2bMac::<U32>::new_from_slice(key.as_slice()).map_err(failed)?;
    mac.update(b"vigil outbox journal");
    Ok(XChaCha20Poly1305::new(&mac.finalize().into_bytes()))
}

fn record(seal: &XChaCha20Poly1305, entry: &Unsent) -> Result<Vec<u8>, VaultError> {
    let failed = |what: String| VaultError::KeyFile(what);
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(entry).map_err(|e| failed(e.to_string()))?);
    let nonce = random::<24>()?;
    let sealed = seal.encrypt(&XNonce::from(nonce), plain.as_slice()).map_err(|e| failed(e.to_string()))?;
    let mut bytes = u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

impl Journal {
    /// Writes the journal of a database anew with what waits now, whole or not at all.
    pub(crate) fn start(database: &Path, key: &Key, waiting: &[Unsent]) -> Result<Journal, VaultError> {
        let seal = cipher(key)?;
        let place = journal_of(database);
        let is_empty = || std::fs::metadata(&place).is_ok_and(|m| m.len() == 0);
        if waiting.is_empty() && is_empty() {
            let file = OpenOptions::new().read(true).write(true).open(&place)?;
            return Ok(Journal { file, seal, length: 0 });
        }
        let beside = place.with_extension("outbox.new");
        let mut bytes = Vec::new();
        for entry in waiting {
            bytes.extend(record(&seal, entry)?);
        }
        let mut file = File::create(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &place)?;
        sync_folder(&place)?;
        let file = OpenOptions::new().read(true).write(true).open(&place)?;
        Ok(Journal { file, seal, length: bytes.len() as u64 })
    }

    /// Appends and syncs; gives the length before, for [`Journal::undo`]. Where it fails the file is as long as before.
    pub(crate) fn append(&mut self, entries: &[Unsent]) -> Result<u64, VaultError> {
        let before = self.length;
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend(record(&self.seal, entry)?);
        }
        let written = (|| {
            self.file.seek(SeekFrom::Start(self.length))?;
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        })();
        match written {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(before)
            }
            Err(error) => {
                // What was half written is behind the end, and the next record goes over it.
                let _ = self.file.set_len(self.length);
                Err(error.into())
            }
        }
    }

    /// The database refused what was appended last: it was never confirmed.
    pub(crate) fn undo(&mut self, before: u64) {
        self.length = before;
        // Where this fails too, the next record goes over it.
        let _ = self.file.set_len(before);
    }

    /// The server has everything.
    pub(crate) fn clear(&mut self) -> Result<(), VaultError> {
        if self.length > 0 {
            self.file.set_len(0)?;
            self.length = 0;
        }
        Ok(())
    }
}

/// Every whole record of a database's journal; none where there is no journal.
pub(crate) fn read(database: &Path, key: &Key) -> Result<Vec<Unsent>, VaultError> {
    let mut bytes = Vec::new();
    match File::open(journal_of(database)) {
        Ok(mut file) => file.read_to_end(&mut bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let seal = cipher(key)?;
    let mut rest = bytes.as_slice();
    let mut entries = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((nonce, after)) = after.split_first_chunk::<24>() else { break };
        if after.len() < length {
            break;
        }
        let (sealed, after) = after.split_at(length);
        rest = after;
        // One damaged record does not cost those behind it.
        let Ok(plain) = seal.decrypt(&XNonce::from(*nonce), sealed) else { continue };
        entries.extend(serde_json::from_slice::<Unsent>(&plain).ok());
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_from_before_people_had_ids_is_read_to_its_last_entry() {
        let older =
            r#"{"id":"a","episode":"e","verb":"take","by":"N. Okafor","at":5,"note":null,"body":"{}"}"#;
        let entry: Unsent = serde_json::from_str(older).unwrap();
        assert_eq!((entry.by.as_str(), &entry.by_id, &entry.to_id), ("N. Okafor", &None, &None));
        assert_eq!(serde_json::to_string(&entry).unwrap(), older);
    }
}
