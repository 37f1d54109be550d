//! What was granted: SMART scopes, of version 2 (`system/Observation.rs`) and 1 (`user/*.read`).

use fhir::Access;

/// The scopes of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Scope {
    kind: String,
    /// Letters of version 2: c, r, u, d, s.
    may: String,
}

impl Scopes {
    /// Reads what a service said; what is about no data is left out.
    pub fn read(text: &str) -> Scopes {
        Scopes(text.split_ascii_whitespace().filter_map(scope).collect())
    }

    /// Whether it says anything about data: a service may leave it to the server.
    pub fn is_about_data(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether this was granted.
    pub fn grants(&self, kind: &str, access: Access) -> bool {
        let letter = match access {
            Access::Search => 's',
            Access::Create => 'c',
            Access::Update => 'u',
        };
        self.0.iter().any(|scope| (scope.kind == "*" || scope.kind == kind) && scope.may.contains(letter))
    }
}

fn scope(text: &str) -> Option<Scope> {
    let (whose, what) = text.split_once('/')?;
    if !matches!(whose, "patient" | "user" | "system") {
        return None;
    }
    // Narrowed to some of them (`?category=...`): the server leaves out the others by itself.
    let what = what.split('?').next().unwrap_or(what);
    let (kind, may) = what.split_once('.')?;
    let may = match may {
        "read" => "rs",
        "write" => "cud",
        "*" => "cruds",
        letters if !letters.is_empty() && letters.bytes().all(|byte| b"cruds".contains(&byte)) => letters,
        _ => return None,
    };
    Some(Scope { kind: kind.to_owned(), may: may.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_is_asked_for_and_nothing_else() {
        use Access::{Create, Search, Update};
        for (said, kind, access, granted) in [
            ("system/Observation.rs", "Observation", Search, true),
            ("system/Observation.rs", "Patient", Search, false),
            ("system/Observation.rs", "Observation", Create, false),
            // To read one that is known is not to search.
            ("system/Observation.r", "Observation", Search, false),
            ("user/*.rs", "DetectedIssue", Search, true),
            ("user/*.cruds", "Communication", Create, true),
            ("user/*.cu", "DetectedIssue", Update, true),
            ("patient/Observation.rs", "Observation", Search, true),
            ("patient/*.read", "Observation", Search, true),
            ("patient/*.read", "Communication", Create, false),
            ("user/Communication.write", "Communication", Create, true),
            ("user/Communication.write", "Communication", Search, false),
            ("system/*.*", "Flag", Update, true),
            ("user/Observation.rs?category=vital-signs", "Observation", Search, true),
            ("openid fhirUser offline_access", "Observation", Search, false),
            ("launch/patient other/Observation.rs", "Observation", Search, false),
            ("system/Observation.xyz system/Observation.", "Observation", Search, false),
            ("system/Patient.rs system/Observation.rs", "Observation", Search, true),
            ("", "Observation", Search, false),
        ] {
            assert_eq!(Scopes::read(said).grants(kind, access), granted, "{said}: {kind} {access:?}");
        }
        assert!(!Scopes::read("openid fhirUser offline_access").is_about_data());
    }
}
