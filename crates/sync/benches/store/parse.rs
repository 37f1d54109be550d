//! A page of Observations from text to facts.

use clinical::Instant;
use serde_json::{Value, json};

use crate::{Table, timed};

/// A page as a ward's server sends it: 30 people, five measures and pressures in two parts, each with its own moment.
pub(crate) fn parse(table: &mut Table) {
    const MEASURES: [(&str, &str, &str); 5] = [
        ("8867-4", "Heart rate", "/min"),
        ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%"),
        ("9279-1", "Respiratory rate", "/min"),
        ("8310-5", "Body temperature", "Cel"),
        ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL"),
    ];
    let quantity = |value: Value, unit: &str| json!({ "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit });
    let concept = |code: &str, display: &str| json!({ "coding": [{ "system": "http://loinc.org", "code": code, "display": display }] });
    let entry = |n: usize| {
        let at = fhir::format_instant(Instant(1_767_225_600_000 + i64::try_from(n).unwrap() * 1370));
        let mut resource = json!({
            "resourceType": "Observation", "id": uuid::Uuid::from_u128(n as u128 * 0x1234_5678_9ABC_DEF1_2345_6789).to_string(),
            "meta": { "versionId": (1 + n % 3).to_string(), "lastUpdated": at },
            "status": "final",
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs" }] }],
            "subject": { "reference": format!("Patient/p{}", n / 6 % 30) }, "device": { "reference": format!("Device/d{}", n / 6 % 30) },
            "effectiveDateTime": at,
        });
        match MEASURES.get(n % 6) {
            Some((code, display, unit)) => {
                resource["code"] = concept(code, display);
                resource["valueQuantity"] = quantity(json!((300 + n % 70) as f64 / 10.0), unit);
            }
            None => {
                resource["code"] = concept("85354-9", "Blood pressure panel");
                resource["component"] = [("8480-6", "Systolic blood pressure", 110), ("8462-4", "Diastolic blood pressure", 60)]
                    .map(|(code, display, low)| json!({ "code": concept(code, display), "valueQuantity": quantity(json!(low + n % 30), "mm[Hg]") }))
                    .into_iter()
                    .collect();
            }
        }
        json!({ "fullUrl": format!("http://server/fhir/Observation/{}", resource["id"].as_str().unwrap()), "resource": resource, "search": { "mode": "match" } })
    };
    for n in [150, 1500, 15_000] {
        let entries: Vec<Value> = (0..n).map(entry).collect();
        let text = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }).to_string();
        let mb = text.len() as f64 / 1e6;
        assert_eq!(fhir::read_page(text.as_bytes()).unwrap().facts.len(), n);
        let typed = timed(15, || fhir::read_page(text.as_bytes()).unwrap().facts.len());
        let plain = timed(5, || serde_json::from_str::<Value>(&text).unwrap().as_object().unwrap().len());
        table.row(format!("a Bundle of {mb:.1} MB to facts"), mb / typed * 1000.0, "MB/s", "at least 400");
        table.row(format!("  plain: to a tree of values, {mb:.1} MB"), mb / plain * 1000.0, "MB/s", "");
    }
}
