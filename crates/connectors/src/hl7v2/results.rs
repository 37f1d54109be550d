//! ORU^R01: results of one or several patients.

use clinical::{Body, Fact, Source, Unreadable};

use super::devices::{Row, Tree};
use super::fault::Fault;
use super::header::Header;
use super::message::{Message, Segment};
use super::peer::Peer;
use super::person::{has_name, patient, person};
use super::place::{places, reference, stay};
use super::row::{self, Around};
use crate::way_in::Read;

/// As much of a document as is kept of what cannot be read.
const KEPT: usize = 64 << 10;

/// What is being read, with what was wrong.
pub(crate) struct Reading<'a> {
    pub header: &'a Header,
    pub peer: &'a Peer,
    pub read: Read,
    pub faults: Vec<Fault>,
}

impl Reading<'_> {
    /// A fact of the first state of a thing, or of a correction. States are ordered by when they were said; the number alone tells
    /// that one is a correction, so that what it corrects stays away when it comes late.
    pub(crate) fn fact(&self, reference: String, corrects: bool, body: Body) -> Fact {
        let version = if corrects { "2" } else { "1" };
        let source = Source { reference: reference.into(), version: version.into() };
        Fact { source, updated_at: self.header.said_at, body }
    }

    /// Takes note of what could not be read.
    pub(crate) fn unreadable(&mut self, reference: String, fault: Fault, sent: &str) {
        self.read.unreadable.push(unreadable(reference, &fault, sent));
        self.faults.push(fault);
    }

    /// Under which name what has none of its own is set aside.
    pub(crate) fn message(&self) -> String {
        format!("Message/{}", self.header.control_id())
    }
}

/// What could not be read, for the quarantine.
pub(crate) fn unreadable(reference: String, fault: &Fault, sent: &str) -> Unreadable {
    let body = &sent[..sent.floor_char_boundary(KEPT)];
    Unreadable { reference, reason: fault.to_string(), body: body.to_owned() }
}

/// The rows of one patient.
#[derive(Default)]
struct Group<'a> {
    pid: Option<&'a Segment<'a>>,
    pv1: Option<&'a Segment<'a>>,
    rows: Vec<Row<'a>>,
}

/// Reads all rows of a message.
pub(crate) fn results(message: &Message, reading: &mut Reading) {
    let mut groups = vec![Group::default()];
    let mut order = None;
    for segment in &message.segments {
        let Some(group) = groups.last_mut() else { return };
        match segment.name {
            "PID" => {
                order = None;
                groups.push(Group { pid: Some(segment), ..Group::default() });
            }
            "PV1" => group.pv1 = Some(segment),
            "OBR" => {
                if segment.field(15).times() > 1 {
                    reading.read.leave_out("OBR-15 that repeats");
                }
                order = Some(segment);
            }
            "OBX" => group.rows.push(Row { segment, order, taking_part: Vec::new() }),
            "PRT" => {
                if let Some(row) = group.rows.last_mut() {
                    row.taking_part.push(segment);
                }
            }
            _ => {}
        }
    }
    for group in groups {
        take(&group, reading);
    }
}

fn take(group: &Group, reading: &mut Reading) {
    let found = match group.pid {
        Some(pid) => patient(pid, reading.header, reading.peer).map(|found| (pid, found)),
        None if group.rows.is_empty() => return,
        None => {
            let line = group.rows[0].segment.line;
            let words = "its rows name no patient: there is no PID before them";
            Err(Fault::of_field(("OBX", line), 0, super::fault::Kind::Sequence, words))
        }
    };
    let (pid, (patient, mrn)) = match found {
        Ok(found) => found,
        Err(fault) => {
            // Whose they are is said once; every row is kept as it came.
            let raw = |segment: &Segment| segment.raw.to_owned();
            let all: Vec<String> =
                group.pid.map(raw).into_iter().chain(group.rows.iter().map(|r| raw(r.segment))).collect();
            reading.unreadable(reading.message(), fault, &all.join("\r"));
            return;
        }
    };
    let (person, faults) = person(pid, patient.clone(), mrn);
    for fault in faults {
        reading.unreadable(format!("Patient/{patient}"), fault, pid.raw);
    }
    if has_name(&person) {
        let body = Body::Person(person);
        let fact = reading.fact(reference(&body), false, body);
        reading.read.if_unknown.push(fact);
    }
    if let Some(pv1) = group.pv1.filter(|pv1| !pv1.field(3).is_empty()) {
        let named = places(&pv1.field(3).first(), reading.header, reading.peer);
        let stay = stay((Some(pv1), pid), &patient, true, &named, (reading.header, reading.peer));
        for body in named.into_iter().map(Body::Place).chain([Body::Stay(stay)]) {
            let fact = reading.fact(reference(&body), false, body);
            reading.read.if_unknown.push(fact);
        }
    }
    let mut tree = Tree::of(&group.rows);
    for fault in std::mem::take(&mut tree.faults) {
        let sent = group.rows.iter().find(|row| row.segment.line == fault.line);
        reading.unreadable(reading.message(), fault, sent.map(|row| row.segment.raw).unwrap_or_default());
    }
    for device in tree.devices(&patient) {
        let body = Body::Device(device);
        let fact = reading.fact(reference(&body), false, body);
        reading.read.facts.push(fact);
    }
    for row in &group.rows {
        let device = tree.device_of(row);
        let around = Around {
            header: reading.header,
            peer: reading.peer,
            patient: &patient,
            order: row.order,
            device,
        };
        let came = row::read(row.segment, &around);
        if came.body.is_none() && came.fault.is_none() && came.left_out.is_none() {
            continue;
        }
        let name = || format!("Observation/{}", row::id(row.segment, &around));
        if let Some(body) = came.body {
            let fact = reading.fact(name(), came.corrects, body);
            reading.read.facts.push(fact);
        }
        if let Some(fault) = came.fault {
            let name = name();
            reading.unreadable(name, fault, row.segment.raw);
        }
        if let Some(what) = came.left_out {
            reading.read.leave_out(what);
        }
    }
}
