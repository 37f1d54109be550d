//! FHIR in files: a Bundle, one resource, or resources one a line.
//!
//! Without a patient that was named the file is one of the station's own server: ids are that server's. With one it is somebody else's file
//! about that patient: every reading becomes theirs, and ids are made anew, so that the `Observation/1` of another server is never taken for
//! this one's. Values, doses and devices are taken. Alarms, what people did, consents, people and deletions are not: a file can forge
//! them, and who may say them is the server.

use std::io::{Cursor, Read};

use clinical::{Body, DeviceId, Fact, PatientId};
use serde_json::value::RawValue;

use super::given::{FhirPage, Given, ReadFhir};
use super::items::{Item, Items, State};
use super::kind::FileKind;
use super::portion::{FileIn, Portion};
use super::records::ended;
use crate::hl7v2::identity::id_of;

/// As many lines are read at once.
const LINES: usize = 1000;
/// And as many bytes.
const BYTES: usize = 4 << 20;
/// A resource is no longer.
const LONGEST: usize = 8 << 20;

/// Whose a file is, and whether it is of another server.
pub(crate) struct Owner {
    given: Given,
    /// The one that it is about, once that is known.
    subject: Option<PatientId>,
}

impl Owner {
    pub(crate) fn new(given: Given) -> Owner {
        Owner { given, subject: None }
    }

    /// What of a page is taken.
    fn admit(&mut self, page: FhirPage, into: &mut Portion) -> Vec<&'static str> {
        let mut refused = Vec::new();
        let named = self.given.patient.clone();
        for fact in page.facts {
            let kind = match &fact.body {
                Body::Samples(_) | Body::Segments(_) | Body::Dose(_) | Body::Device(_) => None,
                Body::Person(_) => Some("Patient"),
                Body::Place(_) => Some("Location"),
                Body::Stay(_) => Some("Encounter"),
                Body::Episode(_) => Some("DetectedIssue"),
                Body::Action(_) | Body::Withdrawn(_) => Some("Communication"),
                Body::Call(_) => Some("CommunicationRequest"),
                Body::Flag(_) => Some("Flag"),
                Body::Consent(_) => Some("Consent"),
                Body::Deleted => Some("a deletion, or what was entered in error"),
            };
            if let Some(kind) = kind {
                into.leave_out(kind);
                continue;
            }
            let old = fact.source.clone();
            let fact = match &named {
                Some(patient) => match self.given_to(patient, fact) {
                    Ok(fact) => fact,
                    Err(reason) => {
                        refused.push(reason);
                        continue;
                    }
                },
                None => fact,
            };
            let labels = page.labels.iter().filter(|(source, _)| *source == old);
            into.labels.extend(labels.map(|(_, labels)| (fact.source.clone(), labels.clone())));
            into.facts.push(fact);
        }
        for (name, times) in page.left_out {
            *into.left_out.entry(name).or_default() += times;
        }
        refused
    }

    /// The same said of the patient who was named.
    fn given_to(&mut self, patient: &PatientId, mut fact: Fact) -> Result<Fact, &'static str> {
        let whose = whose(&mut fact.body);
        if let Some(subject) = whose.first().map(|id| (**id).clone()) {
            let first = self.subject.get_or_insert_with(|| subject.clone());
            if *first != subject {
                return Err(
                    "it is about another patient than what stands before it, and one patient was named",
                );
            }
        }
        for id in whose {
            *id = patient.clone();
        }
        let subject = self.subject.as_ref().map_or("", PatientId::as_str);
        let (kind, id) = fact.source.reference.split_once('/').unwrap_or(("Observation", ""));
        let made =
            |kind: &str, id: &str| format!("fhir-{}", id_of(kind, &["file", subject, patient.as_str(), id]));
        fact.source.reference = format!("{kind}/{}", made(kind, id)).into();
        rename_device(&mut fact.body, |id| DeviceId::from(made("Device", id.as_str())));
        if let Body::Dose(dose) = &mut fact.body {
            dose.id = made("MedicationAdministration", dose.id.as_str()).into();
        }
        Ok(fact)
    }
}

