//! ADT^A01, A02, A03, A08: who came, moved, left, or is described anew.

use clinical::Body;

use super::fault::{Fault, Kind};
use super::message::Message;
use super::person::{has_name, patient, person};
use super::place::{places, reference, stay};
use super::results::Reading;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A01.
    Came,
    /// A02.
    Moved,
    /// A03.
    Left,
    /// A08.
    Described,
}

impl Event {
    /// By its trigger.
    pub(crate) fn of(trigger: &str) -> Option<Event> {
        match trigger {
            "A01" => Some(Event::Came),
            "A02" => Some(Event::Moved),
            "A03" => Some(Event::Left),
            "A08" => Some(Event::Described),
            _ => None,
        }
    }
}

/// Reads what happened. All of it, or nothing: half a move is none.
pub(crate) fn admission(message: &Message, event: Event, reading: &mut Reading) {
    if let Err(fault) = take(message, event, reading) {
        let sent: Vec<&str> = message.segments.iter().map(|segment| segment.raw).collect();
        reading.unreadable(reading.message(), fault, &sent.join("\r"));
    }
}

fn take(message: &Message, event: Event, reading: &mut Reading) -> Result<(), Fault> {
    let pid = message
        .first("PID")
        .ok_or_else(|| Fault::whole(Kind::Sequence, "it names no patient: there is no PID"))?;
    let (header, peer) = (reading.header, reading.peer);
    let (patient, mrn) = patient(pid, header, peer)?;
    let pv1 = message.first("PV1");
    let named = pv1.map(|pv1| places(&pv1.field(3).first(), header, peer)).unwrap_or_default();
    match (event, pv1) {
        (Event::Came | Event::Moved | Event::Left, None) => {
            return Err(Fault::whole(Kind::Sequence, "it tells of no stay: there is no PV1"));
        }
        (Event::Moved, Some(pv1)) if named.is_empty() => {
            return Err(Fault::of_field(
                (pv1.name, pv1.line),
                3,
                Kind::RequiredMissing,
                "it does not say where to",
            ));
        }
        _ => {}
    }
    let is_over = match event {
        Event::Came | Event::Moved => false,
        Event::Left => true,
        Event::Described => pv1.is_some_and(|pv1| !pv1.field(45).is_empty()),
    };
    let (person, faults) = person(pid, patient.clone(), mrn);
    for fault in faults {
        reading.unreadable(format!("Patient/{patient}"), fault, pid.raw);
    }
    // Who moves or leaves is often named by a number alone, which takes nobody's birthday away.
    let is_described = matches!(event, Event::Came | Event::Described) && has_name(&person);
    let says = is_described || has_name(&person);
    let body = Body::Person(person);
    let fact = reading.fact(reference(&body), false, body);
    if is_described {
        reading.read.facts.push(fact);
    } else if says {
        reading.read.if_unknown.push(fact);
    }
    // A description of somebody who has no stay, or none that it tells of.
    let tells_of_stay = pv1.is_some_and(|pv1| {
        event != Event::Described
            || (pv1.field(2).text() != "N" && !(pv1.field(3).is_empty() && pv1.field(19).is_empty()))
    });
    if tells_of_stay {
        let stay = stay((pv1, pid), &patient, !is_over, &named, (header, peer));
        for body in named.into_iter().map(Body::Place).chain([Body::Stay(stay)]) {
            let fact = reading.fact(reference(&body), false, body);
            reading.read.facts.push(fact);
        }
    }
    Ok(())
}
