//! One resource: of which kind it is, and the facts in it.

use std::ops::Range;

use clinical::consent::Label;
use clinical::{Fact, Instant, SmolStr, Source, Unreadable};

use serde::Deserialize;
use smol_str::format_smolstr;

use crate::map::alarms::{communication, episode};
use crate::map::calls::communication_request;
use crate::map::codes::{RECORD, UNIT_SETTING};
use crate::map::consent::{consent, withholding};
use crate::map::labels::labels;
use crate::map::measured::{Mapped, observation};
use crate::map::modifiers::unknown_modifier;
use crate::map::numbers::Reason;
use crate::map::text::clean;
use crate::map::ward::{device, dose, flag, person, place, stay};
use crate::wire::bases::Bases;
use crate::wire::datatypes::is_id;
use crate::wire::json::{place_of, position};
use crate::wire::resource as r4;
use crate::wire::scan::split_members;
use crate::wire::time::parse_instant;

/// The kinds of resources that are read.
pub(crate) const READ: [&str; 11] = [
    "Patient",
    "Location",
    "Encounter",
    "Device",
    "Observation",
    "DetectedIssue",
    "Communication",
    "CommunicationRequest",
    "MedicationAdministration",
    "Flag",
    "Consent",
];

/// What a Bundle says of itself, and of what it could not find: none of it is about a patient.
const ABOUT_THE_BUNDLE: [&str; 3] = ["OperationOutcome", "Parameters", "SubscriptionStatus"];

/// What came of one resource; something of each where it was read in part.
#[derive(Default)]
pub(crate) struct Came {
    pub fact: Option<Fact>,
    pub unreadable: Option<Unreadable>,
    /// What of it is not read by this program, by names that are counted.
    pub left_out: Vec<SmolStr>,
    /// Its security labels, where they say more than none does.
    pub labels: Vec<Label>,
}

/// Maps one resource: its fact, what of it could not be read, and what of it is not read here.
pub(crate) fn map_resource(text: &str, bases: &Bases) -> Came {
    let mut came = Came::default();
    let head: r4::Head = match serde_json::from_str(text) {
        Ok(head) => head,
        Err(error) => {
            // Its head is wrong; that it is a Consent may be told all the same, and then it withholds.
            came.fact = withholding(text, &position(&error), bases);
            let named = came.fact.as_ref().map_or("unknown", |fact| fact.source.reference.as_str());
            came.unreadable = Some(unreadable(named, position(&error), text));
            return came;
        }
    };
    let kind = head.resource_type.as_ref();
    let reference = format!("{}/{}", clean(kind, 40), clean(head.id.as_deref().unwrap_or("-"), 64));
    if !READ.contains(&kind) {
        came.left_out.extend(Some(clean(kind, 40).into()).filter(|_| !ABOUT_THE_BUNDLE.contains(&kind)));
        return came;
    }
    let meta = head.meta.unwrap_or_default();
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
    match map_body(kind, head.id.as_deref(), updated_at, text, bases) {
        Ok(mapped) => {
            came.left_out.extend(mapped.left_out.into_iter().map(SmolStr::new_static));
            if !mapped.remarks.is_empty() {
                came.unreadable = Some(unreadable(&reference, mapped.remarks.join("; "), text));
            }
            let source =
                Source { reference: reference.into(), version: meta.version_id.unwrap_or_default().into() };
            came.fact = mapped.body.map(|body| Fact { source, updated_at, body });
        }
        Err(reason) => {
            came.fact = withholding(text, &reason, bases);
            came.unreadable = Some(unreadable(&reference, reason, text));
        }
    }
    came.labels = labels(meta.security);
    came
}

/// The fact of an Observation that is as it should be, with the names of what is not read of it; `None` where it is no Observation
/// or something is wrong with it, for which [`map_resource`] has the words.
pub(crate) fn map_observation(
    mut observed: r4::Observation,
    bases: &Bases,
) -> Option<(Fact, Vec<&'static str>, Vec<Label>)> {
    if observed.resource_type != "Observation" {
        return None;
    }
    let id = observed.id.take().filter(|id| is_id(id))?;
    let meta = observed.meta.take().unwrap_or_default();
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
    let Mapped { body, remarks, left_out } = observation(observed, updated_at, bases).ok()?;
    let source = Source {
        reference: format_smolstr!("Observation/{id}"),
        version: meta.version_id.unwrap_or_default().into(),
    };
    remarks.is_empty().then_some((Fact { source, updated_at, body: body? }, left_out, labels(meta.security)))
}

pub(crate) fn unreadable(reference: &str, reason: Reason, body: &str) -> Unreadable {
    let mut end = body.len().min(64 * 1024);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    Unreadable { reference: reference.to_owned(), reason, body: body[..end].to_owned() }
}

/// Why a resource gave nothing: it has another shape than R4's, or it says what cannot be used.
enum Why {
    Shape(serde_json::Error),
    Said(Reason),
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Why {
        Why::Said(reason)
    }
}

