//! A second evaluator, written from the rules in `docs/consent.md` and from nothing else: it lists every way down a consent, keeps the
//! lists that match, and strikes out. Slow, and of another build than the one that is used.

use std::collections::BTreeSet;
use std::time::Instant as Clock;

use smol_str::SmolStr;

use crate::consent::codes::{Coded, Label, PURPOSES, SENSITIVITIES};
use crate::consent::model::{
    Consent, ConsentAction, DataRef, Effect, Meaning, Party, PartyRole, Provision, Scope, Status,
};
use crate::consent::{
    BasePolicy, Confidentiality, Decision, Guarded, Overarching, Record, Request, Why, decide, filter,
};
use crate::{Instant, PatientId, TimeRange};

type Said = Result<Option<String>, (Option<String>, Why)>;
type Pairs = BTreeSet<(String, String)>;

/// What lies below what, in any number of steps, and below itself.
fn closure(list: &[(&str, &str)]) -> Pairs {
    let mut all: Pairs = list.iter().map(|(low, high)| ((*low).into(), (*high).into())).collect();
    loop {
        let more: Pairs = all
            .iter()
            .flat_map(|(low, mid)| {
                all.iter().filter(move |(from, _)| from == mid).map(|(_, high)| (low.clone(), high.clone()))
            })
            .filter(|pair| !all.contains(pair))
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

struct Book {
    sensitivities: Pairs,
    purposes: Pairs,
}

fn below(pairs: &Pairs, system: &str, low: &Coded, high: &Coded) -> bool {
    low == high
        || [low, high].iter().all(|code| code.system.ends_with(system))
            && pairs.contains(&(low.code.to_string(), high.code.to_string()))
}

/// The innermost on a way that names something of a kind.
fn innermost<'a>(way: &[&'a Provision], names: impl Fn(&Provision) -> bool) -> Option<&'a Provision> {
    way.iter().rev().find(|provision| names(provision)).copied()
}

fn is_bare(provision: &Provision, kind: &str) -> bool {
    match kind {
        "actor" => provision.actors.is_empty(),
        "action" => provision.actions.is_empty(),
        "purpose" => provision.purposes.is_empty(),
        "label" => provision.labels.is_empty(),
        "class" => provision.classes.is_empty(),
        "code" => provision.codes.is_empty(),
        "time" => provision.data_period.is_none(),
        _ => provision.data.is_empty(),
    }
}

const OF_THE_REQUEST: [&str; 3] = ["purpose", "actor", "action"];
const OF_THE_DATA: [&str; 5] = ["label", "class", "code", "time", "data"];

impl Book {
    fn is_met(
        &self,
        way: &[&Provision],
        kind: &str,
        site: &Overarching,
        request: &Request,
        record: &Record,
    ) -> bool {
        let Some(named) = innermost(way, |provision| !is_bare(provision, kind)) else { return true };
        let permits =
            |provision: &Provision| provision.effect == Effect::Permit && provision.unread.is_none();
        match kind {
            "actor" => named.actors.iter().any(|party| request.who.contains(&party.who)),
            "action" => named.actions.contains(&request.action),
            "purpose" => named
                .purposes
                .iter()
                .any(|high| below(&self.purposes, "v3-ActReason", &request.purpose, high)),
            "label" => self.is_labelled(&named.labels, permits(named), record, site.unlabelled),
            "class" => named.classes.iter().any(|class| record.classes.contains(class)),
            "code" => named.codes.iter().any(|code| record.codes.contains(code)),
            "time" => {
                let (from, to) = named.data_period.unwrap().ms();
                match (record.time.map(TimeRange::ms), permits(way.last().unwrap())) {
                    (None, permits) => !permits,
                    (Some((start, end)), true) => from <= start && end <= to,
                    (Some((start, end)), false) => start <= to && from <= end,
                }
            }
            _ => named.data.iter().any(|data| {
                let is = record.reference == data.reference;
                let tied = record.related.contains(&data.reference);
                match data.meaning {
                    Meaning::Instance => is,
                    Meaning::AuthoredBy => record.authors.contains(&data.reference),
                    Meaning::Related | Meaning::Dependents => is || tied,
                }
            }),
        }
    }

