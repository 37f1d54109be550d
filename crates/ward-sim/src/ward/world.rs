//! Who is in the ward: two wards of twelve beds, six people at home, and the devices on them.

use serde_json::{Value, json};

use crate::ward::home;
use crate::ward::noise::{place, unit, whole};

/// A simulated person with a place and a physiology of their own.
#[derive(Debug)]
pub(crate) struct Person {
    pub index: usize,
    pub id: String,
    pub family: &'static str,
    pub given: &'static str,
    pub female: bool,
    pub birth: (i32, u32, u32),
    /// `None` at home.
    pub bed: Option<usize>,
    pub diabetes: bool,
    pub oxygen_l: f64,
    pub hr: f64,
    pub rr: f64,
    pub spo2: f64,
    pub sbp: f64,
    pub temp: f64,
    /// Minutes between rounds of observation.
    pub round_min: i64,
}

pub(crate) const PEOPLE: [(&str, &str, bool); 30] = [
    ("Weiss", "Jonas", false),
    ("Costa", "Mateus", false),
    ("Moreau", "Claire", true),
    ("Lindqvist", "Per", false),
    ("Singh", "Harjit", false),
    ("Halvorsen", "Liv", true),
    ("Novak", "Elena", true),
    ("Petrov", "Yana", true),
    ("Tanaka", "Koji", false),
    ("Dube", "Samuel", false),
    ("Farouk", "Amira", true),
    ("Adeyemi", "Ruth", true),
    ("Okonkwo", "Ada", true),
    ("Rossi", "Bianca", true),
    ("Nwosu", "Grace", true),
    ("Kowalski", "Jan", false),
    ("Brandt", "Ilse", true),
    ("Haddad", "Karim", false),
    ("Mbeki", "Thandi", true),
    ("Jansen", "Pieter", false),
    ("Yilmaz", "Deniz", true),
    ("O'Brien", "Maeve", true),
    ("Silva", "Rui", false),
    ("Kim", "Min-jun", false),
    ("Ahlgren", "Nils", false),
    ("Torres", "Lucia", true),
    ("Marsh", "Dylan", false),
    ("Iversen", "Signe", true),
    ("Chowdhury", "Anik", false),
    ("Beaumont", "Odile", true),
];

pub(crate) const BEDS: usize = 24;
/// Beds of a ward.
const WARD: usize = 12;
const WARDS: [(&str, &str); 6] = [
    ("ward-7a", "Ward 7A"),
    ("ward-7b", "Ward 7B"),
    ("ward-7c", "Ward 7C"),
    ("ward-7d", "Ward 7D"),
    ("ward-7e", "Ward 7E"),
    ("ward-7f", "Ward 7F"),
];

/// Everybody: thirty people with stories, and `more` in further wards whose days are quiet.
pub(crate) fn people(seed: u64, year: i32, more: usize) -> Vec<Person> {
    (0..PEOPLE.len() + more)
        .map(|index| {
            let (family, _, _) = &PEOPLE[index % PEOPLE.len()];
            let (_, given, female) = &PEOPLE[(index + index / PEOPLE.len() * 7) % PEOPLE.len()];
            let u = |k: i64| unit(seed ^ 0xBED5, place(index) * 64 + k);
            let bed =
                if index < BEDS { Some(index) } else { index.checked_sub(PEOPLE.len()).map(|n| n + BEDS) };
            let age =
                if bed.is_some() { 34 + whole::<i32>(u(0) * 54.0) } else { 24 + whole::<i32>(u(0) * 48.0) };
            Person {
                index,
                id: match bed {
                    Some(bed) => format!("ward-p{:02}", bed + 1),
                    None => format!("home-p{}", index - BEDS + 1),
                },
                family,
                given,
                female: *female,
                birth: (year - age, 1 + whole::<u32>(u(1) * 11.9), 1 + whole::<u32>(u(2) * 27.9)),
                bed,
                diabetes: bed.is_none() && (index - BEDS) < 4,
                oxygen_l: if bed.is_some() && u(3) > 0.78 { 1.0 + (u(4) * 2.0).round() } else { 0.0 },
                hr: 66.0 + u(5) * 20.0,
                rr: 14.0 + u(6) * 3.5,
                spo2: 95.6 + u(7) * 2.6,
                sbp: 114.0 + u(8) * 24.0,
                temp: 36.4 + u(9) * 0.6,
                round_min: [60, 120, 240][whole::<usize>(u(10) * 2.99)],
            }
        })
        .collect()
}

impl Person {
    pub(crate) fn monitor(&self) -> String {
        format!("{}-monitor", self.id)
    }

    /// Wards are 7A, 7B and so on, twelve beds each.
    fn ward(&self) -> Option<(&'static str, usize)> {
        self.bed.map(|bed| (WARDS[(bed / WARD).min(WARDS.len() - 1)].0, bed + 1))
    }

