//! Takes a page of facts and its cursor in one transaction.

use std::collections::{BTreeSet, HashMap};

use clinical::{
    Action, Body, Code, Device, Dose, Episode, Fact, Instant, Person, Place, Sample, Segment, Source, Stay,
    Unreadable,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::chunk::{Head, Value, pack_regular, pack_sealed, unpack};
use crate::error::VaultError;
use crate::store::Vault;

/// A page on its way into the cache.
#[derive(Debug, Default)]
pub struct PageCommit {
    /// What it said.
    pub facts: Vec<Fact>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Cursors to move with it, as (name, value).
    pub cursors: Vec<(String, String)>,
    /// When it reached this station.
    pub received: Instant,
}

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Values taken in.
    pub samples: usize,
    /// Resources put into quarantine.
    pub quarantined: usize,
    /// Patients something changed for.
    pub patients: BTreeSet<String>,
    /// Whether patients, beds, stays or devices changed.
    pub ward_changed: bool,
    /// Whether episodes or actions changed.
    pub alerts_changed: bool,
}

/// A segment of fewer values joins the hot tail; a longer one becomes a chunk of its own.
const SHORT_SEGMENT: usize = 64;
/// The hot tail of a series is sealed at this many rows, and keeps this many.
const SEAL_AT: i64 = 1024;
const KEEP_HOT: i64 = 256;

impl Vault {
    /// Commits a page: all of it with its cursors, or nothing.
    ///
    /// # Errors
    /// Of the database; nothing of the page was taken then.
    pub fn commit(&self, page: PageCommit) -> Result<Ingested, VaultError> {
        self.write(move |connection| commit(connection, page))
    }
}

fn commit(connection: &mut Connection, page: PageCommit) -> Result<Ingested, VaultError> {
    let transaction = connection.transaction()?;
    let mut intake = Intake {
        transaction: &transaction,
        received: page.received,
        series: HashMap::new(),
        hot: HashMap::new(),
        sealed: HashMap::new(),
        done: Ingested::default(),
    };
    for fact in &page.facts {
        intake.fact(fact)?;
    }
    for item in &page.unreadable {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?)")?
            .execute(params![item.reference, item.reason, item.body, page.received.0])?;
    }
    intake.seal_full()?;
    let mut done = intake.done;
    done.quarantined = page.unreadable.len();
    for (kind, value) in &page.cursors {
        transaction.prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?, ?)")?.execute([kind, value])?;
    }
    transaction.commit()?;
    Ok(done)
}

struct Intake<'a> {
    transaction: &'a Transaction<'a>,
    received: Instant,
    series: HashMap<(String, Option<String>, Code, String), i64>,
    /// Rows added to the hot tail of a series by this page.
    hot: HashMap<i64, i64>,
    /// Sealed chunks of the series this page touches, opened as far as it needed them.
    sealed: HashMap<i64, Vec<Sealed>>,
    done: Ingested,
}

/// A chunk that was sealed from rows.
struct Sealed {
    id: i64,
    t0: i64,
    t1: i64,
    values: Option<Vec<Value>>,
}

const SEALED: &str =
    "SELECT id, t0, t1, n, period_ms, scale, source, version, data FROM chunk WHERE period_ms IS NULL";

