//! The R4 resources the console reads, borrowed from the page they came in. Only the elements that are used.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::wire::datatypes::{
    Address, Coding, Concept, ContactPoint, HumanName, Identifier, Meta, Period, Quantity, Reference,
    SampledData, Str, Text, Timing,
};

/// What every resource has; read first, to know which kind follows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head<'a> {
    #[serde(borrow)]
    pub resource_type: Str<'a>,
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component<'a> {
    #[serde(borrow)]
    pub code: Concept<'a>,
    #[serde(borrow)]
    pub value_quantity: Option<Quantity<'a>>,
    #[serde(borrow)]
    pub value_codeable_concept: Option<Concept<'a>>,
}

/// Who made a value, with all that R4 lets a server say of it.
#[derive(Deserialize)]
pub(crate) struct DeviceReference<'a> {
    #[serde(borrow)]
    pub reference: Text<'a>,
    #[serde(borrow)]
    pub identifier: Option<Identifier<'a>>,
    #[serde(borrow)]
    pub display: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Observation<'a> {
    #[serde(borrow)]
    pub resource_type: Str<'a>,
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub meta: Option<Meta<'a>>,
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow)]
    pub code: Concept<'a>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub device: Option<DeviceReference<'a>>,
    #[serde(borrow)]
    pub effective_date_time: Text<'a>,
    #[serde(borrow)]
    pub effective_instant: Text<'a>,
    #[serde(borrow)]
    pub effective_period: Option<Period<'a>>,
    #[serde(borrow)]
    pub effective_timing: Option<Timing<'a>>,
    #[serde(borrow)]
    pub value_quantity: Option<Quantity<'a>>,
    #[serde(borrow)]
    pub value_sampled_data: Option<SampledData<'a>>,
    #[serde(borrow)]
    pub value_codeable_concept: Option<Concept<'a>>,
    #[serde(borrow)]
    pub data_absent_reason: Option<Concept<'a>>,
    #[serde(borrow, default)]
    pub component: Vec<Component<'a>>,
    pub value_string: Option<IgnoredAny>,
    pub value_boolean: Option<IgnoredAny>,
    pub value_integer: Option<IgnoredAny>,
    pub value_range: Option<IgnoredAny>,
    pub value_ratio: Option<IgnoredAny>,
    pub value_time: Option<IgnoredAny>,
    pub value_date_time: Option<IgnoredAny>,
    pub value_period: Option<IgnoredAny>,
}

impl Observation<'_> {
    /// What stands where a number could, by a name that is counted.
    pub(crate) fn without_a_number(&self) -> &'static str {
        let others = [
            (self.data_absent_reason.is_some(), "Observation.dataAbsentReason"),
            (self.value_string.is_some(), "Observation.valueString"),
            (self.value_boolean.is_some(), "Observation.valueBoolean"),
            (self.value_integer.is_some(), "Observation.valueInteger"),
            (self.value_range.is_some(), "Observation.valueRange"),
            (self.value_ratio.is_some(), "Observation.valueRatio"),
            (self.value_time.is_some(), "Observation.valueTime"),
            (self.value_date_time.is_some(), "Observation.valueDateTime"),
            (self.value_period.is_some(), "Observation.valuePeriod"),
        ];
        others.into_iter().find(|(is, _)| *is).map_or("Observation without a value", |(_, name)| name)
    }
}

#[derive(Deserialize)]
pub(crate) struct PatientLink<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Str<'a>,
    #[serde(borrow)]
    pub other: Option<Reference<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patient<'a> {
    pub active: Option<bool>,
    #[serde(borrow, default)]
    pub identifier: Vec<Identifier<'a>>,
    #[serde(borrow, default)]
    pub name: Vec<HumanName<'a>>,
    #[serde(borrow)]
    pub gender: Text<'a>,
    #[serde(borrow)]
    pub birth_date: Text<'a>,
    pub deceased_boolean: Option<bool>,
    #[serde(borrow)]
    pub deceased_date_time: Text<'a>,
    #[serde(borrow, default)]
    pub link: Vec<PatientLink<'a>>,
    #[serde(borrow, default)]
    pub telecom: Vec<ContactPoint<'a>>,
    #[serde(borrow, default)]
    pub address: Vec<Address<'a>>,
    #[serde(borrow, default)]
    pub communication: Vec<Spoken<'a>>,
    #[serde(borrow, default)]
    pub contact: Vec<PatientContact<'a>>,
}

/// What somebody speaks (`Patient.communication`).
#[derive(Deserialize)]
pub(crate) struct Spoken<'a> {
    #[serde(borrow)]
    pub language: Concept<'a>,
    pub preferred: Option<bool>,
}

