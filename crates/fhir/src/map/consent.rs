//! What a patient agreed to. Nothing that cannot be read permits: what of a Consent is not understood becomes a part that withholds
//! whatever it may be about, and a Consent that is not understood at all withholds everything of its patient.

use clinical::consent::{
    Coded, Consent, ConsentAction, DataRef, Effect, Label, Meaning, Party, PartyRole, Provision, Scope,
    Status,
};
use clinical::{Body, ConsentId, Fact, PatientId, SmolStr, Source, TimeRange};
use serde_json::value::RawValue;
use smol_str::format_smolstr;

use crate::map::labels::{label, system_of};
use crate::map::measured::Mapped;
use crate::map::numbers::Reason;
use crate::map::text::clean;
use crate::wire::bases::Bases;
use crate::wire::consent as r4;
use crate::wire::datatypes::{Coding, Concept, Meta, Period, Reference, Str, is_id};
use crate::wire::json::position;
use crate::wire::scan::split_members;
use crate::wire::time::{parse_instant, parse_span};

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const ACTION: &str = "http://terminology.hl7.org/CodeSystem/consentaction";
const PARTICIPATION: [&str; 3] = [
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "http://hl7.org/fhir/v3/ParticipationType",
    "urn:oid:2.16.840.1.113883.5.90",
];
/// Provisions in each other. HL7's own and IHE's examples have three.
const DEEPEST: usize = 16;

/// Reads a Consent. Parts that cannot be read are in the remarks, and withhold.
pub(crate) fn consent(id: ConsentId, said: r4::Consent, bases: &Bases) -> Result<Mapped, Reason> {
    let status = said.status.as_deref().and_then(Status::from_code);
    if status == Some(Status::EnteredInError) {
        return Ok(Body::Deleted.into());
    }
    let patient = patient_of(said.patient.as_ref(), bases)?;
    let mut reading = Reading { bases, remarks: Vec::new() };
    let rule = reading.rule(said.policy_rule.as_ref());
    let root = said.provision.map(|raw| reading.provision(raw, 0, true));
    let mut provision = match rule {
        Ok(rule) => Provision::root(rule, root),
        Err(why) => Provision::unread(why),
    };
    if status.is_none() {
        provision = Provision::unread("its status is none that R4 has");
    }
    // Of the root as a whole; of what lies in it each part was noted as it was read.
    if let Some(why) = provision.unread.as_deref().filter(|_| reading.remarks.is_empty()) {
        reading.remarks.push(format!("{why}: it withholds what it may be about"));
    }
    let given = said.date_time.as_deref().map(parse_span);
    if given == Some(None) {
        reading.remarks.push("its dateTime cannot be read: it is newer than no other".into());
    }
    let consent = Consent {
        id,
        patient,
        status: status.unwrap_or(Status::Active),
        scope: scope_of(said.scope.as_ref()),
        categories: said.category.iter().flat_map(|concept| &concept.coding).filter_map(coded).collect(),
        given: given.flatten(),
        provision,
    };
    Ok(Mapped { body: Some(Body::Consent(consent)), remarks: reading.remarks, left_out: Vec::new() })
}

/// What is left of a Consent that could not be read: whose it is, and that it withholds. Nothing where it is no Consent, or nobody
/// can tell whose it is.
pub(crate) fn withholding(text: &str, why: &str, bases: &Bases) -> Option<Fact> {
    let members = split_members(text)?;
    let member = |name: &str| members.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let word = |name: &str| serde_json::from_str::<Str>(member(name)?).ok();
    if word("resourceType")? != "Consent" {
        return None;
    }
    let id = word("id").filter(|id| is_id(id))?;
    let meta: Meta = member("meta").and_then(|meta| serde_json::from_str(meta).ok()).unwrap_or_default();
    let source = Source {
        reference: format_smolstr!("Consent/{id}"),
        version: meta.version_id.map(SmolStr::from).unwrap_or_default(),
    };
    let updated_at = meta.last_updated.as_deref().and_then(parse_instant);
    // One that says plainly that it is not in force withholds nothing.
    let status = word("status").and_then(|status| Status::from_code(&status)).unwrap_or(Status::Active);
    let patient: Reference = serde_json::from_str(member("patient")?).ok()?;
    let consent = Consent {
        id: ConsentId::from(&*id),
        patient: patient_of(Some(&patient), bases).ok()?,
        status,
        scope: Scope::Privacy,
        categories: Vec::new(),
        given: None,
        provision: Provision::unread(why),
    };
    let body = if status == Status::EnteredInError { Body::Deleted } else { Body::Consent(consent) };
    Some(Fact { source, updated_at, body })
}

