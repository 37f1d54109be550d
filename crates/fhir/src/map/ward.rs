//! Who lies where, on which device, flagged and given what.

use clinical::{
    Amount, Body, Care, Device, DeviceId, Dose, DoseId, Flag, FlagId, Instant, PatientId, Person, Place,
    PlaceId, PlaceKind, Sex, Stay, StayId,
};

use crate::map::codes::{IDENTIFIER_TYPE, PHYSICAL_TYPE};
use crate::map::contacts::contacts;
use crate::map::make::make;
use crate::map::names::{current_name, record_number};
use crate::map::numbers::{Reason, decimal, unit};
use crate::map::text::clean;
use crate::map::whose::{device_of, patient_of};
use crate::wire::bases::Bases;
use crate::wire::datatypes as types;
use crate::wire::resource as r4;
use crate::wire::time::{parse_end, parse_instant};

pub(crate) fn person(id: PatientId, updated: Option<Instant>, patient: r4::Patient, bases: &Bases) -> Body {
    let (family, given) = current_name(&patient.name, updated);
    let linked = |kind: &'static str| patient.link.iter().filter(move |link| link.kind == kind);
    let other = |link: &r4::PatientLink| link.other.as_ref().and_then(|r| r.id_of("Patient", bases));
    let replaced_by = linked("replaced-by").find_map(other);
    let contacts = Some(Box::new(contacts(&patient, updated)));
    Body::Person(Person {
        id,
        mrn: record_number(&patient.identifier),
        family,
        given,
        birth_date: patient.birth_date.as_deref().map(|date| clean(date, 10)),
        sex: match patient.gender.as_deref() {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            Some("other") => Sex::Other,
            _ => Sex::Unknown,
        },
        // A link that says into whom is followed in the cache; one that does not can only hide the record.
        active: patient.active.unwrap_or(true)
            && (replaced_by.is_some() || linked("replaced-by").next().is_none()),
        deceased: patient.deceased_boolean == Some(true) || patient.deceased_date_time.is_some(),
        replaces: linked("replaces").filter_map(other).collect(),
        contacts,
        replaced_by,
    })
}

