//! Values on their way into the cache: the hot tail in rows, whole resources of many values as chunks, and corrections that find
//! what they correct wherever it lies.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use clinical::{
    Code, Decimal, DeviceId, Instant, MINUTE_MS, Marks, PatientId, Sample, Segment, SmolStr, Source,
};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::changes::Ingested;
use crate::codec::id;
use crate::error::VaultError;
use crate::series::new_chunks::NewChunks;
use crate::series::restated::{Before, LATE, Said, is_short};
use crate::series::sealed::Tails;
use crate::store::said::{State, keep_state};
use crate::store::sources::Sources;
use crate::store::vault::Reader;

/// The clocks of a station, its server and the devices differ by so much without any being wrong: milliseconds.
const CLOCKS_DIFFER: i64 = 2 * MINUTE_MS;

/// How a page is read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// When it reached this station.
    pub received: Instant,
    /// The later of this station's clock and the server's, where both are known.
    pub clock: Option<Instant>,
    /// Each resource is read for the first time.
    pub is_first: bool,
    pub sources: &'a Sources,
}

/// The values of a page on their way in.
pub(crate) struct Values<'a> {
    transaction: &'a Transaction<'a>,
    reading: Reading<'a>,
    series: HashMap<(PatientId, Option<DeviceId>, Code, SmolStr), i64>,
    tails: Tails<'a>,
    chunks: NewChunks<'a>,
    /// Whether any resource has a second version, once that was asked.
    corrected: Option<bool>,
    /// What is dated later than this is no newest value.
    horizon: Instant,
    /// The newest values of the page, until they are written.
    newest: HashMap<i64, Newest>,
    changes: Ingested,
}

/// What may be the newest value of a series.
struct Newest {
    t: i64,
    value: Decimal,
    marks: Marks,
    source: SmolStr,
}

