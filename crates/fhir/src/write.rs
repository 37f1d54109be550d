//! What the console writes: alert actions as Communication, alarms of its own rules as DetectedIssue.

use clinical::{Action, Actor, Call, Code, Episode, PatientId, Priority};
use serde_json::{Value, json};

use crate::map::codes::{
    ACTOR, ACTOR_ROLE, ALARM_KIND, ALERT_ACTION, CALL, CALL_LEVEL, LOINC, MDC, ROLE, WARD_RECORD,
};
use crate::wire::time::format_instant;

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

/// The Communication that carries an action; `patient` is `None` where the alarm names nobody, or where it is about the unit.
///
/// `clock_offset_ms` is the server's clock against this station's at the click, where it is known: with it the order of two
/// clicks on two stations can be judged.
pub fn communication(
    action: &Action,
    patient: Option<&PatientId>,
    station: &str,
    clock_offset_ms: Option<i64>,
) -> Value {
    let system = if action.verb.is_about_an_episode() { ALERT_ACTION } else { WARD_RECORD };
    let mut resource = json!({
        "resourceType": "Communication",
        "status": "completed",
        "identifier": [{ "system": URI, "value": format!("urn:uuid:{}", action.id) }],
        "category": [{ "coding": [{ "system": system, "code": action.verb.code() }] }],
        "sender": sender(&action.by),
        "sent": format_instant(action.at),
        "note": [{ "text": format!("station {station}") }],
    });
    if let Some(episode) = action.about.episode() {
        resource["about"] = json!([{ "reference": format!("DetectedIssue/{episode}") }]);
    }
    if let Some(to) = action.recipient() {
        resource["recipient"] = json!([party(&to)]);
    }
    if let Some(offset) = clock_offset_ms {
        resource["extension"] = json!([clock_offset(offset)]);
    }
    if let Some(patient) = patient {
        resource["subject"] = json!({ "reference": format!("Patient/{patient}") });
    }
    if let Some(note) = &action.note {
        resource["payload"] = json!([{ "contentString": note }]);
    }
    resource
}

/// Who it is, and how that is shown; of whom only the name is known there is nothing else to say.
fn party(actor: &Actor) -> Value {
    let mut party = json!({ "display": actor.name.as_str() });
    if !actor.id.is_name_only() {
        party["identifier"] = json!({ "system": ACTOR, "value": actor.id.as_str() });
    }
    party
}

fn sender(actor: &Actor) -> Value {
    let mut sender = party(actor);
    if let Some(role) = &actor.role {
        sender["extension"] = json!([{ "url": ACTOR_ROLE, "valueString": role.as_str() }]);
    }
    sender
}

/// Names the rule of an alarm that a console found itself, in `DetectedIssue.code`.
const RULE: &str = "urn:vigil:rule";
/// The system of an episode's key.
const EPISODE: &str = "urn:vigil:episode";

/// The DetectedIssue of an alarm that a console found itself. Its id is the episode's, so that two stations that see the same
/// onset make one resource; `implicated` is the reference of the value or device it is about.
pub fn detected_issue(episode: &Episode, rule: &str, implicated: Option<&str>) -> Value {
    let kind = if episode.priority == Priority::Technical { "technical" } else { "physiological" };
    let mut coding =
        vec![json!({ "system": ALARM_KIND, "code": kind }), json!({ "system": RULE, "code": rule })];
    if let Some(code) = episode.measure.and_then(|m| m.spec().code()) {
        let system = if matches!(code, Code::Loinc(_)) { LOINC } else { MDC };
        coding.push(json!({ "system": system, "code": code.as_str() }));
    }
    let mut period = json!({ "start": format_instant(episode.onset) });
    if let Some(ended) = episode.ended {
        period["end"] = json!(format_instant(ended));
    }
    let mut resource = json!({
        "resourceType": "DetectedIssue",
        "id": episode.id.as_str(),
        "identifier": [{ "system": EPISODE, "value": episode.id.as_str() }],
        "status": if episode.ended.is_some() { "final" } else { "preliminary" },
        "code": { "coding": coding, "text": episode.text },
        "severity": match episode.priority {
            Priority::High => "high",
            Priority::Medium => "moderate",
            Priority::Low | Priority::Technical => "low",
        },
        "identifiedPeriod": period,
    });
    if let Some(patient) = &episode.patient {
        resource["patient"] = json!({ "reference": format!("Patient/{patient}") });
    }
    if let Some(reference) = implicated {
        resource["implicated"] = json!([{ "reference": reference }]);
    }
    resource
}

/// The CommunicationRequest that asks the server to call a role about an alarm. Its identifier is the call's, so that two
/// stations that find the same role due make one message; `by` is who asked for it, where it was no clock.
pub fn communication_request(
    call: &Call,
    episode: &Episode,
    by: Option<&Actor>,
    station: &str,
    clock_offset_ms: Option<i64>,
) -> Value {
    let mut extension = vec![json!({ "url": CALL_LEVEL, "valuePositiveInt": call.level })];
    extension.extend(clock_offset_ms.map(clock_offset));
    let mut resource = json!({
        "resourceType": "CommunicationRequest",
        "status": call.status.code(),
        "extension": extension,
        "identifier": [{ "system": CALL, "value": call.id.as_str() }],
        "category": [{ "coding": [{ "system": CALL, "code": "next-role" }] }],
        "priority": match episode.priority {
            Priority::High => "stat",
            Priority::Medium => "urgent",
            Priority::Low | Priority::Technical => "routine",
        },
        "about": [{ "reference": format!("DetectedIssue/{}", call.episode) }],
        "payload": [{ "contentString": format!("{} {}", episode.priority.marks(), episode.text) }],
        "occurrenceDateTime": format_instant(call.due),
        "authoredOn": format_instant(call.made),
        "recipient": [{
            "type": "PractitionerRole",
            "identifier": { "system": ROLE, "value": call.role },
            "display": call.role,
        }],
        "note": [{ "text": format!("station {station}") }],
    });
    if let Some(patient) = &episode.patient {
        resource["subject"] = json!({ "reference": format!("Patient/{patient}") });
    }
    if let Some(by) = by {
        resource["requester"] = sender(by);
    }
    resource
}

