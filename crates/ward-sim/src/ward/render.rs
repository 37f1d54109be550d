//! The resource of an item, written.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::ward::clock::{DAY_MS, HOUR_MS};
use crate::ward::dates::iso;
use crate::ward::kind::{Kind, LOINC, MDC, UCUM};
use crate::ward::noise::{one_of, place, whole};
use crate::ward::observe::{Item, WAVE_SEGMENT, World};
use crate::ward::physiology::{Body, Signal};
use crate::ward::wave;

impl World {
    /// When somebody at home put on the glucose sensor they wear now.
    fn new_sensor(&self, person: usize) -> i64 {
        self.origin - 3 * DAY_MS - place(person) * 5 * HOUR_MS
    }

    /// The resource of an item.
    pub(crate) fn render(&self, item: &Item) -> String {
        let runs = self.runs();
        let body = self.body(item.person, &runs);
        let m = item.kind.meaning();
        let person = body.person;
        let id = self.id(item);
        let mut coding = Vec::new();
        if let Some(code) = m.loinc {
            coding.push(json!({ "system": LOINC, "code": code }));
        }
        if let Some(code) = m.mdc {
            coding.push(json!({ "system": MDC, "code": code }));
        }
        let device = match item.kind {
            Kind::Pressure if person.bed.is_some() => format!("{}-cuff", person.id),
            // A sensor is worn for ten days: each has had a new one.
            Kind::Spot(Signal::Glucose) if item.at < self.new_sensor(item.person) => {
                format!("{}-cgm-before", person.id)
            }
            Kind::Spot(Signal::Glucose) => format!("{}-cgm", person.id),
            _ => person.monitor(),
        };
        let subject = json!({ "reference": format!("Patient/{}", person.id) });
        let meta = json!({ "versionId": "1", "lastUpdated": iso(item.updated) });
        if item.kind == Kind::Dose {
            let basal = item.n.rem_euclid(4) == 3;
            let units = if basal { 14 } else { 4 + one_of(self.seed ^ 0xD05E, item.n, 6) };
            return json!({
                "resourceType": "MedicationAdministration", "id": id, "meta": meta, "status": "completed",
                "medicationCodeableConcept": { "text": if basal { "Basal insulin" } else { "Rapid insulin" } },
                "subject": subject, "effectiveDateTime": iso(item.at),
                "device": [{ "reference": format!("Device/{}-pen", person.id) }],
                "dosage": { "dose": { "value": units, "unit": "U", "system": UCUM, "code": "[iU]" } },
            })
            .to_string();
        }
        let mut resource = json!({
            "resourceType": "Observation", "id": id, "meta": meta, "status": "final",
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": m.category }] }],
            "code": { "coding": coding }, "subject": subject,
        });
        // What a nurse charts on a round has no device.
        let charted = person.bed.is_some()
            && matches!(item.kind, Kind::Spot(Signal::Temp | Signal::OxygenFlow | Signal::Consciousness));
        if !charted {
            resource["device"] = json!({ "reference": format!("Device/{device}") });
        }
        let quantity = |value: f64, digits: usize| {
            let number: Value = serde_json::from_str(&format!("{value:.digits$}")).unwrap_or(Value::Null);
            json!({ "value": number, "unit": m.shown, "system": UCUM, "code": m.unit })
        };
        let mut period =
            |from: i64, to: i64| resource["effectivePeriod"] = json!({ "start": iso(from), "end": iso(to) });
        match item.kind {
            Kind::Numeric(signal) => {
                let seconds = if item.n < 0 { 3600 } else { 5 };
                period(item.at, item.updated);
                resource["valueSampledData"] =
                    sampled(m.unit, 1000.0, 1.0, seconds_of(&body, signal, item.at, seconds));
            }
            Kind::Ecg | Kind::Pleth => {
                let rate = if item.kind == Kind::Ecg { 250.0 } else { 125.0 };
                let count = whole(WAVE_SEGMENT as f64 / 1000.0 * rate);
                let values = if item.kind == Kind::Ecg {
                    wave::ecg(&body, item.at, count, rate)
                } else {
                    wave::pleth(&body, item.at, count, rate)
                };
                let text = values.iter().map(i32::to_string).collect::<Vec<_>>().join(" ");
                period(item.at, item.updated);
                resource["valueSampledData"] =
                    sampled(m.unit, 1000.0 / rate, if item.kind == Kind::Ecg { 0.005 } else { 0.001 }, text);
            }
            Kind::Pressure => {
                resource["effectiveDateTime"] = json!(iso(item.at));
                let part = |code: &str, value: Option<f64>| {
                    json!({
                        "code": { "coding": [{ "system": LOINC, "code": code }] }, "valueQuantity": quantity(value.unwrap_or(0.0), 0),
                    })
                };
                let (s, d) = (body.value(Signal::Sbp, item.at), body.value(Signal::Dbp, item.at));
                let mean = s.zip(d).map(|(s, d)| d + (s - d) / 3.0);
                resource["component"] = json!([part("8480-6", s), part("8462-4", d), part("8478-0", mean)]);
            }
            Kind::Spot(Signal::Consciousness) => {
                resource["effectiveDateTime"] = json!(iso(item.at));
                let voice = body.value(Signal::Consciousness, item.at).is_some_and(|v| v > 0.0);
                let (code, text) = if voice { ("300202002", "Voice") } else { ("248234008", "Alert") };
                resource["valueCodeableConcept"] =
                    json!({ "coding": [{ "system": "http://snomed.info/sct", "code": code }], "text": text });
            }
            Kind::Spot(signal) => {
                resource["effectiveDateTime"] = json!(iso(item.at));
                let digits = usize::from(matches!(signal, Signal::Temp | Signal::Glucose));
                match body.value(signal, item.at) {
                    Some(value) => resource["valueQuantity"] = quantity(value, digits),
                    None => {
                        resource["dataAbsentReason"] = json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "temp-unknown" }] })
                    }
                }
            }
            Kind::Dose | Kind::Issue => {}
        }
        resource.to_string()
    }
}

fn seconds_of(body: &Body, signal: Signal, from: i64, count: i64) -> String {
    let mut text = String::with_capacity(usize::try_from(count).unwrap_or(0) * 4);
    for n in 0..count {
        let t = from + n * 1000;
        if n > 0 {
            text.push(' ');
        }
        match body.value(signal, t) {
            Some(value) => {
                let _ = write!(text, "{value:.0}");
            }
            None => text.push('E'),
        }
    }
    text
}

fn sampled(unit: &str, period_ms: f64, factor: f64, data: String) -> Value {
    json!({
        "origin": { "value": 0, "system": UCUM, "code": unit }, "period": period_ms, "dimensions": 1,
        // A whole factor is written whole: 1.0 would claim a digit that nobody measured.
        "factor": if factor == 1.0 { json!(1) } else { json!(factor) },
        "data": data,
    })
}
