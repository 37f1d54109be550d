//! Full-jitter backoff (Brooker, AWS Architecture Blog, 2015): a random wait below a bound that doubles.

use std::time::Duration;

const FIRST_MS: u64 = 1_000;
const MOST_MS: u64 = 300_000;

/// How long to wait before try `tries + 1`; `random` is in 0..1. What the server asks for is the least,
/// up to the bound of all waits: a figure that is wrong must not silence a station.
pub(crate) fn delay(tries: u32, asked: Option<Duration>, random: f64) -> Duration {
    let bound = FIRST_MS.saturating_mul(1 << tries.min(20)).min(MOST_MS);
    let jittered = Duration::from_millis(bound).mul_f64(random.clamp(0.0, 1.0));
    jittered.max(asked.unwrap_or(Duration::from_millis(100)).min(Duration::from_millis(MOST_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes_and_never_below_what_the_server_asks() {
        assert_eq!(delay(0, None, 1.0), Duration::from_secs(1));
        assert_eq!(delay(3, None, 0.5), Duration::from_secs(4));
        assert_eq!(delay(40, None, 1.0), Duration::from_secs(300));
        assert_eq!(delay(0, Some(Duration::from_secs(30)), 0.0), Duration::from_secs(30));
        assert_eq!(
            delay(0, Some(Duration::from_secs(86_400)), 0.0),
            Duration::from_secs(300),
            "a day is no wait"
        );
    }
}
