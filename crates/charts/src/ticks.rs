//! Where the axes have their marks.

/// Round values in a range, about `most` of them.
pub fn value_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || most == 0 {
        return Vec::new();
    }
    let rough = span / most as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(10.0 * power);
    let mut at = (low / step).ceil() * step;
    let mut out = Vec::new();
    while at <= high + step * 1e-9 {
        out.push((at / step).round() * step);
        at += step;
    }
    out
}

/// Round moments in a range, about `most` of them; `offset_ms` is the local time zone's.
pub fn time_ticks(from: i64, to: i64, most: usize, offset_ms: i64) -> Vec<i64> {
    const MIN: i64 = 60_000;
    const STEPS: [i64; 15] = [
        MIN,
        2 * MIN,
        5 * MIN,
        10 * MIN,
        15 * MIN,
        30 * MIN,
        60 * MIN,
        120 * MIN,
        180 * MIN,
        240 * MIN,
        360 * MIN,
        720 * MIN,
        1440 * MIN,
        2880 * MIN,
        10_080 * MIN,
    ];
    let rough = (to - from) / most.max(1) as i64;
    let step = STEPS.into_iter().find(|s| *s >= rough).unwrap_or(((rough / (1440 * MIN)) + 1) * 1440 * MIN);
    let first = (from + offset_ms).div_euclid(step) * step - offset_ms;
    (0..).map(|n| first + n * step).skip_while(|t| *t < from).take_while(|t| *t <= to).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(value_ticks(52.0, 131.0, 4), [60.0, 80.0, 100.0, 120.0]);
        assert!(value_ticks(5.0, 5.0, 4).is_empty());
        let hours = time_ticks(0, 86_400_000, 8, 0);
        assert_eq!((hours.len(), hours[1]), (9, 10_800_000));
        assert!(time_ticks(0, 50 * 365 * 86_400_000, 8, 0).len() < 12);
    }
}
