//! When a number no longer speaks of the patient as they are now (CLINICAL 2: stale data is a technical alarm).

use crate::{HOUR_MS, Instant, MINUTE_MS, Measure, Setting};

/// How long silence may last before the last value counts as stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleAfter {
    /// A monitor that streams: milliseconds.
    pub streamed_ms: i64,
    /// A glucose sensor, which reports every five minutes: milliseconds.
    pub sensor_ms: i64,
    /// A device that sends single values: milliseconds.
    pub device_spot_ms: i64,
    /// Charted by hand: milliseconds.
    pub charted_ms: i64,
}

impl Default for StaleAfter {
    fn default() -> Self {
        StaleAfter {
            streamed_ms: MINUTE_MS,
            sensor_ms: 15 * MINUTE_MS,
            device_spot_ms: Setting::StaleDevice.default_ms(),
            charted_ms: Setting::StaleCharted.default_ms(),
        }
    }
}

/// A value that is dated later than the clock by more than this was dated by a clock that is wrong: milliseconds. It has no age, and
/// hides none that has. What comes from a server is held against the server's own clock more closely than a station's, which may
/// be wrong itself.
pub const AHEAD_MS: i64 = HOUR_MS;

/// Whether a value is dated ahead of the clock.
pub fn is_ahead(taken_at: Instant, now: Instant) -> bool {
    taken_at.ms_since(now) > AHEAD_MS
}

/// Whether a value of `measure` taken at `taken_at` is stale at `now`.
pub fn is_stale(
    measure: Measure,
    streamed: bool,
    by_device: bool,
    taken_at: Instant,
    now: Instant,
    after: &StaleAfter,
) -> bool {
    let limit = match measure {
        Measure::Glucose if by_device => after.sensor_ms,
        Measure::HeartRate | Measure::PulseRate | Measure::SpO2 | Measure::RespRate if streamed => {
            after.streamed_ms
        }
        Measure::HeartRate | Measure::PulseRate | Measure::SpO2 | Measure::RespRate if by_device => {
            after.device_spot_ms
        }
        _ => after.charted_ms,
    };
    now.ms_since(taken_at) > limit || is_ahead(taken_at, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_sensor_is_stale_after_its_own_time_and_not_before() {
        let after = StaleAfter::default();
        let stale = |measure, streamed, device, age_ms| {
            is_stale(measure, streamed, device, Instant(0), Instant(age_ms), &after)
        };
        assert!(!stale(Measure::HeartRate, true, true, MINUTE_MS));
        assert!(stale(Measure::HeartRate, true, true, MINUTE_MS + 1));
        assert!(!stale(Measure::HeartRate, false, true, 29 * MINUTE_MS));
        assert!(stale(Measure::Glucose, false, true, 16 * MINUTE_MS));
        assert!(!stale(Measure::SystolicBp, false, true, HOUR_MS));
        assert!(!stale(Measure::SystolicBp, false, true, -MINUTE_MS), "two clocks differ a little");
        assert!(
            stale(Measure::SystolicBp, false, true, -AHEAD_MS - 1),
            "what lies ahead is not fresh for that"
        );
    }
}
