//! What a panel says in words, counted while its values pass by.

use bedside::local_time::local;
use clinical::{Instant, Limits, Times};

/// How often each value came, in tenths: what monitors send has one digit behind the point at most.
#[derive(Default)]
struct Histogram {
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

    fn add(&mut self, values: &[f64]) {
        let Some(first) = values.first() else { return };
        if self.counts.is_empty() {
            self.base = (first * 10.0).round() as i64 - Histogram::ROOM;
            self.counts = vec![0; 2 * Histogram::ROOM as usize];
        }
        let mut base = self.base as f64;
        for value in values {
            let tenths = value * 10.0 - base;
            // What is under the base becomes 0 here, and is found to be another value.
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
    fn add_whole(&mut self, mantissas: &[i64], tenths: i64) {
        let [first, rest @ ..] = mantissas else { return };
        // Saturating: what is absurdly large must not end the program.
        self.add(&[first.saturating_mul(tenths) as f64 / 10.0]);
        let mut base = self.base;
        for mantissa in rest {
            let at = mantissa.saturating_mul(tenths).saturating_sub(base);
            match self.counts.get_mut(at as usize) {
                Some(count) => *count += 1,
                None => {
                    self.add_odd(mantissa.saturating_mul(tenths) as f64 / 10.0);
                    base = self.base;
                }
            }
        }
    }

    fn add_odd(&mut self, value: f64) {
        let tenths = (value * 10.0).round();
        let exact = (value * 10.0 - tenths).abs() < 1e-6;
        let tenths = tenths as i64;
        let (low, high) = (self.base.min(tenths), (self.base + self.counts.len() as i64 - 1).max(tenths));
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

    /// Each value that was counted, lowest first, with how often it came.
    fn counted(&self) -> impl Iterator<Item = (f64, usize)> {
        let came = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
        came.map(|(at, n)| ((self.base + at as i64) as f64 / 10.0, *n))
    }

    /// Every value with how often it came.
    fn all(&self) -> impl Iterator<Item = (f64, usize)> {
        self.counted().chain(self.odd.iter().map(|value| (*value, 1)))
    }
}

/// Lowest, middle and highest of some values, each with how often it came.
fn middle(mut values: Vec<(f64, usize)>) -> Option<(f64, f64, f64)> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, n)| n).sum::<usize>() / 2;
    let mut before = 0;
    let median = values.iter().find(|(_, n)| {
        before += n;
        before > half
    });
    Some((values.first()?.0, median?.0, values.last()?.0))
}

/// Counts the values of one panel in the part of time that is seen.
pub(crate) struct Summary {
    focus: (i64, i64),
    /// Those that hold at the end of the range.
    limits: Limits,
    /// Of values that each last as many milliseconds.
    even: Vec<(i64, Histogram)>,
    /// Of the others.
    loose: Histogram,
    last: Option<(i64, f64)>,
    under_ms: i64,
    over_ms: i64,
}

/// A value stands for the time to the next one, and never for a silence.
const LASTS: i64 = 15 * 60_000;

impl Summary {
    pub fn new(focus: (Instant, Instant), limits: Limits) -> Summary {
        Summary {
            focus: (focus.0.0, focus.1.0),
            limits,
            even: Vec::new(),
            loose: Histogram::default(),
            last: None,
            under_ms: 0,
            over_ms: 0,
        }
    }

    /// The next values, in order of time; `whole` is the same as whole numbers and how many of their digits are behind the
    /// point, where that is known.
    pub fn push(&mut self, times: &Times, values: &[f64], whole: Option<(&[i64], u8)>) {
        let seen = times.before(self.focus.0)..times.end_of(0, |t| t <= self.focus.1);
        if seen.is_empty() {
            return;
        }
        if let Some((since, value)) = self.last {
            self.lasting(value, times.at(seen.start) - since);
        }
        let last = seen.end - 1;
        match times {
            // How long these lasted is reckoned at the end, from how many they were.
            Times::Every { period_ms, .. } if seen.len() > 1 => {
                let histogram = self.lasting_each(*period_ms as i64);
                match whole {
                    Some((mantissas, 0)) => histogram.add_whole(&mantissas[seen.start..last], 10),
                    Some((mantissas, 1)) => histogram.add_whole(&mantissas[seen.start..last], 1),
                    _ => histogram.add(&values[seen.start..last]),
                }
                self.loose.add(&values[last..=last]);
            }
            _ => {
                self.loose.add(&values[seen.clone()]);
                for (n, value) in (seen.start..last).zip(&values[seen]) {
                    self.lasting(*value, times.at(n + 1) - times.at(n));
                }
            }
        }
        self.last = Some((times.at(last), values[last]));
    }

