//! Pressures that stand denser than pixels: what all of them cover, column by column, without keeping one of them.

use clinical::Times;

/// A pressure at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Milliseconds since 1970 UTC.
    pub t: i64,
    /// Diastolic.
    pub low: f64,
    /// Systolic.
    pub high: f64,
    /// Mean, where it was sent.
    pub mean: Option<f64>,
}

/// What the pressures of one pixel column cover.
#[derive(Clone, Debug, PartialEq)]
pub struct BarColumn {
    /// The column.
    pub x: i32,
    /// Lowest and highest value of each part that is covered, lowest first; they do not touch.
    pub spans: Vec<(f64, f64)>,
    /// The means, each once.
    pub means: Vec<f64>,
}

/// What is left of many pressures for their picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DenseBars {
    /// From left to right.
    pub columns: Vec<BarColumn>,
    /// How many were in focus.
    pub samples: usize,
    /// Lowest and highest value of those.
    pub range: Option<(f64, f64)>,
}

/// Pressures of one block, in order of time.
#[derive(Clone, Copy, Debug)]
pub struct Pressures<'a> {
    /// When they were taken.
    pub times: Times<'a>,
    /// Systolic, one a time.
    pub high: &'a [f64],
    /// Diastolic, one a time.
    pub low: &'a [f64],
    /// Mean, one a time; empty where none was sent.
    pub mean: &'a [f64],
}

/// The means of a column; nearly all lie between 0 and 409 with one digit behind the point.
struct Means {
    tenths: [u64; 64],
    other: Vec<f64>,
}

impl Means {
    fn add(&mut self, value: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what does not come back equal is kept as it is"
        )]
        let at = (value * 10.0 + 0.5) as usize;
        if at > 0 && at < 4096 && value == at as f64 / 10.0 {
            self.tenths[at / 64] |= 1 << (at % 64);
        } else {
            self.other.push(value);
        }
    }

    fn take(&mut self) -> Vec<f64> {
        let mut out = std::mem::take(&mut self.other);
        for (word, bits) in self.tenths.iter_mut().enumerate() {
            let mut bits = std::mem::take(bits);
            while bits != 0 {
                out.push((word * 64 + bits.trailing_zeros() as usize) as f64 / 10.0);
                bits &= bits - 1;
            }
        }
        out.sort_unstable_by(f64::total_cmp);
        out.dedup();
        out
    }
}

/// Takes pressures in blocks, in order of time, and keeps what they cover.
pub struct Condenser<C> {
    column: C,
    focus: (i64, i64),
    bars: DenseBars,
    x: Option<i32>,
    /// What most of the open column covers, and what does not touch that yet.
    main: (f64, f64),
    rest: Vec<(f64, f64)>,
    means: Means,
}

impl<C: Fn(i64) -> i32> Condenser<C> {
    /// One with nothing in it. `column` is the renderer's mapping from time to pixel column, `focus` first and last moment that
    /// count.
    pub fn new(column: C, focus: (i64, i64)) -> Condenser<C> {
        let means = Means { tenths: [0; 64], other: Vec::new() };
        Condenser {
            column,
            focus,
            bars: DenseBars::default(),
            x: None,
            main: (0.0, 0.0),
            rest: Vec::new(),
            means,
        }
    }

    /// The next pressures: none may be before those that came already.
    pub fn push(&mut self, block: &Pressures) {
        let Pressures { times, high, low, mean } = *block;
        let focus = times.before(self.focus.0)..times.end_of(0, |t| t <= self.focus.1);
        self.bars.samples += focus.len();
        for (low, high) in low[focus.clone()].iter().zip(&high[focus]) {
            let known = self.bars.range.get_or_insert((low.min(*high), low.max(*high)));
            *known = (known.0.min(*low).min(*high), known.1.max(*low).max(*high));
        }
        let mut at = 0;
        while at < high.len() {
            let x = (self.column)(times.at(at));
            let end = times.end_of(at, |t| (self.column)(t) <= x);
            let ordered = |n: usize| if low[n] <= high[n] { (low[n], high[n]) } else { (high[n], low[n]) };
            if self.x != Some(x) {
                self.close();
                self.x = Some(x);
                self.main = ordered(at);
            }
            let (mut foot, mut top) = self.main;
            for n in at..end {
                let (low, high) = ordered(n);
                if low <= top && high >= foot {
                    foot = if low < foot { low } else { foot };
                    top = if high > top { high } else { top };
                } else {
                    self.rest.push((low, high));
                }
            }
            self.main = (foot, top);
            for value in mean.get(at..end).unwrap_or_default().iter().filter(|v| v.is_finite()) {
                self.means.add(*value);
            }
            at = end;
        }
    }

