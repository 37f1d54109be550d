//! Security labels: what a resource says of how confidential it is, and why.

use clinical::consent::{Confidentiality, Label};
use serde_json::value::RawValue;

use crate::wire::datatypes::Coding;

/// HL7's code systems by their other names: the v3 ones as object identifiers, and as FHIR called them before R4.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("urn:oid:2.16.840.1.113883.5.25", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"),
    ("http://hl7.org/fhir/v3/Confidentiality", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"),
    ("urn:oid:2.16.840.1.113883.5.4", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
    ("http://hl7.org/fhir/v3/ActCode", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
    ("urn:oid:2.16.840.1.113883.5.8", "http://terminology.hl7.org/CodeSystem/v3-ActReason"),
    ("http://hl7.org/fhir/v3/ActReason", "http://terminology.hl7.org/CodeSystem/v3-ActReason"),
    ("http://hl7.org/fhir/fhir-types", "http://hl7.org/fhir/resource-types"),
    ("urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"),
    ("urn:oid:2.16.840.1.113883.6.24", "urn:iso:std:iso:11073:10101"),
    ("urn:oid:2.16.840.1.113883.6.96", "http://snomed.info/sct"),
];

/// A code system by the name that is used here.
pub(crate) fn system_of<'a>(coding: &'a Coding<'_>) -> &'a str {
    let said = coding.system.as_deref().unwrap_or_default();
    OTHER_NAMES.iter().find(|(other, _)| *other == said).map_or(said, |(_, name)| name)
}

/// A label that can be read.
pub(crate) fn label(coding: &Coding) -> Option<Label> {
    Label::of(system_of(coding), coding.code.as_deref()?)
}

/// The labels of a resource that say more than none does. One that cannot be read makes it as confidential as can be: it may be that.
pub(crate) fn labels(said: Option<&RawValue>) -> Vec<Label> {
    let Some(said) = said else { return Vec::new() };
    let unread = || Label::Confidentiality(Confidentiality::VeryRestricted);
    let read: Result<Vec<Coding>, _> = serde_json::from_str(said.get());
    let mut labels: Vec<Label> = match &read {
        Ok(codings) => codings.iter().map(|coding| label(coding).unwrap_or_else(unread)).collect(),
        Err(_) => vec![unread()],
    };
    labels.sort();
    labels.dedup();
    // What has no label counts as this.
    if labels == [Label::Confidentiality(Confidentiality::Normal)] { Vec::new() } else { labels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clinical::consent::Coded;

    #[test]
    fn labels_are_read_by_every_name_of_their_systems_and_an_unreadable_one_is_the_strictest() {
        let v3 = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        let level = Label::Confidentiality;
        let hiv = || Label::Tag(Coded::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HIV"));
        for (said, wanted) in [
            ("[]".to_owned(), vec![]),
            (format!(r#"[{{"system":"{v3}","code":"N"}}]"#), vec![]),
            (format!(r#"[{{"system":"{v3}","code":"R"}}]"#), vec![level(Confidentiality::Restricted)]),
            (format!(r#"[{{"system":"{v3}","code":"L"}}]"#), vec![level(Confidentiality::Low)]),
            (
                r#"[{"system":"urn:oid:2.16.840.1.113883.5.25","code":"R"}]"#.to_owned(),
                vec![level(Confidentiality::Restricted)],
            ),
            (
                format!(
                    r#"[{{"system":"{v3}","code":"N"}},{{"system":"http://hl7.org/fhir/v3/ActCode","code":"HIV"}}]"#
                ),
                vec![level(Confidentiality::Normal), hiv()],
            ),
            (format!(r#"[{{"system":"{v3}","code":"X"}}]"#), vec![level(Confidentiality::VeryRestricted)]),
            (r#"[{"display":"secret"}]"#.to_owned(), vec![level(Confidentiality::VeryRestricted)]),
            (r#"{"code":"R"}"#.to_owned(), vec![level(Confidentiality::VeryRestricted)]),
            (r#"[{"code":"local"}]"#.to_owned(), vec![Label::Tag(Coded::new("", "local"))]),
        ] {
            let raw: Box<RawValue> = serde_json::from_str(&said).unwrap();
            assert_eq!(labels(Some(&raw)), wanted, "{said}");
        }
        assert_eq!(labels(None), []);
    }
}
