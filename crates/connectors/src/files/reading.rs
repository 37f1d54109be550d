//! One reading of glucose on its way from a file: what it is kept under, and how far it is to be trusted.

use clinical::{
    Body, Code, Comparator, Conversion, Decimal, Device, DeviceId, Fact, Instant, Measure, PatientId,
    Plausibility, Quality, Sample, Source,
};

use super::given::Given;
use super::kind::FileKind;
use crate::hl7v2::identity::id_of;
use crate::text::clean;

/// In which unit glucose stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MassOrMoles {
    /// mg/dL.
    Mass,
    /// mmol/L.
    Moles,
}

/// Where glucose was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Where {
    /// Under the skin, by a sensor.
    Tissue,
    /// In a drop of blood.
    Blood,
}

/// A level as it stood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    pub value: Decimal,
    pub comparator: Option<Comparator>,
    pub quality: Quality,
}

/// A reading.
pub(crate) struct Reading<'a> {
    pub kind: FileKind,
    pub device: &'a DeviceId,
    pub place: Where,
    pub unit: MassOrMoles,
    pub level: Level,
    pub at: Instant,
    /// What tells it from others of its device, as it stands in the file. Not its row: another file has it in another.
    pub key: &'a [&'a str],
}

impl MassOrMoles {
    /// By a word as it ends a column's name or stands for itself.
    pub(crate) fn of(text: &str) -> Option<MassOrMoles> {
        match text.trim().to_lowercase().as_str() {
            "mg/dl" => Some(MassOrMoles::Mass),
            "mmol/l" => Some(MassOrMoles::Moles),
            _ => None,
        }
    }

    fn ucum(self) -> &'static str {
        match self {
            MassOrMoles::Mass => "mg/dL",
            MassOrMoles::Moles => "mmol/L",
        }
    }

    /// LOINC.
    fn code(self, place: Where) -> &'static str {
        match (place, self) {
            (Where::Tissue, MassOrMoles::Mass) => "99504-3",
            (Where::Tissue, MassOrMoles::Moles) => "105272-9",
            (Where::Blood, MassOrMoles::Mass) => "41653-7",
            (Where::Blood, MassOrMoles::Moles) => "14743-9",
        }
    }
}

impl Reading<'_> {
    /// As a fact. Its source tells the kind of file, and is the same in each file that holds it.
    pub(crate) fn fact(self, patient: &PatientId, given: &Given) -> Fact {
        let code = Code::Loinc(self.unit.code(self.place).into());
        let quality = match judged(&code, self.level.value, self.unit.ucum()) {
            Quality::Good => self.level.quality,
            other => other,
        };
        let place = if self.place == Where::Tissue { "tissue" } else { "blood" };
        let mut parts = vec![self.kind.word(), patient.as_str(), self.device.as_str(), place];
        parts.extend_from_slice(self.key);
        let reference = format!("Observation/{}-{}", self.kind.word(), id_of("Reading", &parts));
        let sample = Sample {
            patient: patient.clone(),
            device: Some(self.device.clone()),
            code,
            value: self.level.value,
            comparator: self.level.comparator,
            unit: self.unit.ucum().into(),
            taken_at: self.at,
            quality,
        };
        let source = Source { reference: reference.into(), version: "1".into() };
        Fact { source, updated_at: Some(given.read_at), body: Body::Samples(vec![sample]) }
    }
}

fn judged(code: &Code, value: Decimal, unit: &str) -> Quality {
    let conversion = Conversion::to_own(Measure::Glucose, unit).unwrap_or(Conversion::SAME);
    match code.plausibility(conversion.apply(value.to_f64())) {
        Plausibility::Plausible => Quality::Good,
        Plausibility::Artefact => Quality::Artefact,
    }
}

/// A device, by what names it in its maker's world.
pub(crate) fn device_id(maker: &str, name: &str) -> DeviceId {
    DeviceId::from(clean(&format!("{maker}|{}", if name.is_empty() { "unnamed" } else { name }), 160))
}

/// As it is shown. What a file tells of it is past: whether it is in use is not known from it.
pub(crate) fn device_fact(id: &DeviceId, name: &str, patient: &PatientId, given: &Given) -> Fact {
    let device = Device {
        id: id.clone(),
        patient: Some(patient.clone()),
        name: clean(name, 60),
        active: false,
        make: None,
    };
    let source = Source { reference: format!("Device/{id}").into(), version: "1".into() };
    Fact { source, updated_at: Some(given.read_at), body: Body::Device(device) }
}