    fn is_labelled(
        &self,
        named: &[Label],
        permits: bool,
        record: &Record,
        unlabelled: Confidentiality,
    ) -> bool {
        let mut own = None;
        for label in record.labels {
            if let Label::Confidentiality(level) = label {
                own = own.max(Some(*level));
            }
        }
        let own = own.unwrap_or(unlabelled);
        let mut sensitive = Vec::new();
        let mut met = Vec::new();
        for label in record.labels {
            let Label::Tag(tag) = label else { continue };
            let by = |high: &Label| matches!(high, Label::Tag(high) if below(&self.sensitivities, "v3-ActCode", tag, high));
            let above = |low: &Label| matches!(low, Label::Tag(low) if below(&self.sensitivities, "v3-ActCode", low, tag));
            let is_met = named.iter().any(by) || !permits && named.iter().any(above);
            met.push(is_met);
            if tag.system.ends_with("v3-ActCode") {
                sensitive.push(is_met);
            }
        }
        let by_level = named.iter().any(|label| match label {
            Label::Confidentiality(level) => (permits && own <= *level) || (!permits && own >= *level),
            Label::Tag(_) => false,
        });
        by_level || met.contains(&true) && (!permits || !sensitive.contains(&false))
    }

    fn decide(&self, site: &Overarching, consents: &[Consent], request: &Request, record: &Record) -> Said {
        let is =
            |purpose: &str| below(&self.purposes, "v3-ActReason", &request.purpose, &Coded::purpose(purpose));
        let mut standing: Vec<&Consent> = consents.iter().collect();
        standing.retain(|consent| consent.status == Status::Active && consent.patient == *record.patient);
        standing.retain(|consent| match consent.scope {
            Scope::Research => is("HRESCH"),
            scope => matches!(scope, Scope::Privacy | Scope::Other),
        });
        standing.sort_by_key(|consent| {
            (std::cmp::Reverse(consent.given.map(|given| given.ms().0)), consent.id.clone())
        });
        // (permits, what it names, the consent, why)
        let mut said: Vec<(bool, BTreeSet<&str>, &Consent, Why)> = Vec::new();
        let mut not_meant: Vec<(&Consent, Why)> = Vec::new();
        for consent in standing {
            let mut ways: Vec<Vec<&Provision>> = vec![vec![&consent.provision]];
            let mut next = 0;
            while next < ways.len() {
                let way = ways[next].clone();
                let end = *way.last().unwrap();
                // Nothing below what cannot be read counts.
                if end.unread.is_none() {
                    ways.extend(end.nested.iter().map(|nested| [&way[..], &[nested]].concat()));
                }
                next += 1;
            }
            ways.retain(|way| {
                let holds = way.iter().all(|provision| provision.period.contains(request.at));
                let kinds = OF_THE_REQUEST.iter().chain(&OF_THE_DATA);
                holds && kinds.into_iter().all(|kind| self.is_met(way, kind, site, request, record))
            });
            if let Some(why) = ways.iter().find_map(|way| way.last().unwrap().unread.clone()) {
                return Err((Some(consent.id.to_string()), Why::Unreadable(why)));
            }
            let innermost_ways = ways.iter().filter(|way| {
                let goes_on = |other: &&Vec<&Provision>| {
                    other.len() > way.len() && other.iter().zip(way.iter()).all(|(a, b)| std::ptr::eq(*a, *b))
                };
                !ways.iter().any(|other| goes_on(&other))
            });
            let names = |way: &[&Provision], kinds: &[&'static str]| -> BTreeSet<&'static str> {
                kinds.iter().copied().filter(|kind| way.iter().any(|p| !is_bare(p, kind))).collect()
            };
            for way in innermost_ways {
                let permits = way.last().unwrap().effect == Effect::Permit;
                if permits && consent.scope == Scope::Other {
                    continue;
                }
                let mut named = names(way, &OF_THE_REQUEST);
                named.extend(names(way, &OF_THE_DATA));
                said.push((permits, named, consent, Why::Denied));
            }
            let root = &consent.provision;
            let is_permission =
                root.effect == Effect::Permit && root.unread.is_none() && consent.scope != Scope::Other;
            if !ways.is_empty() || !is_permission {
                continue;
            }
            let meets = |kind: &str| self.is_met(&[root], kind, site, request, record);
            let (from, to) = root.period.ms();
            let why = [
                (!meets("purpose"), Why::OtherPurpose),
                (request.at.0 > to, Why::Over),
                (request.at.0 < from, Why::NotYet),
                (!meets("actor"), Why::OtherPeople),
                (!meets("action"), Why::OtherAction),
            ];
            match why.into_iter().find(|(is, _)| *is) {
                Some((_, why)) => not_meant.push((consent, why)),
                None => said.push((false, names(&[root], &OF_THE_REQUEST), consent, Why::OtherData)),
            }
        }
        let permissions: Vec<_> = said.iter().filter(|(permits, ..)| *permits).collect();
        for (permits, denied, by, why) in &said {
            let lifted = permissions.iter().any(|(_, permitted, consent, _)| {
                if consent.id == by.id {
                    denied.is_subset(permitted) && denied.len() < permitted.len()
                } else {
                    let newer = by
                        .given
                        .is_some_and(|last| consent.given.is_some_and(|first| first.ms().0 > last.ms().1));
                    newer && denied.is_subset(permitted)
                }
            });
            if !permits && !lifted {
                return Err((Some(by.id.to_string()), why.clone()));
            }
        }
        if let Some((_, _, by, _)) = permissions.first() {
            return Ok(Some(by.id.to_string()));
        }
        let of_another_purpose = |(_, why): &&(&Consent, Why)| *why == Why::OtherPurpose;
        let first = not_meant.iter().find(|one| !of_another_purpose(one));
        let first = first.or_else(|| not_meant.iter().find(of_another_purpose).filter(|_| !is("TREAT")));
        if let Some((by, why)) = first {
            return Err((Some(by.id.to_string()), why.clone()));
        }
        match site.without_consent {
            BasePolicy::PermitAuthorised => Ok(None),
            BasePolicy::PermitTreatment if is("TREAT") => Ok(None),
            _ => Err((None, Why::NoConsent)),
        }
    }
}

/// The same sequence on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.roll(one_in) == 0
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// Mostly nothing, else one or two.
    fn some<T: Clone>(&mut self, of: &[T], one_in: usize) -> Vec<T> {
        let count = if self.is(one_in) { 1 + self.roll(2) } else { 0 };
        (0..count).map(|_| self.pick(of)).collect()
    }