impl<'a> Values<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, reading: Reading<'a>) -> Values<'a> {
        Values {
            transaction,
            reading,
            series: HashMap::new(),
            tails: Tails::new(transaction, reading.sources),
            chunks: NewChunks::new(transaction, reading.received),
            corrected: None,
            horizon: reading.clock.map_or(Instant(i64::MAX), |clock| clock + CLOCKS_DIFFER),
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
        let marks = sample.marks();
        if self.tails.is_sealed(series, sample.taken_at.0, (sample.value, marks), source)? {
            return Ok(());
        }
        if self.row(series, sample.taken_at.0, sample.value, marks, source)? {
            self.changed(&sample.patient);
            self.latest(series, sample.taken_at.0, sample.value, marks, source);
        }
        Ok(())
    }

    /// Puts a value into the hot tail; whether it is new. The same version again changes nothing.
    fn row(
        &mut self,
        series: i64,
        t: i64,
        value: Decimal,
        marks: Marks,
        source: &Source,
    ) -> Result<bool, VaultError> {
        let new = self
            .transaction
            .prepare_cached(
                "INSERT INTO sample VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET
                 version = ?4, mantissa = ?5, scale = ?6, artefact = ?7, received = ?8
                 WHERE version <> ?4 OR mantissa <> ?5 OR scale <> ?6 OR artefact <> ?7",
            )?
            .execute(params![
                series,
                t,
                source.reference.as_str(),
                source.version.as_str(),
                value.mantissa,
                value.scale,
                marks.code(),
                self.reading.received.0
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
    fn latest(&mut self, series: i64, t: i64, value: Decimal, marks: Marks, source: &Source) {
        if t > self.horizon.0 {
            self.changes.ahead += 1;
            return;
        }
        let newest = Newest { t, value, marks, source: source.reference.clone() };
        match self.newest.entry(series) {
            Entry::Occupied(mut held) if held.get().t <= t => drop(held.insert(newest)),
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => drop(free.insert(newest)),
        }
    }

    fn write_latest(&mut self) -> Result<(), VaultError> {
        let mut upsert = self.transaction.prepare_cached(
            "INSERT INTO latest VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (series) DO UPDATE SET
             t = ?2, mantissa = ?3, scale = ?4, artefact = ?5, source = ?6, received = ?7 WHERE t <= ?2 OR t > ?8",
        )?;
        for (series, Newest { t, value, marks, source }) in self.newest.drain() {
            let received = self.reading.received.0;
            upsert.execute(params![
                series,
                t,
                value.mantissa,
                value.scale,
                marks.code(),
                source.as_str(),
                received,
                self.horizon.0
            ])?;
        }
        Ok(())
    }

    pub(crate) fn segment(&mut self, segment: &'a Segment, source: &'a Source) -> Result<(), VaultError> {
        if segment.mantissas.is_empty() {
            return Ok(());
        }
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
        if is_short(segment) {
            for (n, mantissa) in segment.mantissas.iter().enumerate() {
                let t = segment.time_of(n).0;
                let said = (decimal(*mantissa), segment.marks);
                if !self.tails.is_sealed(series, t, said, source)? {
                    new |= self.row(series, t, decimal(*mantissa), segment.marks, source)?;
                }
            }
        } else {
            new = self.chunks.take(series, segment, source)?;
            self.changes.samples += if new { count } else { 0 };
        }
        if new {
            self.changed(&segment.patient);
            // A stream that runs ahead of the clock is known up to the clock.
            let last = (0..count).rev().find(|n| segment.time_of(*n) <= self.horizon).unwrap_or(count - 1);
            self.latest(
                series,
                segment.time_of(last).0,
                decimal(segment.mantissas[last]),
                segment.marks,
                source,
            );
        }
        Ok(())
    }

    /// Whether a state of a resource is the last one that is known; what it said before is then replaced, wherever it was.
    /// One that arrives late, behind a later one or behind the deletion, changes nothing.
    /// `is_judged`: by a state that is known of it, it is the last.
    pub(crate) fn take_place(
        &mut self,
        source: &Source,
        state: State,
        said: &Said,
        is_judged: bool,
    ) -> Result<bool, VaultError> {
        let known = if self.any_corrected()? { self.corrected_to(&source.reference)? } else { None };
        if !is_judged && state.number.zip(known).is_some_and(|(own, known)| known > own) {
            return Ok(false);
        }
        match state.number {
            // Nearly everything is said once, and what a whole history says, it says once.
            Some(number) if number <= 1 && self.reading.is_first => return Ok(true),
            Some(number) if number > 1 => {
                if known != Some(number) {
                    self.note_version(&source.reference, number)?;
                    keep_state(self.transaction, &source.reference, state)?;
                    self.tails.unseal_all_of(&source.reference)?;
                }
            }
            // A number that says nothing, or none: a value of long ago may be said anew, and lie in a sealed chunk.
            Some(_) if !said.is_late(state.at) && !self.may_be_sealed(said)? => {}
            _ if self.reading.is_first => {}
            _ => self.tails.unseal_all_of(&source.reference)?,
        }
        if self.replaces(source, said)? {
            keep_state(self.transaction, &source.reference, state)?;
            self.corrected = Some(true);
        }
        Ok(true)
    }

    /// Whether what a resource said a while ago, of about the same time, may lie in a sealed chunk already: where values come so fast,
    /// tails are full within minutes.
    fn may_be_sealed(&self, said: &Said) -> Result<bool, VaultError> {
        said.first().map_or(Ok(true), |first| self.tails.reach(first.0.saturating_sub(LATE)))
    }

    /// Takes back what a resource said otherwise before; whether it did.
    fn replaces(&mut self, source: &Source, said: &Said) -> Result<bool, VaultError> {
        if self.chunks.holds(&source.reference) {
            self.chunks.write()?;
        }
        let before = Before::of(self.transaction, source)?;
        if before.is_empty() {
            return Ok(false);
        }
        let mut now = Vec::new();
        for (patient, device, code, unit, said) in said.each() {
            now.push((self.series_of(patient, device, code, unit)?, said));
        }
        if before.is_restated_by(&now) {
            return Ok(false);
        }
        self.retire(&source.reference)?;
        Ok(true)
    }

    /// Whether this cache ever saw a second version of anything. Nearly none has while its first millions of values come.
    pub(crate) fn any_corrected(&mut self) -> Result<bool, VaultError> {
        if let Some(any) = self.corrected {
            return Ok(any);
        }
        let any = self
            .transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM corrected)
                 OR EXISTS (SELECT 1 FROM said WHERE source >= 'Observation/' AND source < 'Observation0')",
            )?
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

    /// The states of values are to be looked at from now on.
    pub(crate) fn note_corrected(&mut self, source: &Source) {
        if source.reference.starts_with("Observation/") {
            self.corrected = Some(true);
        }
    }

    pub(crate) fn deleted(&mut self, reference: &str) -> Result<(), VaultError> {
        self.tails.unseal_all_of(reference)?;
        self.retire(reference)
    }

    /// What a resource said is true no longer; it stays to be looked up as of then.
    fn retire(&mut self, reference: &str) -> Result<(), VaultError> {
        self.chunks.write()?;
        let whose: Vec<PatientId> = self
            .transaction
            .prepare_cached(
                "SELECT DISTINCT patient FROM series WHERE id IN
                 (SELECT series FROM sample WHERE source = ?1
                  UNION SELECT series FROM chunk WHERE source = ?1 AND replaced IS NULL)",
            )?
            .query_map([reference], |row| id(row, 0))?
            .collect::<Result<_, _>>()?;
        if whose.is_empty() {
            // The newest of a series stays longer than its other values.
            return self.mend_latest(reference);
        }
        self.changes.patients.extend(whose);
        let now = self.reading.received.0;
        self.transaction
            .prepare_cached("INSERT INTO sample_was SELECT *, ?2 FROM sample WHERE source = ?1")?
            .execute(params![reference, now])?;
        self.transaction.prepare_cached("DELETE FROM sample WHERE source = ?1")?.execute([reference])?;
        self.transaction
            .prepare_cached("UPDATE chunk SET replaced = ?2 WHERE source = ?1 AND replaced IS NULL")?
            .execute(params![reference, now])?;
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
            if let Some(value) = reader.value_at(series, self.horizon)? {
                let source = Source { reference: value.source.into(), version: value.version.into() };
                self.latest(series, value.t, value.value, value.marks, &source);
            }
        }
        Ok(())
    }
}
