//! M4 (Jugel et al., VLDB 2014): the first, lowest, highest and last sample of each pixel column draw the same pixels as all
//! of them. Gaps are never bridged. Samples come in blocks, so that nobody has to hold ten million of them at once.

use clinical::Times;

/// A stretch of a line without a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// When its first sample was taken, milliseconds since 1970 UTC.
    pub first: i64,
    /// When its last one was.
    pub last: i64,
    /// The samples that decide its picture, in order of time.
    pub kept: Vec<(i64, f64)>,
    /// Each pixel column with the mean of what falls into it.
    pub means: Vec<(i32, f64)>,
}

/// What is left of a line for its picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// From left to right; between two of them is a gap.
    pub runs: Vec<Run>,
    /// How many samples were in focus.
    pub samples: usize,
    /// Lowest and highest of them.
    pub range: Option<(f64, f64)>,
}

impl Outline {
    /// From and to of each gap.
    pub fn gaps(&self) -> Vec<(i64, i64)> {
        self.runs.windows(2).map(|pair| (pair[0].last, pair[1].first)).collect()
    }
}

/// A sample with its place in the run: two can have the same time.
type Numbered = (usize, i64, f64);

/// A pixel column that more may fall into.
struct Column {
    x: i32,
    first: Numbered,
    low: Numbered,
    high: Numbered,
    last: Numbered,
    sum: f64,
    n: usize,
}

impl Column {
    fn close(&self, run: &mut Run) {
        let mut keep = [self.first, self.low, self.high, self.last];
        keep.sort_unstable_by_key(|(n, ..)| *n);
        for n in 0..4 {
            if n == 0 || keep[n].0 != keep[n - 1].0 {
                run.kept.push((keep[n].1, keep[n].2));
            }
        }
        run.means.push((self.x, self.sum / self.n as f64));
    }
}

/// Makes the outline of a line whose blocks are handed to it in order of time.
pub struct Outliner<C> {
    /// The renderer's own mapping from time to pixel column; it never falls as time goes on.
    column: C,
    /// The longest silence that is no gap.
    gap_ms: i64,
    /// First and last moment that count.
    focus: (i64, i64),
    outline: Outline,
    open: Option<(Run, Column)>,
    /// Samples of the open run.
    seen: usize,
}

impl<C: Fn(i64) -> i32> Outliner<C> {
    /// One with nothing in it.
    pub fn new(column: C, gap_ms: i64, focus: (i64, i64)) -> Outliner<C> {
        Outliner { column, gap_ms, focus, outline: Outline::default(), open: None, seen: 0 }
    }

    /// The next samples: none may be before those that came already.
    pub fn push(&mut self, times: &Times, values: &[f64]) {
        let focus = times.before(self.focus.0)..times.end_of(0, |t| t <= self.focus.1);
        self.outline.samples += focus.len();
        let mut at = 0;
        while at < values.len() {
            let t = times.at(at);
            if self.open.as_ref().is_some_and(|(run, _)| t - run.last > self.gap_ms) {
                self.end_run();
            }
            let end = match times {
                // Rounded to milliseconds two of them can be one further apart.
                Times::Every { period_ms, .. } if period_ms.ceil() <= self.gap_ms as f64 => values.len(),
                Times::Every { .. } => at + 1,
                Times::Each(times) => (at + 1..times.len())
                    .find(|n| times[*n] - times[n - 1] > self.gap_ms)
                    .unwrap_or(times.len()),
            };
            while at < end {
                let x = (self.column)(times.at(at));
                let next = times.end_of(at, |t| (self.column)(t) <= x).min(end);
                self.column(x, at..next, times, values, &focus);
                at = next;
            }
        }
    }

