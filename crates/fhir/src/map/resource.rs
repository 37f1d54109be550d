//! From an R4 resource to the console's own facts.

use clinical::{
    About, Action, ActionId, Actor, ActorId, Body, Device, DeviceId, Dose, DoseId, Episode, EpisodeId, Fact,
    Flag, FlagId, Instant, PatientId, Person, Place, PlaceId, Priority, Sex, SmolStr, Source, Stay, StayId,
    Verb, is_hidden,
};
use serde::Deserialize;
use smol_str::format_smolstr;

use crate::map::codes::{
    ACTOR, ACTOR_ROLE, ALARM_KIND, ALERT_ACTION, IDENTIFIER_TYPE, PHYSICAL_TYPE, WARD_RECORD,
};
use crate::map::measured::{Reason, code_of, observation, quantity};
use crate::wire::json::position;
use crate::wire::resource as r4;
use crate::wire::resource::is_id;
use crate::wire::time::parse_instant;

/// The fact that `Type/id` was deleted; nothing where the text names no resource.
pub(crate) fn deleted(url: &str) -> Option<Fact> {
    let mut parts = url.rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    let source = Source { reference: format!("{kind}/{id}").into(), version: SmolStr::default() };
    Some(Fact { source, updated_at: None, body: Body::Deleted })
}

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
    let body = observation(observed).ok()?;
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
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
        "Encounter" => stay(id.into(), parse(text)?)?,
        "Device" => device(id.into(), parse(text)?),
        "Observation" => return observation(parse(text)?).map(|body| body.into_iter().collect()),
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

/// Takes out what can change how the rest of a line reads: control characters and bidirectional overrides.
fn clean(text: &str, most: usize) -> String {
    text.chars().filter(|c| !is_hidden(*c)).take(most).collect::<String>().trim().to_owned()
}

fn person(id: PatientId, patient: r4::Patient) -> Body {
    let name = patient.name.iter().find(|n| n.usage.as_deref() == Some("official")).or(patient.name.first());
    let given = name.map(|n| n.given.join(" ")).unwrap_or_default();
    let mut family = name.and_then(|n| n.family.as_deref()).unwrap_or_default();
    if family.is_empty() && given.is_empty() {
        family = name.and_then(|n| n.text.as_deref()).unwrap_or_default();
    }
    let is_mrn = |i: &&r4::Identifier| i.kind.as_ref().is_some_and(|kind| kind.has(IDENTIFIER_TYPE, "MR"));
    let mrn = patient
        .identifier
        .iter()
        .find(is_mrn)
        .or(patient.identifier.first())
        .and_then(|i| i.value.as_deref());
    let linked = |kind: &'static str| patient.link.iter().filter(move |link| link.kind == kind);
    let other = |link: &r4::PatientLink| link.other.as_ref().and_then(|r| r.id_of("Patient"));
    let replaced_by = linked("replaced-by").find_map(other);
    Body::Person(Person {
        id,
        mrn: clean(mrn.unwrap_or_default(), 64),
        family: clean(family, 80),
        given: clean(&given, 80),
        birth_date: patient.birth_date.map(|date| clean(&date, 10)),
        sex: match patient.gender.as_deref() {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            Some("other") => Sex::Other,
            _ => Sex::Unknown,
        },
        // A link that says into whom is followed in the cache; one that does not can only hide the record.
        active: patient.active.unwrap_or(true)
            && (replaced_by.is_some() || linked("replaced-by").next().is_none()),
        replaces: linked("replaces").filter_map(other).collect(),
        replaced_by,
    })
}

fn place(id: PlaceId, location: r4::Location) -> Body {
    Body::Place(Place {
        name: clean(location.name.as_deref().unwrap_or(id.as_str()), 60),
        is_bed: location.physical_type.is_some_and(|t| t.has(PHYSICAL_TYPE, "bd")),
        part_of: location.part_of.and_then(|r| r.id_of("Location")),
        id,
    })
}

