//! How often each value came: lowest, middle and highest of millions without keeping one of them.

/// How often each value came, in tenths: what monitors send has one digit behind the point at most.
#[derive(Default)]
pub(crate) struct Histogram {
    /// Tenths of the first count.
    base: i64,
    counts: Vec<usize>,
    /// What is finer than a tenth, or far away from the rest.
    odd: Vec<f64>,
}

impl Histogram {
    /// Most counts.
    const MOST: i64 = 65_536;
    /// Room on either side of what came first.
    const ROOM: i64 = 1024;
    const ROOM_EACH: usize = 1024;

    pub(crate) fn add(&mut self, values: &[f64]) {
        let Some(first) = values.first() else { return };
        if self.counts.is_empty() {
            self.base = tenths_of(*first).saturating_sub(Histogram::ROOM);
            self.counts = vec![0; 2 * Histogram::ROOM_EACH];
        }
        let mut base = self.base as f64;
        for value in values {
            let tenths = value * 10.0 - base;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "what is under the base becomes 0, and is found to be another value"
            )]
            let at = (tenths + 0.5) as usize;
            match self.counts.get_mut(at) {
                Some(count) if (tenths - at as f64).abs() < 1e-6 => *count += 1,
                _ => {
                    self.add_odd(*value);
                    base = self.base as f64;
                }
            }
        }
    }

    /// The same of whole numbers, of which each counts for so many tenths.
    pub(crate) fn add_whole(&mut self, mantissas: &[i64], tenths: i64) {
        let [first, rest @ ..] = mantissas else { return };
        // Saturating: what is absurdly large must not end the program.
        self.add(&[first.saturating_mul(tenths) as f64 / 10.0]);
        let mut base = self.base;
        for mantissa in rest {
            let at = mantissa.saturating_mul(tenths).saturating_sub(base);
            match usize::try_from(at).ok().and_then(|at| self.counts.get_mut(at)) {
                Some(count) => *count += 1,
                None => {
                    self.add_odd(mantissa.saturating_mul(tenths) as f64 / 10.0);
                    base = self.base;
                }
            }
        }
    }

    fn add_odd(&mut self, value: f64) {
        let tenths = tenths_of(value);
        let exact = (value * 10.0 - tenths as f64).abs() < 1e-6;
        let (low, high) = (self.base.min(tenths), self.tenths_at(self.counts.len() - 1).max(tenths));
        if !exact || high.saturating_sub(low) >= Histogram::MOST {
            self.odd.push(value);
            return;
        }
        let more = usize::try_from(self.base - low).unwrap_or(0);
        self.counts.splice(0..0, std::iter::repeat_n(0, more));
        self.base = low;
        self.counts.resize(usize::try_from(high - low + 1).unwrap_or(0), 0);
        self.counts[usize::try_from(tenths - low).unwrap_or(0)] += 1;
    }

    /// The tenths that a count is of.
    fn tenths_at(&self, at: usize) -> i64 {
        self.base.saturating_add(i64::try_from(at).unwrap_or(i64::MAX))
    }

    /// Each value that was counted, lowest first, with how often it came.
    fn counted(&self) -> impl Iterator<Item = (f64, usize)> {
        let came = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
        came.map(|(at, n)| (self.tenths_at(at) as f64 / 10.0, *n))
    }

    /// Every value with how often it came.
    pub(crate) fn all(&self) -> impl Iterator<Item = (f64, usize)> {
        self.counted().chain(self.odd.iter().map(|value| (*value, 1)))
    }
}

/// What is absurdly large ends at the largest there is.
#[expect(clippy::cast_possible_truncation, reason = "so do those that are too large for it")]
fn tenths_of(value: f64) -> i64 {
    (value * 10.0).round() as i64
}

/// Lowest, middle and highest of some values, each with how often it came.
pub(crate) fn middle(mut values: Vec<(f64, usize)>) -> Option<(f64, f64, f64)> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, n)| n).sum::<usize>() / 2;
    let mut before = 0;
    let median = values.iter().find(|(_, n)| {
        before += n;
        before > half
    });
    Some((values.first()?.0, median?.0, values.last()?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(values: &[f64]) -> Option<f64> {
        let mut histogram = Histogram::default();
        values.chunks(7).for_each(|part| histogram.add(part));
        middle(histogram.all().collect()).map(|(_, median, _)| median)
    }

    #[test]
    fn the_middle_is_the_same_counted_or_sorted() {
        let plain = |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        let whole: Vec<f64> = (0..1001).map(|n| f64::from((n * 7919) % 113)).collect();
        let tenths: Vec<f64> = (0..500).map(|n| f64::from(350 + (n * 31) % 47) / 10.0).collect();
        let fine: Vec<f64> = (0..77).map(|n| f64::from((n * 13) % 31) / 7.0).collect();
        let wide: Vec<f64> = (0..300).map(|n| f64::from((n * 7919) % 1000) - 300.0).collect();
        let far: Vec<f64> = (0..50).map(|n| f64::from(n) * 1e6).collect();
        for values in [whole, tenths, fine, wide, far, vec![4.0], vec![1.0, 2.0]] {
            let (found, wanted) = (median(&values).unwrap(), plain(&values));
            assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
        }
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn an_absurd_value_ends_no_program_and_is_counted_as_what_it_is() {
        for far in [9.2e18, -9.2e18, 1e17, -1e17] {
            assert_eq!(median(&[far, far, far]), Some(far));
            assert_eq!(median(&[far, 36.6, 36.6, 36.6]), Some(36.6));
            assert_eq!(median(&[36.6, 36.6, 36.6, far]), Some(36.6));
        }
    }
}
