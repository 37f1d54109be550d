//! Series made for the tests of this room.

use crate::{DAY_MS, Instant, MINUTE_MS, TimeRange, WallClock};

use super::{Figures, Reading, Trace};

/// 2026-03-02T00:00Z, a Monday.
pub(super) const START: Instant = Instant(1_772_409_600_000);

/// One reading each so many minutes.
pub(super) fn every(minutes: i64, values: &[f64]) -> Vec<Reading> {
    let at = |n: usize| START + i64::try_from(n).unwrap() * minutes * MINUTE_MS;
    values.iter().enumerate().map(|(n, value)| Reading::plain(at(n), *value)).collect()
}

/// So many days from the start.
pub(super) fn period(days: i64) -> TimeRange {
    TimeRange::starting(START, days * DAY_MS)
}

/// The trace of one reading each so many minutes, over 14 days in UTC.
pub(super) fn trace(minutes: i64, values: &[f64]) -> Trace {
    Trace::of(&every(minutes, values), period(14), &WallClock::UTC, Some(minutes * MINUTE_MS))
}

/// Its figures.
pub(super) fn figures(minutes: i64, values: &[f64]) -> Figures {
    Figures::of(&trace(minutes, values))
}
