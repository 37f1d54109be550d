//! The resources the simulated devices make, as a function of seed, start and now. Nothing of them is stored.

use std::fmt::Write;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};

use crate::ward::noise::hash;
use crate::ward::physiology::{Body, Signal};
use crate::ward::story::{Run, Story, opening};
use crate::ward::wave;
use crate::ward::world::{Person, people};

pub(crate) const HISTORY_MS: i64 = 14 * 86_400_000;
const HOUR: i64 = 3_600_000;
const SEGMENT: i64 = 5_000;
const WAVE_SEGMENT: i64 = 10_000;
pub(crate) const LOINC: &str = "http://loinc.org";
const MDC: &str = "urn:iso:std:iso:11073:10101";
const UCUM: &str = "http://unitsofmeasure.org";

/// The world of one run of the simulator.
pub(crate) struct World {
    pub seed: u64,
    pub origin: i64,
    pub people: Vec<Person>,
    runs: RwLock<Arc<Vec<Run>>>,
}

/// What a device of a patient sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 1 Hz, as SampledData.
    Numeric(Signal),
    Pressure,
    /// One value of a round, a wearable or a sensor.
    Spot(Signal),
    Ecg,
    Pleth,
    Dose,
    Issue,
}

/// One resource that could be generated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub person: usize,
    pub kind: Kind,
    pub n: i64,
    /// When it is about, in simulated milliseconds.
    pub at: i64,
    /// `meta.lastUpdated`.
    pub updated: i64,
}

struct Meaning {
    slug: &'static str,
    loinc: Option<&'static str>,
    mdc: Option<&'static str>,
    unit: &'static str,
    shown: &'static str,
    category: &'static str,
}

const fn meaning(
    slug: &'static str,
    loinc: Option<&'static str>,
    mdc: Option<&'static str>,
    unit: &'static str,
    shown: &'static str,
) -> Meaning {
    Meaning { slug, loinc, mdc, unit, shown, category: "vital-signs" }
}

impl Kind {
    fn meaning(self) -> Meaning {
        match self {
            Kind::Numeric(Signal::Hr) | Kind::Spot(Signal::Hr) => {
                meaning("hr", Some("8867-4"), Some("147842"), "/min", "beats/min")
            }
            Kind::Numeric(Signal::SpO2) | Kind::Spot(Signal::SpO2) => {
                meaning("spo2", Some("59408-5"), Some("150456"), "%", "%")
            }
            Kind::Numeric(Signal::Rr) | Kind::Spot(Signal::Rr) => {
                meaning("rr", Some("9279-1"), Some("151562"), "/min", "breaths/min")
            }
            Kind::Pressure => meaning("bp", Some("85354-9"), Some("150020"), "mm[Hg]", "mmHg"),
            Kind::Spot(Signal::Temp) => meaning("temp", Some("8310-5"), Some("150364"), "Cel", "°C"),
            Kind::Spot(Signal::Glucose) => meaning("cgm", Some("105272-9"), None, "mmol/L", "mmol/L"),
            Kind::Spot(Signal::OxygenFlow) => meaning("o2", Some("3151-8"), None, "L/min", "L/min"),
            Kind::Spot(Signal::Consciousness) => meaning("acvpu", Some("67775-7"), None, "", ""),
            Kind::Ecg => {
                Meaning { category: "procedure", ..meaning("ecg", None, Some("131330"), "mV", "mV") }
            }
            Kind::Pleth => {
                Meaning { category: "procedure", ..meaning("pleth", None, Some("150452"), "1", "") }
            }
            Kind::Dose => Meaning { category: "", ..meaning("dose", None, None, "[iU]", "U") },
            Kind::Issue => Meaning { category: "", ..meaning("issue", None, None, "", "") },
            _ => Meaning { category: "survey", ..meaning("battery", None, Some("67996"), "%", "%") },
        }
    }

    /// The resource type it is served as.
    pub fn resource(self) -> &'static str {
        match self {
            Kind::Dose => "MedicationAdministration",
            Kind::Issue => "DetectedIssue",
            _ => "Observation",
        }
    }

    /// Whether it answers a search by this code.
    pub fn has_code(self, system: Option<&str>, code: &str) -> bool {
        let m = self.meaning();
        (m.loinc == Some(code) && system.is_none_or(|s| s == LOINC))
            || (m.mdc == Some(code) && system.is_none_or(|s| s == MDC))
    }

    pub fn category(self) -> &'static str {
        self.meaning().category
    }

    /// Whether it goes out on the live channel; waves are found by their code or category only.
    pub fn is_announced(self) -> bool {
        !matches!(self, Kind::Ecg | Kind::Pleth)
    }
}

