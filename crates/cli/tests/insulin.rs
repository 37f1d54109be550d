//! `vigil insulin`, as a process of its own over a cache of its own.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use std::path::Path;

use clinical::{
    Amount, Body, DAY_MS, Decimal, Device, Dose, Fact, HOUR_MS, Instant, MINUTE_MS, Person, Sex, Source,
};
use serde_json::{Value, json};
use support::{be_the_command, run, vault};
use vault::PageCommit;

#[test]
fn a_command() {
    be_the_command();
}

/// 2026-03-01T00:00Z; Berlin is an hour ahead.
const FIRST: Instant = Instant(1_772_323_200_000);

fn fact(kind: &str, id: &str, at: Instant, body: Body) -> Fact {
    let source = Source { reference: format!("{kind}/{id}").into(), version: "1".into() };
    Fact { source, updated_at: Some(at), body }
}

/// A dose of the day so many hours and minutes after midnight in UTC, taken by the server a minute later.
fn dose(day: i64, (hour, minute): (i64, i64), units: i64, what: &str, way: &str, pen: Option<&str>) -> Fact {
    let at = FIRST + (day - 1) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
    let id = format!("{way}-{day}-{hour}-{minute}");
    let dose = Dose {
        id: id.as_str().into(),
        patient: "p1".into(),
        what: what.into(),
        amount: Some(Amount { value: Decimal::whole(units), unit: "[iU]".into() }),
        at,
        identity: Some(format!("http://{way}|{id}")),
        device: pen.map(Into::into),
    };
    fact("MedicationAdministration", &id, at + MINUTE_MS, Body::Dose(dose))
}

/// A fortnight of two pens. The slow one forgot the ninth evening, the fast one was not heard since the sixth; one dose came by two
/// ways, one was given twice, and of one nobody knows what it was.
fn station() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let person = Person {
        id: "p1".into(),
        mrn: String::new(),
        family: "Adeyemi".into(),
        given: "Ruth".into(),
        birth_date: None,
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    let pen = |id: &str, name: &str| {
        let (id, patient) = (id.into(), Some("p1".into()));
        Body::Device(Device { id, patient, name: name.into(), active: true, make: None })
    };
    let mut facts = vec![
        fact("Patient", "p1", FIRST, Body::Person(person)),
        fact("Device", "slow", FIRST, pen("slow", "Evening pen")),
        fact("Device", "fast", FIRST, pen("fast", "Meal pen")),
        dose(3, (6, 11), 6, "Insulin aspart", "pen", Some("fast")),
        dose(4, (12, 0), 5, "Insulin", "app", None),
        dose(5, (6, 1), 6, "Insulin aspart", "app", None),
    ];
    let evenings = (1..=14).filter(|day| *day != 9);
    facts.extend(evenings.map(|day| dose(day, (21, 0), 20, "Insulin glargine", "pen", Some("slow"))));
    facts.extend((1..=6).flat_map(|day| {
        [(0, 2), (1, 6)]
            .map(|(minute, units)| dose(day, (6, minute), units, "Insulin aspart", "pen", Some("fast")))
    }));
    let received = FIRST + 14 * DAY_MS;
    vault(folder.path()).commit(PageCommit { facts, received, ..PageCommit::default() }).unwrap();
    folder
}

const ASK: [&str; 7] =
    ["insulin", "--patient", "p1", "--from", "2026-03-01T00:00:00Z", "--to", "2026-03-15T00:00:00Z"];

fn told(folder: &Path, more: &[&str]) -> Value {
    let asked = [&ASK[..], &["--json", "--why", "Diabetes clinic"], more].concat();
    let (code, said, wrong) = run("a_command", folder, &asked);
    assert_eq!(code, Some(0), "{said} {wrong}");
    serde_json::from_str(&said).unwrap()
}

