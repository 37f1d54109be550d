//! What a panel says in words, counted while its values pass by.

use bedside::local_time::local;
use clinical::{HOUR_MS, Instant, Limits, MINUTE_MS, TimeRange, Times};

use crate::histogram::{Histogram, middle};

/// Counts the values of one panel in the part of time that is seen.
pub(crate) struct Summary {
    focus: TimeRange,
    /// Those that hold at the end of the range.
    limits: Limits,
    /// Of values that each last as many milliseconds.
    even: Vec<(f64, Histogram)>,
    /// Of the others.
    loose: Histogram,
    last: Option<(i64, f64)>,
    under_ms: f64,
    over_ms: f64,
}

/// A value stands for the time to the next one, and never for a silence.
const LASTS: i64 = 15 * MINUTE_MS;

impl Summary {
    pub(crate) fn new(focus: TimeRange, limits: Limits) -> Summary {
        Summary {
            focus,
            limits,
            even: Vec::new(),
            loose: Histogram::default(),
            last: None,
            under_ms: 0.0,
            over_ms: 0.0,
        }
    }

    /// The next values, in order of time; `whole` is the same as whole numbers and how many of their digits are behind the
    /// point, where that is known.
    pub(crate) fn push(&mut self, times: &Times, values: &[f64], whole: Option<(&[i64], u8)>) {
        let seen = times.before(self.focus.from().0)..times.end_of(0, |t| t <= self.focus.to().0);
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
                let histogram = self.lasting_each(*period_ms);
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

    fn lasting_each(&mut self, ms: f64) -> &mut Histogram {
        let at = self.even.iter().position(|(known, _)| *known == ms).unwrap_or_else(|| {
            self.even.push((ms, Histogram::default()));
            self.even.len() - 1
        });
        &mut self.even[at].1
    }

    fn lasting(&mut self, value: f64, ms: i64) {
        self.last_for(value, ms.min(LASTS) as f64);
    }

    fn last_for(&mut self, value: f64, ms: f64) {
        self.under_ms += if self.limits.low.is_some_and(|l| value < l) { ms } else { 0.0 };
        self.over_ms += if self.limits.high.is_some_and(|h| value > h) { ms } else { 0.0 };
    }

    /// `HR 24 h: median 84, from 61 to 132, last 96 at 14:02, above 130 for 18 min`.
    pub(crate) fn words(mut self, label: &str, digits: usize) -> String {
        let ms = self.focus.length();
        let head = format!("{label} {}", span(ms));
        let even = std::mem::take(&mut self.even);
        for (step, histogram) in &even {
            for (value, n) in histogram.all() {
                self.last_for(value, step.min(LASTS as f64) * n as f64);
            }
        }
        let all = even.iter().flat_map(|(_, histogram)| histogram.all()).chain(self.loose.all());
        let Some(((newest, last), (low, median, high))) = self.last.zip(middle(all.collect())) else {
            return format!("{head}: no data in this range");
        };
        let at = local(Instant(newest), if ms > 20 * HOUR_MS { "%a %H:%M" } else { "%H:%M" });
        let mut out = format!(
            "{head}: median {median:.digits$}, from {low:.digits$} to {high:.digits$}, last {last:.digits$} at {at}"
        );
        for (word, bound, ms) in
            [("below", self.limits.low, self.under_ms), ("above", self.limits.high, self.over_ms)]
        {
            if let Some(bound) = bound.filter(|_| ms >= MINUTE_MS as f64) {
                out.push_str(&format!(", {word} {bound:.digits$} for {}", span(whole_ms(ms))));
            }
        }
        out
    }
}

#[expect(clippy::cast_possible_truncation, reason = "no longer than the part of time that is seen")]
fn whole_ms(ms: f64) -> i64 {
    ms.round() as i64
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lasts_to_the_next_one_also_from_block_to_block_and_never_through_a_silence() {
        let limits = Limits { low: None, high: Some(130.0) };
        let minute = MINUTE_MS;
        let mut summary = Summary::new(TimeRange::of_ms(0, 100 * minute).unwrap(), limits);
        summary.push(&Times::Each(&[0, minute, 2 * minute]), &[100.0, 140.0, 150.0], None);
        summary.push(&Times::Each(&[4 * minute, 90 * minute]), &[131.0, 90.0], None);
        // One minute at 140, two at 150, and fifteen at 131 of the 86 that are silent.
        let words = summary.words("HR", 0);
        assert!(words.starts_with("HR 100 min: median 131, from 90 to 150, last 90 at"), "{words}");
        assert!(words.ends_with("above 130 for 18 min"), "{words}");
        // The same minute by minute, evenly spaced.
        let mut summary = Summary::new(TimeRange::of_ms(0, 100 * minute).unwrap(), limits);
        for block in 0..4 {
            let times = Times::Every { origin: block * 10 * minute, period_ms: 60_000.0, skip: 0, n: 10 };
            let values = [90.0, 90.0, 131.0, 90.0, 90.0, 90.0, 90.0, 90.0, 90.0, 140.0];
            let tenths = [900, 900, 1310, 900, 900, 900, 900, 900, 900, 1400];
            summary.push(&times, &values, (block % 2 == 0).then_some((&tenths, 1)));
        }
        let words = summary.words("HR", 0);
        assert!(
            words.contains("median 90, from 90 to 140") && words.ends_with("above 130 for 7 min"),
            "{words}"
        );
    }

    #[test]
    fn the_time_above_a_limit_is_not_cut_short_where_values_come_at_no_whole_millisecond() {
        let limits = Limits { low: None, high: Some(130.0) };
        let mut summary = Summary::new(TimeRange::of_ms(0, 30 * MINUTE_MS).unwrap(), limits);
        // 128 a second: 7.8125 ms each.
        let times = Times::Every { origin: 0, period_ms: 7.8125, skip: 0, n: 128 * 60 * 20 + 1 };
        summary.push(&times, &vec![140.0; times.len()], None);
        let words = summary.words("HR", 0);
        assert!(words.ends_with("above 130 for 20 min"), "{words}");
    }
}
