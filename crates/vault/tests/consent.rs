//! What a consent withholds is not read by whoever looks, wherever it lies in the cache, and is counted; who watches reads everything.
#![allow(clippy::unwrap_used, clippy::panic)]

use clinical::consent::{
    Coded, Confidentiality, Consent, ConsentAction, DataRef, Decision, Effect, LOINC, Label, Looker, Meaning,
    Overarching, Provision, RESOURCE_TYPES, Record, Request, Scope, Status, decide,
};
use clinical::{
    Body, Code, Decimal, Dose, Episode, Fact, Flag, Instant, Marks, PatientId, Person, Priority, Quality,
    Sample, Segment, Sex, SmolStr, Source, TimeRange, Unreadable,
};
use proptest::prelude::*;
use vault::{HELD_ALARM, Key, PageCommit, Reader, Vault, VaultError, View};

const NOW: Instant = Instant(1_000_000);

fn open() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    (folder, vault)
}

fn source(reference: &str, version: &str) -> Source {
    Source { reference: reference.into(), version: version.into() }
}

fn fact(reference: &str, version: &str, body: Body) -> Fact {
    Fact { source: source(reference, version), updated_at: None, body }
}

fn sample(t: i64, code: &str) -> Sample {
    Sample {
        comparator: None,
        patient: "p".into(),
        device: None,
        code: Code::Loinc(code.into()),
        value: Decimal::whole(t),
        unit: "/min".into(),
        taken_at: Instant(t),
        quality: Quality::Good,
    }
}

fn value(n: i64, t: i64, code: &str) -> Fact {
    fact(&format!("Observation/{n}"), "1", Body::Samples(vec![sample(t, code)]))
}

fn stream(n: i64, start: i64, count: i64) -> Fact {
    let segment = Segment {
        patient: "p".into(),
        device: None,
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(start),
        period_ms: 10.0,
        scale: 0,
        mantissas: (0..count).map(|n| start + n * 10).collect(),
        marks: Marks::PLAIN,
    };
    fact(&format!("Observation/s{n}"), "1", Body::Segments(vec![segment]))
}

