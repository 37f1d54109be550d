//! What the console writes: alert actions as Communication.

use clinical::Action;
use serde_json::{Value, json};

use crate::map::{ALERT_ACTION, WARD_RECORD};
use crate::time::format_instant;

/// What the server made of a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is new.
    New,
    /// It was there already, under the same identifier: an earlier try had arrived.
    AlreadyThere,
}

/// The system of an action's identifier: `urn:uuid:` URIs (RFC 3986).
pub(crate) const URI: &str = "urn:ietf:rfc:3986";

/// Seconds the server's clock was ahead of the station's.
const CLOCK_OFFSET: &str = "urn:vigil:clock-offset-s";

/// The Communication that carries an action; `patient` may be empty where the alarm names none, or where it is about the unit.
///
/// `clock_offset_ms` is the server's clock against this station's at the click, where it is known: with it the order of two
/// clicks on two stations can be judged.
pub fn communication(action: &Action, patient: &str, station: &str, clock_offset_ms: Option<i64>) -> Value {
    let system = if action.verb.is_about_an_episode() { ALERT_ACTION } else { WARD_RECORD };
    let mut resource = json!({
        "resourceType": "Communication",
        "status": "completed",
        "identifier": [{ "system": URI, "value": format!("urn:uuid:{}", action.id) }],
        "category": [{ "coding": [{ "system": system, "code": action.verb.code() }] }],
        "sender": { "display": action.by },
        "sent": format_instant(action.at),
        "note": [{ "text": format!("station {station}") }],
    });
    if action.verb.is_about_an_episode() {
        resource["about"] = json!([{ "reference": format!("DetectedIssue/{}", action.episode) }]);
    }
    if let Some(offset) = clock_offset_ms {
        resource["extension"] = json!([{ "url": CLOCK_OFFSET, "valueDecimal": offset as f64 / 1000.0 }]);
    }
    if !patient.is_empty() {
        resource["subject"] = json!({ "reference": format!("Patient/{patient}") });
    }
    if let Some(note) = &action.note {
        resource["payload"] = json!([{ "contentString": note }]);
    }
    resource
}

/// The `If-None-Exist` query that finds an action by its identifier.
pub(crate) fn none_exist(action_id: &str) -> String {
    format!("identifier={URI}|urn:uuid:{action_id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::map_resource;
    use clinical::{Body, Instant, Verb};

    #[test]
    fn an_action_comes_back_from_the_server_as_the_fact_it_was() {
        let action = Action {
            id: "0190c0de-0000-7000-8000-000000000001".into(),
            episode: "ep-1".into(),
            verb: Verb::Handled,
            by: "N. Okafor".into(),
            at: Instant(1_750_000_000_123),
            note: Some("Treated: O2 up".into()),
        };
        let mut resource = communication(&action, "p", "7B-1", Some(-1500));
        resource["id"] = json!("server-id");
        let mut facts = Vec::new();
        map_resource(&resource.to_string(), &mut facts).unwrap();
        let fact = facts.remove(0);
        assert_eq!(fact.body, Body::Action(action.clone()));

        let limit = Action { verb: Verb::SetLimit, episode: "Patient/p".into(), ..action };
        let mut resource = communication(&limit, "p", "7B-1", None);
        resource["id"] = json!("server-id");
        map_resource(&resource.to_string(), &mut facts).unwrap();
        assert_eq!(facts.remove(0).body, Body::Action(limit));
    }
}
