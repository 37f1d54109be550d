//! A call of the next role, to the server and back.
#![allow(clippy::unwrap_used)]

use clinical::{Actor, Body, Call, CallStatus, Episode, Instant, Priority};
use fhir::{Page, communication_request, read_page};
use serde_json::{Value, json};

fn call() -> Call {
    Call {
        id: "ep-1:high:2".into(),
        episode: "ep-1".into(),
        level: 2,
        role: "Physician on call".into(),
        due: Instant(1_750_000_000_123),
        made: Instant(1_750_000_900_000),
        status: CallStatus::Active,
    }
}

/// As a server holds it, with one element changed.
fn held(element: &str, value: Value) -> Value {
    let episode = Episode {
        id: "ep-1".into(),
        patient: Some("p".into()),
        priority: Priority::High,
        text: "SpO2 84 < 90".into(),
        measure: None,
        onset: Instant(1_750_000_000_000),
        ended: None,
        renewed: None,
    };
    let by = Actor::at_station("5eed", "N. Okafor");
    let mut resource = communication_request(&call(), &episode, Some(&by), "7B-1", Some(-1500));
    resource["id"] = json!("server-id");
    resource[element] = value;
    resource
}

fn read(resource: &Value) -> Page {
    let bundle =
        json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] });
    read_page(bundle.to_string().as_bytes()).unwrap()
}

fn body(resource: &Value) -> Body {
    read(resource).facts.remove(0).body
}

#[test]
fn a_call_comes_back_as_it_was_sent_and_with_what_became_of_it() {
    for (status, read) in [
        ("draft", CallStatus::Active),
        ("active", CallStatus::Active),
        ("unknown", CallStatus::Active),
        ("on-hold", CallStatus::OnHold),
        ("completed", CallStatus::Completed),
        ("revoked", CallStatus::Revoked),
    ] {
        assert_eq!(
            body(&held("status", json!(status))),
            Body::Call(Call { status: read, ..call() }),
            "{status}"
        );
    }
    let denied = Body::Call(Call { status: CallStatus::Revoked, ..call() });
    assert_eq!(body(&held("doNotPerform", json!(true))), denied);
    assert_eq!(body(&held("status", json!("entered-in-error"))), Body::Deleted);
}

#[test]
fn a_call_that_cannot_be_read_is_set_aside_with_its_reason() {
    for (element, value, word) in [
        ("status", json!("never"), "status"),
        ("about", json!([]), "DetectedIssue"),
        ("extension", json!([]), "level"),
        ("recipient", json!([]), "role"),
        ("occurrenceDateTime", json!("soon"), "time"),
    ] {
        let page = read(&held(element, value));
        assert!(page.facts.is_empty(), "{element}");
        assert!(page.unreadable[0].reason.contains(word), "{element}: {}", page.unreadable[0].reason);
    }
    let other = read(&held("identifier", json!([{ "system": "urn:other", "value": "1" }])));
    assert!(other.facts.is_empty() && other.unreadable.is_empty(), "a request of somebody else");
}
