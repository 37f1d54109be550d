//! What a timing repeats: a stretch of time, or days of the calendar with times on them.

use crate::Date;

use super::timing::{NotATiming, PeriodUnit, Timing};
use super::{Rhythm, Stated};

/// The longest list of times on a day.
const MOST_A_DAY: u32 = 24;

const MOST_IN_A_PERIOD: u32 = 10_000;

/// What repeats.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cycle {
    /// So many milliseconds by any clock: six hours are six hours in the night in which the clock is put back.
    Elapsed { step_ms: f64, earlier_ms: i64 },
    /// Days of the calendar.
    Days { days: Days, times: Vec<(i64, Stated)>, earlier_days: i64 },
    /// Once, at the beginning.
    Once,
}

/// Which days of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Days {
    /// Every so many days, on those of them.
    Every { length: i64, on: Vec<i64> },
    /// Every so many weeks, on days of the week.
    Weeks { every: i64, on: Vec<u8> },
    /// Every so many months, on the day of the month of the first.
    Months(i64),
}

impl Days {
    /// Those from a first date on. Where only those about a date that is wanted are looked at, most of the earlier ones are left out.
    pub(super) fn from(&self, first: Date, wanted: Option<Date>) -> Box<dyn Iterator<Item = Date> + '_> {
        let skipped = wanted.map_or(0, |wanted| (self.cycles(first, wanted) - 1).max(0));
        match self {
            Days::Every { length, on } => Box::new(
                (skipped..).flat_map(move |n| on.iter().map(move |day| first.plus_days(n * length + day))),
            ),
            Days::Weeks { every, on } => {
                let monday = first.plus_days(-i64::from(first.weekday()));
                let days =
                    move |n: i64| on.iter().map(move |day| monday.plus_days(n * 7 * every + i64::from(*day)));
                Box::new((skipped..).flat_map(days).filter(move |date| *date >= first))
            }
            // Each from the first: the 31st of March follows the 28th of February.
            Days::Months(months) => Box::new((skipped..).map(move |n| first.plus_months(n * months))),
        }
    }

    /// How many cycles lie between two dates.
    fn cycles(&self, first: Date, wanted: Date) -> i64 {
        let days = wanted.number.saturating_sub(first.number);
        match self {
            Days::Every { length, .. } => days / length,
            Days::Weeks { every, .. } => days / (7 * every),
            Days::Months(months) => {
                let month = |date: Date| date.ymd().0 * 12 + date.ymd().1;
                (month(wanted) - month(first)) / months
            }
        }
    }
}

impl Cycle {
    /// What a timing repeats.
    pub(super) fn of(timing: &Timing, rhythm: &Rhythm) -> Result<Cycle, NotATiming> {
        timing.check()?;
        let mut days: Vec<u8> = timing.days_of_week.clone();
        days.sort_unstable();
        days.dedup();
        let times = stated_times(timing, rhythm);
        let frequency = timing.frequency.unwrap_or(1);
        if frequency > MOST_IN_A_PERIOD {
            return Err(NotATiming::TooMany);
        }
        let Some(period) = timing.period else {
            return match (times.is_empty(), days.is_empty(), timing.count, timing.frequency) {
                (true, true, Some(1), None | Some(1)) => Ok(Cycle::Once),
                (true, true, _, _) => Err(NotATiming::NothingSaid),
                _ => by_days(timing, rhythm, PeriodUnit::Day, 1, days, times, 0),
            };
        };
        let length = period.max.unwrap_or(period.length);
        let earlier = length - period.length;
        // "Every 24 h at 8:00" is said of days.
        let (unit, length, earlier) = match period.unit {
            PeriodUnit::Hour if !times.is_empty() && whole(length / 24.0).is_some() => {
                (PeriodUnit::Day, length / 24.0, earlier / 24.0)
            }
            unit => (unit, length, earlier),
        };
        let by_calendar =
            matches!(unit, PeriodUnit::Day | PeriodUnit::Week | PeriodUnit::Month | PeriodUnit::Year);
        if let (true, Some(length), Some(earlier)) = (by_calendar, whole(length), whole_or_none(earlier)) {
            return by_days(timing, rhythm, unit, length, days, times, earlier);
        }
        let ms = unit.ms().ok_or(NotATiming::Days)?;
        if !times.is_empty() || !days.is_empty() {
            return Err(NotATiming::Differs);
        }
        let step_ms = length * ms as f64 / f64::from(frequency);
        #[expect(clippy::cast_possible_truncation, reason = "what is too long for it never comes")]
        let earlier_ms = (earlier * ms as f64) as i64;
        if step_ms < 1.0 { Err(NotATiming::TooMany) } else { Ok(Cycle::Elapsed { step_ms, earlier_ms }) }
    }
}

