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

/// The samples of one run that decide its picture. `column` is the renderer's own mapping from time to pixel column.
pub fn m4(times: &[i64], values: &[f64], column: impl Fn(i64) -> i32) -> Vec<(i64, f64)> {
    let mut out: Vec<(i64, f64)> = Vec::new();
    let mut at = 0;
    while at < times.len() {
        let here = column(times[at]);
        let mut end = at + 1;
        while end < times.len() && column(times[end]) == here {
            end += 1;
        }
        let (mut low, mut high) = (at, at);
        for n in at..end {
            if values[n] < values[low] {
                low = n;
            }
            if values[n] > values[high] {
                high = n;
            }
        }
        let mut keep = [at, low.min(high), low.max(high), end - 1];
        keep.sort_unstable();
        for n in 0..4 {
            if n == 0 || keep[n] != keep[n - 1] {
                out.push((times[keep[n]], values[keep[n]]));
            }
        }
        at = end;
    }
    out
}

/// The mean of the samples of each pixel column of one run, from left to right.
pub fn means(times: &[i64], values: &[f64], column: impl Fn(i64) -> i32) -> Vec<(i32, f64)> {
    let mut out: Vec<(i32, f64)> = Vec::new();
    let (mut sum, mut n) = (0.0, 0u32);
    for (t, value) in times.iter().zip(values) {
        let here = column(*t);
        match out.last_mut() {
            Some((x, mean)) if *x == here => {
                sum += value;
                n += 1;
                *mean = sum / f64::from(n);
            }
            _ => {
                (sum, n) = (*value, 1);
                out.push((here, *value));
            }
        }
    }
    out
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
