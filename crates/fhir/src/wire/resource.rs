//! The R4 resources the console reads, borrowed from the page they came in. Only the elements that are used.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use clinical::SmolStr;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Text of a page, copied only where an escape stands in it.
///
/// serde borrows a `Cow` that is a field itself and copies one inside an `Option` or a `Vec`, silently; this one is borrowed
/// everywhere.
#[derive(Debug, Default, Deserialize, PartialEq, Eq, Hash)]
#[serde(transparent)]
pub(crate) struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Str<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Str<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<Str<'_>> for SmolStr {
    fn from(text: Str) -> SmolStr {
        SmolStr::new(text.0)
    }
}

pub(crate) type Text<'a> = Option<Str<'a>>;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta<'a> {
    #[serde(borrow)]
    pub version_id: Text<'a>,
    #[serde(borrow)]
    pub last_updated: Text<'a>,
}

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
pub(crate) struct Coding<'a> {
    #[serde(borrow)]
    pub system: Text<'a>,
    #[serde(borrow)]
    pub code: Text<'a>,
    #[serde(borrow)]
    pub display: Text<'a>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Concept<'a> {
    #[serde(borrow, default)]
    pub coding: Vec<Coding<'a>>,
    #[serde(borrow)]
    pub text: Text<'a>,
}

impl<'a> Concept<'a> {
    pub fn code(&self, system: &str) -> Option<&str> {
        self.coding.iter().find(|c| c.system.as_deref() == Some(system)).and_then(|c| c.code.as_deref())
    }

    pub fn has(&self, system: &str, code: &str) -> bool {
        self.coding.iter().any(|c| c.system.as_deref() == Some(system) && c.code.as_deref() == Some(code))
    }

    pub fn words(&self) -> Option<&str> {
        self.text.as_deref().or_else(|| self.coding.iter().find_map(|c| c.display.as_deref()))
    }
}

#[derive(Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow)]
    pub reference: Text<'a>,
    #[serde(borrow)]
    pub display: Text<'a>,
}

impl Reference<'_> {
    /// The logical id, where this points to a `kind`.
    pub fn id_of<T: for<'x> From<&'x str>>(&self, kind: &str) -> Option<T> {
        id_in(self.reference.as_deref()?, kind).map(T::from)
    }
}

/// The logical id in a reference, where it points to a `kind` (absolute URLs and versions included).
pub(crate) fn id_in<'a>(reference: &'a str, kind: &str) -> Option<&'a str> {
    let mut parts = reference.rsplit('/');
    let (mut id, mut named) = (parts.next()?, parts.next()?);
    if named == "_history" {
        (id, named) = (parts.next()?, parts.next()?);
    }
    (named == kind && !id.is_empty()).then_some(id)
}

/// R4's `id`: 1 to 64 letters, digits, dashes and dots.
pub(crate) fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

#[derive(Deserialize)]
pub(crate) struct Quantity<'a> {
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
    #[serde(borrow)]
    pub unit: Text<'a>,
    #[serde(borrow)]
    pub code: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Period<'a> {
    #[serde(borrow)]
    pub start: Text<'a>,
    #[serde(borrow)]
    pub end: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SampledData<'a> {
    #[serde(borrow)]
    pub origin: Quantity<'a>,
    pub period: f64,
    #[serde(borrow)]
    pub factor: Option<&'a RawValue>,
    pub dimensions: u32,
    #[serde(borrow)]
    pub data: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component<'a> {
    #[serde(borrow)]
    pub code: Concept<'a>,
    #[serde(borrow)]
    pub value_quantity: Option<Quantity<'a>>,
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
    pub device: Option<Reference<'a>>,
    #[serde(borrow)]
    pub effective_date_time: Text<'a>,
    #[serde(borrow)]
    pub effective_instant: Text<'a>,
    #[serde(borrow)]
    pub effective_period: Option<Period<'a>>,
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
}

#[derive(Deserialize)]
pub(crate) struct HumanName<'a> {
    #[serde(borrow, rename = "use")]
    pub usage: Text<'a>,
    #[serde(borrow)]
    pub family: Text<'a>,
    #[serde(borrow, default)]
    pub given: Vec<Str<'a>>,
    #[serde(borrow)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Identifier<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Option<Concept<'a>>,
    #[serde(borrow)]
    pub system: Text<'a>,
    #[serde(borrow)]
    pub value: Text<'a>,
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
    #[serde(borrow, default)]
    pub link: Vec<PatientLink<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location<'a> {
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
}

#[derive(Deserialize)]
pub(crate) struct Encounter<'a> {
    #[serde(borrow)]
    pub status: Str<'a>,
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
pub(crate) struct Dosage<'a> {
    #[serde(borrow)]
    pub dose: Option<Quantity<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedicationAdministration<'a> {
    #[serde(borrow)]
    pub status: Str<'a>,
    #[serde(borrow)]
    pub medication_codeable_concept: Option<Concept<'a>>,
    #[serde(borrow)]
    pub subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub effective_date_time: Text<'a>,
    #[serde(borrow)]
    pub effective_period: Option<Period<'a>>,
    #[serde(borrow)]
    pub dosage: Option<Dosage<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CapabilityStatement<'a> {
    #[serde(borrow)]
    pub fhir_version: Text<'a>,
    #[serde(borrow)]
    pub software: Option<Software<'a>>,
    #[serde(borrow, default)]
    pub rest: Vec<Rest<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Software<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Rest<'a> {
    #[serde(borrow, default)]
    pub resource: Vec<RestResource<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct RestResource<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub extension: Vec<CanonicalExtension<'a>>,
    #[serde(borrow, default)]
    pub interaction: Vec<Interaction<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Interaction<'a> {
    #[serde(borrow)]
    pub code: Str<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CanonicalExtension<'a> {
    #[serde(borrow)]
    pub url: Str<'a>,
    #[serde(borrow)]
    pub value_canonical: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct OutcomeIssue<'a> {
    #[serde(borrow)]
    pub diagnostics: Text<'a>,
    #[serde(borrow)]
    pub details: Option<Concept<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct OperationOutcome<'a> {
    #[serde(borrow, default)]
    pub issue: Vec<OutcomeIssue<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_borrowed_wherever_no_escape_stands_in_it() {
        let name: HumanName =
            serde_json::from_str(r#"{"family":"A\u0062c","given":["Def"],"text":"Ghi"}"#).unwrap();
        assert!(matches!(&name.text, Some(Str(Cow::Borrowed("Ghi")))), "{:?}", name.text);
        assert!(matches!(&name.given[0], Str(Cow::Borrowed("Def"))), "{:?}", name.given);
        assert_eq!(name.family.as_deref(), Some("Abc"));
    }
}