fn stay(id: StayId, encounter: r4::Encounter) -> Result<Body, Reason> {
    let patient =
        encounter.subject.and_then(|s| s.id_of("Patient")).ok_or("it names no patient (subject)")?;
    let current = encounter
        .location
        .iter()
        .find(|l| l.status.as_deref() == Some("active"))
        .or_else(|| encounter.location.iter().rfind(|l| l.status.is_none()));
    Ok(Body::Stay(Stay {
        id,
        patient,
        place: current.and_then(|l| l.location.id_of("Location")),
        in_progress: encounter.status == "in-progress",
    }))
}

fn flag(id: FlagId, updated: Option<Instant>, flag: r4::Flag) -> Result<Body, Reason> {
    if flag.status == "entered-in-error" {
        return Ok(Body::Deleted);
    }
    let patient = flag.subject.and_then(|s| s.id_of("Patient")).ok_or("it names no patient (subject)")?;
    let (start, end) = flag.period.map_or((None, None), |p| (p.start, p.end));
    let since =
        start.and_then(|t| parse_instant(&t)).or(updated).ok_or("it has no readable time (period)")?;
    let ended = end.and_then(|t| parse_instant(&t));
    let codes = flag.code.coding.iter().filter_map(|coding| {
        Some(format!("{}|{}", clean(coding.system.as_deref()?, 200), clean(coding.code.as_deref()?, 64)))
    });
    let by = flag.author.and_then(|a| a.display).map(|name| clean(&name, 60)).unwrap_or_default();
    Ok(Body::Flag(Flag {
        id,
        patient,
        codes: codes.collect(),
        by,
        since,
        // Switched off without an end: over since the server says so.
        until: ended.or_else(|| if flag.status == "inactive" { updated.or(Some(since)) } else { None }),
    }))
}

fn device(id: DeviceId, device: r4::Device) -> Body {
    let named = device.device_name.first().map(|n| n.name.as_ref());
    let kind = device.kind.as_ref().and_then(r4::Concept::words);
    Body::Device(Device {
        patient: device.patient.and_then(|p| p.id_of("Patient")),
        name: clean(named.or(kind).unwrap_or(id.as_str()), 60),
        active: device.status.as_deref().is_none_or(|s| s == "active"),
        id,
    })
}

fn dose(id: DoseId, given: r4::MedicationAdministration) -> Result<Body, Reason> {
    if !matches!(given.status.as_ref(), "completed" | "in-progress") {
        return Ok(Body::Deleted);
    }
    let patient = given.subject.and_then(|s| s.id_of("Patient")).ok_or("it names no patient (subject)")?;
    let at = given
        .effective_date_time
        .or_else(|| given.effective_period.and_then(|p| p.start))
        .and_then(|t| parse_instant(&t))
        .ok_or("it has no readable time (effective)")?;
    let amount = match given.dosage.and_then(|d| d.dose) {
        Some(dose) => quantity(&dose)?.map(|(value, unit)| (value, unit.into())),
        None => None,
    };
    let what =
        given.medication_codeable_concept.as_ref().and_then(r4::Concept::words).unwrap_or("medication");
    Ok(Body::Dose(Dose { id, patient, what: clean(what, 80), amount, at }))
}

