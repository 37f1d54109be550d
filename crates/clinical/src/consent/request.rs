//! What somebody asks for, of what, and what holds where no patient said anything.

use smol_str::SmolStr;

use crate::consent::codes::{Coded, Confidentiality, Label};
use crate::consent::glass::Glass;
use crate::consent::model::ConsentAction;
use crate::{Actor, Instant, PatientId, TimeRange};

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

/// Who looks, what for, and to do what with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looker {
    /// All that this person is known to be: `Practitioner/1`, and the organisations, teams and groups they are in.
    pub who: Vec<SmolStr>,
    /// What for.
    pub purpose: Coded,
    /// To see it, or to give it away.
    pub action: ConsentAction,
    /// Of whom they see more, by breaking the glass.
    pub broken: Vec<Glass>,
}

impl Looker {
    /// Somebody who is here to treat, with the groups that everybody at this station is in.
    pub fn to_treat(actor: &Actor, groups: &[SmolStr]) -> Looker {
        let own = Some(actor.id.as_str()).filter(|id| id.contains('/') && !id.contains(':'));
        let who = own.map(SmolStr::new).into_iter().chain(groups.iter().cloned()).collect();
        Looker { who, purpose: Coded::purpose("TREAT"), action: ConsentAction::Access, broken: Vec::new() }
    }

    /// The same, to give it away: on paper, as a file.
    #[must_use]
    pub fn to_disclose(self) -> Looker {
        Looker { action: ConsentAction::Disclose, ..self }
    }

    /// The same, who broke the glass over some patients.
    #[must_use]
    pub fn breaking(self, broken: Vec<Glass>) -> Looker {
        Looker { broken, ..self }
    }

    /// The glass that lets more of a patient be seen at a moment.
    pub fn glass_over(&self, patient: &PatientId, at: Instant) -> Option<&Glass> {
        self.broken.iter().find(|glass| glass.opens(patient, at))
    }
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
