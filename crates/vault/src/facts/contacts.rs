//! How people are reached, kept beside their records: nobody needs it for a board.

use std::collections::BTreeSet;

use clinical::consent::Why;
use clinical::{ConsentId, ContactKind, ContactPerson, ContactPoint, Contacts, Instant, PatientId, Person};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::codec::id;
use crate::error::VaultError;
use crate::facts::held::Thing;
use crate::store::history::{as_known_by, say};
use crate::store::vault::Reader;

const KINDS: [(ContactKind, &str); 3] =
    [(ContactKind::Phone, "phone"), (ContactKind::Sms, "sms"), (ContactKind::Email, "email")];

/// How somebody is reached, as whoever looks may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// As the server said.
    Told(Contacts),
    /// A consent withholds it from who looks.
    Withheld(Why, Option<ConsentId>),
    /// The server said nothing.
    Untold,
    /// It was not read, or not by the moment that is shown.
    Unread,
    /// Another version of this program kept it, and this one cannot read it.
    Unreadable,
}

/// Keeps how somebody is reached; whether that is new. A source that does not tell of it changes nothing.
pub(crate) fn say_contacts(
    connection: &Connection,
    received: Instant,
    person: &Person,
) -> Result<bool, VaultError> {
    let Some(contacts) = &person.contacts else { return Ok(false) };
    let id = person.id.as_str();
    // Also where nothing is told: that is known then.
    say(connection, received, "contact", id, &[&id, &text(contacts)])
}

fn text(of: &Contacts) -> String {
    let points = |all: &[ContactPoint]| -> Value {
        let word = |kind: ContactKind| KINDS.iter().find(|(k, _)| *k == kind).map_or("", |(_, word)| word);
        all.iter().map(|point| json!([word(point.kind), point.value, point.used])).collect()
    };
    let people: Value = of
        .people
        .iter()
        .map(|one| json!({ "name": one.name, "is": one.relationship, "by": points(&one.points) }))
        .collect();
    json!({ "by": points(&of.points), "at": of.address, "speaks": of.languages, "people": people })
        .to_string()
}

fn read(text: &str) -> Option<Contacts> {
    let value: Value = serde_json::from_str(text).ok()?;
    let words = |value: &Value| value.as_str().map(str::to_owned);
    let point = |value: &Value| {
        let (kind, _) = *KINDS.iter().find(|(_, word)| value[0] == *word)?;
        Some(ContactPoint { kind, value: words(&value[1])?, used: words(&value[2])? })
    };
    let points = |value: &Value| value.as_array()?.iter().map(point).collect::<Option<Vec<_>>>();
    let person = |value: &Value| {
        Some(ContactPerson {
            name: words(&value["name"])?,
            relationship: words(&value["is"])?,
            points: points(&value["by"])?,
        })
    };
    Some(Contacts {
        points: points(&value["by"])?,
        address: if value["at"].is_null() { None } else { Some(words(&value["at"])?) },
        languages: value["speaks"].as_array()?.iter().map(words).collect::<Option<_>>()?,
        people: value["people"].as_array()?.iter().map(person).collect::<Option<_>>()?,
    })
}

impl Reader<'_> {
    /// How somebody is reached, by their own record; by one that was merged into it where their own was not read.
    ///
    /// # Errors
    /// Of the database.
    pub fn contacts_of(&self, patient: &PatientId) -> Result<Reached, VaultError> {
        let sql = format!(
            "SELECT id, body FROM {} AS contact WHERE id IN {} ORDER BY id <> ?1, received DESC, id LIMIT 1",
            as_known_by("contact", self.ward_known_by()?),
            self.records_of("?1"),
        );
        let row: Option<(PatientId, String)> = self
            .connection
            .prepare_cached(&sql)?
            .query_row([patient.as_str()], |row| Ok((id(row, 0)?, row.get(1)?)))
            .optional()?;
        let Some((record, body)) = row else { return Ok(Reached::Unread) };
        // What either record says of itself holds.
        for name in BTreeSet::from([patient, &record]) {
            let reference = format!("Patient/{name}");
            let thing = Thing {
                patient,
                kind: "Patient",
                reference: &reference,
                codes: &[],
                labels: &[],
                time: None,
            };
            if let Some((why, by)) = self.held(&thing)? {
                return Ok(Reached::Withheld(why, by));
            }
        }
        Ok(match read(&body) {
            Some(told) if told.is_empty() => Reached::Untold,
            Some(told) => Reached::Told(told),
            None => Reached::Unreadable,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_another_version_kept_is_said_to_be_unreadable() {
        let point = |kind, value: &str| ContactPoint { kind, value: value.into(), used: "home".into() };
        let whole = Contacts {
            points: vec![point(ContactKind::Phone, "+43 1 234"), point(ContactKind::Email, "a@b.example")],
            address: Some("Ringstr. 4, 1010 Wien".into()),
            languages: vec!["German".into(), "tr".into()],
            people: vec![ContactPerson {
                name: "Eva Roth".into(),
                relationship: "Daughter".into(),
                points: vec![point(ContactKind::Sms, "7")],
            }],
        };
        assert_eq!(read(&text(&whole)).unwrap(), whole);
        let little = Contacts { address: None, ..whole };
        assert_eq!(read(&text(&little)).unwrap(), little);
        for other in ["", "{}", &text(&little).replace("phone", "drum"), &text(&little).replace('[', "{")] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
