//! What is to stand in the station's log.

use clinical::{Actor, Instant, PatientId, Role};
use record::EntryKind;

use crate::codec::known_id;

/// Whom an entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// As shown; or what.
    pub name: String,
    /// Who that is for certain, where more than the name is known.
    pub id: Option<String>,
    /// In what role, where that was said.
    pub role: Option<String>,
}

impl Who {
    /// Nobody: what a station does by itself.
    pub fn station() -> Who {
        Who::from("this station")
    }
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Who {
        Who {
            name: actor.name.to_string(),
            id: known_id(&actor.id).map(str::to_owned),
            role: actor.role.as_ref().map(Role::as_str).map(str::to_owned),
        }
    }
}

impl From<String> for Who {
    fn from(name: String) -> Who {
        Who { name, id: None, role: None }
    }
}

impl From<&str> for Who {
    fn from(name: &str) -> Who {
        Who::from(name.to_owned())
    }
}

/// An entry that is to be made; its number and its leaf come with the writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What kind of thing it tells of.
    pub kind: EntryKind,
    /// When, by the station's clock.
    pub at: Instant,
    /// Who, or what.
    pub who: Who,
    /// What was done, in words.
    pub what: String,
    /// Id of the episode, the patient, the setting or the resource it is about.
    pub about: Option<String>,
    /// Which patient it is about, where `about` does not say so itself.
    pub patient: Option<String>,
}

impl NewEntry {
    /// An entry about nothing in particular.
    pub fn new(kind: EntryKind, at: Instant, who: impl Into<Who>, what: impl Into<String>) -> NewEntry {
        NewEntry { kind, at, who: who.into(), what: what.into(), about: None, patient: None }
    }

    /// The same about an episode, a setting or a resource, by its id. Of an episode the patient is looked up.
    #[must_use]
    pub fn about(self, about: Option<String>) -> NewEntry {
        NewEntry { about, ..self }
    }

    /// The same about a patient.
    #[must_use]
    pub fn of(self, patient: Option<&PatientId>) -> NewEntry {
        let id = patient.map(ToString::to_string);
        NewEntry { about: id.clone().or(self.about), patient: id.or(self.patient), ..self }
    }
}
