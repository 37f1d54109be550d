//! What is withheld from who is here, by the consents of patients: never silently missing.

use serde::Serialize;
use specta::Type;

use super::form::count;

/// How much is withheld, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Withheld {
    /// How much.
    pub count: u32,
    /// With the reasons: `3 withheld: the patient refused it (3)`.
    pub words: String,
}

impl Withheld {
    /// Nothing where nothing is.
    pub fn some(withheld: &clinical::consent::Withheld) -> Option<Withheld> {
        let words = withheld.to_string();
        (!withheld.is_empty()).then(|| Withheld { count: count(withheld.count()), words })
    }
}

/// What a patient said to something that is done, such as being treated from afar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Said {
    /// `Telehealth`, `Research`.
    to: &'static str,
    agreed: bool,
    /// `agreed`, or why it is none.
    words: String,
}

impl From<bedside::Said> for Said {
    fn from(said: bedside::Said) -> Said {
        let words = said.why_not.as_ref().map_or_else(|| "agreed".to_owned(), ToString::to_string);
        Said { to: said.to, agreed: said.why_not.is_none(), words }
    }
}