#[derive(Deserialize)]
pub(crate) struct PatientContact<'a> {
    #[serde(borrow, default)]
    pub relationship: Vec<Concept<'a>>,
    #[serde(borrow)]
    pub name: Option<HumanName<'a>>,
    #[serde(borrow, default)]
    pub telecom: Vec<ContactPoint<'a>>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub physical_type: Option<Concept<'a>>,
    #[serde(borrow)]
    pub part_of: Option<Reference<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Flag<'a> {
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow, default)]
    pub code: Concept<'a>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub author: Option<Reference<'a>>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct EncounterLocation<'a> {
    #[serde(borrow)]
    pub location: Reference<'a>,
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Encounter<'a> {
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow)]
    pub class: Option<Coding<'a>>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow, default)]
    pub location: Vec<EncounterLocation<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct DeviceName<'a> {
    #[serde(borrow)]
    pub name: Str<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub patient: Option<Reference<'a>>,
    #[serde(borrow, default)]
    pub device_name: Vec<DeviceName<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Concept<'a>>,
    #[serde(borrow)]
    pub manufacturer: Text<'a>,
    #[serde(borrow)]
    pub model_number: Text<'a>,
    #[serde(borrow)]
    pub lot_number: Text<'a>,
    #[serde(borrow)]
    pub serial_number: Text<'a>,
    #[serde(borrow)]
    pub expiration_date: Text<'a>,
    #[serde(borrow, default)]
    pub version: Vec<DeviceVersion<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct DeviceVersion<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Option<Concept<'a>>,
    #[serde(borrow)]
    pub value: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DetectedIssue<'a> {
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow)]
    pub code: Option<Concept<'a>>,
    #[serde(borrow)]
    pub severity: Text<'a>,
    #[serde(borrow)]
    pub patient: Option<Reference<'a>>,
    #[serde(borrow)]
    pub identified_date_time: Text<'a>,
    #[serde(borrow)]
    pub identified_period: Option<Period<'a>>,
    #[serde(borrow)]
    pub detail: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payload<'a> {
    #[serde(borrow)]
    pub content_string: Text<'a>,
}

/// A reference to a person with all that tells who it is.
#[derive(Deserialize)]
pub(crate) struct Party<'a> {
    #[serde(borrow)]
    pub reference: Text<'a>,
    #[serde(borrow)]
    pub identifier: Option<Identifier<'a>>,
    #[serde(borrow)]
    pub display: Text<'a>,
    #[serde(borrow, default)]
    pub extension: Vec<TextExtension<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TextExtension<'a> {
    #[serde(borrow)]
    pub url: Str<'a>,
    #[serde(borrow)]
    pub value_string: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Communication<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow, default)]
    pub identifier: Vec<Identifier<'a>>,
    #[serde(borrow, default)]
    pub category: Vec<Concept<'a>>,
    #[serde(borrow, default)]
    pub about: Vec<Reference<'a>>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub sender: Option<Party<'a>>,
    #[serde(borrow, default)]
    pub recipient: Vec<Party<'a>>,
    #[serde(borrow)]
    pub sent: Text<'a>,
    #[serde(borrow, default)]
    pub payload: Vec<Payload<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NumberExtension<'a> {
    #[serde(borrow)]
    pub url: Str<'a>,
    #[serde(default)]
    pub value_positive_int: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommunicationRequest<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(default)]
    pub do_not_perform: Option<bool>,
    #[serde(borrow, default)]
    pub extension: Vec<NumberExtension<'a>>,
    #[serde(borrow, default)]
    pub identifier: Vec<Identifier<'a>>,
    #[serde(borrow, default)]
    pub about: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub recipient: Vec<Party<'a>>,
    #[serde(borrow)]
    pub occurrence_date_time: Text<'a>,
    #[serde(borrow)]
    pub authored_on: Text<'a>,
}

/// A resource inside another; of a drug its code is wanted.
#[derive(Deserialize)]
pub(crate) struct Contained<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow, default)]
    pub code: Option<Concept<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Dosage<'a> {
    #[serde(borrow)]
    pub dose: Option<Quantity<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedicationAdministration<'a> {
    #[serde(borrow, default)]
    pub identifier: Vec<Identifier<'a>>,
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow)]
    pub medication_codeable_concept: Option<Concept<'a>>,
    #[serde(borrow)]
    pub medication_reference: Option<Reference<'a>>,
    #[serde(borrow, default)]
    pub contained: Vec<Contained<'a>>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub effective_date_time: Text<'a>,
    #[serde(borrow)]
    pub effective_period: Option<Period<'a>>,
    #[serde(borrow, default)]
    pub device: Vec<DeviceReference<'a>>,
    #[serde(borrow)]
    pub dosage: Option<Dosage<'a>>,
}
