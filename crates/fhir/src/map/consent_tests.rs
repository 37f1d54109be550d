use clinical::consent::{Decision, Overarching, Record, Request, Why, decide};
use clinical::{Body, Instant};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::*;
use crate::map::resource::map_resource;
use crate::page::bundle::read_page;
use crate::wire::time::format_instant;

const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const LEVEL: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
const TYPES: &str = "http://hl7.org/fhir/resource-types";

/// A Consent as PCF's examples are written, but for its provision.
fn around(provision: Value) -> Value {
    json!({
        "resourceType": "Consent", "id": "c", "meta": { "versionId": "3", "lastUpdated": "2022-06-14T00:00:00Z" },
        "status": "active", "scope": { "coding": [{ "system": SCOPE, "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "59284-0", "display": "Consent" }] }],
        "patient": { "reference": "Patient/p" }, "dateTime": "2022-06-13",
        "performer": [{ "reference": "Patient/p" }], "organization": [{ "reference": "Organization/o" }],
        "policy": [{ "uri": "http://example.org/policies/base.txt" }], "provision": provision,
    })
}

fn came(text: &str) -> (Option<Consent>, Option<String>) {
    let came = map_resource(text, &Bases::default());
    let consent = came.fact.map(|fact| match fact.body {
        Body::Consent(consent) => consent,
        other => panic!("{other:?}"),
    });
    (consent, came.unreadable.map(|held| held.reason))
}

fn read(consent: &Value) -> Consent {
    let (found, wrong) = came(&consent.to_string());
    assert_eq!(wrong, None, "{consent}");
    found.unwrap()
}

/// Of whoever asks for treatment whatever of a plain value: whether it is shown.
fn shows(consent: &Consent) -> Result<(), Why> {
    let request = Request {
        who: Vec::new(),
        purpose: Coded::purpose("TREAT"),
        action: ConsentAction::Access,
        at: Instant(0),
    };
    let record = Record {
        patient: &"p".into(),
        reference: "Observation/1",
        classes: &[Coded::new(TYPES, "Observation")],
        codes: &[],
        labels: &[],
        authors: &[],
        related: &[],
        time: None,
    };
    match decide(&Overarching::default(), std::slice::from_ref(consent), &request, &record) {
        Decision::Allowed { .. } => Ok(()),
        Decision::Withheld { why, .. } => Err(why),
    }
}

#[test]
fn what_of_a_consent_cannot_be_read_is_set_aside_and_withholds() {
    let with = |member: &str, value: Value| {
        let mut provision = json!({ "type": "permit" });
        provision[member] = value;
        provision
    };
    let coding = |system: &str, code: &str| json!([{ "system": system, "code": code }]);
    let party = |role: &str, reference: Value| {
        let role = json!({ "coding": coding(PARTICIPATION[0], role) });
        json!([{ "role": role, "reference": reference }])
    };
    let practitioner = || json!({ "reference": "Practitioner/1" });
    for (name, provision, word) in [
        ("a type that is none", json!({ "type": "maybe" }), "neither permits nor denies"),
        ("no type", json!({}), "neither permits nor denies"),
        ("a period", with("period", json!({ "start": "soon" })), "period"),
        ("a turned period", with("period", json!({ "start": "2022", "end": "2021" })), "period"),
        ("a data period", with("dataPeriod", json!({ "end": "late" })), "time of its data"),
        ("a custodian", with("actor", party("CST", practitioner())), "somebody other"),
        (
            "somebody without an address",
            with("actor", party("IRCP", json!({ "display": "Dr X" }))),
            "somebody other",
        ),
        ("an action", with("action", json!([{ "coding": coding(ACTION, "burn") }])), "action"),
        ("a purpose without a code", with("purpose", json!([{ "display": "care" }])), "purpose"),
        ("a level", with("securityLabel", coding(LEVEL, "Q")), "label"),
        ("a class without a code", with("class", json!([{ "system": TYPES }])), "class"),
        ("a code in words", with("code", json!([{ "text": "all of it" }])), "code"),
        (
            "a meaning",
            with("data", json!([{ "meaning": "like", "reference": { "reference": "Observation/1" } }])),
            "data",
        ),
        ("an exception", with("provision", json!([{ "purpose": [] }])), "neither permits nor denies"),
        ("a shape", with("provision", json!([{ "type": "deny", "purpose": "all" }])), "shape"),
    ] {
        let (found, wrong) = came(&around(provision).to_string());
        let wrong = wrong.unwrap_or_default();
        assert!(wrong.contains(word), "{name}: {wrong}");
        assert!(matches!(shows(&found.unwrap()), Err(Why::Unreadable(_))), "{name}");
    }
    // The whole of it.
    let whole = |member: &str, value: Value| {
        let mut consent = around(json!({ "type": "permit" }));
        consent[member] = value;
        consent.to_string()
    };
    let both = json!({ "coding": [{ "system": ACT, "code": "OPTIN" }, { "system": ACT, "code": "OPTOUT" }] });
    for text in [
        whole("status", json!("on")),
        whole("status", Value::Null),
        whole("provision", Value::Null),
        whole("provision", json!([])),
        whole("policyRule", both),
        whole("scope", json!(7)),
        whole("meta", json!(7)),
        whole("implicitRules", json!("http://x/rules")),
        whole("modifierExtension", json!([{ "url": "http://x/y", "valueBoolean": true }])),
        whole("provision", json!({ "type": "permit", "modifierExtension": [{ "url": "http://x/y" }] })),
    ] {
        let (found, wrong) = came(&text);
        assert!(wrong.is_some(), "{text}");
        assert!(matches!(shows(&found.unwrap()), Err(Why::Unreadable(_))), "{text}");
    }
    // One that is plainly not in force withholds nothing, and of nobody's nothing is made.
    let (found, wrong) = came(&whole("scope", json!(7)).replace("active", "inactive"));
    assert!(wrong.is_some() && shows(&found.unwrap()).is_ok());
    let (found, wrong) = came(&whole("patient", Value::Null));
    assert!(found.is_none() && wrong.unwrap().contains("names no patient"));
}

#[test]
fn a_consent_that_is_no_json_withholds_and_is_named() {
    let bad = around(json!({ "type": "permit" })).to_string().replace("\"2022-06-13\"", "NaN");
    let good = around(json!({ "type": "deny" })).to_string();
    let page = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{bad}}},{{"resource":{good}}}]}}"#);
    let page = read_page(page.as_bytes()).unwrap();
    let held: Vec<&str> = page.unreadable.iter().map(|held| held.reference.as_str()).collect();
    assert_eq!((held, page.facts.len(), page.resources), (vec!["Consent/c"], 2, 2));
    let Body::Consent(first) = &page.facts[0].body else { panic!() };
    assert!(matches!(shows(first), Err(Why::Unreadable(_))));
    assert_eq!((first.patient.as_str(), page.facts[0].source.version.as_str()), ("p", "3"));
}

