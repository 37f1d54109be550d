//! The one converter: nothing else in the program takes a value from one unit to another, or decides in which unit a measure is
//! shown.

use crate::limits::{bounds, parse_bounds};
use crate::{Limits, Measure, Site, UnitError, unit_word};

/// Milligrams in a decilitre for each millimole in a litre of glucose (molar mass 180.1559 g/mol).
const GLUCOSE_MG_DL_PER_MMOL_L: f64 = 18.01559;
const MMOL_L: &str = "mmol/L";

/// The way from one unit to another. It is worked out once for a series and then applied to each of its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conversion {
    /// What a value is multiplied with.
    pub factor: f64,
    /// What is added then.
    pub offset: f64,
}

impl Conversion {
    /// Between a unit and itself.
    pub const SAME: Conversion = Conversion { factor: 1.0, offset: 0.0 };

    /// From a unit, by its UCUM code, to the unit that limits, scores and charts of a measure are in.
    ///
    /// # Errors
    /// Where the unit measures something else.
    pub fn to_own(measure: Measure, unit: &str) -> Result<Conversion, UnitError> {
        let own = measure.spec().unit;
        if unit == own || own.starts_with('{') {
            return Ok(Conversion::SAME);
        }
        let by = |factor: f64| Ok(Conversion { factor, offset: 0.0 });
        match (measure, unit) {
            (Measure::Glucose, MMOL_L) => return by(GLUCOSE_MG_DL_PER_MMOL_L),
            (Measure::FiO2, "1") => return by(100.0),
            (Measure::InsulinDose, "U") => return Ok(Conversion::SAME),
            _ => {}
        }
        let into =
            |value: f64, to: &str| octofhir_ucum::convert(value, unit, to).ok().filter(|v| v.is_finite());
        let convert = |value: f64| {
            let moles = || into(value, MMOL_L).filter(|_| measure == Measure::Glucose);
            into(value, own).or_else(|| Some(moles()? * GLUCOSE_MG_DL_PER_MMOL_L))
        };
        let (Some(at_zero), Some(at_hundred)) = (convert(0.0), convert(100.0)) else {
            return Err(UnitError::Incompatible { unit: unit.to_owned(), measure: measure.spec().label });
        };
        Ok(Conversion { factor: (at_hundred - at_zero) / 100.0, offset: at_zero })
    }

    /// A value in the other unit.
    pub fn apply(self, value: f64) -> f64 {
        value * self.factor + self.offset
    }

    /// The way back.
    pub fn back(self, value: f64) -> f64 {
        (value - self.offset) / self.factor
    }
}

/// The unit in which a measure is shown, and with how many digits.
///
/// That is the measure's own, but for one: who thinks of glucose in mmol/L is never shown mg/dL, nor the other way round. A number
/// that is read in the wrong one is off by eighteen times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    measure: Measure,
    code: &'static str,
    /// Digits behind the point.
    pub digits: u8,
    to_own: Conversion,
}