fn map_body(
    kind: &str,
    id: Option<&str>,
    updated: Option<Instant>,
    text: &str,
    bases: &Bases,
) -> Result<Mapped, Reason> {
    let id = id.filter(|id| is_id(id)).ok_or("it has no usable id")?;
    if let Some(reason) = unknown_modifier(text) {
        return Err(reason);
    }
    let mut remarks = Vec::new();
    let mut without = None;
    loop {
        let text = without.as_deref().unwrap_or(text);
        let error = match map_kind(kind, id, updated, text, bases) {
            Ok(mut mapped) => {
                mapped.remarks.extend(remarks);
                return Ok(mapped);
            }
            Err(Why::Said(reason)) => return Err(reason),
            Err(Why::Shape(error)) => error,
        };
        let reason = position(&error);
        let Some((name, part)) = optional_part(kind, text, &error) else { return Err(reason) };
        remarks.push(format!("its {name} {reason}; the rest of it was read"));
        // Another name in its place: what is around it stays valid, and nothing is read under this one.
        without = Some(format!("{}\"-\":0{}", &text[..part.start], &text[part.end..]));
    }
}

/// What no person, place or alarm is lost for: elements that R4 lets a server leave out, and without which the rest says nothing
/// false. Modifiers are none of them.
fn is_optional(kind: &str, element: &str) -> bool {
    let names: &[&str] = match kind {
        "Patient" => {
            &["identifier", "name", "gender", "birthDate", "telecom", "address", "communication", "contact"]
        }
        "Location" => &["name", "physicalType", "partOf"],
        "Device" => &[
            "deviceName",
            "type",
            "manufacturer",
            "modelNumber",
            "lotNumber",
            "serialNumber",
            "expirationDate",
            "version",
        ],
        "DetectedIssue" => {
            &["code", "severity", "detail", "identifiedDateTime", "identifiedPeriod", "patient"]
        }
        "MedicationAdministration" => {
            &["medicationCodeableConcept", "medicationReference", "contained", "device", "dosage"]
        }
        _ => &[],
    };
    names.contains(&element)
}

/// The optional element in which the fault lies, and where it stands with its name.
fn optional_part<'t>(
    kind: &str,
    text: &'t str,
    error: &serde_json::Error,
) -> Option<(&'t str, Range<usize>)> {
    let fault = place_of(text, error)?;
    let start_of = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    split_members(text)?.into_iter().find_map(|(name, value)| {
        let (from, to) = (start_of(name) - 1, start_of(value) + value.len());
        ((from..=to).contains(&fault) && is_optional(kind, name)).then_some((name, from..to))
    })
}

fn map_kind(
    kind: &str,
    id: &str,
    updated: Option<Instant>,
    text: &str,
    bases: &Bases,
) -> Result<Mapped, Why> {
    let body = match kind {
        "Patient" => person(id.into(), updated, parse(text)?, bases),
        "Location" => place(id.into(), parse(text)?, bases)?,
        "Encounter" => stay(id.into(), updated, parse(text)?, bases)?,
        "Device" => device(id.into(), parse(text)?, bases),
        "Observation" => return Ok(observation(parse(text)?, updated, bases)?),
        "DetectedIssue" => episode(id.into(), updated, parse(text)?, bases)?,
        "Flag" => flag(id.into(), updated, parse(text)?, bases)?,
        "Consent" => return Ok(consent(id.into(), parse(text)?, bases)?),
        "Communication" => {
            let body = communication(id.into(), parse(text)?, bases)?;
            // A word about a record is read by whoever keeps one (`client::words`), and a setting likewise (`client::settings`).
            let is_read_elsewhere = text.contains(RECORD) || text.contains(UNIT_SETTING);
            let is_left_out = body.is_none() && !is_read_elsewhere;
            let left_out = if is_left_out { vec!["Communication of another kind"] } else { Vec::new() };
            return Ok(Mapped { body, left_out, ..Mapped::default() });
        }
        "CommunicationRequest" => {
            let body = communication_request(parse(text)?, bases)?;
            let left_out =
                if body.is_none() { vec!["CommunicationRequest of another kind"] } else { Vec::new() };
            return Ok(Mapped { body, left_out, ..Mapped::default() });
        }
        _ => dose(id.into(), parse(text)?, bases)?,
    };
    Ok(body.into())
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Why> {
    serde_json::from_str(text).map_err(Why::Shape)
}

#[cfg(test)]
pub(crate) mod tests {
    use clinical::{Body, Measure, Priority};

    use super::*;

    pub(crate) fn read(text: &str) -> Result<Vec<Fact>, (String, Reason)> {
        let came = map_resource(text, &Bases::default());
        let wrong = came.unreadable.map(|wrong| (wrong.reference, wrong.reason));
        wrong.map_or(Ok(came.fact.into_iter().collect()), Err)
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
