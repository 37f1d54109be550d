//! What the server says it can do: the CapabilityStatement, and the refusal of what is not in it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::server::answer::{answer, refuse};
use crate::server::shared::Shared;
use crate::server::subscriptions::TOPIC;

const TYPES: [&str; 19] = [
    "Patient",
    "Location",
    "Encounter",
    "Device",
    "DeviceMetric",
    "Observation",
    "DetectedIssue",
    "Communication",
    "CommunicationRequest",
    "MedicationAdministration",
    "AuditEvent",
    "Flag",
    "Practitioner",
    "Task",
    "Provenance",
    "Consent",
    "Subscription",
    "Group",
    "List",
];

pub(crate) fn known(kind: &str) -> Result<(), Response> {
    if TYPES.contains(&kind) {
        Ok(())
    } else {
        Err(refuse(StatusCode::NOT_FOUND, "not-supported", &format!("no resource type {kind} here")))
    }
}

pub(crate) const PARAMETERS: [&str; 26] = [
    "_id",
    "_lastUpdated",
    "_sort",
    "_count",
    "_include",
    "_elements",
    "_format",
    "_total",
    "_asof",
    "_offset",
    "patient",
    "subject",
    "code",
    "category",
    "date",
    "status",
    "identifier",
    "identified",
    "sent",
    "effective-time",
    "partof",
    "location",
    "name",
    "family",
    "given",
    "birthdate",
];

pub(crate) async fn metadata(State(shared): State<Arc<Shared>>) -> Response {
    let interactions: Vec<Value> =
        ["read", "vread", "search-type", "create", "update", "delete", "history-type"]
            .iter()
            .map(|c| json!({ "code": c }))
            .collect();
    let takes_calls = !shared.no_calls.load(Ordering::Relaxed);
    let resources: Vec<Value> = TYPES
        .iter()
        .filter(|kind| takes_calls || **kind != "CommunicationRequest")
        .map(|kind| {
            let mut resource = json!({
                "type": kind, "interaction": interactions, "versioning": "versioned", "updateCreate": true,
                "conditionalCreate": true, "searchInclude": ["*"],
                "searchParam": PARAMETERS.iter().filter(|p| !matches!(**p, "_asof" | "_offset")).map(|p| json!({ "name": p, "type": "string" })).collect::<Vec<_>>(),
            });
            if *kind == "Subscription" {
                resource["extension"] = json!([{
                    "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical",
                    "valueCanonical": TOPIC,
                }]);
            }
            resource
        })
        .collect();
    let statement = json!({
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-01-01", "kind": "instance",
        "software": { "name": "Vigil ward-sim", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Simulated ward; no real patient", "url": shared.base },
        "fhirVersion": "4.0.1", "format": ["json"],
        "rest": [{ "mode": "server", "resource": resources, "interaction": [{ "code": "transaction" }] }],
    });
    answer(StatusCode::OK, statement.to_string())
}
