//! What a station is of: units of a hospital, each with everything that is part of it, and programmes that follow people wherever
//! they are. Without any it is of its whole server.

use std::fmt;

use crate::{PlaceId, SmolStr};

/// A list of people that a programme keeps: a Group or a List of the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Programme(SmolStr);

impl Programme {
    /// `Group/ID` or `List/ID`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a Group; else it is a List.
    pub fn is_group(&self) -> bool {
        self.0.starts_with("Group/")
    }
}

impl fmt::Display for Programme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why something names no unit and no programme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no {1}. Give {2}, as the server names it")]
pub struct NotInScope(String, &'static str, &'static str);

/// What a station is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Units, each with everything below it.
    pub units: Vec<PlaceId>,
    /// Programmes.
    pub programmes: Vec<Programme>,
}

impl Scope {
    /// Of what somebody named: `Location/ID` for units, `Group/ID` or `List/ID` for programmes; `None` where nothing was named.
    ///
    /// # Errors
    /// Where one of them is of another kind, or no reference within the server.
    pub fn named(units: &[String], programmes: &[String]) -> Result<Option<Scope>, NotInScope> {
        let mut scope = Scope::default();
        for unit in units {
            let id = reference(unit, &["Location"])
                .ok_or_else(|| NotInScope(clip(unit), "unit", "Location/ID"))?
                .split_at("Location/".len())
                .1;
            if !scope.units.iter().any(|known| known.as_str() == id) {
                scope.units.push(id.into());
            }
        }
        for programme in programmes {
            let named = reference(programme, &["Group", "List"])
                .ok_or_else(|| NotInScope(clip(programme), "programme", "Group/ID or List/ID"))?;
            let named = Programme(named.into());
            if !scope.programmes.contains(&named) {
                scope.programmes.push(named);
            }
        }
        Ok(Some(scope).filter(|scope| *scope != Scope::default()))
    }

    /// From the words it is kept as; what is none of them is left out.
    pub fn from_words(words: &str) -> Option<Scope> {
        let mut scope = Scope::default();
        for word in words.split_whitespace() {
            if let Some(id) = reference(word, &["Location"]).and_then(|unit| unit.strip_prefix("Location/")) {
                scope.units.push(id.into());
            } else if let Some(programme) = reference(word, &["Group", "List"]) {
                scope.programmes.push(Programme(programme.into()));
            }
        }
        Some(scope).filter(|scope| *scope != Scope::default())
    }
}

/// As it is kept and logged: references, separated by spaces.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.units.iter().map(|unit| format!("Location/{unit}"));
        let all: Vec<String> = units.chain(self.programmes.iter().map(ToString::to_string)).collect();
        f.write_str(&all.join(" "))
    }
}

/// `Kind/id` of one of these kinds, as R4 spells ids.
fn reference<'a>(text: &'a str, kinds: &[&str]) -> Option<&'a str> {
    let text = text.trim();
    let (kind, id) = text.split_once('/')?;
    let is_id = (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (kinds.contains(&kind) && is_id).then_some(text)
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_station_is_bound_to_what_was_named_and_to_nothing_that_only_looks_like_it() {
        let named = |units: &[&str], programmes: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            Scope::named(&owned(units), &owned(programmes))
        };
        assert_eq!(named(&[], &[]), Ok(None));
        let scope = named(&["Location/7b", " Location/7b", "Location/7c"], &["List/l", "Group/g"]).unwrap();
        let scope = scope.unwrap();
        assert_eq!(scope.to_string(), "Location/7b Location/7c List/l Group/g");
        assert_eq!(Scope::from_words(&scope.to_string()), Some(scope));
        assert_eq!((Scope::from_words(""), Scope::from_words("Ward/1")), (None, None));
        for unit in [
            "7b",
            "Location/",
            "Location/7 b",
            "Group/7b",
            "Location/7b,7c",
            "location/7b",
            "",
            "Location/7b/x",
            "https://other.example/fhir/Location/7b",
        ] {
            let refused = named(&[unit], &[]).unwrap_err().to_string();
            assert!(refused.contains(unit) && refused.contains("Location/ID"), "{refused}");
        }
        for programme in ["Location/7b", "Group", "Group/", "CareTeam/c"] {
            let refused = named(&[], &[programme]).unwrap_err().to_string();
            assert!(refused.contains("Group/ID or List/ID"), "{refused}");
        }
    }
}