/// The times of a day that are said.
fn stated_times(timing: &Timing, rhythm: &Rhythm) -> Vec<(i64, Stated)> {
    let clock = timing.time_of_day_ms.iter().map(|ms| (*ms, Stated::Time));
    let events = timing.when.iter().flat_map(|when| {
        rhythm.times(*when, timing.offset_min).into_iter().map(|ms| (ms, Stated::Event(*when)))
    });
    let mut times: Vec<_> = clock.chain(events).collect();
    times.sort_by_key(|(ms, _)| *ms);
    times.dedup_by_key(|(ms, _)| *ms);
    times
}

fn by_days(
    timing: &Timing,
    rhythm: &Rhythm,
    unit: PeriodUnit,
    length: i64,
    on: Vec<u8>,
    times: Vec<(i64, Stated)>,
    earlier: i64,
) -> Result<Cycle, NotATiming> {
    let frequency = timing.frequency.unwrap_or(1);
    let many = |n: usize| u32::try_from(n).map_err(|_| NotATiming::TooMany);
    let listed = many(times.len())?;
    // Of so many days each: how often on each of them, and the times.
    let on_each = |days: u32, per: u32| -> Result<Vec<(i64, Stated)>, NotATiming> {
        let said = timing.frequency.is_none() || frequency == 1;
        if listed > 0 {
            let fits = said || frequency == listed || frequency == days.saturating_mul(listed);
            return if fits { Ok(times.clone()) } else { Err(NotATiming::Differs) };
        }
        if per > MOST_A_DAY {
            return Err(NotATiming::TooMany);
        }
        Ok(rhythm.spread(per).into_iter().map(|ms| (ms, Stated::Assumed)).collect())
    };
    let (days, times, earlier_days) = match unit {
        PeriodUnit::Month | PeriodUnit::Year => {
            if !on.is_empty() || (frequency > 1 && frequency != listed) {
                return Err(NotATiming::Days);
            }
            let months = if unit == PeriodUnit::Year { length.saturating_mul(12) } else { length };
            // How many days earlier a range of months begins depends on the month; the shortest is sure.
            (Days::Months(months), on_each(1, 1)?, earlier.saturating_mul(28))
        }
        PeriodUnit::Week if !on.is_empty() => {
            let days = many(on.len())?;
            let per = match frequency {
                n if timing.frequency.is_none() || n == 1 || n == days => 1,
                n if n.is_multiple_of(days) => n / days,
                _ if listed > 0 => 1,
                _ => return Err(NotATiming::Differs),
            };
            let times = on_each(days, per)?;
            (Days::Weeks { every: length, on }, times, earlier.saturating_mul(7))
        }
        _ if !on.is_empty() => {
            if length != 1 {
                return Err(NotATiming::Days);
            }
            (Days::Weeks { every: 1, on }, on_each(1, frequency)?, 0)
        }
        _ => {
            let week = if unit == PeriodUnit::Week { 7 } else { 1 };
            let length = length.saturating_mul(week);
            let long = u32::try_from(length).map_err(|_| NotATiming::Number)?;
            // With times of the day, the days are as many as the frequency leaves.
            let due = if listed > 0 && frequency.is_multiple_of(listed) && long > 1 {
                frequency / listed
            } else {
                frequency
            };
            let (on, per) = match due {
                _ if listed > 0 && frequency <= listed => (vec![0], 1),
                n if n <= long => ((0..i64::from(n)).map(|i| i * length / i64::from(n)).collect(), 1),
                n if n.is_multiple_of(long) => ((0..length).collect(), n / long),
                _ => return Err(NotATiming::Days),
            };
            let times = on_each(many(on.len())?, per)?;
            (Days::Every { length, on }, times, earlier.saturating_mul(week))
        }
    };
    Ok(Cycle::Days { days, times, earlier_days })
}

