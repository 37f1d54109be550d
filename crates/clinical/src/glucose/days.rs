//! One row for each day of the calendar where the person lives.

use std::collections::HashMap;

use crate::{CalendarDay, Instant};

use super::{GlucoseEpisode, Shares, Spread, Trace};

/// A day from its midnight to the next, as far as the period goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayRow {
    /// Which day, its true length, and how much of it lies in the period.
    pub day: CalendarDay,
    /// How much of that part readings stand for.
    pub active_percent: f64,
    /// Mean and deviation.
    pub spread: Spread,
    /// Where the readings lie.
    pub shares: Shares,
    /// Lows that began on it.
    pub hypos: usize,
    /// Highs that began on it.
    pub hypers: usize,
}

pub(crate) fn days(trace: &Trace, hypos: &[GlucoseEpisode], hypers: &[GlucoseEpisode]) -> Vec<DayRow> {
    let days = trace.clock.days(trace.period);
    let place: HashMap<_, _> = days.iter().enumerate().map(|(n, day)| (day.date, n)).collect();
    let mut rows: Vec<DayRow> = days
        .iter()
        .map(|day| DayRow {
            day: *day,
            active_percent: 0.0,
            spread: Spread::default(),
            shares: Shares::default(),
            hypos: 0,
            hypers: 0,
        })
        .collect();
    let row_of = |at: Instant| place.get(&trace.clock.date(at)).copied();
    let mut times = vec![Vec::new(); rows.len()];
    for reading in trace.readings() {
        if let Some(n) = row_of(reading.at) {
            rows[n].spread.add(reading.mg_dl);
            rows[n].shares.add(reading);
            times[n].push(reading.at);
        }
    }
    for (row, times) in rows.iter_mut().zip(times) {
        row.active_percent = trace.active_percent(times, row.day.asked_ms);
    }
    hypos.iter().filter_map(|low| row_of(low.from)).for_each(|n| rows[n].hypos += 1);
    hypers.iter().filter_map(|high| row_of(high.from)).for_each(|n| rows[n].hypers += 1);
    rows
}

#[cfg(test)]
mod tests {
    use super::super::{Figures, Reading, Trace};
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{HOUR_MS, MINUTE_MS, TimeRange, WallClock};

    fn rows(clock: &WallClock, from: &str, to: &str) -> Vec<(String, i64, usize, f64)> {
        let period = TimeRange::new(at(from), at(to)).unwrap();
        let n = period.length() / (5 * MINUTE_MS);
        let readings: Vec<_> =
            (0..n).map(|n| Reading::plain(period.from() + n * 5 * MINUTE_MS, 100.0)).collect();
        let figures = Figures::of(&Trace::of(&readings, period, clock, None));
        let row = |row: &super::DayRow| {
            (row.day.date.to_string(), row.day.length_ms / (HOUR_MS / 2), row.spread.n(), row.active_percent)
        };
        figures.days.iter().map(row).collect()
    }

    #[test]
    fn a_day_of_23_hours_is_whole_with_276_readings_and_one_of_25_with_300() {
        let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2026-12-31T00:00Z");
        let spring = rows(&berlin, "2026-03-28T23:00Z", "2026-03-30T22:00Z");
        assert_eq!(spring, [("2026-03-29".into(), 46, 276, 100.0), ("2026-03-30".into(), 48, 288, 100.0)]);
        let autumn = rows(&berlin, "2026-10-24T22:00Z", "2026-10-25T23:00Z");
        assert_eq!(autumn, [("2026-10-25".into(), 50, 300, 100.0)]);
    }

    #[test]
    fn in_a_zone_of_half_an_hour_a_day_begins_at_half_past() {
        let kolkata = clock_of("Asia/Kolkata", "2026-01-01T00:00Z", "2026-12-31T00:00Z");
        let found = rows(&kolkata, "2026-03-01T18:30Z", "2026-03-02T19:00Z");
        assert_eq!(found, [("2026-03-02".into(), 48, 288, 100.0), ("2026-03-03".into(), 48, 6, 100.0)]);
    }

    #[test]
    fn an_episode_belongs_to_the_day_on_which_it_began() {
        let period = TimeRange::starting(at("2026-03-02T00:00Z"), 48 * HOUR_MS);
        let low = |n: i64| (285..292).contains(&n);
        let readings: Vec<_> = (0..576)
            .map(|n| Reading::plain(period.from() + n * 5 * MINUTE_MS, if low(n) { 60.0 } else { 200.0 }))
            .collect();
        let figures = Figures::of(&Trace::of(&readings, period, &WallClock::UTC, None));
        let counts: Vec<_> = figures.days.iter().map(|row| (row.hypos, row.hypers)).collect();
        assert_eq!(counts, [(1, 1), (0, 1)]);
        assert_eq!(figures.days.iter().map(|row| row.shares.below_70()).collect::<Vec<_>>(), [3, 4]);
    }
}
