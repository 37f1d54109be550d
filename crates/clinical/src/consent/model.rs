//! A Consent, as far as it says who may do what with which data.

use smol_str::SmolStr;

use crate::consent::codes::{ACT_CODE, Coded, Label};
use crate::{ConsentId, PatientId, TimeRange};

/// A patient's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Logical id of the Consent.
    pub id: ConsentId,
    /// Whose it is.
    pub patient: PatientId,
    /// Whether it is in force.
    pub status: Status,
    /// What kind of consent it is.
    pub scope: Scope,
    /// What it is about, for people and for finding it.
    pub categories: Vec<Coded>,
    /// When it was given: all of a day where only the day is known. Of two that contradict each other the newer counts.
    pub given: Option<TimeRange>,
    /// What it says.
    pub provision: Provision,
}

/// R4's `Consent.status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not yet offered.
    Draft,
    /// Offered, and not yet agreed to.
    Proposed,
    /// In force.
    Active,
    /// Turned down by one of the parties. A patient who says no gives an active consent that denies.
    Rejected,
    /// Over, or replaced.
    Inactive,
    /// Never was one.
    EnteredInError,
}

impl Status {
    /// By its code.
    pub fn from_code(code: &str) -> Option<Status> {
        Some(match code {
            "draft" => Status::Draft,
            "proposed" => Status::Proposed,
            "active" => Status::Active,
            "rejected" => Status::Rejected,
            "inactive" => Status::Inactive,
            "entered-in-error" => Status::EnteredInError,
            _ => return None,
        })
    }
}

/// R4's `Consent.scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Who may do what with the patient's data.
    Privacy,
    /// Taking part in research, and giving data for it.
    Research,
    /// To be treated, or treated in a way: by telehealth.
    Treatment,
    /// What is to be done when the patient cannot say it.
    AdvanceDirective,
    /// Of a kind that is not known here: it can withhold, and never permits.
    Other,
}

impl Scope {
    /// By its code.
    pub fn from_code(code: &str) -> Scope {
        match code {
            "patient-privacy" => Scope::Privacy,
            "research" => Scope::Research,
            "treatment" => Scope::Treatment,
            "adr" => Scope::AdvanceDirective,
            _ => Scope::Other,
        }
    }
}

/// Whether a provision allows what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Opt in.
    Permit,
    /// Opt out.
    Deny,
}

impl Effect {
    /// What `Consent.policyRule` says by itself, where it is one of HL7's directives (v3 ActCode).
    pub fn of_policy(rule: &Coded) -> Option<Effect> {
        match (rule.system.as_str(), rule.code.as_str()) {
            (ACT_CODE, "OPTIN" | "OPTINR") => Some(Effect::Permit),
            (ACT_CODE, "OPTOUT" | "OPTOUTE") => Some(Effect::Deny),
            _ => None,
        }
    }
}

/// What a consent says of something. What is left empty is everybody, everything, always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Whether it allows it.
    pub effect: Effect,
    /// When it holds.
    pub period: TimeRange,
    /// To whom.
    pub actors: Vec<Party>,
    /// To do what.
    pub actions: Vec<ConsentAction>,
    /// What for.
    pub purposes: Vec<Coded>,
    /// With what, by its security labels.
    pub labels: Vec<Label>,
    /// With what, by its kind of resource or its profile.
    pub classes: Vec<Coded>,
    /// With what, by a code in it.
    pub codes: Vec<Coded>,
    /// With what, by when it was.
    pub data_period: Option<TimeRange>,
    /// With what, by name.
    pub data: Vec<DataRef>,
    /// The exceptions from it.
    pub nested: Vec<Provision>,
    /// Why it could not be read in whole. Such a provision permits nothing, and withholds all that it may be about.
    pub unread: Option<SmolStr>,
}

impl Provision {
    /// One that is about everything.
    pub fn all(effect: Effect) -> Provision {
        Provision {
            effect,
            period: TimeRange::ALL,
            actors: Vec::new(),
            actions: Vec::new(),
            purposes: Vec::new(),
            labels: Vec::new(),
            classes: Vec::new(),
            codes: Vec::new(),
            data_period: None,
            data: Vec::new(),
            nested: Vec::new(),
            unread: None,
        }
    }

    /// One that could not be read at all.
    pub fn unread(why: &str) -> Provision {
        Provision { unread: Some(why.into()), ..Provision::all(Effect::Deny) }
    }

    /// The whole of what a consent says: of the directive in its policy rule, and of its root provision with the type that this
    /// bears. R4 takes the effect from the rule and knows exceptions only; PCF takes it from the root provision.
    pub fn root(rule: Option<Effect>, root: Option<(Option<Effect>, Provision)>) -> Provision {
        match (rule, root) {
            // What it would have narrowed is not known: no permission of the rule is left of it, and a refusal stays whole.
            (rule, Some((_, root))) if root.unread.is_some() => {
                let unread = Provision { effect: Effect::Deny, ..root };
                match rule {
                    Some(Effect::Deny) => Provision { nested: vec![unread], ..Provision::all(Effect::Deny) },
                    _ => unread,
                }
            }
            (Some(rule), None) => Provision::all(rule),
            (Some(rule), Some((None, root))) => Provision { effect: rule, ..root },
            (Some(rule), Some((Some(effect), root))) if effect != rule => {
                let exception = Provision { effect, ..root };
                Provision { nested: vec![exception], ..Provision::all(rule) }
            }
            (_, Some((Some(effect), root))) => Provision { effect, ..root },
            (None, Some((None, root))) => {
                let why = Some("it neither permits nor denies".into());
                Provision { effect: Effect::Deny, unread: why, ..root }
            }
            (None, None) => Provision::unread("it has no provision"),
        }
    }
}

/// Somebody a provision is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party {
    /// What they have to do with the data.
    pub role: PartyRole,
    /// A reference such as `Practitioner/1`, `Organization/2`, `Group/3`.
    pub who: SmolStr,
}

/// R4's `actor.role`, of those that somebody who asks for data can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyRole {
    /// `IRCP`, who gets the data; the one of PCF.
    Recipient,
    /// `PRCP`, who gets it first.
    PrimaryRecipient,
}

/// R4's consent actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentAction {
    /// To gather.
    Collect,
    /// To see.
    Access,
    /// To work with.
    Use,
    /// To give away: on paper, as a file.
    Disclose,
    /// To correct.
    Correct,
}

impl ConsentAction {
    /// By its code.
    pub fn from_code(code: &str) -> Option<ConsentAction> {
        Some(match code {
            "collect" => ConsentAction::Collect,
            "access" => ConsentAction::Access,
            "use" => ConsentAction::Use,
            "disclose" => ConsentAction::Disclose,
            "correct" => ConsentAction::Correct,
            _ => return None,
        })
    }
}

/// Data that a provision names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataRef {
    /// In what way it is meant.
    pub meaning: Meaning,
    /// A reference such as `Observation/1`.
    pub reference: SmolStr,
}

/// R4's `data.meaning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// This resource alone.
    Instance,
    /// This and what it is tied to; PCF: what belongs to this Encounter, CarePlan or EpisodeOfCare.
    Related,
    /// This and what refers to it.
    Dependents,
    /// What this one wrote.
    AuthoredBy,
}

impl Meaning {
    /// By its code.
    pub fn from_code(code: &str) -> Option<Meaning> {
        Some(match code {
            "instance" => Meaning::Instance,
            "related" => Meaning::Related,
            "dependents" => Meaning::Dependents,
            "authoredby" => Meaning::AuthoredBy,
            _ => return None,
        })
    }
}
