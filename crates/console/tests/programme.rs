//! Everybody at home on one list: who has to be called, why, what a call answers, who may see it, and what is withheld.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::{Body, Code, DAY_MS, Decimal, Fact, HOUR_MS, Instant, MINUTE_MS, Quality, Sample, Source};
use console::{Act, ConsoleError};
use serde_json::{Value, json};
use staffed::{At, BEGIN};
use vault::PageCommit;

const NURSE: usize = 4;
const IT: usize = 5;

/// A programme nurse at a station.
fn station() -> At {
    let at = At::of(&[NURSE, IT]);
    at.comes(NURSE);
    at
}

/// Somebody who is followed at home.
fn at_home(at: &At, id: &str, family: &str) {
    let subject = json!({ "reference": format!("Patient/{id}") });
    at.page(&json!({ "resourceType": "Patient", "id": id, "active": true, "name": [{ "family": family }] }));
    at.page(&json!({
        "resourceType": "Encounter", "id": format!("{id}-stay"), "status": "in-progress", "class": { "code": "HH" }, "subject": subject,
    }));
}

/// Values of a device, each so long before the station's clock.
fn values(at: &At, patient: &str, code: &str, unit: &str, values: &[(i64, i64, u8)]) {
    let now = at.console.now();
    let sample = |(ago, mantissa, scale): &(i64, i64, u8)| Sample {
        patient: patient.into(),
        device: Some(format!("{patient}-device").as_str().into()),
        code: Code::Loinc(code.into()),
        value: Decimal { mantissa: *mantissa, scale: *scale },
        comparator: None,
        unit: unit.into(),
        taken_at: now - *ago,
        quality: Quality::Good,
    };
    let reference = format!("Observation/{patient}-{code}-{}-{}", now.0, values[0].0);
    let source = Source { reference: reference.as_str().into(), version: "1".into() };
    let body = Body::Samples(values.iter().map(sample).collect());
    let facts = vec![Fact { source, updated_at: None, body }];
    at.vault.commit(PageCommit { facts, received: now, ..Default::default() }).unwrap();
}

/// A sensor that sent each five minutes for a fortnight; one of so many readings is 2.8 mmol/L, the others 6.5.
fn sensor(at: &At, patient: &str, one_of: i64) {
    let reading = |n: i64| (n * 5 * MINUTE_MS, if n % one_of == 0 { 28 } else { 65 }, 1);
    let all: Vec<_> = (0..14 * 288).map(reading).collect();
    values(at, patient, "105272-9", "mmol/L", &all);
}

/// The list when everybody's month is worked out.
fn whole(at: &At) -> Value {
    loop {
        let list = serde_json::to_value(at.console.programme().unwrap()).unwrap();
        if list["pending"] == 0 {
            return list;
        }
    }
}

fn row(list: &Value, patient: &str) -> Value {
    list["rows"].as_array().unwrap().iter().find(|row| row["patient"] == patient).unwrap().clone()
}

fn order(list: &Value) -> Vec<&str> {
    list["rows"].as_array().unwrap().iter().map(|row| row["patient"].as_str().unwrap()).collect()
}

fn reasons(list: &Value, patient: &str) -> Vec<(String, String)> {
    let word = |reason: &Value, key: &str| reason[key].as_str().unwrap().to_owned();
    let row = row(list, patient);
    let reasons = row["reasons"].as_array().unwrap().iter();
    reasons.map(|reason| (word(reason, "kind"), word(reason, "problem"))).collect()
}

fn call(patient: &str, reached: bool, words: &str, look_again: Option<Instant>) -> Act {
    Act::LogCall { patient: patient.into(), reached, words: words.into(), look_again }
}

