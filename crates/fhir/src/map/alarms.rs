//! Alarms, and what people did about them.

use clinical::{About, Action, ActionId, Actor, ActorId, Body, Episode, EpisodeId, Instant, Priority, Verb};

use crate::map::codes::{ACTOR, ACTOR_ROLE, ALARM_KIND, ALERT_ACTION, WARD_RECORD};
use crate::map::numbers::{Reason, code_of};
use crate::map::text::clean;
use crate::wire::bases::Bases;
use crate::wire::datatypes::is_id;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

pub(crate) fn episode(
    id: EpisodeId,
    updated: Option<Instant>,
    issue: r4::DetectedIssue,
    bases: &Bases,
) -> Result<Body, Reason> {
    if matches!(issue.status.as_ref(), "entered-in-error" | "cancelled") {
        return Ok(Body::Deleted);
    }
    let (start, end) = issue.identified_period.map_or((None, None), |p| (p.start, p.end));
    let onset = start
        .or(issue.identified_date_time)
        .and_then(|t| parse_instant(&t))
        .or(updated)
        .ok_or("it has no readable onset (identified)")?;
    // Its status is that of the record (`final`: nothing is to be added), not that of what was found: docs/servers.md.
    let ended = end.and_then(|t| parse_instant(&t));
    let code = issue.code.unwrap_or_default();
    let technical = code.has(ALARM_KIND, "technical");
    let text = code.words().or(issue.detail.as_deref()).unwrap_or("Alarm");
    Ok(Body::Episode(Episode {
        id,
        // An alarm without a patient is kept and shown without a bed: none is lost.
        patient: issue.patient.and_then(|p| p.id_of("Patient", bases)),
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
        renewed: None,
    }))
}

pub(crate) fn communication(
    id: ActionId,
    said: r4::Communication,
    bases: &Bases,
) -> Result<Option<Body>, Reason> {
    let coded = |system| said.category.iter().find_map(|c| c.code(system));
    let about_episodes = coded(ALERT_ACTION).is_some();
    let Some(code) = coded(ALERT_ACTION).or_else(|| coded(WARD_RECORD)) else { return Ok(None) };
    let key =
        said.identifier.iter().find_map(|i| i.value.as_deref()).map(|v| v.trim_start_matches("urn:uuid:"));
    let id = key.map_or(id, |key| clean(key, 64).into());
    match said.status.as_deref() {
        Some("completed" | "in-progress") => {}
        // What never happened, or was said by mistake, is nobody's act.
        Some("entered-in-error" | "not-done" | "stopped" | "on-hold" | "preparation") => {
            return Ok(Some(Body::Withdrawn(id)));
        }
        _ => return Err("its status does not say whether it happened".into()),
    }
    let verb = Verb::from_code(code)
        .filter(|verb| verb.is_about_an_episode() == about_episodes)
        .ok_or("its verb is not one of the alert actions")?;
    let about = if about_episodes {
        let episode = said.about.iter().find_map(|r| r.id_of("DetectedIssue", bases));
        About::Episode(episode.ok_or("it is about no DetectedIssue")?)
    } else {
        said.subject.as_ref().and_then(|s| s.id_of("Patient", bases)).map_or(About::Unit, About::Patient)
    };
    let at = said.sent.and_then(|t| parse_instant(&t)).ok_or("it has no readable time (sent)")?;
    let note = said.payload.iter().find_map(|p| p.content_string.as_deref()).map(|t| clean(t, 2000));
    Ok(Some(Body::Action(Action {
        id,
        about,
        verb,
        by: said.sender.as_ref().map_or_else(|| Actor::named("unknown"), |party| actor(party, bases)),
        at,
        to: said.recipient.first().filter(|_| verb == Verb::HandTo).and_then(|party| actor_id(party, bases)),
        note,
    })))
}

/// Who sent something: with an id where one is told, else a name and nothing more.
fn actor(party: &r4::Party, bases: &Bases) -> Actor {
    let name = clean(party.display.as_deref().or(party.reference.as_deref()).unwrap_or("unknown"), 80);
    let role = party.extension.iter().find(|e| e.url == ACTOR_ROLE).and_then(|e| e.value_string.as_deref());
    let actor = match actor_id(party, bases) {
        Some(id) => Actor::known(id, &name),
        None => Actor::named(&name),
    };
    actor.acting_as(role.map(|role| clean(role, 60).as_str().into()))
}

/// The identifier that a console gave, else whom the server has on record, else what another system calls this person.
fn actor_id(party: &r4::Party, bases: &Bases) -> Option<ActorId> {
    let identifier = || party.identifier.as_ref().filter(|i| i.value.is_some());
    let own = identifier().filter(|i| i.system.as_deref() == Some(ACTOR)).and_then(|i| i.value.as_deref());
    let record = || {
        let reference = party.reference.as_deref()?;
        let Some(here) = bases.relative(reference) else {
            return reference.starts_with("http").then(|| reference.to_owned());
        };
        let mut parts = here.rsplit('/');
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
mod tests {
    use super::*;
    use crate::map::resource::tests::{one, read};

    #[test]
    fn an_act_that_did_not_happen_is_nobodys() {
        let with = |status: &str| {
            format!(
                r#"{{"resourceType":"Communication","id":"c"{status},"identifier":[{{"value":"urn:uuid:7"}}],"category":[{{"coding":[{{"system":"urn:vigil:alert-action","code":"take"}}]}}],"about":[{{"reference":"DetectedIssue/d"}}],"sender":{{"display":"N. Other"}},"sent":"2026-01-01T00:00:00Z"}}"#
            )
        };
        for status in ["completed", "in-progress"] {
            assert!(matches!(one(&with(&format!(r#","status":"{status}""#))), Body::Action(_)), "{status}");
        }
        for status in ["entered-in-error", "not-done", "stopped", "on-hold", "preparation"] {
            assert_eq!(
                one(&with(&format!(r#","status":"{status}""#))),
                Body::Withdrawn("7".into()),
                "{status}"
            );
        }
        for status in ["", r#","status":"unknown""#, r#","status":"aborted""#] {
            assert!(read(&with(status)).unwrap_err().1.contains("status"), "{status}");
        }
    }
}
