//! M4 (Jugel et al., VLDB 2014): the first, lowest, highest and last sample of each pixel column draw the same
//! pixels as all of them. Gaps are never bridged.

/// A stretch of samples without a gap: indices `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First index.
    pub from: usize,
    /// One past the last index.
    pub to: usize,
}

/// Cuts a series wherever two samples are more than `gap_ms` apart.
pub fn runs(times: &[i64], gap_ms: i64) -> Vec<Run> {
    let mut out = Vec::new();
    let mut from = 0;
    for n in 1..=times.len() {
        if n == times.len() || times[n] - times[n - 1] > gap_ms {
            out.push(Run { from, to: n });
            from = n;
        }
    }
    if times.is_empty() { Vec::new() } else { out }
}

/// The samples of each pixel column, from left to right: the column, and which indices fall into it. A column's end is searched
/// in steps that double, so that a million samples cost as many looks as there are columns.
fn columns<'a>(
    times: &'a [i64],
    column: impl Fn(i64) -> i32 + 'a,
) -> impl Iterator<Item = (i32, std::ops::Range<usize>)> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        let here = column(*times.get(at)?);
        let inside = |n: usize| times.get(n).is_some_and(|t| column(*t) <= here);
        let mut step = 1;
        while inside(at + step) {
            step *= 2;
        }
        let (low, high) = (at + step / 2, (at + step).min(times.len()));
        let end = low + times[low..high].partition_point(|t| column(*t) <= here);
        let from = at;
        at = end.max(from + 1);
        Some((here, from..at))
    })
}

/// The samples of one run that decide its picture. `column` is the renderer's own mapping from time to pixel column; it never
/// falls as time goes on.
pub fn m4(times: &[i64], values: &[f64], column: impl Fn(i64) -> i32) -> Vec<(i64, f64)> {
    let mut out: Vec<(i64, f64)> = Vec::new();
    for (_, range) in columns(times, column) {
        let (from, end) = (range.start, range.end);
        let (mut low, mut high) = (from, from);
        for n in range {
            if values[n] < values[low] {
                low = n;
            }
            if values[n] > values[high] {
                high = n;
            }
        }
        let mut keep = [from, low.min(high), low.max(high), end - 1];
        keep.sort_unstable();
        for n in 0..4 {
            if n == 0 || keep[n] != keep[n - 1] {
                out.push((times[keep[n]], values[keep[n]]));
            }
        }
    }
    out
}

/// The mean of the samples of each pixel column of one run, from left to right.
pub fn means(times: &[i64], values: &[f64], column: impl Fn(i64) -> i32) -> Vec<(i32, f64)> {
    let mean = |range: std::ops::Range<usize>| {
        let n = range.len() as f64;
        values[range].iter().sum::<f64>() / n
    };
    columns(times, column).map(|(x, range)| (x, mean(range))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_cuts_the_line() {
        assert_eq!(
            runs(&[0, 1000, 2000, 60_000, 61_000], 10_000),
            [Run { from: 0, to: 3 }, Run { from: 3, to: 5 }]
        );
        assert_eq!(runs(&[], 10), []);
        assert_eq!(runs(&[5], 10), [Run { from: 0, to: 1 }]);
    }

    #[test]
    fn a_column_has_the_mean_of_what_falls_into_it() {
        let column = |t: i64| (t / 10) as i32;
        assert_eq!(
            means(&[0, 5, 9, 10, 30], &[1.0, 2.0, 6.0, 4.0, 5.0], column),
            [(0, 3.0), (1, 4.0), (3, 5.0)]
        );
        assert_eq!(means(&[], &[], column), []);
    }

    #[test]
    fn a_single_spike_in_a_million_survives() {
        let times: Vec<i64> = (0..1_000_000).collect();
        let mut values = vec![80.0; 1_000_000];
        values[123_456] = 3.0;
        let kept = m4(&times, &values, |t| (t / 1000) as i32);
        assert!(kept.len() < 4100);
        assert!(kept.contains(&(123_456, 3.0)));
    }
}
