//! MODD: the mean of daily differences.
//!
//! Molnar et al., Diabetologia 1972;8:342: the mean of the absolute differences between readings at the same time of two days that
//! follow each other. The same time is what the clock on the wall shows, also where a day had 23 or 25 hours; a reading of the day
//! before is at the same time where it is less than half a step away, and the nearest counts.

use crate::DAY_MS;

use super::Trace;

/// In mg/dL; nothing where no two readings lie a day apart.
pub(crate) fn modd(trace: &Trace) -> Option<f64> {
    let mut shown: Vec<(i64, f64)> =
        trace.readings().iter().map(|reading| (trace.clock.shows(reading.at), reading.mg_dl)).collect();
    // In the hour that is there twice, two readings show the same time.
    if !shown.is_sorted_by_key(|(at, _)| *at) {
        shown.sort_by_key(|(at, _)| *at);
    }
    let (mut sum, mut n, mut next) = (0.0, 0usize, 0usize);
    for (at, mg_dl) in &shown {
        let wanted = at - DAY_MS;
        while shown.get(next).is_some_and(|(at, _)| *at <= wanted) {
            next += 1;
        }
        let off = |near: &&(i64, f64)| (near.0 - wanted).abs();
        let neighbours = [next.checked_sub(1), Some(next)];
        let nearest = neighbours.into_iter().flatten().filter_map(|near| shown.get(near)).min_by_key(off);
        if let Some(before) = nearest.filter(|near| 2 * off(near) < trace.step_ms) {
            sum += (mg_dl - before.1).abs();
            n += 1;
        }
    }
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests {
    use super::super::made::{every, trace};
    use super::super::{Reading, Trace};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{HOUR_MS, MINUTE_MS, TimeRange};

    #[test]
    fn the_same_time_of_the_day_before_is_what_a_reading_differs_from() {
        let mut values = vec![100.0; 288];
        values.extend([110.0; 288]);
        values.extend([80.0; 144]);
        assert_eq!(modd(&trace(5, &values)), Some((288.0 * 10.0 + 144.0 * 30.0) / 432.0));
        assert_eq!(modd(&trace(5, &values[..288])), None, "there is no day before");
    }

    #[test]
    fn a_clock_that_wavers_finds_the_nearest_reading() {
        let mut readings = every(5, &[100.0; 576]);
        for (n, reading) in readings.iter_mut().enumerate() {
            reading.at = reading.at + i64::try_from(n % 7).unwrap() * 20_000;
            reading.mg_dl = if n < 288 { 100.0 } else { 120.0 };
        }
        let trace = Trace::of(&readings, super::super::made::period(3), &crate::WallClock::UTC, None);
        assert_eq!(modd(&trace), Some(20.0));
    }

    #[test]
    fn breakfast_is_compared_with_breakfast_where_the_clock_was_changed_in_between() {
        let berlin = clock_of("Europe/Berlin", "2026-03-01T00:00Z", "2026-05-01T00:00Z");
        let period = TimeRange::new(at("2026-03-27T23:00Z"), at("2026-03-29T22:00Z")).unwrap();
        let mut readings = Vec::new();
        let mut time = period.from();
        while time < period.to() {
            // Each hour of the clock has its own value.
            let hour = berlin.shows(time).rem_euclid(24 * HOUR_MS) / HOUR_MS;
            readings.push(Reading::plain(time, 100.0 + f64::from(i32::try_from(hour).unwrap())));
            time = time + 5 * MINUTE_MS;
        }
        let trace = Trace::of(&readings, period, &berlin, None);
        assert_eq!((trace.readings().len(), modd(&trace)), (47 * 12, Some(0.0)));
    }
}
