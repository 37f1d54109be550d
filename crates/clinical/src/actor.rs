//! Who did something, and what it was about.
//!
//! A name on a screen is no identity: two people of one name work in every hospital. What an alarm belongs to is compared by
//! [`Actor::id`] alone. Until people sign in, an id is what somebody gave with the station (a Practitioner's reference), or the
//! station's own id with the name that was typed there, or, where nothing but a name is known, that name marked as such.

use smol_str::SmolStr;

use crate::{ActorId, EpisodeId, PatientId};

/// In what role somebody acts, or is called: a word of the unit, such as `Charge nurse`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role(SmolStr);

impl Role {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Role {
    fn from(word: &str) -> Role {
        Role(SmolStr::new(word))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who did something, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Who it is.
    pub id: ActorId,
    /// As shown.
    pub name: SmolStr,
    /// In what role, where it was said.
    pub role: Option<Role>,
}

/// Ids of which only the name is known begin so.
const NAME_ONLY: &str = "name:";
/// Ids made from a station's own id and a typed name begin so.
const STATION: &str = "station:";
/// Longer names are cut in an id; R4 has no limit for an identifier, servers have.
const LONGEST: usize = 80;

impl ActorId {
    /// An id that somebody gives for a person, such as `Practitioner/123`; `None` where it cannot be one.
    pub fn given(text: &str) -> Option<ActorId> {
        let text = text.trim();
        let ours = [NAME_ONLY, STATION].iter().any(|own| text.starts_with(own));
        let fits = !text.is_empty() && text.chars().count() <= 2 * LONGEST && !text.chars().any(is_hidden);
        (fits && !ours).then(|| text.into())
    }

    /// Whether nothing but a name is known. Such an id is never that of somebody who is known better.
    pub fn is_name_only(&self) -> bool {
        self.as_str().starts_with(NAME_ONLY)
    }
}

impl Actor {
    /// Somebody of whom only the name is known: of an older station, of other software, or named by somebody else.
    pub fn named(name: &str) -> Actor {
        Actor { id: format!("{NAME_ONLY}{}", plain(name)).into(), name: name.into(), role: None }
    }

    /// Somebody with an id, such as `Practitioner/123`.
    pub fn known(id: impl Into<ActorId>, name: &str) -> Actor {
        Actor { id: id.into(), name: name.into(), role: None }
    }

    /// Who typed a name at a station that has this random id: another person than who typed it elsewhere.
    pub fn at_station(station_id: &str, name: &str) -> Actor {
        Actor { id: format!("{STATION}{station_id}:{}", plain(name)).into(), name: name.into(), role: None }
    }

    /// The same, in a role.
    #[must_use]
    pub fn acting_as(mut self, role: Option<Role>) -> Actor {
        self.role = role;
        self
    }

    /// Whether this is the same person, whatever either is called.
    pub fn is(&self, other: &Actor) -> bool {
        self.id == other.id
    }

    /// Whether both bear one name, which says nothing about who they are.
    pub fn is_called_as(&self, other: &Actor) -> bool {
        plain(&self.name) == plain(&other.name)
    }

    /// Whether this is only a name, and `other` is known better and bears it: what was given to the name can be theirs.
    pub fn is_name_of(&self, other: &Actor) -> bool {
        self.id.is_name_only() && !self.is(other) && self.id == Actor::named(&other.name).id
    }
}

/// Whether a character changes how the rest of a line reads, or is none: control characters, bidirectional overrides, and the code
/// points that Unicode leaves without one for good. XML can hold none of the latter, and paper is made of XML.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FDD0}'..='\u{FDEF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// A name as it stands in an id: typed with other spaces or capitals it is still the same.
fn plain(name: &str) -> String {
    let seen: String = name.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// One alarm.
    Episode(EpisodeId),
    /// A person: limits, notes.
    Patient(PatientId),
    /// The unit: shifts, presets.
    Unit,
}

impl About {
    /// The alarm, where it is about one.
    pub fn episode(&self) -> Option<&EpisodeId> {
        match self {
            About::Episode(id) => Some(id),
            _ => None,
        }
    }

    /// The person, where it is about one and not about an alarm of theirs.
    pub fn patient(&self) -> Option<&PatientId> {
        match self {
            About::Patient(id) => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_of_one_name_are_two_and_a_name_alone_is_neither() {
        let (here, there) = (Actor::at_station("a", "N. Okafor"), Actor::at_station("b", "N. Okafor"));
        let name = Actor::named("N. Okafor");
        assert!(!here.is(&there) && !here.is(&name) && !name.is(&there));
        assert!(here.is(&Actor::at_station("a", " n.  okafor")), "typed with other capitals and spaces");
        assert!(
            name.is_name_of(&here) && name.is_name_of(&there) && !name.is_name_of(&Actor::named("N. Varga"))
        );
        assert!(!here.is_name_of(&there), "who is known is not known by the name");
    }
}