#[test]
fn the_effect_is_that_of_the_rule_or_of_the_root() {
    let rule = |code: &str| json!({ "coding": [{ "system": ACT, "code": code }] });
    for (code, root, shown) in [
        ("OPTIN", None, true),
        ("OPTINR", None, true),
        ("OPTOUT", None, false),
        ("OPTOUTE", None, false),
        ("OPTIN", Some(json!({ "purpose": [{ "system": REASON, "code": "TREAT" }] })), true),
        ("OPTOUT", Some(json!({ "purpose": [{ "system": REASON, "code": "TREAT" }] })), false),
        (
            "OPTOUT",
            Some(json!({ "type": "permit", "purpose": [{ "system": REASON, "code": "TREAT" }] })),
            true,
        ),
        ("OPTIN", Some(json!({ "type": "deny", "purpose": [{ "system": REASON, "code": "TREAT" }] })), false),
        // A regulation that is not known here leaves it to the root.
        ("hipaa-auth", Some(json!({ "type": "permit" })), true),
    ] {
        let mut consent = around(root.clone().unwrap_or(Value::Null));
        if root.is_none() {
            consent.as_object_mut().unwrap().remove("provision");
        }
        consent["policyRule"] = rule(code);
        assert_eq!(shows(&read(&consent)).is_ok(), shown, "{code} {root:?}");
    }
    for (scope, wanted) in [
        ("patient-privacy", Scope::Privacy),
        ("research", Scope::Research),
        ("treatment", Scope::Treatment),
        ("adr", Scope::AdvanceDirective),
        ("something", Scope::Other),
    ] {
        let text = around(json!({ "type": "permit" })).to_string().replace("patient-privacy", scope);
        assert_eq!(came(&text).0.unwrap().scope, wanted);
    }
    let elsewhere = around(json!({ "type": "permit" })).to_string().replace("consentscope", "another");
    assert_eq!(came(&elsewhere).0.unwrap().scope, Scope::Other);
}

