//! The tables, and every pragma with its reason.

use rusqlite::Connection;

use crate::error::VaultError;

/// Raised with every change of the tables.
pub(crate) const VERSION: i64 = 1;

pub(crate) fn pragmas(connection: &Connection, writer: bool) -> rusqlite::Result<()> {
    // Keys and pages are wiped from memory as they are freed.
    connection.pragma_update(None, "cipher_memory_security", true)?;
    // Readers never wait for the writer.
    if writer {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    }
    // What can be pulled again may be lost with the power; actions raise this to FULL.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Sorting must never leave a clear temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // KiB of pages kept decrypted: the writer works on hot pages, a reader passes through.
    connection.pragma_update(None, "cache_size", if writer { -8192 } else { -2048 })?;
    connection.busy_timeout(std::time::Duration::from_secs(5))
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), VaultError> {
    let found = version(connection)?;
    if found == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// The schema of the file; a newer one is refused before anything is written.
pub(crate) fn version(connection: &Connection) -> Result<i64, VaultError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION { Err(VaultError::Newer { found, known: VERSION }) } else { Ok(found) }
}

const TABLES: &str = "
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cursor (kind TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE person (
  id TEXT PRIMARY KEY, mrn TEXT NOT NULL, family TEXT NOT NULL, given TEXT NOT NULL,
  birth_date TEXT, sex INTEGER NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE place (id TEXT PRIMARY KEY, name TEXT NOT NULL, is_bed INTEGER NOT NULL, part_of TEXT) WITHOUT ROWID;
CREATE TABLE stay (id TEXT PRIMARY KEY, patient TEXT NOT NULL, place TEXT, in_progress INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE device (id TEXT PRIMARY KEY, patient TEXT, name TEXT NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE dose (
  id TEXT PRIMARY KEY, patient TEXT NOT NULL, what TEXT NOT NULL,
  mantissa INTEGER, scale INTEGER, unit TEXT, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX dose_of ON dose (patient, at);

CREATE TABLE series (
  id INTEGER PRIMARY KEY, patient TEXT NOT NULL, device TEXT NOT NULL, mdc INTEGER NOT NULL, code TEXT NOT NULL,
  unit TEXT NOT NULL, streamed INTEGER NOT NULL DEFAULT 0, UNIQUE (patient, code, device, unit, mdc));
-- The hot tail: one row a value, sealed into a chunk as it fills.
CREATE TABLE sample (
  series INTEGER NOT NULL, t INTEGER NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL,
  mantissa INTEGER NOT NULL, scale INTEGER NOT NULL, artefact INTEGER NOT NULL, received INTEGER NOT NULL,
  PRIMARY KEY (series, t, source)) WITHOUT ROWID;
CREATE INDEX sample_from ON sample (source);
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY, series INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, n INTEGER NOT NULL,
  period_ms REAL, scale INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL,
  received INTEGER NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX chunk_of ON chunk (series, t0, source);
CREATE INDEX chunk_from ON chunk (source);
CREATE TABLE latest (
  series INTEGER PRIMARY KEY, t INTEGER NOT NULL, mantissa INTEGER NOT NULL, scale INTEGER NOT NULL,
  artefact INTEGER NOT NULL, source TEXT NOT NULL, received INTEGER NOT NULL);

CREATE TABLE episode (
  id TEXT PRIMARY KEY, patient TEXT NOT NULL, priority INTEGER NOT NULL, text TEXT NOT NULL, measure TEXT,
  onset INTEGER NOT NULL, ended INTEGER, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX episode_onset ON episode (onset);
CREATE TABLE action (
  id TEXT PRIMARY KEY, episode TEXT NOT NULL, verb TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
  note TEXT, source TEXT, accepted_at INTEGER) WITHOUT ROWID;
CREATE INDEX action_on ON action (episode);
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, body TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0, parked TEXT);
CREATE TABLE quarantine (
  reference TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (reference, reason)) WITHOUT ROWID;
CREATE TABLE audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, about TEXT);
";
