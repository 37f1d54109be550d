//! PV1: where somebody is, and the stay that it is part of.

use clinical::{Body, Care, PatientId, Place, PlaceId, PlaceKind, Stay, StayId};

use super::header::Header;
use super::identity::{authority, id_of};
use super::message::{Repetition, Segment};
use super::peer::Peer;
use super::person::own;
use crate::text::clean;

/// A location (PL) as the places that it names, from the ward down: point of care, room, bed. Each is one only within those above
/// it, and within its facility.
pub(crate) fn places(location: &Repetition, header: &Header, peer: &Peer) -> Vec<Place> {
    let facility = authority(location, 4, &own(header, peer));
    let [ward, room, bed] = [1, 2, 3].map(|n| clean(&location.text(n), 60));
    let id =
        |kind: &str, parts: [&str; 3]| PlaceId::from(id_of(kind, &[&facility, parts[0], parts[1], parts[2]]));
    let mut found: Vec<Place> = Vec::new();
    let mut push = |name: String, kind, id| {
        let part_of = found.last().map(|place| place.id.clone());
        found.push(Place { id, name, kind, part_of });
    };
    if !ward.is_empty() {
        push(ward.clone(), PlaceKind::Ward, id("Ward", [&ward, "", ""]));
    }
    if !room.is_empty() {
        push(room.clone(), PlaceKind::Room, id("Room", [&ward, &room, ""]));
    }
    if !bed.is_empty() {
        // A bed's number says nothing without its room's.
        let name = if room.is_empty() { bed.clone() } else { format!("{room}-{bed}") };
        push(name, PlaceKind::Bed, id("Bed", [&ward, &room, &bed]));
    }
    found
}

/// A stay, where PV1 tells of one.
pub(crate) fn stay(
    segments: (Option<&Segment>, &Segment),
    patient: &PatientId,
    in_progress: bool,
    named: &[Place],
    who: (&Header, &Peer),
) -> Stay {
    let (pv1, pid) = segments;
    let unsaid = own(who.0, who.1);
    let number_in = |field: Repetition| {
        let number = field.text(1).trim().to_owned();
        (!number.is_empty()).then(|| id_of("Encounter", &[&authority(&field, 4, &unsaid), &number]))
    };
    let id = pv1
        .and_then(|pv1| number_in(pv1.field(19).first()))
        .or_else(|| number_in(pid.field(18).first()))
        // Without a number it is the one stay that this sender has of the patient.
        .unwrap_or_else(|| id_of("Encounter of", &[&unsaid, patient.as_str()]));
    let is_home = pv1.is_some_and(|pv1| pv1.field(3).first().text(6) == "H");
    let class = pv1.map(|pv1| pv1.field(2).text().into_owned()).unwrap_or_default();
    let care = match class.as_str() {
        _ if is_home => Care::Home,
        "" | "U" | "N" => Care::Unsaid,
        _ => Care::Hospital,
    };
    // The innermost names the others.
    let places = named.last().map(|place| place.id.clone()).into_iter().collect();
    Stay { id: StayId::from(id), patient: patient.clone(), places, in_progress, care }
}

/// The fact's kind and id, as FHIR calls them.
pub(crate) fn reference(body: &Body) -> String {
    match body {
        Body::Person(person) => format!("Patient/{}", person.id),
        Body::Place(place) => format!("Location/{}", place.id),
        Body::Stay(stay) => format!("Encounter/{}", stay.id),
        Body::Device(device) => format!("Device/{}", device.id),
        _ => "unknown".into(),
    }
}
