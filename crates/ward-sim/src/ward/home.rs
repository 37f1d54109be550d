//! How the simulated people at home are reached, and what their devices say of themselves. The numbers are of a range that no telephone
//! has (Ofcom, numbers for drama: 020 7946 0000 to 0999).

use serde_json::{Value, json};

const STREETS: [&str; 6] =
    ["4 Mill Lane", "17 Harbour Road", "2 Chapel Row", "88 Orchard Street", "31 Station Road", "9 The Green"];
const CARERS: [(&str, &str); 3] = [("Noor", "Daughter"), ("Tom", "Husband"), ("Aisha", "Neighbour")];

/// Adds to a Patient how they are reached. One of them has told nothing.
pub(crate) fn reached(patient: &mut Value, index: usize, family: &str) {
    let n = index % STREETS.len();
    if n == 4 {
        return;
    }
    let number = |of: usize| format!("020 7946 {:04}", (index * 37 + of * 333 + 1) % 1000);
    patient["telecom"] = json!([
        { "system": "phone", "value": number(0), "use": "home", "rank": if n == 1 { 2 } else { 1 } },
        { "system": "phone", "value": number(1), "use": "mobile", "rank": if n == 1 { 1 } else { 2 } },
        { "system": "phone", "value": "020 7946 0000", "use": "old" },
    ]);
    patient["address"] =
        json!([{ "use": "home", "line": [STREETS[n]], "city": "Eastbury", "postalCode": "EB4 2QT" }]);
    let language = if n == 2 { "pl" } else { "en" };
    patient["communication"] = json!([{ "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": language }] }, "preferred": true }]);
    if n.is_multiple_of(2) {
        let (given, what) = CARERS[n / 2];
        patient["contact"] = json!([{
            "relationship": [{ "text": what }], "name": { "family": family, "given": [given] },
            "telecom": [{ "system": "phone", "value": number(2), "use": "mobile" }],
        }]);
    }
}

/// Adds to a Device who made it and which one it is. Insulin pens say nothing.
pub(crate) fn made(device: &mut Value, index: usize, name: &str) {
    let (maker, model, firmware) = match name {
        "Wearable hub" => ("Example Wearables", "Hub 2", "3.4.1"),
        "Glucose sensor" => ("Example Sensors", "GS-10", "1.9"),
        _ => return,
    };
    device["manufacturer"] = json!(maker);
    device["modelNumber"] = json!(model);
    device["serialNumber"] = json!(format!("{}{:05}", &model[..1], 1200 + index * 61));
    device["lotNumber"] = json!(format!("L{}", 2600 + index % 3));
    device["version"] = json!([{
        "type": { "coding": [{ "system": "urn:iso:std:iso:11073:10101", "code": "531976", "display": "MDC_ID_PROD_SPEC_FW" }] },
        "value": firmware,
    }]);
}
