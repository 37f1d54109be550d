//! A person's own fourteen days.

use crate::Date;

use super::DayValue;

/// How many days are a person's own.
pub const OWN_DAYS: i64 = 14;
/// With fewer values than that nobody knows what is usual (*house*: half of them).
pub const ENOUGH_OWN_DAYS: usize = 7;

/// What is usual for a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Own {
    /// The first of the fourteen days.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
    /// How many of them have a value.
    pub days: usize,
    /// The mean of those values.
    pub mean: f64,
    /// Their standard deviation (n - 1), no less than the least that was asked for.
    pub sd: f64,
}

impl Own {
    /// The fourteen days before a date. `least_sd`, above zero, is what the device itself wavers by: who weighs the same every day does
    /// not gain by 100 g.
    pub fn before(days: &[DayValue], date: Date, least_sd: f64) -> Option<Own> {
        let from = date.plus_days(-OWN_DAYS);
        let values: Vec<f64> =
            days.iter().filter(|day| from <= day.date && day.date < date).map(|day| day.value).collect();
        if values.len() < ENOUGH_OWN_DAYS || least_sd.is_nan() || least_sd <= 0.0 {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (squares / (n - 1.0)).sqrt().max(least_sd);
        Some(Own { from, to: date, days: values.len(), mean, sd })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Values of days from the first on; none where it is no number.
    pub(in crate::baseline) fn days(values: &[f64]) -> Vec<DayValue> {
        let day = |(n, value): (usize, &f64)| DayValue {
            date: Date { number: i64::try_from(n).unwrap() },
            value: *value,
            samples: vec![format!("s{n}").into()],
        };
        values.iter().enumerate().filter(|(_, value)| value.is_finite()).map(day).collect()
    }

    #[test]
    fn only_the_fourteen_days_before_are_a_persons_own() {
        let mut values = vec![500.0; 3];
        values.extend((0..14).map(|n| if n % 2 == 0 { 60.0 } else { 62.0 }));
        values.push(900.0);
        let found = Own::before(&days(&values), Date { number: 17 }, 0.1).unwrap();
        assert_eq!((found.days, found.mean), (14, 61.0));
        assert!((found.sd - (14.0f64 / 13.0).sqrt()).abs() < 1e-12);
        let constant = Own::before(&days(&[80.0; 14]), Date { number: 14 }, 0.3).unwrap();
        assert_eq!((constant.mean, constant.sd), (80.0, 0.3));
        assert_eq!(Own::before(&days(&[80.0; 6]), Date { number: 6 }, 0.3), None);
        assert_eq!(Own::before(&days(&[80.0; 14]), Date { number: 14 }, 0.0), None);
    }
}
