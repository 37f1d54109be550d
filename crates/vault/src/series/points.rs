//! Reading a series back: a value at a moment, or every value of a window.

use clinical::{Comparator, Decimal, Instant, Marks};
use rusqlite::{OptionalExtension, params};

use crate::error::VaultError;
use crate::series::chunk::{Head, Value, last_until, walk};
use crate::series::rows::{head, value};
use crate::series::window::Window;
use crate::store::vault::Reader;

/// One value for a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds since 1970 UTC.
    pub t: i64,
    /// In the unit of its series.
    pub v: f64,
    /// Outside the plausible range.
    pub artefact: bool,
    /// On which side of the value the quantity lies, where it is only a bound.
    pub comparator: Option<Comparator>,
}

/// Chunks of the window that this view knows: ?1 series, ?2 from, ?3 to, ?4 known by.
pub(crate) const KNOWN: &str =
    "series = ?1 AND t1 >= ?2 AND t0 <= ?3 AND received <= ?4 AND (replaced IS NULL OR replaced > ?4)";

impl Reader<'_> {
    /// The newest value of a series at or before `at`, from rows and chunks.
    pub(crate) fn value_at(&self, series: i64, at: Instant) -> Result<Option<Value>, VaultError> {
        let known_by = self.view.known_by;
        let at = at.min(self.view.at);
        let row = self
            .connection
            .prepare_cached(
                "SELECT t, mantissa, scale, artefact, source, version, received FROM sample
                 WHERE series = ?1 AND t <= ?2 AND received <= ?3 ORDER BY t DESC LIMIT 1",
            )?
            .query_row(params![series, at.0, known_by.0], value)
            .optional()?;
        let mut newest = row;
        let mut consider = |found: Option<Value>| {
            if found.as_ref().is_some_and(|f| newest.as_ref().is_none_or(|best| f.t > best.t)) {
                newest = found;
            }
        };
        if known_by != Instant(i64::MAX) {
            let was = self
                .connection
                .prepare_cached(
                    "SELECT t, mantissa, scale, artefact, source, version, received FROM sample_was
                     WHERE series = ?1 AND t <= ?2 AND received <= ?3 AND until > ?3 ORDER BY t DESC LIMIT 1",
                )?
                .query_row(params![series, at.0, known_by.0], value)
                .optional()?;
            consider(was);
        }
        // Chunks may overlap after late data; the one that begins last is not always the one that ends last.
        // Which they are is answered by the index alone: the rows carry the values.
        let mut chunks = self.connection.prepare_cached(&format!(
            "SELECT t0, n, period_ms, scale, source, version, received, data FROM chunk WHERE id IN
             (SELECT rowid FROM chunk INDEXED BY chunk_span WHERE {KNOWN} ORDER BY t1 DESC LIMIT 3)"
        ))?;
        let found: Vec<(Head, Vec<u8>)> = chunks
            .query_map(params![series, i64::MIN, at.0, known_by.0], |row| Ok((head(row)?, row.get("data")?)))?
            .collect::<Result<_, _>>()?;
        for (head, data) in found {
            consider(last_until(&head, &data, at.0, known_by.0)?);
        }
        Ok(newest)
    }

    /// The newest value of a series at or before a moment, where it was measured: when, and what. An artefact was not, nor was a
    /// bound.
    ///
    /// # Errors
    /// Of the database, or of a damaged chunk.
    pub fn before(&self, series: i64, at: Instant) -> Result<Option<(Instant, Decimal)>, VaultError> {
        let found = self
            .value_at(series, at)?
            .filter(|value| !value.marks.is_artefact() && value.marks.comparator.is_none());
        if let Some(value) = &found
            && self.is_held(series, &value.source, value.t)?
        {
            return Ok(None);
        }
        Ok(found.map(|value| (Instant(value.t), value.value)))
    }

    /// The values of a series from `from` up to and with `to`, in order of time.
    ///
    /// # Errors
    /// Of the database, or of a damaged chunk.
    pub fn points(&self, series: i64, from: Instant, to: Instant) -> Result<Vec<Point>, VaultError> {
        let mut points = Vec::new();
        let mut sorted = true;
        self.each(series, from, to, &mut |t, value, marks| {
            sorted &= points.last().is_none_or(|last: &Point| last.t <= t);
            let (artefact, comparator) = (marks.is_artefact(), marks.comparator);
            points.push(Point { t, v: value.to_f64(), artefact, comparator });
        })?;
        if !sorted {
            points.sort_by_key(|p| p.t);
        }
        Ok(points)
    }

    /// The values of a series as they were sent, digit by digit, in order of time: when, what, and what goes with it.
    ///
    /// # Errors
    /// Of the database, or of a damaged chunk.
    pub fn decimals(
        &self,
        series: i64,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<(Instant, Decimal, Marks)>, VaultError> {
        let mut found = Vec::new();
        self.each(series, from, to, &mut |t, value, marks| found.push((Instant(t), value, marks)))?;
        found.sort_by_key(|(t, ..)| *t);
        Ok(found)
    }

    fn each(
        &self,
        series: i64,
        from: Instant,
        to: Instant,
        take: &mut dyn FnMut(i64, Decimal, Marks),
    ) -> Result<(), VaultError> {
        let window = self.window(series, from, to)?;
        let mut push = |t: i64, value: Decimal, marks: Marks| {
            if t >= window.from && t <= window.to {
                take(t, value, marks);
            }
        };
        for (head, data) in &window.chunks {
            walk(head, data, window.known_by, &mut push)?;
        }
        window.rows.iter().for_each(|(t, value, marks)| push(*t, *value, *marks));
        Ok(())
    }

    /// The values of a series from `from` up to and with `to`, not opened yet; without those that are withheld from who looks.
    ///
    /// # Errors
    /// Of the database.
    pub fn window(&self, series: i64, from: Instant, to: Instant) -> Result<Window, VaultError> {
        match self.sieved_window(series, from, to)? {
            Some(window) => Ok(window),
            None => self.whole_window(series, from, to),
        }
    }

    fn whole_window(&self, series: i64, from: Instant, to: Instant) -> Result<Window, VaultError> {
        let known_by = self.view.known_by;
        let to = to.min(self.view.at);
        let mut window = Window { from: from.0, to: to.0, known_by, chunks: Vec::new(), rows: Vec::new() };
        let mut chunks = self.connection.prepare_cached(&format!(
            "SELECT t0, n, period_ms, scale, '' AS source, '' AS version, received, data FROM chunk INDEXED BY chunk_span
             WHERE {KNOWN}"
        ))?;
        let mut rows = chunks.query(params![series, from.0, to.0, known_by.0])?;
        while let Some(row) = rows.next()? {
            // Who looks at a window never asks where a value came from.
            window.chunks.push((head(row)?, row.get("data")?));
        }
        let rows_of = |table: &str, known: &str| {
            format!(
                "SELECT t, mantissa, scale, artefact FROM {table} WHERE series = ?1 AND t BETWEEN ?2 AND ?3
                 AND received <= ?4 {known} ORDER BY t"
            )
        };
        let mut hot = vec![rows_of("sample", "")];
        if known_by != Instant(i64::MAX) {
            hot.push(rows_of("sample_was", "AND until > ?4"));
        }
        for sql in hot {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params![series, from.0, to.0, known_by.0])?;
            while let Some(row) = rows.next()? {
                let value = Decimal { mantissa: row.get(1)?, scale: row.get(2)? };
                window.rows.push((row.get(0)?, value, Marks::from_code(row.get(3)?)));
            }
        }
        Ok(window)
    }
}
