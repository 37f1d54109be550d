//! An entry of the station's log as AuditEvent, in the patterns of IHE BALP: who (an agent that asked), on which station (the source), of
//! which patient (an entity in the role of patient), and what of the log it is.

use clinical::Instant;
use serde_json::{Value, json};

use crate::map::codes::{ACTOR, RECORD};
use crate::wire::datatypes::is_id;
use crate::wire::time::format_instant;

/// An entry, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The log that it is of.
    pub origin: String,
    /// Its number.
    pub seq: u64,
    /// Its kind, in one word: `act`, `disclosure`, `refusal`, `setting`, `sign-in`, `lock`, `search`, `view`, `break-glass`,
    /// `station`, `retention`.
    pub kind: &'static str,
    /// When.
    pub at: Instant,
    /// The station's name.
    pub station: String,
    /// Who, as shown.
    pub who: String,
    /// Who that is for certain, where it is known.
    pub who_id: Option<String>,
    /// In what role.
    pub role: Option<String>,
    /// What was done.
    pub what: String,
    /// Which patient it is about.
    pub patient: Option<String>,
}

const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";

/// Event, action (create, read, update, execute) and outcome (0: success, 4: refused) of a kind.
fn event(kind: &str) -> (&'static str, &'static str, &'static str, &'static str) {
    match kind {
        "act" => ("110110", "Patient Record", "C", "0"),
        "view" => ("110110", "Patient Record", "R", "0"),
        "disclosure" => ("110106", "Export", "R", "0"),
        "break-glass" => ("110113", "Security Alert", "E", "0"),
        "refusal" => ("110113", "Security Alert", "E", "4"),
        "sign-in" | "lock" => ("110114", "User Authentication", "E", "0"),
        "search" => ("110112", "Query", "E", "0"),
        "setting" => ("110100", "Application Activity", "U", "0"),
        _ => ("110100", "Application Activity", "E", "0"),
    }
}

/// The AuditEvent of an entry, under an id of its own: told twice it is the same.
pub fn audit_event(id: &str, entry: &Audited) -> Value {
    let (code, display, action, outcome) = event(entry.kind);
    let mut agent = vec![json!({
        "type": { "coding": [{ "system": DCM, "code": "110153", "display": "Source Role ID" }] },
        "who": { "display": entry.station },
        "requestor": false,
    })];
    let is_somebody = entry.who_id.is_some() || !matches!(entry.kind, "station" | "retention");
    if is_somebody {
        let mut user = json!({
            "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP" }] },
            "who": who(entry),
            "requestor": true,
        });
        if let Some(role) = &entry.role {
            user["role"] = json!([{ "text": role }]);
        }
        agent.push(user);
    } else {
        agent[0]["requestor"] = json!(true);
    }
    let mut entity = vec![json!({
        "what": { "identifier": { "system": RECORD, "value": format!("{}#{}", entry.origin, entry.seq) } },
        "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "2" },
        "role": { "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "13" },
        "description": entry.what,
    })];
    if let Some(patient) = entry.patient.as_ref().filter(|id| is_id(id)) {
        entity.push(json!({
            "what": { "reference": format!("Patient/{patient}") },
            "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1" },
            "role": { "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1" },
        }));
    }
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": id,
        "type": { "system": DCM, "code": code, "display": display },
        "subtype": [{ "system": RECORD, "code": entry.kind }],
        "action": action,
        "recorded": format_instant(entry.at),
        "outcome": outcome,
        "agent": agent,
        "source": {
            "observer": { "display": entry.station },
            "type": [{ "system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "1" }],
        },
        "entity": entity,
    });
    if entry.kind == "break-glass" {
        let purpose = json!([{ "system": ACT_REASON, "code": "BTG", "display": "break the glass" }]);
        event["purposeOfEvent"] = json!([{ "coding": purpose }]);
    }
    event
}

/// A record of the server where it is one, else whatever else is known.
fn who(entry: &Audited) -> Value {
    let mut who = json!({ "display": entry.who });
    let Some(known) = &entry.who_id else { return who };
    let is_person =
        |kind: &str| matches!(kind, "Practitioner" | "PractitionerRole" | "Patient" | "RelatedPerson");
    match known.split_once('/') {
        Some((kind, id)) if is_person(kind) && is_id(id) => who["reference"] = json!(known),
        _ => who["identifier"] = json!({ "system": ACTOR, "value": known }),
    }
    who
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(kind: &'static str) -> Audited {
        Audited {
            origin: "vigil/0a".into(),
            seq: 7,
            kind,
            at: Instant(5),
            station: "7B-1".into(),
            who: "N. Okafor".into(),
            who_id: Some("Practitioner/7".into()),
            role: Some("Nurse".into()),
            what: "report saved as pdf: Ward round".into(),
            patient: Some("p".into()),
        }
    }

    #[test]
    fn an_entry_says_who_on_which_station_about_whom_and_which_of_the_log_it_is() {
        let event = audit_event("vigil-audit-0a-7", &entry("disclosure"));
        assert_eq!(
            (&event["type"]["code"], &event["action"], &event["outcome"]),
            (&json!("110106"), &json!("R"), &json!("0"))
        );
        let asked: Vec<&Value> =
            event["agent"].as_array().unwrap().iter().filter(|agent| agent["requestor"] == true).collect();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0]["who"], json!({ "display": "N. Okafor", "reference": "Practitioner/7" }));
        assert_eq!(event["source"]["observer"]["display"], "7B-1");
        let patient =
            event["entity"].as_array().unwrap().iter().find(|entity| entity["role"]["code"] == "1").unwrap();
        assert_eq!(patient["what"]["reference"], "Patient/p");
        assert_eq!(event["entity"][0]["what"]["identifier"]["value"], "vigil/0a#7");
        assert_eq!(audit_event("x", &entry("refusal"))["outcome"], "4");
    }

    #[test]
    fn a_broken_glass_is_told_with_its_purpose_and_nothing_else_is() {
        let event = audit_event("x", &entry("break-glass"));
        assert_eq!(event["type"]["code"], "110113");
        let purpose = &event["purposeOfEvent"][0]["coding"][0];
        assert_eq!((&purpose["system"], &purpose["code"]), (&json!(ACT_REASON), &json!("BTG")));
        for kind in ["view", "disclosure", "refusal", "act"] {
            assert!(audit_event("x", &entry(kind)).get("purposeOfEvent").is_none(), "{kind}");
        }
    }

    #[test]
    fn who_is_no_record_of_the_server_is_no_reference_and_a_station_asks_by_itself() {
        let mut known = entry("act");
        for id in ["station:0a:n. okafor", "http://other/Practitioner/7", "Group/7"] {
            known.who_id = Some(id.into());
            let event = audit_event("x", &known);
            assert_eq!(event["agent"][1]["who"]["identifier"]["value"], id);
            assert!(event["agent"][1]["who"].get("reference").is_none());
        }
        let own = Audited { who_id: None, role: None, patient: None, ..entry("station") };
        let event = audit_event("x", &own);
        let agents = event["agent"].as_array().unwrap();
        assert!(agents.len() == 1 && agents[0]["requestor"] == true && agents[0]["who"]["display"] == "7B-1");
        assert_eq!(event["entity"].as_array().unwrap().len(), 1);
    }
}
