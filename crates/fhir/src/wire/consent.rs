//! R4's Consent, borrowed from the page it came in. Only the elements that are used; each provision is read by itself, so that a bad
//! one costs no other.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::datatypes::{Coding, Concept, Period, Reference, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub scope: Option<Concept<'a>>,
    #[serde(borrow, default)]
    pub category: Vec<Concept<'a>>,
    #[serde(borrow)]
    pub patient: Option<Reference<'a>>,
    #[serde(borrow)]
    pub date_time: Text<'a>,
    #[serde(borrow)]
    pub policy_rule: Option<Concept<'a>>,
    #[serde(borrow)]
    pub provision: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provision<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
    #[serde(borrow, default)]
    pub actor: Vec<Actor<'a>>,
    #[serde(borrow, default)]
    pub action: Vec<Concept<'a>>,
    #[serde(borrow, default)]
    pub security_label: Vec<Coding<'a>>,
    #[serde(borrow, default)]
    pub purpose: Vec<Coding<'a>>,
    #[serde(borrow, default)]
    pub class: Vec<Coding<'a>>,
    #[serde(borrow, default)]
    pub code: Vec<Concept<'a>>,
    #[serde(borrow)]
    pub data_period: Option<Period<'a>>,
    #[serde(borrow, default)]
    pub data: Vec<Data<'a>>,
    #[serde(borrow, default)]
    pub provision: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct Actor<'a> {
    #[serde(borrow)]
    pub role: Option<Concept<'a>>,
    #[serde(borrow)]
    pub reference: Option<Reference<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Data<'a> {
    #[serde(borrow)]
    pub meaning: Text<'a>,
    #[serde(borrow)]
    pub reference: Option<Reference<'a>>,
}