impl World {
    pub fn new(seed: u64, origin: i64, year: i32, more: usize) -> World {
        World { seed, origin, people: people(seed, year, more), runs: RwLock::new(Arc::new(opening(origin))) }
    }

    pub fn runs(&self) -> Arc<Vec<Run>> {
        self.runs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts a story on a patient now.
    pub fn inject(&self, story: Story, patient: usize, now: i64) {
        let mut runs = self.runs.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = runs.as_ref().clone();
        next.push(Run { story, patient, from: now });
        *runs = Arc::new(next);
    }

    pub(crate) fn body<'a>(&'a self, person: usize, runs: &'a [Run]) -> Body<'a> {
        Body { seed: self.seed, person: &self.people[person], runs }
    }

    pub fn kinds(&self, person: usize) -> &'static [Kind] {
        use Signal::{Battery, Consciousness, Glucose, Hr, OxygenFlow, Rr, SpO2, Temp};
        const WARD: &[Kind] = &[
            Kind::Numeric(Hr),
            Kind::Numeric(SpO2),
            Kind::Numeric(Rr),
            Kind::Pressure,
            Kind::Spot(Temp),
            Kind::Spot(OxygenFlow),
            Kind::Spot(Consciousness),
            Kind::Spot(Battery),
            Kind::Ecg,
            Kind::Pleth,
            Kind::Issue,
        ];
        const HOME: &[Kind] =
            &[Kind::Spot(Hr), Kind::Spot(SpO2), Kind::Pressure, Kind::Spot(Battery), Kind::Issue];
        const SUGAR: &[Kind] = &[
            Kind::Spot(Hr),
            Kind::Spot(SpO2),
            Kind::Spot(Glucose),
            Kind::Pressure,
            Kind::Spot(Battery),
            Kind::Dose,
            Kind::Issue,
        ];
        match &self.people[person] {
            p if p.bed.is_some() => WARD,
            p if p.diabetes => SUGAR,
            _ => HOME,
        }
    }

    /// Beds send in turn, so that the wire carries a steady trickle and not a burst every five seconds.
    fn base(&self, person: usize) -> i64 {
        self.origin - SEGMENT + (person as i64 * 200) % SEGMENT
    }

    /// The millisecond of the second at which a bed is sampled.
    pub(crate) fn phase(&self, person: usize) -> i64 {
        self.base(person)
    }

    /// Milliseconds between items of a kind that comes at intervals, and their phase.
    fn grid(&self, person: usize, kind: Kind) -> (i64, i64) {
        let p = &self.people[person];
        let minutes = match kind {
            Kind::Spot(Signal::Glucose) => 5,
            Kind::Spot(Signal::Battery) => 60,
            Kind::Spot(Signal::Hr | Signal::SpO2) => 5,
            Kind::Spot(Signal::Temp) => p.round_min.max(120),
            Kind::Pressure if p.bed.is_none() => 720,
            _ => p.round_min,
        };
        let step = minutes * 60_000;
        let phase = (hash(self.seed ^ 0x9A5E, person as i64) % (step as u64)) as i64;
        (step, phase)
    }

