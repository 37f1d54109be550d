//! Two sources that say the same readings half an hour or an hour apart: one of their clocks is in another zone. Seen with bridges that
//! read a pump or a telephone in a zone of half an hour, or in the hour of a change of the clock. Equal times alone never make two
//! readings one.

use std::collections::{BTreeMap, HashMap};

use clinical::MINUTE_MS;

/// So many equal readings are no chance.
const ENOUGH: usize = 12;
/// Two readings of one moment are stamped so far apart, milliseconds.
const STAMPS_DIFFER: i64 = 90_000;

/// By how many minutes the readings of one source lie behind those of another (time in milliseconds, value), where that is 30 or 60
/// either way; nothing where they do not, or too few are equal to tell.
pub fn minutes_apart(one: &[(i64, f64)], other: &[(i64, f64)]) -> Option<i64> {
    let mut by_time: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (t, value) in other {
        by_time.entry(*t).or_default().push(*value);
    }
    let equal_at = |shift: i64| {
        let is_there = |(t, value): &&(i64, f64)| {
            let near = by_time.range(t + shift - STAMPS_DIFFER..=t + shift + STAMPS_DIFFER);
            near.flat_map(|(_, values)| values).any(|other| (other - value).abs() < 0.51)
        };
        one.iter().filter(is_there).count()
    };
    let as_they_are = equal_at(0);
    let best = [30, 60, -30, -60]
        .into_iter()
        .map(|minutes| (equal_at(minutes * MINUTE_MS), minutes))
        .max_by_key(|best| best.0)?;
    // A level that does not move is equal to itself at any time.
    let (count, minutes) = best;
    let within = one.len().min(other.len());
    (count >= ENOUGH && 2 * count > within && 2 * as_they_are < count).then_some(minutes)
}

/// Readings by their source, as many as are compared.
#[derive(Default)]
pub(crate) struct Sources {
    of: HashMap<String, Vec<(i64, f64)>>,
    count: usize,
}

/// A year of readings.
const MOST: usize = 120_000;

impl Sources {
    pub(crate) fn saw(&mut self, source: &str, t: i64, mg_dl: f64) {
        if self.count < MOST && (self.of.contains_key(source) || self.of.len() < 8) {
            self.of.entry(source.to_owned()).or_default().push((t, mg_dl));
            self.count += 1;
        }
    }

    /// What is to be said of them.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut names: Vec<&String> = self.of.keys().collect();
        names.sort();
        let pairs = names.iter().enumerate().flat_map(|(n, a)| names[n + 1..].iter().map(move |b| (a, b)));
        pairs
            .filter_map(|(a, b)| minutes_apart(&self.of[*a], &self.of[*b]))
            .map(|minutes| {
                format!(
                    "two sources of this file say the same readings {} minutes apart: the clock of one of them is in another zone. Both are kept",
                    minutes.abs()
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(start_minutes: i64) -> Vec<(i64, f64)> {
        (0..40_i32)
            .map(|n| {
                ((start_minutes + 5 * i64::from(n)) * MINUTE_MS, 100.0 + 40.0 * (f64::from(n) / 3.0).sin())
            })
            .collect()
    }

    #[test]
    fn sources_that_are_half_an_hour_or_an_hour_apart_are_found_and_others_are_not() {
        let one = night(0);
        for minutes in [30, 60, -30, -60] {
            assert_eq!(minutes_apart(&one, &night(minutes)), Some(minutes));
        }
        for minutes in [0, 5, 45, 120] {
            assert_eq!(minutes_apart(&one, &night(minutes)), None, "{minutes}");
        }
        let flat: Vec<(i64, f64)> = one.iter().map(|(t, _)| (*t, 100.0)).collect();
        assert_eq!(minutes_apart(&flat, &flat), None, "a level that does not move tells nothing");
        assert_eq!(minutes_apart(&one[..5], &night(30)[..5]), None, "too few");
    }
}
