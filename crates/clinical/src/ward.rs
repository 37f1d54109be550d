//! Who lies where, with what attached: the facts beside the numbers.

use smol_str::SmolStr;

use crate::{
    Amount, Code, Contacts, DeviceId, DeviceMake, DoseId, FlagId, Instant, Marks, PatientId, PlaceId, Sex,
    StayId,
};

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
    /// Whether the patient has died.
    pub deceased: bool,
    /// The record that this one was merged into.
    pub replaced_by: Option<PatientId>,
    /// Records that were merged into this one.
    pub replaces: Vec<PatientId>,
    /// How they are reached. A ward that is read from a cache has none of it: whoever calls somebody asks for theirs.
    pub contacts: Option<Box<Contacts>>,
}

/// What kind of place a Location is (`physicalType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaceKind {
    /// None that is told, or none that matters here: a corridor, an area.
    #[default]
    Other,
    /// One person's.
    Bed,
    /// Holds beds of one unit.
    Ward,
    /// Holds beds.
    Room,
    /// Holds wards: a site, a building, a floor.
    Site,
    /// Where somebody lives.
    House,
}

/// A ward or a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Logical id of the Location.
    pub id: PlaceId,
    /// As shown.
    pub name: String,
    /// What it is.
    pub kind: PlaceKind,
    /// The Location this one is part of.
    pub part_of: Option<PlaceId>,
}

/// Where the care of a stay is given (`Encounter.class`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// Not known: a cache of an older Vigil did not keep it.
    #[default]
    Unsaid,
    /// At home, or from afar.
    Home,
    /// In a hospital or practice.
    Hospital,
}

/// A patient's stay, which binds the patient to a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Logical id of the Encounter.
    pub id: StayId,
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// The current Locations: a stay may name the bed, its room and its ward side by side.
    pub places: Vec<PlaceId>,
    /// Whether the stay is going on: the person has come and has not gone for good.
    pub in_progress: bool,
    /// Where the care is given.
    pub care: Care,
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
    /// How it was made. A ward that is read from a cache has none of it: whoever lists devices asks for it.
    pub make: Option<Box<DeviceMake>>,
}

/// What kind of device it is, where a screen shows a sign for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// An implanted cardioverter-defibrillator.
    Icd,
    /// Anything else that is implanted.
    Implant,
    /// A sensor of glucose.
    GlucoseSensor,
    /// A pen that records its doses.
    InsulinPen,
    /// Any other.
    Other,
}

impl Device {
    /// As far as its name tells.
    pub fn kind(&self) -> DeviceKind {
        let word = |known: &dyn Fn(&str) -> bool| {
            self.name.split(|c: char| !c.is_alphanumeric()).any(|word| known(&word.to_lowercase()))
        };
        if word(&|w| w == "icd") {
            DeviceKind::Icd
        } else if word(&|w| w.starts_with("implant")) {
            DeviceKind::Implant
        } else if word(&|w| w == "glucose" || w == "cgm") {
            DeviceKind::GlucoseSensor
        } else if word(&|w| w == "insulin") && word(&|w| w == "pen") {
            DeviceKind::InsulinPen
        } else {
            DeviceKind::Other
        }
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
    /// How much, where that was sent.
    pub amount: Option<Amount>,
    /// When.
    pub at: Instant,
    /// Its business identifier, as `system|value`: two resources that share one are one dose, which was sent twice.
    pub identity: Option<String>,
    /// What gave or recorded it, such as a pen, where it is named.
    pub device: Option<DeviceId>,
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

/// Evenly spaced values of one signal, as SampledData sends them. Gaps were cut out: a segment has none. So were
/// those that are no plain measurement: they stand in segments of their own.
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
    /// What goes with each of the values.
    pub marks: Marks,
}

impl Segment {
    /// When value `n` was true.
    pub fn time_of(&self, n: usize) -> Instant {
        self.start.after(n, self.period_ms)
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
    fn a_device_is_told_by_a_word_of_its_name_and_not_by_letters_of_another() {
        let kind = |name: &str| {
            Device { id: "d".into(), patient: None, name: name.into(), active: true, make: None }.kind()
        };
        for (name, wanted) in [
            ("ICD", DeviceKind::Icd),
            ("Dual-chamber ICD (implant)", DeviceKind::Icd),
            ("Implantable loop recorder", DeviceKind::Implant),
            ("Glucose sensor", DeviceKind::GlucoseSensor),
            ("Insulin pen", DeviceKind::InsulinPen),
            ("Bedside monitor", DeviceKind::Other),
            ("Medicdosis hub", DeviceKind::Other),
            ("SpO2 sensor", DeviceKind::Other),
        ] {
            assert_eq!(kind(name), wanted, "{name}");
        }
    }
}