    pub(crate) fn resources(&self) -> Vec<Value> {
        let id = &self.id;
        let patient = json!({ "reference": format!("Patient/{id}") });
        let mut out = vec![json!({
            "resourceType": "Patient", "id": id, "active": true,
            "identifier": [{
                "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }] },
                "system": "urn:example:mrn", "value": format!("7B-{:03}-{:03}", 4 + self.index * 7, 219 + self.index * 13),
            }],
            "name": [{ "use": "official", "family": self.family, "given": [self.given] }],
            "gender": if self.female { "female" } else { "male" },
            "birthDate": format!("{:04}-{:02}-{:02}", self.birth.0, self.birth.1, self.birth.2),
        })];
        let device = |id: String, name: &str| {
            let mut device = json!({
                "resourceType": "Device", "id": id, "status": "active", "patient": patient,
                "deviceName": [{ "name": name, "type": "user-friendly-name" }],
            });
            if self.bed.is_none() {
                home::made(&mut device, self.index, name);
            }
            device
        };
        match self.ward() {
            Some((ward, number)) => {
                let bed = format!("bed-{number:02}");
                out.push(json!({
                    "resourceType": "Location", "id": bed, "status": "active", "name": format!("{number:02}"),
                    "physicalType": physical("bd"), "partOf": { "reference": format!("Location/{ward}") },
                }));
                out.push(json!({
                    "resourceType": "Encounter", "id": format!("{id}-stay"), "status": "in-progress",
                    "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP" },
                    "subject": patient,
                    "location": [{ "location": { "reference": format!("Location/{bed}") }, "status": "active" }],
                }));
                out.push(device(self.monitor(), "Bedside monitor"));
                out.push(device(format!("{id}-cuff"), "NIBP cuff"));
                if self.index == 8 {
                    out.push(device(format!("{id}-icd"), "ICD"));
                }
                if self.index == 9 {
                    // Chronic hypercapnic failure: his saturation is scored on scale 2.
                    out.push(json!({
                        "resourceType": "Flag", "id": format!("{id}-scale-2"), "status": "active",
                        "code": {
                            "coding": [{ "system": "urn:vigil:flag", "code": "news2-spo2-scale-2" }],
                            "text": "NEWS2: SpO2 scale 2",
                        },
                        "subject": patient, "author": { "display": "Dr. M. Iyer" },
                        "period": { "start": "2026-01-08T09:30:00Z" },
                    }));
                }
            }
            None => {
                home::reached(&mut out[0], self.index, self.family);
                out.push(json!({
                    "resourceType": "Encounter", "id": format!("{id}-stay"), "status": "in-progress",
                    "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH" },
                    "subject": patient,
                }));
                out.push(device(self.monitor(), "Wearable hub"));
                if self.diabetes {
                    out.push(device(format!("{id}-cgm"), "Glucose sensor"));
                    let mut worn_out = device(format!("{id}-cgm-before"), "Glucose sensor");
                    worn_out["status"] = json!("inactive");
                    out.push(worn_out);
                    out.push(device(format!("{id}-pen"), "Insulin pen"));
                }
                match self.index - BEDS {
                    0 => {
                        out.push(agreed(
                            id,
                            "telehealth",
                            "treatment",
                            ["http://snomed.info/sct", "448337001"],
                        ));
                        let research =
                            ["http://terminology.hl7.org/CodeSystem/consentcategorycodes", "research"];
                        out.push(agreed(id, "research", "research", research));
                    }
                    5 => out.push(not_the_pressure(id)),
                    _ => {}
                }
            }
        }
        out
    }
}

/// A consent of somebody, but for what it says.
fn consent(id: &str, name: &str, scope: &str, category: [&str; 2]) -> Value {
    let [system, code] = category;
    json!({
        "resourceType": "Consent", "id": format!("{id}-{name}"), "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": scope }] },
        "category": [{ "coding": [{ "system": system, "code": code }] }],
        "patient": { "reference": format!("Patient/{id}") }, "dateTime": "2026-01-05",
        "performer": [{ "reference": format!("Patient/{id}") }],
        "policy": [{ "uri": "http://example.org/policies/privacy" }],
    })
}

/// Somebody agreed to something that is done.
fn agreed(id: &str, name: &str, scope: &str, category: [&str; 2]) -> Value {
    let mut consent = consent(id, name, scope, category);
    consent["provision"] = json!({ "type": "permit" });
    consent
}

/// Somebody shares everything for treatment but the blood pressure.
fn not_the_pressure(id: &str) -> Value {
    let reason =
        |code: &str| json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": code });
    let mut consent = consent(id, "privacy", "patient-privacy", ["http://loinc.org", "59284-0"]);
    consent["provision"] = json!({
        "type": "permit", "purpose": [reason("TREAT"), reason("HPAYMT"), reason("HOPERAT")],
        "provision": [{
            "type": "deny",
            "class": [{ "system": "http://hl7.org/fhir/resource-types", "code": "Observation" }],
            "code": [{ "coding": [{ "system": "http://loinc.org", "code": "85354-9" }] }],
        }],
    });
    consent
}

pub(crate) fn wards(people: &[Person]) -> Vec<Value> {
    let beds = people.iter().filter(|person| person.bed.is_some()).count();
    WARDS
        .iter()
        .take(beds.div_ceil(WARD))
        .map(|(id, name)| {
            json!({
                "resourceType": "Location", "id": id, "status": "active", "name": name, "physicalType": physical("wa"),
            })
        })
        .chain([programme(people)])
        .collect()
}

/// The programme that follows people at home.
fn programme(people: &[Person]) -> Value {
    let members = people
        .iter()
        .filter(|person| person.bed.is_none())
        .map(|person| json!({ "entity": { "reference": format!("Patient/{}", person.id) } }));
    json!({
        "resourceType": "Group", "id": "home-programme", "type": "person", "actual": true,
        "name": "Followed at home", "member": members.collect::<Vec<_>>(),
    })
}

fn physical(code: &str) -> Value {
    json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": code }] })
}
