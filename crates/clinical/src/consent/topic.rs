//! Whether a patient agreed to something that is done, and not to a use of data: to telehealth, to a study.

use smol_str::SmolStr;

use crate::consent::codes::Coded;
use crate::consent::decide::{Decision, Standing};
use crate::consent::model::{Consent, ConsentAction, Provision, Scope};
use crate::consent::request::{BasePolicy, Overarching, Record, Request};
use crate::{Instant, PatientId};

/// What may be agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// In consents of which scope.
    pub scope: Scope,
    /// Under which codes, as categories of the consent or in its provisions.
    pub codes: Vec<Coded>,
    /// What it is done for.
    pub purpose: Coded,
}

/// To be treated from afar. A site may use other codes; SNOMED CT's is the one that most do.
pub fn telehealth() -> Topic {
    Topic {
        scope: Scope::Treatment,
        codes: vec![Coded::new("http://snomed.info/sct", "448337001")],
        purpose: Coded::purpose("TREAT"),
    }
}

/// To take part in research, whichever.
pub fn research() -> Topic {
    let category = Coded::new("http://terminology.hl7.org/CodeSystem/consentcategorycodes", "research");
    Topic { scope: Scope::Research, codes: vec![category], purpose: Coded::purpose("HRESCH") }
}

fn names(provision: &Provision, topic: &Topic) -> bool {
    provision.codes.iter().any(|code| topic.codes.contains(code))
        || provision.nested.iter().any(|nested| names(nested, topic))
}

/// Whether a patient agreed to this, with these people. Nothing is agreed to by silence: without a consent about it the answer is
/// [`crate::consent::Why::NoConsent`].
pub fn agreed<'a>(
    consents: &'a [Consent],
    patient: &PatientId,
    topic: &Topic,
    with: &[SmolStr],
    at: Instant,
) -> Decision<'a> {
    let about = |consent: &&Consent| {
        consent.scope == topic.scope
            && (consent.categories.iter().any(|category| topic.codes.contains(category))
                || names(&consent.provision, topic))
    };
    let request =
        Request { who: with.to_vec(), purpose: topic.purpose.clone(), action: ConsentAction::Use, at };
    let record = Record {
        patient,
        reference: "",
        classes: &[],
        codes: &topic.codes,
        labels: &[],
        authors: &[],
        related: &[],
        time: None,
    };
    let nothing_unsaid = Overarching { without_consent: BasePolicy::DenyAll, ..Overarching::default() };
    Standing::among(consents.iter().filter(about)).decide(&nothing_unsaid, &request, &record)
}