fn episode(id: EpisodeId, updated: Option<Instant>, issue: r4::DetectedIssue) -> Result<Body, Reason> {
    if matches!(issue.status.as_ref(), "entered-in-error" | "cancelled") {
        return Ok(Body::Deleted);
    }
    let (start, end) = issue.identified_period.map_or((None, None), |p| (p.start, p.end));
    let onset = start
        .or(issue.identified_date_time)
        .and_then(|t| parse_instant(&t))
        .or(updated)
        .ok_or("it has no readable onset (identified)")?;
    let ended = end.and_then(|t| parse_instant(&t)).or_else(|| updated.filter(|_| issue.status == "final"));
    let code = issue.code.unwrap_or_default();
    let technical = code.has(ALARM_KIND, "technical");
    let text = code.words().or(issue.detail.as_deref()).unwrap_or("Alarm");
    Ok(Body::Episode(Episode {
        id,
        // An alarm without a patient is kept and shown without a bed: none is lost.
        patient: issue.patient.and_then(|p| p.id_of("Patient")),
        priority: match issue.severity.as_deref() {
            _ if technical => Priority::Technical,
            Some("high") => Priority::High,
            Some("low") => Priority::Low,
            _ => Priority::Medium,
        },
        text: clean(text, 60),
        measure: code_of(&code).and_then(|c| c.measure()),
        onset,
        // An end before the onset is a clock that went wrong; the condition has ended all the same.
        ended: ended.map(|end| end.max(onset)),
    }))
}

fn communication(id: ActionId, said: r4::Communication) -> Result<Option<Body>, Reason> {
    let coded = |system| said.category.iter().find_map(|c| c.code(system));
    let about_episodes = coded(ALERT_ACTION).is_some();
    let Some(code) = coded(ALERT_ACTION).or_else(|| coded(WARD_RECORD)) else { return Ok(None) };
    let verb = Verb::from_code(code)
        .filter(|verb| verb.is_about_an_episode() == about_episodes)
        .ok_or("its verb is not one of the alert actions")?;
    let about = if about_episodes {
        let episode = said.about.iter().find_map(|r| r.id_of("DetectedIssue"));
        About::Episode(episode.ok_or("it is about no DetectedIssue")?)
    } else {
        said.subject.as_ref().and_then(|s| s.id_of("Patient")).map_or(About::Unit, About::Patient)
    };
    let at = said.sent.and_then(|t| parse_instant(&t)).ok_or("it has no readable time (sent)")?;
    let key =
        said.identifier.iter().find_map(|i| i.value.as_deref()).map(|v| v.trim_start_matches("urn:uuid:"));
    let note = said.payload.iter().find_map(|p| p.content_string.as_deref()).map(|t| clean(t, 2000));
    Ok(Some(Body::Action(Action {
        id: key.map_or(id, |key| clean(key, 64).into()),
        about,
        verb,
        by: said.sender.as_ref().map_or_else(|| Actor::named("unknown"), actor),
        at,
        to: said.recipient.first().filter(|_| verb == Verb::HandTo).and_then(actor_id),
        note,
    })))
}

/// Who sent something: with an id where one is told, else a name and nothing more.
fn actor(party: &r4::Party) -> Actor {
    let name = clean(party.display.as_deref().or(party.reference.as_deref()).unwrap_or("unknown"), 80);
    let role = party.extension.iter().find(|e| e.url == ACTOR_ROLE).and_then(|e| e.value_string.as_deref());
    let actor = match actor_id(party) {
        Some(id) => Actor::known(id, &name),
        None => Actor::named(&name),
    };
    actor.acting_as(role.map(|role| clean(role, 60).as_str().into()))
}

/// The identifier that a console gave, else whom the server has on record, else what another system calls this person.
fn actor_id(party: &r4::Party) -> Option<ActorId> {
    let identifier = || party.identifier.as_ref().filter(|i| i.value.is_some());
    let own = identifier().filter(|i| i.system.as_deref() == Some(ACTOR)).and_then(|i| i.value.as_deref());
    let record = || {
        let mut parts = party.reference.as_deref()?.rsplit('/');
        let (id, kind) = (parts.next().filter(|id| is_id(id))?, parts.next()?);
        Some(format!("{kind}/{id}"))
    };
    let others = || {
        let other = identifier()?;
        Some(format!("{}|{}", other.system.as_deref()?, other.value.as_deref()?))
    };
    let id = own.map(str::to_owned).or_else(record).or_else(others)?;
    Some(clean(&id, 160)).filter(|id| !id.is_empty()).map(ActorId::from)
}

#[cfg(test)]
pub(crate) mod tests {
    use clinical::Measure;

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
