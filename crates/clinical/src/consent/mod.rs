//! What a patient agreed to: FHIR R4 Consent as IHE's Privacy Consent on FHIR (PCF) uses it, and what follows from it.
//!
//! `docs/consent.md` has the rules with their sources. Deliberately not here: reading a Consent (room `fhir`).

pub(crate) mod codes;

pub(crate) mod model;

pub(crate) mod glass;

pub(crate) mod request;

pub(crate) mod why;

pub(crate) mod criteria;

pub(crate) mod decide;

pub(crate) mod filter;

pub(crate) mod topic;

pub(crate) mod sight;

pub(crate) mod veil;

#[cfg(test)]
mod examples;

#[cfg(test)]
mod by_the_book;

pub use codes::{Coded, Confidentiality, Label, PURPOSE_SYSTEM, covers, covers_purpose};
pub use decide::{Decision, decide};
pub use filter::{Filtered, Guarded, Withheld, filter};
pub use glass::{BREAK_GLASS, Glass, GlassError, GlassReason, LEAST_WORDS};
pub use model::{
    Consent, ConsentAction, DataRef, Effect, Meaning, Party, PartyRole, Provision, Scope, Status,
};
pub use request::{BasePolicy, Looker, Overarching, Record, Request};
pub use sight::{LOINC, MDC, RESOURCE_TYPES};
pub use topic::{Topic, agreed, research, telehealth};
pub use veil::Veil;
pub use why::Why;
