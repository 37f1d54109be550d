//! Lows that may be none: somebody lay on the sensor.
//!
//! Pressure on a sensor takes its value down within minutes, and lets it up again as fast. Nobody has agreed on a rule; this one is
//! the house's own, and what it finds is a suspicion. No figure leaves it out.

use crate::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};

use super::trace::QUARTER_MS;
use super::{GlucoseEpisode, Reading, Trace};

/// How fast glucose has to fall into the low and to rise out of it, in mg/dL a minute.
pub(crate) const FAST: f64 = 3.0;
/// The longest low that is suspected.
pub(crate) const LONGEST_MS: i64 = 2 * HOUR_MS;
/// People lie in bed from then on, and until then, by the clock where they live.
const BED_MS: i64 = 22 * HOUR_MS;
const UP_MS: i64 = 8 * HOUR_MS;
/// Over how long a fall is measured, so that the noise of a sensor that reads each minute is none.
const OVER_MS: i64 = 5 * MINUTE_MS;

/// A low that may be the pressure of a body on the sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspicion {
    /// When the low began.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
    /// How fast glucose fell into it, in mg/dL a minute.
    pub fall_mg_dl_min: f64,
    /// How fast it rose out of it.
    pub rise_mg_dl_min: f64,
}

/// The lows of a night that begin and end faster than glucose does.
pub(crate) fn suspicions(trace: &Trace, hypos: &[GlucoseEpisode]) -> Vec<Suspicion> {
    hypos.iter().filter_map(|low| suspicion(trace, low)).collect()
}

fn suspicion(trace: &Trace, low: &GlucoseEpisode) -> Option<Suspicion> {
    let time = trace.clock.shows(low.from).rem_euclid(DAY_MS);
    if low.length_ms() > LONGEST_MS || (UP_MS..BED_MS).contains(&time) {
        return None;
    }
    let fall_mg_dl_min = -fastest(trace, low.from, -1.0);
    let rise_mg_dl_min = fastest(trace, low.to, 1.0);
    let is_fast = fall_mg_dl_min >= FAST && rise_mg_dl_min >= FAST;
    is_fast.then_some(Suspicion { from: low.from, to: low.to, fall_mg_dl_min, rise_mg_dl_min })
}

/// The fastest change in one direction within a quarter of an hour of a moment, in mg/dL a minute.
fn fastest(trace: &Trace, around: Instant, sign: f64) -> f64 {
    let readings = trace.readings();
    let first = readings.partition_point(|reading| reading.at < around - QUARTER_MS);
    let near: &[Reading] = &readings[first..];
    let end = near.partition_point(|reading| reading.at <= around + QUARTER_MS);
    let near = &near[..end];
    let mut fastest = 0.0f64;
    for (n, later) in near.iter().enumerate() {
        let is_apart = |earlier: &&Reading| later.at.ms_since(earlier.at) + trace.step_ms / 10 >= OVER_MS;
        if let Some(earlier) = near[..n].iter().rev().find(is_apart) {
            let minutes = later.at.ms_since(earlier.at) as f64 / MINUTE_MS as f64;
            fastest = fastest.max(sign * (later.mg_dl - earlier.mg_dl) / minutes);
        }
    }
    sign * fastest
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, every};
    use super::super::{Figures, Trace};
    use super::*;
    use crate::{TimeRange, WallClock};

    fn suspected(hour: i64, values: &[f64]) -> Vec<Suspicion> {
        let ahead = WallClock::new(hour * HOUR_MS, []);
        let trace = Trace::of(&every(5, values), TimeRange::starting(START, DAY_MS), &ahead, None);
        Figures::of(&trace).suspected_compression
    }

    const PRESSED: [f64; 12] = [110.0, 108.0, 110.0, 85.0, 60.0, 55.0, 54.0, 56.0, 80.0, 104.0, 108.0, 110.0];

    #[test]
    fn a_low_of_the_night_that_comes_and_goes_at_once_is_suspected() {
        let found = suspected(3, &PRESSED);
        assert_eq!((found.len(), found[0].fall_mg_dl_min, found[0].rise_mg_dl_min), (1, 5.0, 4.8));
        assert_eq!(found[0].from, START + 20 * MINUTE_MS);
    }

    #[test]
    fn a_low_of_the_day_and_one_that_comes_slowly_are_lows() {
        assert_eq!(suspected(12, &PRESSED), []);
        let slow = [110.0, 100.0, 90.0, 80.0, 68.0, 60.0, 56.0, 60.0, 84.0, 104.0, 108.0];
        assert_eq!(suspected(3, &slow), [], "it falls by two and a half a minute");
        let long: Vec<f64> =
            PRESSED[..6].iter().copied().chain([55.0; 30]).chain(PRESSED[6..].iter().copied()).collect();
        assert_eq!(suspected(3, &long), []);
    }
}