/// What PCF's examples are about: a letter for each datum that is shown, a point for each that is not. They are those of
/// `clinical`'s own test, which has what the guide says of each.
fn shown(consent: &Consent, purpose: &str, who: &str) -> String {
    let ms = |text: &str| parse_instant(text).unwrap().0;
    let level = |code: &str| Label::of(LEVEL, code).unwrap();
    let tag = |code: &str| Label::of(ACT, code).unwrap();
    let (ex, other) = ("Practitioner/ex", "Practitioner/author");
    let (june, labels) = ("2022-06-13", |labels: &[Label]| labels.to_vec());
    let data = [
        ("Observation/sugar", labels(&[level("N")]), other, false, "2020-12-05"),
        ("Observation/pressure", labels(&[level("N")]), other, true, june),
        ("Observation/alcohol", labels(&[tag("ETHUD"), level("R")]), other, true, june),
        ("Observation/mind", labels(&[tag("PSY"), level("R")]), ex, true, june),
        ("Observation/violence", labels(&[tag("SDV"), level("R")]), other, false, "2023-01-01T00:00:01Z"),
    ];
    let request = Request {
        who: vec![who.into()],
        purpose: Coded::purpose(purpose),
        action: ConsentAction::Access,
        at: Instant(ms("2022-07-01")),
    };
    let stay = [SmolStr::new_static("Encounter/e")];
    let decided = data.iter().map(|(reference, labels, author, of_stay, at)| {
        let record = Record {
            patient: &"p".into(),
            reference,
            classes: &[Coded::new(TYPES, "Observation")],
            codes: &[],
            labels,
            authors: &[SmolStr::new(*author)],
            related: if *of_stay { &stay } else { &[] },
            time: Some(TimeRange::starting(Instant(ms(at)), 0)),
        };
        decide(&Overarching::default(), std::slice::from_ref(consent), &request, &record).is_allowed()
    });
    decided.zip("spamv".chars()).map(|(shown, letter)| if shown { letter } else { '.' }).collect()
}

