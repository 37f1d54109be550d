//! A window of one series on its way out: packed as it lies in the cache, then opened a block at a time.

use clinical::{Comparator, Decimal, Instant, Marks, Times};

use crate::error::VaultError;
use crate::series::chunk::{Head, regular, walk};

/// The values of a window as columns, in order of time; artefacts stand apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Milliseconds since 1970 UTC.
    pub times: Vec<i64>,
    /// One a time, in the unit of the series.
    pub values: Vec<f64>,
    /// When values came that are outside the plausible range.
    pub artefacts: Vec<i64>,
}

/// What the cache holds of a window of one series, still packed: read over the database's connection, to be opened on
/// whatever thread has time.
#[derive(Debug)]
pub struct Window {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) known_by: Instant,
    pub(crate) chunks: Vec<(Head, Vec<u8>)>,
    pub(crate) rows: Vec<(i64, Decimal, Marks)>,
}

/// Values that follow each other in time.
#[derive(Debug)]
enum Piece {
    /// Evenly spaced and still packed, with its first value in the window and how many are in it.
    Packed { head: Head, data: Vec<u8>, skip: usize, n: usize },
    /// Times and values.
    Loose(Vec<i64>, Vec<f64>),
}

impl Piece {
    fn times(&self) -> Times<'_> {
        match self {
            Piece::Packed { head, skip, n, .. } => {
                Times::Every { origin: head.t0, period_ms: head.period_ms.unwrap_or(0.0), skip: *skip, n: *n }
            }
            Piece::Loose(times, _) => Times::Each(times),
        }
    }

    fn span(&self) -> (i64, i64) {
        let times = self.times();
        (times.at(0), times.at(times.len() - 1))
    }

    fn open_into(&self, opened: &mut Opened) -> Result<(), VaultError> {
        opened.values.clear();
        opened.whole = None;
        match self {
            Piece::Packed { head, data, skip, n } => {
                let Some((mantissas, _)) = regular(head, data)? else {
                    return Err(VaultError::Chunk("evenly spaced, and not written so".into()));
                };
                let unit = 10f64.powi(i32::from(head.scale));
                let seen = mantissas[*skip..skip + n].iter();
                if head.scale == 0 {
                    opened.values.extend(seen.map(|mantissa| *mantissa as f64));
                } else {
                    opened.values.extend(seen.map(|mantissa| *mantissa as f64 / unit));
                }
                opened.whole = Some((mantissas, *skip, head.scale));
            }
            Piece::Loose(_, values) => opened.values.extend_from_slice(values),
        }
        Ok(())
    }
}

/// The values of one block, whose memory is used again for the next.
#[derive(Debug, Default)]
pub struct Opened {
    /// In the unit of the series.
    pub values: Vec<f64>,
    whole: Option<(Vec<i64>, usize, u8)>,
}

impl Opened {
    /// The same as whole numbers, and how many of their digits are behind the point; of evenly spaced values.
    pub fn whole(&self) -> Option<(&[i64], u8)> {
        let (mantissas, skip, scale) = self.whole.as_ref()?;
        Some((&mantissas[*skip..skip + self.values.len()], *scale))
    }

    /// Into another unit.
    pub fn scale(&mut self, factor: f64, offset: f64) {
        if factor != 1.0 || offset != 0.0 {
            self.values.iter_mut().for_each(|v| *v = *v * factor + offset);
            self.whole = None;
        }
    }
}

/// A window of one series, in order of time. Nearly all values lie in evenly spaced chunks: when they were taken is known
/// before one of them is opened.
#[derive(Debug, Default)]
pub struct Blocks {
    pieces: Vec<Piece>,
    /// When values came that are outside the plausible range.
    pub artefacts: Vec<i64>,
    /// When values came that are only bounds, and on which side of them the quantity lies; the bounds stand among the values.
    pub bounds: Vec<(i64, Comparator)>,
}

impl Window {
    /// Puts it in order.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub fn blocks(self) -> Result<Blocks, VaultError> {
        let Window { from, to, known_by, chunks, rows } = self;
        let mut blocks = Blocks::default();
        let (mut times, mut values) = (Vec::new(), Vec::new());
        let (mut artefacts, mut bounds) = (Vec::new(), Vec::new());
        let mut take = |t: i64, value: Decimal, marks: Marks| {
            if t < from || t > to {
                return;
            }
            if marks.is_artefact() {
                artefacts.push(t);
            } else {
                bounds.extend(marks.comparator.map(|comparator| (t, comparator)));
                times.push(t);
                values.push(value.to_f64());
            }
        };
        for (head, data) in chunks {
            let Some(period_ms) = head.period_ms else {
                walk(&head, &data, known_by, &mut take)?;
                continue;
            };
            if head.received > known_by.0 {
                continue;
            }
            // An evenly spaced chunk holds plain values.
            let all = Times::Every { origin: head.t0, period_ms, skip: 0, n: head.n };
            let (skip, end) = (all.before(from), all.before(to.saturating_add(1)));
            if end > skip {
                blocks.pieces.push(Piece::Packed { head, data, skip, n: end - skip });
            }
        }
        rows.into_iter().for_each(|(t, value, marks)| take(t, value, marks));
        (blocks.artefacts, blocks.bounds) = (artefacts, bounds);
        blocks.add_loose(times, values);
        blocks.pieces.sort_by_key(|piece| (piece.span().0, matches!(piece, Piece::Loose(..))));
        if blocks.pieces.windows(2).any(|pair| pair[1].span().0 < pair[0].span().1) {
            // What came late lies between what was there: all of it is opened and sorted.
            let bounds = std::mem::take(&mut blocks.bounds);
            let Columns { times, values, artefacts } = blocks.columns()?;
            let mut pairs: Vec<(i64, f64)> = times.into_iter().zip(values).collect();
            pairs.sort_by_key(|(t, _)| *t);
            let (times, values) = pairs.into_iter().unzip();
            return Ok(Blocks { pieces: vec![Piece::Loose(times, values)], artefacts, bounds });
        }
        Ok(blocks)
    }
}

