//! Bundles and OperationOutcomes.

use serde_json::{Value, json};

/// One entry of a searchset: its address, its JSON and why it is there.
pub(crate) struct Entry {
    pub full_url: String,
    pub resource: String,
    pub mode: &'static str,
}

/// A searchset, put together from resources that are JSON already.
pub(crate) fn searchset(entries: &[Entry], total: usize, own: &str, next: Option<&str>) -> String {
    let size: usize = entries.iter().map(|e| e.resource.len() + e.full_url.len() + 80).sum();
    let mut out = String::with_capacity(size + 400);
    out.push_str(r#"{"resourceType":"Bundle","type":"searchset","total":"#);
    out.push_str(&total.to_string());
    let mut links = vec![json!({ "relation": "self", "url": own })];
    if let Some(next) = next {
        links.push(json!({ "relation": "next", "url": next }));
    }
    out.push_str(r#","link":"#);
    out.push_str(&Value::from(links).to_string());
    out.push_str(r#","entry":["#);
    for (n, entry) in entries.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(r#"{"fullUrl":"#);
        out.push_str(&Value::from(entry.full_url.as_str()).to_string());
        out.push_str(r#","resource":"#);
        out.push_str(&entry.resource);
        out.push_str(r#","search":{"mode":""#);
        out.push_str(entry.mode);
        out.push_str(r#""}}"#);
    }
    out.push_str("]}");
    out
}

pub(crate) fn outcome(code: &str, diagnostics: &str) -> Value {
    json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": code, "diagnostics": diagnostics }],
    })
}

/// A topic notification (R5 backport): status first, then what changed.
pub(crate) fn notification(
    base: &str,
    subscription: &str,
    kind: &str,
    number: u64,
    resources: &[(String, String)],
) -> String {
    let mut out = String::new();
    let mut status = json!({
        "resourceType": "Parameters",
        "parameter": [
            { "name": "subscription", "valueReference": { "reference": format!("Subscription/{subscription}") } },
            { "name": "status", "valueCode": "active" },
            { "name": "type", "valueCode": kind },
            { "name": "events-since-subscription-start", "valueString": number.to_string() },
        ],
    });
    if let (false, Some(parameters)) = (resources.is_empty(), status["parameter"].as_array_mut()) {
        let number = json!({ "name": "event-number", "valueString": number.to_string() });
        parameters.push(json!({ "name": "notification-event", "part": [number] }));
    }
    out.push_str(r#"{"resourceType":"Bundle","type":"history","entry":[{"resource":"#);
    out.push_str(&status.to_string());
    out.push_str(r#","request":{"method":"GET","url":"$status"},"response":{"status":"200"}}"#);
    for (reference, resource) in resources {
        out.push_str(r#",{"fullUrl":""#);
        out.push_str(base);
        out.push('/');
        out.push_str(reference);
        out.push_str(r#"","resource":"#);
        out.push_str(resource);
        out.push_str(r#","request":{"method":"PUT","url":""#);
        out.push_str(reference);
        out.push_str(r#""},"response":{"status":"200"}}"#);
    }
    out.push_str("]}");
    out
}