fn patient_of(patient: Option<&Reference>, bases: &Bases) -> Result<PatientId, Reason> {
    let found = patient.and_then(|patient| patient.id_of("Patient", bases));
    found.ok_or_else(|| "it names no patient of this server (patient)".into())
}

fn scope_of(scope: Option<&Concept>) -> Scope {
    let mut codes = scope.into_iter().flat_map(|concept| &concept.coding);
    let own = codes.find(|coding| system_of(coding) == SCOPE);
    own.and_then(|coding| coding.code.as_deref()).map_or(Scope::Other, Scope::from_code)
}

fn coded(coding: &Coding) -> Option<Coded> {
    let code = coding.code.as_deref().filter(|code| !code.is_empty())?;
    Some(Coded::new(&clean(system_of(coding), 200), &clean(code, 100)))
}

/// A provision being read, with what of it could not be.
struct Reading<'b> {
    bases: &'b Bases,
    remarks: Vec<Reason>,
}

/// What a list came to: nothing of it counts where one of it cannot be read.
fn all_of<T, U>(
    list: &[T],
    read: impl Fn(&T) -> Option<U>,
    why: &'static str,
) -> Result<Vec<U>, &'static str> {
    list.iter().map(read).collect::<Option<Vec<U>>>().ok_or(why)
}