    fn range(&mut self) -> TimeRange {
        let (a, b) = (self.roll(10), self.roll(10));
        let ms = |n: usize| i64::try_from(n).unwrap();
        TimeRange::of_ms(ms(a.min(b)), ms(a.max(b))).unwrap()
    }

    fn provision(&mut self, depth: usize) -> Provision {
        let nested = if depth < 3 && self.is(2) { 1 + self.roll(2) } else { 0 };
        let meanings = [Meaning::Instance, Meaning::Related, Meaning::Dependents, Meaning::AuthoredBy];
        let period = if self.is(4) { self.range() } else { TimeRange::ALL };
        let data_period = if self.is(6) { Some(self.range()) } else { None };
        let references = self.some(&REFERENCES, 5);
        Provision {
            effect: self.pick(&[Effect::Permit, Effect::Permit, Effect::Deny]),
            period,
            actors: self
                .some(&WHO, 5)
                .into_iter()
                .map(|who| Party { role: PartyRole::Recipient, who: who.into() })
                .collect(),
            actions: self.some(&ACTIONS, 6),
            purposes: self.some(&WHAT_FOR, 2).into_iter().map(Coded::purpose).collect(),
            labels: self.some(&labels(), 3),
            classes: self.some(&[class("Observation"), class("Device")], 8),
            codes: self.some(&[Coded::new("l", "1"), Coded::new("l", "2")], 8),
            data_period,
            data: references
                .into_iter()
                .map(|reference| DataRef { meaning: self.pick(&meanings), reference: reference.into() })
                .collect(),
            nested: (0..nested).map(|_| self.provision(depth + 1)).collect(),
            unread: self.is(40).then(|| "unread".into()),
        }
    }

