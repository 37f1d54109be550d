//! PID: who it is about.

use clinical::{PatientId, Person, Sex};

use super::fault::{Fault, Kind};
use super::header::Header;
use super::identity::{authority, id_of};
use super::message::{Repetition, Segment};
use super::peer::Peer;
use super::time::told;
use crate::text::clean;

/// How far a number stands behind others: that of the record first. Numbers of a stay or an account are nobody's.
fn rank(number: &Repetition) -> Option<u8> {
    let is_one = !number.text(1).trim().is_empty();
    let by_type = match number.text(5).trim() {
        "MR" => 0,
        "PI" => 1,
        "PT" => 2,
        "" => 3,
        "AN" | "VN" | "ANON" | "ANT" | "ANC" => return None,
        _ => 4,
    };
    is_one.then_some(by_type)
}

/// The patient's id and the number that it is made from.
///
/// # Errors
/// Where PID-3 holds no number of a patient.
pub(crate) fn patient(pid: &Segment, header: &Header, peer: &Peer) -> Result<(PatientId, String), Fault> {
    let numbers = pid.field(3);
    let best =
        numbers.all().filter_map(|number| Some((rank(&number)?, number))).min_by_key(|(rank, _)| *rank);
    let Some((_, number)) = best else {
        return Err(Fault::of_field(
            (pid.name, pid.line),
            3,
            Kind::RequiredMissing,
            "it has no number of a patient",
        ));
    };
    let text = number.text(1);
    let id = id_of("Patient", &[&authority(&number, 4, &own(header, peer)), text.trim()]);
    Ok((PatientId::from(id), clean(&text, 64)))
}

/// Who gave the numbers that name nobody.
pub(crate) fn own(header: &Header, peer: &Peer) -> String {
    peer.authority.clone().unwrap_or_else(|| format!("sender:{}", header.sender))
}

/// How far a name stands behind others (HL7 table 0200).
fn name_rank(name: &Repetition) -> u8 {
    let by_type = match name.text(7).trim() {
        "L" => 0,
        "D" => 1,
        "" | "U" => 2,
        "A" | "I" | "P" => 3,
        "N" => 4,
        "M" | "B" | "C" | "S" | "T" | "BAD" => 9,
        _ => 5,
    };
    let says_nothing = name.text(1).trim().is_empty() && name.text(2).trim().is_empty();
    by_type + 20 * u8::from(says_nothing)
}

/// What it says of the person, and whether it says a name. With what of it could not be read.
pub(crate) fn person(pid: &Segment, id: PatientId, mrn: String) -> (Person, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut fault = |field, kind, words: &str| {
        faults.push(Fault::of_field((pid.name, pid.line), field, kind, words));
    };
    let name = pid.field(5).all().min_by_key(name_rank);
    let part = |n: usize| name.map(|name| name.text(n).into_owned()).unwrap_or_default();
    let given = [part(2), part(3)].map(|part| clean(&part, 80)).join(" ");
    let born = pid.field(7).text();
    let birth_date = match born.as_ref() {
        "" => None,
        text => match told(text) {
            Ok(told) => Some(told.date()),
            Err(words) => {
                fault(7, Kind::DataType, words);
                None
            }
        },
    };
    let sex = match pid.field(8).text().as_ref() {
        "F" => Sex::Female,
        "M" => Sex::Male,
        "O" | "A" => Sex::Other,
        "" | "U" | "N" => Sex::Unknown,
        _ => {
            fault(8, Kind::TableValue, "it is no administrative sex of HL7 (table 0001)");
            Sex::Unknown
        }
    };
    let has_died = pid.field(30).text();
    let person = Person {
        id,
        mrn,
        family: clean(&part(1), 80),
        given: given.trim().to_owned(),
        birth_date,
        sex,
        active: true,
        deceased: has_died == "Y" || (has_died.is_empty() && !pid.field(29).is_empty()),
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    (person, faults)
}

/// Whether a name is said: what says none takes nobody's away.
pub(crate) fn has_name(person: &Person) -> bool {
    !person.family.is_empty() || !person.given.is_empty()
}
