//! What somebody asks for, of what, and what holds where no patient said anything.

use smol_str::SmolStr;

use crate::consent::codes::{Coded, Confidentiality, Label};
use crate::consent::model::ConsentAction;
use crate::{Instant, PatientId, TimeRange};

/// Who wants to do what, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// All that this person is: `Practitioner/1`, and the organisations, teams and groups they are in.
    pub who: Vec<SmolStr>,
    /// What for.
    pub purpose: Coded,
    /// What is to be done.
    pub action: ConsentAction,
    /// When.
    pub at: Instant,
}

/// What a consent can say of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Whose it is.
    pub patient: &'a PatientId,
    /// `Observation/1`.
    pub reference: &'a str,
    /// Its kind of resource, and its profiles.
    pub classes: &'a [Coded],
    /// The codes in it.
    pub codes: &'a [Coded],
    /// Its security labels.
    pub labels: &'a [Label],
    /// Who wrote it, and on whose behalf.
    pub authors: &'a [SmolStr],
    /// What it refers to and is referred to by: its Encounter, its CarePlan.
    pub related: &'a [SmolStr],
    /// When it was.
    pub time: Option<TimeRange>,
}

/// What holds where no consent speaks: PCF's implicit policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasePolicy {
    /// Data may be used for treatment.
    #[default]
    PermitTreatment,
    /// Whoever is authorised may use them.
    PermitAuthorised,
    /// Nothing without a consent.
    DenyAll,
}

/// The overarching policy of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overarching {
    /// What holds where no consent speaks.
    pub without_consent: BasePolicy,
    /// How confidential it is what nobody labelled.
    pub unlabelled: Confidentiality,
}

impl Default for Overarching {
    fn default() -> Overarching {
        Overarching { without_consent: BasePolicy::default(), unlabelled: Confidentiality::Normal }
    }
}