/// A number that is one of whole days, weeks or months.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is below a million")]
    (number.fract() == 0.0 && (1.0..1e6).contains(&number)).then_some(number as i64)
}

fn whole_or_none(number: f64) -> Option<i64> {
    if number == 0.0 { Some(0) } else { whole(number) }
}

#[cfg(test)]
mod tests {
    use super::super::{Due, Period, When};
    use super::*;
    use crate::wall_clock::tests::at;
    use crate::{HOUR_MS, TimeRange, WallClock};

    /// Written on a Tuesday at 9:00; the due times of what follows, as day of the month and hour.
    fn due(timing: &Timing, days: i64) -> Result<Vec<(i64, i64)>, NotATiming> {
        let written = at("2026-03-03T09:00Z");
        let asked =
            TimeRange::new(at("2026-03-03T00:00Z"), at("2026-03-03T00:00Z") + days * 24 * HOUR_MS).unwrap();
        let told = |due: Due| {
            let date = WallClock::UTC.date(due.at).ymd();
            (date.2, WallClock::UTC.time_of_day(due.at) / HOUR_MS)
        };
        let found = timing.due(written, asked, &WallClock::UTC, &Rhythm::USUAL)?;
        Ok(found.into_iter().map(told).collect())
    }

    fn times(timing: Timing, hours: &[i64]) -> Timing {
        Timing { time_of_day_ms: hours.iter().map(|hour| hour * HOUR_MS).collect(), ..timing }
    }

