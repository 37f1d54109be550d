//! Who lies where, on which device, flagged and given what.

use clinical::{
    Body, Device, DeviceId, Dose, DoseId, Flag, FlagId, Instant, PatientId, Person, Place, PlaceId, Quantity,
    Sex, Stay, StayId,
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
        is_bed: location.physical_type.is_some_and(|t| t.has(PHYSICAL_TYPE, "bd")),
        part_of: location.part_of.and_then(|r| r.id_of("Location")),
        id,
    })
}

pub(crate) fn stay(id: StayId, encounter: r4::Encounter) -> Result<Body, Reason> {
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
    Ok(Body::Dose(Dose { id, patient, what: clean(what, 80), amount, at }))
}
