//! What becomes of each of PCF's example consents, and of what hospitals meet besides.
//!
//! The consents are those of IHE ITI PCF 1.1.1 by their names there, built anew; what must come of them is what the guide says of each.

use smol_str::SmolStr;

use crate::consent::codes::{Coded, Label};
use crate::consent::model::{
    Consent, ConsentAction, DataRef, Effect, Meaning, Party, PartyRole, Provision, Scope, Status,
};
use crate::consent::{
    BasePolicy, Decision, Filtered, Guarded, Overarching, Record, Request, Why, agreed, decide, filter,
    telehealth,
};
use crate::{Instant, PatientId, TimeRange};

const JAN_2022: i64 = 1_640_995_200_000;
const JUNE_2022: i64 = 1_655_078_400_000;
const JULY_2022: i64 = 1_656_633_600_000;
const JAN_2023: i64 = 1_672_531_200_000;

fn moment(at: i64) -> TimeRange {
    TimeRange::of_ms(at, at).unwrap()
}

fn year_2022() -> TimeRange {
    TimeRange::of_ms(JAN_2022, JAN_2023 - 1).unwrap()
}

/// Something of a patient, with all that a consent can be about.
#[derive(Clone, Debug, PartialEq)]
struct Datum {
    patient: PatientId,
    reference: &'static str,
    classes: Vec<Coded>,
    labels: Vec<Label>,
    authors: Vec<SmolStr>,
    related: Vec<SmolStr>,
    time: Option<TimeRange>,
}

impl Guarded for Datum {
    fn record(&self) -> Record<'_> {
        Record {
            patient: &self.patient,
            reference: self.reference,
            classes: &self.classes,
            codes: &[],
            labels: &self.labels,
            authors: &self.authors,
            related: &self.related,
            time: self.time,
        }
    }
}

