//! When a medicine is due: a timing expanded where the person lives.
//!
//! Times of the day and days of the calendar follow the clock on the wall; hours, minutes and parts of days follow elapsed time. A time
//! that the clock leaps over is due as long after the change (02:30 at 03:30), one that it shows twice the first time: no dose is
//! lost in spring and none comes twice in autumn. A day that was leapt over whole has none.

use crate::{DAY_MS, Instant, TimeRange, WallClock};

use super::cycle::Cycle;
use super::timing::{Bounds, NotATiming, PeriodUnit, Timing};
use super::{Due, Rhythm, Stated};

/// More is no prescription.
const MOST: usize = 100_000;
/// Nothing was written longer ago, or will be: some 30,000 years. Beyond that sums of times would end at the end of time.
const FAR_MS: i64 = 1_000_000_000_000_000;

impl Timing {
    /// What is due from the first moment of a range up to its last, which itself belongs to the next one, in order. Of a medicine that is
    /// taken as needed nothing is. A prescription counts from its bounds' beginning, or from when it was written.
    ///
    /// # Errors
    /// Where it says nothing that can be due, two things that differ, or more than 100,000 times.
    pub fn due(
        &self,
        written_at: Instant,
        asked: TimeRange,
        clock: &WallClock,
        rhythm: &Rhythm,
    ) -> Result<Vec<Due>, NotATiming> {
        if self.as_needed {
            self.check()?;
            return Ok(Vec::new());
        }
        let cycle = Cycle::of(self, rhythm)?;
        if self.count.is_some_and(|count| count as usize > MOST) {
            return Err(NotATiming::TooMany);
        }
        let (start, end) = self.ends(written_at, clock);
        let start = Instant(start.0.clamp(-FAR_MS, FAR_MS));
        let mut found = Vec::new();
        let mut counted = 0usize;
        let most = self.count.map_or(usize::MAX, |count| count as usize);
        let mut take = |due: Due| {
            counted += 1;
            let goes_on = counted <= most && due.at <= end && due.at < asked.to();
            if goes_on && due.at >= asked.from() {
                found.push(due);
            }
            goes_on && found.len() <= MOST
        };
        match cycle {
            Cycle::Once => {
                take(Due { at: start, from: start, stated: Stated::Assumed });
            }
            Cycle::Elapsed { step_ms, earlier_ms } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "nothing before the start, and too far is the end of time"
                )]
                let skipped = (asked.from().ms_since(start) as f64 / step_ms).max(0.0) as usize;
                // What is counted is counted from the first.
                let first = if self.count.is_some() { 0 } else { skipped.saturating_sub(1) };
                let mut due = (first..).map(|n| {
                    let at = start.after(n, step_ms);
                    let from = if n == 0 { at } else { at - earlier_ms };
                    Due { at, from, stated: Stated::Time }
                });
                while due.next().is_some_and(&mut take) {}
            }
            Cycle::Days { days, times, earlier_days } => {
                // What is counted is counted from the first.
                let wanted = self.count.is_none().then(|| clock.date(asked.from()));
                let last = clock.date(asked.to()).plus_days(1);
                let dates = days.from(clock.date(start), wanted).take_while(|date| *date <= last);
                let mut all = dates.flat_map(|date| {
                    times.iter().filter_map(move |(ms, stated)| {
                        let at = clock.moment(date, *ms).filter(|at| *at >= start)?;
                        let from = clock.when(clock.shows(at) - earlier_days * DAY_MS).max(start);
                        Some(Due { at, from, stated: *stated })
                    })
                });
                while all.next().is_some_and(&mut take) {}
            }
        }
        if found.len() > MOST { Err(NotATiming::TooMany) } else { Ok(found) }
    }

    /// Its first moment and its last.
    fn ends(&self, written_at: Instant, clock: &WallClock) -> (Instant, Instant) {
        let always = Instant(i64::MAX);
        match self.bounds {
            None => (written_at, always),
            Some(Bounds::Between(from, to)) => (from.unwrap_or(written_at), to.unwrap_or(always)),
            Some(Bounds::Lasts(length, unit)) => {
                let length = i64::from(length);
                let date = clock.date(written_at);
                let until = match unit {
                    PeriodUnit::Day => date.plus_days(length),
                    PeriodUnit::Week => date.plus_days(7 * length),
                    PeriodUnit::Month => date.plus_months(length),
                    PeriodUnit::Year => date.plus_months(12 * length),
                    other => return (written_at, written_at + (other.ms().unwrap_or_default() * length - 1)),
                };
                // Ten days from 8:00 on are over just before 8:00 of the eleventh.
                let midnight = until.number.saturating_mul(DAY_MS);
                let end = clock.when(midnight.saturating_add(clock.time_of_day(written_at)));
                (written_at, end - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Period, When};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{HOUR_MS, MINUTE_MS};
    use proptest::prelude::*;

    const ZONES: [&str; 5] =
        ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo"];

    fn clock(zone: &str) -> WallClock {
        clock_of(zone, "2024-06-01T00:00Z", "2028-06-01T00:00Z")
    }

    fn due(timing: &Timing, from: &str, to: &str, zone: &str) -> Vec<Instant> {
        let asked = TimeRange::new(at(from), at(to)).unwrap();
        let found = timing.due(at("2026-01-01T00:00Z"), asked, &clock(zone), &Rhythm::USUAL).unwrap();
        found.into_iter().map(|due| due.at).collect()
    }

    #[test]
    fn both_changes_of_the_clock_lose_no_dose_and_double_none() {
        let half_past_two = Timing::daily_at(&[2 * HOUR_MS + 30 * MINUTE_MS]);
        let spring = due(&half_past_two, "2026-03-28T12:00Z", "2026-03-30T12:00Z", "Europe/Berlin");
        assert_eq!(spring, [at("2026-03-29T01:30Z"), at("2026-03-30T00:30Z")], "03:30, and 02:30 again");
        let autumn = due(&half_past_two, "2026-10-24T12:00Z", "2026-10-26T12:00Z", "Europe/Berlin");
        assert_eq!(autumn, [at("2026-10-25T00:30Z"), at("2026-10-26T01:30Z")], "the first of two");
        let six_hours = Timing::every(1, 6.0, PeriodUnit::Hour);
        let night = due(&six_hours, "2026-10-24T23:00Z", "2026-10-25T12:00Z", "Europe/Berlin");
        assert_eq!(night, [at("2026-10-25T00:00Z"), at("2026-10-25T06:00Z")], "six hours are six hours");
    }

    #[test]
    fn the_last_of_the_month_stays_the_last() {
        let monthly =
            Timing { time_of_day_ms: vec![8 * HOUR_MS], ..Timing::every(1, 1.0, PeriodUnit::Month) };
        let asked = TimeRange::new(at("2026-01-01T00:00Z"), at("2026-05-01T00:00Z")).unwrap();
        let found = monthly.due(at("2026-01-31T00:00Z"), asked, &WallClock::UTC, &Rhythm::USUAL).unwrap();
        let dates: Vec<_> = found.iter().map(|due| WallClock::UTC.date(due.at).to_string()).collect();
        assert_eq!(dates, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
    }

    #[test]
    fn bounds_are_kept_at_both_ends() {
        let eight = Timing::daily_at(&[8 * HOUR_MS]);
        let between = |from: Option<&str>, to: Option<&str>| Timing {
            bounds: Some(Bounds::Between(from.map(at), to.map(at))),
            ..eight.clone()
        };
        let days =
            |timing: &Timing| -> usize { due(timing, "2026-01-01T00:00Z", "2026-02-01T00:00Z", "UTC").len() };
        assert_eq!(days(&eight), 31);
        assert_eq!(days(&between(Some("2026-01-10T08:00Z"), Some("2026-01-12T08:00Z"))), 3);
        assert_eq!(days(&between(Some("2026-01-10T08:01Z"), None)), 21);
        assert_eq!(days(&between(None, Some("2026-01-01T00:00Z"))), 0);
        let lasts = |length, unit| Timing { bounds: Some(Bounds::Lasts(length, unit)), ..eight.clone() };
        assert_eq!(days(&lasts(10, PeriodUnit::Day)), 10);
        assert_eq!(days(&lasts(2, PeriodUnit::Week)), 14);
        assert_eq!((days(&lasts(32, PeriodUnit::Hour)), days(&lasts(33, PeriodUnit::Hour))), (1, 2));
    }

    #[test]
    fn all_of_time_has_too_many_doses_and_not_one_that_is_counted() {
        let of = |timing: &Timing| timing.due(Instant(0), TimeRange::ALL, &WallClock::UTC, &Rhythm::USUAL);
        let eight = Timing::daily_at(&[8 * HOUR_MS]);
        assert_eq!(of(&eight), Err(NotATiming::TooMany));
        assert_eq!(of(&Timing { count: Some(7), ..eight.clone() }).unwrap().len(), 7);
        // Since the beginning of time, and asked for today: nobody goes through all the days between.
        let ever = Some(Bounds::Between(Some(Instant(i64::MIN)), None));
        let today = TimeRange::new(at("2026-03-01T00:00Z"), at("2026-03-08T00:00Z")).unwrap();
        let week = Timing::every(1, 1.0, PeriodUnit::Week);
        for (timing, wanted) in [
            (eight, 7),
            (Timing::every(1, 1.0, PeriodUnit::Month), 0),
            (Timing { days_of_week: vec![0, 3], ..week }, 2),
            (Timing::every(1, 6.0, PeriodUnit::Hour), 28),
        ] {
            let timing = Timing { bounds: ever, ..timing };
            let found = timing.due(Instant(0), today, &WallClock::UTC, &Rhythm::USUAL).unwrap();
            assert!(
                found.len() == wanted || (wanted == 0 && found.len() <= 1),
                "{timing:?}: {}",
                found.len()
            );
        }
    }

    /// Anything that a server may send, whether it makes sense or not.
    fn any_timing() -> impl Strategy<Value = Timing> {
        let units = [
            PeriodUnit::Second,
            PeriodUnit::Minute,
            PeriodUnit::Hour,
            PeriodUnit::Day,
            PeriodUnit::Week,
            PeriodUnit::Month,
            PeriodUnit::Year,
        ];
        let number = prop_oneof![0.0f64..10.0, (0i32..40).prop_map(f64::from), any::<f64>()];
        let unit = proptest::sample::select(units.to_vec());
        let period = (number.clone(), proptest::option::of(number), unit.clone())
            .prop_map(|(length, max, unit)| Period { length, max, unit });
        let bounds = prop_oneof![
            (proptest::option::of(any::<i64>()), proptest::option::of(any::<i64>()))
                .prop_map(|(from, to)| Bounds::Between(from.map(Instant), to.map(Instant))),
            (any::<u32>(), unit).prop_map(|(length, unit)| Bounds::Lasts(length, unit)),
        ];
        let often = (
            proptest::option::of(prop_oneof![0u32..9, any::<u32>()]),
            proptest::option::of(period),
            proptest::option::of(bounds),
            proptest::option::of(prop_oneof![0u32..9, any::<u32>()]),
        );
        let times = (
            proptest::collection::vec(proptest::sample::select(When::ALL.to_vec()), 0..3),
            prop_oneof![Just(0u32), any::<u32>()],
            proptest::collection::vec(-10i64..DAY_MS + 10, 0..3),
            proptest::collection::vec(0u8..8, 0..4),
        );
        (often, times, any::<bool>()).prop_map(|(often, times, as_needed)| {
            let (frequency, period, bounds, count) = often;
            let (when, offset_min, time_of_day_ms, days_of_week) = times;
            Timing {
                frequency,
                period,
                when,
                offset_min,
                time_of_day_ms,
                days_of_week,
                bounds,
                count,
                as_needed,
            }
        })
    }

    proptest! {
        #[test]
        fn whatever_a_prescription_says_it_is_due_in_order_within_its_bounds_or_refused(
            timing in any_timing(), start in 0i64..400, days in 0i64..60,
        ) {
            let clock = clock("Europe/Berlin");
            let asked = TimeRange::starting(at("2026-01-01T00:00Z") + start * DAY_MS, days * DAY_MS);
            if let Ok(found) = timing.due(at("2026-02-01T07:00Z"), asked, &clock, &Rhythm::USUAL) {
                prop_assert!(found.is_sorted_by_key(|due| due.at));
                prop_assert!(found.iter().all(|due| asked.from() <= due.at && due.at < asked.to() && due.from <= due.at));
                prop_assert!(timing.count.is_none_or(|count| found.len() <= count as usize));
                if let Some(Bounds::Between(from, to)) = timing.bounds {
                    prop_assert!(found.iter().all(|due| from.is_none_or(|from| from <= due.at)));
                    prop_assert!(found.iter().all(|due| to.is_none_or(|to| due.at <= to)));
                }
                prop_assert!(!timing.as_needed || found.is_empty());
            }
        }

        #[test]
        fn each_day_has_its_dose_once_at_the_time_on_the_wall(
            minute in 0i64..24 * 60, day in 0i64..700, zone in 0usize..5,
        ) {
            let clock = clock(ZONES[zone]);
            let start = at("2026-01-01T00:00Z") + day * DAY_MS;
            let asked = TimeRange::starting(start, 10 * DAY_MS);
            let timing = Timing::daily_at(&[minute * MINUTE_MS]);
            let found = timing.due(at("2025-12-01T00:00Z"), asked, &clock, &Rhythm::USUAL).unwrap();
            prop_assert!((9..=11).contains(&found.len()));
            for pair in found.windows(2) {
                prop_assert_eq!(clock.date(pair[1].at).number, clock.date(pair[0].at).number + 1);
            }
            for due in found {
                let shown = clock.time_of_day(due.at) / MINUTE_MS;
                // Where the clock leapt over it, it is later by what it leapt: an hour at the most.
                prop_assert!(shown == minute || (shown > minute && shown <= minute + 60), "{} {}", shown, minute);
            }
        }

        #[test]
        fn what_is_due_does_not_depend_on_how_it_is_asked_for(
            frequency in 1u32..4, length in 1u8..5, unit in 0usize..6, zone in 0usize..5, cut in 1i64..40 * 24,
        ) {
            let units = [PeriodUnit::Hour, PeriodUnit::Day, PeriodUnit::Week, PeriodUnit::Month, PeriodUnit::Year, PeriodUnit::Minute];
            let length = f64::from(length) * if units[unit] == PeriodUnit::Minute { 30.0 } else { 1.0 };
            let timing = Timing::every(frequency, length, units[unit]);
            let clock = clock(ZONES[zone]);
            let (written, start) = (at("2026-01-15T13:20Z"), at("2026-02-25T00:00Z"));
            let end = start + 40 * DAY_MS;
            let cut = start + cut * HOUR_MS;
            let of = |from, to| timing.due(written, TimeRange::new(from, to).unwrap(), &clock, &Rhythm::USUAL);
            let Ok(whole) = of(start, end) else { return Ok(()) };
            let mut parts = of(start, cut).unwrap();
            parts.extend(of(cut, end).unwrap());
            prop_assert!(whole.is_sorted_by_key(|due| due.at));
            prop_assert_eq!(parts, whole);
        }
    }
}
