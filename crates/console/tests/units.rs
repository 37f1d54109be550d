//! Glucose in one unit wherever a person reads or types it; a number in the wrong one is off by eighteen times.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use clinical::{
    Body, Code, Fact, HOUR_MS, Instant, MINUTE_MS, Measure, Person, Quality, Sample, Sex, Source,
};
use console::view::{Bounds, Limits};
use console::{Act, Console, Station};
use documents::{ChartRequest, chart, export_csv, flowsheet};
use vault::{Key, PageCommit, Vault};

const NOW: Instant = Instant(1_767_225_600_000);

fn cache(folder: &std::path::Path, sent: &str, number: &str, site: Option<&str>) -> Vault {
    let vault = Vault::open(folder, Key::random().unwrap()).unwrap();
    let person = Person {
        id: "p".into(),
        mrn: "1".into(),
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
    let samples = (1..6).map(|n| Sample {
        comparator: None,
        patient: "p".into(),
        device: None,
        code: Code::Loinc("2339-0".into()),
        value: number.parse().unwrap(),
        unit: sent.into(),
        taken_at: NOW - n * 5 * MINUTE_MS,
        quality: Quality::Good,
    });
    let bodies = [Body::Person(person), Body::Samples(samples.collect())];
    let facts = bodies.into_iter().enumerate().map(|(n, body)| Fact {
        source: Source { reference: format!("X/{n}").as_str().into(), version: "1".into() },
        updated_at: None,
        body,
    });
    vault.commit(PageCommit { facts: facts.collect(), received: NOW, ..Default::default() }).unwrap();
    if let Some(unit) = site {
        vault.set_site("unit.glucose".into(), unit.into(), "IT".into(), NOW).unwrap();
    }
    vault
}

/// What is sent, what the site sets, the unit shown, and the value and the low limit as they are shown.
type Case = (&'static str, &'static str, Option<&'static str>, &'static str, &'static str, f64);

#[test]
fn nobody_reads_or_types_glucose_in_two_units() {
    let cases: [Case; 6] = [
        ("mmol/L", "5.5", None, "mmol/L", "5.5", 3.9),
        ("mg/dL", "99", None, "mg/dL", "99", 70.0),
        ("mg/dL", "99", Some("mmol/L"), "mmol/L", "5.5", 3.9),
        ("mmol/L", "5.5", Some("mg/dL"), "mg/dL", "99", 70.0),
        ("mmol/L", "5.5", Some("mmol/L"), "mmol/L", "5.5", 3.9),
        ("g/L", "0.99", Some("mmol/L"), "mmol/L", "5.5", 3.9),
    ];
    for (sent, number, site, unit, shown, low) in cases {
        let name = format!("{number} {sent}, the site set to {site:?}");
        let folder = tempfile::tempdir().unwrap();
        let vault = cache(folder.path(), sent, number, site);
        let patient = "p".into();
        let request = ChartRequest {
            patient: "p".into(),
            from: Some(NOW - HOUR_MS),
            to: Some(NOW),
            light: true,
            every_sample: false,
        };
        let ward = vault.read(|reader| reader.ward()).unwrap();
        let board = console::board(&ward, NOW);
        let cell = board.tiles[0].cells.iter().find(|cell| cell.slot.code() == "glucose").unwrap();
        assert_eq!((cell.unit, cell.text.as_str()), (unit, shown), "{name}: tile");
        vault
            .read(|reader| {
                let at = trends::values_at(reader, &patient).unwrap();
                let at = at.iter().find(|value| value.key == "glucose").unwrap();
                assert_eq!((at.unit, at.text.as_str()), (unit, shown), "{name}: crosshair");
                let sheet = flowsheet(reader, &request, HOUR_MS).unwrap();
                let row = sheet.iter().find(|row| row.key == "glucose").unwrap();
                assert_eq!(row.unit, unit, "{name}: flowsheet");
                let digits = usize::from(unit == "mmol/L");
                assert_eq!(format!("{:.digits$}", row.cells[0].median), shown, "{name}: flowsheet");
                let figure = chart(reader, &request, 900).unwrap();
                let row = figure.rows.iter().find(|row| row.label == "Glucose").unwrap();
                assert_eq!(
                    (row.unit.as_str(), row.panel.limits[0].1.low),
                    (unit, Some(low)),
                    "{name}: paper"
                );
                // Who reads the file is a machine: as it was sent, in UCUM.
                let csv = export_csv(reader, &request).unwrap().text;
                assert!(csv.contains(&format!(",{number},{sent},")), "{name}: {csv}");
                let limits = Limits::from(bedside::patient_limits(reader, &patient, NOW).unwrap());
                let limits = serde_json::to_value(&limits).unwrap();
                let of = |key: &str| {
                    limits[key]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|one| one["code"] == "99504-3")
                        .unwrap()
                        .clone()
                };
                let glucose = of("measures");
                assert_eq!(
                    (glucose["unit"].as_str(), glucose["low"].as_f64()),
                    (Some(unit), Some(low)),
                    "{name}"
                );
                let preset = limits["presets"][0]["limits"].as_array().unwrap().clone();
                let preset = preset.iter().find(|one| one["code"] == "99504-3").unwrap().clone();
                assert_eq!(
                    (preset["unit"].as_str(), preset["low"].as_f64()),
                    (Some(unit), Some(low)),
                    "{name}"
                );
                // And back: what is typed is what holds.
                let typed: Bounds = serde_json::from_value(preset).unwrap();
                let (measure, own) = typed.read().unwrap();
                assert_eq!(measure, Measure::Glucose);
                assert!((own.low.unwrap() - 70.0).abs() < 0.5, "{name}: {own:?}");
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn every_limit_is_asked_for_as_people_write_it_and_in_no_unit_that_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let vault = cache(folder.path(), "mmol/L", "5.5", None);
    let limits = vault.read(|reader| bedside::patient_limits(reader, &"p".into(), NOW)).unwrap();
    let limits = serde_json::to_value(Limits::from(limits)).unwrap();
    let units: Vec<_> =
        limits["measures"].as_array().unwrap().iter().map(|one| one["unit"].clone()).collect();
    assert_eq!(units, ["/min", "%", "/min", "mmHg", "°C", "mmol/L"]);
    for unit in ["mm[Hg]", "Cel", "", "mmol"] {
        for code in ["8480-6", "8310-5", "99504-3"] {
            let bounds = serde_json::json!({ "code": code, "unit": unit, "low": 4.0, "high": null });
            assert!(serde_json::from_value::<Bounds>(bounds).unwrap().read().is_none(), "{code} in {unit}");
        }
    }
}

#[test]
fn a_limit_stands_as_it_was_typed_and_the_one_beside_it_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(cache(folder.path(), "mmol/L", "5.5", None));
    let station = Station { name: "S".into(), user: "N. Okafor".into(), user_id: None };
    let (console, _events) = Console::open(vault, None, station, Arc::new(|| NOW)).unwrap();
    let held = || {
        let found = console.limits(&"p".into()).unwrap();
        found.measures.iter().find(|known| known.measure == Measure::Glucose).unwrap().now
    };
    // As the page asks for it: both bounds as it shows them, in its unit.
    let set = |low: f64, high: f64| {
        let asked = serde_json::json!({
            "bounds": { "code": "99504-3", "unit": "mmol/L", "low": low, "high": high },
            "default": false, "hours": 12, "role": "Nurse", "reason": "as prescribed",
        });
        let change: console::view::SetLimit = serde_json::from_value(asked).unwrap();
        let changes = vec![change.read().unwrap()];
        console.act(Act::SetLimits { patient: "p".into(), changes }).unwrap();
        let shown = serde_json::to_value(Limits::from(console.limits(&"p".into()).unwrap())).unwrap();
        let all = shown["measures"].as_array().unwrap().clone();
        let glucose = all.iter().find(|one| one["code"] == "99504-3").unwrap().clone();
        (glucose["low"].as_f64().unwrap(), glucose["high"].as_f64().unwrap())
    };
    assert_eq!((held().low, held().high), (Some(70.0), Some(250.0)), "the unit's, in mg/dL");
    assert_eq!(set(3.66, 13.9), (3.66, 13.9));
    assert_eq!(held().high, Some(250.0), "13.9 mmol/L is what 250 mg/dL is shown as, and nobody touched it");
    let low = held().low;
    assert_eq!(set(3.66, 12.0), (3.66, 12.0));
    assert_eq!(held().low, low, "nobody touched it");
}
