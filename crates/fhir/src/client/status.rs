//! What a notification says of itself, before what changed: its type, and the numbers that the server gave to its events. They tell
//! whether one was lost on the way.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// What kind of notification it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    Handshake,
    Heartbeat,
    #[default]
    Event,
}

/// How far a server has counted the events of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// All events since the subscription began, with those that this carries.
    pub so_far: Option<u64>,
    /// The numbers of the events that this carries, as far as it names them.
    pub carries: Vec<u64>,
    /// Whether it carries events, named or not; a heartbeat and a handshake carry none.
    pub is_event: bool,
    /// How many resources came with it.
    pub resources: usize,
}

/// The first entry of a Bundle, and how many follow it.
#[derive(Default)]
struct Entries<'a> {
    first: Option<&'a RawValue>,
    others: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct First;
        impl<'de> Visitor<'de> for First {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("entries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Entries<'de>, A::Error> {
                let first = entries.next_element::<&'de RawValue>()?;
                let mut others = 0;
                while entries.next_element::<IgnoredAny>()?.is_some() {
                    others += 1;
                }
                Ok(Entries { first, others })
            }
        }
        deserializer.deserialize_seq(First)
    }
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    entry: Entries<'a>,
}

/// Reads the status that stands first in a notification: Parameters in R4, a SubscriptionStatus since R4B. One that has none is an
/// event that nothing is known of.
pub(crate) fn status_of(text: &str) -> (Kind, Counted) {
    let event = || (Kind::Event, Counted { is_event: true, ..Counted::default() });
    let Ok(Bundle { entry: Entries { first: Some(first), others } }) = serde_json::from_str(text) else {
        return event();
    };
    let Ok(entry) = serde_json::from_str::<Value>(first.get()) else { return event() };
    let status = &entry["resource"];
    let (kind, so_far, carries) = match status["resourceType"].as_str() {
        Some("Parameters") => of_parameters(status),
        Some("SubscriptionStatus") => of_status(status),
        _ => return (Kind::Event, Counted { is_event: true, resources: others + 1, ..Counted::default() }),
    };
    let kind = match kind {
        Some("handshake") => Kind::Handshake,
        Some("heartbeat") => Kind::Heartbeat,
        _ => Kind::Event,
    };
    (kind, Counted { so_far, carries, is_event: kind == Kind::Event, resources: others })
}

type Said<'a> = (Option<&'a str>, Option<u64>, Vec<u64>);

fn of_parameters(status: &Value) -> Said<'_> {
    fn parts<'a>(list: &'a Value, name: &'static str) -> impl Iterator<Item = &'a Value> {
        list.as_array().into_iter().flatten().filter(move |part| part["name"] == name)
    }
    let all = &status["parameter"];
    let kind = parts(all, "type").find_map(|part| part["valueCode"].as_str());
    let value = |part: &Value| {
        part.as_object()?.iter().find_map(|(key, v)| key.starts_with("value").then(|| number(v)))?
    };
    let so_far = parts(all, "events-since-subscription-start").find_map(value);
    let numbers = parts(all, "notification-event")
        .flat_map(|event| parts(&event["part"], "event-number"))
        .filter_map(value);
    (kind, so_far, numbers.collect())
}

fn of_status(status: &Value) -> Said<'_> {
    let events = status["notificationEvent"].as_array();
    let numbers = events.into_iter().flatten().filter_map(|event| number(&event["eventNumber"]));
    (status["type"].as_str(), number(&status["eventsSinceSubscriptionStart"]), numbers.collect())
}

/// A number of 64 bits is a text in FHIR's JSON; some write it as a number.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bundle(status: &Value, resources: usize) -> String {
        let mut entry = vec![json!({ "resource": status })];
        entry.extend(
            (0..resources).map(|n| json!({ "resource": { "resourceType": "Flag", "id": n.to_string() } })),
        );
        json!({ "resourceType": "Bundle", "type": "history", "entry": entry }).to_string()
    }

    #[test]
    fn the_numbers_of_events_are_read_in_every_way_in_which_servers_write_them() {
        let r4 = |kind: &str, so_far: Value, numbers: &[Value]| {
            let mut parameter = vec![
                json!({ "name": "status", "valueCode": "active" }),
                json!({ "name": "type", "valueCode": kind }),
            ];
            let mut so_far = so_far;
            so_far["name"] = json!("events-since-subscription-start");
            parameter.push(so_far);
            parameter.extend(numbers.iter().map(|number| {
                let mut number = number.clone();
                number["name"] = json!("event-number");
                json!({ "name": "notification-event", "part": [number, { "name": "timestamp" }] })
            }));
            json!({ "resourceType": "Parameters", "parameter": parameter })
        };
        let text = |n: u64| json!({ "valueString": n.to_string() });
        let later = |kind: &str, so_far: Value, numbers: &[Value]| {
            let events: Vec<Value> = numbers.iter().map(|n| json!({ "eventNumber": n })).collect();
            json!({
                "resourceType": "SubscriptionStatus", "type": kind, "status": "active",
                "eventsSinceSubscriptionStart": so_far, "notificationEvent": events,
            })
        };
        for (name, status, kind, so_far, carries) in [
            ("a handshake", r4("handshake", text(0), &[]), Kind::Handshake, Some(0), vec![]),
            ("a heartbeat", r4("heartbeat", text(7), &[]), Kind::Heartbeat, Some(7), vec![]),
            ("an event", r4("event-notification", text(8), &[text(8)]), Kind::Event, Some(8), vec![8]),
            (
                "several events, as numbers",
                r4(
                    "event-notification",
                    json!({ "valueUnsignedInt": 10 }),
                    &[json!({ "valueUnsignedInt": 9 }), json!({ "valueInteger": 10 })],
                ),
                Kind::Event,
                Some(10),
                vec![9, 10],
            ),
            ("no numbers", r4("event-notification", json!({}), &[]), Kind::Event, None, vec![]),
            (
                "no readable number",
                r4("heartbeat", json!({ "valueString": "many" }), &[]),
                Kind::Heartbeat,
                None,
                vec![],
            ),
            (
                "R4B",
                later("event-notification", json!("12"), &[json!("11"), json!("12")]),
                Kind::Event,
                Some(12),
                vec![11, 12],
            ),
            ("R4B, a heartbeat", later("heartbeat", json!(12), &[]), Kind::Heartbeat, Some(12), vec![]),
        ] {
            for resources in [0, 1, 300] {
                let wanted =
                    Counted { so_far, carries: carries.clone(), is_event: kind == Kind::Event, resources };
                assert_eq!(status_of(&bundle(&status, resources)), (kind, wanted), "{name}");
            }
        }
        let plain = json!({ "resourceType": "Flag", "id": "f" });
        assert_eq!(
            status_of(&bundle(&plain, 2)).1,
            Counted { is_event: true, resources: 3, ..Counted::default() }
        );
        for text in ["{", "{}", r#"{"entry":[]}"#, r#"{"entry":[null]}"#, r#"{"entry":{"a":1}}"#] {
            let (kind, counted) = status_of(text);
            assert_eq!((kind, counted.so_far, counted.is_event), (Kind::Event, None, true), "{text}");
        }
    }
}