fn person() -> Fact {
    let person = Person {
        id: "p".into(),
        mrn: String::new(),
        family: "Somebody".into(),
        given: String::new(),
        birth_date: None,
        sex: Sex::Unknown,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    fact("Patient/p", "1", Body::Person(person))
}

fn consent_of(provision: Provision) -> Consent {
    Consent {
        id: "c".into(),
        patient: "p".into(),
        status: Status::Active,
        scope: Scope::Privacy,
        categories: Vec::new(),
        given: None,
        provision,
    }
}

fn except(exception: Provision) -> Provision {
    Provision { nested: vec![exception], ..Provision::all(Effect::Permit) }
}

fn deny() -> Provision {
    Provision::all(Effect::Deny)
}

fn commit(vault: &Vault, facts: Vec<Fact>, labels: Vec<(Source, Vec<Label>)>) {
    vault.commit(PageCommit { facts, labels, received: Instant(1), ..Default::default() }).unwrap();
}

fn say(vault: &Vault, version: &str, provision: Provision) {
    commit(vault, vec![fact("Consent/c", version, Body::Consent(consent_of(provision)))], Vec::new());
}

fn looker() -> Looker {
    Looker {
        broken: Vec::new(),
        who: vec!["Practitioner/1".into()],
        purpose: Coded::purpose("TREAT"),
        action: ConsentAction::Access,
    }
}

fn looks<T>(vault: &Vault, work: impl FnOnce(&Reader) -> Result<T, VaultError>) -> T {
    vault.read_for(View::NOW, &looker(), NOW, work).unwrap()
}

fn patient() -> PatientId {
    "p".into()
}

/// The moments of all values that a reader sees under a code.
fn times(reader: &Reader, code: &str) -> Vec<i64> {
    let series = reader.series_of(&patient()).unwrap().into_iter().find(|series| series.code == code);
    let Some(series) = series else { return Vec::new() };
    reader.points(series.id, Instant(i64::MIN), NOW).unwrap().iter().map(|point| point.t).collect()
}

fn shown(vault: &Vault, code: &str) -> Vec<i64> {
    looks(vault, |reader| Ok(times(reader, code)))
}

fn withheld(vault: &Vault) -> usize {
    looks(vault, |reader| reader.withheld_in(&patient(), TimeRange::until(NOW))).count()
}

fn restricted(n: i64) -> (Source, Vec<Label>) {
    (source(&format!("Observation/{n}"), "1"), vec![Label::Confidentiality(Confidentiality::Restricted)])
}

fn r() -> Provision {
    Provision { labels: vec![Label::Confidentiality(Confidentiality::Restricted)], ..deny() }
}

#[test]
fn who_asked_for_no_consent_sees_all_and_a_refusal_of_a_code_takes_it_from_who_looks_alone() {
    let (_folder, vault) = open();
    commit(
        &vault,
        (0..3).flat_map(|n| [value(n, n, "8867-4"), value(n + 10, n, "9279-1")]).collect(),
        vec![],
    );
    assert_eq!((shown(&vault, "8867-4"), withheld(&vault)), (vec![0, 1, 2], 0));
    let of_code = |code: &str| Provision { codes: vec![Coded::new(LOINC, code)], ..deny() };
    say(&vault, "1", except(of_code("8867-4")));
    assert_eq!(
        (shown(&vault, "8867-4"), shown(&vault, "9279-1"), withheld(&vault)),
        (vec![], vec![0, 1, 2], 3)
    );
    let latest = looks(&vault, |reader| reader.latest(Some(&patient())));
    assert_eq!(latest.iter().map(|value| value.series.code.as_str()).collect::<Vec<_>>(), ["9279-1"]);
    // What watches sees everything.
    assert_eq!(vault.read(|reader| Ok(times(reader, "8867-4"))).unwrap(), [0, 1, 2]);
    assert_eq!(vault.read(|reader| reader.withheld_in(&patient(), TimeRange::ALL)).unwrap().count(), 0);
    // Another version says otherwise, and a deletion says nothing.
    say(&vault, "2", except(of_code("9279-1")));
    assert_eq!((shown(&vault, "8867-4"), shown(&vault, "9279-1")), (vec![0, 1, 2], vec![]));
    say(&vault, "1", deny());
    assert_eq!(shown(&vault, "8867-4"), [0, 1, 2], "an older version that comes late changes nothing");
    commit(&vault, vec![fact("Consent/c", "3", Body::Deleted)], Vec::new());
    assert_eq!((shown(&vault, "9279-1"), withheld(&vault)), (vec![0, 1, 2], 0));
}

#[test]
fn a_consent_of_which_a_later_state_cannot_be_read_withholds_what_it_permitted() {
    let (_folder, vault) = open();
    commit(&vault, vec![value(1, 1, "8867-4")], Vec::new());
    say(&vault, "1", Provision::all(Effect::Permit));
    assert_eq!(shown(&vault, "8867-4"), [1]);
    let unread = Unreadable { reference: "Consent/c".into(), reason: "is not JSON".into(), body: "{".into() };
    let page = PageCommit { unreadable: vec![unread], received: Instant(2), ..Default::default() };
    assert!(vault.commit(page).unwrap().ward_changed);
    assert_eq!((shown(&vault, "8867-4"), withheld(&vault)), (vec![], 1));
    let words = looks(&vault, |reader| reader.withheld_in(&patient(), TimeRange::ALL)).to_string();
    assert_eq!(words, "1 withheld: a consent cannot be read (is not JSON) (1)");
    say(&vault, "2", Provision::all(Effect::Permit));
    assert_eq!(shown(&vault, "8867-4"), [1]);
}

#[test]
fn labels_are_kept_replaced_and_forgotten_with_what_they_are_of() {
    let (_folder, vault) = open();
    commit(&vault, (0..4).map(|n| value(n, n, "8867-4")).collect(), vec![restricted(1), restricted(2)]);
    say(&vault, "1", except(r()));
    assert_eq!((shown(&vault, "8867-4"), withheld(&vault)), (vec![0, 3], 2));
    // Another version without a label, and one that has it now.
    let again = |n: i64| fact(&format!("Observation/{n}"), "2", Body::Samples(vec![sample(n, "8867-4")]));
    let label = (source("Observation/3", "2"), vec![Label::Confidentiality(Confidentiality::VeryRestricted)]);
    commit(&vault, vec![again(1), again(3)], vec![label]);
    assert_eq!(shown(&vault, "8867-4"), [0, 1]);
    commit(&vault, vec![fact("Observation/3", "3", Body::Deleted)], Vec::new());
    commit(&vault, vec![fact("Observation/3", "4", Body::Samples(vec![sample(3, "8867-4")]))], Vec::new());
    assert_eq!(shown(&vault, "8867-4"), [0, 1, 3], "made again without a label");
    // Thousands more seal what was in rows: its labels stay with it.
    commit(
        &vault,
        (100..3_100).map(|n| value(n, n, "8867-4")).collect(),
        (100..110).map(restricted).collect(),
    );
    commit(&vault, (5_000..8_000).map(|n| value(n, n, "8867-4")).collect(), Vec::new());
    let sealed = shown(&vault, "8867-4");
    assert_eq!((sealed.len(), withheld(&vault)), (3 + 2_990 + 3_000, 1 + 10));
    assert!(!sealed.contains(&2) && !sealed.iter().any(|t| (100..110).contains(t)));
}

#[test]
fn of_a_page_without_labels_nothing_is_kept_and_a_stream_that_is_shown_stays_packed() {
    let (folder, vault) = open();
    commit(&vault, vec![value(1, 1, "8867-4"), stream(1, 100, 2_000)], Vec::new());
    say(&vault, "1", except(r()));
    assert_eq!(shown(&vault, "8867-4").len(), 2_001);
    let blocks = looks(&vault, |reader| {
        let series = reader.series_of(&patient())?.remove(0).id;
        reader.window(series, Instant(0), NOW)?.blocks()
    });
    assert_eq!(blocks.len(), 2_001);
    drop((vault, folder));
}

#[test]
fn alarms_stay_and_lose_their_words_and_doses_go_with_their_count() {
    let (_folder, vault) = open();
    let episode = |id: &str, priority, measure| Episode {
        id: id.into(),
        patient: Some(patient()),
        priority,
        text: "HR 150 > 130".into(),
        measure,
        onset: Instant(5),
        ended: None,
        renewed: None,
    };
    let dose = Dose {
        id: "d".into(),
        patient: patient(),
        what: "Morphine".into(),
        amount: None,
        at: Instant(6),
        identity: None,
        device: None,
    };
    let flag = Flag {
        id: "f".into(),
        patient: patient(),
        codes: vec!["s|c".into()],
        by: String::new(),
        since: Instant(1),
        until: None,
    };
    let heart = Some(clinical::Measure::HeartRate);
    let facts = vec![
        person(),
        value(1, 4, "8867-4"),
        fact("DetectedIssue/hr", "1", Body::Episode(episode("hr", Priority::High, heart))),
        fact(
            "DetectedIssue/rr",
            "1",
            Body::Episode(episode("rr", Priority::Low, Some(clinical::Measure::RespRate))),
        ),
        fact("DetectedIssue/score", "1", Body::Episode(episode("score", Priority::Medium, None))),
        fact("DetectedIssue/lead", "1", Body::Episode(episode("lead", Priority::Technical, heart))),
        fact("MedicationAdministration/d", "1", Body::Dose(dose)),
        fact("Flag/f", "1", Body::Flag(flag.clone())),
    ];
    commit(&vault, facts, Vec::new());
    let words = |vault: &Vault| -> Vec<(String, bool)> {
        let episodes = looks(vault, |reader| reader.episodes_since(Instant(0)));
        episodes.iter().map(|e| (e.id.to_string(), e.text == HELD_ALARM)).collect()
    };
    let hidden = |names: &[&str]| -> Vec<(String, bool)> {
        ["hr", "lead", "rr", "score"].iter().map(|id| ((*id).to_owned(), names.contains(id))).collect()
    };
    assert_eq!(words(&vault), hidden(&[]));
    // A value that an alarm tells of takes its words along; a technical one tells of none.
    say(&vault, "1", except(Provision { codes: vec![Coded::new(LOINC, "8867-4")], ..deny() }));
    assert_eq!(words(&vault), hidden(&["hr", "score", "lead"]), "the code is that of the alarms as well");
    let class = |kind: &str| Provision { classes: vec![Coded::new(RESOURCE_TYPES, kind)], ..deny() };
    say(&vault, "2", except(class("Observation")));
    assert_eq!(words(&vault), hidden(&["hr", "score"]));
    let ward = looks(&vault, |reader| reader.ward());
    assert_eq!((ward.episodes.len(), ward.values.len()), (4, 1), "a ward has all that is watched");
    assert!(
        ward.sight.held_value(&ward.values[0], NOW).is_some() && ward.sight.held_flag(&flag, NOW).is_none()
    );
    let doses = |vault: &Vault| looks(vault, |reader| reader.doses(&patient(), Instant(0))).len();
    assert_eq!(doses(&vault), 1);
    say(&vault, "3", except(class("MedicationAdministration")));
    assert_eq!((words(&vault), doses(&vault), withheld(&vault)), (hidden(&[]), 0, 1));
    let whole = vault.read(|reader| reader.ward()).unwrap();
    assert!(whole.sight.veil.is_clear());
}

fn labels_of(n: i64) -> Vec<Label> {
    match n % 5 {
        1 => vec![Label::Confidentiality(Confidentiality::Restricted)],
        2 => vec![Label::Tag(Coded::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HIV"))],
        _ => Vec::new(),
    }
}

/// A provision of what a station can tell of a value.
fn provisions() -> impl Strategy<Value = Provision> {
    let labels = prop_oneof![2 => Just(Vec::new()), 1 => (1i64..3).prop_map(labels_of)];
    let periods = prop_oneof![2 => Just(None), 1 => (0i64..4_000, 0i64..4_000).prop_map(|(a, b)| TimeRange::of_ms(a.min(b), a.max(b)).ok())];
    let data = prop_oneof![2 => Just(None), 1 => (0i64..3_000).prop_map(Some)];
    let codes = prop_oneof![2 => Just(None), 1 => Just(Some("8867-4")), 1 => Just(Some("9279-1"))];
    let one = (any::<bool>(), labels, periods, data, codes).prop_map(
        |(permits, labels, data_period, data, code)| Provision {
            labels,
            data_period,
            data: data
                .into_iter()
                .map(|n| DataRef {
                    meaning: Meaning::Instance,
                    reference: SmolStr::from(format!("Observation/{n}")),
                })
                .collect(),
            codes: code.into_iter().map(|code| Coded::new(LOINC, code)).collect(),
            ..Provision::all(if permits { Effect::Permit } else { Effect::Deny })
        },
    );
    (one.clone(), proptest::collection::vec(one, 0..3))
        .prop_map(|(root, nested)| Provision { nested, ..root })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn each_value_is_shown_or_counted_as_its_own_resource_would_be(
        provision in provisions(), singles in proptest::collection::vec(0i64..4_000, 1..40), hot in any::<bool>(), cut in 0i64..4_000,
    ) {
        let (_folder, vault) = open();
        // Single values in rows and, with many more, in sealed chunks; a stream of its own resource.
        let mut facts: Vec<Fact> = (0_i64..).zip(&singles).map(|(n, t)| value(n, *t, "8867-4")).collect();
        if !hot {
            facts.extend((100..1_500).map(|n| value(n, n * 2, "8867-4")));
        }
        facts.push(stream(1, 1_000, 700));
        let labels: Vec<(Source, Vec<Label>)> = facts
            .iter()
            .filter_map(|fact| {
                let n: i64 = fact.source.reference.strip_prefix("Observation/")?.parse().ok()?;
                Some((fact.source.clone(), labels_of(n))).filter(|(_, labels)| !labels.is_empty())
            })
            .collect();
        commit(&vault, facts.clone(), labels.clone());
        say(&vault, "1", provision.clone());
        let consents = [consent_of(provision)];
        let request = Request { who: looker().who, purpose: looker().purpose, action: ConsentAction::Access, at: NOW };
        // The pulse rate's codes stand for one measure: a refusal of one is a refusal of each.
        let mut wanted: Vec<i64> = Vec::new();
        let mut held = 0;
        for fact in &facts {
            let own = labels.iter().find(|(source, _)| *source == fact.source).map_or(&[][..], |(_, labels)| labels);
            let moments: Vec<i64> = match &fact.body {
                Body::Samples(samples) => samples.iter().map(|sample| sample.taken_at.0).collect(),
                Body::Segments(segments) => (0..700).map(|n| segments[0].time_of(n).0).collect(),
                _ => Vec::new(),
            };
            for t in moments {
                let record = Record {
                    patient: &patient(), reference: &fact.source.reference,
                    classes: &[Coded::new(RESOURCE_TYPES, "Observation")], codes: &[Coded::new(LOINC, "8867-4")],
                    labels: own, authors: &[], related: &[], time: Some(TimeRange::starting(Instant(t), 0)),
                };
                match decide(&Overarching::default(), &consents, &request, &record) {
                    Decision::Allowed { .. } => wanted.push(t),
                    Decision::Withheld { .. } => held += 1,
                }
            }
        }
        wanted.sort_unstable();
        let mut found = shown(&vault, "8867-4");
        found.sort_unstable();
        prop_assert_eq!(&found, &wanted);
        prop_assert_eq!(withheld(&vault), held);
        // A part of it is that part of all.
        let part = looks(&vault, |reader| {
            let series = reader.series_of(&patient())?.remove(0).id;
            Ok(reader.points(series, Instant(cut), Instant(cut + 500))?.len())
        });
        prop_assert_eq!(part, wanted.iter().filter(|t| (cut..=cut + 500).contains(t)).count());
        let spans = looks(&vault, |reader| {
            let series = reader.series_of(&patient())?.remove(0).id;
            reader.min_max(series, Instant(0), Instant(9_000), 9)
        });
        prop_assert_eq!(spans.iter().any(Option::is_some), !wanted.is_empty());
    }
}