    /// Items of a kind whose `lastUpdated` lies in `(after, until]`, oldest first.
    pub fn items(&self, person: usize, kind: Kind, after: i64, until: i64, out: &mut Vec<Item>) {
        let after = after.max(self.origin - HISTORY_MS);
        if until <= after {
            return;
        }
        match kind {
            Kind::Numeric(_) => {
                let base = self.base(person);
                let hours = ((after - base).div_euclid(HOUR)).max(-HISTORY_MS / HOUR)..=-1;
                for n in hours {
                    let (at, updated) = (base + n * HOUR, base + (n + 1) * HOUR);
                    if updated > after && updated <= until {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
                let runs = self.runs();
                let body = self.body(person, &runs);
                for n in
                    ((after - base).div_euclid(SEGMENT) - 1).max(0)..(until - base).div_euclid(SEGMENT).max(0)
                {
                    let (at, updated) = (base + n * SEGMENT, base + (n + 1) * SEGMENT);
                    if updated > after && updated <= until && !body.effect(at).silent {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
            }
            Kind::Ecg | Kind::Pleth => {
                // The last day of waves is kept; a wave is whole when its ten seconds are over.
                let first = after.max(until - 86_400_000).div_euclid(WAVE_SEGMENT);
                for n in first..until.div_euclid(WAVE_SEGMENT) {
                    let updated = (n + 1) * WAVE_SEGMENT;
                    if updated > after && updated <= until {
                        out.push(Item { person, kind, n, at: n * WAVE_SEGMENT, updated });
                    }
                }
            }
            Kind::Dose => {
                for day in (after.div_euclid(86_400_000) - 1)..=until.div_euclid(86_400_000) {
                    for k in 0..4 {
                        let n = day * 4 + k;
                        let at = self.dose_time(person, n);
                        if at + 20_000 > after && at + 20_000 <= until {
                            out.push(Item { person, kind, n, at, updated: at + 20_000 });
                        }
                    }
                }
            }
            Kind::Issue => {}
            Kind::Pressure | Kind::Spot(_) => {
                let (step, phase) = self.grid(person, kind);
                for n in (after - phase).div_euclid(step) - 1..=(until - phase).div_euclid(step) {
                    let at = n * step + phase;
                    let updated = at + 2_000;
                    if updated > after && updated <= until && at >= self.origin - HISTORY_MS {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
            }
        }
    }

    fn dose_time(&self, person: usize, n: i64) -> i64 {
        let (day, k) = (n.div_euclid(4), n.rem_euclid(4));
        let body = self.body(person, &[]);
        if k == 3 { day * 86_400_000 + 22 * HOUR } else { body.meal(day, k) - 4 * 60_000 }
    }

    pub fn id(&self, item: &Item) -> String {
        let slug = item.kind.meaning().slug;
        let person = &self.people[item.person].id;
        match item.kind {
            Kind::Numeric(_) if item.n < 0 => format!("{person}-{slug}-h{}", -item.n),
            Kind::Numeric(_) => format!("{person}-{slug}-l{}", item.n),
            _ => format!("{person}-{slug}-{}", item.n),
        }
    }

    /// The item behind an id, where it exists by `now`.
    pub fn find(&self, resource: &str, id: &str, now: i64) -> Option<Item> {
        let (rest, place) = id.rsplit_once('-')?;
        let (person, slug) = rest.rsplit_once('-')?;
        let person = self.people.iter().find(|p| p.id == person)?.index;
        let kind = self
            .kinds(person)
            .iter()
            .copied()
            .find(|k| k.meaning().slug == slug && k.resource() == resource)?;
        let n: i64 = match (kind, place.split_at_checked(1)?) {
            (Kind::Numeric(_), ("h", digits)) => -digits.parse::<i64>().ok()?,
            (Kind::Numeric(_), ("l", digits)) => digits.parse().ok()?,
            (Kind::Numeric(_) | Kind::Issue, _) => return None,
            _ => place.parse().ok()?,
        };
        let mut found = Vec::new();
        let near = match kind {
            Kind::Numeric(_) if n < 0 => self.base(person) + (n + 1) * HOUR,
            Kind::Numeric(_) => self.base(person) + (n + 1) * SEGMENT,
            Kind::Ecg | Kind::Pleth => (n + 1) * WAVE_SEGMENT,
            Kind::Dose => self.dose_time(person, n) + 20_000,
            _ => {
                let (step, phase) = self.grid(person, kind);
                n * step + phase + 2_000
            }
        };
        self.items(person, kind, near - 1, near.min(now), &mut found);
        found.into_iter().find(|item| item.n == n)
    }

    /// When somebody at home put on the glucose sensor they wear now.
    fn new_sensor(&self, person: usize) -> i64 {
        self.origin - 3 * 86_400_000 - person as i64 * 5 * HOUR
    }

    /// The resource of an item.
    pub fn render(&self, item: &Item) -> String {
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
            let units = if basal { 14 } else { 4 + (hash(self.seed ^ 0xD05E, item.n) % 6) as i64 };
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
                let count = (WAVE_SEGMENT as f64 / 1000.0 * rate) as usize;
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
    let mut text = String::with_capacity(count as usize * 4);
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

pub(crate) fn iso(t: i64) -> String {
    let stamp = jiff::Timestamp::from_millisecond(t).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{stamp:.3}")
}
