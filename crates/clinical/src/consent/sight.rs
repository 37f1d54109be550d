//! A consent as far as a station can tell what it is about.
//!
//! A station knows who looks, and of data the kind, the codes of measures, the time, the security labels and the name. What else a
//! refusal goes by it cannot tell: such a refusal is one that cannot be read, and withholds whatever it may be about. A permission
//! that goes by such a thing is met by nothing, which permits nothing.

use smol_str::SmolStr;

use crate::Measure;
use crate::consent::codes::{Coded, PURPOSE_SYSTEM};
use crate::consent::model::{Consent, DataRef, Effect, Meaning, Provision};
use crate::consent::request::Looker;

/// The kinds of resources, as R4's `provision.class` names them.
pub const RESOURCE_TYPES: &str = "http://hl7.org/fhir/resource-types";
/// The code system of LOINC.
pub const LOINC: &str = "http://loinc.org";
/// The code system of ISO/IEEE 11073-10101.
pub const MDC: &str = "urn:iso:std:iso:11073:10101";

/// Panels, with what is measured under their name and kept under its own; where nothing is listed, every measure is.
const PANELS: [(&str, &str, &[Measure]); 9] = [
    (LOINC, "85353-1", &[]),
    (LOINC, "8716-3", &[]),
    (LOINC, "85354-9", PRESSURES),
    (LOINC, "55284-4", PRESSURES),
    (LOINC, "35094-2", PRESSURES),
    (MDC, "150020", PRESSURES),
    (MDC, "150016", PRESSURES),
    (LOINC, "59408-5", OXYGEN),
    (LOINC, "2708-6", OXYGEN),
];
const PRESSURES: &[Measure] = &[
    Measure::SystolicBp,
    Measure::DiastolicBp,
    Measure::MeanBp,
    Measure::ArterialSystolic,
    Measure::ArterialDiastolic,
    Measure::ArterialMean,
];
/// US Core and the R4 profile of saturation send the oxygen that is given as parts of it.
const OXYGEN: &[Measure] = &[Measure::OxygenFlow, Measure::FiO2];

/// Every code that a measure has.
fn codes_of(measure: Measure) -> impl Iterator<Item = Coded> {
    let spec = measure.spec();
    let loinc = spec.loinc.iter().map(|code| Coded::new(LOINC, code));
    loinc.chain(spec.mdc.iter().map(|code| Coded::new(MDC, code)))
}

/// A code with all under which the same may be kept: a sender gives several, of which one stays.
fn widened(code: &Coded, codes: &mut Vec<Coded>) {
    let measure = match code.system.as_str() {
        LOINC => Measure::from_loinc(&code.code),
        _ => Measure::from_mdc(&code.code),
    };
    codes.push(code.clone());
    codes.extend(measure.into_iter().flat_map(codes_of));
    for (system, panel, parts) in PANELS {
        if code.system == system && code.code == panel {
            let all = crate::measures().iter().map(|row| row.measure);
            match parts {
                [] => codes.extend(all.flat_map(codes_of)),
                parts => codes.extend(parts.iter().copied().flat_map(codes_of)),
            }
        }
    }
}

/// The same consent, where what cannot be told here withholds.
pub(crate) fn as_seen(consent: Consent, looker: &Looker) -> Consent {
    Consent { provision: seen(consent.provision, looker), ..consent }
}

fn seen(mut provision: Provision, looker: &Looker) -> Provision {
    provision.nested = provision.nested.into_iter().map(|nested| seen(nested, looker)).collect();
    if provision.effect == Effect::Permit && provision.unread.is_none() {
        return provision;
    }
    let mut doubt = |why: &str| {
        provision.unread.get_or_insert_with(|| why.into());
    };
    if provision.actors.iter().any(|party| !looker.can_tell(&party.who)) {
        doubt("it names people or groups that this station cannot tell");
        provision.actors.clear();
    }
    if provision.purposes.iter().any(|purpose| purpose.system != PURPOSE_SYSTEM) {
        doubt("it is for a purpose that is none of HL7's");
        provision.purposes.clear();
    }
    if provision.data.iter().any(|data| !is_kept(data)) {
        doubt("it goes by an author, or by what data belong to, and this station keeps neither");
        provision.data.clear();
    }
    if provision.classes.iter().any(|class| class.system != RESOURCE_TYPES) {
        doubt("it goes by a kind of document or a profile, which this station does not keep");
        provision.classes.clear();
    }
    if provision.codes.iter().any(|code| ![LOINC, MDC].contains(&code.system.as_str())) {
        doubt("it goes by codes that this station does not keep");
        provision.codes.clear();
    }
    let mut codes = Vec::new();
    provision.codes.iter().for_each(|code| widened(code, &mut codes));
    codes.sort();
    codes.dedup();
    Provision { codes, ..provision }
}

/// Whether a station can tell which data this names.
fn is_kept(data: &DataRef) -> bool {
    data.meaning == Meaning::Instance
}

impl Looker {
    /// Whether it is known that somebody is, or is not, one of those who look.
    fn can_tell(&self, who: &SmolStr) -> bool {
        if self.who.contains(who) {
            return true;
        }
        match who.split_once('/').map(|(kind, _)| kind) {
            Some("Practitioner") => self.who.iter().any(|own| own.starts_with("Practitioner/")),
            // Nobody of these sits at a station.
            Some("Patient" | "RelatedPerson" | "Device") => true,
            Some(kind) => self.who.iter().any(|own| own.split_once('/').is_some_and(|(own, _)| own == kind)),
            None => false,
        }
    }
}
