//! Who lies where, with what attached: the facts beside the numbers.

use smol_str::SmolStr;

use crate::{Code, Decimal, DeviceId, DoseId, FlagId, Instant, PatientId, PlaceId, Sex, StayId};

/// A patient, as far as a screen needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Logical id of the Patient.
    pub id: PatientId,
    /// Medical record number; empty where the server sends none.
    pub mrn: String,
    /// Family name, without control characters.
    pub family: String,
    /// Given names, without control characters.
    pub given: String,
    /// Birth date as sent: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Administrative gender.
    pub sex: Sex,
    /// `false` once the record was merged away or switched off.
    pub active: bool,
    /// The record that this one was merged into.
    pub replaced_by: Option<PatientId>,
    /// Records that were merged into this one.
    pub replaces: Vec<PatientId>,
}

/// A ward or a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Logical id of the Location.
    pub id: PlaceId,
    /// As shown.
    pub name: String,
    /// Whether this is a bed; otherwise a ward or something that holds beds.
    pub is_bed: bool,
    /// The Location this one is part of.
    pub part_of: Option<PlaceId>,
}

/// A patient's stay, which binds the patient to a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Logical id of the Encounter.
    pub id: StayId,
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// The current Location.
    pub place: Option<PlaceId>,
    /// Whether the stay is going on.
    pub in_progress: bool,
}

/// A device that is or was on a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Logical id of the Device.
    pub id: DeviceId,
    /// The patient it is on.
    pub patient: Option<PatientId>,
    /// As shown.
    pub name: String,
    /// Whether it is in use.
    pub active: bool,
}

impl Device {
    /// Whether it is implanted, as far as its name tells.
    pub fn is_implant(&self) -> bool {
        let mut words = self.name.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == "ICD" || word.to_lowercase().starts_with("implant"))
    }
}

/// Per cent of a battery from which on it is low.
pub const LOW_BATTERY: u8 = 20;

/// A dose that a device or a person recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dose {
    /// Logical id of the MedicationAdministration.
    pub id: DoseId,
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// What was given.
    pub what: String,
    /// How much, with its UCUM unit.
    pub amount: Option<(Decimal, String)>,
    /// When.
    pub at: Instant,
}

/// Something recorded about a patient that changes how values are read, such as a prescribed SpO₂ scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Logical id of the Flag.
    pub id: FlagId,
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Its codes, each as `system|code`.
    pub codes: Vec<String>,
    /// Who recorded it; empty where nobody is named.
    pub by: String,
    /// From when.
    pub since: Instant,
    /// Until when; `None` while it holds.
    pub until: Option<Instant>,
}

impl Flag {
    /// Whether it holds at `now` and has this code.
    pub fn says(&self, code: &str, now: Instant) -> bool {
        self.since <= now
            && self.until.is_none_or(|until| now < until)
            && self.codes.iter().any(|c| c.as_str() == code)
    }
}

/// Evenly spaced values of one signal, as SampledData sends them. Gaps were cut out: a segment has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Logical id of the Device.
    pub device: Option<DeviceId>,
    /// What was measured.
    pub code: Code,
    /// UCUM.
    pub unit: SmolStr,
    /// When the first value was true.
    pub start: Instant,
    /// Milliseconds between values.
    pub period_ms: f64,
    /// The values are `mantissa * 10^-scale`.
    pub scale: u8,
    /// One mantissa a value.
    pub mantissas: Vec<i64>,
}

impl Segment {
    /// When value `n` was true.
    pub fn time_of(&self, n: usize) -> Instant {
        self.start + (n as f64 * self.period_ms).round() as i64
    }

    /// Whether this is a wave (ECG, pleth) and not a numeric: ten values a second or more.
    pub fn is_wave(&self) -> bool {
        self.period_ms <= 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_implant_is_told_by_a_word_of_its_name_and_not_by_letters_of_another() {
        let is = |name: &str| {
            Device { id: "d".into(), patient: None, name: name.into(), active: true }.is_implant()
        };
        assert!(
            is("ICD") && is("ICD (implant)") && is("Implantable loop recorder") && is("Dual-chamber ICD")
        );
        assert!(!is("Bedside monitor") && !is("Medicdosis hub") && !is("SpO2 sensor"));
    }
}
