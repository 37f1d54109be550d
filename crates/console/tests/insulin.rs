//! A person's insulin as it came over FHIR: on the page, on paper and to a script; and what a consent withholds of it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod staffed;

use charts::Page;
use charts::usvg::{Group, Node};
use clinical::glucose::TargetSet;
use clinical::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, TimeRange};
use console::view::{Ask, Asked, Stretch, glucose_bytes};
use console::{Disclosure, GlucoseRequest};
use serde_json::{Value, json};
use staffed::{At, BEGIN};

/// The evening's usual time lies so long before midnight of the station's now.
const DUE: i64 = 4 * HOUR_MS;

fn at(ago: i64) -> String {
    fhir::format_instant(Instant(BEGIN - ago))
}

/// A dose that the server took a minute later.
fn given(id: &str, ago: i64, units: f64, what: &str, more: Value) -> Value {
    let mut dose = json!({
        "resourceType": "MedicationAdministration", "id": id, "status": "completed",
        "meta": { "versionId": "1", "lastUpdated": at(ago - MINUTE_MS) },
        "subject": { "reference": "Patient/p" }, "effectiveDateTime": at(ago),
        "medicationCodeableConcept": { "text": what },
        "dosage": { "dose": { "value": units, "unit": "U", "system": "http://unitsofmeasure.org", "code": "[iU]" } },
    });
    dose.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dose
}

fn by(pen: &str) -> Value {
    json!({ "device": [{ "reference": format!("Device/{pen}") }] })
}

/// Somebody at home with a sensor and a pen of long-acting insulin that forgot one evening, three days ago; four hours ago a priming and
/// a dose for a meal, and one of which the name tells nothing.
fn home() -> At {
    let home = At::of_nobody();
    home.patient();
    home.page(&json!({
        "resourceType": "Encounter", "id": "stay", "status": "in-progress", "class": { "code": "HH" },
        "subject": { "reference": "Patient/p" },
    }));
    home.page(&json!({
        "resourceType": "Device", "id": "slow", "status": "active", "patient": { "reference": "Patient/p" },
        "deviceName": [{ "name": "Evening pen", "type": "user-friendly-name" }],
    }));
    for n in 0..288 {
        let ago = (n + 1) * 5 * MINUTE_MS;
        home.page(&json!({
            "resourceType": "Observation", "id": format!("g{n}"), "status": "final", "subject": { "reference": "Patient/p" },
            "code": { "coding": [{ "system": "http://loinc.org", "code": "99504-3" }] }, "effectiveDateTime": at(ago),
            "valueQuantity": { "value": 110.0, "code": "mg/dL", "system": "http://unitsofmeasure.org" },
        }));
    }
    for day in (0..10).filter(|day| *day != 3) {
        home.page(&given(&format!("b{day}"), day * DAY_MS + DUE, 20.0, "Insulin glargine", by("slow")));
    }
    home.page(&given("air", 4 * HOUR_MS + 2 * MINUTE_MS, 2.0, "Insulin aspart", by("fast")));
    home.page(&given("meal", 4 * HOUR_MS + MINUTE_MS, 8.0, "Insulin aspart", by("fast")));
    home.page(&given("what", 2 * HOUR_MS, 5.0, "Insulin", json!({})));
    home
}

/// What the page is told.
fn block(home: &At) -> Value {
    let request = GlucoseRequest {
        patient: "p".into(),
        period: TimeRange::last(14 * DAY_MS, Instant(BEGIN)),
        set: TargetSet::Standard,
        width: 600,
        height: 200,
        row: 74,
        scale: 1.0,
        light: false,
    };
    let bytes = glucose_bytes(home.console.glucose_picture(&request).unwrap(), 1.0).unwrap();
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[4..4 + length]).unwrap()
}