#[test]
fn who_has_to_be_called_stands_first_with_what_it_rests_on() {
    let at = station();
    for (id, family) in [("a", "Ahl"), ("b", "Bo"), ("c", "Chen"), ("d", "Dube"), ("e", "Eke")] {
        at_home(&at, id, family);
    }
    sensor(&at, "a", 1_000);
    sensor(&at, "c", 40);
    values(&at, "b", "8867-4", "/min", &[(30 * HOUR_MS, 72, 0)]);
    values(&at, "d", "29463-7", "kg", &[(2 * DAY_MS, 700, 1), (HOUR_MS, 725, 1)]);
    let list = whole(&at);
    assert_eq!(order(&list), ["c", "b", "d", "a"], "who never sent anything is in no row");
    assert_eq!((&list["without"], &list["days"]), (&json!(1), &json!(30)));
    let found = ["c", "b", "d", "a"].map(|id| reasons(&list, id));
    let one = |kind: &str, problem: &str| vec![(kind.to_owned(), problem.to_owned())];
    assert_eq!(
        found,
        [one("very-low", "person"), one("silent", "device"), one("weight-gain", "person"), Vec::new()]
    );
    let low = row(&list, "c");
    assert_eq!(low["reasons"][0]["words"], "2.5 % below 3.0 mmol/L, goal less than 1 %");
    assert_eq!(low["range"]["text"], "97.4 %");
    assert_eq!(
        (&low["range"]["tooLittle"], &low["range"]["met"], &low["due"]),
        (&Value::Null, &json!(true), &json!(true))
    );
    assert!(low["days"].as_u64().unwrap() >= 14, "{low}");
    let silent = row(&list, "b");
    assert_eq!((&silent["lastData"], &silent["days"]), (&json!(BEGIN - 30 * HOUR_MS), &json!(1)));
    assert_eq!(silent["deviceState"], "Nothing comes from any device for 30 h");
    let weight = row(&list, "d");
    assert_eq!(weight["vitals"][0]["reads"], "72.5");
}

#[test]
fn a_call_answers_what_was_there_until_somebody_is_to_look_again_and_nothing_later() {
    let at = station();
    at_home(&at, "p", "Ahl");
    sensor(&at, "p", 40);
    let again = at.console.now() + 2 * HOUR_MS;
    for (wrong, words) in [(at.console.now(), "now"), (at.console.now() + 400 * DAY_MS, "in a year")] {
        let refused = at.console.act(call("p", true, "x", Some(wrong)));
        assert!(matches!(refused, Err(ConsoleError::LookAgain)), "{words}: {refused:?}");
    }
    assert!(matches!(at.console.act(call("nobody", true, "x", None)), Err(ConsoleError::NoPatient)));
    assert_eq!(row(&whole(&at), "p")["calls"], json!([]), "what was refused is not logged");

    let long = "took sugar, ".repeat(60);
    at.console.act(call("p", false, &long, Some(again))).unwrap();
    let list = whole(&at);
    let found = row(&list, "p");
    assert_eq!((&found["due"], &found["answeredUntil"]), (&json!(false), &json!(again.0)));
    let logged = &found["calls"][0];
    assert_eq!(
        (&logged["reached"], &logged["lookAgain"], &logged["by"]),
        (&json!(false), &json!(again.0), &json!("L. Chen"))
    );
    assert_eq!(logged["sent"], false, "the server does not have it yet");
    // Any station reads it as a note.
    let notes = at.console.annotations(&"p".into()).unwrap();
    assert!(notes[0].text.starts_with("Called, not reached: took sugar"), "{}", notes[0].text);
    assert_eq!(at.console.waiting().unwrap().len(), 1);
    assert_eq!(at.log(1)[0].0, "L. Chen");

    at.later(MINUTE_MS);
    at.alarm("e");
    assert_eq!(row(&whole(&at), "p")["due"], true, "an alarm of after the call");
    at.console.act(call("p", true, "", None)).unwrap();
    assert_eq!(row(&whole(&at), "p")["due"], false);
    at.later(DAY_MS);
    let tomorrow = whole(&at);
    assert_eq!(row(&tomorrow, "p")["due"], true, "a day later");
    assert!(reasons(&tomorrow, "p").iter().all(|(kind, _)| kind != "look-again"), "nothing was agreed");
}

