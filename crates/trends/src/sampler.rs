//! What a series said last at each of some moments, taken down while its values pass by.

use clinical::{Comparator, Instant, Times};
use vault::SeriesInfo;

/// What a series said last at each moment: when that was taken, and the value as sent.
pub(crate) struct Sampled {
    pub series: SeriesInfo,
    pub last: Vec<Option<(Instant, f64)>>,
    /// Of these moments the value is only a bound.
    pub(crate) bounds: Vec<(i64, Comparator)>,
}

/// Takes what a series said last at each of some moments, as its values pass by.
pub(crate) struct Sampler<'a> {
    moments: &'a [Instant],
    series: SeriesInfo,
    last: Option<(Instant, f64)>,
    found: Vec<Option<(Instant, f64)>>,
}

impl<'a> Sampler<'a> {
    /// `last` is what the series said before the first value passes.
    pub(crate) fn new(
        moments: &'a [Instant],
        series: SeriesInfo,
        last: Option<(Instant, f64)>,
    ) -> Sampler<'a> {
        Sampler { moments, series, last, found: Vec::with_capacity(moments.len()) }
    }

    pub(crate) fn series(&self) -> &SeriesInfo {
        &self.series
    }

    /// What the series said last so far.
    pub(crate) fn last(&self) -> Option<(Instant, f64)> {
        self.last
    }

    pub(crate) fn see(&mut self, times: &Times, values: &[f64]) {
        let mut at = 0;
        while let Some(moment) = self.moments.get(self.found.len()) {
            let end = times.end_of(at, |t| t <= moment.0);
            if end > 0 {
                self.last = Some((Instant(times.at(end - 1)), values[end - 1]));
            }
            if end == times.len() {
                // The next block can have one nearer to it.
                return;
            }
            self.found.push(self.last);
            at = end;
        }
    }

    /// `bounds` are the moments whose values are only bounds.
    pub(crate) fn end(mut self, bounds: Vec<(i64, Comparator)>) -> Sampled {
        self.found.resize(self.moments.len(), self.last);
        Sampled { series: self.series, last: self.found, bounds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_is_found_from_block_to_block() {
        let moments: Vec<Instant> = [5, 10, 25, 31, 99].into_iter().map(Instant).collect();
        let series = SeriesInfo {
            id: 1,
            patient: "p".into(),
            device: None,
            code: "8867-4".into(),
            mdc: false,
            unit: "/min".into(),
            streamed: true,
        };
        let mut sampler = Sampler::new(&moments, series, Some((Instant(1), 60.0)));
        sampler.see(&Times::Each(&[10, 20]), &[61.0, 62.0]);
        sampler.see(&Times::Every { origin: 30, period_ms: 2.0, skip: 0, n: 3 }, &[63.0, 64.0, 65.0]);
        let found: Vec<(i64, f64)> =
            sampler.end(Vec::new()).last.into_iter().flatten().map(|(at, value)| (at.0, value)).collect();
        assert_eq!(found, [(1, 60.0), (10, 61.0), (20, 62.0), (30, 63.0), (34, 65.0)]);
    }
}