    /// Samples of one column.
    fn column(
        &mut self,
        x: i32,
        range: std::ops::Range<usize>,
        times: &Times,
        values: &[f64],
        focus: &std::ops::Range<usize>,
    ) {
        let part = &values[range.clone()];
        let (low, high, sum) = extremes(part);
        let counted = range.start.max(focus.start)..range.end.min(focus.end);
        if !counted.is_empty() {
            let (low, high) = if counted == range {
                (low, high)
            } else {
                let (low, high, _) = extremes(&values[counted]);
                (low, high)
            };
            let known = self.outline.range.get_or_insert((low, high));
            *known = (known.0.min(low), known.1.max(high));
        }
        let sample = |n: usize| (self.seen + n - range.start, times.at(n), values[n]);
        let find = |wanted: f64| sample(range.start + part.iter().position(|v| *v == wanted).unwrap_or(0));
        let (first, last) = (sample(range.start), sample(range.end - 1));
        match &mut self.open {
            Some((run, open)) if open.x == x => {
                if low < open.low.2 {
                    open.low = find(low);
                }
                if high > open.high.2 {
                    open.high = find(high);
                }
                open.last = last;
                open.sum += sum;
                open.n += part.len();
                run.last = last.1;
            }
            open => {
                let column = Column { x, first, low: find(low), high: find(high), last, sum, n: part.len() };
                match open {
                    Some((run, before)) => {
                        before.close(run);
                        run.last = last.1;
                        *before = column;
                    }
                    None => {
                        let run = Run { first: first.1, last: last.1, kept: Vec::new(), means: Vec::new() };
                        *open = Some((run, column));
                    }
                }
            }
        }
        self.seen += part.len();
    }

    fn end_run(&mut self) {
        if let Some((mut run, column)) = self.open.take() {
            column.close(&mut run);
            self.outline.runs.push(run);
        }
        self.seen = 0;
    }

    /// All of it.
    pub fn end(mut self) -> Outline {
        self.end_run();
        self.outline
    }
}

/// Lowest, highest and sum of some values, four at a time.
fn extremes(values: &[f64]) -> (f64, f64, f64) {
    let start = values.first().copied().unwrap_or(0.0);
    let (mut low, mut high, mut sum) = ([start; 4], [start; 4], [0.0; 4]);
    let fours = values.chunks_exact(4);
    let rest = fours.remainder();
    for four in fours {
        for n in 0..4 {
            low[n] = if four[n] < low[n] { four[n] } else { low[n] };
            high[n] = if four[n] > high[n] { four[n] } else { high[n] };
            sum[n] += four[n];
        }
    }
    for v in rest {
        low[0] = if *v < low[0] { *v } else { low[0] };
        high[0] = if *v > high[0] { *v } else { high[0] };
        sum[0] += v;
    }
    let lowest = low[0].min(low[1]).min(low[2].min(low[3]));
    let highest = high[0].max(high[1]).max(high[2].max(high[3]));
    (lowest, highest, (sum[0] + sum[1]) + (sum[2] + sum[3]))
}

