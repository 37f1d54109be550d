//! Messages of HL7 v2 in a file, as [`crate::Files`] reads them, in pieces and with the lines of what is wrong.

use clinical::{Body, Fact, PatientId};

use super::given::Given;
use super::kind::FileKind;
use super::portion::Portion;
use crate::hl7v2::file::Files;
use crate::hl7v2::peer::Peer;

const KIND: FileKind = FileKind::Hl7v2;

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
                portion.facts.extend(read.facts);
                portion.if_unknown.extend(read.if_unknown);
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
        Body::Deleted => return Ok(Some(fact)),
        _ => return Ok(None),
    };
    for id in ids {
        let first = whose.get_or_insert_with(|| id.clone());
        if first != id {
            return Err("it is about another patient than what stands before it, and one patient was named");
        }
        *id = patient.clone();
    }
    Ok(Some(fact))
}
