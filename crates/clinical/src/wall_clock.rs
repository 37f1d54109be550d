//! The clock on the wall where somebody lives: how far it is ahead of UTC, and from when on.
//!
//! It is handed in, so that days and times of day are worked out here without a table of zones. Summer time, zones of half an hour,
//! and journeys are all the same: from one moment on the clock shows something else. Deliberately not here: names of zones.

use std::collections::BTreeMap;

use crate::{DAY_MS, Date, Instant, TimeRange};

/// How far the clock on the wall is ahead of UTC, for each moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WallClock {
    first_ms: i64,
    changes: Vec<(Instant, i64)>,
}

/// A day of the calendar as it was lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarDay {
    /// Which.
    pub date: Date,
    /// Its true length in milliseconds: 23 h where the clock was put forward, 25 h where it was put back.
    pub length_ms: i64,
    /// How much of it lies in what was asked for, in milliseconds.
    pub asked_ms: i64,
}

impl WallClock {
    /// A clock that shows UTC.
    pub const UTC: WallClock = WallClock { first_ms: 0, changes: Vec::new() };

    /// A clock that is `first_ms` milliseconds ahead of UTC, until it is changed: at each moment of `changes` to so many.
    pub fn new(first_ms: i64, changes: impl IntoIterator<Item = (Instant, i64)>) -> WallClock {
        let mut changes: Vec<_> = changes.into_iter().collect();
        changes.sort_by_key(|(at, _)| *at);
        WallClock { first_ms, changes }
    }

    /// This clock until a moment, and another one from then on: whoever crosses into another zone.
    #[must_use]
    pub fn then(mut self, at: Instant, other: &WallClock) -> WallClock {
        self.changes.retain(|(change, _)| *change < at);
        self.changes.push((at, other.ahead_ms(at)));
        self.changes.extend(other.changes.iter().filter(|(change, _)| *change > at));
        self
    }

    /// Milliseconds that it is ahead of UTC at a moment.
    pub fn ahead_ms(&self, at: Instant) -> i64 {
        let passed = self.changes.partition_point(|(change, _)| *change <= at);
        passed.checked_sub(1).map_or(self.first_ms, |last| self.changes[last].1)
    }

    /// What it shows: milliseconds since it showed 1970-01-01T00:00.
    pub fn shows(&self, at: Instant) -> i64 {
        at.0.saturating_add(self.ahead_ms(at))
    }

    /// The date at a moment.
    pub fn date(&self, at: Instant) -> Date {
        Date { number: self.shows(at).div_euclid(DAY_MS) }
    }

    /// The moment when it shows a time, given as milliseconds since it showed 1970-01-01T00:00. Of two, where it was put back, the
    /// first; of none, where it was put forward over that time, as long after the change as it would have been without one
    /// (RFC 5545, 3.3.5): 02:30 becomes 03:30.
    pub fn when(&self, shown_ms: i64) -> Instant {
        let starts = std::iter::once(Instant(i64::MIN)).chain(self.changes.iter().map(|(at, _)| *at));
        let aheads = std::iter::once(self.first_ms).chain(self.changes.iter().map(|(_, ahead)| *ahead));
        let ends = self.changes.iter().map(|(at, _)| *at).chain([Instant(i64::MAX)]);
        let mut before = self.first_ms;
        for ((start, end), ahead) in starts.zip(ends).zip(aheads) {
            let at = Instant(shown_ms.saturating_sub(ahead));
            if at < start {
                return Instant(shown_ms.saturating_sub(before));
            }
            if at < end {
                return at;
            }
            before = ahead;
        }
        Instant(shown_ms.saturating_sub(before))
    }

    /// The moment of a time of day on a date, by [`WallClock::when`]; nothing where that date was leapt over whole.
    pub fn moment(&self, date: Date, of_day_ms: i64) -> Option<Instant> {
        let at = self.when(date.number.saturating_mul(DAY_MS).saturating_add(of_day_ms));
        (self.date(at) == date).then_some(at)
    }

