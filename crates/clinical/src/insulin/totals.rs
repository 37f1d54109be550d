//! How much insulin on each day of the calendar, where the person was.

use std::collections::BTreeMap;

use crate::{CalendarDay, TimeRange, WallClock};

use super::{InsulinKind, Role, Shot};

/// Insulin of one day, in units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InsulinDay {
    /// The day, with its true length and how much of it was asked for.
    pub day: CalendarDay,
    /// Doses of rapid insulin.
    pub rapid: f64,
    /// Doses of long-acting insulin.
    pub long: f64,
    /// Doses of insulin that nobody named.
    pub unknown: f64,
    /// Into the air; in no other sum.
    pub priming: f64,
    /// How many doses.
    pub doses: usize,
    /// How many records said once more what another had said.
    pub doubled: usize,
}

impl InsulinDay {
    /// All that went into the person.
    pub fn total(&self) -> f64 {
        self.rapid + self.long + self.unknown
    }
}

/// Each day of a range, those without a dose among them, from its first moment up to its last, which belongs to it no more.
pub fn daily_totals(shots: &[Shot], range: TimeRange, clock: &WallClock) -> Vec<InsulinDay> {
    let empty =
        |day| InsulinDay { day, rapid: 0.0, long: 0.0, unknown: 0.0, priming: 0.0, doses: 0, doubled: 0 };
    let mut days: BTreeMap<_, _> = clock.days(range).into_iter().map(|day| (day.date, empty(day))).collect();
    for shot in shots.iter().filter(|shot| range.from() <= shot.at() && shot.at() < range.to()) {
        let Some(day) = days.get_mut(&clock.date(shot.at())) else { continue };
        day.doubled += shot.again.len();
        let sum = match (&shot.role, shot.kind()) {
            (Role::Priming { .. }, _) => &mut day.priming,
            (_, InsulinKind::Rapid) => &mut day.rapid,
            (_, InsulinKind::Long) => &mut day.long,
            (_, InsulinKind::Unknown) => &mut day.unknown,
        };
        *sum += shot.units();
        day.doses += usize::from(shot.counts());
    }
    days.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, any_records, long, rapid, record};
    use super::super::{PrimingRule, shots};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{DAY_MS, HOUR_MS};
    use proptest::prelude::*;

    #[test]
    fn a_dose_before_midnight_is_of_that_day_where_the_person_lives() {
        let kolkata = clock_of("Asia/Kolkata", "2026-01-01T00:00Z", "2027-01-01T00:00Z");
        // Midnight in Kolkata is 18:30 UTC.
        let records = [rapid(18 * 60 + 20, 6.0), rapid(18 * 60 + 40, 4.0), long(20 * 60, 20.0)];
        let range = TimeRange::new(at("2026-03-01T18:30Z"), at("2026-03-04T18:30Z")).unwrap();
        let days = daily_totals(&shots(&records, PrimingRule::USUAL), range, &kolkata);
        let told: Vec<_> = days.iter().map(|d| (d.day.date.to_string(), d.rapid, d.long, d.doses)).collect();
        let wanted = [("2026-03-02", 6.0, 0.0, 1), ("2026-03-03", 4.0, 20.0, 2), ("2026-03-04", 0.0, 0.0, 0)];
        assert_eq!(told, wanted.map(|(date, rapid, long, n)| (date.to_owned(), rapid, long, n)));
    }

    #[test]
    fn a_day_of_23_hours_is_one_day_and_primings_and_doubles_are_told_beside_it() {
        let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2027-01-01T00:00Z");
        let spring = at("2026-03-28T23:00Z");
        let minutes = spring.ms_since(START) / crate::MINUTE_MS;
        let records = [
            rapid(minutes, 2.0),
            rapid(minutes + 1, 8.0),
            record("file", "fast", minutes + 1, 8.0, InsulinKind::Rapid),
            rapid(minutes + 23 * 60 - 1, 3.0),
            rapid(minutes + 23 * 60, 5.0),
        ];
        let range = TimeRange::starting(spring, 23 * HOUR_MS);
        let days = daily_totals(&shots(&records, PrimingRule::USUAL), range, &berlin);
        assert_eq!(days.len(), 1);
        let day = days[0];
        assert_eq!((day.rapid, day.priming, day.doses, day.doubled), (11.0, 2.0, 2, 1));
        assert_eq!(day.day.length_ms, 23 * HOUR_MS);
    }

    proptest! {
        #[test]
        fn the_days_together_are_what_was_given(records in any_records(), zone in 0usize..3) {
            let zone = ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"][zone];
            let clock = clock_of(zone, "2026-01-01T00:00Z", "2027-01-01T00:00Z");
            let found = shots(&records, PrimingRule::USUAL);
            let days = daily_totals(&found, TimeRange::starting(START, 3 * DAY_MS), &clock);
            let (sum, air): (f64, f64) = days.iter().fold((0.0, 0.0), |sum, d| (sum.0 + d.total(), sum.1 + d.priming));
            let given: f64 = found.iter().filter(|s| s.counts()).map(Shot::units).sum();
            let all: f64 = found.iter().map(Shot::units).sum();
            prop_assert!((sum - given).abs() < 1e-9 && (sum + air - all).abs() < 1e-9);
        }
    }
}