/// The samples of a line that decide its picture, for whoever holds all of them.
pub fn m4(times: &[i64], values: &[f64], column: impl Fn(i64) -> i32) -> Vec<(i64, f64)> {
    let mut outliner = Outliner::new(column, i64::MAX, (i64::MIN, i64::MAX));
    outliner.push(&Times::Each(times), values);
    outliner.end().runs.pop().map_or_else(Vec::new, |run| run.kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outline(times: &[i64], values: &[f64], gap_ms: i64, column: impl Fn(i64) -> i32) -> Outline {
        let mut outliner = Outliner::new(column, gap_ms, (i64::MIN, i64::MAX));
        outliner.push(&Times::Each(times), values);
        outliner.end()
    }

    #[test]
    fn a_gap_cuts_the_line() {
        let runs = |times: &[i64]| -> Vec<(i64, i64)> {
            let found = outline(times, &vec![1.0; times.len()], 10_000, |t| i32::try_from(t / 500).unwrap());
            found.runs.iter().map(|run| (run.first, run.last)).collect()
        };
        assert_eq!(runs(&[0, 1000, 2000, 60_000, 61_000]), [(0, 2000), (60_000, 61_000)]);
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[5]), [(5, 5)]);
    }

    #[test]
    fn a_column_has_the_mean_of_what_falls_into_it() {
        let means = |times: &[i64], values: &[f64]| {
            outline(times, values, i64::MAX, |t| i32::try_from(t / 10).unwrap())
                .runs
                .pop()
                .map(|run| run.means)
        };
        assert_eq!(
            means(&[0, 5, 9, 10, 30], &[1.0, 2.0, 6.0, 4.0, 5.0]),
            Some(vec![(0, 3.0), (1, 4.0), (3, 5.0)])
        );
        assert_eq!(means(&[], &[]), None);
    }

    #[test]
    fn a_single_spike_in_a_million_survives() {
        let times: Vec<i64> = (0..1_000_000).collect();
        let mut values = vec![80.0; 1_000_000];
        values[123_456] = 3.0;
        let kept = m4(&times, &values, |t| i32::try_from(t / 1000).unwrap());
        assert!(kept.len() < 4100);
        assert!(kept.contains(&(123_456, 3.0)));
    }

    proptest! {
        /// However the samples are cut into blocks, the outline is that of the plain way.
        #[test]
        fn blocks_change_nothing(
            steps in proptest::collection::vec((0i64..40, 0i32..9), 1..300),
            cuts in proptest::collection::vec(1usize..40, 1..40),
            width in 1i64..200, gap in 1i64..40, focus in (0i64..3000, 0i64..6000),
        ) {
            let mut t = 0;
            let (times, values): (Vec<i64>, Vec<f64>) = steps.iter().map(|(dt, v)| { t += dt; (t, f64::from(*v)) }).unzip();
            let column = |t: i64| i32::try_from(t / width).unwrap();
            let mut outliner = Outliner::new(column, gap, focus);
            let mut from = 0;
            for cut in cuts.iter().cycle() {
                let to = (from + cut).min(times.len());
                outliner.push(&Times::Each(&times[from..to]), &values[from..to]);
                from = to;
                if from == times.len() { break; }
            }
            let found = outliner.end();
            let counted: Vec<f64> = times.iter().zip(&values).filter(|(t, _)| **t >= focus.0 && **t <= focus.1).map(|(_, v)| *v).collect();
            prop_assert_eq!(found.samples, counted.len());
            let range = counted.iter().fold(None, |range: Option<(f64, f64)>, v| Some(range.map_or((*v, *v), |(l, h)| (l.min(*v), h.max(*v)))));
            prop_assert_eq!(found.range, range);
            // The plain way: runs, then columns of each.
            let mut runs: Vec<Vec<usize>> = Vec::new();
            for n in 0..times.len() {
                if n == 0 || times[n] - times[n - 1] > gap { runs.push(Vec::new()); }
                if let Some(run) = runs.last_mut() { run.push(n); }
            }
            prop_assert_eq!(found.runs.len(), runs.len());
            for (run, plain) in found.runs.iter().zip(&runs) {
                let (mut kept, mut means) = (Vec::new(), Vec::new());
                for part in plain.chunk_by(|a, b| column(times[*a]) == column(times[*b])) {
                    let lowest = *part.iter().min_by(|a, b| values[**a].total_cmp(&values[**b])).unwrap_or(&0);
                    let highest = *part.iter().rev().max_by(|a, b| values[**a].total_cmp(&values[**b])).unwrap_or(&0);
                    let mut four = vec![part[0], lowest, highest, part[part.len() - 1]];
                    four.sort_unstable();
                    four.dedup();
                    kept.extend(four.into_iter().map(|n| (times[n], values[n])));
                    means.push((column(times[part[0]]), part.iter().map(|n| values[*n]).sum::<f64>() / part.len() as f64));
                }
                prop_assert_eq!(&run.kept, &kept);
                prop_assert_eq!(&run.means, &means);
            }
        }
    }
}