    #[test]
    fn a_prescription_is_due_when_it_says() {
        use PeriodUnit::{Day, Hour, Month, Week, Year};
        let every = Timing::every;
        let on = |timing: Timing, days: &[u8]| Timing { days_of_week: days.to_vec(), ..timing };
        let at_events = |when: &[When]| Timing { when: when.to_vec(), ..Timing::default() };
        for (what, timing, days, wanted) in [
            ("once a day", every(1, 1.0, Day), 3, vec![(4, 8), (5, 8)]),
            ("twice a day", every(2, 1.0, Day), 2, vec![(3, 20), (4, 8), (4, 20)]),
            ("at 7 and 19", times(every(2, 1.0, Day), &[19, 7]), 2, vec![(3, 19), (4, 7), (4, 19)]),
            ("every other day", times(every(1, 2.0, Day), &[10]), 5, vec![(3, 10), (5, 10), (7, 10)]),
            ("twice in three days", times(every(2, 3.0, Day), &[10]), 4, vec![(3, 10), (4, 10), (6, 10)]),
            ("every eight hours", every(1, 8.0, Hour), 2, vec![(3, 9), (3, 17), (4, 1), (4, 9), (4, 17)]),
            ("three times in 24 hours", every(3, 24.0, Hour), 1, vec![(3, 9), (3, 17)]),
            ("every 24 h at 10", times(every(1, 24.0, Hour), &[10]), 2, vec![(3, 10), (4, 10)]),
            ("twice a day by half days", every(1, 0.5, Day), 1, vec![(3, 9), (3, 21)]),
            ("once a week", every(1, 1.0, Week), 15, vec![(10, 8), (17, 8)]),
            ("three times a week", every(3, 1.0, Week), 8, vec![(5, 8), (7, 8), (10, 8)]),
            (
                "Monday, Wednesday, Friday",
                on(every(3, 1.0, Week), &[4, 0, 2]),
                8,
                vec![(4, 8), (6, 8), (9, 8)],
            ),
            ("on Sundays, at 10", on(times(Timing::default(), &[10]), &[6]), 14, vec![(8, 10), (15, 10)]),
            (
                "on Tuesdays, from this one on",
                on(times(Timing::default(), &[10]), &[1]),
                8,
                vec![(3, 10), (10, 10)],
            ),
            ("every other Monday", on(every(1, 2.0, Week), &[0]), 30, vec![(16, 8), (30, 8)]),
            ("twice each Monday", on(every(2, 1.0, Day), &[0]), 7, vec![(9, 8), (9, 20)]),
            ("once a month", times(every(1, 1.0, Month), &[10]), 62, vec![(3, 10), (3, 10), (3, 10)]),
            ("once a year", times(every(1, 1.0, Year), &[10]), 400, vec![(3, 10), (3, 10)]),
            ("with meals", at_events(&[When::WithMeals]), 1, vec![(3, 12), (3, 18)]),
            ("before bed", at_events(&[When::Bed]), 2, vec![(3, 22), (4, 22)]),
            ("once", Timing { count: Some(1), ..Timing::default() }, 9, vec![(3, 9)]),
            (
                "five times in all",
                Timing { count: Some(5), ..every(2, 1.0, Day) },
                9,
                vec![(3, 20), (4, 8), (4, 20), (5, 8), (5, 20)],
            ),
            ("as needed", Timing { as_needed: true, ..every(4, 1.0, Day) }, 9, vec![]),
        ] {
            assert_eq!(due(&timing, days), Ok(wanted), "{what}");
        }
    }

    #[test]
    fn what_says_two_things_or_nothing_is_refused() {
        use PeriodUnit::{Day, Hour, Month, Second, Week};
        let every = Timing::every;
        for (what, timing, wanted) in [
            ("nothing", Timing::default(), NotATiming::NothingSaid),
            (
                "how often of no period",
                Timing { frequency: Some(2), ..Timing::default() },
                NotATiming::NothingSaid,
            ),
            ("twice a day at one time", times(every(2, 1.0, Day), &[8]), NotATiming::Differs),
            ("every six hours at 8", times(every(1, 6.0, Hour), &[8]), NotATiming::Differs),
            (
                "twice a week on three days",
                Timing { days_of_week: vec![0, 2, 4], ..every(2, 1.0, Week) },
                NotATiming::Differs,
            ),
            ("three times a month", every(3, 1.0, Month), NotATiming::Days),
            ("every month and a half", every(1, 1.5, Month), NotATiming::Days),
            ("five times in two days", every(5, 2.0, Day), NotATiming::Days),
            ("a hundred times a day", every(100, 1.0, Day), NotATiming::TooMany),
            ("each second of a fortnight", every(1, 1.0, Second), NotATiming::TooMany),
        ] {
            assert_eq!(due(&timing, 14), Err(wanted), "{what}");
        }
    }

    #[test]
    fn in_a_range_of_periods_it_may_be_taken_earlier() {
        let period = Some(Period { length: 4.0, max: Some(6.0), unit: PeriodUnit::Hour });
        let timing = Timing { period, ..Timing::default() };
        let start = at("2026-03-03T09:00Z");
        let asked = TimeRange::starting(start, 12 * HOUR_MS);
        let found = timing.due(start, asked, &WallClock::UTC, &Rhythm::USUAL).unwrap();
        let hours: Vec<_> = found
            .iter()
            .map(|due| (due.from.ms_since(start) / HOUR_MS, due.at.ms_since(start) / HOUR_MS))
            .collect();
        assert_eq!(hours, [(0, 0), (4, 6)]);
    }
}
