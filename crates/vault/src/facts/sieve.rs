//! Which values of a series are withheld from whoever looks. It is decided once for all values without labels that lie between two
//! borders of time, and for each that has some; a run of values of which nothing is withheld stays packed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use clinical::consent::{Coded, Label, Veil, Withheld};
use clinical::{Decimal, Instant, Marks, PatientId, TimeRange};
use rusqlite::params;

use crate::error::VaultError;
use crate::facts::held::{Held, Thing, code_of, moment};
use crate::facts::newest::{SeriesInfo, SeriesValue};
use crate::series::chunk::{Head, unpack, walk};
use crate::series::points::KNOWN;
use crate::series::rows::head;
use crate::series::window::Window;
use crate::store::vault::Reader;

/// What decides for the values of one series.
pub(crate) struct Sieve<'r> {
    reader: &'r Reader<'r>,
    veil: Arc<Veil>,
    patient: PatientId,
    codes: [Coded; 1],
    now: Instant,
    /// Between two that follow each other nothing changes but by labels and by name.
    borders: Vec<i64>,
    /// Something of this patient has labels, or a consent names something: where a value came from matters.
    by_source: bool,
    plain: RefCell<HashMap<usize, Option<Held>>>,
}

/// What becomes of the values of a chunk.
enum Fate {
    Alike(Option<Held>),
    EachByTime,
    EachBySource,
}

impl Sieve<'_> {
    /// Why the value of a moment is withheld, as far as its source does not matter.
    fn plain(&self, t: i64) -> Option<Held> {
        let between = self.borders.partition_point(|border| *border <= t);
        let known = self.plain.borrow().get(&between).cloned();
        known.unwrap_or_else(|| {
            let held = self.thing("", &[], t).held(&self.veil, self.now);
            self.plain.borrow_mut().insert(between, held.clone());
            held
        })
    }

    fn thing<'t>(&'t self, reference: &'t str, labels: &'t [Label], t: i64) -> Thing<'t> {
        Thing {
            patient: &self.patient,
            kind: "Observation",
            reference,
            codes: &self.codes,
            labels,
            time: moment(Instant(t)),
        }
    }

    /// Why a value is withheld; nothing where it is shown.
    pub(crate) fn held(&self, source: &str, t: i64) -> Result<Option<Held>, VaultError> {
        if !self.by_source {
            return Ok(self.plain(t));
        }
        let labels = self.reader.labels_of(source)?;
        if labels.is_empty() && !self.veil.names(&self.patient, source) {
            return Ok(self.plain(t));
        }
        Ok(self.thing(source, &labels, t).held(&self.veil, self.now))
    }

    fn is_alike(&self, t0: i64, t1: i64) -> bool {
        !self.borders.iter().any(|border| t0 < *border && *border <= t1)
    }

    fn fate(&self, head: &Head, t1: i64) -> Result<Fate, VaultError> {
        let is_one_resource = head.period_ms.is_some();
        Ok(match (is_one_resource || !self.by_source, self.is_alike(head.t0, t1)) {
            (true, true) if is_one_resource => Fate::Alike(self.held(&head.source, head.t0)?),
            (true, true) => Fate::Alike(self.plain(head.t0)),
            (true, false) if !self.by_source => Fate::EachByTime,
            _ => Fate::EachBySource,
        })
    }
}