/// Every place in which a patient stands.
fn whose(body: &mut Body) -> Vec<&mut PatientId> {
    match body {
        Body::Samples(samples) => samples.iter_mut().map(|sample| &mut sample.patient).collect(),
        Body::Segments(segments) => segments.iter_mut().map(|segment| &mut segment.patient).collect(),
        Body::Dose(dose) => vec![&mut dose.patient],
        Body::Device(device) => device.patient.iter_mut().collect(),
        _ => Vec::new(),
    }
}

fn rename_device(body: &mut Body, made: impl Fn(&DeviceId) -> DeviceId) {
    match body {
        Body::Samples(samples) => {
            samples.iter_mut().filter_map(|sample| sample.device.as_mut()).for_each(|id| *id = made(id));
        }
        Body::Segments(segments) => {
            segments.iter_mut().filter_map(|segment| segment.device.as_mut()).for_each(|id| *id = made(id));
        }
        Body::Dose(dose) => dose.device.iter_mut().for_each(|id| *id = made(id)),
        Body::Device(device) => device.id = made(&device.id),
        _ => {}
    }
}

/// Reads a Bundle, several of them one behind the other, or resources. Of one that was cut its whole entries are read.
pub(crate) fn read_bundle(text: &str, given: Given) -> Portion {
    const KIND: FileKind = FileKind::FhirBundle;
    let read_page = given.fhir;
    let (mut read, mut owner) = (Portion::default(), Owner::new(given));
    for item in Items::new(Box::new(Cursor::new(text.to_owned())), usize::MAX) {
        let whole = String::from_utf8_lossy(&item.bytes);
        let is_json = item.state == State::Whole && serde_json::from_str::<&RawValue>(&whole).is_ok();
        if let Some(reason) = ended(item.state).or((!is_json).then_some("it is no JSON")) {
            read.refuse(KIND, item.line, format!("{reason}; its whole entries are taken"), "");
        }
        let page = match read_page(whole.as_bytes()) {
            Ok(page) => Ok(page),
            Err(_) if is_json && first_type(&whole) != Some("Bundle") => {
                read_page(bundled(std::iter::once(whole.as_ref())).as_bytes())
            }
            Err(_) => read_page(salvaged(&whole).as_bytes()),
        };
        let mut page = match page {
            Ok(page) => page,
            Err(error) => {
                read.refuse(KIND, item.line, error, &whole);
                continue;
            }
        };
        for held in std::mem::take(&mut page.unreadable) {
            let start = &held.body[..held.body.floor_char_boundary(400)];
            let at = if start.is_empty() { None } else { whole.find(start) };
            let below = at.map_or(0, |at| whole[..at].bytes().filter(|b| *b == b'\n').count());
            read.remark(item.line + below as u64, false, held.reference, held.reason, &held.body);
        }
        for reason in owner.admit(page, &mut read) {
            read.refuse(KIND, item.line, reason, "");
        }
    }
    read
}

/// The first `resourceType` that stands there.
pub(crate) fn first_type(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("\"resourceType\"")?;
    let (_, rest) = rest.split_once('"')?;
    rest.split('"').next()
}

/// A page of the entries that are whole.
fn salvaged(bundle: &str) -> String {
    let entries = bundle.split_once("\"entry\"").map_or("", |(_, rest)| rest);
    let entries = entries.trim_start().strip_prefix(':').unwrap_or_default();
    let found: Vec<String> = Items::new(Box::new(Cursor::new(entries.to_owned())), LONGEST)
        .filter(|item| item.state == State::Whole)
        .filter_map(|item| String::from_utf8(item.bytes).ok())
        .filter(|text| serde_json::from_str::<&RawValue>(text).is_ok())
        .collect();
    format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, found.join(","))
}