fn level(code: &str) -> Label {
    Label::of("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code).unwrap()
}

fn tag(code: &str) -> Label {
    Label::of("http://terminology.hl7.org/CodeSystem/v3-ActCode", code).unwrap()
}

fn datum(reference: &'static str, labels: &[Label], at: i64) -> Datum {
    Datum {
        patient: "p".into(),
        reference,
        classes: vec![Coded::new("http://hl7.org/fhir/resource-types", "Observation")],
        labels: labels.to_vec(),
        authors: vec!["Practitioner/author".into()],
        related: vec!["Encounter/e".into()],
        time: Some(TimeRange::of_ms(at, at).unwrap()),
    }
}

/// Blood sugar of 2020, blood pressure and alcohol of 2022, notes of a psychiatrist and of another stay.
fn data() -> [Datum; 5] {
    let test = Label::of("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST").unwrap();
    let mut sugar = datum("Observation/sugar", &[level("N"), test.clone()], 1_607_144_000_000);
    sugar.related.clear();
    let pressure = datum("Observation/pressure", &[level("N")], JUNE_2022);
    let alcohol = datum("Observation/alcohol", &[test, tag("ETHUD"), level("R")], JUNE_2022);
    let mut mind = datum("Observation/mind", &[tag("PSY"), level("R")], JUNE_2022);
    mind.authors = vec!["Practitioner/ex".into()];
    let mut violence = datum("Observation/violence", &[tag("SDV"), level("R")], JAN_2023 + 1);
    violence.related.clear();
    [sugar, pressure, alcohol, mind, violence]
}

fn request(purpose: &str, who: &[&str]) -> Request {
    Request {
        who: who.iter().map(|who| SmolStr::new(*who)).collect(),
        purpose: Coded::purpose(purpose),
        action: ConsentAction::Access,
        at: Instant(JULY_2022),
    }
}

fn consent(provision: Provision) -> Consent {
    Consent {
        id: "c".into(),
        patient: "p".into(),
        status: Status::Active,
        scope: Scope::Privacy,
        categories: vec![Coded::new("http://loinc.org", "59284-0")],
        given: Some(moment(JUNE_2022)),
        provision,
    }
}

fn all(effect: Effect) -> Provision {
    Provision::all(effect)
}

/// For treatment, payment and operations.
fn tpo(effect: Effect) -> Provision {
    Provision { purposes: ["TREAT", "HPAYMT", "HOPERAT"].map(Coded::purpose).to_vec(), ..all(effect) }
}

fn to(who: &str, provision: Provision) -> Provision {
    let party = Party { role: PartyRole::Recipient, who: who.into() };
    Provision { actors: vec![party], ..provision }
}

fn about(meaning: Meaning, references: &[&str], provision: Provision) -> Provision {
    let one = |reference: &&str| DataRef { meaning, reference: SmolStr::new(*reference) };
    Provision { data: references.iter().map(one).collect(), ..provision }
}

fn labelled(labels: &[Label], provision: Provision) -> Provision {
    Provision { labels: labels.to_vec(), ..provision }
}

fn except(exception: Provision, provision: Provision) -> Provision {
    Provision { nested: vec![exception], ..provision }
}

/// A letter for each datum that is shown, a point for each that is not.
fn shown(site: BasePolicy, consents: &[Consent], request: &Request) -> String {
    let site = Overarching { without_consent: site, ..Overarching::default() };
    let found = data().map(|datum| decide(&site, consents, request, &datum.record()).is_allowed());
    found.iter().zip("spamv".chars()).map(|(shown, letter)| if *shown { letter } else { '.' }).collect()
}

#[test]
fn each_example_of_pcf_gives_what_the_guide_says() {
    use Effect::{Deny, Permit};
    use Meaning::{AuthoredBy, Instance, Related};
    let r = [level("R")];
    let normal = || labelled(&[level("N")], tpo(Permit));
    let focused = |labels: &[Label]| to("Practitioner/ex", labelled(labels, all(Permit)));
    let glass = |provision: Provision| {
        to("Group/privileged", Provision { purposes: vec![Coded::purpose("BTG")], ..provision })
    };
    let foobar = Coded::new("http://example.org/policies/purposeOfUse", "FooBar");
    let study = Provision { purposes: vec![foobar.clone()], ..to("Organization/study", all(Permit)) };
    let anyone = ["Practitioner/any"];
    let (ex, study_nurse) = (["Practitioner/ex"], ["Organization/study"]);
    let broken = ["Practitioner/any", "Group/privileged"];
    let ends = |end: i64| Provision { period: TimeRange::until(Instant(end)), ..tpo(Permit) };
    let rows: &[(&str, Provision, &str, &[&str], &str)] = &[
        ("basic-treat", tpo(Permit), "TREAT", &anyone, "spamv"),
        ("basic-treat", tpo(Permit), "HPAYMT", &anyone, "spamv"),
        ("basic-treat", tpo(Permit), "HRESCH", &anyone, "....."),
        ("basic-treat", tpo(Permit), "ERTREAT", &anyone, "spamv"),
        ("expired-treat before", ends(JAN_2023 - 1), "TREAT", &anyone, "spamv"),
        ("expired-treat after", ends(JAN_2022), "TREAT", &anyone, "....."),
        ("basic-reject", tpo(Deny), "TREAT", &anyone, "....."),
        (
            "basic-research",
            Provision { purposes: vec![Coded::purpose("HRESCH")], ..all(Permit) },
            "HRESCH",
            &anyone,
            "spamv",
        ),
        (
            "basic-research",
            Provision { purposes: vec![Coded::purpose("HRESCH")], ..all(Permit) },
            "TRANSRCH",
            &anyone,
            "spamv",
        ),
        (
            "basic-research",
            Provision { purposes: vec![Coded::purpose("HRESCH")], ..all(Permit) },
            "HMARKT",
            &anyone,
            ".....",
        ),
        (
            "intermediate-timeframe",
            Provision { data_period: Some(year_2022()), ..tpo(Permit) },
            "TREAT",
            &anyone,
            ".pam.",
        ),
        (
            "intermediate-not-timeframe",
            except(Provision { data_period: Some(year_2022()), ..all(Deny) }, tpo(Permit)),
            "TREAT",
            &anyone,
            "s...v",
        ),
        (
            "intermediate-authoredby",
            about(AuthoredBy, &["Practitioner/ex"], tpo(Permit)),
            "TREAT",
            &anyone,
            "...m.",
        ),
        (
            "intermediate-not-authoredby",
            except(about(AuthoredBy, &["Practitioner/ex"], all(Deny)), tpo(Permit)),
            "TREAT",
            &anyone,
            "spa.v",
        ),
        ("intermediate-encounter", about(Related, &["Encounter/e"], tpo(Permit)), "TREAT", &anyone, ".pam."),
        (
            "intermediate-not-encounter",
            except(about(Related, &["Encounter/e"], all(Deny)), tpo(Permit)),
            "TREAT",
            &anyone,
            "s...v",
        ),
        (
            "intermediate-data",
            about(Instance, &["Observation/sugar", "Observation/alcohol"], tpo(Permit)),
            "TREAT",
            &anyone,
            "s.a..",
        ),
        (
            "intermediate-not-data",
            except(about(Instance, &["Observation/alcohol"], all(Deny)), tpo(Permit)),
            "TREAT",
            &anyone,
            "sp.mv",
        ),
        ("intermediate-purpose", study.clone(), "HRESCH", &study_nurse, "....."),
        ("dissent-break-glass", except(glass(all(Permit)), all(Deny)), "TREAT", &broken, "....."),
        ("dissent-break-glass", except(glass(all(Permit)), all(Deny)), "BTG", &broken, "spamv"),
        ("dissent-break-glass", except(glass(all(Permit)), all(Deny)), "BTG", &anyone, "....."),
        ("advanced-normal", normal(), "TREAT", &anyone, "sp..."),
        (
            "advanced-normal-restricted",
            labelled(&[level("N"), level("R")], tpo(Permit)),
            "TREAT",
            &anyone,
            "spamv",
        ),
        (
            "advanced-normal-not-restricted",
            except(labelled(&r, all(Deny)), normal()),
            "TREAT",
            &anyone,
            "sp...",
        ),
        ("advanced-normal-focused-restricted", except(focused(&r), normal()), "TREAT", &anyone, "sp..."),
        ("advanced-normal-focused-restricted", except(focused(&r), normal()), "TREAT", &ex, "spamv"),
        ("advanced-normal-focused-restricted", except(focused(&r), normal()), "HRESCH", &ex, "....."),
        ("advanced-normal-focused-psy", except(focused(&[tag("PSY")]), normal()), "TREAT", &anyone, "sp..."),
        ("advanced-normal-focused-psy", except(focused(&[tag("PSY")]), normal()), "TREAT", &ex, "sp.m."),
        (
            "advanced-normal-focused-psy-or-sdv",
            except(focused(&[tag("PSY"), tag("SDV")]), normal()),
            "TREAT",
            &ex,
            "sp.mv",
        ),
        (
            "advanced-normal-break-glass-restricted",
            except(glass(labelled(&r, all(Permit))), normal()),
            "TREAT",
            &broken,
            "sp...",
        ),
        (
            "advanced-normal-break-glass-restricted",
            except(glass(labelled(&r, all(Permit))), normal()),
            "BTG",
            &broken,
            "spamv",
        ),
    ];
    for (name, provision, purpose, who, expected) in rows {
        for site in [BasePolicy::DenyAll, BasePolicy::PermitTreatment] {
            let found = shown(site, &[consent(provision.clone())], &request(purpose, who));
            assert_eq!(found, *expected, "{name} for {purpose} by {who:?} ({site:?})");
        }
    }
    // The purpose that a study made for itself.
    let foobar = |who: &[&str]| Request { purpose: foobar.clone(), ..request("TREAT", who) };
    for (who, expected) in [(&study_nurse[..], "spamv"), (&anyone[..], ".....")] {
        assert_eq!(shown(BasePolicy::DenyAll, &[consent(study.clone())], &foobar(who)), expected);
    }
}

#[test]
fn where_no_consent_speaks_the_policy_of_the_site_does() {
    let treat = request("TREAT", &["Practitioner/any"]);
    let research = request("HRESCH", &["Practitioner/any"]);
    for (site, for_treatment, for_research) in [
        (BasePolicy::PermitTreatment, "spamv", "....."),
        (BasePolicy::PermitAuthorised, "spamv", "spamv"),
        (BasePolicy::DenyAll, ".....", "....."),
    ] {
        assert_eq!(
            (&*shown(site, &[], &treat), &*shown(site, &[], &research)),
            (for_treatment, for_research)
        );
        // Who agrees to research refuses nothing to those who treat.
        let to_research = Provision { purposes: vec![Coded::purpose("HRESCH")], ..all(Effect::Permit) };
        assert_eq!(shown(site, &[consent(to_research)], &treat), for_treatment, "{site:?}");
    }
}

#[test]
fn only_an_active_consent_of_this_patient_counts() {
    let treat = request("TREAT", &[]);
    for status in ["draft", "proposed", "active", "rejected", "inactive", "entered-in-error"] {
        let no = Consent { status: Status::from_code(status).unwrap(), ..consent(all(Effect::Deny)) };
        let expected = if status == "active" { "....." } else { "spamv" };
        assert_eq!(shown(BasePolicy::PermitTreatment, &[no], &treat), expected, "{status}");
    }
    let of_another = Consent { patient: "q".into(), ..consent(all(Effect::Deny)) };
    assert_eq!(shown(BasePolicy::PermitTreatment, &[of_another], &treat), "spamv");
    for scope in [Scope::Treatment, Scope::AdvanceDirective, Scope::Research] {
        let other = Consent { scope, ..consent(all(Effect::Deny)) };
        assert_eq!(shown(BasePolicy::PermitTreatment, &[other], &treat), "spamv", "{scope:?}");
    }
    // Of a kind that is not known: a refusal holds, a permission does not.
    let unknown = |effect| Consent { scope: Scope::Other, ..consent(all(effect)) };
    assert_eq!(shown(BasePolicy::DenyAll, &[unknown(Effect::Permit)], &treat), ".....");
    assert_eq!(shown(BasePolicy::PermitTreatment, &[unknown(Effect::Deny)], &treat), ".....");
}

#[test]
fn of_two_that_contradict_each_other_a_refusal_stands_until_a_newer_one_as_specific_lifts_it() {
    let treat = request("TREAT", &["Practitioner/ex"]);
    let one = |id: &str, given: Option<i64>, provision: Provision| Consent {
        id: id.into(),
        given: given.map(moment),
        ..consent(provision)
    };
    let psy = |effect| labelled(&[tag("PSY")], all(effect));
    use Effect::{Deny, Permit};
    for (what, older, newer, expected) in [
        ("agreed after all", one("a", Some(1), all(Deny)), one("b", Some(2), all(Permit)), "spamv"),
        ("no longer", one("a", Some(1), all(Permit)), one("b", Some(2), all(Deny)), "....."),
        ("at the same time", one("a", Some(1), all(Permit)), one("b", Some(1), all(Deny)), "....."),
        ("nobody knows when", one("a", None, all(Deny)), one("b", Some(2), all(Permit)), "....."),
        (
            "a refusal of one kind stays",
            one("a", Some(1), psy(Deny)),
            one("b", Some(2), all(Permit)),
            "spa.v",
        ),
        ("one kind allowed again", one("a", Some(1), psy(Deny)), one("b", Some(2), psy(Permit)), "...m."),
        ("all refused later", one("a", Some(1), psy(Permit)), one("b", Some(2), all(Deny)), "....."),
        (
            "to one person after all",
            one("a", Some(1), all(Deny)),
            one("b", Some(2), to("Practitioner/ex", all(Permit))),
            "spamv",
        ),
    ] {
        let both = [older.clone(), newer.clone()];
        assert_eq!(shown(BasePolicy::DenyAll, &both, &treat), expected, "{what}");
        assert_eq!(shown(BasePolicy::DenyAll, &[newer, older], &treat), expected, "{what}, turned around");
    }
}

#[test]
fn what_was_agreed_to_on_the_day_of_a_refusal_does_not_lift_it() {
    let day = |id: &str, from: i64, to: i64, effect| Consent {
        id: id.into(),
        given: Some(TimeRange::of_ms(from, to).unwrap()),
        ..consent(all(effect))
    };
    let refused = day("a", 0, 9, Effect::Deny);
    for (from, expected) in [(5, "....."), (9, "....."), (10, "spamv")] {
        let both = [refused.clone(), day("b", from, from, Effect::Permit)];
        assert_eq!(shown(BasePolicy::DenyAll, &both, &request("TREAT", &[])), expected, "{from}");
    }
}

#[test]
fn what_cannot_be_read_permits_nothing_and_says_why() {
    let treat = request("TREAT", &[]);
    let broken = || Provision { unread: Some("its action is none of R4's".into()), ..all(Effect::Permit) };
    for provision in [broken(), except(broken(), all(Effect::Permit)), except(all(Effect::Permit), broken())]
    {
        let (site, consents) = (Overarching::default(), [consent(provision)]);
        let newer = Consent { id: "n".into(), given: Some(moment(JAN_2023)), ..consent(all(Effect::Permit)) };
        let both = [consents[0].clone(), newer];
        for consents in [&consents[..], &both] {
            let data = data();
            let found = decide(&site, consents, &treat, &data[0].record());
            let why = Why::Unreadable("its action is none of R4's".into());
            assert_eq!(found, Decision::Withheld { by: Some(&"c".into()), why });
        }
    }
    // It is about what of it could be read: about nobody else.
    let of_research = Provision { purposes: vec![Coded::purpose("HRESCH")], ..broken() };
    assert_eq!(shown(BasePolicy::PermitTreatment, &[consent(of_research)], &treat), "spamv");
}

#[test]
fn the_rule_of_a_policy_and_the_root_provision_are_one() {
    use Effect::{Deny, Permit};
    let act = |code: &str| Coded::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", code);
    assert_eq!(
        ["OPTIN", "OPTOUT", "NOPP"].map(|code| Effect::of_policy(&act(code))),
        [Some(Permit), Some(Deny), None]
    );
    let ex = || to("Practitioner/ex", all(Permit));
    assert_eq!(Provision::root(Some(Deny), Some((Some(Permit), ex()))), except(ex(), all(Deny)));
    assert_eq!(Provision::root(Some(Permit), Some((Some(Permit), ex()))), ex());
    assert_eq!(Provision::root(Some(Deny), Some((None, ex()))).effect, Deny);
    assert_eq!(Provision::root(Some(Deny), None), all(Deny));
    // Of a root that cannot be read no permission is left, and the refusal around it stays.
    let unread = || Provision { unread: Some("unread".into()), ..ex() };
    for (rule, kind) in [(None, Some(Permit)), (Some(Permit), None), (Some(Permit), Some(Deny))] {
        let root = Provision::root(rule, Some((kind, unread())));
        assert_eq!(root, Provision { effect: Deny, ..unread() }, "{rule:?} {kind:?}");
    }
    let root = Provision::root(Some(Deny), Some((Some(Permit), unread())));
    assert_eq!(shown(BasePolicy::PermitTreatment, &[consent(root)], &request("TREAT", &[])), ".....");
    assert!(Provision::root(None, Some((None, ex()))).unread.is_some());
    assert!(Provision::root(None, None).unread.is_some());
}

#[test]
fn what_is_withheld_is_counted_by_reason_and_nothing_is_missing() {
    let mut all_data: Vec<Datum> = data().into();
    let mut of_another = data()[0].clone();
    of_another.patient = "q".into();
    all_data.push(of_another);
    let refused =
        except(labelled(&[level("R")], all(Effect::Deny)), labelled(&[level("N")], tpo(Effect::Permit)));
    let site = Overarching { without_consent: BasePolicy::DenyAll, ..Overarching::default() };
    let Filtered { shown, withheld } =
        filter(&site, &[consent(refused)], &request("TREAT", &[]), all_data.clone());
    let names: Vec<_> = shown.iter().map(|datum| datum.reference).collect();
    assert_eq!(names, ["Observation/sugar", "Observation/pressure"]);
    assert_eq!(shown.len() + withheld.count(), all_data.len());
    assert_eq!(withheld.to_string(), "4 withheld: the patient refused it (3), nobody agreed to it (1)");
    let named: Vec<_> = withheld.reasons().map(|(_, by, n)| (by.map(ToString::to_string), n)).collect();
    assert_eq!(named, [(Some("c".to_owned()), 3), (None, 1)]);
    let mut twice = withheld.clone();
    twice.add(withheld);
    assert_eq!(twice.count(), 8);
    assert_eq!(filter(&Overarching::default(), &[], &request("TREAT", &[]), data()).withheld.to_string(), "");
}

#[test]
fn nobody_is_treated_from_afar_who_did_not_agree_to_it() {
    let topic = telehealth();
    let of =
        |effect| Consent { scope: Scope::Treatment, categories: topic.codes.clone(), ..consent(all(effect)) };
    let by_code = Consent {
        scope: Scope::Treatment,
        ..consent(to("Practitioner/ex", Provision { codes: topic.codes.clone(), ..all(Effect::Permit) }))
    };
    let over = Consent {
        scope: Scope::Treatment,
        categories: topic.codes.clone(),
        ..consent(Provision { period: TimeRange::until(Instant(JAN_2022)), ..all(Effect::Permit) })
    };
    let privacy = consent(all(Effect::Permit));
    let asked = |consents: &[Consent], with: &str| match agreed(
        consents,
        &"p".into(),
        &topic,
        &[with.into()],
        Instant(JULY_2022),
    ) {
        Decision::Allowed { by } => Ok(by.map(ToString::to_string)),
        Decision::Withheld { why, .. } => Err(why),
    };
    let yes = Ok(Some("c".to_owned()));
    assert_eq!(asked(&[], "Practitioner/ex"), Err(Why::NoConsent));
    assert_eq!(asked(&[privacy], "Practitioner/ex"), Err(Why::NoConsent));
    assert_eq!(asked(&[of(Effect::Permit)], "Practitioner/ex"), yes);
    assert_eq!(asked(&[of(Effect::Deny)], "Practitioner/ex"), Err(Why::Denied));
    assert_eq!(asked(&[over], "Practitioner/ex"), Err(Why::Over));
    assert_eq!(asked(std::slice::from_ref(&by_code), "Practitioner/ex"), yes);
    assert_eq!(asked(&[by_code], "Practitioner/any"), Err(Why::OtherPeople));
}
