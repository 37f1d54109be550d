//! The tables, and every pragma with its reason.

use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::entries::begin::begin;
use crate::error::VaultError;
use crate::store::page_cache;

/// Raised with every change of the tables.
pub(crate) const VERSION: i64 = 17;
/// Since this one the cache knows more of who acted than the name.
pub(crate) const WITH_ACTORS: i64 = 6;

static WIPE_MEMORY: AtomicBool = AtomicBool::new(true);

/// For simulations that open thousands of caches of invented data in one process: two thirds of their time go into locking
/// and wiping memory.
#[doc(hidden)]
pub fn leave_memory_as_it_is() {
    WIPE_MEMORY.store(false, Ordering::Relaxed);
}

pub(crate) fn pragmas(connection: &Connection, writer: bool) -> rusqlite::Result<()> {
    // Keys and pages are locked in memory, and wiped as they are freed.
    if WIPE_MEMORY.load(Ordering::Relaxed) {
        connection.pragma_update(None, "cipher_memory_security", true)?;
    }
    // Readers never wait for the writer.
    if writer {
        // Freed pages go back to the system; this can only be said before the first page is written.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    }
    // What can be pulled again may be lost with the power; actions raise this to FULL.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Sorting must never leave a clear temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    page_cache::keep_pages(connection, if writer { page_cache::WRITER_KIB } else { page_cache::READER_KIB })?;
    connection.busy_timeout(std::time::Duration::from_secs(5))
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), VaultError> {
    let found = version(connection)?;
    if found == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    steps(&transaction, found, VERSION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    if found == 1 {
        // A file that has pages already takes it with this.
        connection.execute_batch("VACUUM")?;
    }
    Ok(())
}

/// Everything that lies between two versions.
pub(crate) fn steps(connection: &Connection, from: i64, to: i64) -> Result<(), VaultError> {
    let at = |version: i64| usize::try_from(version).unwrap_or(0).min(STEPS.len());
    for step in &STEPS[at(from)..at(to)] {
        connection.execute_batch(step)?;
    }
    for (table, columns, _) in HISTORIES.iter().filter(|(.., since)| from < *since && *since <= to) {
        connection.execute_batch(&history(table, columns))?;
    }
    // The log of before and a record side by side: the one becomes the beginning of the other, once.
    let both = "SELECT count(*) = 2 FROM sqlite_master WHERE type = 'table' AND name IN ('audit', 'entry')";
    if connection.query_row(both, [], |row| row.get(0))? {
        begin(connection)?;
    }
    Ok(())
}

/// The tables that remember what they said before, with their columns beside `id`, `received` and `until`, and the schema
/// since which they do.
pub(crate) const HISTORIES: [(&str, &str, i64); 11] = [
    ("person", "mrn, family, given, birth_date, sex, active", 2),
    ("place", "name, is_bed, part_of", 2),
    ("stay", "patient, place, in_progress", 2),
    ("device", "patient, name, active", 2),
    ("dose", "patient, what, mantissa, scale, unit, at", 2),
    ("episode", "patient, priority, text, measure, onset, ended", 2),
    ("flag", "patient, codes, by, begins, ends", 3),
    ("merge", "survivor, said_by", 4),
    ("consent", "patient, body", 14),
    ("contact", "patient, body", 17),
    ("make", "patient, body", 17),
];

/// The columns of a table with a history.
pub(crate) fn columns(table: &str) -> &'static str {
    HISTORIES.iter().find(|(name, ..)| *name == table).map_or("", |(_, columns, _)| columns)
}

/// A row that is changed leaves what it said, from when it was received until something else was.
fn history(table: &str, columns: &str) -> String {
    let old = columns.split(", ").map(|c| format!("OLD.{c}")).collect::<Vec<_>>().join(", ");
    format!(
        "CREATE TABLE {table}_was AS SELECT id, {columns}, received, received AS until FROM {table} WHERE 0;
         CREATE INDEX {table}_was_of ON {table}_was (id, received);
         CREATE TRIGGER {table}_history AFTER UPDATE ON {table} WHEN NEW.received <> OLD.received BEGIN
           INSERT INTO {table}_was VALUES (OLD.id, {old}, OLD.received, NEW.received);
         END;"
    )
}

/// The schema of the file; a newer one is refused before anything is written.
pub(crate) fn version(connection: &Connection) -> Result<i64, VaultError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION { Err(VaultError::Newer { found, known: VERSION }) } else { Ok(found) }
}

/// What brings a file from each version to the next.
const STEPS: [&str; 17] = [
    TABLES, RECEIVED, FLAGS, MERGES, YEARS, ACTORS, KINDS, STATES, CALLS, WITNESSES, OUTAGES, RECORD, STAFF,
    CONSENTS, GIVEN_PINS, PENS, CONTACTS,
];

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

