//! The rest of a hospital: people who are in its register and not on these wards. Each is worked out from a number when somebody
//! asks, so that a hundred thousand cost nothing.

use serde_json::{Value, json};

use crate::ward::dates::iso;
use crate::ward::noise::{place, unit, whole};
use crate::ward::world::{BEDS, PEOPLE};

/// Of so many people one lies in the hospital now.
const IN_HOSPITAL: usize = 10;
/// Of so many one lay on one of these wards before.
const WAS_HERE: usize = 50;
/// Beds of a ward elsewhere.
const WARD: usize = 30;
/// Values of each.
const VALUES: usize = 3;
const HOUR_MS: i64 = 3_600_000;

/// People elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Register {
    /// How many.
    pub people: usize,
    pub seed: u64,
    /// When all of this was written.
    pub at: i64,
}

/// A resource about somebody elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elsewhere {
    pub kind: &'static str,
    /// Which person, or which ward.
    pub index: usize,
    /// Which of several.
    pub n: usize,
}

impl Elsewhere {
    pub(crate) fn id(self) -> String {
        let Elsewhere { kind, index, n } = self;
        match kind {
            "Location" => format!("elsewhere-{index}"),
            "Patient" => person(index),
            "Encounter" => format!("{}-stay", person(index)),
            _ => format!("{}-value-{n}", person(index)),
        }
    }
}

fn person(index: usize) -> String {
    format!("register-{index:06}")
}

impl Register {
    /// The resource of this id, where there is one.
    pub(crate) fn find(&self, kind: &str, id: &str) -> Option<Elsewhere> {
        let number = |text: &str| text.parse::<usize>().ok();
        let found = match kind {
            "Location" => {
                Elsewhere { kind: "Location", index: number(id.strip_prefix("elsewhere-")?)?, n: 0 }
            }
            "Patient" => Elsewhere { kind: "Patient", index: number(id.strip_prefix("register-")?)?, n: 0 },
            "Encounter" => {
                let index = number(id.strip_prefix("register-")?.strip_suffix("-stay")?)?;
                Elsewhere { kind: "Encounter", index, n: 0 }
            }
            "Observation" => {
                let (index, n) = id.strip_prefix("register-")?.split_once("-value-")?;
                Elsewhere { kind: "Observation", index: number(index)?, n: number(n)? }
            }
            _ => return None,
        };
        let most = if kind == "Location" { self.wards() } else { self.people };
        (found.index < most && found.n < VALUES && found.id() == id).then_some(found)
    }

    /// What a search may find; each is still to be tested.
    pub(crate) fn candidates(&self, kind: &str, query: &[(String, String)]) -> Vec<Elsewhere> {
        if self.people == 0 {
            return Vec::new();
        }
        let named = |test: &dyn Fn(&str) -> bool| {
            let values = query.iter().find(|(name, _)| test(name));
            values.map(|(_, value)| {
                value.split(',').map(|v| v.rsplit('/').next().unwrap_or(v)).collect::<Vec<_>>()
            })
        };
        if let Some(ids) = named(&|name| name == "_id") {
            return ids.into_iter().filter_map(|id| self.find(kind, id)).collect();
        }
        let (kind, each): (&'static str, usize) = match kind {
            "Location" => ("Location", 1),
            "Patient" => ("Patient", 1),
            "Encounter" => ("Encounter", 1),
            "Observation" => ("Observation", VALUES),
            _ => return Vec::new(),
        };
        let people: Vec<usize> = match named(&|name| matches!(name, "patient" | "subject")) {
            Some(ids) if kind != "Location" => {
                ids.into_iter().filter_map(|id| self.find("Patient", id)).map(|found| found.index).collect()
            }
            _ if kind == "Location" => (0..self.wards()).collect(),
            _ => (0..self.people).filter(|index| self.may_be(kind, *index, query)).collect(),
        };
        people.into_iter().flat_map(|index| (0..each).map(move |n| Elsewhere { kind, index, n })).collect()
    }

    /// What a place or a name rules out without the whole resource.
    fn may_be(&self, kind: &str, index: usize, query: &[(String, String)]) -> bool {
        query.iter().all(|(name, value)| match (kind, name.as_str()) {
            ("Encounter", "location") => {
                let lies = self.lies(index);
                value.split(',').any(|v| lies == v.rsplit('/').next().unwrap_or(v))
            }
            ("Encounter", "status") => value.split(',').any(|v| v == self.status(index)),
            ("Patient", "name" | "family") => {
                let (family, given) = self.name(index);
                let names = format!("{family} {given}").to_lowercase();
                value.split(',').any(|v| names.contains(&v.to_lowercase()))
            }
            _ => true,
        })
    }

    pub(crate) fn updated(&self) -> i64 {
        self.at
    }

    /// When a value was taken; anything else is about no moment.
    pub(crate) fn about(&self, found: Elsewhere) -> i64 {
        if found.kind == "Observation" { self.at - place(found.n) * HOUR_MS } else { self.at }
    }

    fn wards(&self) -> usize {
        (self.people / IN_HOSPITAL).div_ceil(WARD)
    }

    fn name(&self, index: usize) -> (&'static str, &'static str) {
        let u = |k: i64| unit(self.seed ^ 0x2E61, place(index) * 8 + k);
        let pick = |u: f64| &PEOPLE[whole::<usize>(u * 29.99)];
        (pick(u(0)).0, pick(u(1)).1)
    }

    fn status(&self, index: usize) -> &'static str {
        if index.is_multiple_of(IN_HOSPITAL) { "in-progress" } else { "finished" }
    }

    /// Where the stay of somebody is or was.
    fn lies(&self, index: usize) -> String {
        match index {
            _ if index.is_multiple_of(IN_HOSPITAL) => format!("elsewhere-{}", index / IN_HOSPITAL / WARD),
            _ if index % WAS_HERE == 1 => format!("bed-{:02}", 1 + (index / WAS_HERE) % BEDS),
            _ => format!("elsewhere-{}", index % self.wards().max(1)),
        }
    }

    pub(crate) fn resource(&self, found: Elsewhere) -> Value {
        let (index, id) = (found.index, found.id());
        let patient = json!({ "reference": format!("Patient/{}", person(index)) });
        let mut resource = match found.kind {
            "Location" => json!({
                "status": "active", "name": format!("Ward {}", 20 + index),
                "physicalType": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "wa" }] },
            }),
            "Patient" => {
                let (family, given) = self.name(index);
                json!({
                    "active": true,
                    "identifier": [{
                        "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }] },
                        "system": "urn:example:mrn", "value": format!("R-{index:06}"),
                    }],
                    "name": [{ "use": "official", "family": family, "given": [given] }],
                    "birthDate": format!("{:04}-{:02}-{:02}", 1930 + index % 90, 1 + index % 12, 1 + index % 28),
                })
            }
            "Encounter" => json!({
                "status": self.status(index),
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP" },
                "subject": patient,
                "location": [{ "location": { "reference": format!("Location/{}", self.lies(index)) } }],
            }),
            _ => json!({
                "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": "8867-4" }] },
                "subject": patient, "effectiveDateTime": iso(self.about(found)),
                "valueQuantity": { "value": 60 + index % 40, "system": "http://unitsofmeasure.org", "code": "/min" },
            }),
        };
        resource["resourceType"] = json!(found.kind);
        resource["id"] = json!(id);
        resource["meta"] = json!({ "versionId": "1", "lastUpdated": iso(self.at) });
        resource
    }
}