    fn lasting_each(&mut self, ms: i64) -> &mut Histogram {
        let at = self.even.iter().position(|(known, _)| *known == ms).unwrap_or_else(|| {
            self.even.push((ms, Histogram::default()));
            self.even.len() - 1
        });
        &mut self.even[at].1
    }

    fn lasting(&mut self, value: f64, ms: i64) {
        self.last_for(value, ms.min(LASTS));
    }

    fn last_for(&mut self, value: f64, ms: i64) {
        self.under_ms += if self.limits.low.is_some_and(|l| value < l) { ms } else { 0 };
        self.over_ms += if self.limits.high.is_some_and(|h| value > h) { ms } else { 0 };
    }

    /// `HR 24 h: median 84, from 61 to 132, last 96 at 14:02, above 130 for 18 min`.
    pub fn words(mut self, label: &str, digits: usize) -> String {
        let ms = self.focus.1.saturating_sub(self.focus.0);
        let head = format!("{label} {}", span(ms));
        let even = std::mem::take(&mut self.even);
        for (step, histogram) in &even {
            for (value, n) in histogram.all() {
                self.last_for(value, (*step).min(LASTS) * n as i64);
            }
        }
        let all = even.iter().flat_map(|(_, histogram)| histogram.all()).chain(self.loose.all());
        let Some(((newest, last), (low, median, high))) = self.last.zip(middle(all.collect())) else {
            return format!("{head}: no data in this range");
        };
        let at = local(Instant(newest), if ms > 20 * 3_600_000 { "%a %H:%M" } else { "%H:%M" });
        let mut out = format!(
            "{head}: median {median:.digits$}, from {low:.digits$} to {high:.digits$}, last {last:.digits$} at {at}"
        );
        for (word, bound, ms) in
            [("below", self.limits.low, self.under_ms), ("above", self.limits.high, self.over_ms)]
        {
            if let Some(bound) = bound.filter(|_| ms >= 60_000) {
                out.push_str(&format!(", {word} {bound:.digits$} for {}", span(ms)));
            }
        }
        out
    }
}

/// A length of time in words: `45 min`, `6 h`, `3 d`.
pub(crate) fn span(ms: i64) -> String {
    match ms / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 72 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
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
    fn a_value_lasts_to_the_next_one_also_from_block_to_block_and_never_through_a_silence() {
        let limits = Limits { low: None, high: Some(130.0) };
        let minute = 60_000;
        let mut summary = Summary::new((Instant(0), Instant(100 * minute)), limits);
        summary.push(&Times::Each(&[0, minute, 2 * minute]), &[100.0, 140.0, 150.0], None);
        summary.push(&Times::Each(&[4 * minute, 90 * minute]), &[131.0, 90.0], None);
        // One minute at 140, two at 150, and fifteen at 131 of the 86 that are silent.
        let words = summary.words("HR", 0);
        assert!(words.starts_with("HR 100 min: median 131, from 90 to 150, last 90 at"), "{words}");
        assert!(words.ends_with("above 130 for 18 min"), "{words}");
        // The same minute by minute, evenly spaced.
        let mut summary = Summary::new((Instant(0), Instant(100 * minute)), limits);
        for block in 0..4 {
            let times = Times::Every { origin: block * 10 * minute, period_ms: 60_000.0, skip: 0, n: 10 };
            let values = [90.0, 90.0, 131.0, 90.0, 90.0, 90.0, 90.0, 90.0, 90.0, 140.0];
            let tenths = values.map(|v| (v * 10.0) as i64);
            summary.push(&times, &values, (block % 2 == 0).then_some((&tenths, 1)));
        }
        let words = summary.words("HR", 0);
        assert!(
            words.contains("median 90, from 90 to 140") && words.ends_with("above 130 for 7 min"),
            "{words}"
        );
    }
}
