//! The readings that count, in order and once each, and the step of their sensor.

use crate::{Instant, MINUTE_MS, TimeRange, WallClock};

use super::{Mark, Reading};

/// A sensor is not slower than that; readings further apart have others missing between them.
const SLOWEST_STEP_MS: i64 = 15 * MINUTE_MS;
/// The step where a single reading tells none.
const USUAL_STEP_MS: i64 = 5 * MINUTE_MS;
/// What the consensus asks of an episode, and what is unknown where as much is missing.
pub(crate) const QUARTER_MS: i64 = 15 * MINUTE_MS;

/// How many readings of a period do not count, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// The same value at the same moment once more.
    pub doubled: usize,
    /// While the sensor warmed up.
    pub warm_up: usize,
    /// Drops of blood.
    pub calibration: usize,
    /// Errors and what can be no glucose.
    pub artefact: usize,
}

/// What the figures of a period are worked out from.
#[derive(Clone, Debug)]
pub struct Trace {
    pub(crate) readings: Vec<Reading>,
    pub(crate) warming_up: Vec<Instant>,
    pub(crate) period: TimeRange,
    pub(crate) clock: WallClock,
    pub(crate) step_ms: i64,
    pub(crate) left_out: LeftOut,
    pub(crate) low: usize,
    pub(crate) high: usize,
}

impl Trace {
    /// The readings from the first moment of `period` up to its last, which itself belongs to the next one: of 14 days at five
    /// minutes there are 4,032. In whatever order they come. `clock` is the one where the person was.
    ///
    /// The step of the sensor, unless it is given, is the median distance of neighbours in whole minutes, one to fifteen.
    pub fn of(readings: &[Reading], period: TimeRange, clock: &WallClock, step_ms: Option<i64>) -> Trace {
        let mut inside: Vec<Reading> =
            readings.iter().filter(|r| period.from() <= r.at && r.at < period.to()).copied().collect();
        let order = |a: &Reading, b: &Reading| {
            a.at.cmp(&b.at).then(a.mg_dl.total_cmp(&b.mg_dl)).then(a.mark.cmp(&b.mark))
        };
        if !inside.is_sorted_by(|a, b| order(a, b).is_le()) {
            inside.sort_unstable_by(order);
        }
        let all = inside.len();
        // Where one way says LO and another only its number, the same reading is LO.
        inside.dedup_by(|later, kept| {
            if later.at != kept.at || later.mg_dl.to_bits() != kept.mg_dl.to_bits() {
                return false;
            }
            let both_count = later.mark.counts() && kept.mark.counts();
            if both_count {
                kept.mark = later.mark;
            }
            both_count || later.mark == kept.mark
        });
        let mut left_out = LeftOut { doubled: all - inside.len(), ..LeftOut::default() };
        let mut warming_up = Vec::new();
        let (mut low, mut high) = (0, 0);
        let mut counted = Vec::with_capacity(inside.len());
        for reading in &inside {
            match reading.mark {
                Mark::WarmUp => {
                    left_out.warm_up += 1;
                    warming_up.push(reading.at);
                }
                Mark::Calibration => left_out.calibration += 1,
                _ if !reading.counts() => left_out.artefact += 1,
                mark => {
                    low += usize::from(mark == Mark::Low);
                    high += usize::from(mark == Mark::High);
                    counted.push(*reading);
                }
            }
        }
        let step_ms = step_ms.filter(|step| *step > 0).unwrap_or_else(|| step_of(&counted));
        let clock = clock.clone();
        Trace { readings: counted, warming_up, period, clock, step_ms, left_out, low, high }
    }

    /// The readings that count, in order.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The clock on the wall where the person was.
    pub fn clock(&self) -> &WallClock {
        &self.clock
    }

    /// Milliseconds from one reading of the sensor to its next.
    pub fn step_ms(&self) -> i64 {
        self.step_ms
    }

    /// What does not count.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// How many readings in a row stand for a quarter of an hour: three of a sensor of five minutes, one of fifteen.
    pub fn readings_of_a_quarter(&self) -> i64 {
        (QUARTER_MS + self.step_ms - 1) / self.step_ms
    }

    /// How many steps lie from one moment to a later one, both steps included. A sensor's clock wavers by seconds.
    pub(crate) fn steps(&self, from: Instant, to: Instant) -> i64 {
        (to.ms_since(from) + self.step_ms / 2) / self.step_ms + 1
    }

    /// How long readings in a row stand for: each for its step.
    pub(crate) fn stands_for_ms(&self, from: Instant, to: Instant) -> i64 {
        self.steps(from, to) * self.step_ms
    }

