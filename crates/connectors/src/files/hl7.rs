//! Messages of HL7 v2 in a file, as [`crate::Files`] reads them, in pieces and with the lines of what is wrong.

use clinical::{Body, DeviceId, Fact, PatientId};

use super::given::Given;
use super::kind::FileKind;
use super::portion::Portion;
use crate::hl7v2::file::Files;
use crate::hl7v2::identity::id_of;
use crate::hl7v2::peer::Peer;

const KIND: FileKind = FileKind::Hl7v2;
/// What a listener may be told of a value, a file may not: nobody knows how old it is.
const TAKEN_BACK: &str = "it takes a value back, and a file takes nothing back";

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], given: &Given) -> Portion {
    let files = Files(Peer { zone: Some(given.zone.clone()), ..Peer::default() });
    let mut portion = Portion::default();
    let mut whose = None;
    for (lines, read) in files.pieces(bytes) {
        let first = lines.first().copied().unwrap_or(1) as u64;
        for (n, held) in read.unreadable.into_iter().enumerate() {
            let line = lines.get(n).map_or(first, |line| *line as u64);
            portion.remark(line, false, held.reference, held.reason, &held.body);
        }
        for (name, times) in read.left_out {
            *portion.left_out.entry(name).or_default() += times;
        }
        match &given.patient {
            None => {
                for fact in read.facts {
                    match &fact.body {
                        Body::Samples(_) | Body::Device(_) => portion.facts.push(fact),
                        Body::Deleted => portion.refuse(KIND, first, TAKEN_BACK, ""),
                        _ => portion.leave_out("who lies where"),
                    }
                }
            }
            Some(patient) => {
                for fact in read.facts {
                    match given_to(patient, fact, &mut whose) {
                        Ok(Some(fact)) => portion.facts.push(fact),
                        Ok(None) => portion.leave_out("who lies where"),
                        Err(reason) => portion.refuse(KIND, first, reason, ""),
                    }
                }
            }
        }
    }
    portion
}

/// The same said of the patient who was named; of one person alone, and values and devices alone.
fn given_to(
    patient: &PatientId,
    mut fact: Fact,
    whose: &mut Option<PatientId>,
) -> Result<Option<Fact>, &'static str> {
    let ids: Vec<&mut PatientId> = match &mut fact.body {
        Body::Samples(samples) => samples.iter_mut().map(|sample| &mut sample.patient).collect(),
        Body::Device(device) => device.patient.iter_mut().collect(),
        Body::Deleted => return Err(TAKEN_BACK),
        _ => return Ok(None),
    };
    for id in ids {
        let first = whose.get_or_insert_with(|| id.clone());
        if first != id {
            return Err("it is about another patient than what stands before it, and one patient was named");
        }
        *id = patient.clone();
    }
    // What came by the listener of another person is theirs, and stays: the ids of a file are of its own.
    let subject = whose.as_ref().map_or("", PatientId::as_str);
    let made =
        |kind: &str, id: &str| format!("hl7-{}", id_of(kind, &["file", subject, patient.as_str(), id]));
    let (kind, id) = fact.source.reference.split_once('/').unwrap_or(("Observation", ""));
    fact.source.reference = format!("{kind}/{}", made(kind, id)).into();
    match &mut fact.body {
        Body::Samples(samples) => {
            let devices = samples.iter_mut().filter_map(|sample| sample.device.as_mut());
            devices.for_each(|id| *id = DeviceId::from(made("Device", id.as_str())));
        }
        Body::Device(device) => device.id = DeviceId::from(made("Device", device.id.as_str())),
        _ => {}
    }
    Ok(Some(fact))
}