fn clock_offset(ms: i64) -> Value {
    json!({ "url": CLOCK_OFFSET, "valueDecimal": ms as f64 / 1000.0 })
}

/// The `If-None-Exist` query that finds a call by its identifier.
pub(crate) fn no_such_call(call_id: &str) -> String {
    format!("identifier={CALL}|{call_id}")
}

/// The `If-None-Exist` query that finds an action by its identifier.
pub(crate) fn none_exist(action_id: &str) -> String {
    format!("identifier={URI}|urn:uuid:{action_id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::resource::map_resource;
    use crate::wire::bases::Bases;
    use clinical::{About, Body, Instant, Verb};
    use url::Url;

    fn read(text: &str) -> Body {
        let here = Bases::of(&[Url::parse("http://s").unwrap()]);
        map_resource(text, &here).fact.unwrap().body
    }

    #[test]
    fn an_alarm_of_the_console_comes_back_from_the_server_as_the_episode_it_was() {
        for (priority, ended) in
            [(Priority::High, None), (Priority::Technical, Some(Instant(1_750_000_060_000)))]
        {
            let episode = Episode {
                id: "vigil-spo2-low-00112233".into(),
                patient: Some("p".into()),
                priority,
                text: "SpO2 84 < 90".into(),
                measure: Some(clinical::Measure::SpO2),
                onset: Instant(1_750_000_000_123),
                ended,
                renewed: None,
            };
            let resource = detected_issue(&episode, "spo2-low", Some("Observation/o"));
            assert_eq!(read(&resource.to_string()), Body::Episode(episode));
        }
    }

    #[test]
    fn an_action_comes_back_from_the_server_as_the_fact_it_was() {
        let action = Action {
            id: "0190c0de-0000-7000-8000-000000000001".into(),
            about: About::Episode("ep-1".into()),
            verb: Verb::Handled,
            by: Actor::at_station("5eed", "N. Okafor").acting_as(Some("Charge nurse".into())),
            at: Instant(1_750_000_000_123),
            note: Some("Treated: O2 up".into()),
            to: None,
        };
        let mut resource = communication(&action, Some(&"p".into()), "7B-1", Some(-1500));
        resource["id"] = json!("server-id");
        assert_eq!(read(&resource.to_string()), Body::Action(action.clone()));

        // To somebody known, and to a mere name.
        for to in [Some("Practitioner/v".into()), None] {
            let note = Some("S. Varga".to_owned());
            let given = Action { verb: Verb::HandTo, note, to, ..action.clone() };
            let sent = with_id(communication(&given, None, "7B-1", None));
            assert_eq!(read(&sent), Body::Action(given));
        }
        let limit = Action { verb: Verb::SetLimit, about: About::Patient("p".into()), ..action };
        let mut resource = communication(&limit, Some(&"p".into()), "7B-1", None);
        resource["id"] = json!("server-id");
        assert_eq!(read(&resource.to_string()), Body::Action(limit));
    }

    fn with_id(mut resource: Value) -> String {
        resource["id"] = json!("server-id");
        resource.to_string()
    }

    #[test]
    fn who_is_known_by_name_alone_is_nobody_who_is_known_better() {
        let sent = |sender: Value| {
            let action = Action {
                id: "0190c0de-0000-7000-8000-000000000001".into(),
                about: About::Episode("ep-1".into()),
                verb: Verb::Release,
                by: Actor::named("N. Okafor"),
                at: Instant(1),
                note: None,
                to: None,
            };
            let mut resource = communication(&action, None, "7B-1", None);
            assert_eq!(resource["sender"], json!({ "display": "N. Okafor" }));
            resource["sender"] = sender;
            let Body::Action(action) = read(&with_id(resource)) else { panic!() };
            action.by
        };
        let okafor = Actor::at_station("5eed", "N. Okafor");
        let older = sent(json!({ "display": "N. Okafor" }));
        assert!(older.id.is_name_only() && !older.is(&okafor));
        assert!(sent(sender(&okafor)).is(&okafor));
        // Other software names a record of the server, or a person as another system does.
        let record = sent(json!({ "reference": "http://s/Practitioner/7", "display": "N. Okafor" }));
        assert_eq!((record.id.as_str(), record.name.as_str()), ("Practitioner/7", "N. Okafor"));
        // The seventh of another server is somebody else.
        let other = sent(json!({ "reference": "http://other/Practitioner/7", "display": "N. Okafor" }));
        assert_eq!(other.id.as_str(), "http://other/Practitioner/7");
        let badge =
            sent(json!({ "identifier": { "system": "urn:badge", "value": "7" }, "display": "N. O." }));
        assert_eq!(badge.id, "urn:badge|7");
    }
}
