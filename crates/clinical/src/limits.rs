//! Alarm limits: what a unit sets when nobody has set anything for the patient.

use crate::Measure;

/// The normal side of an alarm limit, in the measure's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Below this is an alarm.
    pub low: Option<f64>,
    /// Above this is an alarm.
    pub high: Option<f64>,
}

/// The limits of an adult ward. An illustration until the unit sets its own.
pub fn unit_default(measure: Measure) -> Option<Limits> {
    let (low, high) = match measure {
        Measure::HeartRate | Measure::PulseRate => (Some(50.0), Some(130.0)),
        Measure::SpO2 => (Some(90.0), None),
        Measure::RespRate => (Some(8.0), Some(25.0)),
        Measure::SystolicBp => (Some(90.0), Some(180.0)),
        Measure::Temperature => (Some(35.0), Some(38.5)),
        Measure::Glucose => (Some(70.0), Some(250.0)),
        _ => return None,
    };
    Some(Limits { low, high })
}
