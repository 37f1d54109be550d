//! One reading of a sensor, with what the sensor said of it.

use crate::{Comparator, Conversion, Instant, Marks, Measure, UnitError};

/// What a sensor, or who brought its readings, says of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing: it is what was measured.
    Plain,
    /// `LO`: it is less than the value, which is as low as the sensor can tell.
    Low,
    /// `HI`: it is more than the value, which is as high as the sensor can tell.
    High,
    /// The sensor was still warming up.
    WarmUp,
    /// A drop of blood, whether the sensor was set by it or not; no reading of a sensor.
    Calibration,
    /// No glucose at all: a code of an error, or an implausible value.
    Artefact,
}

impl Mark {
    /// Whether it counts in the figures.
    pub fn counts(self) -> bool {
        matches!(self, Mark::Plain | Mark::Low | Mark::High)
    }
}

impl From<Marks> for Mark {
    fn from(marks: Marks) -> Mark {
        match marks.comparator {
            _ if marks.is_artefact() => Mark::Artefact,
            None => Mark::Plain,
            Some(Comparator::Below | Comparator::AtMost) => Mark::Low,
            Some(Comparator::AtLeast | Comparator::Above) => Mark::High,
        }
    }
}

/// One reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// How much, unrounded.
    pub mg_dl: f64,
    /// What goes with it.
    pub mark: Mark,
}

impl Reading {
    /// As measured.
    pub const fn plain(at: Instant, mg_dl: f64) -> Reading {
        Reading { at, mg_dl, mark: Mark::Plain }
    }

    /// A reading in a unit by its UCUM code: `mmol/L`, `mg/dL`.
    ///
    /// # Errors
    /// Where the unit is none of glucose.
    pub fn in_unit(at: Instant, value: f64, unit: &str, mark: Mark) -> Result<Reading, UnitError> {
        let conversion = Conversion::to_own(Measure::Glucose, unit)?;
        Ok(Reading { at, mg_dl: conversion.apply(value), mark })
    }

    /// The value as it is compared with a limit: `LO 54` is below 54, and 54 is not.
    pub fn compared(&self) -> f64 {
        match self.mark {
            Mark::Low => self.mg_dl.next_down(),
            Mark::High => self.mg_dl.next_up(),
            _ => self.mg_dl,
        }
    }

    /// Whether it counts: a mark of a reading, and a number that can be one.
    pub(crate) fn counts(&self) -> bool {
        self.mark.counts() && self.mg_dl.is_finite() && self.mg_dl > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quality;

    #[test]
    fn a_bound_of_the_sensor_and_an_artefact_are_what_the_cache_says_of_them() {
        for (quality, comparator, wanted) in [
            (Quality::Good, None, Mark::Plain),
            (Quality::Rounded, None, Mark::Plain),
            (Quality::Good, Some(Comparator::Below), Mark::Low),
            (Quality::Good, Some(Comparator::AtMost), Mark::Low),
            (Quality::Good, Some(Comparator::Above), Mark::High),
            (Quality::Artefact, Some(Comparator::Below), Mark::Artefact),
        ] {
            assert_eq!(Mark::from(Marks { quality, comparator }), wanted);
        }
    }

    #[test]
    fn what_is_no_number_never_counts() {
        let counts = |mg_dl| Reading::plain(Instant(0), mg_dl).counts();
        assert!(counts(40.0) && !counts(f64::NAN) && !counts(f64::INFINITY) && !counts(0.0) && !counts(-1.0));
        assert!(Reading::in_unit(Instant(0), 5.5, "Cel", Mark::Plain).is_err());
        let converted = Reading::in_unit(Instant(0), 5.5, "mmol/L", Mark::Plain).unwrap();
        assert_eq!(converted.mg_dl, 5.5 * 18.01559);
    }
}