/// Resources that are known to be JSON, as a page.
fn bundled<'a>(resources: impl Iterator<Item = &'a str>) -> String {
    let mut page = r#"{"resourceType":"Bundle","type":"collection","entry":["#.to_owned();
    for (n, resource) in resources.enumerate() {
        page.push_str(if n == 0 { r#"{"resource":"# } else { r#",{"resource":"# });
        page.push_str(resource);
        page.push('}');
    }
    page.push_str("]}");
    page
}

/// A file of one resource a line, read some lines at a time.
pub(crate) struct Ndjson {
    items: Items,
    owner: Owner,
    is_over: bool,
}

impl Ndjson {
    pub(crate) fn new(source: Box<dyn Read + Send>, given: Given) -> Ndjson {
        Ndjson { items: Items::new(source, LONGEST), owner: Owner::new(given), is_over: false }
    }

    fn read_page(&self) -> ReadFhir {
        self.owner.given.fhir
    }

    fn take(&mut self, lines: &[(u64, String)], piece: &mut Portion) {
        match self.at_once(lines) {
            Some(found) => piece.add(found),
            // Something of it cannot be read: line by line, so that each is named by its own.
            None => {
                for (number, text) in lines {
                    self.one(*number, text, piece);
                }
            }
        }
    }

    /// All lines as one page; nothing where any of them cannot be read.
    fn at_once(&mut self, lines: &[(u64, String)]) -> Option<Portion> {
        let page = bundled(lines.iter().map(|(_, text)| text.as_str()));
        let page = self.read_page()(page.as_bytes()).ok().filter(|page| page.unreadable.is_empty())?;
        let mut piece = Portion::default();
        self.owner.admit(page, &mut piece).is_empty().then_some(piece)
    }

    fn one(&mut self, number: u64, text: &str, piece: &mut Portion) {
        const KIND: FileKind = FileKind::FhirNdjson;
        let page = bundled(std::iter::once(text));
        match self.read_page()(page.as_bytes()) {
            Ok(mut page) => {
                let is_in_part = !page.facts.is_empty();
                for held in std::mem::take(&mut page.unreadable) {
                    piece.remark(number, is_in_part, held.reference, held.reason, text);
                }
                for reason in self.owner.admit(page, piece) {
                    piece.refuse(KIND, number, reason, text);
                }
            }
            Err(error) => piece.refuse(KIND, number, error, text),
        }
    }

    /// A line that is one JSON object, and no other text: what a page is made of must not reach beyond its own.
    fn is_object(item: &Item) -> Result<String, &'static str> {
        let text = std::str::from_utf8(&item.bytes).map_err(|_| "its bytes are no UTF-8")?.trim();
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) if raw.get().starts_with('{') => Ok(text.to_owned()),
            Ok(_) => Err("it is no resource"),
            Err(error) if error.is_eof() => Err("it ends within the resource"),
            Err(_) => Err("it is no JSON"),
        }
    }
}

impl FileIn for Ndjson {
    fn kind(&self) -> FileKind {
        FileKind::FhirNdjson
    }

    fn next(&mut self) -> Option<Portion> {
        const KIND: FileKind = FileKind::FhirNdjson;
        if self.is_over {
            return None;
        }
        let mut piece = Portion::default();
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < LINES && bytes < BYTES {
            let Some(item) = self.items.line() else {
                self.is_over = true;
                if self.items.has_failed() {
                    piece.refuse(KIND, 0, "the file could not be read to its end", "");
                }
                break;
            };
            if item.bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let checked = match ended(item.state).filter(|_| item.state == State::TooLong) {
                Some(reason) => Err(reason),
                None => Ndjson::is_object(&item),
            };
            match checked {
                Ok(text) => {
                    bytes += text.len();
                    lines.push((item.line, text));
                }
                Err(reason) => piece.refuse(KIND, item.line, reason, &String::from_utf8_lossy(&item.bytes)),
            }
        }
        self.take(&lines, &mut piece);
        Some(piece)
    }
}