#[test]
fn calls_are_there_after_a_restart_and_somebody_is_looked_at_again_when_it_is_time() {
    let at = station();
    at_home(&at, "p", "Ahl");
    values(&at, "p", "8867-4", "/min", &[(MINUTE_MS, 72, 0)]);
    at.console.act(call("p", true, "says (look again soon)", Some(at.console.now() + HOUR_MS))).unwrap();
    assert_eq!(reasons(&whole(&at), "p"), []);
    let at = at.restart();
    at.later(HOUR_MS);
    at.comes(NURSE);
    let list = whole(&at);
    assert_eq!(reasons(&list, "p"), [("look-again".into(), "neither".into())]);
    assert_eq!(row(&list, "p")["calls"][0]["words"], "says (look again soon)");
}

#[test]
fn who_may_not_see_the_list_is_refused_and_the_log_says_so() {
    let at = station();
    at.comes(IT);
    assert!(matches!(at.console.programme(), Err(ConsoleError::MayNot(_))));
    assert_eq!(at.log(1)[0].1, "refused: programme");
    assert!(matches!(At::of(&[NURSE]).console.programme(), Err(ConsoleError::NobodyHere)));
}

#[test]
fn whoever_calls_sees_how_somebody_is_reached_and_nothing_of_it_that_is_withheld_or_over() {
    let at = station();
    at_home(&at, "h1", "Roth");
    at_home(&at, "h2", "Marsh");
    let reached = |of: &str| serde_json::to_value(at.console.contacts(&of.into()).unwrap()).unwrap();
    let patient = |more: Value, version: &str| {
        let mut patient = json!({ "resourceType": "Patient", "id": "h1", "meta": { "versionId": version }, "name": [{ "family": "Roth" }] });
        patient.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        at.page(&patient);
    };
    assert_eq!(reached("h1")["unknown"], "The server tells no telephone and no address");
    patient(
        json!({
            "telecom": [{ "system": "phone", "value": "1", "use": "old" }, { "system": "phone", "value": "020 7946 0123", "use": "mobile" }],
            "address": [{ "line": ["4 Mill Lane"], "city": "Eastbury" }],
            "communication": [{ "language": { "coding": [{ "code": "pl" }] } }],
            "contact": [{ "name": { "text": "Eva Roth" }, "relationship": [{ "text": "Daughter" }],
                "telecom": [{ "system": "phone", "value": "020 7946 0456" }] }],
        }),
        "2",
    );
    let told = reached("h1");
    assert_eq!(told["unknown"], Value::Null);
    assert_eq!(told["points"], json!([{ "what": "Telephone, mobile", "value": "020 7946 0123" }]));
    assert_eq!((&told["address"], &told["languages"]), (&json!("4 Mill Lane, Eastbury"), &json!(["pl"])));
    assert_eq!(told["people"][0]["name"], "Eva Roth");
    assert_eq!(told["people"][0]["points"][0]["value"], "020 7946 0456");
    // Another person's is another's, and what is taken back is gone.
    assert!(reached("h2")["points"].as_array().unwrap().is_empty());
    assert!(reached("nobody")["unknown"].as_str().unwrap().starts_with("Not read"));
    patient(json!({}), "3");
    assert_eq!(reached("h1")["unknown"], "The server tells no telephone and no address");
    // Also where a record that was merged into theirs told of one.
    at.page(&json!({ "resourceType": "Patient", "id": "old", "telecom": [{ "system": "phone", "value": "020 7946 0999" }] }));
    patient(json!({ "link": [{ "type": "replaces", "other": { "reference": "Patient/old" } }] }), "31");
    assert_eq!(reached("h1")["unknown"], "The server tells no telephone and no address");
    patient(json!({ "telecom": [{ "system": "phone", "value": "020 7946 0789" }] }), "40");
    at.page(&json!({ "resourceType": "Consent", "id": "c", "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "patient": { "reference": "Patient/h1" }, "provision": { "type": "deny" } }));
    let held = reached("h1");
    assert!(held["unknown"].as_str().unwrap().starts_with("Withheld: "), "{held}");
    assert!(!held.to_string().contains("0789"), "{held}");
    at.comes(IT);
    assert!(matches!(at.console.contacts(&"h2".into()), Err(ConsoleError::MayNot(_))));
}

#[test]
fn of_many_people_some_are_worked_out_in_a_look_and_then_those_alone_who_changed() {
    let at = station();
    for n in 0..45 {
        at_home(&at, &format!("p{n}"), &format!("Name {n:02}"));
        values(&at, &format!("p{n}"), "8867-4", "/min", &[(MINUTE_MS, 72, 0)]);
    }
    let first = serde_json::to_value(at.console.programme().unwrap()).unwrap();
    assert_eq!(
        (first["rows"].as_array().unwrap().len(), &first["pending"]),
        (45, &json!(5)),
        "everybody is there at once"
    );
    let unknown =
        |list: &Value| list["rows"].as_array().unwrap().iter().filter(|row| row["days"].is_null()).count();
    assert_eq!(unknown(&first), 5);
    let second = serde_json::to_value(at.console.programme().unwrap()).unwrap();
    assert_eq!((&second["pending"], unknown(&second)), (&json!(0), 0));
    values(&at, "p7", "8867-4", "/min", &[(2 * DAY_MS, 70, 0)]);
    let third = serde_json::to_value(at.console.programme().unwrap()).unwrap();
    assert_eq!(
        (&third["pending"], &row(&third, "p7")["days"]),
        (&json!(0), &json!(2)),
        "who changed, at once"
    );
    assert_eq!(row(&third, "p8")["days"], 1);
}

#[test]
fn what_a_consent_withholds_is_counted_and_nobody_counts_as_silent_by_it() {
    let at = station();
    at_home(&at, "p", "Ahl");
    sensor(&at, "p", 40);
    assert_eq!(reasons(&whole(&at), "p"), [("very-low".into(), "person".into())]);
    let code = json!({ "coding": [{ "system": "http://loinc.org", "code": "105272-9" }] });
    let scope = json!([{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }]);
    at.page(&json!({
        "resourceType": "Consent", "id": "c", "status": "active", "scope": { "coding": scope },
        "patient": { "reference": "Patient/p" },
        "provision": { "type": "permit", "provision": [{ "type": "deny", "code": [code] }] },
    }));
    at.later(2 * DAY_MS);
    let list = whole(&at);
    let found = row(&list, "p");
    assert_eq!(
        (&found["range"], &found["reasons"], &found["lastData"]),
        (&Value::Null, &json!([]), &Value::Null)
    );
    assert!(found["withheld"]["count"].as_u64().unwrap() > 4000, "{}", found["withheld"]);
    assert_eq!(list["withheld"], found["withheld"]);
}

/// `cargo test -p console --release --test programme -- --ignored --nocapture` prints how long looks of 500 people take.
#[test]
#[ignore = "a figure, and no test"]
fn five_hundred_people_with_a_fortnight_of_a_sensor() {
    let at = station();
    for n in 0..500 {
        at_home(&at, &format!("p{n}"), &format!("Name {n:03}"));
        sensor(&at, &format!("p{n}"), 40 + n);
    }
    at.console.board().unwrap();
    let look = |what: &str| {
        let began = std::time::Instant::now();
        let list = serde_json::to_value(at.console.programme().unwrap()).unwrap();
        println!("{what}: {:.1} ms, {} to come", began.elapsed().as_secs_f64() * 1e3, list["pending"]);
        list["pending"] == 0
    };
    while !look("a look at first") {}
    look("nothing changed");
    values(&at, "p7", "105272-9", "mmol/L", &[(MINUTE_MS, 65, 1)]);
    look("one person changed");
}