#[test]
fn each_example_of_pcf_is_read_as_the_guide_means_it() {
    let purposes = |codes: &[&str]| -> Value {
        codes.iter().map(|code| json!({ "system": REASON, "code": code })).collect()
    };
    let tpo = |kind: &str| json!({ "type": kind, "purpose": purposes(&["TREAT", "HPAYMT", "HOPERAT"]) });
    let set = |mut provision: Value, member: &str, value: Value| {
        provision[member] = value;
        provision
    };
    let deny = || json!({ "type": "deny" });
    let except = |root: Value, exception: Value| set(root, "provision", json!([exception]));
    let labels = |system: &str, codes: &[&str]| -> Value {
        codes.iter().map(|code| json!({ "system": system, "code": code })).collect()
    };
    let data = |meaning: &str, references: &[&str]| -> Value {
        references.iter().map(|to| json!({ "meaning": meaning, "reference": { "reference": to } })).collect()
    };
    let to = |who: &str| {
        let role = json!({ "coding": [{ "system": PARTICIPATION[0], "code": "IRCP" }] });
        json!([{ "role": role, "reference": { "reference": who } }])
    };
    let year = || json!({ "start": "2022-01-01", "end": "2022-12-31" });
    let normal = || set(tpo("permit"), "securityLabel", labels(LEVEL, &["N"]));
    let focused = |system: &str, codes: &[&str]| {
        set(
            json!({ "type": "permit", "actor": to("Practitioner/ex") }),
            "securityLabel",
            labels(system, codes),
        )
    };
    let glass =
        || json!({ "type": "permit", "actor": to("Group/privileged"), "purpose": purposes(&["BTG"]) });
    let (anyone, ex, privileged) = ("Practitioner/any", "Practitioner/ex", "Group/privileged");
    for (name, provision, purpose, who, expected) in [
        ("basic-treat", tpo("permit"), "TREAT", anyone, "spamv"),
        ("basic-treat", tpo("permit"), "HRESCH", anyone, "....."),
        (
            "expired-treat",
            set(tpo("permit"), "period", json!({ "end": "2021-12-31" })),
            "TREAT",
            anyone,
            ".....",
        ),
        (
            "expired-treat before",
            set(tpo("permit"), "period", json!({ "end": "2022-12-31" })),
            "TREAT",
            anyone,
            "spamv",
        ),
        ("basic-reject", tpo("deny"), "TREAT", anyone, "....."),
        ("intermediate-timeframe", set(tpo("permit"), "dataPeriod", year()), "TREAT", anyone, ".pam."),
        (
            "intermediate-not-timeframe",
            except(tpo("permit"), set(deny(), "dataPeriod", year())),
            "TREAT",
            anyone,
            "s...v",
        ),
        (
            "intermediate-authoredby",
            set(tpo("permit"), "data", data("authoredby", &[ex])),
            "TREAT",
            anyone,
            "...m.",
        ),
        (
            "intermediate-not-authoredby",
            except(tpo("permit"), set(deny(), "data", data("authoredby", &[ex]))),
            "TREAT",
            anyone,
            "spa.v",
        ),
        (
            "intermediate-encounter",
            set(tpo("permit"), "data", data("related", &["Encounter/e"])),
            "TREAT",
            anyone,
            ".pam.",
        ),
        (
            "intermediate-data",
            set(tpo("permit"), "data", data("instance", &["Observation/sugar", "Observation/alcohol"])),
            "TREAT",
            anyone,
            "s.a..",
        ),
        (
            "intermediate-not-data",
            except(tpo("permit"), set(deny(), "data", data("instance", &["Observation/alcohol"]))),
            "TREAT",
            anyone,
            "sp.mv",
        ),
        ("dissent-break-glass", except(deny(), glass()), "TREAT", privileged, "....."),
        ("dissent-break-glass", except(deny(), glass()), "BTG", privileged, "spamv"),
        ("dissent-break-glass", except(deny(), glass()), "BTG", anyone, "....."),
        ("advanced-normal", normal(), "TREAT", anyone, "sp..."),
        (
            "advanced-normal-restricted",
            set(tpo("permit"), "securityLabel", labels(LEVEL, &["N", "R"])),
            "TREAT",
            anyone,
            "spamv",
        ),
        (
            "advanced-normal-not-restricted",
            except(normal(), set(deny(), "securityLabel", labels(LEVEL, &["R"]))),
            "TREAT",
            anyone,
            "sp...",
        ),
        (
            "advanced-normal-focused-restricted",
            except(normal(), focused(LEVEL, &["R"])),
            "TREAT",
            ex,
            "spamv",
        ),
        (
            "advanced-normal-focused-restricted",
            except(normal(), focused(LEVEL, &["R"])),
            "TREAT",
            anyone,
            "sp...",
        ),
        ("advanced-normal-focused-psy", except(normal(), focused(ACT, &["PSY"])), "TREAT", ex, "sp.m."),
        (
            "advanced-normal-focused-psy-or-sdv",
            except(normal(), focused(ACT, &["PSY", "SDV"])),
            "TREAT",
            ex,
            "sp.mv",
        ),
        (
            "advanced-normal-break-glass-restricted",
            except(normal(), set(glass(), "securityLabel", labels(LEVEL, &["R"]))),
            "BTG",
            privileged,
            "spamv",
        ),
    ] {
        assert_eq!(shown(&read(&around(provision)), purpose, who), expected, "{name} for {purpose} by {who}");
    }
}