fn asked(home: &At) -> Value {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let of = Stretch { patient: "p".into(), from: None, to: None };
    let ask = Ask::Insulin { of, zone: Some("Europe/Berlin".into()), why: "Diabetes clinic".into() };
    let asked = Asked { version, user: "N. Okafor".into(), user_id: None, ask };
    serde_json::from_slice(&home.console.answer(asked).unwrap().bytes).unwrap()
}

fn keys(findings: &Value) -> Vec<String> {
    findings.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

fn paper(home: &At) -> String {
    fn walk(group: &Group, words: &mut Vec<String>) {
        for node in group.children() {
            match node {
                Node::Group(group) => walk(group, words),
                Node::Text(text) => words.extend(text.chunks().iter().map(|chunk| chunk.text().to_owned())),
                _ => {}
            }
        }
    }
    let (from, to) = (Some(Instant(BEGIN - 14 * DAY_MS)), Some(Instant(BEGIN)));
    let what = Disclosure::Glucose { patient: "p".into(), from, to, set: TargetSet::Standard };
    let pages: Vec<Page> = home.console.pages(&what).unwrap();
    let mut words = Vec::new();
    pages.iter().for_each(|page| walk(page.shapes().unwrap().root(), &mut words));
    words.join(" ")
}

fn refuse(home: &At, provision: Value) {
    let scope = json!([{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }]);
    home.page(&json!({
        "resourceType": "Consent", "id": "c", "meta": { "versionId": "1" }, "status": "active",
        "scope": { "coding": scope }, "patient": { "reference": "Patient/p" }, "provision": provision,
    }));
}

#[test]
fn a_nurse_sees_what_was_forgotten_what_still_works_and_each_dose_as_what_it_is() {
    let home = home();
    let page = block(&home);
    let insulin = &page["insulin"];
    assert_eq!(keys(&insulin["findings"]), ["missed", "kind", "priming"], "{insulin:#}");
    let on_board: f64 = insulin["onBoard"].as_str().unwrap().trim_end_matches(" U").parse().unwrap();
    assert!(
        (0.5..2.5).contains(&on_board),
        "eight units four hours ago, and nothing of the priming: {on_board}"
    );
    assert!(insulin["onBoardToo"].as_str().unwrap().ends_with("U of a kind that is not known"));
    let doses = insulin["doses"].as_array().unwrap();
    let told: Vec<_> =
        doses[..4].iter().map(|d| (d["id"].as_str(), d["kind"].as_str(), &d["priming"])).collect();
    assert_eq!(
        told,
        [
            (Some("what"), Some("not known"), &json!(false)),
            (Some("b0"), Some("basal"), &json!(false)),
            (Some("meal"), Some("bolus"), &json!(false)),
            (Some("air"), Some("bolus"), &json!(true)),
        ]
    );
    assert_eq!(
        (&doses[1]["pen"], &doses[2]["pen"], &doses[0]["pen"]),
        (&json!("Evening pen"), &json!("fast"), &Value::Null)
    );
    assert!(
        page["summary"].as_str().unwrap().ends_with("11 doses of insulin are marked."),
        "{}",
        page["summary"]
    );
    let words = paper(&home);
    for told in ["Insulin", "Basal dose of about", "missed", "1 shot of 2 U together: priming", "On board at"]
    {
        assert!(words.contains(told), "{told} is missing: {words}");
    }
}

#[test]
fn a_script_is_told_the_same_and_the_log_knows_why() {
    let home = home();
    let found = asked(&home);
    assert_eq!(keys(&found["findings"]), ["missed", "kind", "priming"]);
    assert_eq!((found["doses"].as_array().unwrap().len(), &found["whole"]), (12, &json!(true)));
    let (who, what, about) = home.log(1).remove(0);
    assert_eq!(
        (who.as_str(), what.as_str(), about.as_deref()),
        ("N. Okafor", "insulin shown on the command line: Diabetes clinic", Some("p"))
    );
}

#[test]
fn a_pen_that_was_not_read_since_missed_nothing_that_anybody_knows_of() {
    let home = home();
    // Two days on, nothing has come.
    home.later(2 * DAY_MS);
    let found = asked(&home);
    assert_eq!(keys(&found["findings"]), ["missed", "not-known", "kind", "priming"]);
    // A dose of the next day comes, and says that the pen was read.
    let ago = -(2 * DAY_MS - DUE);
    home.page(&given("b-2", ago, 20.0, "Insulin glargine", by("slow")));
    let found = asked(&home);
    assert_eq!(keys(&found["findings"]), ["missed", "missed", "kind", "priming"], "{found:#}");
}

#[test]
fn what_is_withheld_is_counted_and_nothing_is_told_missing_of_it() {
    let home = home();
    // What was given four days ago and the day before is nobody's to see.
    let period = json!({ "start": at(5 * DAY_MS), "end": at(3 * DAY_MS + 6 * HOUR_MS) });
    refuse(&home, json!({ "type": "permit", "provision": [{ "type": "deny", "dataPeriod": period }] }));
    let page = block(&home);
    let insulin = &page["insulin"];
    assert_eq!(keys(&insulin["findings"]), ["withheld", "kind", "priming"], "{insulin:#}");
    assert_eq!((&insulin["withheld"]["count"], &page["withheld"]["count"]), (&json!(1), &json!(1)));
    assert_eq!(insulin["withheld"]["words"], "1 withheld: the patient refused it (1)");
    let found = asked(&home);
    assert_eq!((&found["whole"], found["doses"].as_array().unwrap().len()), (&json!(false), 11));
    assert_eq!(found["withheld"], "1 withheld: the patient refused it (1)");
    assert!(found["basal"].as_array().unwrap().iter().all(|row| row["state"] == "given"), "{found:#}");
    let words = paper(&home);
    assert!(
        words.contains("withheld: the patient refused it") && !words.contains("Basal dose of about"),
        "{words}"
    );
}

#[test]
fn whose_every_dose_is_withheld_has_a_block_that_says_so_and_who_has_none_has_no_block() {
    let home = home();
    refuse(&home, json!({ "type": "deny" }));
    let page = block(&home);
    let insulin = &page["insulin"];
    assert_eq!((&insulin["withheld"]["count"], &insulin["doses"]), (&json!(12), &json!([])));
    assert_eq!(insulin["onBoard"], "0 U");
    assert_eq!(keys(&insulin["findings"]), ["withheld"]);
    assert_eq!((&asked(&home)["doses"], &asked(&home)["whole"]), (&json!([]), &json!(false)));

    let other = At::of_nobody();
    other.patient();
    assert_eq!(block(&other)["insulin"], Value::Null);
    let dose = |what: &str| given("m", HOUR_MS, 5000.0, what, json!({}));
    other.page(&dose("Heparin"));
    assert_eq!(block(&other)["insulin"], Value::Null, "other drugs are counted in units, too");
    let found = asked(&other);
    assert_eq!((&found["at"], &found["days"], &found["on_board"]), (&Value::Null, &json!([]), &Value::Null));
}

#[test]
fn a_pen_that_is_named_later_is_the_pen_and_one_that_is_taken_back_is_none() {
    let home = home();
    let named = |version: &str, more: Value| {
        let mut dose = given("what", 2 * HOUR_MS, 5.0, "Insulin", more);
        dose["meta"] = json!({ "versionId": version, "lastUpdated": at(HOUR_MS) });
        home.page(&dose);
        let found = asked(&home);
        found["doses"].as_array().unwrap().last().unwrap()["device"].clone()
    };
    assert_eq!(asked(&home)["doses"].as_array().unwrap().last().unwrap()["device"], Value::Null);
    assert_eq!(named("2", by("slow")), "slow");
    assert_eq!(named("3", by("fast")), "fast");
    assert_eq!(named("4", json!({})), Value::Null);
}
