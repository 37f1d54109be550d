//! How somebody at home is reached.

use clinical::ContactKind;
use serde::Serialize;
use specta::Type;
use vault::Reached;

/// How somebody is reached, and who speaks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Contacts {
    /// The preferred first.
    pub points: Vec<ContactPoint>,
    /// Where they live.
    pub address: Option<String>,
    /// The preferred first: words, or a code of BCP 47.
    pub languages: Vec<String>,
    /// Who else is spoken to.
    pub people: Vec<ContactPerson>,
    /// Why nothing of it is known, where that is so.
    pub unknown: Option<String>,
}

/// A number or an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ContactPoint {
    /// `Telephone, home`.
    what: String,
    /// As the server has it.
    pub value: String,
}

/// Somebody who is spoken to for the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ContactPerson {
    /// `not named` where no name is told.
    name: String,
    /// What they are to the patient; may be empty.
    relationship: String,
    points: Vec<ContactPoint>,
}

impl From<Reached> for Contacts {
    fn from(reached: Reached) -> Contacts {
        let unknown = |why: &str| Contacts { unknown: Some(why.to_owned()), ..Contacts::default() };
        match reached {
            Reached::Told(told) => Contacts {
                points: points(told.points),
                address: told.address,
                languages: told.languages,
                people: told.people.into_iter().map(person).collect(),
                unknown: None,
            },
            Reached::Withheld(why, _) => unknown(&format!("Withheld: {why}")),
            Reached::Untold => unknown("The server tells no telephone and no address"),
            Reached::Unread => unknown("Not read from the server yet, or not by this moment"),
            Reached::Unreadable => {
                unknown("Another version of Vigil kept it: it is read anew from the server")
            }
        }
    }
}

fn person(one: clinical::ContactPerson) -> ContactPerson {
    let name = if one.name.is_empty() { "not named".to_owned() } else { one.name };
    ContactPerson { name, relationship: one.relationship, points: points(one.points) }
}

fn points(all: Vec<clinical::ContactPoint>) -> Vec<ContactPoint> {
    let what = |point: &clinical::ContactPoint| {
        let kind = match point.kind {
            ContactKind::Phone => "Telephone",
            ContactKind::Sms => "Text messages",
            ContactKind::Email => "E-mail",
        };
        if point.used.is_empty() { kind.to_owned() } else { format!("{kind}, {}", point.used) }
    };
    all.into_iter().map(|point| ContactPoint { what: what(&point), value: point.value }).collect()
}
