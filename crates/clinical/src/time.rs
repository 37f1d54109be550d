//! The one notion of time that every room shares: moments, how long something lasts, and ranges.
//!
//! Deliberately not here: a clock, a time zone, and what the clock on the wall shows (`wall_clock`).

use std::ops::{Add, Sub};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds of a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of 24 hours. A day of the calendar can be an hour longer or shorter.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment: milliseconds since 1970-01-01T00:00:00 UTC. FHIR `instant` has the same resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Milliseconds from `earlier` to `self`; negative where `self` is the earlier one.
    pub const fn ms_since(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment of value number `n` of those that come every `period_ms` from here on, to the nearest millisecond. Where that is
    /// beyond the end of time, it is the end.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too long for it ends at the end of time too"
    )]
    pub fn after(self, n: usize, period_ms: f64) -> Instant {
        self + (n as f64 * period_ms).round() as i64
    }
}

impl From<SystemTime> for Instant {
    /// What lies before 1970 or beyond the end of time is held there.
    fn from(time: SystemTime) -> Instant {
        let since = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
        Instant(i64::try_from(since).unwrap_or(i64::MAX))
    }
}

impl Add<i64> for Instant {
    type Output = Instant;

    /// Moves by milliseconds, saturating at the ends of time.
    fn add(self, ms: i64) -> Instant {
        Instant(self.0.saturating_add(ms))
    }
}

impl Sub<i64> for Instant {
    type Output = Instant;

    fn sub(self, ms: i64) -> Instant {
        Instant(self.0.saturating_sub(ms))
    }
}

/// A part of time, from its first moment to its last. Both belong to it: who asks for the values from eight to nine is shown
/// the one of nine o'clock. It is never reversed, but it can be a single moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeRange {
    from: Instant,
    to: Instant,
}

/// The end of a range lies before its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the range ends before it begins: its end must be after its beginning")]
pub struct Reversed;

impl TimeRange {
    /// From one moment to another.
    ///
    /// # Errors
    /// Where the second lies before the first.
    pub const fn new(from: Instant, to: Instant) -> Result<TimeRange, Reversed> {
        if to.0 < from.0 { Err(Reversed) } else { Ok(TimeRange { from, to }) }
    }

    /// As [`TimeRange::new`], of milliseconds since 1970 UTC.
    ///
    /// # Errors
    /// Where the second lies before the first.
    pub const fn of_ms(from: i64, to: i64) -> Result<TimeRange, Reversed> {
        TimeRange::new(Instant(from), Instant(to))
    }

    /// The last `ms` milliseconds before a moment, and that moment.
    pub fn last(ms: i64, until: Instant) -> TimeRange {
        TimeRange { from: until - ms.max(0), to: until }
    }

    /// What begins at a moment and lasts `ms` milliseconds.
    pub fn starting(from: Instant, ms: i64) -> TimeRange {
        TimeRange { from, to: from + ms.max(0) }
    }

    /// All of time.
    pub const ALL: TimeRange = TimeRange { from: Instant(i64::MIN), to: Instant(i64::MAX) };

    /// Everything up to a moment.
    pub const fn until(to: Instant) -> TimeRange {
        TimeRange { to, ..TimeRange::ALL }
    }

    /// Everything from a moment on.
    pub const fn since(from: Instant) -> TimeRange {
        TimeRange { from, ..TimeRange::ALL }
    }

    /// Its first moment.
    pub const fn from(self) -> Instant {
        self.from
    }

    /// Its last moment.
    pub const fn to(self) -> Instant {
        self.to
    }

    /// First and last moment as milliseconds since 1970 UTC.
    pub const fn ms(self) -> (i64, i64) {
        (self.from.0, self.to.0)
    }

    /// Milliseconds from its first moment to its last.
    pub const fn length(self) -> i64 {
        self.to.ms_since(self.from)
    }

    /// Whether it is a single moment.
    pub const fn is_moment(self) -> bool {
        self.from.0 == self.to.0
    }

    /// Whether a moment lies in it.
    pub fn contains(self, at: Instant) -> bool {
        self.from <= at && at <= self.to
    }

    /// The moment of the range that is nearest to `at`.
    pub fn clamp(self, at: Instant) -> Instant {
        at.clamp(self.from, self.to)
    }

    /// What two ranges have in common; a single moment where one ends as the other begins.
    pub fn overlap(self, other: TimeRange) -> Option<TimeRange> {
        TimeRange::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }

    /// The range with a margin of `ms` milliseconds on both sides.
    pub fn widened(self, ms: i64) -> TimeRange {
        let ms = ms.max(0);
        TimeRange { from: self.from - ms, to: self.to + ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reversed_range_is_refused_and_a_single_moment_is_one() {
        assert_eq!(TimeRange::of_ms(2, 1), Err(Reversed));
        let moment = TimeRange::of_ms(2, 2).expect("a range");
        assert!(moment.is_moment() && moment.contains(Instant(2)) && !moment.contains(Instant(3)));
    }

    #[test]
    fn the_value_at_the_end_of_what_was_asked_for_is_in_it() {
        let hour = TimeRange::last(HOUR_MS, Instant(9 * HOUR_MS));
        assert_eq!((hour.ms(), hour.length()), ((8 * HOUR_MS, 9 * HOUR_MS), HOUR_MS));
        assert!(hour.contains(Instant(8 * HOUR_MS)) && hour.contains(Instant(9 * HOUR_MS)));
        assert!(!hour.contains(Instant(8 * HOUR_MS - 1)) && !hour.contains(Instant(9 * HOUR_MS + 1)));
        assert_eq!(TimeRange::starting(hour.from(), HOUR_MS), hour);
    }

    #[test]
    fn a_range_at_the_end_of_time_does_not_wrap() {
        let end = TimeRange::starting(Instant(i64::MAX - 1), DAY_MS);
        assert_eq!(end.to(), Instant(i64::MAX));
        assert_eq!(TimeRange::until(Instant(0)).length(), i64::MAX);
    }

    proptest! {
        #[test]
        fn what_two_ranges_share_is_what_both_contain(a in 0i64..50, b in 0i64..50, c in 0i64..50, d in 0i64..50, at in 0i64..50) {
            let one = TimeRange::starting(Instant(a), b);
            let other = TimeRange::starting(Instant(c), d);
            let at = Instant(at);
            let shared = one.overlap(other).is_some_and(|both| both.contains(at));
            prop_assert_eq!(shared, one.contains(at) && other.contains(at));
            prop_assert!(one.contains(one.clamp(at)) && one.contains(at) == (one.clamp(at) == at));
            prop_assert!(one.widened(3).contains(one.from() - 3));
        }
    }
}