impl Shown {
    /// Of a measure whose values come in these units, by their UCUM codes.
    pub fn of<'a>(measure: Measure, sent: impl IntoIterator<Item = &'a str>) -> Shown {
        let spec = measure.spec();
        let own = Shown { measure, code: spec.unit, digits: spec.digits, to_own: Conversion::SAME };
        if measure != Measure::Glucose || sent.into_iter().all(|unit| unit != MMOL_L) {
            return own;
        }
        // A tenth of a millimole in a litre is two milligrams in a decilitre.
        let to_own = Conversion { factor: GLUCOSE_MG_DL_PER_MMOL_L, offset: 0.0 };
        Shown { code: MMOL_L, digits: 1, to_own, ..own }
    }

    /// As [`Shown::of`], unless the site names its unit: then that is the one of every screen, paper and dialog.
    pub fn at<'a>(site: &Site, measure: Measure, sent: impl IntoIterator<Item = &'a str>) -> Shown {
        match site.glucose {
            Some(unit) => Shown::of(measure, [unit]),
            None => Shown::of(measure, sent),
        }
    }

    /// The way in which a measure is shown in a unit, by its word; `None` where it never is.
    pub fn in_word(measure: Measure, word: &str) -> Option<Shown> {
        let found = Shown::of(measure, [word]);
        (found.word() == word).then_some(found)
    }

    /// The unit as it stands on a screen.
    pub fn word(&self) -> &'static str {
        unit_word(self.code)
    }

    /// What a number in the measure's own unit is shown as: a limit, or what a rule found.
    pub fn from_own(&self, value: f64) -> f64 {
        self.to_own.back(value)
    }

    /// A limit as it is shown. One of the unit's own, which is whole, has the digits of this one: 70 mg/dL is 3.9 mmol/L. One that
    /// somebody typed more exactly stands as it was typed.
    pub fn bound(&self, value: f64) -> f64 {
        if self.to_own == Conversion::SAME {
            return value;
        }
        let usual = rounded(self.from_own(value), self.digits);
        let is_whole = value.fract() == 0.0;
        if is_whole || self.typed(usual) == value {
            usual
        } else {
            rounded(self.from_own(value), self.digits + 1)
        }
    }

    /// A limit that somebody typed as it is shown, in the measure's own unit.
    pub fn typed(&self, value: f64) -> f64 {
        // A hundredth is less than anybody can type, and shows the same again.
        if self.to_own == Conversion::SAME { value } else { rounded(self.to_own.apply(value), 2) }
    }

    /// Bounds such as `70 to 250` as they are shown; a text that is none stays as it is.
    pub fn bounds(&self, text: &str) -> String {
        each_side(text, |side| self.bound(side))
    }

    /// The way back: bounds that somebody typed as they are shown, as a setting takes them.
    pub fn typed_bounds(&self, text: &str) -> String {
        each_side(text, |side| self.typed(side))
    }

    /// The way from a unit, by its UCUM code, to this one; a value that came in it is shown as it came.
    ///
    /// # Errors
    /// Where the unit measures something else.
    pub fn conversion(&self, unit: &str) -> Result<Conversion, UnitError> {
        if unit == self.code {
            return Ok(Conversion::SAME);
        }
        let sent = Conversion::to_own(self.measure, unit)?;
        let Conversion { factor, offset } = self.to_own;
        Ok(Conversion { factor: sent.factor / factor, offset: (sent.offset - offset) / factor })
    }
}

fn each_side(text: &str, side: impl Fn(f64) -> f64) -> String {
    match parse_bounds(text) {
        Some(Limits { low, high }) => bounds(Limits { low: low.map(&side), high: high.map(&side) }),
        None => text.to_owned(),
    }
}