impl Intake<'_> {
    fn fact(&mut self, fact: &Fact) -> Result<(), VaultError> {
        let source = &fact.source;
        match &fact.body {
            Body::Person(person) => self.person(person),
            Body::Place(place) => self.place(place),
            Body::Stay(stay) => self.stay(stay),
            Body::Device(device) => self.device(device),
            Body::Dose(dose) => self.dose(dose),
            Body::Episode(episode) => self.episode(episode),
            Body::Action(action) => self.action(action, source, fact.updated_at),
            Body::Deleted => self.deleted(&source.reference),
            Body::Samples(samples) => {
                self.drop_other_versions(source)?;
                samples.iter().try_for_each(|sample| self.sample(sample, source))
            }
            Body::Segments(segments) => {
                self.drop_other_versions(source)?;
                segments.iter().try_for_each(|segment| self.segment(segment, source))
            }
        }
    }

    fn person(&mut self, person: &Person) -> Result<(), VaultError> {
        self.done.ward_changed = true;
        self.done.patients.insert(person.id.clone());
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                person.id,
                person.mrn,
                person.family,
                person.given,
                person.birth_date,
                person.sex as i64,
                person.active
            ])?;
        Ok(())
    }

    fn place(&mut self, place: &Place) -> Result<(), VaultError> {
        self.done.ward_changed = true;
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)")?
            .execute(params![place.id, place.name, place.is_bed, place.part_of])?;
        Ok(())
    }

    fn stay(&mut self, stay: &Stay) -> Result<(), VaultError> {
        self.done.ward_changed = true;
        self.done.patients.insert(stay.patient.clone());
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO stay VALUES (?, ?, ?, ?)")?
            .execute(params![stay.id, stay.patient, stay.place, stay.in_progress])?;
        Ok(())
    }

    fn device(&mut self, device: &Device) -> Result<(), VaultError> {
        self.done.ward_changed = true;
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?)")?
            .execute(params![device.id, device.patient, device.name, device.active])?;
        Ok(())
    }

    fn dose(&mut self, dose: &Dose) -> Result<(), VaultError> {
        self.done.samples += 1;
        self.done.patients.insert(dose.patient.clone());
        let (value, unit) = dose.amount.as_ref().map_or((None, None), |(v, u)| (Some(v), Some(u)));
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO dose VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                dose.id,
                dose.patient,
                dose.what,
                value.map(|v| v.mantissa),
                value.map(|v| v.scale),
                unit,
                dose.at.0
            ])?;
        Ok(())
    }

    fn episode(&mut self, episode: &Episode) -> Result<(), VaultError> {
        self.done.alerts_changed = true;
        self.done.patients.insert(episode.patient.clone());
        let measure = episode.measure.and_then(|m| m.spec().loinc.first().or(m.spec().mdc.first()));
        // When it was first received stays: an update must not make an old alarm look new.
        self.transaction
            .prepare_cached(
                "INSERT INTO episode VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
                 patient = ?2, priority = ?3, text = ?4, measure = ?5, onset = ?6, ended = ?7",
            )?
            .execute(params![
                episode.id,
                episode.patient,
                episode.priority as i64,
                episode.text,
                measure,
                episode.onset.0,
                episode.ended.map(|t| t.0),
                self.received.0
            ])?;
        Ok(())
    }

    fn action(
        &mut self,
        action: &Action,
        source: &Source,
        accepted: Option<Instant>,
    ) -> Result<(), VaultError> {
        self.done.alerts_changed = true;
        let accepted = accepted.unwrap_or(self.received).0;
        self.transaction
            .prepare_cached(
                "INSERT INTO action VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (id) DO UPDATE SET source = ?7, accepted_at = ?8",
            )?
            .execute(params![
                action.id,
                action.episode,
                action.verb.code(),
                action.by,
                action.at.0,
                action.note,
                source.reference,
                accepted
            ])?;
        // Seen on the server: an earlier try arrived although its answer did not.
        self.transaction.prepare_cached("DELETE FROM outbox WHERE action = ?")?.execute([&action.id])?;
        Ok(())
    }

    fn series(
        &mut self,
        patient: &str,
        device: Option<&str>,
        code: &Code,
        unit: &str,
    ) -> Result<i64, VaultError> {
        let key = (patient.to_owned(), device.map(str::to_owned), code.clone(), unit.to_owned());
        if let Some(id) = self.series.get(&key) {
            return Ok(*id);
        }
        let mdc = matches!(code, Code::Mdc(_));
        let device = device.unwrap_or_default();
        let id = self
            .transaction
            .prepare_cached("SELECT id FROM series WHERE patient = ? AND code = ? AND device = ? AND unit = ? AND mdc = ?")?
            .query_row(params![patient, code.as_str(), device, unit, mdc], |row| row.get(0))
            .optional()?;
        let id = match id {
            Some(id) => id,
            None => {
                self.transaction
                    .prepare_cached(
                        "INSERT INTO series (patient, device, mdc, code, unit) VALUES (?, ?, ?, ?, ?)",
                    )?
                    .execute(params![patient, device, mdc, code.as_str(), unit])?;
                self.transaction.last_insert_rowid()
            }
        };
        self.done.patients.insert(patient.to_owned());
        self.series.insert(key, id);
        Ok(id)
    }

    fn sample(&mut self, sample: &Sample, source: &Source) -> Result<(), VaultError> {
        let series = self.series(&sample.patient, sample.device.as_deref(), &sample.code, &sample.unit)?;
        self.done.patients.insert(sample.patient.clone());
        if self.is_sealed(series, sample.taken_at.0, source)? {
            return Ok(());
        }
        let artefact = sample.quality == clinical::Quality::Artefact;
        self.row(series, sample.taken_at.0, sample.value, artefact, source)?;
        self.latest(series, sample.taken_at.0, sample.value, artefact, source)
    }

    fn row(
        &mut self,
        series: i64,
        t: i64,
        value: clinical::Decimal,
        artefact: bool,
        source: &Source,
    ) -> Result<(), VaultError> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                series,
                t,
                source.reference,
                source.version,
                value.mantissa,
                value.scale,
                artefact,
                self.received.0
            ])?;
        *self.hot.entry(series).or_default() += 1;
        self.done.samples += 1;
        Ok(())
    }

    fn latest(
        &mut self,
        series: i64,
        t: i64,
        value: clinical::Decimal,
        artefact: bool,
        source: &Source,
    ) -> Result<(), VaultError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO latest VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (series) DO UPDATE SET
                 t = ?2, mantissa = ?3, scale = ?4, artefact = ?5, source = ?6, received = ?7 WHERE t <= ?2",
            )?
            .execute(params![
                series,
                t,
                value.mantissa,
                value.scale,
                artefact,
                source.reference,
                self.received.0
            ])?;
        Ok(())
    }

    fn segment(&mut self, segment: &Segment, source: &Source) -> Result<(), VaultError> {
        let Some(last) = segment.mantissas.last() else { return Ok(()) };
        let series =
            self.series(&segment.patient, segment.device.as_deref(), &segment.code, &segment.unit)?;
        self.transaction
            .prepare_cached("UPDATE series SET streamed = 1 WHERE id = ? AND streamed = 0")?
            .execute([series])?;
        self.done.patients.insert(segment.patient.clone());
        let decimal = |mantissa: i64| clinical::Decimal { mantissa, scale: segment.scale };
        let count = segment.mantissas.len();
        if count < SHORT_SEGMENT && !segment.is_wave() {
            for (n, mantissa) in segment.mantissas.iter().enumerate() {
                self.row(series, segment.time_of(n).0, decimal(*mantissa), false, source)?;
            }
        } else {
            let (low, high) = extremes(&segment.mantissas);
            self.transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO chunk (series, t0, t1, n, period_ms, scale, low, high, first, last, source,
                     version, received, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    series,
                    segment.start.0,
                    segment.time_of(count - 1).0,
                    count as i64,
                    segment.period_ms,
                    segment.scale,
                    low,
                    high,
                    segment.mantissas[0],
                    last,
                    source.reference,
                    source.version,
                    self.received.0,
                    pack_regular(&segment.mantissas)?
                ])?;
            self.done.samples += count;
        }
        self.latest(series, segment.time_of(count - 1).0, decimal(*last), false, source)
    }

    /// Whether this very value lies in a sealed chunk already. A chunk that holds another version of it is opened into
    /// rows again, where the new version replaces the old one.
    fn is_sealed(&mut self, series: i64, t: i64, source: &Source) -> Result<bool, VaultError> {
        if !self.sealed.contains_key(&series) {
            let mut find = self
                .transaction
                .prepare_cached("SELECT id, t0, t1 FROM chunk WHERE series = ? AND period_ms IS NULL")?;
            let found = find
                .query_map([series], |row| {
                    Ok(Sealed { id: row.get(0)?, t0: row.get(1)?, t1: row.get(2)?, values: None })
                })?
                .collect::<Result<_, _>>()?;
            self.sealed.insert(series, found);
        }
        let Some(chunks) = self.sealed.get_mut(&series) else { return Ok(false) };
        let mut reopen = None;
        for (place, chunk) in chunks.iter_mut().enumerate().filter(|(_, c)| c.t0 <= t && t <= c.t1) {
            let values = match &mut chunk.values {
                Some(values) => values,
                empty => empty.insert(open_chunk(self.transaction, chunk.id)?),
            };
            match values.iter().find(|v| v.t == t && v.source == source.reference) {
                Some(held) if held.version == source.version => return Ok(true),
                Some(_) => reopen = Some(place),
                None => {}
            }
        }
        if let Some(place) = reopen {
            let chunk = chunks.remove(place);
            self.unseal(series, chunk.id)?;
        }
        Ok(false)
    }

    /// Turns a sealed chunk into rows again.
    fn unseal(&mut self, series: i64, chunk: i64) -> Result<(), VaultError> {
        let mut insert = self
            .transaction
            .prepare_cached("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
        for v in open_chunk(self.transaction, chunk)? {
            insert.execute(params![
                series,
                v.t,
                v.source,
                v.version,
                v.value.mantissa,
                v.value.scale,
                v.artefact,
                self.received.0
            ])?;
        }
        self.transaction.execute("DELETE FROM chunk WHERE id = ?", [chunk])?;
        self.sealed.remove(&series);
        Ok(())
    }

    /// Opens every sealed chunk that holds something of this resource.
    fn unseal_all_of(&mut self, reference: &str) -> Result<(), VaultError> {
        let mut find =
            self.transaction.prepare_cached("SELECT id, series FROM chunk WHERE period_ms IS NULL")?;
        let all: Vec<(i64, i64)> =
            find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, series) in all {
            if open_chunk(self.transaction, id)?.iter().any(|v| v.source == reference) {
                self.unseal(series, id)?;
            }
        }
        Ok(())
    }

    /// A corrected resource replaces what its earlier version said, wherever that was.
    fn drop_other_versions(&mut self, source: &Source) -> Result<(), VaultError> {
        // Only a later version can have an earlier one in a sealed chunk, at another time perhaps.
        if source.version.parse::<u64>().is_ok_and(|n| n > 1) {
            self.unseal_all_of(&source.reference)?;
        }
        let rows = self
            .transaction
            .prepare_cached("DELETE FROM sample WHERE source = ? AND version <> ?")?
            .execute([&source.reference, &source.version])?;
        let chunks = self
            .transaction
            .prepare_cached("DELETE FROM chunk WHERE source = ? AND version <> ?")?
            .execute([&source.reference, &source.version])?;
        if rows + chunks > 0 {
            self.mend_latest(&source.reference)?;
        }
        Ok(())
    }

    fn deleted(&mut self, reference: &str) -> Result<(), VaultError> {
        let (kind, id) = reference.split_once('/').unwrap_or((reference, ""));
        let table = match kind {
            "Patient" => "person",
            "Location" => "place",
            "Encounter" => "stay",
            "Device" => "device",
            "MedicationAdministration" => "dose",
            "DetectedIssue" => "episode",
            "Observation" => {
                self.unseal_all_of(reference)?;
                self.transaction.execute("DELETE FROM sample WHERE source = ?", [reference])?;
                self.transaction.execute("DELETE FROM chunk WHERE source = ?", [reference])?;
                return self.mend_latest(reference);
            }
            _ => return Ok(()),
        };
        self.done.ward_changed = true;
        self.done.alerts_changed |= table == "episode";
        self.transaction.execute(&format!("DELETE FROM {table} WHERE id = ?"), [id])?;
        Ok(())
    }

    /// Where the newest value of a series came from a resource that is gone, the one before it is the newest again.
    fn mend_latest(&mut self, reference: &str) -> Result<(), VaultError> {
        let mut find = self.transaction.prepare_cached(
            "SELECT l.series, s.patient FROM latest l JOIN series s ON s.id = l.series WHERE l.source = ?",
        )?;
        let hit: Vec<(i64, String)> =
            find.query_map([reference], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (series, patient) in hit {
            self.done.patients.insert(patient);
            self.transaction.execute("DELETE FROM latest WHERE series = ?", [series])?;
            if let Some(value) = crate::read::value_at(self.transaction, series, Instant(i64::MAX))? {
                let source = Source { reference: value.source, version: value.version };
                self.latest(series, value.t, value.value, value.artefact, &source)?;
            }
        }
        Ok(())
    }

    fn seal_full(&mut self) -> Result<(), VaultError> {
        let touched: Vec<i64> = self.hot.keys().copied().collect();
        for series in touched {
            let count: i64 = self
                .transaction
                .prepare_cached("SELECT count(*) FROM sample WHERE series = ?")?
                .query_row([series], |row| row.get(0))?;
            if count >= SEAL_AT {
                self.seal(series, count - KEEP_HOT)?;
            }
        }
        Ok(())
    }

    /// Moves the oldest `count` rows of a series into a chunk.
    fn seal(&mut self, series: i64, count: i64) -> Result<(), VaultError> {
        let mut select = self.transaction.prepare_cached(
            "SELECT t, mantissa, scale, artefact, source, version, received FROM sample WHERE series = ?
             ORDER BY t, source LIMIT ?",
        )?;
        let mut received = i64::MIN;
        let values: Vec<Value> = select
            .query_map([series, count], |row| {
                received = received.max(row.get(6)?);
                Ok(Value {
                    t: row.get(0)?,
                    value: clinical::Decimal { mantissa: row.get(1)?, scale: row.get(2)? },
                    artefact: row.get(3)?,
                    source: row.get(4)?,
                    version: row.get(5)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return Ok(()) };
        let scale = values.iter().map(|v| v.value.scale).max().unwrap_or(0);
        // Bounds at one scale; where a value does not fit, the chunk still holds it exactly.
        let at = |v: &Value| v.value.at_scale(scale).unwrap_or(v.value.mantissa);
        let (low, high) = extremes(&values.iter().map(at).collect::<Vec<_>>());
        // A sealed chunk has many sources; a name of its own keeps it apart from chunks of one resource.
        let number: i64 =
            self.transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM chunk", [], |row| row.get(0))?;
        let name = format!("sealed:{number}");
        self.transaction
            .prepare_cached(
                "INSERT INTO chunk (series, t0, t1, n, period_ms, scale, low, high, first, last, source, version,
                 received, data) VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, '', ?, ?)",
            )?
            .execute(params![
                series,
                first.t,
                last.t,
                values.len() as i64,
                scale,
                low,
                high,
                at(first),
                at(last),
                name,
                received,
                pack_sealed(&values)?
            ])?;
        let mut delete = self
            .transaction
            .prepare_cached("DELETE FROM sample WHERE series = ? AND t = ? AND source = ?")?;
        for value in &values {
            delete.execute(params![series, value.t, value.source])?;
        }
        Ok(())
    }
}

fn open_chunk(connection: &Connection, id: i64) -> Result<Vec<Value>, VaultError> {
    let (head, data) = connection
        .prepare_cached(&format!("{SEALED} AND id = ?"))?
        .query_row([id], |row| Ok((head(row)?, row.get::<_, Vec<u8>>("data")?)))?;
    unpack(&head, &data)
}

fn extremes(values: &[i64]) -> (i64, i64) {
    values.iter().fold((i64::MAX, i64::MIN), |(low, high), v| (low.min(*v), high.max(*v)))
}

/// Reads a chunk's head from a row that selects `t0, n, period_ms, scale, source, version`.
pub(crate) fn head(row: &rusqlite::Row) -> rusqlite::Result<Head> {
    Ok(Head {
        t0: row.get("t0")?,
        n: usize::try_from(row.get::<_, i64>("n")?).unwrap_or(0),
        period_ms: row.get("period_ms")?,
        scale: row.get("scale")?,
        source: row.get("source")?,
        version: row.get("version")?,
    })
}

/// The newest value of a chunk that was taken at or before `at`.
pub(crate) fn newest_in(head: &Head, data: &[u8], at: i64) -> Result<Option<Value>, VaultError> {
    Ok(unpack(head, data)?.into_iter().rev().find(|value| value.t <= at))
}
