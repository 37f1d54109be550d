//! Whom a look on the server found.

use clinical::{Person, Sex};
use serde::Serialize;
use specta::Type;

/// Somebody on the server, who need not lie here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundPerson {
    /// Logical id of the Patient.
    pub patient: String,
    /// Family name first.
    pub name: String,
    /// Record number; empty where the server sends none.
    pub mrn: String,
    /// As sent.
    pub birth_date: Option<String>,
    /// `female`, `male`, `other` or `unknown`.
    pub sex: &'static str,
    /// Whether the patient has died.
    pub deceased: bool,
}

/// Whom a look on the server found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundPeople {
    /// As the server gave them.
    pub people: Vec<FoundPerson>,
    /// The server has more: more letters, or a number, find one.
    pub more: bool,
}

impl FoundPeople {
    pub(crate) fn new(found: fhir::FoundPeople) -> FoundPeople {
        FoundPeople { people: found.people.into_iter().map(person).collect(), more: found.is_more }
    }
}

fn person(person: Person) -> FoundPerson {
    let both = !person.family.is_empty() && !person.given.is_empty();
    let name = format!("{}{}{}", person.family, if both { ", " } else { "" }, person.given);
    FoundPerson {
        patient: person.id.to_string(),
        name,
        mrn: person.mrn,
        birth_date: person.birth_date,
        sex: match person.sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Other => "other",
            Sex::Unknown => "unknown",
        },
        deceased: person.deceased,
    }
}