impl Reader<'_> {
    /// What decides for the values of a series; nothing where all of them are shown.
    pub(crate) fn sieve(&self, series: &SeriesInfo) -> Result<Option<Sieve<'_>>, VaultError> {
        let Some((_, now)) = self.looking else { return Ok(None) };
        let patient = self.survivors(self.view.known_by)?.of(&series.patient).clone();
        let Some(veil) = self.veil_over(&patient)? else { return Ok(None) };
        let by_source = self.has_labels(&patient)? || veil.names_any(&patient, "Observation/");
        Ok(Some(Sieve {
            reader: self,
            borders: veil.borders(&patient),
            veil,
            patient,
            codes: [code_of(series)],
            now,
            by_source,
            plain: RefCell::default(),
        }))
    }

    /// The values of a window that are shown, and how many are withheld.
    pub(crate) fn sieved(
        &self,
        series: i64,
        range: TimeRange,
        sieve: &Sieve,
    ) -> Result<(Window, Withheld), VaultError> {
        let (from, to) = range.ms();
        let (to, known_by) = (to.min(self.view.at.0), self.view.known_by);
        let mut window = Window { from, to, known_by, chunks: Vec::new(), rows: Vec::new() };
        let mut withheld = Withheld::default();
        let mut count = |held: &Held| withheld.count_one(held.0.clone(), held.1.as_ref());
        let inside = |t: i64| (from..=to).contains(&t);
        let mut chunks = self.connection.prepare_cached(&format!(
            "SELECT t0, n, period_ms, scale, source, version, received, t1, data FROM chunk INDEXED BY chunk_span
             WHERE {KNOWN}"
        ))?;
        let mut rows = chunks.query(params![series, from, to, known_by.0])?;
        while let Some(row) = rows.next()? {
            let (head, t1, data): (Head, i64, Vec<u8>) = (head(row)?, row.get("t1")?, row.get("data")?);
            match sieve.fate(&head, t1)? {
                Fate::Alike(None) => window.chunks.push((head, data)),
                Fate::Alike(Some(held)) => walk(&head, &data, known_by, |t, _, _| {
                    if inside(t) {
                        count(&held);
                    }
                })?,
                Fate::EachByTime => walk(&head, &data, known_by, |t, value, marks| match sieve.plain(t) {
                    Some(held) if inside(t) => count(&held),
                    None if inside(t) => window.rows.push((t, value, marks)),
                    _ => {}
                })?,
                Fate::EachBySource => {
                    let known = unpack(&head, &data)?.into_iter();
                    for one in known.filter(|one| inside(one.t) && one.received <= known_by.0) {
                        match sieve.held(&one.source, one.t)? {
                            Some(held) => count(&held),
                            None => window.rows.push((one.t, one.value, one.marks)),
                        }
                    }
                }
            }
        }
        let mut hot = vec![("sample", "")];
        if known_by != Instant(i64::MAX) {
            hot.push(("sample_was", "AND until > ?4"));
        }
        for (table, known) in hot {
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT t, mantissa, scale, artefact, source FROM {table} WHERE series = ?1 AND t BETWEEN ?2 AND ?3
                 AND received <= ?4 {known} ORDER BY t"
            ))?;
            let mut rows = statement.query(params![series, from, to, known_by.0])?;
            while let Some(row) = rows.next()? {
                let (t, source): (i64, String) = (row.get(0)?, row.get(4)?);
                match sieve.held(&source, t)? {
                    Some(held) => count(&held),
                    None => {
                        let value = Decimal { mantissa: row.get(1)?, scale: row.get(2)? };
                        window.rows.push((t, value, Marks::from_code(row.get(3)?)));
                    }
                }
            }
        }
        // What was opened and what is hot may lie between each other.
        window.rows.sort_by_key(|(t, ..)| *t);
        Ok((window, withheld))
    }

    /// The window of a series of which something may be withheld; nothing where all of it is shown.
    pub(crate) fn sieved_window(
        &self,
        series: i64,
        from: Instant,
        to: Instant,
    ) -> Result<Option<Window>, VaultError> {
        let Some(sieve) = self.sieve_of(series)? else { return Ok(None) };
        // A window that ends before it begins holds nothing, whoever looks.
        let Ok(range) = TimeRange::new(from, to) else { return Ok(None) };
        Ok(Some(self.sieved(series, range, &sieve)?.0))
    }

    /// Whether a value of a series is withheld.
    pub(crate) fn is_held(&self, series: i64, source: &str, t: i64) -> Result<bool, VaultError> {
        match self.sieve_of(series)? {
            Some(sieve) => Ok(sieve.held(source, t)?.is_some()),
            None => Ok(false),
        }
    }

    fn sieve_of(&self, series: i64) -> Result<Option<Sieve<'_>>, VaultError> {
        if self.looking.is_none() {
            return Ok(None);
        }
        self.series_info(series)?.map_or(Ok(None), |series| self.sieve(&series))
    }

    /// Why the newest value of a series is withheld.
    pub(crate) fn held_latest(&self, value: &SeriesValue) -> Result<Option<Held>, VaultError> {
        match self.sieve(&value.series)? {
            Some(sieve) => sieve.held(&value.source, value.taken_at.0),
            None => Ok(None),
        }
    }

    /// How many values of a series are withheld in a span of time.
    pub(crate) fn withheld_of(&self, series: &SeriesInfo, range: TimeRange) -> Result<Withheld, VaultError> {
        match self.sieve(series)? {
            Some(sieve) => Ok(self.sieved(series.id, range, &sieve)?.1),
            None => Ok(Withheld::default()),
        }
    }
}
