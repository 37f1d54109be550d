//! What a server says of itself and of what it refuses.

use serde::Deserialize;

use crate::wire::datatypes::{Concept, Str, Text};

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