    /// Whether so many readings are missing between two neighbours that a quarter of an hour is unknown.
    pub fn is_gap(&self, earlier: Instant, later: Instant) -> bool {
        (self.steps(earlier, later) - 2) * self.step_ms >= QUARTER_MS
    }

    /// How much of `ms` milliseconds readings stand for, in percent. Those of a second way that lie between others add nothing.
    pub(crate) fn active_percent(&self, times: impl IntoIterator<Item = Instant>, ms: i64) -> f64 {
        let mut counted = 0i64;
        let mut last = None;
        for at in times {
            if last.is_none_or(|last| at.ms_since(last) >= self.step_ms / 2) {
                counted += 1;
                last = Some(at);
            }
        }
        if ms <= 0 { 0.0 } else { (100.0 * (counted * self.step_ms) as f64 / ms as f64).min(100.0) }
    }
}

/// The median distance of neighbours, in whole minutes.
fn step_of(readings: &[Reading]) -> i64 {
    let mut distances: Vec<i64> =
        readings.windows(2).map(|pair| pair[1].at.ms_since(pair[0].at)).filter(|ms| *ms > 0).collect();
    if distances.is_empty() {
        return USUAL_STEP_MS;
    }
    let middle = distances.len() / 2;
    let median = *distances.select_nth_unstable(middle).1;
    ((median + MINUTE_MS / 2) / MINUTE_MS * MINUTE_MS).clamp(MINUTE_MS, SLOWEST_STEP_MS)
}

#[cfg(test)]
mod tests {
    use super::super::made::{every, period};
    use super::*;

    fn trace(readings: &[Reading]) -> Trace {
        Trace::of(readings, period(14), &WallClock::UTC, None)
    }

    #[test]
    fn fourteen_days_at_five_minutes_are_4032_readings_and_the_next_midnight_is_none_of_them() {
        let found = trace(&every(5, &[100.0; 4033]));
        assert_eq!((found.readings.len(), found.step_ms), (4032, 5 * MINUTE_MS));
    }

    #[test]
    fn doubled_samples_do_not_hide_the_step_and_count_once() {
        let mut readings = every(5, &[100.0; 20]);
        readings.extend(every(5, &[100.0; 20]));
        readings.extend(every(5, &[100.0; 20]));
        let found = trace(&readings);
        assert_eq!((found.readings.len(), found.step_ms, found.left_out.doubled), (20, 5 * MINUTE_MS, 40));
    }

    #[test]
    fn two_values_at_one_moment_are_two_readings() {
        let mut readings = every(5, &[100.0; 3]);
        readings.extend(every(5, &[104.0; 3]));
        assert_eq!(trace(&readings).readings.len(), 6, "of two sensors");
    }

    #[test]
    fn what_is_no_reading_is_left_out_and_told() {
        let mut readings = every(5, &[100.0; 8]);
        for (reading, mark) in readings.iter_mut().zip([
            Mark::WarmUp,
            Mark::WarmUp,
            Mark::Calibration,
            Mark::Artefact,
            Mark::Low,
            Mark::High,
        ]) {
            reading.mark = mark;
        }
        readings.push(Reading { mark: Mark::Low, ..readings[4] });
        readings.push(Reading { mark: Mark::Plain, ..readings[4] });
        let found = trace(&readings);
        assert_eq!(found.left_out, LeftOut { doubled: 2, warm_up: 2, calibration: 1, artefact: 1 });
        assert_eq!((found.readings.len(), found.low, found.high), (4, 1, 1));
    }

    #[test]
    fn a_sensors_step_is_found_though_its_clock_wavers_and_it_was_off_for_hours() {
        for (minutes, wanted) in [(1, 1), (5, 5), (10, 10), (15, 15), (240, 15)] {
            let mut readings = every(minutes, &[100.0; 60]);
            for (n, reading) in readings.iter_mut().enumerate() {
                reading.at =
                    reading.at + i64::try_from(n % 3).unwrap() * 1000 + if n > 40 { 7_200_000 } else { 0 };
            }
            assert_eq!(trace(&readings).step_ms, wanted * MINUTE_MS, "{minutes}");
        }
        assert_eq!(trace(&[]).step_ms, USUAL_STEP_MS);
    }

    #[test]
    fn it_is_said_how_many_low_readings_make_a_quarter_of_an_hour() {
        for (minutes, wanted) in [(1, 15), (5, 3), (10, 2), (15, 1)] {
            let found = trace(&every(minutes, &[100.0; 20])).readings_of_a_quarter();
            assert_eq!(found, wanted, "{minutes}");
        }
    }
}