/// How many steps between values decide what is usual: more of them say nothing new.
const STEPS: usize = 10_000;

/// The times from one moment to the next, and for how many each stands.
pub fn steps_of(times: &[i64]) -> impl Iterator<Item = (i64, usize)> {
    let every = times.len().div_ceil(STEPS).max(1);
    times.windows(2).step_by(every).map(move |pair| (pair[1] - pair[0], every))
}

impl Blocks {
    /// Values that stand alone, cut where packed ones lie between them.
    fn add_loose(&mut self, times: Vec<i64>, values: Vec<f64>) {
        let mut pairs: Vec<(i64, f64)> = times.into_iter().zip(values).collect();
        pairs.sort_by_key(|(t, _)| *t);
        let starts: Vec<i64> = self.pieces.iter().map(|piece| piece.span().0).collect();
        let before = |t: i64| starts.partition_point(|start| *start <= t);
        for part in pairs.chunk_by(|a, b| before(a.0) == before(b.0)) {
            let (times, values) = part.iter().copied().unzip();
            self.pieces.push(Piece::Loose(times, values));
        }
    }

    /// When the first and the last value were taken.
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((self.pieces.first()?.span().0, self.pieces.last()?.span().1))
    }

    /// The times from one value to the next, milliseconds, and how often each comes; without those from block to block.
    pub fn steps(&self) -> Vec<(i64, usize)> {
        let mut steps = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Packed { head, n, .. } => {
                    steps.push((Instant(0).after(1, head.period_ms.unwrap_or(0.0)).0, n - 1));
                }
                Piece::Loose(times, _) => steps.extend(steps_of(times)),
            }
        }
        steps
    }

    /// From the first to the last value of each time without a silence longer than `silence` milliseconds.
    pub fn spells(&self, silence: i64) -> Vec<(i64, i64)> {
        let mut spells: Vec<(i64, i64)> = Vec::new();
        let mut add = |(from, to): (i64, i64)| match spells.last_mut() {
            Some(last) if from - last.1 <= silence => last.1 = last.1.max(to),
            _ => spells.push((from, to)),
        };
        for piece in &self.pieces {
            match piece {
                Piece::Packed { .. } => add(piece.span()),
                Piece::Loose(times, _) => times.iter().for_each(|t| add((*t, *t))),
            }
        }
        spells
    }

    /// Opens one block after the other, in order of time.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub fn each(&self, mut take: impl FnMut(&Times, &mut Opened)) -> Result<(), VaultError> {
        let mut opened = Opened::default();
        for piece in &self.pieces {
            piece.open_into(&mut opened)?;
            take(&piece.times(), &mut opened);
        }
        Ok(())
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.times().len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether each value of these was taken at the same moment as one of every other, block by block, as a monitor sends
    /// pressures.
    pub fn in_step(all: &[&Blocks]) -> bool {
        all.windows(2).all(|pair| {
            let times = |blocks: &Blocks, n: usize| blocks.pieces[n].times() == pair[0].pieces[n].times();
            pair[0].pieces.len() == pair[1].pieces.len()
                && (0..pair[0].pieces.len()).all(|n| times(pair[1], n))
        })
    }

    /// Opens several that are in step, a block of each at a time.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub fn each_of(all: &[&Blocks], mut take: impl FnMut(&Times, &mut [Opened])) -> Result<(), VaultError> {
        let mut opened: Vec<Opened> = all.iter().map(|_| Opened::default()).collect();
        for n in 0..all.first().map_or(0, |blocks| blocks.pieces.len()) {
            for (one, blocks) in opened.iter_mut().zip(all) {
                blocks.pieces[n].open_into(one)?;
            }
            take(&all[0].pieces[n].times(), &mut opened);
        }
        Ok(())
    }

    /// All of it at once.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub fn columns(&self) -> Result<Columns, VaultError> {
        let n = self.len();
        let mut columns = Columns {
            times: Vec::with_capacity(n),
            values: Vec::with_capacity(n),
            artefacts: self.artefacts.clone(),
        };
        self.each(|times, opened| {
            columns.times.extend((0..times.len()).map(|n| times.at(n)));
            columns.values.extend_from_slice(&opened.values);
        })?;
        Ok(columns)
    }
}
