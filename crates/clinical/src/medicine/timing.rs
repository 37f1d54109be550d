//! What a prescription says of when, and what it must not say (FHIR R4, Timing, and those of its constraints that are about when).
//!
//! Not here: single events (`Timing.event`), how long it takes (`duration`), and the upper ends `frequencyMax` and `countMax`; whoever
//! reads a prescription with one of them must not leave it out in silence.

use crate::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, SECOND_MS};

use super::When;

/// The unit of a period, by UCUM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum PeriodUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl PeriodUnit {
    /// The unit of a code: `s`, `min`, `h`, `d`, `wk`, `mo`, `a`.
    pub fn from_code(code: &str) -> Option<PeriodUnit> {
        Some(match code {
            "s" => PeriodUnit::Second,
            "min" => PeriodUnit::Minute,
            "h" => PeriodUnit::Hour,
            "d" => PeriodUnit::Day,
            "wk" => PeriodUnit::Week,
            "mo" => PeriodUnit::Month,
            "a" => PeriodUnit::Year,
            _ => return None,
        })
    }

    /// Milliseconds of one, where the calendar has no say in it. A day and a week are here those of 24 hours.
    pub(crate) fn ms(self) -> Option<i64> {
        Some(match self {
            PeriodUnit::Second => SECOND_MS,
            PeriodUnit::Minute => MINUTE_MS,
            PeriodUnit::Hour => HOUR_MS,
            PeriodUnit::Day => DAY_MS,
            PeriodUnit::Week => 7 * DAY_MS,
            PeriodUnit::Month | PeriodUnit::Year => return None,
        })
    }
}

/// The period in which something is due so many times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// How many units.
    pub length: f64,
    /// Up to how many, where it is a range: every four to six hours.
    pub max: Option<f64>,
    /// Of what.
    pub unit: PeriodUnit,
}

impl Period {
    /// Of one length.
    pub const fn of(length: f64, unit: PeriodUnit) -> Period {
        Period { length, max: None, unit }
    }
}

/// From when until when. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Between two moments, each of which may be open.
    Between(Option<Instant>, Option<Instant>),
    /// So many units from when it was written on, by the calendar.
    Lasts(u32, PeriodUnit),
}

/// When something is due.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timing {
    /// How many times in a period; once where nothing is said.
    pub frequency: Option<u32>,
    /// The period.
    pub period: Option<Period>,
    /// At which events of the day.
    pub when: Vec<When>,
    /// How many minutes before or after those events.
    pub offset_min: u32,
    /// At which times of the day: milliseconds since midnight, as the clock on the wall shows them.
    pub time_of_day_ms: Vec<i64>,
    /// On which days: 0 is Monday.
    pub days_of_week: Vec<u8>,
    /// From when until when.
    pub bounds: Option<Bounds>,
    /// How many times in all.
    pub count: Option<u32>,
    /// Only when the person needs it: never due, and never missed.
    pub as_needed: bool,
}

/// A timing that says nothing that can be due, or two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATiming {
    /// Neither a period nor times.
    #[error("the prescription does not say how often, at what time or on which days")]
    NothingSaid,
    /// A frequency, period or count that is none.
    #[error(
        "a number of the prescription's timing is none: frequency, period and count are above zero, and the longest period is the longer one"
    )]
    Number,
    /// No time of the day, or no day of the week.
    #[error("the prescription names a time of day or a day of the week that there is not")]
    Day,
    /// tim-10.
    #[error(
        "the prescription names times of day and events of the day; it may have only one of them (tim-10)"
    )]
    TwoTimes,
    /// tim-9.
    #[error("the prescription has an offset from no event, or from a meal it is to be taken with (tim-9)")]
    Offset,
    /// The frequency is another than its times make.
    #[error("the prescription says how often and at which times, and the two differ")]
    Differs,
    /// It says how often, and on no days that follow from it.
    #[error(
        "the prescription does not say on which days: so many times in such a period is on none that follow from it"
    )]
    Days,
    /// More than a person can take.
    #[error("the prescription has more than 100,000 due times")]
    TooMany,
}

impl Timing {
    /// At these times of each day.
    pub fn daily_at(times_ms: &[i64]) -> Timing {
        let period = Some(Period::of(1.0, PeriodUnit::Day));
        Timing { period, time_of_day_ms: times_ms.to_vec(), ..Timing::default() }
    }

    /// So many times in a period.
    pub fn every(frequency: u32, length: f64, unit: PeriodUnit) -> Timing {
        Timing { frequency: Some(frequency), period: Some(Period::of(length, unit)), ..Timing::default() }
    }

    /// Whether anything can be due: not what is taken as needed.
    pub fn is_scheduled(&self) -> bool {
        !self.as_needed
    }

    /// What it must not say.
    pub(super) fn check(&self) -> Result<(), NotATiming> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        if let Some(period) = self.period {
            let max = period.max.unwrap_or(period.length);
            if !positive(period.length) || !positive(max) || max < period.length {
                return Err(NotATiming::Number);
            }
        }
        if self.frequency == Some(0) || self.count == Some(0) {
            return Err(NotATiming::Number);
        }
        if self.days_of_week.iter().any(|day| *day > 6)
            || self.time_of_day_ms.iter().any(|ms| !(0..DAY_MS).contains(ms))
        {
            return Err(NotATiming::Day);
        }
        if !self.when.is_empty() && !self.time_of_day_ms.is_empty() {
            return Err(NotATiming::TwoTimes);
        }
        if self.offset_min > 0 && (self.when.is_empty() || self.when.iter().any(|when| when.is_with_meal())) {
            return Err(NotATiming::Offset);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timing_that_contradicts_itself_is_refused_with_its_reason() {
        let every = |length, max| Timing {
            period: Some(Period { length, max, unit: PeriodUnit::Hour }),
            ..Timing::default()
        };
        let daily = Timing::daily_at(&[8 * HOUR_MS]);
        for (what, timing, wanted) in [
            ("no period", every(0.0, None), NotATiming::Number),
            ("no number", every(f64::NAN, None), NotATiming::Number),
            ("a range the wrong way round", every(6.0, Some(4.0)), NotATiming::Number),
            ("never", Timing { count: Some(0), ..daily.clone() }, NotATiming::Number),
            ("no times", Timing { frequency: Some(0), ..daily.clone() }, NotATiming::Number),
            ("at 24 o'clock", Timing::daily_at(&[DAY_MS]), NotATiming::Day),
            ("on an eighth day", Timing { days_of_week: vec![7], ..daily.clone() }, NotATiming::Day),
            ("two kinds of times", Timing { when: vec![When::Bed], ..daily.clone() }, NotATiming::TwoTimes),
            ("an offset from nothing", Timing { offset_min: 30, ..daily.clone() }, NotATiming::Offset),
            (
                "an offset from what it is taken with",
                Timing { offset_min: 30, when: vec![When::WithLunch], ..Timing::default() },
                NotATiming::Offset,
            ),
        ] {
            assert_eq!(timing.check(), Err(wanted), "{what}");
        }
        assert_eq!(daily.check(), Ok(()));
        assert_eq!(PeriodUnit::from_code("wk"), Some(PeriodUnit::Week));
        assert_eq!(PeriodUnit::from_code("m"), None);
    }
}