impl Reading<'_> {
    /// The effect of a policy rule, where it is one of HL7's directives.
    fn rule(&self, rule: Option<&Concept>) -> Result<Option<Effect>, &'static str> {
        let codes = rule.into_iter().flat_map(|concept| &concept.coding).filter_map(coded);
        let mut effects: Vec<Effect> = codes.filter_map(|code| Effect::of_policy(&code)).collect();
        effects.dedup();
        match effects.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err("its policy rule both permits and denies"),
        }
    }

    /// A provision with its type, which a root need not have.
    fn provision(&mut self, raw: &RawValue, depth: usize, is_root: bool) -> (Option<Effect>, Provision) {
        let said: r4::Provision = match serde_json::from_str(raw.get()) {
            Ok(said) if depth < DEEPEST => said,
            Ok(_) => return (None, self.unread("it is nested too deep".into())),
            Err(error) => return (None, self.unread(position(&error))),
        };
        let mut unread: Option<&'static str> = None;
        let effect = match said.kind.as_deref() {
            Some("permit") => Some(Effect::Permit),
            Some("deny") => Some(Effect::Deny),
            None if is_root => None,
            _ => {
                unread = Some("it neither permits nor denies");
                None
            }
        };
        let mut provision = Provision::all(effect.unwrap_or(Effect::Deny));
        let mut take = |went: Result<(), &'static str>| unread = unread.or(went.err());
        take(period(said.period.as_ref(), "its period cannot be read").map(|found| {
            provision.period = found.unwrap_or(TimeRange::ALL);
        }));
        take(period(said.data_period.as_ref(), "the time of its data cannot be read").map(|found| {
            provision.data_period = found;
        }));
        take(
            all_of(
                &said.actor,
                |actor| self.party(actor),
                "it is about somebody other than who gets the data",
            )
            .map(|found| provision.actors = found),
        );
        take(all_of(&said.action, action, "it is about an action that is not known here").map(|found| {
            provision.actions = found;
        }));
        take(all_of(&said.purpose, coded, "one of its purposes has no code").map(|found| {
            provision.purposes = found;
        }));
        let labels = all_of(
            &said.security_label,
            |coding| cleaned(label(coding)?),
            "one of its labels cannot be read",
        );
        take(labels.map(|found| provision.labels = found));
        take(
            all_of(&said.class, coded, "one of its classes has no code")
                .map(|found| provision.classes = found),
        );
        let codes = all_of(&said.code, codes_of, "one of its codes has none");
        take(codes.map(|found| provision.codes = found.into_iter().flatten().collect()));
        take(
            all_of(&said.data, |data| self.data(data), "it names data in a way that is not known here")
                .map(|found| provision.data = found),
        );
        if let Some(why) = unread {
            self.remarks.push(remark(why));
            provision.unread = Some(why.into());
        }
        provision.nested = said
            .provision
            .iter()
            .map(|raw| {
                let (effect, nested) = self.provision(raw, depth + 1, false);
                Provision { effect: effect.unwrap_or(Effect::Deny), ..nested }
            })
            .collect();
        (effect, provision)
    }

    fn unread(&mut self, why: String) -> Provision {
        let provision = Provision::unread(&why);
        self.remarks.push(remark(&why));
        provision
    }

    /// Somebody who gets the data. What another does with it cannot be told from here.
    fn party(&self, actor: &r4::Actor) -> Option<Party> {
        let codes = actor.role.iter().flat_map(|role| &role.coding);
        let mut codes = codes.filter(|coding| PARTICIPATION.contains(&system_of(coding)));
        let role = match codes.next()?.code.as_deref()? {
            "IRCP" => PartyRole::Recipient,
            "PRCP" => PartyRole::PrimaryRecipient,
            _ => return None,
        };
        Some(Party { role, who: self.reference(actor.reference.as_ref())? })
    }

    fn data(&self, data: &r4::Data) -> Option<DataRef> {
        let meaning = Meaning::from_code(data.meaning.as_deref()?)?;
        Some(DataRef { meaning, reference: self.reference(data.reference.as_ref())? })
    }

    /// `Type/id` of what lies on this server, the whole address of what does not; nothing of what has no address.
    fn reference(&self, reference: Option<&Reference>) -> Option<SmolStr> {
        let said =
            reference?.reference.as_deref().filter(|text| !text.is_empty() && !text.starts_with('#'))?;
        let whole = self.bases.relative(said).unwrap_or(said);
        let whole = whole.split("/_history/").next().unwrap_or(whole);
        Some(clean(whole, 200).into())
    }
}

fn remark(why: &str) -> Reason {
    format!("a provision of it: {why}; it withholds what it may be about")
}

fn action(concept: &Concept) -> Option<ConsentAction> {
    concept
        .coding
        .iter()
        .filter(|coding| system_of(coding) == ACTION)
        .find_map(|coding| ConsentAction::from_code(coding.code.as_deref()?))
}

fn cleaned(label: Label) -> Option<Label> {
    match label {
        Label::Tag(tag) if tag.code.is_empty() => None,
        label => Some(label),
    }
}

/// Each of which is enough.
fn codes_of(concept: &Concept) -> Option<Vec<Coded>> {
    let codes: Vec<Coded> = concept.coding.iter().filter_map(coded).collect();
    Some(codes).filter(|codes| !codes.is_empty())
}

/// From the first moment of its start to the last of its end.
fn period(period: Option<&Period>, why: &'static str) -> Result<Option<TimeRange>, &'static str> {
    let Some(period) = period else { return Ok(None) };
    let span = |text: Option<&str>| match text {
        None => Ok(None),
        Some(text) => parse_span(text).map(Some).ok_or(why),
    };
    let (start, end) = (span(period.start.as_deref())?, span(period.end.as_deref())?);
    let from = start.map_or(TimeRange::ALL.from(), TimeRange::from);
    let to = end.map_or(TimeRange::ALL.to(), TimeRange::to);
    TimeRange::new(from, to).map(Some).map_err(|_| why)
}

#[cfg(test)]
#[path = "consent_tests.rs"]
mod tests;