fn rounded(value: f64, digits: u8) -> f64 {
    let scale = 10f64.powi(i32::from(digits));
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_reach_the_unit_of_the_score() {
        for (measure, unit, sent, own) in [
            (Measure::HeartRate, "/min", 72.0, 72.0),
            (Measure::HeartRate, "Hz", 1.2, 72.0),
            (Measure::SpO2, "%", 97.0, 97.0),
            (Measure::SpO2, "1", 0.97, 97.0),
            (Measure::Temperature, "Cel", 37.0, 37.0),
            (Measure::Temperature, "[degF]", 98.6, 37.0),
            (Measure::Temperature, "K", 310.15, 37.0),
            (Measure::SystolicBp, "mm[Hg]", 120.0, 120.0),
            (Measure::SystolicBp, "kPa", 16.0, 120.01),
            (Measure::Glucose, "mg/dL", 99.0, 99.0),
            (Measure::Glucose, "mmol/L", 5.5, 99.09),
            (Measure::Glucose, "g/L", 0.99, 99.0),
            (Measure::Glucose, "umol/L", 5500.0, 99.09),
            (Measure::Glucose, "mmol/dL", 0.55, 99.09),
            (Measure::FiO2, "%", 21.0, 21.0),
            (Measure::FiO2, "1", 0.21, 21.0),
            (Measure::OxygenFlow, "mL/min", 2000.0, 2.0),
            (Measure::Weight, "g", 80_000.0, 80.0),
            (Measure::Height, "m", 1.8, 180.0),
            (Measure::UrineOutput, "L", 0.5, 500.0),
            (Measure::InsulinDose, "[iU]", 4.0, 4.0),
            (Measure::InsulinDose, "U", 4.0, 4.0),
            (Measure::Consciousness, "1", 2.0, 2.0),
            (Measure::Gcs, "{score}", 15.0, 15.0),
        ] {
            let conversion = Conversion::to_own(measure, unit).unwrap();
            assert_eq!((conversion.apply(sent) * 100.0).round() / 100.0, own, "{measure:?} {unit}");
            assert!((conversion.back(conversion.apply(sent)) - sent).abs() < 1e-6, "{measure:?} {unit}");
        }
        for (measure, unit) in
            [(Measure::HeartRate, "kg"), (Measure::Temperature, "%"), (Measure::Glucose, "Cel")]
        {
            let refused = UnitError::Incompatible { unit: unit.into(), measure: measure.spec().label };
            assert_eq!(Conversion::to_own(measure, unit), Err(refused));
        }
    }

    #[test]
    fn every_measure_takes_its_own_unit_as_it_is() {
        for spec in crate::measures() {
            assert_eq!(Conversion::to_own(spec.measure, spec.unit), Ok(Conversion::SAME), "{}", spec.label);
            let shown = Shown::of(spec.measure, [spec.unit]);
            assert_eq!((shown.conversion(spec.unit), shown.from_own(3.3)), (Ok(Conversion::SAME), 3.3));
        }
    }

    #[test]
    fn a_site_that_sends_millimoles_is_shown_millimoles() {
        let here = Shown::of(Measure::Glucose, ["mg/dL", "mmol/L"]);
        assert_eq!((here.word(), here.digits), ("mmol/L", 1));
        assert_eq!(here.conversion("mmol/L"), Ok(Conversion::SAME), "as it came, digit by digit");
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let way = here.conversion("mg/dL").unwrap();
        assert_eq!((tenth(way.apply(99.09)), tenth(way.apply(190.0))), (5.5, 10.5));
        assert_eq!(tenth(here.from_own(70.0)), 3.9);
        let there = Shown::of(Measure::Glucose, ["mg/dL"]);
        assert_eq!((there.word(), there.digits), ("mg/dL", 0));
        assert_eq!((there.conversion("mmol/L").unwrap().apply(5.5) * 100.0).round() / 100.0, 99.09);
        assert_eq!(Shown::of(Measure::Temperature, ["mmol/L"]).word(), "°C", "of glucose alone");
    }

    #[test]
    fn nobody_is_shown_a_unit_as_machines_write_it() {
        for spec in crate::measures() {
            let word = Shown::of(spec.measure, [spec.unit]).word();
            assert!(!word.contains(['[', '{']) || spec.unit.starts_with('{'), "{}: {word}", spec.label);
            assert_eq!(Shown::in_word(spec.measure, word), Some(Shown::of(spec.measure, [spec.unit])));
        }
        let bounds = [Measure::SystolicBp, Measure::Temperature].map(|m| Shown::of(m, []).word());
        assert_eq!(bounds, ["mmHg", "°C"]);
        assert_eq!(Shown::in_word(Measure::Glucose, "mmol/L").map(|s| s.word()), Some("mmol/L"));
        assert_eq!(Shown::in_word(Measure::HeartRate, "mmol/L"), None, "of glucose alone");
        assert_eq!(Shown::in_word(Measure::Glucose, "mm[Hg]"), None);
    }

    #[test]
    fn the_unit_that_a_site_names_holds_whatever_was_sent() {
        let mut site = Site::default();
        let word = |site: &Site, sent: &str| Shown::at(site, Measure::Glucose, [sent]).word();
        assert_eq!([word(&site, "mmol/L"), word(&site, "mg/dL")], ["mmol/L", "mg/dL"], "as sent");
        for unit in ["mmol/L", "mg/dL"] {
            site.set("unit.glucose", unit).unwrap();
            assert_eq!([word(&site, "mmol/L"), word(&site, "mg/dL"), word(&site, "g/L")], [unit; 3]);
            assert_eq!(Shown::at(&site, Measure::Temperature, ["Cel"]).word(), "°C");
        }
    }

    proptest! {
        #[test]
        fn a_limit_that_is_typed_is_shown_again_as_it_was_typed(hundredths in 60i32..8300) {
            let shown = Shown::of(Measure::Glucose, [MMOL_L]);
            let value = f64::from(hundredths) / 100.0;
            prop_assume!(shown.typed(value).fract() != 0.0 || hundredths % 10 == 0);
            prop_assert_eq!(shown.bound(shown.typed(value)), value);
            let own = Shown::of(Measure::Temperature, ["Cel"]);
            prop_assert_eq!((own.bound(38.55), own.typed(38.55)), (38.55, 38.55));
        }

        #[test]
        fn glucose_survives_the_way_there_and_back(value in 0.1f64..2000.0) {
            let millimoles = Shown::of(Measure::Glucose, ["mmol/L"]);
            let (there, back) =
                (millimoles.conversion("mg/dL").unwrap(), Conversion::to_own(Measure::Glucose, "mmol/L").unwrap());
            let again = back.apply(there.apply(value));
            prop_assert!((again - value).abs() <= value * 1e-12, "{value} became {again}");
            prop_assert!((there.apply(value) - millimoles.from_own(value)).abs() <= value * 1e-12);
            // And whoever compares two values finds them in the same order.
            prop_assert!(there.apply(value + 0.1) > there.apply(value));
        }
    }
}
