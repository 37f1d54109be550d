//! Units: nicknames of the wild are spelled out in UCUM, everything else is judged by `octofhir-ucum`.

use clinical::{Measure, SmolStr};

/// A unit that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// UCUM does not know it.
    #[error("unit \"{0}\" is not UCUM")]
    Unknown(String),
    /// It measures something else.
    #[error("unit \"{unit}\" cannot measure {measure}")]
    Incompatible {
        /// As sent.
        unit: String,
        /// What was measured.
        measure: &'static str,
    },
}

/// Milligrams in a decilitre for each millimole in a litre of glucose (molar mass 180.1559 g/mol).
const GLUCOSE_MG_DL_PER_MMOL_L: f64 = 18.01559;

/// What nearly every value comes in; known to be UCUM (a test asks), so that a page need not ask a thousand times.
const USUAL: [&str; 12] =
    ["/min", "%", "mm[Hg]", "Cel", "mg/dL", "mmol/L", "L/min", "[degF]", "kPa", "[iU]", "mV", "1"];

/// The UCUM spelling of a unit as devices send it.
///
/// # Errors
/// Where UCUM does not know the unit.
pub fn normal_unit(sent: &str) -> Result<SmolStr, UnitError> {
    let spelled = match sent.trim() {
        "bpm" | "beats/min" | "beats/minute" | "{beats}/min" | "breaths/min" | "breaths/minute"
        | "{breaths}/min" | "1/min" | "/minute" => "/min",
        "mmHg" | "mm Hg" | "mmhg" => "mm[Hg]",
        "°C" | "degC" | "C" | "celsius" => "Cel",
        "°F" | "degF" | "F" => "[degF]",
        "percent" | "pct" => "%",
        "U" | "IU" | "iU" | "units" => "[iU]",
        "l/min" => "L/min",
        other => other,
    };
    if USUAL.contains(&spelled) {
        return Ok(spelled.into());
    }
    if spelled.is_empty() || spelled.len() > 64 || octofhir_ucum::validate(spelled).is_err() {
        return Err(UnitError::Unknown(sent.chars().take(40).collect()));
    }
    Ok(spelled.into())
}

/// The `(factor, offset)` that takes a value in `unit` to the unit of `measure`: `value * factor + offset`.
///
/// # Errors
/// Where the unit measures something else.
pub fn to_unit(measure: Measure, unit: &str) -> Result<(f64, f64), UnitError> {
    let target = measure.spec().unit;
    if unit == target || target.starts_with('{') {
        return Ok((1.0, 0.0));
    }
    match (measure, unit) {
        (Measure::Glucose, "mmol/L") => return Ok((GLUCOSE_MG_DL_PER_MMOL_L, 0.0)),
        (Measure::FiO2, "1") => return Ok((100.0, 0.0)),
        (Measure::InsulinDose, "U") => return Ok((1.0, 0.0)),
        _ => {}
    }
    let convert = |value: f64| octofhir_ucum::convert(value, unit, target).ok().filter(|v| v.is_finite());
    let incompatible = || UnitError::Incompatible { unit: unit.to_owned(), measure: measure.spec().label };
    let (at_zero, at_hundred) =
        (convert(0.0).ok_or_else(incompatible)?, convert(100.0).ok_or_else(incompatible)?);
    Ok(((at_hundred - at_zero) / 100.0, at_zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames_of_real_devices_are_spelled_out() {
        for (sent, ucum) in
            [("bpm", "/min"), ("mmHg", "mm[Hg]"), ("/min", "/min"), ("Cel", "Cel"), ("mmol/L", "mmol/L")]
        {
            assert_eq!(normal_unit(sent).unwrap(), ucum);
        }
        for bad in ["", "florps", "mm[Hg", "<b>mg</b>"] {
            assert!(normal_unit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_usual_units_are_ucum() {
        assert!(USUAL.iter().all(|unit| octofhir_ucum::validate(unit).is_ok()));
    }

    #[test]
    fn values_reach_the_unit_of_the_score() {
        let apply = |m, unit, v: f64| {
            let (factor, offset) = to_unit(m, unit).unwrap();
            ((v * factor + offset) * 100.0).round() / 100.0
        };
        assert_eq!(apply(Measure::Temperature, "[degF]", 98.6), 37.0);
        assert_eq!(apply(Measure::SystolicBp, "kPa", 16.0), 120.01);
        assert_eq!(apply(Measure::Glucose, "mmol/L", 5.5), 99.09);
        assert_eq!(apply(Measure::FiO2, "1", 0.21), 21.0);
        assert!(to_unit(Measure::HeartRate, "kg").is_err());
    }
}
