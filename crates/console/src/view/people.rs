//! Whom a look on the server found.

use bedside::Board;
use clinical::{Instant, PatientId, Person, Sex};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::alarms::{Alarm, alarm};
use super::board::Tile;
use super::form::ms;

/// By what somebody is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SoughtBy {
    /// A name, or the beginning of one.
    Name,
    /// A record number, or another identifier.
    Number,
    /// `YYYY-MM-DD`.
    BirthDate,
}

/// Somebody on the server, who need not lie here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundPerson {
    /// Logical id of the Patient.
    pub patient: String,
    /// Family name first.
    pub name: String,
    /// Where names are not shown.
    pub initials: String,
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
        initials: clinical::initials(&person.family, &person.given),
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

/// Somebody as the server holds them at a moment. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OnceLook {
    /// As the board would show them; `None` where no stay of theirs is known.
    pub tile: Option<Tile>,
    /// Worst first; none that is over.
    pub alarms: Vec<Alarm>,
    /// When the server was asked, milliseconds since 1970.
    pub at: i64,
    /// Kinds of resource that it refused.
    pub unread: Vec<&'static str>,
}

impl OnceLook {
    pub(crate) fn new(board: Board, of: &PatientId, at: Instant, unread: Vec<&'static str>) -> OnceLook {
        let tile = board.tiles.into_iter().find(|tile| tile.patient == *of);
        let theirs = board.queue.into_iter().filter(|item| item.patient.as_ref() == Some(of));
        OnceLook {
            tile: tile.map(|tile| Tile::from(tile.as_ref().clone())),
            alarms: theirs.filter(|item| item.ended.is_none()).map(|item| alarm(item.line, None)).collect(),
            at: ms(at),
            unread,
        }
    }
}
