//! A wide window for a picture: lowest and highest of each of its columns, from as few chunks as answer that.

use clinical::{Decimal, Instant};
use rusqlite::params;

use crate::error::VaultError;
use crate::series::chunk::walk;
use crate::series::min_max::{STEP, read_min_max};
use crate::series::parts::failed;
use crate::series::points::KNOWN;
use crate::series::rows::head;
use crate::store::vault::Reader;

/// Lowest and highest value of one column of a picture, in the unit of its series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Lowest.
    pub low: f64,
    /// Highest.
    pub high: f64,
}

impl Span {
    /// Holds nothing.
    const EMPTY: Span = Span { low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn merge(&mut self, low: f64, high: f64) {
        self.low = self.low.min(low);
        self.high = self.high.max(high);
    }
}

/// The same where everything is known: ?4 is the last moment there is, and as a condition true.
const KNOWN_NOW: &str = "series = ?1 AND t1 >= ?2 AND t0 <= ?3 AND ?4 AND replaced IS NULL";

/// What each column of a picture of a window holds.
struct Spans {
    from: i64,
    to: i64,
    per_ms: f64,
    spans: Vec<Span>,
}

impl Spans {
    fn at(&self, t: i64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what lies outside counts for the column at that edge"
        )]
        (((t - self.from) as f64 * self.per_ms) as usize).min(self.spans.len() - 1)
    }

    /// What lies between two moments, both in it.
    fn merge(&mut self, t0: i64, t1: i64, low: f64, high: f64) {
        if t1 < self.from || t0 > self.to {
            return;
        }
        let (first, last) = (self.at(t0.max(self.from)), self.at(t1.min(self.to)));
        self.spans[first..=last].iter_mut().for_each(|span| span.merge(low, high));
    }
}

impl Reader<'_> {
    /// Lowest and highest value of each of `columns` equal parts of a window, from the coarsest summary that is finer than
    /// a column: whole chunks, then the lowest and highest of every 64 values, then the values. A summary on the border of two columns counts
    /// for both, so an extreme is never lost; it may show one column early. Artefacts are left out.
    ///
    /// # Errors
    /// Of the database, or of a damaged chunk.
    pub fn min_max(
        &self,
        series: i64,
        from: Instant,
        to: Instant,
        columns: usize,
    ) -> Result<Vec<Option<Span>>, VaultError> {
        let to = to.min(self.view.at);
        let width = (to.0.saturating_sub(from.0)) as f64 / columns.max(1) as f64;
        if columns == 0 || width <= 0.0 {
            return Ok(vec![None; columns]);
        }
        let mut spans =
            Spans { from: from.0, to: to.0, per_ms: 1.0 / width, spans: vec![Span::EMPTY; columns] };
        if let Some(shown) = self.sieved_window(series, from, to)? {
            let columns = shown.blocks()?.columns()?;
            columns.times.iter().zip(&columns.values).for_each(|(t, v)| spans.merge(*t, *t, *v, *v));
            return Ok(spans.spans.into_iter().map(|span| (span.low <= span.high).then_some(span)).collect());
        }
        let mut finer = Vec::new();
        // Answered by the index alone.
        let known = if self.view.known_by == Instant(i64::MAX) { KNOWN_NOW } else { KNOWN };
        let mut heads = self.connection.prepare_cached(&format!(
            "SELECT rowid, t0, t1, scale, low, high FROM chunk INDEXED BY chunk_span WHERE {known}"
        ))?;
        let mut rows = heads.query(params![series, from.0, to.0, self.view.known_by.0])?;
        while let Some(row) = rows.next()? {
            let (t0, t1): (i64, i64) = (row.get(1)?, row.get(2)?);
            if self.view.is_now() && (t1 - t0) as f64 <= width {
                let unit = unit(row.get(3)?);
                let (low, high): (i64, i64) = (row.get(4)?, row.get(5)?);
                if low <= high {
                    spans.merge(t0, t1, low as f64 / unit, high as f64 / unit);
                }
            } else {
                finer.push(row.get::<_, i64>(0)?);
            }
        }
        let mut steps = self.connection.prepare_cached(
            "SELECT t0, n, period_ms, scale, outline FROM chunk WHERE id = ? AND outline IS NOT NULL",
        )?;
        let mut values = self.connection.prepare_cached(
            "SELECT t0, n, period_ms, scale, source, version, received, data FROM chunk WHERE id = ?",
        )?;
        for id in finer {
            let mut rows = steps.query([id])?;
            if let Some(row) = rows.next()? {
                let (t0, n, period, scale): (i64, u32, f64, u8) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                let n = n as usize;
                if period * STEP as f64 <= width {
                    let time = |n: usize| Instant(t0).after(n, period).0;
                    let unit = unit(scale);
                    let mut first = 0;
                    read_min_max(row.get_ref(4)?.as_blob().map_err(failed)?, n, |low, high| {
                        let next = first + STEP;
                        spans.merge(
                            time(first),
                            time(next.min(n) - 1),
                            low as f64 / unit,
                            high as f64 / unit,
                        );
                        first = next;
                    })?;
                    continue;
                }
            }
            let mut rows = values.query([id])?;
            let Some(row) = rows.next()? else { continue };
            let data = row.get_ref("data")?.as_blob().map_err(failed)?;
            walk(&head(row)?, data, self.view.known_by, |t, v, marks| {
                if !marks.is_artefact() && t >= from.0 && t <= to.0 {
                    spans.merge(t, t, v.to_f64(), v.to_f64());
                }
            })?;
        }
        let mut hot = self.connection.prepare_cached(
            "SELECT t, mantissa, scale FROM sample WHERE series = ?1 AND t BETWEEN ?2 AND ?3 AND received <= ?4
             AND artefact & 1 = 0",
        )?;
        let mut rows = hot.query(params![series, from.0, to.0, self.view.known_by.0])?;
        while let Some(row) = rows.next()? {
            let v = Decimal { mantissa: row.get(1)?, scale: row.get(2)? }.to_f64();
            spans.merge(row.get(0)?, row.get(0)?, v, v);
        }
        Ok(spans.spans.into_iter().map(|span| (span.low <= span.high).then_some(span)).collect())
    }
}

/// How many of a chunk's mantissas make one: what [`Decimal::to_f64`] divides by.
fn unit(scale: u8) -> f64 {
    10f64.powi(i32::from(scale))
}