pub(crate) fn place(id: PlaceId, location: r4::Location, bases: &Bases) -> Result<Body, Reason> {
    let name = clean(location.name.as_deref().unwrap_or(id.as_str()), 60);
    let kind =
        location.physical_type.as_ref().and_then(|t| t.code(PHYSICAL_TYPE)).map_or(PlaceKind::Other, kind);
    let not_in_use = match location.status.as_deref() {
        None | Some("active") => "",
        // Who lies there all the same is shown there, and whoever looks for the bed is told. A ward keeps its name: what is set for it
        // is found by that, and people lie there.
        Some("suspended" | "inactive") if kind == PlaceKind::Bed => " (not in use)",
        Some("suspended" | "inactive") => "",
        Some(_) => return Err("its status is none that R4 has".into()),
    };
    Ok(Body::Place(Place {
        name: name + not_in_use,
        kind,
        part_of: location.part_of.and_then(|r| r.id_of("Location", bases)),
        id,
    }))
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

pub(crate) fn stay(
    id: StayId,
    updated: Option<Instant>,
    encounter: r4::Encounter,
    bases: &Bases,
) -> Result<Body, Reason> {
    if matches!(encounter.status.as_ref(), "cancelled" | "entered-in-error") {
        return Ok(Body::Deleted);
    }
    let patient = patient_of(encounter.subject.as_ref(), bases)?;
    let care = match encounter.class.as_ref().and_then(|class| class.code.as_deref()) {
        Some("HH" | "VR") => Care::Home,
        _ => Care::Hospital,
    };
    // Who has arrived is there, and who is on leave comes back.
    let in_progress =
        matches!(encounter.status.as_ref(), "in-progress" | "arrived" | "triaged" | "onleave" | "unknown");
    Ok(Body::Stay(Stay {
        id,
        patient,
        places: current(&encounter.location, updated, bases),
        in_progress,
        care,
    }))
}

/// Where somebody is, of the places that a stay names: what is planned, reserved or over is left out, by its status or by its
/// period. Those that are said to be active count before those of which nothing is said, and of those the last that began.
fn current(named: &[r4::EncounterLocation], updated: Option<Instant>, bases: &Bases) -> Vec<PlaceId> {
    let start = |l: &r4::EncounterLocation| l.period.as_ref()?.start.as_deref().and_then(parse_instant);
    let end = |l: &r4::EncounterLocation| l.period.as_ref()?.end.as_deref().and_then(parse_end);
    let holds = |l: &&r4::EncounterLocation| {
        // Without a time of the statement an end is one that has come.
        let is_over = end(l).is_some_and(|end| updated.is_none_or(|now| end <= now));
        let is_to_come = start(l).zip(updated).is_some_and(|(start, now)| start > now);
        !is_over && !is_to_come
    };
    // What ends with this day holds all of it, unless somebody is elsewhere by now.
    let ends_today = |l: &&r4::EncounterLocation| {
        let begins = l.period.as_ref().and_then(|p| p.end.as_deref()).and_then(parse_instant);
        begins.zip(updated).is_some_and(|(begins, now)| begins <= now)
    };
    let still = |mut places: Vec<&r4::EncounterLocation>| -> Vec<PlaceId> {
        if !places.iter().all(ends_today) {
            places.retain(|l| !ends_today(l));
        }
        places.into_iter().filter_map(|l| l.location.id_of("Location", bases)).collect()
    };
    let holding = || named.iter().filter(holds);
    let active = still(holding().filter(|l| l.status.as_deref() == Some("active")).collect());
    if !active.is_empty() {
        return active;
    }
    let unsaid = || holding().filter(|l| l.status.is_none());
    let last = unsaid().filter(|l| !ends_today(l)).filter_map(start).max();
    // Several without any period are levels of one place, or one after the other.
    still(unsaid().filter(|l| last.is_none() || start(l) == last).collect())
}

pub(crate) fn flag(
    id: FlagId,
    updated: Option<Instant>,
    flag: r4::Flag,
    bases: &Bases,
) -> Result<Body, Reason> {
    match flag.status.as_ref() {
        "entered-in-error" => return Ok(Body::Deleted),
        "active" | "inactive" => {}
        _ => return Err("its status is none that R4 has".into()),
    }
    let patient = patient_of(flag.subject.as_ref(), bases)?;
    let (start, end) = flag.period.map_or((None, None), |p| (p.start, p.end));
    let since =
        start.and_then(|t| parse_instant(&t)).or(updated).ok_or("it has no readable time (period)")?;
    let ended = end.and_then(|t| parse_end(&t));
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

pub(crate) fn device(id: DeviceId, device: r4::Device, bases: &Bases) -> Body {
    if device.status.as_deref() == Some("entered-in-error") {
        return Body::Deleted;
    }
    let named = device.device_name.first().map(|n| n.name.as_ref());
    let kind = device.kind.as_ref().and_then(types::Concept::words);
    let make = Some(Box::new(make(&device)));
    Body::Device(Device {
        make,
        patient: device.patient.and_then(|p| p.id_of("Patient", bases)),
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

pub(crate) fn dose(id: DoseId, given: r4::MedicationAdministration, bases: &Bases) -> Result<Body, Reason> {
    // Only these two are nothing: of what was stopped or is on hold the patient had a part (medication-admin-status).
    let state = match given.status.as_ref() {
        "not-done" | "entered-in-error" => return Ok(Body::Deleted),
        "completed" | "in-progress" => "",
        "stopped" => " (stopped)",
        "on-hold" => " (on hold)",
        "unknown" => " (not known whether given)",
        _ => return Err("its status is none that R4 has".into()),
    };
    let patient = patient_of(given.subject.as_ref(), bases)?;
    let at = given
        .effective_date_time
        .as_deref()
        .or_else(|| given.effective_period.as_ref().and_then(|p| p.start.as_deref()))
        .and_then(parse_instant)
        .ok_or("it has no readable time (effective)")?;
    let amount = given.dosage.as_ref().and_then(|dosage| dosage.dose.as_ref()).map(amount).transpose()?;
    let what = clean(drug(&given).unwrap_or("medication"), 80) + state;
    let identity = given.identifier.iter().find_map(identity);
    // Of several the first speaks: a pen before the cap on it.
    let device = given.device.first().map(|device| device_of(device, bases));
    Ok(Body::Dose(Dose { id, patient, what, amount: amount.flatten(), at, identity, device }))
}

/// What was given, by its own words, those of the drug inside the resource, or those of the reference to it.
fn drug<'a>(given: &'a r4::MedicationAdministration) -> Option<&'a str> {
    let contained = |reference: &str| {
        let id = reference.strip_prefix('#')?;
        let drug = given.contained.iter().find(|one| one.id.as_deref() == Some(id))?;
        drug.code.as_ref()?.words()
    };
    let reference = given.medication_reference.as_ref();
    let words = given.medication_codeable_concept.as_ref().and_then(types::Concept::words);
    words.or_else(|| contained(reference?.reference.as_deref()?)).or_else(|| reference?.display.as_deref())
}

/// How much, in UCUM where the unit is one of UCUM, else in the sender's own word.
fn amount(dose: &types::Quantity) -> Result<Option<Amount>, Reason> {
    let Some(value) = dose.value else { return Ok(None) };
    // R4 has no comparator on a dose: who was given "less than 4 U" was not given 4 U.
    if dose.comparator.is_some() {
        return Err("its dose is only a bound".into());
    }
    let (value, _) = decimal(value)?;
    let own_word = || clean(dose.unit.as_deref().or(dose.code.as_deref()).unwrap_or_default(), 40);
    let unit = unit(dose).map_or_else(|_| own_word().into(), |unit| unit.code);
    Ok(Some(Amount { value, unit }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::resource::map_resource;
    use crate::map::resource::tests::{one, read};

    fn given(status: &str, more: &str) -> String {
        format!(
            r#"{{"resourceType":"MedicationAdministration","id":"m","status":"{status}","subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z"{more}}}"#
        )
    }

    #[test]
    fn a_dose_of_which_the_patient_had_a_part_is_there_with_its_state() {
        let drug = r#","medicationCodeableConcept":{"text":"Morphine"}"#;
        for (status, wanted) in [
            ("completed", Some("Morphine")),
            ("in-progress", Some("Morphine")),
            ("stopped", Some("Morphine (stopped)")),
            ("on-hold", Some("Morphine (on hold)")),
            ("unknown", Some("Morphine (not known whether given)")),
            ("not-done", None),
            ("entered-in-error", None),
        ] {
            match (one(&given(status, drug)), wanted) {
                (Body::Dose(dose), Some(what)) => assert_eq!(dose.what, what),
                (body, wanted) => assert_eq!((body, wanted), (Body::Deleted, None), "{status}"),
            }
        }
        assert!(read(&given("lost", drug)).is_err());
    }

    #[test]
    fn a_dose_keeps_whatever_unit_it_came_in() {
        for (dose, wanted) in [
            (
                r#"{"value":2,"unit":"TAB","system":"http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm","code":"TAB"}"#,
                "2 TAB",
            ),
            (
                r#"{"value":1,"unit":"Tablet","system":"http://snomed.info/sct","code":"428673006"}"#,
                "1 Tablet",
            ),
            (r#"{"value":3,"unit":"puffs"}"#, "3 puffs"),
            (r#"{"value":5,"system":"http://unitsofmeasure.org","code":"mg"}"#, "5 mg"),
            (r#"{"value":4.5,"unit":"U"}"#, "4.5 [iU]"),
            (r#"{"value":4.5000000000000000000000001,"unit":"U"}"#, "4.5 [iU]"),
            (r#"{"value":2}"#, "2 1"),
        ] {
            let Body::Dose(dose) = one(&given("completed", &format!(r#","dosage":{{"dose":{dose}}}"#)))
            else {
                panic!()
            };
            let amount = dose.amount.map(|amount| format!("{} {}", amount.value, amount.unit));
            assert_eq!(amount.as_deref(), Some(wanted));
        }
        let bound = given("completed", r#","dosage":{"dose":{"value":4,"comparator":"<","unit":"U"}}"#);
        assert!(read(&bound).unwrap_err().1.contains("bound"));
    }

    #[test]
    fn a_drug_has_its_name_wherever_that_stands() {
        for (more, wanted) in [
            (
                r##","contained":[{"resourceType":"Medication","id":"d","code":{"text":"Heparin"}}],"medicationReference":{"reference":"#d","display":"x"}"##,
                "Heparin",
            ),
            (
                r##","contained":[{"resourceType":"Medication","id":"d","code":{"coding":[{"display":"Heparin"}]}}],"medicationReference":{"reference":"#d"}"##,
                "Heparin",
            ),
            (
                r##","contained":[{"resourceType":"Medication","id":"e"}],"medicationReference":{"reference":"#d","display":"Heparin"}"##,
                "Heparin",
            ),
            (r#","medicationReference":{"reference":"Medication/7","display":"Heparin"}"#, "Heparin"),
            (r#","medicationReference":{"reference":"Medication/7"}"#, "medication"),
        ] {
            let Body::Dose(dose) = one(&given("completed", more)) else { panic!() };
            assert_eq!(dose.what, wanted, "{more}");
        }
    }

    #[test]
    fn a_dose_names_its_pen_and_one_that_cannot_be_read_costs_no_dose() {
        for (device, wanted, is_read) in [
            (r#"[{"reference":"Device/pen"}]"#, Some("pen"), true),
            (r#"[{"reference":"Device/pen"},{"reference":"Device/cap"}]"#, Some("pen"), true),
            (r#"[{"identifier":{"system":"urn:serial","value":"7"}}]"#, Some("urn:serial|7"), true),
            ("[]", None, true),
            ("[7]", None, false),
            (r#"{"reference":"Device/pen"}"#, None, false),
        ] {
            let came =
                map_resource(&given("completed", &format!(r#","device":{device}"#)), &Bases::default());
            let Some(Body::Dose(dose)) = came.fact.map(|fact| fact.body) else { panic!("{device}") };
            assert_eq!(dose.device.as_ref().map(DeviceId::as_str), wanted, "{device}");
            // What could not be read is said.
            assert_eq!(came.unreadable.is_none(), is_read, "{device}");
        }
    }

    #[test]
    fn whether_somebody_has_died_is_read_in_both_forms() {
        for (more, deceased) in [
            ("", false),
            (r#","deceasedBoolean":false"#, false),
            (r#","deceasedBoolean":true"#, true),
            (r#","deceasedDateTime":"2026-01-01""#, true),
        ] {
            let Body::Person(person) = one(&format!(r#"{{"resourceType":"Patient","id":"p"{more}}}"#)) else {
                panic!()
            };
            assert_eq!(person.deceased, deceased, "{more}");
        }
    }

    #[test]
    fn an_element_that_may_be_missing_costs_no_person_no_place_and_no_alarm() {
        for (text, kept) in [
            (r#"{"resourceType":"Patient","id":"p","birthDate":1958,"name":[{"family":"A"}]}"#, "Person"),
            (r#"{"resourceType":"Patient","id":"p","name":"A","gender":{"x":1},"identifier":7}"#, "Person"),
            (r#"{"resourceType":"Patient","id":"p","name":[{"family":["A"]}]}"#, "Person"),
            (r#"{"resourceType":"Patient","id":"p","name":null,"identifier":[null]}"#, "Person"),
            (r#"{"resourceType":"Location","id":"l","name":7}"#, "Place"),
            (r#"{"resourceType":"Device","id":"d","deviceName":[{}]}"#, "Device"),
            (
                r#"{"resourceType":"DetectedIssue","id":"i","status":"preliminary","severity":3,"code":[],"identifiedDateTime":"2026-01-01T00:00:00Z"}"#,
                "Episode",
            ),
            (
                r#"{"resourceType":"DetectedIssue","id":"i","meta":{"lastUpdated":"2026-01-01T00:00:00Z"},"status":"preliminary","identifiedPeriod":"now"}"#,
                "Episode",
            ),
        ] {
            let came = map_resource(text, &Bases::default());
            let body = format!("{:?}", came.fact.map(|fact| fact.body));
            assert!(body.contains(kept), "{text}: {body}");
            let reason = came.unreadable.map(|wrong| wrong.reason).unwrap_or_default();
            assert!(reason.contains("the rest of it was read"), "{text}: {reason}");
        }
        // What changes the meaning of the rest is not left out.
        for text in [
            r#"{"resourceType":"Patient","id":"p","active":"no"}"#,
            r#"{"resourceType":"Patient","id":"p","link":{"other":1}}"#,
            r#"{"resourceType":"Patient","id":"p","deceasedBoolean":"yes"}"#,
            r#"{"resourceType":"Flag","id":"f","status":"active","subject":{"reference":"Patient/p"},"period":7}"#,
        ] {
            let came = map_resource(text, &Bases::default());
            assert!(came.fact.is_none() && came.unreadable.is_some(), "{text}");
        }
    }

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
                vec![at("b", &format!("{}{}", status("active"), until("2026-01-01")))],
                vec![],
            ),
            ("until today", vec![at("b", &until("2026-01-02"))], vec!["b"]),
            (
                "until today, and elsewhere by now",
                vec![at("old", &until("2026-01-02")), at("new", "")],
                vec!["new"],
            ),
            (
                "active until today, and elsewhere by now",
                vec![
                    at("old", &format!("{}{}", status("active"), until("2026-01-02"))),
                    at("new", &status("active")),
                ],
                vec!["new"],
            ),
            ("until this morning", vec![at("b", &until("2026-01-02T08:00:00Z"))], vec![]),
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
