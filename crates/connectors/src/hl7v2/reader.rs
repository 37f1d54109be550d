//! One message, from its bytes to facts, and how it is to be answered.

use clinical::Body;

use super::admissions::{Event, admission};
use super::charset::Charset;
use super::fault::{Fault, Kind};
use super::header::Header;
use super::message::{Message, Opening};
use super::peer::Peer;
use super::results::{Reading, results, unreadable};
use crate::way_in::{Read, WayIn};

/// Whether a message was taken, and what was wrong with it: what its answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How it is answered.
    pub outcome: Outcome,
    /// What was wrong. A message that was taken can have some too: what of it is in the quarantine.
    pub faults: Vec<Fault>,
}

/// How a message is answered (MSA-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `AA`: it was taken.
    Taken,
    /// `AE`: nothing of it could be read, or it could not be kept.
    Failed,
    /// `AR`: it is none that is taken here. Sending it again changes nothing.
    Rejected,
}

/// A message that was read.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Nothing where it has no header: whom to answer is not known.
    pub header: Option<Header>,
    /// What it said.
    pub read: Read,
    /// How it is answered once it is kept.
    pub verdict: Verdict,
}

impl Heard {
    /// A message of which nothing is taken.
    pub(crate) fn refused(header: Option<Header>, fault: Fault, sent: &str) -> Heard {
        let outcome = if fault.kind.rejects() { Outcome::Rejected } else { Outcome::Failed };
        let name =
            header.as_ref().map_or_else(|| "unknown".to_owned(), |h| format!("Message/{}", h.control_id()));
        let read = Read { unreadable: vec![unreadable(name, &fault, sent)], ..Read::default() };
        Heard { header, read, verdict: Verdict { outcome, faults: vec![fault] } }
    }
}

/// Reads one message. It is whole: whatever carried it said where it ends.
pub fn hear(bytes: &[u8], peer: &Peer) -> Heard {
    let as_sent = || String::from_utf8_lossy(bytes);
    let bytes_only = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Some(opening) = Opening::of(bytes_only, peer.charset) else {
        let fault = Fault::whole(
            Kind::Sequence,
            "it is no message of HL7 v2: it does not begin with MSH and its separators",
        );
        return Heard::refused(None, fault, &as_sent());
    };
    let Some((header, fault)) = Header::of(&opening, peer) else {
        let fault = Fault::whole(Kind::Sequence, "it has no header");
        return Heard::refused(None, fault, &as_sent());
    };
    if let Some(fault) = fault {
        return Heard::refused(Some(header), fault, &as_sent());
    }
    let Some(text) = opening.syntax.charset.decode(bytes_only) else {
        let words = match opening.syntax.charset {
            Charset::Ascii => "it holds other letters than ASCII has, and MSH-18 names no set that has them",
            _ => "its bytes are not of the character set that it names",
        };
        let fault = Fault::of_field(("MSH", 1), 18, Kind::DataType, words);
        return Heard::refused(Some(header), fault, &as_sent());
    };
    let message = match Message::of(&text, opening.syntax) {
        Ok(message) => message,
        Err(fault) => return Heard::refused(Some(header), fault, &text),
    };
    taken(&message, header, peer, &text)
}

fn taken(message: &Message, header: Header, peer: &Peer, text: &str) -> Heard {
    let event = Event::of(&header.kind.1);
    let refused = match (header.kind.0.as_str(), header.kind.1.as_str()) {
        ("ORU", "R01") => None,
        ("ADT", _) if event.is_some() => None,
        ("ORU" | "ADT", _) => Some((Kind::UnsupportedEvent, "its event is none that is taken here")),
        _ => Some((Kind::UnsupportedMessage, "its type is none that is taken here")),
    };
    if let Some((kind, words)) = refused {
        let fault = Fault::of_field(("MSH", 1), 9, kind, words);
        return Heard::refused(Some(header), fault, text);
    }
    let mut reading = Reading { header: &header, peer, read: Read::default(), faults: Vec::new() };
    match event.filter(|_| header.kind.0 == "ADT") {
        Some(event) => admission(message, event, &mut reading),
        None => results(message, &mut reading),
    }
    let Reading { read, faults, .. } = reading;
    // A device that is named says nothing by itself.
    let is_empty = read.facts.iter().all(|fact| matches!(fact.body, Body::Device(_)));
    let outcome = if is_empty && !faults.is_empty() { Outcome::Failed } else { Outcome::Taken };
    Heard { header: Some(header), read, verdict: Verdict { outcome, faults } }
}

/// Messages of HL7 v2, one at a time.
#[derive(Clone, Debug, Default)]
pub struct Messages(pub Peer);

impl WayIn for Messages {
    fn name(&self) -> &'static str {
        "HL7 v2 message"
    }

    fn read(&self, document: &[u8]) -> Read {
        hear(document, &self.0).read
    }
}
