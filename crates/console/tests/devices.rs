//! The devices of everybody at home on one list: what is to be put right, its cause, who may see it, and what is not known.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::{Body, Code, DAY_MS, Decimal, Fact, HOUR_MS, MINUTE_MS, Quality, Sample, Source};
use console::ConsoleError;
use serde_json::{Value, json};
use staffed::{At, BEGIN};
use vault::PageCommit;

const NURSE: usize = 4;
const IT: usize = 5;
const HEART: (&str, &str) = ("8867-4", "/min");
const GLUCOSE: (&str, &str) = ("105272-9", "mmol/L");

fn station() -> At {
    let at = At::of(&[NURSE, IT]);
    at.comes(NURSE);
    at
}

/// Somebody who is followed at home, or lies in a hospital.
fn somebody(at: &At, id: &str, class: &str) {
    let subject = json!({ "reference": format!("Patient/{id}") });
    at.page(&json!({ "resourceType": "Patient", "id": id, "active": true, "name": [{ "family": id.to_uppercase() }] }));
    at.page(&json!({
        "resourceType": "Encounter", "id": format!("{id}-stay"), "status": "in-progress", "class": { "code": class }, "subject": subject,
    }));
}

fn device(at: &At, patient: &str, id: &str, name: &str, status: &str) {
    at.page(&json!({
        "resourceType": "Device", "id": id, "status": status, "patient": { "reference": format!("Patient/{patient}") },
        "deviceName": [{ "name": name, "type": "user-friendly-name" }],
    }));
}

/// Values of a device, each so long before the station's clock.
fn sent(at: &At, (patient, device): (&str, &str), code: Code, unit: &str, values: &[(i64, i64)]) {
    let now = at.console.now();
    let sample = |(ago, value): &(i64, i64)| Sample {
        patient: patient.into(),
        device: Some(device.into()),
        code: code.clone(),
        value: Decimal { mantissa: *value, scale: 0 },
        comparator: None,
        unit: unit.into(),
        taken_at: now - *ago,
        quality: Quality::Good,
    };
    let reference = format!("Observation/{device}-{unit}-{}-{}", now.0, values[0].0);
    let source = Source { reference: reference.as_str().into(), version: "1".into() };
    let body = Body::Samples(values.iter().map(sample).collect());
    let facts = vec![Fact { source, updated_at: None, body }];
    at.vault.commit(PageCommit { facts, received: now, ..Default::default() }).unwrap();
}

fn loinc(at: &At, of: (&str, &str), (code, unit): (&str, &str), values: &[(i64, i64)]) {
    sent(at, of, Code::Loinc(code.into()), unit, values);
}

fn mdc(at: &At, of: (&str, &str), code: &str, values: &[(i64, i64)]) {
    sent(at, of, Code::Mdc(code.into()), "%", values);
}

/// A value each hour of two days, the newest so long ago.
fn hourly(ago: i64) -> Vec<(i64, i64)> {
    (0..48).map(|n| (ago + n * HOUR_MS, 70)).collect()
}

/// A sensor's fortnight, the newest reading so long ago.
fn readings(ago: i64) -> Vec<(i64, i64)> {
    (0..14 * 96).map(|n| (ago + n * 15 * MINUTE_MS, 7)).collect()
}

/// The list when everybody's month is worked out.
fn whole(at: &At) -> Value {
    loop {
        let list = serde_json::to_value(at.console.devices().unwrap()).unwrap();
        if list["pending"] == 0 {
            return list;
        }
    }
}

fn row(list: &Value, key: &str) -> Value {
    list["rows"].as_array().unwrap().iter().find(|row| row["key"] == key).unwrap().clone()
}