    fn consent(&mut self, n: usize) -> Consent {
        use Scope::{Other, Privacy, Research, Treatment};
        let given = Instant(i64::try_from(self.roll(4)).unwrap());
        let length = i64::try_from(self.roll(2)).unwrap();
        Consent {
            id: format!("{n}").into(),
            patient: self.pick(&["p", "p", "p", "q"]).into(),
            status: self.pick(&[Status::Active, Status::Active, Status::Active, Status::Inactive]),
            scope: self.pick(&[Privacy, Privacy, Privacy, Privacy, Research, Treatment, Other]),
            categories: Vec::new(),
            given: (!self.is(8)).then_some(TimeRange::starting(given, length)),
            provision: self.provision(0),
        }
    }

    fn thing(&mut self) -> Thing {
        let time = if self.is(4) { None } else { Some(self.range()) };
        let owned = |list: Vec<&str>| list.into_iter().map(SmolStr::new).collect();
        Thing {
            patient: self.pick(&["p", "p", "p", "q", "r"]).into(),
            reference: self.pick(&REFERENCES).into(),
            classes: vec![class(self.pick(&["Observation", "Device"]))],
            codes: self.some(&[Coded::new("l", "1"), Coded::new("l", "2")], 2),
            labels: self.some(&labels(), 2),
            authors: owned(self.some(&REFERENCES, 2)),
            related: owned(self.some(&REFERENCES, 2)),
            time,
        }
    }

    fn request(&mut self) -> Request {
        Request {
            who: self.some(&WHO, 2).into_iter().map(SmolStr::new).collect(),
            purpose: Coded::purpose(self.pick(&WHAT_FOR)),
            action: self.pick(&ACTIONS),
            at: Instant(i64::try_from(self.roll(10)).unwrap()),
        }
    }
}

const REFERENCES: [&str; 4] = ["Observation/1", "Observation/2", "Encounter/1", "Practitioner/1"];
const WHO: [&str; 3] = ["Practitioner/1", "Organization/1", "Group/1"];
const ACTIONS: [ConsentAction; 2] = [ConsentAction::Access, ConsentAction::Disclose];
const WHAT_FOR: [&str; 7] = ["TREAT", "BTG", "ERTREAT", "HPAYMT", "HRESCH", "CLINTRCHPC", "HMARKT"];

fn class(kind: &str) -> Coded {
    Coded::new("http://hl7.org/fhir/resource-types", kind)
}

fn labels() -> Vec<Label> {
    let of = |system: &str, code: &str| {
        Label::of(&format!("http://terminology.hl7.org/CodeSystem/{system}"), code).unwrap()
    };
    let levels = ["U", "L", "M", "N", "R", "V"].map(|code| of("v3-Confidentiality", code));
    let tags = ["ETH", "ETHUD", "SUD", "PSY", "PSYTHPN", "SPI", "HIV"].map(|code| of("v3-ActCode", code));
    levels.into_iter().chain(tags).chain([of("v3-ActReason", "HTEST")]).collect()
}

