//! The values of one patient as a FHIR R4 Bundle, as they were sent.

use clinical::{Comparator, Quality};
use fhir::format_instant;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use vault::Reader;

use crate::chart::{ChartRequest, chart_range, glass_words, withheld_words};
use crate::error::DocumentError;
use crate::exported::{Exported, code_system, label};

#[derive(Serialize)]
struct Quantity<'a> {
    /// The digits as they were sent.
    value: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparator: Option<&'static str>,
    unit: &'a str,
    system: &'static str,
    code: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Observation<'a> {
    resource_type: &'static str,
    /// Its place in the file: the cache keeps the source of a chunk, not of each of its values.
    id: String,
    status: &'static str,
    code: Value,
    subject: Value,
    effective_date_time: String,
    value_quantity: Quantity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Value>,
}

#[derive(Serialize)]
struct Entry<'a> {
    resource: Resource<'a>,
}

// Of the large one there are thousands, of the small one at most two.
#[allow(clippy::large_enum_variant)]
#[derive(Serialize)]
#[serde(untagged)]
enum Resource<'a> {
    Observation(Observation<'a>),
    /// An OperationOutcome: what is not in it, and why; or that the glass was broken.
    Outcome(Value),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a> {
    resource_type: &'static str,
    r#type: &'static str,
    entry: Vec<Entry<'a>>,
}

fn note(quality: Quality) -> Option<&'static str> {
    match quality {
        Quality::Good => None,
        Quality::Rounded => Some("rounded: it was sent with more digits than are kept"),
        Quality::Artefact => Some("outside the plausible range"),
    }
}

/// The values of a range as a FHIR R4 collection Bundle of Observations.
///
/// # Errors
/// As [`crate::export_csv`].
pub fn export_bundle(reader: &Reader, request: &ChartRequest) -> Result<Exported, DocumentError> {
    let range = chart_range(reader, request)?;
    let (from, to) = (range.from(), range.to());
    let all = reader.series_of(&request.patient)?;
    let failed =
        |e: serde_json::Error| DocumentError::Drawing(format!("the Bundle could not be written: {e}"));
    let mut entry = Vec::new();
    for series in &all {
        let system = code_system(series);
        for (at, value, marks) in reader.decimals(series.id, from, to)? {
            let resource = Observation {
                resource_type: "Observation",
                id: format!("v{}", entry.len() + 1),
                status: "final",
                code: json!({ "coding": [{ "system": system, "code": series.code }], "text": label(series) }),
                subject: json!({ "reference": format!("Patient/{}", request.patient) }),
                effective_date_time: format_instant(at),
                value_quantity: Quantity {
                    value: RawValue::from_string(value.to_string()).map_err(failed)?,
                    comparator: marks.comparator.map(Comparator::code),
                    unit: &series.unit,
                    system: clinical::UCUM,
                    code: &series.unit,
                },
                device: series.device.as_ref().map(|id| json!({ "reference": format!("Device/{id}") })),
                note: note(marks.quality).map(|text| json!([{ "text": text }])),
            };
            entry.push(Entry { resource: Resource::Observation(resource) });
        }
    }
    let values = entry.len();
    let withheld = withheld_words(reader, &request.patient, range)?;
    let glass = glass_words(reader, &request.patient);
    let said = glass.iter().map(|words| ("informational", words));
    for (code, words) in said.chain(withheld.iter().map(|words| ("suppressed", words))) {
        let issue = json!([{ "severity": "information", "code": code, "diagnostics": words }]);
        let resource = Resource::Outcome(json!({ "resourceType": "OperationOutcome", "issue": issue }));
        entry.push(Entry { resource });
    }
    let bundle = Bundle { resource_type: "Bundle", r#type: "collection", entry };
    Ok(Exported { text: serde_json::to_string(&bundle).map_err(failed)?, values, withheld })
}
