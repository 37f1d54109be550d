//! What the cache holds of a person's glucose sensor.

use clinical::glucose::{Mark, Reading, Trace};
use clinical::{Measure, PatientId, TimeRange, WallClock};
use vault::{Reader, SeriesInfo, VaultError};

/// Codes of glucose under the skin (LOINC, MDC): what a sensor reads. The others are of blood.
const OF_A_SENSOR: [&str; 3] = ["99504-3", "105272-9", "160212"];

/// Whether its code is one of a sensor.
pub fn is_of_a_sensor(series: &SeriesInfo) -> bool {
    OF_A_SENSOR.contains(&series.code.as_str())
}

/// The readings of a period for the figures. Where a sensor said something in it, a drop of blood is no reading; where all that came
/// is coded as blood, as some bridges do, it is taken for the sensor's.
///
/// # Errors
/// Of the cache.
pub fn glucose_trace(
    reader: &Reader,
    patient: &PatientId,
    period: TimeRange,
    clock: &WallClock,
) -> Result<Trace, VaultError> {
    let (mut sensor, mut blood) = (Vec::new(), Vec::new());
    for series in reader.series_of(patient)? {
        if series.measure() != Some(Measure::Glucose) {
            continue;
        }
        let into = if is_of_a_sensor(&series) { &mut sensor } else { &mut blood };
        for (at, value, marks) in reader.decimals(series.id, period.from(), period.to())? {
            // A unit that measures something else was told of as it came.
            into.extend(Reading::in_unit(at, value.to_f64(), &series.unit, Mark::from(marks)));
        }
    }
    if !sensor.is_empty() {
        blood.iter_mut().for_each(|reading: &mut Reading| reading.mark = Mark::Calibration);
    }
    sensor.append(&mut blood);
    Ok(Trace::of(&sensor, period, clock, None))
}