fn keys(found: &Value) -> Vec<&str> {
    found["findings"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect()
}

#[test]
fn a_script_reads_each_dose_with_its_pen_and_what_was_missed_given_twice_or_not_heard_of() {
    let folder = station();
    let found = told(folder.path(), &[]);
    let doses = found["doses"].as_array().unwrap();
    // Fourteen evenings but one, six times a priming and its dose, one twice, one unnamed; the one by two ways is one.
    assert_eq!(doses.len(), 13 + 12 + 1 + 1, "{found:#}");
    let first = &doses[0];
    assert_eq!(
        (&first["role"], &first["before"], &first["device_name"], &first["kind"]),
        (&json!("priming"), &json!("pen-1-6-1"), &json!("Meal pen"), &json!("bolus"))
    );
    let twice: Vec<_> = doses.iter().filter(|dose| dose["again"] != json!([])).collect();
    assert_eq!(twice.len(), 1);
    assert_eq!(
        (&twice[0]["way"], &twice[0]["again"][0]["way"], &twice[0]["again"][0]["same_by"]),
        (&json!("http://pen"), &json!("http://app"), &json!("amount-and-time"))
    );
    let unknown: Vec<_> = doses.iter().filter(|dose| dose["kind"].is_null()).collect();
    assert_eq!((unknown.len(), &unknown[0]["device"]), (1, &Value::Null));

    assert_eq!(keys(&found), ["missed", "double", "silent", "kind", "priming", "again"]);
    let missed: Vec<_> =
        found["basal"].as_array().unwrap().iter().filter(|row| row["state"] == "missed").collect();
    assert_eq!((missed.len(), &missed[0]["due"]), (1, &json!("2026-03-09T21:00:00.000Z")));
    let double = &found["double_doses"][0];
    assert_eq!((&double["apart_min"], &double["units"]), (&json!(10.0), &json!(12.0)));
    let stale = &found["stale_pens"][0];
    assert_eq!(
        (&stale["device"], &stale["why"], &stale["since"], &stale["replaced"]),
        (&json!("fast"), &json!("not-read"), &json!("2026-03-06T06:02:00.000Z"), &json!(false))
    );
    let day =
        |date: &str| found["days"].as_array().unwrap().iter().find(|d| d["date"] == date).unwrap().clone();
    let third = day("2026-03-03");
    assert_eq!(
        (&third["basal_units"], &third["bolus_units"], &third["priming_units"], &third["total_units"]),
        (&json!(20.0), &json!(12.0), &json!(2.0), &json!(32.0))
    );
    assert_eq!(
        (&day("2026-03-04")["unknown_units"], &day("2026-03-05")["doubled"]),
        (&json!(5.0), &json!(1))
    );
    assert_eq!((&day("2026-03-09")["basal_units"], &found["withheld"]), (&json!(0.0), &Value::Null));
    // Berlin's evening of the last day is the next one in Kolkata.
    let kolkata = told(folder.path(), &["--zone", "Asia/Kolkata"]);
    let days = kolkata["days"].as_array().unwrap();
    let tenth = days.iter().find(|day| day["date"] == "2026-03-10").unwrap();
    assert_eq!((&tenth["basal_units"], &day("2026-03-10")["basal_units"]), (&json!(0.0), &json!(20.0)));
}

#[test]
fn insulin_on_board_is_of_the_end_of_what_was_asked_for_and_is_over_six_hours_after_a_dose() {
    let folder = station();
    let at = |to: &str| {
        let ask = ["insulin", "--patient", "p1", "--to", to, "--json", "--why", "Diabetes clinic"];
        let (code, said, wrong) = run("a_command", folder.path(), &ask);
        assert_eq!(code, Some(0), "{wrong}");
        serde_json::from_str::<Value>(&said).unwrap()["on_board"]["units"].as_f64().unwrap()
    };
    let soon = at("2026-03-06T06:11:00Z");
    assert!((5.8..6.0).contains(&soon), "six units ten minutes ago, and none of the air: {soon}");
    let later = at("2026-03-06T09:01:00Z");
    assert!((0.5..3.0).contains(&later), "{later}");
    assert_eq!(at("2026-03-06T12:01:00Z"), 0.0);
}

#[test]
fn a_person_reads_the_same_and_without_a_reason_nothing_is_shown() {
    let folder = station();
    let words = [&ASK[..], &["--why", "Diabetes clinic"]].concat();
    let (code, said, wrong) = run("a_command", folder.path(), &words);
    assert_eq!(code, Some(0), "{wrong}");
    for words in [
        "on board at 2026-03-15T00:00:00.000Z: 0.00 U (works 360 min, most at 75 min)",
        "Basal dose of about Mon 9 Mar 22:00 missed",
        "Two bolus doses of like size, 6 U and 6 U, at Tue 3 Mar 07:01",
        "Nothing came of Meal pen since Fri 6 Mar 07:02",
        "1 dose of 5 U together: kind not known",
        "6 shots of 12 U together: priming",
        "1 dose came by more than one way",
        "2026-03-03    20.0    12.0       0.0    32.0     2.0",
        "2.0 U bolus     Insulin aspart, Meal pen priming, in no sum",
        "5.0 U not known Insulin, no pen named",
        "Insulin aspart, Meal pen one dose by 2 records",
    ] {
        assert!(said.contains(words), "{words} is missing: {said}");
    }
    for (why, wanted) in [(&[][..], Some(64)), (&["--why", " "][..], Some(1))] {
        let (code, said, _) = run("a_command", folder.path(), &[&ASK[..], why].concat());
        assert_eq!((code, said.contains("Insulin")), (wanted, false), "{why:?}");
    }
    let (_, log, _) = run("a_command", folder.path(), &["log", "--json", "--most", "50"]);
    let entries: Vec<Value> = serde_json::from_str(&log).unwrap();
    let of = |what: &str| entries.iter().filter(|entry| entry["what"] == what).count();
    assert_eq!(of("insulin shown on the command line: Diabetes clinic"), 1, "{log}");
}

#[test]
fn who_has_had_no_insulin_has_no_figures_and_nobody_who_is_not_known_is_told_of() {
    let folder = station();
    let before = ["--to", "2025-12-01T00:00:00Z", "--why", "Diabetes clinic"];
    let ask = [&["insulin", "--patient", "p1"][..], &before].concat();
    let (code, said, wrong) = run("a_command", folder.path(), &ask);
    assert_eq!(code, Some(0), "{wrong}");
    assert!(said.contains("no dose of insulin is known"), "{said}");
    let ask = [&["insulin", "--patient", "nobody"][..], &before].concat();
    let (code, _, wrong) = run("a_command", folder.path(), &ask);
    assert_eq!(code, Some(1));
    assert!(wrong.contains("not known"), "{wrong}");
}
