//! What is measured: LOINC and MDC codes, the UCUM unit a measure is shown in, and its plausible range.

use smol_str::SmolStr;

/// The code system and code a value came with; a series keeps the code it was sent under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A LOINC code.
    Loinc(SmolStr),
    /// An IEEE 11073 nomenclature code.
    Mdc(SmolStr),
}

impl Code {
    /// The bare code, without its system.
    pub fn as_str(&self) -> &str {
        match self {
            Code::Loinc(code) | Code::Mdc(code) => code,
        }
    }

    /// The plausible range of what comes under this code, in the unit of its measure.
    pub fn plausible(&self) -> Option<(f64, f64)> {
        let own = NARROWER.iter().find(|(code, _)| *code == self.as_str()).map(|(_, range)| *range);
        own.or_else(|| self.measure().map(|measure| measure.spec().plausible))
    }

    /// Whether `value`, in the unit of the measure, can be a measurement under this code. NaN cannot; of what is not known all can.
    pub fn plausibility(&self, value: f64) -> Plausibility {
        match self.plausible() {
            Some((low, high)) if !(value >= low && value <= high) => Plausibility::Artefact,
            _ => Plausibility::Plausible,
        }
    }

    /// What the code measures, where the console knows it.
    pub fn measure(&self) -> Option<Measure> {
        match self {
            Code::Loinc(code) => Measure::from_loinc(code),
            Code::Mdc(code) => Measure::from_mdc(code),
        }
    }
}

/// A quantity the console knows the meaning of. Codes it does not know are kept and shown as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // The names are the field's own; units and codes stand in the table below.
pub enum Measure {
    HeartRate,
    PulseRate,
    SpO2,
    RespRate,
    SystolicBp,
    DiastolicBp,
    MeanBp,
    ArterialSystolic,
    ArterialDiastolic,
    ArterialMean,
    Temperature,
    Glucose,
    OxygenFlow,
    FiO2,
    EtCo2,
    Consciousness,
    Gcs,
    Weight,
    Height,
    UrineOutput,
    PerfusionIndex,
    Battery,
    InsulinDose,
}

/// One row of the table of measures.
#[derive(Debug)]
pub struct MeasureSpec {
    /// Which measure this row describes.
    pub measure: Measure,
    /// The short name that stands on a tile.
    pub label: &'static str,
    /// LOINC codes, the preferred one first.
    pub loinc: &'static [&'static str],
    /// IEEE 11073 (MDC) codes.
    pub mdc: &'static [&'static str],
    /// The UCUM unit that limits, scores and charts use.
    pub unit: &'static str,
    /// Outside this range, in `unit`, a value is an artefact: kept and shown, left out of scores and alarms.
    pub plausible: (f64, f64),
    /// Digits behind the point on a screen.
    pub digits: u8,
}

impl MeasureSpec {
    /// The code the console writes: LOINC, else MDC.
    pub fn code(&self) -> Option<Code> {
        let loinc = self.loinc.first().map(|code| Code::Loinc((*code).into()));
        loinc.or_else(|| self.mdc.first().map(|code| Code::Mdc((*code).into())))
    }
}

/// What the plausible range says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plausibility {
    /// It can be a measurement.
    Plausible,
    /// It cannot; the sensor or the sender is wrong.
    Artefact,
}

/// Every measure the console knows. Ranges and codes: `measures.csv` of the design (LOINC 2.77, ISO/IEEE 11073-10101).
pub fn measures() -> &'static [MeasureSpec] {
    TABLE
}

const TABLE: &[MeasureSpec] = &[
    row(Measure::HeartRate, "HR", &["8867-4"], &["147842", "149546"], "/min", (0.0, 300.0), 0),
    row(Measure::PulseRate, "PR", &["8889-8"], &["149530"], "/min", (20.0, 300.0), 0),
    row(Measure::SpO2, "SpO₂", &["59408-5", "2708-6"], &["150456"], "%", (50.0, 100.0), 0),
    row(Measure::RespRate, "RR", &["9279-1"], &["151562", "151570"], "/min", (0.0, 120.0), 0),
    row(Measure::SystolicBp, "Systolic", &["8480-6"], &["150021"], "mm[Hg]", (0.0, 300.0), 0),
    row(Measure::DiastolicBp, "Diastolic", &["8462-4"], &["150022"], "mm[Hg]", (0.0, 200.0), 0),
    row(Measure::MeanBp, "MAP", &["8478-0"], &["150023"], "mm[Hg]", (0.0, 250.0), 0),
    row(Measure::ArterialSystolic, "ABP sys", &["76215-3"], &[], "mm[Hg]", (0.0, 300.0), 0),
    row(Measure::ArterialDiastolic, "ABP dia", &["76213-8"], &[], "mm[Hg]", (0.0, 200.0), 0),
    row(Measure::ArterialMean, "ABP mean", &["76214-6"], &[], "mm[Hg]", (0.0, 250.0), 0),
    row(
        Measure::Temperature,
        "Temp",
        &["8310-5", "8333-7", "8331-1", "8332-9", "8328-7"],
        &["150364", "150392", "188424", "188420", "188452"],
        "Cel",
        (25.0, 45.0),
        1,
    ),
    row(
        Measure::Glucose,
        "Glucose",
        // By mass and by amount of substance: which it is says the unit.
        &["99504-3", "105272-9", "2339-0", "15074-8", "2345-7", "14749-6", "41653-7", "14743-9"],
        &["160212", "160368", "160184"],
        "mg/dL",
        (10.0, 1500.0),
        0,
    ),
    row(Measure::OxygenFlow, "O₂ flow", &["3151-8"], &[], "L/min", (0.0, 80.0), 0),
    row(Measure::FiO2, "FiO₂", &["3150-6"], &[], "%", (21.0, 100.0), 0),
    row(Measure::EtCo2, "EtCO₂", &["19891-1"], &["151708"], "mm[Hg]", (0.0, 150.0), 0),
    row(Measure::Consciousness, "ACVPU", &["67775-7", "80288-4"], &[], "{ACVPU}", (0.0, 4.0), 0),
    row(Measure::Gcs, "GCS", &["9269-2"], &[], "{score}", (3.0, 15.0), 0),
    row(Measure::Weight, "Weight", &["29463-7"], &["188736"], "kg", (0.2, 500.0), 1),
    row(Measure::Height, "Height", &["8302-2"], &["188740"], "cm", (20.0, 272.0), 0),
    row(Measure::UrineOutput, "Urine", &["9187-6"], &[], "mL", (0.0, 2000.0), 0),
    row(Measure::PerfusionIndex, "PI", &["61006-3"], &["150448"], "%", (0.02, 20.0), 1),
    row(Measure::Battery, "Battery", &[], &["67996"], "%", (0.0, 100.0), 0),
    row(Measure::InsulinDose, "Insulin", &[], &["189452"], "[iU]", (0.0, 100.0), 1),
];

