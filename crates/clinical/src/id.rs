//! Ids as types: whose it is and which one is meant can no longer be mixed up, and none costs an allocation up to 23 bytes.

use std::borrow::Borrow;
use std::fmt;

use smol_str::SmolStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The bare text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        // As text: an id in a failed comparison reads as what it is.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(SmolStr::new(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> $name {
                $name(SmolStr::from(text))
            }
        }

        impl From<SmolStr> for $name {
            fn from(text: SmolStr) -> $name {
                $name(text)
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> String {
                id.as_str().to_owned()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }
    )+};
}

ids! {
    /// Logical id of a Patient.
    PatientId,
    /// Id of an alarm's episode: the logical id of its DetectedIssue.
    EpisodeId,
    /// Logical id of a Location: a ward or a bed.
    PlaceId,
    /// Logical id of an Encounter.
    StayId,
    /// Logical id of a Device.
    DeviceId,
    /// Id of something a person did: a UUIDv7 made at the click, the same on every station and on the server.
    ActionId,
    /// Logical id of a MedicationAdministration.
    DoseId,
    /// Logical id of a Flag.
    FlagId,
    /// Logical id of a Consent.
    ConsentId,
    /// Who a person is, as far as that is known; [`crate::Actor`] says how it is made.
    ActorId,
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn an_id_is_found_under_its_bare_text_and_sorts_as_it_does() {
        let mut known = HashMap::from([(PatientId::from("b"), 2), (PatientId::from("a"), 1)]);
        assert_eq!(known.remove("b"), Some(2));
        let (first, second) = (PatientId::from("a"), PatientId::from(String::from("b")));
        assert!(first < second);
        assert_eq!(format!("{} {:?}", DeviceId::from("d"), DeviceId::from("d")), "d \"d\"");
    }
}
