//! Repeatable randomness: every number is a function of a seed and a place.

/// SplitMix64 over a seed and a place.
pub(crate) fn hash(seed: u64, place: i64) -> u64 {
    let mut z = seed ^ place.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One of so many numbers from 0 on.
pub(crate) fn one_of(seed: u64, place: i64, many: i64) -> i64 {
    i64::try_from(hash(seed, place) % many.unsigned_abs().max(1)).unwrap_or(0)
}

/// A simulated number without what is behind its point.
#[expect(clippy::cast_possible_truncation, reason = "what the ward simulates lies far within it")]
pub(crate) fn whole<T: TryFrom<i64> + Default>(value: f64) -> T {
    T::try_from(value as i64).unwrap_or_default()
}

/// The number of a person or of a bed as a place.
pub(crate) fn place(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// In 0..1.
pub(crate) fn unit(seed: u64, place: i64) -> f64 {
    (hash(seed, place) >> 11) as f64 / (1u64 << 53) as f64
}

/// Smooth noise in -1..1 that changes over `period_ms`.
pub(crate) fn smooth(seed: u64, t_ms: i64, period_ms: i64) -> f64 {
    let cell = t_ms.div_euclid(period_ms);
    let x = t_ms.rem_euclid(period_ms) as f64 / period_ms as f64;
    let ease = x * x * (3.0 - 2.0 * x);
    let (a, b) = (unit(seed, cell), unit(seed, cell + 1));
    2.0 * (a + (b - a) * ease) - 1.0
}

/// From 0 to 1 while `t` goes from `from` to `to`, gently at both ends.
pub(crate) fn ramp(t: i64, from: i64, to: i64) -> f64 {
    let x = ((t - from) as f64 / (to - from).max(1) as f64).clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}