    /// Milliseconds since midnight as it shows them.
    pub fn time_of_day(&self, at: Instant) -> i64 {
        self.shows(at).rem_euclid(DAY_MS)
    }

    /// The days from the first moment of a range up to its last, which itself belongs no more to it, in order of their dates.
    pub fn days(&self, asked: TimeRange) -> Vec<CalendarDay> {
        let mut days = BTreeMap::new();
        // A day that is asked for in part is counted whole, wherever its clock was changed.
        self.add_up(asked.widened(2 * DAY_MS), |date, ms| days.entry(date).or_insert((0, 0)).0 += ms);
        self.add_up(asked, |date, ms| days.entry(date).or_insert((0, 0)).1 += ms);
        days.into_iter()
            .filter(|(_, (_, asked_ms))| *asked_ms > 0)
            .map(|(date, (length_ms, asked_ms))| CalendarDay { date, length_ms, asked_ms })
            .collect()
    }

    /// Tells each stretch of one date in a range. Where the clock was put back over midnight, a date comes several times.
    fn add_up(&self, range: TimeRange, mut tell: impl FnMut(Date, i64)) {
        let mut at = range.from();
        while at < range.to() {
            let passed = self.changes.partition_point(|(change, _)| *change <= at);
            let until = self.changes.get(passed).map_or(range.to(), |(change, _)| (*change).min(range.to()));
            let date = self.date(at);
            let midnight = at + (DAY_MS - self.shows(at).rem_euclid(DAY_MS));
            let end = midnight.min(until);
            tell(date, end.ms_since(at));
            at = end;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::HOUR_MS;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    /// The clock of a zone.
    pub(crate) fn clock_of(zone: &str, from: &str, to: &str) -> WallClock {
        let zone = TimeZone::get(zone).expect("the zones of this machine (package tzdata)");
        let [from, to] = [from, to].map(|text| text.parse::<Timestamp>().unwrap());
        let ms = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1000;
        let changes = zone.following(from).take_while(|change| change.timestamp() < to);
        let changes =
            changes.map(|change| (Instant(change.timestamp().as_millisecond()), ms(change.offset())));
        WallClock::new(ms(zone.to_offset(from)), changes.collect::<Vec<_>>())
    }

    pub(crate) fn at(text: &str) -> Instant {
        Instant(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn lengths(zone: &str, from: &str, to: &str) -> Vec<(String, i64)> {
        let clock = clock_of(zone, "2010-01-01T00:00Z", "2027-12-01T00:00Z");
        let days = clock.days(TimeRange::new(at(from), at(to)).unwrap());
        days.iter().map(|day| (day.date.to_string(), day.length_ms / (HOUR_MS / 2))).collect()
    }

    #[test]
    fn a_day_is_as_long_as_it_was_where_the_person_lives() {
        let halves = |days: &[(&str, i64)]| -> Vec<(String, i64)> {
            days.iter().map(|(date, half)| ((*date).to_owned(), *half)).collect()
        };
        let noon = |from, to| (format!("{from}T12:00:00Z"), format!("{to}T12:00:00Z"));
        for (zone, from, to, wanted) in [
            (
                "Europe/Berlin",
                "2026-03-28",
                "2026-03-30",
                halves(&[("2026-03-28", 48), ("2026-03-29", 46), ("2026-03-30", 48)]),
            ),
            ("Europe/Berlin", "2026-10-24", "2026-10-25", halves(&[("2026-10-24", 48), ("2026-10-25", 50)])),
            // Half an hour forward and back.
            (
                "Australia/Lord_Howe",
                "2026-04-04",
                "2026-04-05",
                halves(&[("2026-04-04", 48), ("2026-04-05", 49)]),
            ),
            ("Asia/Kolkata", "2026-03-29", "2026-03-29", halves(&[])),
            ("Asia/Kathmandu", "2026-03-29", "2026-03-30", halves(&[("2026-03-29", 48), ("2026-03-30", 48)])),
            // Midnight itself is missing, and a whole day.
            ("Africa/Cairo", "2026-04-23", "2026-04-24", halves(&[("2026-04-23", 48), ("2026-04-24", 46)])),
            (
                "Pacific/Apia",
                "2011-12-29",
                "2011-12-31",
                halves(&[("2011-12-29", 48), ("2011-12-31", 48), ("2012-01-01", 48)]),
            ),
        ] {
            let (from, to) = noon(from, to);
            let found = lengths(zone, &from, &to);
            assert_eq!(found, wanted, "{zone}");
        }
    }

    #[test]
    fn whoever_flies_west_lives_a_longer_day() {
        let berlin = clock_of("Europe/Berlin", "2026-05-01T00:00Z", "2026-07-01T00:00Z");
        let york = clock_of("America/New_York", "2026-05-01T00:00Z", "2026-07-01T00:00Z");
        let clock = berlin.then(at("2026-06-02T15:00Z"), &york);
        let days = clock.days(TimeRange::new(at("2026-05-31T22:00Z"), at("2026-06-04T04:00Z")).unwrap());
        let hours: Vec<_> =
            days.iter().map(|day| (day.length_ms / HOUR_MS, day.asked_ms / HOUR_MS)).collect();
        assert_eq!(hours, [(24, 24), (30, 30), (24, 24)]);
    }

    #[test]
    fn a_date_that_was_leapt_over_has_no_moment() {
        let apia = clock_of("Pacific/Apia", "2011-01-01T00:00Z", "2012-12-01T00:00Z");
        let eight = |day| apia.moment(Date::of(2011, 12, day), 8 * HOUR_MS);
        assert_eq!((eight(29), eight(30)), (Some(at("2011-12-29T18:00Z")), None));
        assert_eq!(eight(31), Some(at("2011-12-30T18:00Z")));
    }

    proptest! {
        #[test]
        fn a_time_on_the_wall_is_the_moment_that_calendars_take_it_for(
            minutes in 0i64..60 * 24 * 700, zone in 0usize..6,
        ) {
            let names = ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia"];
            let clock = clock_of(names[zone], "2010-06-01T00:00Z", "2030-06-01T00:00Z");
            let zone = TimeZone::get(names[zone]).unwrap();
            for first in [jiff::civil::date(2011, 1, 1), jiff::civil::date(2025, 7, 1)] {
                let civil = first.at(0, 0, 0, 0).checked_add(jiff::Span::new().minutes(minutes)).unwrap();
                let shown = TimeZone::UTC.to_timestamp(civil).unwrap().as_millisecond();
                let wanted = zone.to_ambiguous_timestamp(civil).compatible().unwrap();
                prop_assert_eq!(clock.when(shown), Instant(wanted.as_millisecond()), "{}", civil);
            }
        }

        #[test]
        fn days_share_out_what_was_asked_for_and_are_no_longer_than_they_were(
            start in 0i64..365 * 24 * 4, quarters in 0i64..3000, zone in 0usize..5,
        ) {
            let names = ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo"];
            let clock = clock_of(names[zone], "2025-06-01T00:00Z", "2027-06-01T00:00Z");
            let zone = TimeZone::get(names[zone]).unwrap();
            let asked = TimeRange::starting(at("2026-01-01T00:00Z") + start * HOUR_MS / 4, quarters * HOUR_MS / 4);
            let days = clock.days(asked);
            prop_assert_eq!(days.iter().map(|day| day.asked_ms).sum::<i64>(), asked.length());
            for day in days {
                let (year, month, number) = day.date.ymd();
                let civil = jiff::civil::date(i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), i8::try_from(number).unwrap());
                let begins = |date: jiff::civil::Date| zone.to_timestamp(date.at(0, 0, 0, 0)).unwrap().as_millisecond();
                prop_assert_eq!(day.length_ms, begins(civil.tomorrow().unwrap()) - begins(civil));
                prop_assert!(day.asked_ms <= day.length_ms);
            }
        }
    }
}