fn keys(list: &Value) -> Vec<&str> {
    list["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect()
}

/// The codes of what is wrong, by device.
fn wrong(list: &Value) -> Vec<(&str, &str)> {
    let of = |row: &'_ Value| row["faults"].as_array().unwrap().len();
    let rows = list["rows"].as_array().unwrap().iter().filter(|row| of(row) > 0);
    rows.map(|row| (row["key"].as_str().unwrap(), row["faults"][0]["kind"].as_str().unwrap())).collect()
}

#[test]
fn what_is_to_be_put_right_stands_first_with_its_cause_and_a_silent_transmitter_before_all() {
    let at = station();
    for id in ["a", "b", "c", "d"] {
        somebody(&at, id, "HH");
    }
    somebody(&at, "w", "IMP");
    device(&at, "a", "a-cgm", "Glucose sensor", "active");
    device(&at, "a", "a-hub", "Wearable hub", "active");
    device(&at, "a", "a-old", "Wearable hub", "inactive");
    loinc(&at, ("a", "a-cgm"), GLUCOSE, &readings(5 * HOUR_MS));
    loinc(&at, ("a", "a-hub"), HEART, &hourly(0));
    device(&at, "b", "b-icd", "Dual-chamber ICD (implant)", "active");
    mdc(&at, ("b", "b-icd"), "721536", &[(15 * DAY_MS, 85)]);
    device(&at, "c", "c-hub", "Wearable hub", "active");
    loinc(&at, ("c", "c-hub"), HEART, &hourly(0));
    mdc(&at, ("c", "c-hub"), "67996", &[(18 * HOUR_MS, 45), (12 * HOUR_MS, 40), (6 * HOUR_MS, 35), (0, 30)]);
    // A cuff is used when somebody uses it, and a pen says nothing here.
    device(&at, "d", "d-pen", "Insulin pen", "active");
    loinc(&at, ("d", "d-cuff"), ("8480-6", "mm[Hg]"), &[(4 * DAY_MS, 130)]);
    loinc(&at, ("d", "d-scale"), ("29463-7", "kg"), &[(HOUR_MS, 70)]);
    // Of who lies in a bed the implant alone is here.
    device(&at, "w", "w-icd", "ICD", "active");
    device(&at, "w", "w-monitor", "Bedside monitor", "active");

    let list = whole(&at);
    assert_eq!(
        wrong(&list),
        [("b/b-icd", "transmitter-silent"), ("a/a-cgm", "silent"), ("c/c-hub", "battery-falling")]
    );
    assert_eq!(keys(&list)[3..], ["a/a-hub", "d/d-cuff", "d/d-pen", "d/d-scale", "w/w-icd"]);
    let icd = row(&list, "b/b-icd");
    assert_eq!(icd["state"], "Transmitter silent for 15 days");
    assert_eq!(
        (&icd["kind"], &icd["battery"]["reads"], &icd["lastTransmission"], &icd["nextExpected"]),
        (&json!("ICD"), &json!("85 %"), &json!(BEGIN - 15 * DAY_MS), &Value::Null)
    );
    let sensor = row(&list, "a/a-cgm");
    assert_eq!((&sensor["owner"], &sensor["kind"]), (&json!("A"), &json!("Glucose sensor")));
    let told = &sensor["faults"][0];
    assert_eq!(
        (&told["words"], &told["basis"]),
        (&json!("Silent for 5 h"), &json!("Other data of this person still come"))
    );
    let hub = row(&list, "c/c-hub");
    assert_eq!(
        (&hub["battery"]["reads"], &hub["battery"]["trend"]),
        (&json!("30 %"), &json!("−20.0 points a day, lasts 1.5 days"))
    );
    let cuff = row(&list, "d/d-cuff");
    assert_eq!((&cuff["name"], &cuff["state"]), (&Value::Null, &json!("No fault is known")));
    assert_eq!(row(&list, "d/d-pen")["lastSeen"], Value::Null, "doses name no pen here");
}

#[test]
fn the_list_of_people_and_that_of_devices_call_the_same_silent() {
    for (sensor, hub) in [
        (3 * HOUR_MS - MINUTE_MS, 0),
        (3 * HOUR_MS, 0),
        (0, 23 * HOUR_MS),
        (30 * HOUR_MS, 25 * HOUR_MS),
        (30 * HOUR_MS, 23 * HOUR_MS),
    ] {
        let at = station();
        somebody(&at, "p", "HH");
        // Somebody else is heard now.
        somebody(&at, "q", "HH");
        loinc(&at, ("q", "q-hub"), HEART, &hourly(0));
        loinc(&at, ("p", "p-cgm"), GLUCOSE, &readings(sensor));
        loinc(&at, ("p", "p-hub"), HEART, &hourly(hub));
        let people = serde_json::to_value(at.console.programme().unwrap()).unwrap();
        let person = people["rows"].as_array().unwrap().iter().find(|row| row["patient"] == "p").unwrap();
        let called = person["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .any(|reason| ["silent", "sensor-silent"].iter().any(|kind| reason["kind"] == *kind));
        let list = whole(&at);
        assert_eq!(!wrong(&list).is_empty(), called, "{sensor} {hub}: {}", person["reasons"]);
    }
}

#[test]
fn who_uses_a_device_by_hand_and_sends_nothing_any_more_has_one_that_was_heard_last() {
    let at = station();
    somebody(&at, "p", "HH");
    somebody(&at, "q", "HH");
    loinc(&at, ("q", "q-hub"), HEART, &hourly(0));
    loinc(&at, ("p", "p-cuff"), ("8480-6", "mm[Hg]"), &[(30 * HOUR_MS, 130)]);
    loinc(&at, ("p", "p-scale"), ("29463-7", "kg"), &[(60 * HOUR_MS, 70)]);
    let list = whole(&at);
    assert_eq!(wrong(&list), [("p/p-cuff", "silent")]);
    assert!(
        row(&list, "p/p-cuff")["faults"][0]["basis"]
            .as_str()
            .unwrap()
            .starts_with("Nothing comes of this person")
    );
}

#[test]
fn a_transmitter_that_never_spoke_is_silent_when_the_station_has_known_of_it_for_fourteen_days() {
    let at = station();
    somebody(&at, "p", "HH");
    device(&at, "p", "icd", "ICD", "active");
    // Of somebody in a bed nobody said that there is a transmitter.
    somebody(&at, "w", "IMP");
    device(&at, "w", "w-icd", "ICD", "active");
    at.later(14 * DAY_MS - MINUTE_MS);
    loinc(&at, ("p", "monitor"), HEART, &[(0, 70)]);
    assert_eq!(wrong(&whole(&at)), []);
    at.later(MINUTE_MS);
    loinc(&at, ("p", "monitor"), HEART, &[(0, 71)]);
    let list = whole(&at);
    assert_eq!(wrong(&list), [("p/icd", "transmitter-silent")]);
    assert_eq!(row(&list, "p/icd")["state"], "Nothing came from the transmitter for 14 days");
    assert_eq!(row(&list, "w/w-icd")["state"], "Nothing ever came from it");
}

#[test]
fn a_sensor_that_was_replaced_is_not_silent_and_a_hub_that_was_for_two_months_is() {
    let at = station();
    somebody(&at, "p", "HH");
    device(&at, "p", "old", "Glucose sensor", "active");
    device(&at, "p", "hub", "Wearable hub", "active");
    loinc(&at, ("p", "old"), GLUCOSE, &[(2 * DAY_MS, 7), (2 * DAY_MS + MINUTE_MS, 7)]);
    loinc(&at, ("p", "new"), GLUCOSE, &[(0, 7), (MINUTE_MS, 7)]);
    loinc(&at, ("p", "hub"), HEART, &hourly(60 * DAY_MS));
    let list = whole(&at);
    assert_eq!(row(&list, "p/old")["state"], "Another sensor is worn since");
    assert_eq!(wrong(&list), [("p/hub", "silent")]);
    assert_eq!(row(&list, "p/hub")["state"], "Silent for 60 days");
}

#[test]
fn what_a_consent_withholds_is_no_fault_of_a_device() {
    let at = station();
    somebody(&at, "p", "HH");
    device(&at, "p", "hub", "Wearable hub", "active");
    loinc(&at, ("p", "cgm"), GLUCOSE, &readings(0));
    loinc(&at, ("p", "hub"), HEART, &hourly(0));
    assert_eq!(wrong(&whole(&at)), []);
    let code = json!({ "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] });
    let scope = json!([{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }]);
    at.page(&json!({
        "resourceType": "Consent", "id": "c", "status": "active", "scope": { "coding": scope },
        "patient": { "reference": "Patient/p" },
        "provision": { "type": "permit", "provision": [{ "type": "deny", "code": [code] }] },
    }));
    at.later(5 * HOUR_MS);
    somebody(&at, "q", "HH");
    loinc(&at, ("q", "q-hub"), HEART, &[(0, 70)]);
    let list = whole(&at);
    assert_eq!(wrong(&list), []);
    let hub = row(&list, "p/hub");
    assert_eq!(
        (&hub["state"], &hub["lastSeen"], &hub["sends"]),
        (&json!("Not judged: something of this person may be withheld"), &Value::Null, &Value::Null)
    );
    assert!(list["withheld"]["count"].as_u64().unwrap() > 0);
}

#[test]
fn who_made_a_device_and_which_one_it_is_stands_beside_it_and_what_is_not_told_is_not_given() {
    let at = station();
    somebody(&at, "a", "HH");
    device(&at, "a", "plain", "Hub", "active");
    let made = |lot: Option<&str>, version: &str| {
        let mut device = json!({
            "resourceType": "Device", "id": "hub", "meta": { "versionId": version }, "status": "active",
            "patient": { "reference": "Patient/a" }, "deviceName": [{ "name": "Hub", "type": "user-friendly-name" }],
            "manufacturer": "Example", "modelNumber": "H2", "serialNumber": "77", "version": [{ "value": "3.4" }],
        });
        if let Some(lot) = lot {
            device["lotNumber"] = json!(lot);
        }
        at.page(&device);
    };
    made(Some("L1"), "1");
    let of = |key: &str, fact: &str| row(&whole(&at), key)[fact].clone();
    for (fact, value) in
        [("maker", "Example"), ("model", "H2"), ("serial", "77"), ("lot", "L1"), ("firmware", "3.4")]
    {
        assert_eq!(of("a/hub", fact), value, "{fact}");
        assert_eq!(of("a/plain", fact), Value::Null, "{fact}");
    }
    made(None, "2");
    assert_eq!((of("a/hub", "lot"), of("a/hub", "serial")), (Value::Null, json!("77")), "taken back");
}

#[test]
fn a_trend_that_is_not_worked_out_yet_is_none_and_both_lists_share_what_is() {
    let at = station();
    for n in 0..45 {
        let (id, hub) = (format!("p{n:02}"), format!("h{n:02}"));
        somebody(&at, &id, "HH");
        mdc(&at, (&id, &hub), "67996", &[(MINUTE_MS, 80)]);
    }
    let untold = |list: &Value| {
        let rows = list["rows"].as_array().unwrap().iter();
        rows.filter(|row| row["battery"]["trend"].is_null()).count()
    };
    let first = serde_json::to_value(at.console.devices().unwrap()).unwrap();
    assert_eq!((keys(&first).len(), &first["pending"], untold(&first)), (45, &json!(5), 5));
    let people = serde_json::to_value(at.console.programme().unwrap()).unwrap();
    assert_eq!(people["pending"], 0);
    let second = serde_json::to_value(at.console.devices().unwrap()).unwrap();
    assert_eq!((&second["pending"], untold(&second)), (&json!(0), 0));
    assert_eq!(row(&second, "p07/h07")["battery"]["trend"], "does not fall, or too few values");
}

#[test]
fn who_may_not_see_the_list_is_refused_and_the_log_says_so() {
    let at = station();
    at.comes(IT);
    assert!(matches!(at.console.devices(), Err(ConsoleError::MayNot(_))));
    assert_eq!(at.log(1)[0].1, "refused: programme");
    assert!(matches!(At::of(&[NURSE]).console.devices(), Err(ConsoleError::NobodyHere)));
}

/// `cargo test -p console --release --test devices -- --ignored --nocapture` prints how long looks at 500 people's devices take.
#[test]
#[ignore = "a figure, and no test"]
fn five_hundred_people_with_three_devices_each() {
    let at = station();
    for n in 0..500 {
        let id = format!("p{n}");
        somebody(&at, &id, "HH");
        loinc(&at, (&id, &format!("{id}-cgm")), GLUCOSE, &readings(n * MINUTE_MS));
        loinc(&at, (&id, &format!("{id}-hub")), HEART, &hourly(0));
        mdc(&at, (&id, &format!("{id}-hub")), "67996", &hourly(0));
    }
    at.console.board().unwrap();
    let look = |what: &str| {
        let began = std::time::Instant::now();
        let list = serde_json::to_value(at.console.devices().unwrap()).unwrap();
        println!("{what}: {:.1} ms, {} to come", began.elapsed().as_secs_f64() * 1e3, list["pending"]);
        list["pending"] == 0
    };
    while !look("a look at first") {}
    look("nothing changed");
}
