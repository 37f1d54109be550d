//! Who lies where, on which device, flagged and given what.

use clinical::{
    Body, Care, Device, DeviceId, Dose, DoseId, Flag, FlagId, Instant, PatientId, Person, Place, PlaceId,
    PlaceKind, Quantity, Sex, Stay, StayId,
};

use crate::map::codes::{IDENTIFIER_TYPE, PHYSICAL_TYPE};
use crate::map::measured::{Reason, quantity};
use crate::map::text::clean;
use crate::wire::datatypes as types;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

pub(crate) fn person(id: PatientId, patient: r4::Patient) -> Body {
    let name = patient.name.iter().find(|n| n.usage.as_deref() == Some("official")).or(patient.name.first());
    let given = name.map(|n| n.given.join(" ")).unwrap_or_default();
    let mut family = name.and_then(|n| n.family.as_deref()).unwrap_or_default();
    if family.is_empty() && given.is_empty() {
        family = name.and_then(|n| n.text.as_deref()).unwrap_or_default();
    }
    let is_mrn = |i: &&types::Identifier| i.kind.as_ref().is_some_and(|kind| kind.has(IDENTIFIER_TYPE, "MR"));
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

pub(crate) fn place(id: PlaceId, location: r4::Location) -> Body {
    Body::Place(Place {
        name: clean(location.name.as_deref().unwrap_or(id.as_str()), 60),
        kind: location
            .physical_type
            .as_ref()
            .and_then(|t| t.code(PHYSICAL_TYPE))
            .map_or(PlaceKind::Other, kind),
        part_of: location.part_of.and_then(|r| r.id_of("Location")),
        id,
    })
}

/// By its code of `location-physical-type`.
fn kind(code: &str) -> PlaceKind {
    match code {
        "bd" => PlaceKind::Bed,
        "ro" => PlaceKind::Room,
        "wa" => PlaceKind::Ward,
        "si" | "bu" | "lvl" => PlaceKind::Site,
        "ho" => PlaceKind::House,
        _ => PlaceKind::Other,
    }
}

pub(crate) fn stay(id: StayId, updated: Option<Instant>, encounter: r4::Encounter) -> Result<Body, Reason> {
    if matches!(encounter.status.as_ref(), "cancelled" | "entered-in-error") {
        return Ok(Body::Deleted);
    }
    let patient =
        encounter.subject.and_then(|s| s.id_of("Patient")).ok_or("it names no patient (subject)")?;
    let care = match encounter.class.as_ref().and_then(|class| class.code.as_deref()) {
        Some("HH" | "VR") => Care::Home,
        _ => Care::Hospital,
    };
    // Who has arrived is there, and who is on leave comes back.
    let in_progress =
        matches!(encounter.status.as_ref(), "in-progress" | "arrived" | "triaged" | "onleave" | "unknown");
    Ok(Body::Stay(Stay { id, patient, places: current(&encounter.location, updated), in_progress, care }))
}

/// Where somebody is, of the places that a stay names: what is planned, reserved or over is left out, by its status or by its
/// period. Those that are said to be active count before those of which nothing is said, and of those the last that began.
fn current(named: &[r4::EncounterLocation], updated: Option<Instant>) -> Vec<PlaceId> {
    let at = |text: Option<&types::Str>| text.and_then(|text| parse_instant(text));
    let start = |l: &r4::EncounterLocation| at(l.period.as_ref().and_then(|p| p.start.as_ref()));
    let end = |l: &r4::EncounterLocation| at(l.period.as_ref().and_then(|p| p.end.as_ref()));
    let holds = |l: &&r4::EncounterLocation| {
        // Without a time of the statement an end is one that has come.
        let is_over = end(l).is_some_and(|end| updated.is_none_or(|now| end <= now));
        let is_to_come = start(l).zip(updated).is_some_and(|(start, now)| start > now);
        !is_over && !is_to_come
    };
    let active = |l: &&r4::EncounterLocation| l.status.as_deref() == Some("active");
    let id = |l: &r4::EncounterLocation| l.location.id_of("Location");
    let found: Vec<PlaceId> = named.iter().filter(active).filter(holds).filter_map(id).collect();
    if !found.is_empty() {
        return found;
    }
    let unsaid = || named.iter().filter(|l| l.status.is_none()).filter(holds);
    let last = unsaid().filter_map(start).max();
    // Several without any period are levels of one place, or one after the other.
    unsaid().filter(|l| last.is_none() || start(l) == last).filter_map(id).collect()
}

pub(crate) fn flag(id: FlagId, updated: Option<Instant>, flag: r4::Flag) -> Result<Body, Reason> {
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

pub(crate) fn device(id: DeviceId, device: r4::Device) -> Body {
    let named = device.device_name.first().map(|n| n.name.as_ref());
    let kind = device.kind.as_ref().and_then(types::Concept::words);
    Body::Device(Device {
        patient: device.patient.and_then(|p| p.id_of("Patient")),
        name: clean(named.or(kind).unwrap_or(id.as_str()), 60),
        active: device.status.as_deref().is_none_or(|s| s == "active"),
        id,
    })
}

/// What another system calls a thing, whichever server it reaches. The number of an order is shared by all that was given for it.
fn identity(identifier: &types::Identifier) -> Option<String> {
    let is_order = |kind: &types::Concept| {
        matches!(kind.code(IDENTIFIER_TYPE), Some("PLAC" | "FILL" | "PGN" | "PLACER" | "FILLER"))
    };
    if identifier.kind.as_ref().is_some_and(is_order) {
        return None;
    }
    let (system, value) = (identifier.system.as_deref()?, identifier.value.as_deref()?);
    Some(format!("{}|{}", clean(system, 200), clean(value, 100))).filter(|_| !value.is_empty())
}

pub(crate) fn dose(id: DoseId, given: r4::MedicationAdministration) -> Result<Body, Reason> {
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
        // R4 has no comparator on a dose: who was given "less than 4 U" was not given 4 U.
        Some(dose) => match quantity(&dose)? {
            Some(Quantity { comparator: Some(_), .. }) => return Err("its dose is only a bound".into()),
            found => found.map(|amount| (amount.value, amount.unit.code.into())),
        },
        None => None,
    };
    let what =
        given.medication_codeable_concept.as_ref().and_then(types::Concept::words).unwrap_or("medication");
    let identity = given.identifier.iter().find_map(identity);
    Ok(Body::Dose(Dose { id, patient, what: clean(what, 80), amount, at, identity }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::resource::tests::one;

    fn stay_of(status: &str, class: &str, locations: &str) -> Body {
        one(&format!(
            r#"{{"resourceType":"Encounter","id":"e","meta":{{"lastUpdated":"2026-01-02T12:00:00Z"}},"status":"{status}","class":{{"code":"{class}"}},"subject":{{"reference":"Patient/p"}},"location":[{locations}]}}"#
        ))
    }

    #[test]
    fn a_stay_is_where_its_periods_and_states_say_that_somebody_is_now() {
        let at = |id: &str, more: &str| format!(r#"{{"location":{{"reference":"Location/{id}"}}{more}}}"#);
        let from = |start: &str| format!(r#","period":{{"start":"{start}"}}"#);
        let until = |end: &str| format!(r#","period":{{"start":"2026-01-01","end":"{end}"}}"#);
        let status = |code: &str| format!(r#","status":"{code}""#);
        for (name, locations, wanted) in [
            ("one", vec![at("b", "")], vec!["b"]),
            ("none", vec![], vec![]),
            ("levels side by side", vec![at("w", ""), at("b", "")], vec!["w", "b"]),
            (
                "the new bed first",
                vec![at("new", &from("2026-01-02")), at("old", &until("2026-01-02"))],
                vec!["new"],
            ),
            (
                "the new bed last",
                vec![at("old", &until("2026-01-02")), at("new", &from("2026-01-02"))],
                vec!["new"],
            ),
            ("no ends", vec![at("new", &from("2026-01-02")), at("old", &from("2026-01-01"))], vec!["new"]),
            ("one to come", vec![at("now", ""), at("next", &from("2026-01-03"))], vec!["now"]),
            ("one that is active", vec![at("old", ""), at("new", &status("active"))], vec!["new"]),
            ("planned and reserved", vec![at("b", &status("planned")), at("c", &status("reserved"))], vec![]),
            ("over", vec![at("b", &status("completed"))], vec![]),
            (
                "active, and ended all the same",
                vec![at("b", &format!("{}{}", status("active"), until("2026-01-02")))],
                vec![],
            ),
        ] {
            let Body::Stay(stay) = stay_of("in-progress", "IMP", &locations.join(",")) else { panic!() };
            assert_eq!(stay.places, wanted.into_iter().map(PlaceId::from).collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn who_is_there_is_told_by_every_status_of_a_stay() {
        for (status, wanted) in [
            ("planned", Some(false)),
            ("arrived", Some(true)),
            ("triaged", Some(true)),
            ("in-progress", Some(true)),
            ("onleave", Some(true)),
            ("finished", Some(false)),
            ("cancelled", None),
            ("entered-in-error", None),
            ("unknown", Some(true)),
        ] {
            let found = match stay_of(status, "IMP", "") {
                Body::Stay(stay) => Some(stay.in_progress),
                _ => None,
            };
            assert_eq!(found, wanted, "{status}");
        }
        for (class, care) in
            [("IMP", Care::Hospital), ("EMER", Care::Hospital), ("HH", Care::Home), ("VR", Care::Home)]
        {
            let Body::Stay(stay) = stay_of("in-progress", class, "") else { panic!() };
            assert_eq!(stay.care, care, "{class}");
        }
    }

    #[test]
    fn a_dose_is_known_by_its_own_number_and_not_by_that_of_its_order() {
        let given = |identifiers: &str| {
            let text = format!(
                r#"{{"resourceType":"MedicationAdministration","id":"m","status":"completed","subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z","identifier":[{identifiers}]}}"#
            );
            let Body::Dose(dose) = one(&text) else { panic!() };
            dose.identity
        };
        let order = r#"{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"PLAC"}]},"system":"urn:o","value":"9"}"#;
        let own = r#"{"system":"urn:pen","value":"77-1"}"#;
        assert_eq!(given(&format!("{order},{own}")).as_deref(), Some("urn:pen|77-1"));
        assert_eq!((given(order), given(""), given(r#"{"value":"1"}"#)), (None, None, None));
    }
}
