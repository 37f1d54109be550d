//! Whole resources of many values on their way in, each a chunk of its own.
//!
//! Packing is most of the work of taking them in, and one does not depend on another: those of a page are packed together, on
//! as many processors as there are.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread;

use clinical::{Instant, Segment, Source};
use rusqlite::{Transaction, params};

use crate::error::VaultError;
use crate::series::chunk::pack_regular;
use crate::series::min_max::{extremes, pack_min_max};
use crate::series::rows::row_count;

/// Fewer are packed before another thread has begun.
const SHARE: usize = 8;

/// The chunks of a page, until they are written.
pub(crate) struct NewChunks<'a> {
    transaction: &'a Transaction<'a>,
    received: Instant,
    waiting: Vec<Waiting<'a>>,
}

struct Waiting<'a> {
    series: i64,
    segment: &'a Segment,
    source: &'a Source,
}

impl<'a> NewChunks<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, received: Instant) -> NewChunks<'a> {
        NewChunks { transaction, received, waiting: Vec::new() }
    }

    /// Takes a resource in; whether it is new. It stands in the cache after [`NewChunks::write`].
    pub(crate) fn take(
        &mut self,
        series: i64,
        segment: &'a Segment,
        source: &'a Source,
    ) -> Result<bool, VaultError> {
        let twin =
            |w: &&Waiting| w.series == series && w.segment.start == segment.start && w.source == source;
        let count = segment.mantissas.len();
        match self.waiting.iter().find(twin) {
            Some(twin) if twin.segment.mantissas.len() == count => return Ok(false),
            // The same with another number of values takes its place.
            Some(_) => self.write()?,
            None => {}
        }
        let known: bool = self
            .transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM chunk WHERE series = ? AND t0 = ? AND source = ? AND version = ? AND n = ?
                 AND replaced IS NULL)",
            )?
            .query_row(
                params![series, segment.start.0, source.reference.as_str(), source.version.as_str(), row_count(count)],
                |row| row.get(0),
            )?;
        if !known {
            self.waiting.push(Waiting { series, segment, source });
        }
        Ok(!known)
    }

    /// Whether something of a resource waits.
    pub(crate) fn holds(&self, reference: &str) -> bool {
        self.waiting.iter().any(|waiting| waiting.source.reference == reference)
    }

    /// Packs and writes what waits. To be called before anybody looks for it.
    pub(crate) fn write(&mut self) -> Result<(), VaultError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let mut insert = self.transaction.prepare_cached(
            "INSERT OR REPLACE INTO chunk (series, t0, t1, n, period_ms, scale, low, high, first, last, source,
             version, received, outline, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (Waiting { series, segment, source }, packed) in waiting.iter().zip(pack_all(&waiting)) {
            let (min_max, data) = packed?;
            let values = &segment.mantissas;
            let (low, high) = extremes(values.iter());
            insert.execute(params![
                series,
                segment.start.0,
                segment.time_of(values.len() - 1).0,
                row_count(values.len()),
                segment.period_ms,
                segment.scale,
                low,
                high,
                values[0],
                values[values.len() - 1],
                source.reference.as_str(),
                source.version.as_str(),
                self.received.0,
                min_max,
                data
            ])?;
        }
        Ok(())
    }
}

/// The min-max of a chunk, where it has one, and its values.
type Packed = Result<(Option<Vec<u8>>, Vec<u8>), VaultError>;

fn pack(waiting: &Waiting) -> Packed {
    let values = &waiting.segment.mantissas;
    Ok((pack_min_max(values), pack_regular(values)?))
}

/// Packs in order, each processor its share.
fn pack_all(waiting: &[Waiting]) -> Vec<Packed> {
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));
    let share = waiting.len().div_ceil(*PROCESSORS).max(SHARE);
    let Some((own, others)) = waiting.split_at_checked(share).filter(|(_, others)| !others.is_empty()) else {
        return waiting.iter().map(pack).collect();
    };
    thread::scope(|scope| {
        let begun: Vec<_> = others
            .chunks(share)
            .map(|part| scope.spawn(|| part.iter().map(pack).collect::<Vec<_>>()))
            .collect();
        let mut packed: Vec<Packed> = own.iter().map(pack).collect();
        for (thread, part) in begun.into_iter().zip(others.chunks(share)) {
            // A thread that could not finish is no reason to lose a page: its share is packed here.
            packed.extend(thread.join().unwrap_or_else(|_| part.iter().map(pack).collect()));
        }
        packed
    })
}