    fn close(&mut self) {
        let Some(x) = self.x.take() else { return };
        let mut all = std::mem::take(&mut self.rest);
        all.push(self.main);
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut spans: Vec<(f64, f64)> = Vec::new();
        for (low, high) in all {
            match spans.last_mut() {
                Some(last) if low <= last.1 => last.1 = last.1.max(high),
                _ => spans.push((low, high)),
            }
        }
        self.bars.columns.push(BarColumn { x, spans, means: self.means.take() });
    }

    /// All of it.
    pub fn end(mut self) -> DenseBars {
        self.close();
        self.bars
    }
}

/// What is left of pressures that somebody holds.
pub(crate) fn dense_bars(bars: &[&Bar], column: impl Fn(i64) -> i32, focus: (i64, i64)) -> DenseBars {
    let times: Vec<i64> = bars.iter().map(|bar| bar.t).collect();
    let pick = |value: fn(&Bar) -> f64| bars.iter().map(|bar| value(bar)).collect::<Vec<f64>>();
    let (high, low) = (pick(|bar| bar.high), pick(|bar| bar.low));
    let mean = pick(|bar| bar.mean.unwrap_or(f64::NAN));
    let mut condenser = Condenser::new(column, focus);
    condenser.push(&Pressures { times: Times::Each(&times), high: &high, low: &low, mean: &mean });
    condenser.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However they are cut into blocks: a value is covered where one of the pressures covers it, and nowhere else.
        #[test]
        fn what_is_covered_is_what_each_covers(
            bars in proptest::collection::vec((0i64..30, 0i32..60, 0i32..30, proptest::option::of(0i32..4000)), 1..120),
            cut in 1usize..30, width in 1i64..200,
        ) {
            let mut t = 0;
            let bars: Vec<Bar> = bars.iter().map(|(dt, low, more, mean)| {
                t += dt;
                Bar { t, low: f64::from(*low), high: f64::from(low + more), mean: mean.map(|m| f64::from(m) / 20.0) }
            }).collect();
            let column = |t: i64| i32::try_from(t / width).unwrap();
            let mut condenser = Condenser::new(column, (20, 900));
            for part in bars.chunks(cut) {
                let times: Vec<i64> = part.iter().map(|b| b.t).collect();
                let pick = |f: fn(&Bar) -> f64| part.iter().map(f).collect::<Vec<f64>>();
                let (high, low, mean) = (pick(|b| b.high), pick(|b| b.low), pick(|b| b.mean.unwrap_or(f64::NAN)));
                condenser.push(&Pressures { times: Times::Each(&times), high: &high, low: &low, mean: &mean });
            }
            let found = condenser.end();
            prop_assert_eq!(found.samples, bars.iter().filter(|b| b.t >= 20 && b.t <= 900).count());
            for part in bars.chunk_by(|a, b| column(a.t) == column(b.t)) {
                let column_of = found.columns.iter().find(|c| c.x == column(part[0].t)).unwrap();
                for v in (0..200).map(|half| f64::from(half) / 2.0) {
                    let covered = column_of.spans.iter().any(|(low, high)| *low <= v && v <= *high);
                    prop_assert_eq!(covered, part.iter().any(|b| b.low <= v && v <= b.high));
                }
                prop_assert!(column_of.spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
                let mut means: Vec<f64> = part.iter().filter_map(|b| b.mean).collect();
                means.sort_by(f64::total_cmp);
                means.dedup();
                prop_assert_eq!(&column_of.means, &means);
            }
            prop_assert_eq!(found.columns.len(), bars.chunk_by(|a, b| column(a.t) == column(b.t)).count());
        }
    }
}