/// When everything was received, what was replaced, and an outline of each chunk.
const RECEIVED: &str = "
ALTER TABLE person ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE place ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stay ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dose ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE action ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE action ADD COLUMN clock_offset_ms INTEGER;
UPDATE action SET received = at;

-- Single values that were corrected or deleted, with the time they stopped being true.
CREATE TABLE sample_was (
  series INTEGER NOT NULL, t INTEGER NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL,
  mantissa INTEGER NOT NULL, scale INTEGER NOT NULL, artefact INTEGER NOT NULL, received INTEGER NOT NULL,
  until INTEGER NOT NULL);
CREATE INDEX sample_was_of ON sample_was (series, t);

-- Set where another version of the resource took the place of a chunk, or it was deleted.
ALTER TABLE chunk ADD COLUMN replaced INTEGER;
-- Lowest and highest value of every 64, so that a wide window need not decode the rest.
ALTER TABLE chunk ADD COLUMN outline BLOB;
DROP INDEX chunk_of;
CREATE UNIQUE INDEX chunk_of ON chunk (series, t0, source, version);
-- Everything a wide window asks of a chunk, without a look into its row.
CREATE INDEX chunk_span ON chunk (series, t0, t1, n, scale, low, high, replaced, received);
CREATE INDEX chunk_age ON chunk (t1);
";

