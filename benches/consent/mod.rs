//! How long it takes to say of a hundred thousand resources what is shown of them, under the consents of sixty-four people.

use std::time::Instant as Wall;

use clinical::consent::{
    Coded, Confidentiality, Consent, ConsentAction, Effect, Guarded, LOINC, Label, Overarching, Party,
    PartyRole, Provision, RESOURCE_TYPES, Record, Request, Scope, Status, filter,
};
use clinical::{Instant, PatientId, TimeRange};

struct Thing {
    patient: PatientId,
    reference: String,
    classes: Vec<Coded>,
    codes: Vec<Coded>,
    labels: Vec<Label>,
    at: Instant,
}

impl Guarded for Thing {
    fn record(&self) -> Record<'_> {
        Record {
            patient: &self.patient,
            reference: &self.reference,
            classes: &self.classes,
            codes: &self.codes,
            labels: &self.labels,
            authors: &[],
            related: &[],
            time: Some(TimeRange::starting(self.at, 0)),
        }
    }
}

const PEOPLE: usize = 64;

/// Two of each: everything for treatment but what is restricted, of HIV, or of last year; and what one practitioner may see all the same.
fn consents() -> Vec<Consent> {
    let restricted = || Label::Confidentiality(Confidentiality::Restricted);
    let hiv = || Label::Tag(Coded::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HIV"));
    let deny = || Provision::all(Effect::Deny);
    let nested = vec![
        Provision { labels: vec![restricted(), hiv()], ..deny() },
        Provision { data_period: TimeRange::of_ms(0, 40_000).ok(), ..deny() },
        Provision { codes: vec![Coded::new(LOINC, "8310-5")], ..deny() },
    ];
    let root = Provision {
        purposes: ["TREAT", "HPAYMT", "HOPERAT"].map(Coded::purpose).to_vec(),
        nested,
        ..Provision::all(Effect::Permit)
    };
    let focused = Provision {
        actors: vec![Party { role: PartyRole::Recipient, who: "Practitioner/1".into() }],
        labels: vec![restricted()],
        ..Provision::all(Effect::Permit)
    };
    let of = |n: usize, provision: &Provision| Consent {
        id: format!("c{n}").into(),
        patient: format!("p{}", n % PEOPLE).into(),
        status: Status::Active,
        scope: Scope::Privacy,
        categories: Vec::new(),
        given: Some(TimeRange::starting(Instant(n as i64), 0)),
        provision: provision.clone(),
    };
    (0..PEOPLE).map(|n| of(n, &root)).chain((PEOPLE..2 * PEOPLE).map(|n| of(n, &focused))).collect()
}

/// Seconds, and how many were withheld.
pub(crate) fn filtered(count: usize) -> (f64, usize) {
    let labels = |n: usize| match n % 10 {
        1 => vec![Label::Confidentiality(Confidentiality::Restricted)],
        2 => vec![Label::Tag(Coded::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HIV"))],
        _ => Vec::new(),
    };
    let thing = |n: usize| Thing {
        patient: format!("p{}", n % (2 * PEOPLE)).into(),
        reference: format!("Observation/{n}"),
        classes: vec![Coded::new(RESOURCE_TYPES, "Observation")],
        codes: vec![Coded::new(LOINC, ["8867-4", "8310-5", "59408-5"][n % 3])],
        labels: labels(n),
        at: Instant(n as i64),
    };
    let things: Vec<Thing> = (0..count).map(thing).collect();
    let (consents, at) = (consents(), Instant(1_000_000));
    let (purpose, action) = (Coded::purpose("TREAT"), ConsentAction::Access);
    let request = Request { who: vec!["Practitioner/2".into()], purpose, action, at };
    let began = Wall::now();
    let filtered = filter(&Overarching::default(), &consents, &request, things);
    let took = began.elapsed().as_secs_f64();
    assert_eq!(filtered.shown.len() + filtered.withheld.count(), count);
    (took, filtered.withheld.count())
}
