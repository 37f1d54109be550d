//! One resource: of which kind it is, and the facts in it.

use clinical::{Body, Fact, Instant, Source};

use serde::Deserialize;
use smol_str::format_smolstr;

use crate::map::alarms::{communication, episode};
use crate::map::measured::{Reason, observation};
use crate::map::text::clean;
use crate::map::ward::{device, dose, flag, person, place, stay};
use crate::wire::datatypes::is_id;
use crate::wire::json::position;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

/// Maps one resource onto `facts`; the error is its reference and why it could not be read.
pub(crate) fn map_resource(text: &str, facts: &mut Vec<Fact>) -> Result<(), (String, Reason)> {
    let head: r4::Head = serde_json::from_str(text).map_err(|e| ("unknown".to_owned(), position(&e)))?;
    let kind = head.resource_type.as_ref();
    let reference = format!("{}/{}", clean(kind, 40), clean(head.id.as_deref().unwrap_or("-"), 64));
    let meta = head.meta.unwrap_or_default();
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
    let bodies =
        map_body(kind, head.id.as_deref(), updated_at, text).map_err(|reason| (reference.clone(), reason))?;
    let source = Source { reference: reference.into(), version: meta.version_id.unwrap_or_default().into() };
    facts.extend(bodies.into_iter().map(|body| Fact { source: source.clone(), updated_at, body }));
    Ok(())
}

/// The fact of an Observation that is as it should be, or that holds nothing of use (`Some(None)`); `None` where it is no
/// Observation or something is wrong with it, for which [`map_resource`] has the words.
pub(crate) fn map_observation(mut observed: r4::Observation) -> Option<Option<Fact>> {
    if observed.resource_type != "Observation" {
        return None;
    }
    let id = observed.id.take().filter(|id| is_id(id))?;
    let meta = observed.meta.take().unwrap_or_default();
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
    let body = observation(observed, updated_at).ok()?;
    let source = Source {
        reference: format_smolstr!("Observation/{id}"),
        version: meta.version_id.unwrap_or_default().into(),
    };
    Some(body.map(|body| Fact { source, updated_at, body }))
}

fn map_body(kind: &str, id: Option<&str>, updated: Option<Instant>, text: &str) -> Result<Vec<Body>, Reason> {
    let known = [
        "Patient",
        "Location",
        "Encounter",
        "Device",
        "Observation",
        "DetectedIssue",
        "Communication",
        "MedicationAdministration",
        "Flag",
    ];
    if !known.contains(&kind) {
        return Ok(Vec::new());
    }
    let id = id.filter(|id| is_id(id)).ok_or("it has no usable id")?;
    let body = match kind {
        "Patient" => person(id.into(), parse(text)?),
        "Location" => place(id.into(), parse(text)?),
        "Encounter" => stay(id.into(), updated, parse(text)?)?,
        "Device" => device(id.into(), parse(text)?),
        "Observation" => return observation(parse(text)?, updated).map(|body| body.into_iter().collect()),
        "DetectedIssue" => episode(id.into(), updated, parse(text)?)?,
        "Flag" => flag(id.into(), updated, parse(text)?)?,
        "Communication" => {
            return communication(id.into(), parse(text)?).map(|body| body.into_iter().collect());
        }
        _ => dose(id.into(), parse(text)?)?,
    };
    Ok(vec![body])
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Reason> {
    serde_json::from_str(text).map_err(|e| position(&e))
}

#[cfg(test)]
pub(crate) mod tests {
    use clinical::{Measure, Priority};

    use super::*;

    pub(crate) fn read(text: &str) -> Result<Vec<Fact>, (String, Reason)> {
        let mut facts = Vec::new();
        map_resource(text, &mut facts).map(|()| facts)
    }

    pub(crate) fn one(text: &str) -> Body {
        read(text).unwrap().remove(0).body
    }

    #[test]
    fn a_name_cannot_turn_the_line_around_or_carry_markup() {
        let text = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"<b>\u{202E}Sm\u{0007}ith\",\"given\":[\"A\u{2066}\"]}],\"gender\":\"female\",\"link\":[{\"type\":\"replaced-by\"}]}";
        // A control character must be escaped in JSON; serde refuses it raw, so the escape is what a sender uses.
        let Body::Person(person) = one(&text.replace('\u{0007}', "\\u0007")) else { panic!() };
        assert_eq!((person.family.as_str(), person.given.as_str(), person.active), ("<b>Smith", "A", false));
    }

    #[test]
    fn a_merge_names_the_record_that_stays_whichever_of_the_two_says_so() {
        let linked = |link: &str| {
            let Body::Person(person) =
                one(&format!(r#"{{"resourceType":"Patient","id":"p","link":[{{{link}}}]}}"#))
            else {
                panic!()
            };
            (person.active, person.replaced_by, person.replaces)
        };
        let said = |kind: &str| linked(&format!(r#""other":{{"reference":"Patient/q"}},"type":"{kind}""#));
        assert_eq!(said("replaced-by"), (true, Some("q".into()), vec![]));
        assert_eq!(said("replaces"), (true, None, vec!["q".into()]));
        assert_eq!(said("seealso"), (true, None, vec![]));
        assert_eq!(linked(r#""type":"replaced-by""#), (false, None, vec![]));
    }

    #[test]
    fn a_gateway_alarm_becomes_an_episode_even_without_a_patient() {
        let text = r#"{"resourceType":"DetectedIssue","id":"d","status":"final","severity":"high","code":{"coding":[{"system":"http://loinc.org","code":"59408-5"}],"text":"SpO2 84 < 90"},"identifiedPeriod":{"start":"2026-01-01T00:00:10Z","end":"2026-01-01T00:00:00Z"}}"#;
        let Body::Episode(episode) = one(text) else { panic!() };
        assert_eq!(
            (episode.priority, episode.measure, episode.patient.as_ref()),
            (Priority::High, Some(Measure::SpO2), None)
        );
        assert_eq!(episode.ended, Some(episode.onset));
    }
}
