//! Values on their way into the cache: the hot tail in rows, whole resources of many values as chunks, and corrections that find
//! what they correct wherever it lies.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use clinical::{Code, Decimal, DeviceId, Instant, PatientId, Sample, Segment, SmolStr, Source};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::changes::Ingested;
use crate::codec::id;
use crate::error::VaultError;
use crate::series::new_chunks::NewChunks;
use crate::series::sealed::Tails;
use crate::store::vault::Reader;

/// A segment of fewer values joins the hot tail; a longer one becomes a chunk of its own.
const SHORT_SEGMENT: usize = 64;

/// The values of a page on their way in.
pub(crate) struct Values<'a> {
    transaction: &'a Transaction<'a>,
    received: Instant,
    series: HashMap<(PatientId, Option<DeviceId>, Code, SmolStr), i64>,
    tails: Tails<'a>,
    chunks: NewChunks<'a>,
    /// Whether any resource has a second version, once that was asked.
    corrected: Option<bool>,
    /// The newest values of the page, until they are written.
    newest: HashMap<i64, Newest>,
    changes: Ingested,
}

/// What may be the newest value of a series.
struct Newest {
    t: i64,
    value: Decimal,
    artefact: bool,
    source: SmolStr,
}

impl<'a> Values<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, received: Instant) -> Values<'a> {
        Values {
            transaction,
            received,
            series: HashMap::new(),
            tails: Tails::new(transaction),
            chunks: NewChunks::new(transaction, received),
            corrected: None,
            newest: HashMap::new(),
            changes: Ingested::default(),
        }
    }

    /// Seals what is full and writes which values are the newest; what changed.
    pub(crate) fn finish(mut self) -> Result<Ingested, VaultError> {
        self.chunks.write()?;
        self.tails.seal_full()?;
        self.write_latest()?;
        Ok(self.changes)
    }

    fn series_of(
        &mut self,
        patient: &PatientId,
        device: Option<&DeviceId>,
        code: &Code,
        unit: &SmolStr,
    ) -> Result<i64, VaultError> {
        let key = (patient.clone(), device.cloned(), code.clone(), unit.clone());
        if let Some(id) = self.series.get(&key) {
            return Ok(*id);
        }
        let mdc = matches!(code, Code::Mdc(_));
        let device = device.map_or("", DeviceId::as_str);
        let (patient, unit) = (patient.as_str(), unit.as_str());
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
        self.series.insert(key, id);
        Ok(id)
    }

    pub(crate) fn sample(&mut self, sample: &Sample, source: &Source) -> Result<(), VaultError> {
        let series = self.series_of(&sample.patient, sample.device.as_ref(), &sample.code, &sample.unit)?;
        if self.tails.is_sealed(series, sample.taken_at.0, source)? {
            return Ok(());
        }
        let artefact = sample.quality == clinical::Quality::Artefact;
        if self.row(series, sample.taken_at.0, sample.value, artefact, source)? {
            self.changed(&sample.patient);
            self.latest(series, sample.taken_at.0, sample.value, artefact, source);
        }
        Ok(())
    }

    /// Puts a value into the hot tail; whether it is new. The same version again changes nothing.
    fn row(
        &mut self,
        series: i64,
        t: i64,
        value: Decimal,
        artefact: bool,
        source: &Source,
    ) -> Result<bool, VaultError> {
        let new = self
            .transaction
            .prepare_cached(
                "INSERT INTO sample VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET
                 version = ?4, mantissa = ?5, scale = ?6, artefact = ?7, received = ?8
                 WHERE version <> ?4 OR mantissa <> ?5 OR scale <> ?6",
            )?
            .execute(params![
                series,
                t,
                source.reference.as_str(),
                source.version.as_str(),
                value.mantissa,
                value.scale,
                artefact,
                self.received.0
            ])?
            > 0;
        if new {
            self.tails.grew(series);
            self.changes.samples += 1;
        }
        Ok(new)
    }

    fn changed(&mut self, patient: &PatientId) {
        if !self.changes.patients.contains(patient) {
            self.changes.patients.insert(patient.clone());
        }
    }

    /// Remembers what may be the newest value of its series; written once a page.
    fn latest(&mut self, series: i64, t: i64, value: Decimal, artefact: bool, source: &Source) {
        let newest = Newest { t, value, artefact, source: source.reference.clone() };
        match self.newest.entry(series) {
            Entry::Occupied(mut held) if held.get().t <= t => drop(held.insert(newest)),
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => drop(free.insert(newest)),
        }
    }

    fn write_latest(&mut self) -> Result<(), VaultError> {
        let mut upsert = self.transaction.prepare_cached(
            "INSERT INTO latest VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (series) DO UPDATE SET
             t = ?2, mantissa = ?3, scale = ?4, artefact = ?5, source = ?6, received = ?7 WHERE t <= ?2",
        )?;
        for (series, Newest { t, value, artefact, source }) in self.newest.drain() {
            let received = self.received.0;
            upsert.execute(params![
                series,
                t,
                value.mantissa,
                value.scale,
                artefact,
                source.as_str(),
                received
            ])?;
        }
        Ok(())
    }

    pub(crate) fn segment(&mut self, segment: &'a Segment, source: &'a Source) -> Result<(), VaultError> {
        let Some(last) = segment.mantissas.last() else { return Ok(()) };
        let series =
            self.series_of(&segment.patient, segment.device.as_ref(), &segment.code, &segment.unit)?;
        let becomes_a_stream = self
            .transaction
            .prepare_cached("UPDATE series SET streamed = 1 WHERE id = ? AND streamed = 0")?
            .execute([series])?
            > 0;
        if becomes_a_stream {
            self.changed(&segment.patient);
        }
        let decimal = |mantissa: i64| Decimal { mantissa, scale: segment.scale };
        let count = segment.mantissas.len();
        let mut new = false;
        if count < SHORT_SEGMENT && !segment.is_wave() {
            for (n, mantissa) in segment.mantissas.iter().enumerate() {
                let t = segment.time_of(n).0;
                if !self.tails.is_sealed(series, t, source)? {
                    new |= self.row(series, t, decimal(*mantissa), false, source)?;
                }
            }
        } else {
            new = self.chunks.take(series, segment, source)?;
            self.changes.samples += if new { count } else { 0 };
        }
        if new {
            self.changed(&segment.patient);
            self.latest(series, segment.time_of(count - 1).0, decimal(*last), false, source);
        }
        Ok(())
    }

    fn all_series(&self, patient: Option<&PatientId>) -> Result<Vec<i64>, VaultError> {
        let mut find =
            self.transaction.prepare_cached("SELECT id FROM series WHERE ?1 IS NULL OR patient = ?1")?;
        Ok(find.query_map([patient.map(PatientId::as_str)], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Whether this is the newest version that is known of a resource; what an earlier one said is replaced, wherever it was.
    /// One that arrives late, behind a later one or behind the deletion, changes nothing.
    pub(crate) fn is_newest_version<'p>(
        &mut self,
        source: &Source,
        patients: impl Iterator<Item = &'p PatientId>,
    ) -> Result<bool, VaultError> {
        let Ok(number) = source.version.parse::<i64>() else {
            // A server whose versions are no numbers: which came first is not known, so the last one counts.
            self.retire(&source.reference, Some(&source.version))?;
            return Ok(true);
        };
        let known = if self.any_corrected()? { self.corrected_to(&source.reference)? } else { None };
        if known.is_some_and(|known| known > number) {
            return Ok(false);
        }
        // Nearly everything is said once: a first version has nothing to replace.
        if number <= 1 {
            return Ok(true);
        }
        if known != Some(number) {
            self.note_version(&source.reference, number)?;
            // An earlier version can lie in a sealed chunk, at another time perhaps.
            for patient in patients.collect::<HashSet<_>>() {
                let series = self.all_series(Some(patient))?;
                self.tails.unseal_all_of(&source.reference, &series)?;
            }
        }
        self.retire(&source.reference, Some(&source.version))?;
        Ok(true)
    }

    /// Whether this cache ever saw a second version of anything. Nearly none has while its first millions of values come.
    fn any_corrected(&mut self) -> Result<bool, VaultError> {
        if let Some(any) = self.corrected {
            return Ok(any);
        }
        let any = self
            .transaction
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM corrected)")?
            .query_row([], |row| row.get(0))?;
        self.corrected = Some(any);
        Ok(any)
    }

    fn corrected_to(&self, reference: &str) -> Result<Option<i64>, VaultError> {
        Ok(self
            .transaction
            .prepare_cached("SELECT version FROM corrected WHERE source = ?")?
            .query_row([reference], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn note_version(&mut self, reference: &str, version: i64) -> Result<(), VaultError> {
        self.corrected = Some(true);
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO corrected VALUES (?, ?)")?
            .execute(params![reference, version])?;
        Ok(())
    }

    pub(crate) fn deleted(&mut self, reference: &str) -> Result<(), VaultError> {
        let series = self.all_series(None)?;
        self.tails.unseal_all_of(reference, &series)?;
        self.retire(reference, None)
    }

    /// What a resource said in another version than `keep` is true no longer; it stays to be looked up as of then.
    fn retire(&mut self, reference: &str, keep: Option<&str>) -> Result<(), VaultError> {
        self.chunks.write()?;
        let known: bool = self
            .transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM sample WHERE source = ?1 AND version IS NOT ?2)
                 OR EXISTS (SELECT 1 FROM chunk WHERE source = ?1 AND version IS NOT ?2 AND replaced IS NULL)",
            )?
            .query_row(params![reference, keep], |row| row.get(0))?;
        if !known {
            return Ok(());
        }
        let whose: Vec<PatientId> = self
            .transaction
            .prepare_cached(
                "SELECT DISTINCT patient FROM series WHERE id IN
                 (SELECT series FROM sample WHERE source = ?1 AND version IS NOT ?2
                  UNION SELECT series FROM chunk WHERE source = ?1 AND version IS NOT ?2 AND replaced IS NULL)",
            )?
            .query_map(params![reference, keep], |row| id(row, 0))?
            .collect::<Result<_, _>>()?;
        self.changes.patients.extend(whose);
        let now = self.received.0;
        self.transaction
            .prepare_cached(
                "INSERT INTO sample_was SELECT *, ?3 FROM sample WHERE source = ?1 AND version IS NOT ?2",
            )?
            .execute(params![reference, keep, now])?;
        self.transaction
            .prepare_cached("DELETE FROM sample WHERE source = ?1 AND version IS NOT ?2")?
            .execute(params![reference, keep])?;
        self.transaction
            .prepare_cached(
                "UPDATE chunk SET replaced = ?3 WHERE source = ?1 AND version IS NOT ?2 AND replaced IS NULL",
            )?
            .execute(params![reference, keep, now])?;
        self.mend_latest(reference)
    }

    /// Where the newest value of a series came from a resource that is gone, the one before it is the newest again.
    fn mend_latest(&mut self, reference: &str) -> Result<(), VaultError> {
        self.write_latest()?;
        let mut find = self.transaction.prepare_cached(
            "SELECT l.series, s.patient FROM latest l JOIN series s ON s.id = l.series WHERE l.source = ?",
        )?;
        let hit: Vec<(i64, PatientId)> =
            find.query_map([reference], |row| Ok((row.get(0)?, id(row, 1)?)))?.collect::<Result<_, _>>()?;
        for (series, patient) in hit {
            self.changes.patients.insert(patient);
            self.transaction.execute("DELETE FROM latest WHERE series = ?", [series])?;
            let reader = Reader::now(self.transaction);
            if let Some(value) = reader.value_at(series, Instant(i64::MAX))? {
                let source = Source { reference: value.source.into(), version: value.version.into() };
                self.latest(series, value.t, value.value, value.artefact, &source);
            }
        }
        Ok(())
    }
}
