//! The ambulatory glucose profile: percentiles of glucose by time of day.

use crate::{DAY_MS, MINUTE_MS};

use super::Trace;

/// Which percentiles: the median, the middle half, and nine tenths (Battelino 2019).
pub const AGP_PERCENTILES: [f64; 5] = [5.0, 25.0, 50.0, 75.0, 95.0];

/// Glucose by time of day, over all days of a period laid over each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Agp {
    /// Minutes of the day that one bin stands for.
    pub bin_minutes: u16,
    /// From midnight on, by the clock on the wall.
    pub bins: Vec<AgpBin>,
}

/// One part of the day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgpBin {
    /// Minutes since midnight at its beginning.
    pub from_minute: u16,
    /// How many readings it has; those of the hour that was there twice are both in it.
    pub n: usize,
    /// [`AGP_PERCENTILES`] in mg/dL; nothing where there is no reading. Unsmoothed.
    pub mg_dl: Option<[f64; 5]>,
}

impl Agp {
    /// The profile of a period in bins of so many minutes, at least one and at most a day.
    pub fn of(trace: &Trace, bin_minutes: u16) -> Agp {
        let bin_minutes = bin_minutes.clamp(1, 1440);
        let bin_ms = i64::from(bin_minutes) * MINUTE_MS;
        let count = 1440u16.div_ceil(bin_minutes);
        let mut values = vec![Vec::new(); usize::from(count)];
        for reading in trace.readings() {
            let bin = trace.clock.shows(reading.at).rem_euclid(DAY_MS) / bin_ms;
            values[usize::try_from(bin).expect("less than a day")].push(reading.mg_dl);
        }
        let bins = (0..count).zip(&mut values).map(|(n, values)| {
            values.sort_unstable_by(f64::total_cmp);
            let mg_dl =
                (!values.is_empty()).then(|| AGP_PERCENTILES.map(|percent| percentile(values, percent)));
            AgpBin { from_minute: n * bin_minutes, n: values.len(), mg_dl }
        });
        Agp { bin_minutes, bins: bins.collect() }
    }
}

/// By straight lines between the values in order (type 7 of Hyndman and Fan 1996). There is at least one.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let place = percent / 100.0 * (sorted.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is the place of a value")]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::super::made::{every, trace};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{HOUR_MS, TimeRange};

    #[test]
    fn percentiles_lie_between_the_values() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(AGP_PERCENTILES.map(|p| percentile(&values, p)), AGP_PERCENTILES);
        assert_eq!(AGP_PERCENTILES.map(|p| percentile(&[80.0, 120.0], p)), [82.0, 90.0, 100.0, 110.0, 118.0]);
        assert_eq!(percentile(&[99.0], 95.0), 99.0);
    }

    #[test]
    fn a_reading_at_midnight_is_the_first_of_its_day() {
        let mut values = vec![100.0; 288];
        values[0] = 40.0;
        values[287] = 300.0;
        let profile = Agp::of(&trace(5, &values), 15);
        assert_eq!((profile.bins.len(), profile.bins[0].n, profile.bins[95].n), (96, 3, 3));
        assert_eq!(profile.bins[0].mg_dl.map(|p| p[2]), Some(100.0));
        let (first, last) = (profile.bins[0].mg_dl.unwrap(), profile.bins[95].mg_dl.unwrap());
        assert!((first[0] - 46.0).abs() < 1e-9 && (last[4] - 280.0).abs() < 1e-9);
        assert_eq!(Agp::of(&trace(5, &[]), 15).bins[7], AgpBin { from_minute: 105, n: 0, mg_dl: None });
        assert_eq!(Agp::of(&trace(5, &values), 0).bins.len(), 1440);
        assert_eq!(Agp::of(&trace(5, &values), 1000).bins.len(), 2);
    }

    #[test]
    fn the_hour_that_is_missing_has_no_reading_and_the_one_that_is_there_twice_has_both() {
        for (from, twice, hour) in [("2026-03-28T23:00Z", 0, 2), ("2026-10-24T22:00Z", 2, 2)] {
            let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2026-12-31T00:00Z");
            let mut readings = every(5, &[100.0; 400]);
            let shift = at(from).ms_since(readings[0].at);
            readings.iter_mut().for_each(|reading| reading.at = reading.at + shift);
            let date = berlin.days(TimeRange::starting(at(from), HOUR_MS))[0];
            let day = TimeRange::starting(at(from), date.length_ms);
            let profile = Agp::of(&super::super::Trace::of(&readings, day, &berlin, None), 60);
            let counts: Vec<usize> = profile.bins.iter().map(|bin| bin.n).collect();
            let mut wanted = vec![12; 24];
            wanted[hour] = 12 * twice;
            assert_eq!(counts, wanted, "{from}");
        }
    }
}