/// Codes whose devices tell less than their measure can be. A sensor under the skin reads 40 to 400 mg/dL, some of them to 500;
/// numbers below are codes for its errors. A laboratory can find less.
const NARROWER: [(&str, (f64, f64)); 3] =
    [("99504-3", (20.0, 600.0)), ("105272-9", (20.0, 600.0)), ("160212", (20.0, 600.0))];

const fn row(
    measure: Measure,
    label: &'static str,
    loinc: &'static [&'static str],
    mdc: &'static [&'static str],
    unit: &'static str,
    plausible: (f64, f64),
    digits: u8,
) -> MeasureSpec {
    MeasureSpec { measure, label, loinc, mdc, unit, plausible, digits }
}

impl Measure {
    /// The table row of this measure.
    pub fn spec(self) -> &'static MeasureSpec {
        // The table stands in the order of the enum; a test holds it.
        &TABLE[self as usize]
    }

    /// The measure behind a LOINC code, where the console knows one.
    pub fn from_loinc(code: &str) -> Option<Measure> {
        TABLE.iter().find(|row| row.loinc.contains(&code)).map(|row| row.measure)
    }

    /// The measure behind an MDC code, where the console knows one.
    pub fn from_mdc(code: &str) -> Option<Measure> {
        TABLE.iter().find(|row| row.mdc.contains(&code)).map(|row| row.measure)
    }

    /// Whether `value`, in this measure's own unit, can be a measurement at all. NaN cannot.
    pub fn plausibility(self, value: f64) -> Plausibility {
        let (low, high) = self.spec().plausible;
        if value >= low && value <= high { Plausibility::Plausible } else { Plausibility::Artefact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_finds_its_own_row_and_codes_are_not_shared() {
        let mut seen = std::collections::HashSet::new();
        for (n, row) in TABLE.iter().enumerate() {
            assert_eq!(row.measure as usize, n, "{}", row.label);
            for code in row.loinc.iter().chain(row.mdc) {
                assert!(seen.insert(*code), "{code} stands twice");
            }
            for code in row.loinc {
                assert_eq!(Measure::from_loinc(code), Some(row.measure));
            }
        }
    }

    #[test]
    fn glucose_is_glucose_by_mass_and_by_amount_of_substance_and_in_another_fluid_it_is_not() {
        for (code, wanted) in [
            ("2339-0", Some(Measure::Glucose)),
            ("15074-8", Some(Measure::Glucose)),
            ("2345-7", Some(Measure::Glucose)),
            ("14749-6", Some(Measure::Glucose)),
            ("41653-7", Some(Measure::Glucose)),
            ("14743-9", Some(Measure::Glucose)),
            ("14745-4", None),
        ] {
            assert_eq!(Measure::from_loinc(code), wanted, "{code}");
        }
    }

    #[test]
    fn a_sensors_error_is_no_glucose_and_a_laboratorys_low_one_is() {
        for (code, value, plausible) in [
            (Code::Loinc("99504-3".into()), 10.0, false),
            (Code::Loinc("105272-9".into()), 12.0, false),
            (Code::Mdc("160212".into()), 1.0, false),
            (Code::Loinc("99504-3".into()), 40.0, true),
            (Code::Loinc("2345-7".into()), 12.0, true),
            (Code::Loinc("8867-4".into()), f64::NAN, false),
            (Code::Loinc("1-8".into()), -5e9, true),
        ] {
            let found = code.plausibility(value) == Plausibility::Plausible;
            assert_eq!(found, plausible, "{code:?} {value}");
        }
        assert!(NARROWER.iter().all(|(code, range)| {
            let measure = Measure::from_loinc(code).or(Measure::from_mdc(code));
            let (low, high) = measure.expect("a code of the table").spec().plausible;
            low <= range.0 && range.1 <= high
        }));
    }

    #[test]
    fn an_absurd_value_is_an_artefact_and_so_is_nan() {
        assert_eq!(Measure::HeartRate.plausibility(72.0), Plausibility::Plausible);
        assert_eq!(Measure::HeartRate.plausibility(4000.0), Plausibility::Artefact);
        assert_eq!(Measure::Temperature.plausibility(f64::NAN), Plausibility::Artefact);
    }
}
