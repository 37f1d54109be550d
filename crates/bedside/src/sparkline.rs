//! The last hour of a signal, small enough for a tile.

use clinical::{HOUR_MS, Instant, Measure, PatientId};
use vault::{Reader, SeriesInfo, VaultError};

/// One line in a box of 42 by 24, as an SVG path; gaps lift the pen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparkline(pub String);

const BUCKETS: usize = 30;
const BUCKET_MS: i64 = HOUR_MS / 30;

/// The two lines of a tile at `now`: heart rate, and saturation or, of who wears a sensor at home, glucose.
///
/// # Errors
/// Of the cache.
pub fn sparklines(
    reader: &Reader,
    patient: &PatientId,
    now: Instant,
) -> Result<[Option<Sparkline>; 2], VaultError> {
    let all = reader.series_of(patient)?;
    let draw = |measures: &[Measure]| {
        let found = all.iter().find(|s| s.measure().is_some_and(|m| measures.contains(&m)));
        found.map_or(Ok(None), |series| sparkline(reader, series, now))
    };
    let first = draw(&[Measure::HeartRate, Measure::PulseRate])?;
    let second = match draw(&[Measure::Glucose])? {
        // As the tile does: on a ward the second value is the saturation, whoever has a glucose sensor.
        Some(line) if reader.unit_of(patient)?.is_none() => Some(line),
        _ => draw(&[Measure::SpO2])?,
    };
    Ok([first, second])
}

/// The last hour of a series before `now`; `None` where there is too little to see.
fn sparkline(reader: &Reader, series: &SeriesInfo, now: Instant) -> Result<Option<Sparkline>, VaultError> {
    let points = reader.points(series.id, now - HOUR_MS, now)?;
    let mut sums = [(0.0f64, 0u32); BUCKETS];
    for point in points.iter().filter(|p| !p.artefact) {
        // What came where one bucket ends and the next begins belongs to the first.
        let at = (point.t - (now.0 - HOUR_MS) - 1).max(0) / BUCKET_MS;
        if let Some(bucket) = usize::try_from(at).ok().and_then(|at| sums.get_mut(at)) {
            bucket.0 += point.v;
            bucket.1 += 1;
        }
    }
    let means: Vec<Option<f64>> = sums.iter().map(|(sum, n)| (*n > 0).then(|| sum / f64::from(*n))).collect();
    let (low, high) = means.iter().flatten().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    if means.iter().flatten().count() < 4 {
        return Ok(None);
    }
    // A flat line stays flat: noise of a beat or two is not stretched to the full height.
    let span = (high - low).max(12.0);
    let middle = f64::midpoint(low, high);
    let mut path = String::new();
    let reach = reach(&points.iter().filter(|p| !p.artefact).map(|p| p.t).collect::<Vec<_>>());
    let mut last = None;
    for (n, mean) in means.iter().enumerate().filter_map(|(n, mean)| Some((n, (*mean)?))) {
        let (x, y) = (n as f64 * 42.0 / (BUCKETS - 1) as f64, 12.0 - (mean - middle) / span * 20.0);
        let goes_on = last.is_some_and(|last| n - last <= reach);
        path.push_str(&format!("{}{x:.0} {y:.1}", if goes_on { 'L' } else { 'M' }));
        last = Some(n);
    }
    Ok(Some(Sparkline(path)))
}

/// How many buckets the line goes on to the next value: what comes every five minutes is no gap, but a value that is left out is.
fn reach(times: &[i64]) -> usize {
    let mut steps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or_default();
    usize::try_from(usual.div_euclid(BUCKET_MS) + 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clinical::MINUTE_MS;

    #[test]
    fn a_sensor_that_speaks_every_five_minutes_has_a_line_and_one_that_fell_silent_a_gap() {
        let every = |ms: i64| (0..12).map(|n| n * ms).collect::<Vec<_>>();
        assert_eq!(reach(&every(1_000)), 1);
        assert_eq!(reach(&every(MINUTE_MS)), 1);
        // Values five minutes apart fall two or three buckets from each other; ten minutes are five.
        assert_eq!(reach(&every(5 * MINUTE_MS)), 3);
        assert_eq!(reach(&every(15 * MINUTE_MS)), 8);
        assert_eq!((reach(&[]), reach(&[7])), (1, 1));
    }
}