/// Flags, which resources were ever corrected, and the sealed chunks of a series without a look into their rows.
const FLAGS: &str = "
CREATE TABLE flag (
  id TEXT PRIMARY KEY, patient TEXT NOT NULL, codes TEXT NOT NULL, by TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER,
  received INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE corrected (source TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO corrected
  SELECT source, max(CAST(version AS INTEGER)) FROM
    (SELECT source, version FROM sample UNION SELECT source, version FROM chunk WHERE source NOT LIKE 'sealed:%')
  WHERE version <> '' AND version NOT GLOB '*[^0-9]*' AND CAST(version AS INTEGER) > 1 GROUP BY source;
CREATE INDEX chunk_sealed ON chunk (series, t0, t1) WHERE period_ms IS NULL AND replaced IS NULL;
";

/// Records that were merged into another. Patients are read once more: their links were left out before.
const MERGES: &str = "
CREATE TABLE merge (id TEXT PRIMARY KEY, survivor TEXT NOT NULL, said_by TEXT NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
DELETE FROM cursor WHERE kind = 'first/Patient';
";

/// A cache keeps a year of alarms and of what was done about them; the board asks for the open ones, several times a second.
const YEARS: &str = "
CREATE INDEX episode_ended ON episode (ended);
DROP INDEX action_on;
CREATE INDEX action_on ON action (episode, verb);
CREATE INDEX action_at ON action (at);
-- High alarms that nobody ever took: they stay on the board, however old they are.
CREATE TABLE untaken (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO untaken SELECT id FROM episode e WHERE priority = 3 AND NOT EXISTS
  (SELECT 1 FROM action a WHERE a.episode = e.id AND a.verb IN ('take', 'handled', 'hand-to'));
CREATE TRIGGER episode_untaken AFTER INSERT ON episode WHEN NEW.priority = 3 BEGIN
  INSERT OR IGNORE INTO untaken SELECT NEW.id WHERE NOT EXISTS
    (SELECT 1 FROM action a WHERE a.episode = NEW.id AND a.verb IN ('take', 'handled', 'hand-to'));
END;
CREATE TRIGGER episode_reranked AFTER UPDATE OF priority ON episode WHEN NEW.priority <> OLD.priority BEGIN
  DELETE FROM untaken WHERE id = NEW.id;
  INSERT OR IGNORE INTO untaken SELECT NEW.id WHERE NEW.priority = 3 AND NOT EXISTS
    (SELECT 1 FROM action a WHERE a.episode = NEW.id AND a.verb IN ('take', 'handled', 'hand-to'));
END;
CREATE TRIGGER episode_gone AFTER DELETE ON episode BEGIN DELETE FROM untaken WHERE id = OLD.id; END;
CREATE TRIGGER action_takes AFTER INSERT ON action WHEN NEW.verb IN ('take', 'handled', 'hand-to') BEGIN
  DELETE FROM untaken WHERE id = NEW.episode;
END;
";

/// Who acted, beside the name: an id where more is known, and the role. What was done is read once more, as other stations may
/// have said who long before this one could keep it.
const ACTORS: &str = "
ALTER TABLE action ADD COLUMN by_id TEXT;
ALTER TABLE action ADD COLUMN by_role TEXT;
ALTER TABLE action ADD COLUMN to_id TEXT;
CREATE INDEX action_by ON action (by COLLATE NOCASE, by_id);
DELETE FROM cursor WHERE kind = 'first/Communication';
";

/// What kind of resource waits to be sent: what people did is a Communication, an alarm of the station's own rules a
/// DetectedIssue. The keys of the latter say what became of it.
const KINDS: &str = "
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'Communication';
UPDATE outbox SET kind = 'DetectedIssue' WHERE action LIKE 'raised:%' OR action LIKE 'cleared:%';
";

/// The last state of each resource but of values that were said once; the business identifier of a dose. Places and stays are read
/// once more: what kind of place each is, and where the care is given, was left out before.
const STATES: &str = "
CREATE TABLE said (source TEXT PRIMARY KEY, at INTEGER, number INTEGER) WITHOUT ROWID;
CREATE INDEX episode_received ON episode (received);
CREATE TABLE identity (source TEXT PRIMARY KEY, identifier TEXT NOT NULL) WITHOUT ROWID;
DELETE FROM cursor WHERE kind IN ('first/Location', 'first/Encounter', 'first/MedicationAdministration');
";

/// When an alarm became new once more on its id, which takes what was done before for no answer; and the calls of the next role
/// that stations asked the server to pass on.
const CALLS: &str = "
CREATE TABLE renewed (
  id TEXT NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, after INTEGER, PRIMARY KEY (id, at)) WITHOUT ROWID;
CREATE TABLE call (
  id TEXT PRIMARY KEY, episode TEXT NOT NULL, level INTEGER NOT NULL, role TEXT NOT NULL, due INTEGER NOT NULL,
  made INTEGER NOT NULL, status TEXT NOT NULL, status_at INTEGER, accepted_at INTEGER, source TEXT,
  received INTEGER NOT NULL) WITHOUT ROWID;
-- What was done before an alarm was new once more answers it no more, however late it arrives.
DROP TRIGGER episode_untaken;
CREATE TRIGGER episode_untaken AFTER INSERT ON episode WHEN NEW.priority = 3 BEGIN
  INSERT OR IGNORE INTO untaken SELECT NEW.id WHERE NOT EXISTS
    (SELECT 1 FROM action a WHERE a.episode = NEW.id AND a.verb IN ('take', 'handled', 'hand-to') AND NOT EXISTS
      (SELECT 1 FROM renewed r WHERE r.id = NEW.id AND r.at >= coalesce(a.accepted_at, a.at)));
END;
DROP TRIGGER episode_reranked;
CREATE TRIGGER episode_reranked AFTER UPDATE OF priority ON episode WHEN NEW.priority <> OLD.priority BEGIN
  DELETE FROM untaken WHERE id = NEW.id;
  INSERT OR IGNORE INTO untaken SELECT NEW.id WHERE NEW.priority = 3 AND NOT EXISTS
    (SELECT 1 FROM action a WHERE a.episode = NEW.id AND a.verb IN ('take', 'handled', 'hand-to') AND NOT EXISTS
      (SELECT 1 FROM renewed r WHERE r.id = NEW.id AND r.at >= coalesce(a.accepted_at, a.at)));
END;
DROP TRIGGER action_takes;
CREATE TRIGGER action_takes AFTER INSERT ON action WHEN NEW.verb IN ('take', 'handled', 'hand-to') AND NOT EXISTS
  (SELECT 1 FROM renewed r WHERE r.id = NEW.episode AND r.at >= coalesce(NEW.accepted_at, NEW.at)) BEGIN
  DELETE FROM untaken WHERE id = NEW.episode;
END;
CREATE INDEX call_on ON call (episode);
CREATE INDEX call_from ON call (source);
";

/// What people agreed to, and the security labels of what has some. Values are read once more, for the labels that were left out
/// before; until then they stand as they are.
const CONSENTS: &str = "
CREATE TABLE consent (id TEXT PRIMARY KEY, patient TEXT NOT NULL, body TEXT NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX consent_of ON consent (patient);
CREATE TABLE label (source TEXT PRIMARY KEY, patient TEXT NOT NULL, labels TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX label_of ON label (patient);
UPDATE cursor SET value = 'open' WHERE value = 'done' AND kind IN
  ('first/2h', 'first/day', 'first/2d', 'first/3d', 'first/5d', 'first/7d', 'first/10d', 'first/14d', 'first/older');
INSERT OR IGNORE INTO cursor SELECT 'first/Consent', 'open' WHERE EXISTS (SELECT 1 FROM cursor WHERE kind = 'first/Flag');
UPDATE cursor SET value = substr(value, 1, instr(value || ' first/2h', ' first/2h') - 1) WHERE kind GLOB 'read/*';
";

/// What each outage was, and what came of it afterwards; which numbers were missed, and the searches whose number nobody told.
const OUTAGES: &str = "
ALTER TABLE channel ADD COLUMN unnumbered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gap ADD COLUMN first INTEGER;
ALTER TABLE gap ADD COLUMN last INTEGER;
CREATE TABLE outage (
  since INTEGER PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL, alarms INTEGER NOT NULL, high INTEGER NOT NULL,
  actions INTEGER NOT NULL, samples INTEGER NOT NULL, alarms_whole INTEGER, values_whole INTEGER);
";

/// Own alarms that are on and that this station saw begin: no other may end them. Of those that it raised before there was such a
/// table, its log knows. And the ledger: what servers numbered, and what of it did not come by itself.
const WITNESSES: &str = "
CREATE TABLE witnessed (episode TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO witnessed SELECT about FROM audit WHERE who = 'this station' AND what = 'raised'
  AND about IN (SELECT id FROM episode WHERE ended IS NULL);
CREATE TABLE channel (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, began INTEGER NOT NULL, heard INTEGER NOT NULL,
  numbered INTEGER NOT NULL, came INTEGER NOT NULL);
CREATE TABLE gap (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, events INTEGER, since INTEGER NOT NULL, until INTEGER NOT NULL,
  why TEXT NOT NULL, read_at INTEGER, brought INTEGER);
";

/// The log as a record: its entries (those of before are taken in by `entries::begin`), the tree over them, who signs for it, its
/// checkpoints and who saw them; what was seen of other stations' records, and what was found wrong.
const RECORD: &str = "
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, who_id TEXT, role TEXT, what TEXT NOT NULL,
  about TEXT, patient TEXT, station TEXT NOT NULL);
CREATE TABLE node (level INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, at)) WITHOUT ROWID;
CREATE TABLE record_key (id INTEGER PRIMARY KEY, word TEXT NOT NULL, secret BLOB NOT NULL);
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, at INTEGER NOT NULL, note TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 0);
CREATE TABLE own_witness (
  name TEXT PRIMARY KEY, key TEXT NOT NULL, station TEXT NOT NULL, size INTEGER NOT NULL, seconds INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE seen_log (
  origin TEXT PRIMARY KEY, key TEXT NOT NULL, station TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 0, told_at INTEGER)
  WITHOUT ROWID;
CREATE TABLE seen (
  origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, judged TEXT NOT NULL, accepted INTEGER,
  received INTEGER NOT NULL, by_others INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (origin, size, root)) WITHOUT ROWID;
CREATE TABLE complaint (key TEXT PRIMARY KEY, words TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
";

/// Who works at this station, what lets each of them in, and what they have begun to write.
const STAFF: &str = "
CREATE TABLE staff (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, pin TEXT, badge TEXT UNIQUE,
  failures INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, full_at INTEGER, full_passed INTEGER) WITHOUT ROWID;
CREATE TABLE draft (
  author TEXT NOT NULL, place TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (author, place)) WITHOUT ROWID;
";

/// Whether a PIN is one that IT gave, and its owner has to choose another.
const GIVEN_PINS: &str = "ALTER TABLE staff ADD COLUMN pin_given INTEGER NOT NULL DEFAULT 0;";

/// What gave a dose, such as a pen. Doses are read once more, for the devices that were left out before.
const PENS: &str = "
CREATE TABLE given_by (id TEXT PRIMARY KEY, device TEXT NOT NULL) WITHOUT ROWID;
UPDATE cursor SET value = 'open' WHERE kind = 'first/MedicationAdministration' AND value = 'done';
UPDATE cursor SET value = trim(replace(' ' || value || ' ', ' first/MedicationAdministration ', ' ')) WHERE kind GLOB 'read/*';
";

/// How people are reached, by their records, and how devices were made. People and devices are read once more, for what was left out
/// before.
const CONTACTS: &str = "
CREATE TABLE contact (id TEXT PRIMARY KEY, patient TEXT NOT NULL, body TEXT NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX contact_of ON contact (patient);
CREATE TABLE make (id TEXT PRIMARY KEY, patient TEXT, body TEXT NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX make_of ON make (patient);
UPDATE cursor SET value = 'open' WHERE kind IN ('first/Patient', 'first/Device') AND value = 'done';
UPDATE cursor SET value = trim(replace(replace(' ' || value || ' ', ' first/Patient ', ' '), ' first/Device ', ' '))
  WHERE kind GLOB 'read/*';
";
