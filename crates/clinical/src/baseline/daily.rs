//! One value a day, with the samples it is made of.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{Date, Instant, WallClock};

/// A sample, by the record it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct OneSample {
    /// The record.
    pub id: SmolStr,
    /// When it was taken.
    pub at: Instant,
    /// The value, in the one unit of its series.
    pub value: f64,
}

/// Which value stands for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfDay {
    /// The first: weight is measured after rising.
    First,
    /// The median: one bad beat of a wearable changes nothing.
    Median,
}

/// The value of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayValue {
    /// The day of the calendar, where the person was.
    pub date: Date,
    /// The value.
    pub value: f64,
    /// The samples it is made of, in order of time.
    pub samples: Vec<SmolStr>,
}

/// The values of days, in order; samples in any order. What is no number is left out, and a day without a sample has no value.
pub fn daily(samples: &[OneSample], clock: &WallClock, of: OfDay) -> Vec<DayValue> {
    let mut days: BTreeMap<Date, Vec<&OneSample>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.value.is_finite()) {
        days.entry(clock.date(sample.at)).or_default().push(sample);
    }
    let of_day = |(date, mut samples): (Date, Vec<&OneSample>)| {
        samples.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        if of == OfDay::First {
            samples.truncate(1);
        }
        let value = median(samples.iter().map(|sample| sample.value).collect());
        DayValue { date, value, samples: samples.into_iter().map(|sample| sample.id.clone()).collect() }
    };
    days.into_iter().map(of_day).collect()
}

/// The middle of values, of two the mean; there is at least one.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};

    #[test]
    fn a_day_is_the_calendars_where_the_person_is() {
        let kolkata = clock_of("Asia/Kolkata", "2026-01-01T00:00Z", "2027-01-01T00:00Z");
        let sample = |id: &str, time, value| OneSample { id: id.into(), at: at(time), value };
        let samples = [
            sample("c", "2026-03-02T20:00Z", 84.0),
            sample("b", "2026-03-02T06:00Z", 83.0),
            sample("a", "2026-03-02T01:00Z", 81.0),
            sample("x", "2026-03-02T02:00Z", f64::NAN),
        ];
        let told = |of| -> Vec<_> {
            let days = daily(&samples, &kolkata, of);
            days.into_iter().map(|d| (d.date.to_string(), d.value, d.samples.join(" "))).collect()
        };
        let day = |date: &str, value, ids: &str| (date.to_owned(), value, ids.to_owned());
        assert_eq!(told(OfDay::First), [day("2026-03-02", 81.0, "a"), day("2026-03-03", 84.0, "c")]);
        assert_eq!(told(OfDay::Median), [day("2026-03-02", 82.0, "a b"), day("2026-03-03", 84.0, "c")]);
    }
}
