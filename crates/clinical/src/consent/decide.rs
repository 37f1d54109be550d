//! Whether consents allow what somebody asks for.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::consent::codes::{Coded, covers_purpose};
use crate::consent::criteria::{Criteria, Kinds};
use crate::consent::model::{Consent, Effect, Provision, Scope, Status};
use crate::consent::request::{BasePolicy, Overarching, Record, Request};
use crate::consent::why::Why;
use crate::{ConsentId, PatientId, TimeRange};

/// What became of a request for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It may be shown.
    Allowed {
        /// By which consent; by the site's own policy where none speaks.
        by: Option<&'a ConsentId>,
    },
    /// It is withheld.
    Withheld {
        /// By which consent.
        by: Option<&'a ConsentId>,
        /// Why.
        why: Why,
    },
}

impl Decision<'_> {
    /// Whether it may be shown.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allowed { .. })
    }
}

/// Whether a patient's consents allow what is asked for, of one record. `consents` may hold those of others, and those that are not
/// in force.
pub fn decide<'a>(
    site: &Overarching,
    consents: &'a [Consent],
    request: &Request,
    record: &Record,
) -> Decision<'a> {
    Standing::of(consents, request).decide(site, request, record)
}

/// The consents that a request has to do with, by patient.
pub(crate) struct Standing<'a>(HashMap<&'a PatientId, Vec<&'a Consent>>);

impl<'a> Standing<'a> {
    pub(crate) fn of(consents: &'a [Consent], request: &Request) -> Standing<'a> {
        let research = covers_purpose(&Coded::purpose("HRESCH"), &request.purpose);
        Standing::among(consents.iter().filter(|consent| match consent.scope {
            Scope::Privacy | Scope::Other => true,
            Scope::Research => research,
            Scope::Treatment | Scope::AdvanceDirective => false,
        }))
    }

    pub(crate) fn among(consents: impl Iterator<Item = &'a Consent>) -> Standing<'a> {
        let mut standing: HashMap<_, Vec<_>> = HashMap::new();
        for consent in consents.filter(|consent| consent.status == Status::Active) {
            standing.entry(&consent.patient).or_default().push(consent);
        }
        // The newest first: whichever speaks first is the one that is named.
        for consents in standing.values_mut() {
            consents.sort_by_key(|consent| (Reverse(consent.given.map(TimeRange::from)), &consent.id));
        }
        Standing(standing)
    }

    pub(crate) fn decide(&self, site: &Overarching, request: &Request, record: &Record) -> Decision<'a> {
        let consents = self.0.get(record.patient).map_or(&[][..], Vec::as_slice);
        let mut rulings: Vec<Ruling<'a>> = Vec::new();
        let mut unreached: Option<(&'a ConsentId, Why)> = None;
        for consent in consents {
            let said = match verdict(consent, site, request, record, &mut rulings) {
                Ok(said) => said,
                Err(why) => return Decision::Withheld { by: Some(&consent.id), why },
            };
            let first = unreached.as_ref().is_none_or(|(_, why)| *why == Why::OtherPurpose);
            if let Some(why) = said.filter(|why| first && (unreached.is_none() || *why != Why::OtherPurpose))
            {
                unreached = Some((&consent.id, why));
            }
        }
        let stands =
            |deny: &&Ruling| deny.effect == Effect::Deny && !rulings.iter().any(|permit| permit.lifts(deny));
        if let Some(deny) = rulings.iter().find(stands) {
            return Decision::Withheld { by: Some(&deny.consent.id), why: deny.why.clone() };
        }
        if let Some(permit) = rulings.iter().find(|ruling| ruling.effect == Effect::Permit) {
            return Decision::Allowed { by: Some(&permit.consent.id) };
        }
        let treats = covers_purpose(&Coded::purpose("TREAT"), &request.purpose);
        match (unreached, site.without_consent) {
            // Who agreed to something else than being treated did not refuse to be treated.
            (Some((by, why)), _) if why != Why::OtherPurpose || !treats => {
                Decision::Withheld { by: Some(by), why }
            }
            (_, BasePolicy::PermitAuthorised) => Decision::Allowed { by: None },
            (_, BasePolicy::PermitTreatment) if treats => Decision::Allowed { by: None },
            _ => Decision::Withheld { by: None, why: Why::NoConsent },
        }
    }
}

/// What one provision says of a request for a record that it is about.
struct Ruling<'a> {
    consent: &'a Consent,
    effect: Effect,
    kinds: Kinds,
    why: Why,
}

impl Ruling<'_> {
    /// Whether a refusal no longer stands beside this permission: of the same consent a more specific one, of another a newer one
    /// that is at least as specific. When a consent was given that does not say so is not known, and no help.
    fn lifts(&self, deny: &Ruling) -> bool {
        let specific = self.kinds.include(deny.kinds);
        let newer = matches!((self.consent.given, deny.consent.given), (Some(own), Some(other)) if own.from() > other.to());
        let same = self.consent.id == deny.consent.id;
        self.effect == Effect::Permit && specific && if same { self.kinds != deny.kinds } else { newer }
    }
}