/// A range as a Period, its ends left out where there are none.
fn written(range: TimeRange) -> Value {
    let mut period = json!({});
    if range.from() != TimeRange::ALL.from() {
        period["start"] = json!(format_instant(range.from()));
    }
    if range.to() != TimeRange::ALL.to() {
        period["end"] = json!(format_instant(range.to()));
    }
    period
}

/// A provision as FHIR writes it. One that is unread has somebody in it who does not get the data.
fn as_json(provision: &Provision, is_root: bool, rule: Option<Effect>) -> Value {
    let coding = |code: &Coded| json!({ "system": code.system.as_str(), "code": code.code.as_str() });
    let list = |codes: &[Coded]| -> Value { codes.iter().map(coding).collect() };
    let party = |role: &str, who: &str| json!({ "role": { "coding": [{ "system": PARTICIPATION[0], "code": role }] }, "reference": { "reference": who } });
    let mut actors: Vec<Value> = provision
        .actors
        .iter()
        .map(|actor| party(if actor.role == PartyRole::Recipient { "IRCP" } else { "PRCP" }, &actor.who))
        .collect();
    if provision.unread.is_some() {
        actors.push(party("CST", "Practitioner/1"));
    }
    let mut out =
        json!({ "actor": actors, "purpose": list(&provision.purposes), "class": list(&provision.classes) });
    if !(is_root && rule == Some(provision.effect)) {
        out["type"] = json!(if provision.effect == Effect::Permit { "permit" } else { "deny" });
    }
    if provision.period != TimeRange::ALL {
        out["period"] = written(provision.period);
    }
    if let Some(period) = provision.data_period {
        out["dataPeriod"] = written(period);
    }
    let word = |action: &ConsentAction| match action {
        ConsentAction::Access => "access",
        ConsentAction::Disclose => "disclose",
        ConsentAction::Collect => "collect",
        ConsentAction::Use => "use",
        ConsentAction::Correct => "correct",
    };
    let in_a_concept = |coding: Value| json!({ "coding": [coding] });
    out["action"] = provision
        .actions
        .iter()
        .map(|a| in_a_concept(json!({ "system": ACTION, "code": word(a) })))
        .collect();
    out["code"] = provision.codes.iter().map(|code| in_a_concept(coding(code))).collect();
    let levels = ["U", "L", "M", "N", "R", "V"];
    out["securityLabel"] = provision
        .labels
        .iter()
        .map(|label| match label {
            Label::Confidentiality(level) => json!({ "system": LEVEL, "code": levels[*level as usize] }),
            Label::Tag(tag) => coding(tag),
        })
        .collect();
    let meaning = |meaning: Meaning| match meaning {
        Meaning::Instance => "instance",
        Meaning::Related => "related",
        Meaning::Dependents => "dependents",
        Meaning::AuthoredBy => "authoredby",
    };
    out["data"] = provision
        .data
        .iter()
        .map(|data| json!({ "meaning": meaning(data.meaning), "reference": { "reference": data.reference.as_str() } }))
        .collect();
    out["provision"] = provision.nested.iter().map(|nested| as_json(nested, false, None)).collect();
    out
}

