//! When the sensor said nothing.

use crate::TimeRange;

use super::Trace;
use super::trace::QUARTER_MS;

/// A stretch of at least a quarter of an hour that no reading stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorGap {
    /// From the end of the last reading's step to the next reading.
    pub range: TimeRange,
    /// Whether a sensor warmed up in it.
    pub is_warm_up: bool,
}

/// Every gap of the period, in order; before the first reading and after the last as well.
pub(crate) fn gaps(trace: &Trace) -> Vec<SensorGap> {
    let mut found = Vec::new();
    let mut add = |from, to| {
        if let Ok(range) = TimeRange::new(from, to) {
            let is_warm_up = trace.warming_up.iter().any(|at| range.contains(*at));
            found.push(SensorGap { range, is_warm_up });
        }
    };
    let (from, to) = (trace.period.from(), trace.period.to());
    let (Some(first), Some(last)) = (trace.readings().first(), trace.readings().last()) else {
        add(from, to);
        return found;
    };
    if first.at.ms_since(from) >= QUARTER_MS {
        add(from, first.at);
    }
    for pair in trace.readings().windows(2) {
        if trace.is_gap(pair[0].at, pair[1].at) {
            add(pair[0].at + trace.step_ms, pair[1].at);
        }
    }
    let end = last.at + trace.step_ms;
    if to.ms_since(end) >= QUARTER_MS {
        add(end, to);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, every, period};
    use super::super::{Mark, Reading};
    use super::*;
    use crate::{MINUTE_MS, WallClock};

    fn minutes(readings: &[Reading]) -> Vec<(i64, i64, bool)> {
        let trace = Trace::of(readings, period(1), &WallClock::UTC, Some(5 * MINUTE_MS));
        let minute = |at: crate::Instant| at.ms_since(START) / MINUTE_MS;
        gaps(&trace)
            .iter()
            .map(|gap| (minute(gap.range.from()), minute(gap.range.to()), gap.is_warm_up))
            .collect()
    }

    #[test]
    fn a_day_is_readings_and_gaps_and_a_change_of_the_sensor_is_told_from_a_lost_one() {
        let mut readings = every(5, &[100.0; 288]);
        assert_eq!(minutes(&readings), []);
        for reading in &mut readings[100..124] {
            reading.mark = Mark::WarmUp;
        }
        readings.drain(200..203);
        readings.drain(150..152);
        assert_eq!(minutes(&readings), [(500, 620, true), (1000, 1015, false)], "ten minutes are none");
        assert_eq!(minutes(&readings[5..250]).first(), Some(&(0, 25, false)));
        assert_eq!(minutes(&readings[5..100]).last(), Some(&(500, 1440, false)));
        assert_eq!(minutes(&[]), [(0, 1440, false)]);
    }
}