#[derive(Clone)]
struct Thing {
    patient: PatientId,
    reference: SmolStr,
    classes: Vec<Coded>,
    codes: Vec<Coded>,
    labels: Vec<Label>,
    authors: Vec<SmolStr>,
    related: Vec<SmolStr>,
    time: Option<TimeRange>,
}

impl Guarded for Thing {
    fn record(&self) -> Record<'_> {
        Record {
            patient: &self.patient,
            reference: &self.reference,
            classes: &self.classes,
            codes: &self.codes,
            labels: &self.labels,
            authors: &self.authors,
            related: &self.related,
            time: self.time,
        }
    }
}

fn site(dice: &mut Dice) -> Overarching {
    use BasePolicy::{DenyAll, PermitAuthorised, PermitTreatment};
    Overarching {
        without_consent: dice.pick(&[PermitTreatment, PermitAuthorised, DenyAll]),
        unlabelled: dice.pick(&[Confidentiality::Normal, Confidentiality::VeryRestricted]),
    }
}

#[test]
fn ten_thousand_consents_are_read_as_the_rules_read_them() {
    let book = Book { sensitivities: closure(SENSITIVITIES), purposes: closure(PURPOSES) };
    let (mut dice, mut consents_seen) = (Dice(18), 0);
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for round in 0..5_000 {
        let consents: Vec<Consent> = (0..1 + dice.roll(4)).map(|n| dice.consent(n)).collect();
        consents_seen += consents.len();
        let site = site(&mut dice);
        for _ in 0..4 {
            let (request, things) = (dice.request(), [dice.thing(), dice.thing()]);
            let mut shown = 0;
            for thing in &things {
                let found = match decide(&site, &consents, &request, &thing.record()) {
                    Decision::Allowed { by } => Ok(by.map(ToString::to_string)),
                    Decision::Withheld { by, why } => Err((by.map(ToString::to_string), why)),
                };
                let expected = book.decide(&site, &consents, &request, &thing.record());
                assert_eq!(found, expected, "round {round}: {consents:#?} {request:?} {:?}", thing.record());
                shown += usize::from(found.is_ok());
                let word = match found {
                    Ok(None) => "allowed by the site".to_owned(),
                    Ok(Some(_)) => "allowed by a consent".to_owned(),
                    Err((_, why)) => why.to_string(),
                };
                *outcomes.entry(word).or_default() += 1;
            }
            let filtered = filter(&site, &consents, &request, things);
            assert_eq!((filtered.shown.len(), filtered.withheld.count()), (shown, 2 - shown));
        }
    }
    println!("{consents_seen} consents: {outcomes:#?}");
    assert!(consents_seen >= 10_000);
    // Each way out is gone often enough that a fault in it would be seen.
    assert!(outcomes.len() == 11 && outcomes.values().all(|count| *count >= 50), "{outcomes:?}");
}

/// A figure, not a promise of this machine: `cargo test --release -p clinical -- --ignored --nocapture hundred_thousand`.
#[test]
#[ignore = "prints how long it takes; run it with --release"]
fn a_hundred_thousand_resources_are_filtered_within_a_second() {
    let mut dice = Dice(7);
    let consents: Vec<Consent> =
        (0..64).map(|n| Consent { patient: format!("p{}", n % 16).into(), ..dice.consent(n) }).collect();
    let things: Vec<Thing> =
        (0..100_000).map(|n| Thing { patient: format!("p{}", n % 16).into(), ..dice.thing() }).collect();
    let request = dice.request();
    let start = Clock::now();
    let filtered = filter(&Overarching::default(), &consents, &request, things);
    let took = start.elapsed();
    println!("100,000 resources under 64 consents of 16 people: {took:?}; {}", filtered.withheld);
    assert_eq!(filtered.shown.len() + filtered.withheld.count(), 100_000);
    assert!(took.as_secs_f64() <= 1.0, "{took:?}");
}
