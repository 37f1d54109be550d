//! An entry more, within the transaction of what it tells of.

use clinical::Instant;
use record::Entry;
use rusqlite::{Connection, OptionalExtension};

use super::checkpoints::seal_if_due;
use super::entry::NewEntry;
use super::tree::{Tree, number};
use crate::codec::PATIENT;
use crate::error::VaultError;

/// The setting that keeps the station's name, as people see it.
pub(crate) const STATION_NAME: &str = "station-name";

/// Puts an entry at the end; gives its number. Whatever somebody did to the rows before it, the entry is taken.
pub(crate) fn append(connection: &Connection, new: NewEntry) -> Result<u64, VaultError> {
    let tree = Tree(connection);
    // The larger of both: where rows were taken out, what is added goes over none that are left.
    let rows = "SELECT coalesce(max(seq), 0) FROM entry";
    let rows: u64 = connection.prepare_cached(rows)?.query_row([], |row| number(row, 0))?;
    let seq = tree.size()?.max(rows) + 1;
    let patient = match (new.patient, &new.about) {
        (Some(patient), _) => Some(patient),
        (None, Some(about)) => patient_of(connection, about)?,
        (None, None) => None,
    };
    let at = Entry::safe(new.at.0);
    tree.put(&Entry {
        about: new.about,
        at,
        kind: new.kind,
        patient,
        role: new.who.role,
        seq,
        station: station(connection)?,
        what: new.what,
        who: new.who.name,
        who_id: new.who.id,
    })?;
    seal_if_due(connection, seq, Instant(at))?;
    Ok(seq)
}

/// The station's name; empty where nobody gave one.
fn station(connection: &Connection) -> Result<String, VaultError> {
    let read = "SELECT value FROM setting WHERE key = ?";
    let found = connection.prepare_cached(read)?.query_row([STATION_NAME], |row| row.get(0));
    Ok(found.optional()?.unwrap_or_default())
}

/// Whom something is about that names a patient, or an episode.
fn patient_of(connection: &Connection, about: &str) -> Result<Option<String>, VaultError> {
    if let Some(id) = about.strip_prefix(PATIENT) {
        return Ok(Some(id.to_owned()));
    }
    let read = "SELECT patient FROM episode WHERE id = ?";
    let found: Option<String> =
        connection.prepare_cached(read)?.query_row([about], |row| row.get(0)).optional()?;
    Ok(found.filter(|patient| !patient.is_empty()))
}