/// Adds what a consent says of a record. Where it permits something and this is not it: why not.
///
/// # Errors
/// Where something of it that cannot be read may refuse this.
fn verdict<'a>(
    consent: &'a Consent,
    site: &Overarching,
    request: &Request,
    record: &Record,
    rulings: &mut Vec<Ruling<'a>>,
) -> Result<Option<Why>, Why> {
    let (root, before) = (&consent.provision, rulings.len());
    let found = rule(root, Criteria::ALL, consent, (site, request, record), rulings)?;
    let known = consent.scope != Scope::Other;
    if !known {
        let mut at = 0;
        rulings.retain(|ruling| {
            at += 1;
            at <= before || ruling.effect == Effect::Deny
        });
    }
    if found || !known || root.effect == Effect::Deny || root.unread.is_some() {
        return Ok(None);
    }
    let criteria = Criteria::ALL.within(root);
    let over = request.at > root.period.to();
    match criteria.reach(request) {
        Err(Why::OtherPurpose) => Ok(Some(Why::OtherPurpose)),
        _ if over => Ok(Some(Why::Over)),
        _ if !root.period.contains(request.at) => Ok(Some(Why::NotYet)),
        Err(why) => Ok(Some(why)),
        // PCF: what a root provision permits is all that is permitted to those whom it permits something.
        Ok(()) => {
            let kinds = criteria.kinds().of_request();
            rulings.push(Ruling { consent, effect: Effect::Deny, kinds, why: Why::OtherData });
            Ok(None)
        }
    }
}

/// What a provision, or the innermost of its exceptions that are about this, says. Whether any is.
fn rule<'a>(
    provision: &'a Provision,
    around: Criteria<'a>,
    consent: &'a Consent,
    asked: (&Overarching, &Request, &Record),
    rulings: &mut Vec<Ruling<'a>>,
) -> Result<bool, Why> {
    let (site, request, record) = asked;
    if !provision.period.contains(request.at) {
        return Ok(false);
    }
    let criteria = around.within(provision);
    let permits = provision.effect == Effect::Permit && provision.unread.is_none();
    let is_about = || criteria.reach(request).is_ok() && criteria.holds(permits, record, site);
    if let Some(why) = &provision.unread {
        return if is_about() { Err(Why::Unreadable(why.clone())) } else { Ok(false) };
    }
    let mut found = false;
    for exception in &provision.nested {
        found |= rule(exception, criteria, consent, asked, rulings)?;
    }
    if !found && is_about() {
        let effect = provision.effect;
        rulings.push(Ruling { consent, effect, kinds: criteria.kinds(), why: Why::Denied });
        found = true;
    }
    Ok(found)
}