fn ranges() -> impl Strategy<Value = TimeRange> + Clone {
    (0i64..10, 0i64..10).prop_map(|(a, b)| TimeRange::of_ms(a.min(b), a.max(b)).unwrap())
}

fn labels_of() -> impl Strategy<Value = Label> + Clone {
    let level = select(&["U", "L", "M", "N", "R", "V"][..]).prop_map(|code| Label::of(LEVEL, code).unwrap());
    let tag = select(&["ETH", "ETHUD", "PSY", "HIV"][..]).prop_map(|code| Label::of(ACT, code).unwrap());
    prop_oneof![level, tag]
}

fn few<T: std::fmt::Debug + Clone + 'static>(of: &'static [T]) -> impl Strategy<Value = Vec<T>> + Clone {
    prop_oneof![2 => Just(Vec::new()), 1 => proptest::collection::vec(select(of), 1..3)]
}

const WHO: &[&str] = &["Practitioner/1", "Organization/1", "Group/1"];
const FOR: &[&str] = &["TREAT", "BTG", "HPAYMT", "HRESCH"];
const THINGS: &[&str] = &["Observation/1", "Observation/2", "Encounter/1", "Practitioner/1"];
const KINDS: &[&str] = &["Observation", "Device"];
const CODES: &[&str] = &["8867-4", "59408-5"];
const MEANINGS: &[Meaning] = &[Meaning::Instance, Meaning::Related, Meaning::Dependents, Meaning::AuthoredBy];
const ACTIONS: &[ConsentAction] = &[ConsentAction::Access, ConsentAction::Disclose];

fn provisions() -> impl Strategy<Value = Provision> {
    let one = (
        (
            select(&[Effect::Permit, Effect::Permit, Effect::Deny][..]),
            prop_oneof![3 => Just(TimeRange::ALL), 1 => ranges()],
        ),
        (few(WHO), few(ACTIONS), few(FOR)),
        prop_oneof![2 => Just(Vec::new()), 1 => proptest::collection::vec(labels_of(), 1..3)],
        (few(KINDS), few(CODES), prop_oneof![4 => Just(None), 1 => ranges().prop_map(Some)]),
        prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec((select(MEANINGS), select(THINGS)), 1..3)],
        proptest::bool::weighted(0.05),
    );
    let leaf = one.prop_map(
        |((effect, period), (who, actions, purposes), labels, (kinds, codes, data_period), data, bad)| {
            Provision {
                effect,
                period,
                // What cannot be read of a list takes the list with it.
                actors: if bad {
                    Vec::new()
                } else {
                    who.into_iter().map(|who| Party { role: PartyRole::Recipient, who: who.into() }).collect()
                },
                actions,
                purposes: purposes.into_iter().map(Coded::purpose).collect(),
                labels,
                classes: kinds.into_iter().map(|kind| Coded::new(TYPES, kind)).collect(),
                codes: codes.into_iter().map(|code| Coded::new("http://loinc.org", code)).collect(),
                data_period,
                data: data
                    .into_iter()
                    .map(|(meaning, to)| DataRef { meaning, reference: to.into() })
                    .collect(),
                nested: Vec::new(),
                unread: bad.then(|| "it is about somebody other than who gets the data".into()),
            }
        },
    );
    let below = leaf.clone();
    leaf.prop_recursive(3, 8, 2, move |inner| {
        (below.clone(), proptest::collection::vec(inner, 0..3))
            .prop_map(|(provision, nested)| Provision { nested, ..provision })
    })
}

