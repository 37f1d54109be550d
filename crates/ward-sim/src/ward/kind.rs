//! What the devices of a patient send: codes, units, and as what it is served.

use crate::ward::physiology::Signal;

pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const MDC: &str = "urn:iso:std:iso:11073:10101";
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// What a device of a patient sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 1 Hz, as SampledData.
    Numeric(Signal),
    Pressure,
    /// One value of a round, a wearable or a sensor.
    Spot(Signal),
    Ecg,
    Pleth,
    Dose,
    Issue,
}

/// What stands in the resources of a kind.
pub(crate) struct Meaning {
    pub slug: &'static str,
    pub loinc: Option<&'static str>,
    pub mdc: Option<&'static str>,
    pub unit: &'static str,
    pub shown: &'static str,
    pub category: &'static str,
}

const fn meaning(
    slug: &'static str,
    loinc: Option<&'static str>,
    mdc: Option<&'static str>,
    unit: &'static str,
    shown: &'static str,
) -> Meaning {
    Meaning { slug, loinc, mdc, unit, shown, category: "vital-signs" }
}

impl Kind {
    pub(crate) fn meaning(self) -> Meaning {
        match self {
            Kind::Numeric(Signal::Hr) | Kind::Spot(Signal::Hr) => {
                meaning("hr", Some("8867-4"), Some("147842"), "/min", "beats/min")
            }
            Kind::Numeric(Signal::SpO2) | Kind::Spot(Signal::SpO2) => {
                meaning("spo2", Some("59408-5"), Some("150456"), "%", "%")
            }
            Kind::Numeric(Signal::Rr) | Kind::Spot(Signal::Rr) => {
                meaning("rr", Some("9279-1"), Some("151562"), "/min", "breaths/min")
            }
            Kind::Pressure => meaning("bp", Some("85354-9"), Some("150020"), "mm[Hg]", "mmHg"),
            Kind::Spot(Signal::Temp) => meaning("temp", Some("8310-5"), Some("150364"), "Cel", "°C"),
            Kind::Spot(Signal::Glucose) => meaning("cgm", Some("105272-9"), None, "mmol/L", "mmol/L"),
            Kind::Spot(Signal::OxygenFlow) => meaning("o2", Some("3151-8"), None, "L/min", "L/min"),
            Kind::Spot(Signal::Consciousness) => meaning("acvpu", Some("67775-7"), None, "", ""),
            Kind::Ecg => {
                Meaning { category: "procedure", ..meaning("ecg", None, Some("131330"), "mV", "mV") }
            }
            Kind::Pleth => {
                Meaning { category: "procedure", ..meaning("pleth", None, Some("150452"), "1", "") }
            }
            Kind::Dose => Meaning { category: "", ..meaning("dose", None, None, "[iU]", "U") },
            Kind::Issue => Meaning { category: "", ..meaning("issue", None, None, "", "") },
            _ => Meaning { category: "survey", ..meaning("battery", None, Some("67996"), "%", "%") },
        }
    }

    /// The resource type it is served as.
    pub(crate) fn resource(self) -> &'static str {
        match self {
            Kind::Dose => "MedicationAdministration",
            Kind::Issue => "DetectedIssue",
            _ => "Observation",
        }
    }

    /// Whether it answers a search by this code.
    pub(crate) fn has_code(self, system: Option<&str>, code: &str) -> bool {
        let m = self.meaning();
        (m.loinc == Some(code) && system.is_none_or(|s| s == LOINC))
            || (m.mdc == Some(code) && system.is_none_or(|s| s == MDC))
    }

    pub(crate) fn category(self) -> &'static str {
        self.meaning().category
    }

    /// Whether it goes out on the live channel; waves are found by their code or category only.
    pub(crate) fn is_announced(self) -> bool {
        !matches!(self, Kind::Ecg | Kind::Pleth)
    }
}
