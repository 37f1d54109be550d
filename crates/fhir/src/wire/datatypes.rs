//! The data types that R4 resources are made of, borrowed from the page they came in. Only the elements that are used.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use clinical::SmolStr;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::bases::Bases;

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
    /// The labels as they stand there: one that cannot be read costs no resource.
    #[serde(borrow)]
    pub security: Option<&'a RawValue>,
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
    pub(crate) fn code(&self, system: &str) -> Option<&str> {
        self.coding.iter().find(|c| c.system.as_deref() == Some(system)).and_then(|c| c.code.as_deref())
    }

    pub(crate) fn has(&self, system: &str, code: &str) -> bool {
        self.coding.iter().any(|c| c.system.as_deref() == Some(system) && c.code.as_deref() == Some(code))
    }

    pub(crate) fn words(&self) -> Option<&str> {
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
    /// The logical id, where this points to a `kind` of the server that these bases are of.
    pub(crate) fn id_of<T: for<'x> From<&'x str>>(&self, kind: &str, bases: &Bases) -> Option<T> {
        bases.id_in(self.reference.as_deref()?, kind).map(T::from)
    }
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
    pub comparator: Text<'a>,
    #[serde(borrow)]
    pub unit: Text<'a>,
    #[serde(borrow)]
    pub system: Text<'a>,
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
pub(crate) struct Timing<'a> {
    #[serde(borrow, default)]
    pub event: Vec<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SampledData<'a> {
    #[serde(borrow)]
    pub origin: Quantity<'a>,
    pub period: f64,
    #[serde(borrow)]
    pub factor: Option<&'a RawValue>,
    #[serde(borrow)]
    pub lower_limit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub upper_limit: Option<&'a RawValue>,
    pub dimensions: u32,
    #[serde(borrow)]
    pub data: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct HumanName<'a> {
    #[serde(borrow, rename = "use")]
    pub usage: Text<'a>,
    #[serde(borrow)]
    pub family: Text<'a>,
    /// JSON's null stands where only an extension says something of a name.
    #[serde(borrow, default)]
    pub given: Vec<Text<'a>>,
    #[serde(borrow)]
    pub text: Text<'a>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct ContactPoint<'a> {
    #[serde(borrow)]
    pub system: Text<'a>,
    #[serde(borrow)]
    pub value: Text<'a>,
    #[serde(borrow, rename = "use")]
    pub usage: Text<'a>,
    pub rank: Option<u32>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address<'a> {
    #[serde(borrow, rename = "use")]
    pub usage: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub text: Text<'a>,
    #[serde(borrow, default)]
    pub line: Vec<Text<'a>>,
    #[serde(borrow)]
    pub city: Text<'a>,
    #[serde(borrow)]
    pub state: Text<'a>,
    #[serde(borrow)]
    pub postal_code: Text<'a>,
    #[serde(borrow)]
    pub country: Text<'a>,
    #[serde(borrow)]
    pub period: Option<Period<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Identifier<'a> {
    #[serde(borrow, rename = "use")]
    pub usage: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Concept<'a>>,
    #[serde(borrow)]
    pub system: Text<'a>,
    #[serde(borrow)]
    pub value: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_borrowed_wherever_no_escape_stands_in_it() {
        let name: HumanName =
            serde_json::from_str(r#"{"family":"A\u0062c","given":["Def"],"text":"Ghi"}"#).unwrap();
        assert!(matches!(&name.text, Some(Str(Cow::Borrowed("Ghi")))), "{:?}", name.text);
        assert!(matches!(&name.given[0], Some(Str(Cow::Borrowed("Def")))), "{:?}", name.given);
        assert_eq!(name.family.as_deref(), Some("Abc"));
    }
}