fn consents() -> impl Strategy<Value = (Consent, Option<Effect>)> {
    let scopes =
        select(&[Scope::Privacy, Scope::Privacy, Scope::Research, Scope::Treatment, Scope::Other][..]);
    let given = prop_oneof![
        1 => Just(None),
        3 => (0i64..4).prop_map(|at| Some(TimeRange::starting(Instant(at), 0))),
        1 => Just(parse_span("1970-01-01")),
    ];
    (scopes, given, provisions(), proptest::bool::weighted(0.2), 0u32..3).prop_map(
        |(scope, given, provision, inactive, n)| {
            let rule = [None, Some(Effect::Permit), Some(Effect::Deny)][n as usize];
            let consent = Consent {
                id: "c".into(),
                patient: "p".into(),
                status: if inactive { Status::Inactive } else { Status::Active },
                scope,
                categories: Vec::new(),
                given,
                provision,
            };
            (consent, rule)
        },
    )
}

fn with_id(id: usize, consent: &Consent) -> Consent {
    Consent { id: format!("c{id}").into(), ..consent.clone() }
}

/// A Consent as a server writes it.
fn consent_json(consent: &Consent, rule: Option<Effect>) -> Value {
    let scope = match consent.scope {
        Scope::Privacy => "patient-privacy",
        Scope::Research => "research",
        Scope::Treatment => "treatment",
        Scope::AdvanceDirective => "adr",
        Scope::Other => "another",
    };
    let mut out = around(as_json(&consent.provision, true, rule));
    out["id"] = json!(consent.id.as_str());
    out["status"] = json!(if consent.status == Status::Active { "active" } else { "inactive" });
    out["scope"]["coding"][0]["code"] = json!(scope);
    out["category"] = json!([]);
    match consent.given {
        None => drop(out.as_object_mut().unwrap().remove("dateTime")),
        Some(given) if given.is_moment() => out["dateTime"] = json!(format_instant(given.from())),
        Some(_) => out["dateTime"] = json!("1970-01-01"),
    }
    if let Some(rule) = rule {
        let code = if rule == Effect::Permit { "OPTIN" } else { "OPTOUT" };
        out["policyRule"] = json!({ "coding": [{ "system": ACT, "code": code }] });
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_consent_that_travelled_as_fhir_decides_as_the_one_it_was(
        originals in proptest::collection::vec(consents(), 1..4),
        who in few(WHO), purpose in select(FOR), action in select(ACTIONS), at in 0i64..10,
        things in proptest::collection::vec((select(THINGS), few(KINDS), few(CODES), proptest::collection::vec(labels_of(), 0..3), few(THINGS), few(THINGS), proptest::option::of(ranges())), 1..6),
    ) {
        let mut before = Vec::new();
        let mut after = Vec::new();
        for (n, (consent, rule)) in originals.iter().enumerate() {
            let consent = with_id(n, consent);
            let (found, _) = came(&consent_json(&consent, *rule).to_string());
            after.push(found.unwrap());
            let said = (*rule != Some(consent.provision.effect)).then_some(consent.provision.effect);
            let provision = Provision::root(*rule, Some((said, consent.provision.clone())));
            before.push(Consent { provision, ..consent });
        }
        prop_assert_eq!(&before, &after);
        let request = Request {
            who: who.iter().map(|who| SmolStr::new(*who)).collect(), purpose: Coded::purpose(purpose), action, at: Instant(at),
        };
        let owned = |list: &[&str]| list.iter().map(|one| SmolStr::new(*one)).collect::<Vec<_>>();
        for (reference, kinds, codes, labels, authors, related, time) in &things {
            let classes: Vec<Coded> = kinds.iter().map(|kind| Coded::new(TYPES, kind)).collect();
            let codes: Vec<Coded> = codes.iter().map(|code| Coded::new("http://loinc.org", code)).collect();
            let (authors, related) = (owned(authors), owned(related));
            let record = Record {
                patient: &"p".into(), reference, classes: &classes, codes: &codes, labels, authors: &authors,
                related: &related, time: *time,
            };
            let site = Overarching::default();
            prop_assert_eq!(decide(&site, &before, &request, &record), decide(&site, &after, &request, &record));
        }
    }
}
