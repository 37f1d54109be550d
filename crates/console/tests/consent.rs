//! What a patient's consent withholds from who is here is shown as withheld, with its count, on the screen, on paper and to a script;
//! alarms of the bed stay what they are.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use charts::Page;
use charts::usvg::{Group, Node};
use clinical::{DAY_MS, Instant, MINUTE_MS, Measure, PatientId, Priority, Sound, TimeRange};
use console::view::{AsOf, Ask, Asked};
use console::{Act, Console, Disclosure, FileKind, Response, Station, TrendsRequest};
use serde_json::{Value, json};
use vault::{HELD_ALARM, Key, PageCommit, Vault};

const BEGIN: i64 = 1_770_000_000_000;
const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

struct Bed {
    console: Arc<Console>,
    vault: Arc<Vault>,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

fn at(ago: i64) -> String {
    fhir::format_instant(Instant(BEGIN - ago))
}

fn value(id: &str, code: &str, value: f64, unit: &str, ago: i64) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "subject": { "reference": "Patient/p" },
        "code": { "coding": [{ "system": "http://loinc.org", "code": code }] }, "effectiveDateTime": at(ago),
        "valueQuantity": { "value": value, "code": unit, "system": "http://unitsofmeasure.org" },
    })
}

fn consent(version: &str, provision: Value) -> Value {
    let scope = json!([{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }]);
    json!({
        "resourceType": "Consent", "id": "c", "meta": { "versionId": version }, "status": "active",
        "scope": { "coding": scope }, "patient": { "reference": "Patient/p" }, "provision": provision,
    })
}

/// Everything but what is measured under this code.
fn all_but(code: &str) -> Value {
    let code = json!({ "coding": [{ "system": "http://loinc.org", "code": code }] });
    json!({ "type": "permit", "provision": [{ "type": "deny", "code": [code] }] })
}

impl Bed {
    /// Somebody in a bed, with heart rate, saturation and respiration, an alarm of the saturation, a dose and a note; a neighbour.
    fn of(user: Option<&str>) -> Bed {
        let folder = tempfile::tempdir().unwrap();
        let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
        let station = Station {
            name: "7B-1".into(),
            user: "N. Okafor".into(),
            user_id: user.map(clinical::ActorId::from),
        };
        let now = Arc::new(AtomicI64::new(BEGIN));
        let clock = now.clone();
        let clock = Arc::new(move || Instant(clock.load(Ordering::Relaxed)));
        let (console, _) = Console::open(vault.clone(), None, station, clock).unwrap();
        let bed = Bed { console, vault, now, _folder: folder };
        let who = |id: &str, bed: &str| {
            [
                json!({ "resourceType": "Patient", "id": id, "name": [{ "family": format!("Name {id}") }], "birthDate": "1950-01-01" }),
                json!({ "resourceType": "Encounter", "id": format!("stay-{id}"), "status": "in-progress", "class": { "code": "IMP" },
                    "subject": { "reference": format!("Patient/{id}") },
                    "location": [{ "location": { "reference": format!("Location/{bed}") } }] }),
                json!({ "resourceType": "Location", "id": bed, "name": bed, "physicalType": { "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": "bd" }] } }),
            ]
        };
        let mut all: Vec<Value> = who("p", "b1").into_iter().chain(who("q", "b2")).collect();
        for n in 0..3 {
            let ago = (n + 1) * MINUTE_MS;
            all.push(value(&format!("hr{n}"), "8867-4", 70.0, "/min", ago));
            all.push(value(&format!("spo2{n}"), "59408-5", 84.0, "%", ago));
            all.push(value(&format!("rr{n}"), "9279-1", 16.0, "/min", ago));
        }
        all.push(json!({
            "resourceType": "DetectedIssue", "id": "a", "status": "preliminary", "severity": "high",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "59408-5" }], "text": "SpO2 84 < 90" },
            "patient": { "reference": "Patient/p" }, "identifiedPeriod": { "start": at(MINUTE_MS) },
        }));
        all.push(json!({
            "resourceType": "MedicationAdministration", "id": "m", "status": "completed", "subject": { "reference": "Patient/p" },
            "effectiveDateTime": at(MINUTE_MS), "medicationCodeableConcept": { "text": "Morphine" },
        }));
        all.iter().for_each(|resource| bed.page(resource));
        bed
    }

    fn page(&self, resource: &Value) {
        let bundle =
            json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] });
        let page = fhir::read_page(bundle.to_string().as_bytes()).unwrap();
        let (facts, labels, unreadable) = (page.facts, page.labels, page.unreadable);
        let received = Instant(BEGIN);
        self.vault.commit(PageCommit { facts, labels, unreadable, received, ..Default::default() }).unwrap();
    }

    /// What stands on the tile: its values, how many are withheld, the words of its alarm.
    fn tile(&self) -> (Vec<&'static str>, usize, String) {
        let board = self.console.board().unwrap();
        let tile = board.tiles.iter().find(|tile| tile.patient.as_str() == "p").unwrap();
        let cells = tile.cells.iter().map(|cell| cell.slot.code()).collect();
        let words = tile.alarm.as_ref().map(|line| line.text.clone()).unwrap_or_default();
        (cells, tile.withheld.count(), words)
    }

    fn report(&self) -> Disclosure {
        Disclosure::Report {
            patient: "p".into(),
            from: Some(Instant(BEGIN - DAY_MS)),
            to: Some(Instant(BEGIN)),
        }
    }

    fn file(&self, kind: FileKind) -> String {
        let made = self.console.export(&self.report(), kind, "asked for").unwrap();
        String::from_utf8_lossy(&made.bytes).into_owned()
    }

    fn asked(&self, ask: Ask) -> Value {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let asked = Asked { version, user: "N. Okafor".into(), user_id: None, ask };
        serde_json::from_slice(&self.console.answer(asked).unwrap().bytes).unwrap()
    }
}

/// The words on some pages.
fn words_of(pages: &[Page]) -> String {
    fn walk(group: &Group, words: &mut Vec<String>) {
        for node in group.children() {
            match node {
                Node::Group(group) => walk(group, words),
                Node::Text(text) => words.extend(text.chunks().iter().map(|chunk| chunk.text().to_owned())),
                _ => {}
            }
        }
    }
    let mut words = Vec::new();
    pages.iter().for_each(|page| walk(page.shapes().unwrap().root(), &mut words));
    words.join(" ")
}

const NOW: AsOf = AsOf { at: None, as_shown: false };

#[test]
fn what_is_refused_is_gone_from_every_screen_and_file_and_said_with_its_count() {
    let bed = Bed::of(None);
    assert_eq!(bed.tile(), (vec!["hr", "spo2", "rr"], 0, "SpO2 84 < 90".to_owned()));
    bed.page(&consent("1", all_but("59408-5")));
    assert_eq!(bed.tile(), (vec!["hr", "rr"], 1, HELD_ALARM.to_owned()));
    let id = PatientId::from("p");
    let page = bed.console.patient(&id).unwrap();
    assert_eq!((page.tile.withheld.count(), page.withheld.count(), page.doses.len()), (1, 3, 1));
    assert_eq!(page.withheld.to_string(), "3 withheld: the patient refused it (3)");
    let missing =
        page.tile.news.inputs.iter().find(|input| input.parameter.label().starts_with("SpO")).unwrap();
    assert_eq!((missing.text.as_str(), missing.why), ("", Some("withheld")));
    assert_eq!(page.alarms[0].line.text, HELD_ALARM);
    // Trends, and what stands beside them.
    let range = TimeRange::last(DAY_MS, Instant(BEGIN));
    let request = TrendsRequest {
        patient: id.clone(),
        range,
        focus: range,
        width: 400,
        height: 60,
        scale: 1.0,
        light: false,
        axes: Vec::new(),
    };
    let trends = bed.console.trends(&request).unwrap();
    let samples = |key: &str| trends.panels.iter().find(|panel| panel.key == key).unwrap().samples;
    assert_eq!((samples("hr"), samples("spo2"), trends.withheld.count()), (3, 0, 3));
    assert!(trends.events.iter().any(|event| event.text == HELD_ALARM), "{:?}", trends.events);
    assert!(bed.console.values_at(&id, Instant(BEGIN)).unwrap().iter().all(|value| value.key != "spo2"));
    assert!(
        bed.console
            .flowsheet(&id, range.from(), range.to(), 3_600_000)
            .unwrap()
            .iter()
            .all(|r| r.key != "spo2")
    );
    // What was before is withheld as what is now.
    bed.console.look_back(Some(vault::View::at(Instant(BEGIN - 30_000))));
    assert_eq!(bed.tile(), (vec!["hr", "rr"], 1, HELD_ALARM.to_owned()));
    bed.console.look_back(None);
    // Files and paper.
    let csv = bed.file(FileKind::Csv);
    assert!(!csv.contains("59408-5") && csv.contains("3 withheld: the patient refused it (3)"), "{csv}");
    let bundle: Value = serde_json::from_str(&bed.file(FileKind::Bundle)).unwrap();
    let entries = bundle["entry"].as_array().unwrap();
    assert_eq!(entries.len(), 6 + 1);
    assert_eq!(entries[6]["resource"]["issue"][0]["code"], "suppressed");
    for what in [bed.report(), Disclosure::Handover, Disclosure::WardList] {
        let pages = bed.console.pages(&what).unwrap();
        let drawn = words_of(&pages);
        assert!(drawn.contains("withheld: the patient refused it"), "{what:?}");
        assert!(!drawn.contains("SpO2 84"), "{what:?}");
    }
    // Scripts.
    let ward = bed.asked(Ask::Ward(NOW));
    let own = ward.as_array().unwrap().iter().find(|entry| entry["patient_id"] == "p").unwrap();
    assert_eq!((&own["withheld"]["count"], &own["vitals"]["59408-5"]), (&json!(1), &Value::Null));
    assert_eq!(own["alerts"][0]["text"], HELD_ALARM);
    assert_eq!(bed.asked(Ask::Alerts(NOW))[0]["text"], HELD_ALARM);
    // The neighbour's board says nothing of it.
    let neighbour = ward.as_array().unwrap().iter().find(|entry| entry["patient_id"] == "q").unwrap();
    assert_eq!(neighbour["withheld"], Value::Null);
}

#[test]
fn an_alarm_of_a_bed_whose_values_are_withheld_sounds_is_taken_and_raised_as_ever() {
    let bed = Bed::of(None);
    bed.page(&consent("1", json!({ "type": "deny" })));
    assert_eq!(bed.tile(), (vec![], 3, HELD_ALARM.to_owned()));
    let line =
        |bed: &Bed| bed.console.board().unwrap().queue.into_iter().find(|i| i.line.episode == "a").unwrap();
    let item = line(&bed);
    assert_eq!(
        (item.line.priority, item.line.sound, item.name.as_str()),
        (Priority::High, Sound::On, "Name p")
    );
    bed.console.act(Act::alarm("a", Response::Take)).unwrap();
    assert_eq!(line(&bed).line.owner.unwrap().0.name, "N. Okafor");
    // The station's own rules look at everything: a heart that stops is an alarm whoever may see its rate.
    let steps = [
        "Location",
        "Patient",
        "Encounter",
        "Device",
        "Flag",
        "Consent",
        "Communication",
        "DetectedIssue",
        "CommunicationRequest",
        "2h",
        "day",
        "MedicationAdministration",
    ];
    let cursors = steps.iter().map(|step| (format!("first/{step}"), "done".to_owned())).collect();
    bed.vault.commit(PageCommit { cursors, received: Instant(BEGIN), ..Default::default() }).unwrap();
    bed.page(&value("low", "8867-4", 30.0, "/min", 0));
    bed.console.detect().unwrap();
    bed.now.fetch_add(MINUTE_MS, Ordering::Relaxed);
    bed.console.detect().unwrap();
    let own = bed.console.board().unwrap().queue.into_iter().find(|item| item.line.episode != "a");
    let own = own.expect("an alarm of the station's own rules");
    assert_eq!((own.line.text.as_str(), own.line.sound), (HELD_ALARM, Sound::On));
    let whole = bed.vault.read(|reader| reader.episode(&own.line.episode)).unwrap().unwrap();
    assert_eq!(whole.measure, Some(Measure::HeartRate));
    assert!(whole.text.contains("30"), "{}: other stations have their own people", whole.text);
}

#[test]
fn what_is_withheld_depends_on_who_is_here_and_changes_with_the_clock() {
    let to = |who: &str| {
        let role = json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP" }] });
        json!([{ "role": role, "reference": { "reference": who } }])
    };
    let refused =
        json!({ "type": "permit", "provision": [{ "type": "deny", "actor": to("Practitioner/ex") }] });
    for (user, shown) in [(Some("Practitioner/ex"), false), (Some("Practitioner/other"), true), (None, false)]
    {
        let bed = Bed::of(user);
        bed.page(&consent("1", refused.clone()));
        assert_eq!(bed.tile().1 == 0, shown, "{user:?}");
    }
    // To an organisation: who this station is of has to be known.
    let bed = Bed::of(Some("Practitioner/1"));
    let treat = json!([{ "system": REASON, "code": "TREAT" }]);
    bed.page(&consent("1", json!({ "type": "permit", "purpose": treat, "actor": to("Organization/7") })));
    assert_eq!(bed.tile().1, 3);
    let set = |value: &str| Act::SetSite { key: "consent.groups".into(), value: value.into() };
    bed.console.act(set("Organization/7")).unwrap();
    assert_eq!(bed.tile().1, 0);
    // It ends within the minute, and nobody has to look away and back.
    let period = json!({ "end": fhir::format_instant(Instant(BEGIN + 10_000)) });
    bed.page(&consent("2", json!({ "type": "permit", "purpose": treat, "period": period })));
    assert_eq!(bed.tile().1, 0);
    bed.now.fetch_add(11_000, Ordering::Relaxed);
    for past in [None, Some(vault::View::at(Instant(BEGIN + 1_000)))] {
        bed.console.look_back(past);
        let (cells, held, words) = bed.tile();
        assert_eq!(
            (cells, held, words.as_str()),
            (vec![], 3, HELD_ALARM),
            "also when it still held: {past:?}"
        );
    }
    bed.console.look_back(None);
    let why = bed
        .console
        .board()
        .unwrap()
        .tiles
        .iter()
        .find(|t| t.patient.as_str() == "p")
        .unwrap()
        .withheld
        .to_string();
    assert_eq!(why, "3 withheld: the consent has ended (3)");
}

#[test]
fn a_label_of_a_new_value_is_obeyed_with_the_look_that_shows_it() {
    let bed = Bed::of(None);
    let label =
        json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R" }]);
    bed.page(&consent(
        "1",
        json!({ "type": "permit", "provision": [{ "type": "deny", "securityLabel": label }] }),
    ));
    assert_eq!(bed.tile(), (vec!["hr", "spo2", "rr"], 0, "SpO2 84 < 90".to_owned()));
    let mut secret = value("secret", "59408-5", 83.0, "%", 0);
    secret["meta"] = json!({ "security": label });
    bed.page(&secret);
    assert_eq!(bed.tile(), (vec!["hr", "rr"], 1, HELD_ALARM.to_owned()), "and so are the words of its alarm");
}

#[test]
fn a_patient_page_says_what_was_said_to_telehealth_and_research() {
    let bed = Bed::of(None);
    let said = |bed: &Bed| -> Vec<(&'static str, bool)> {
        let said = bed.console.patient(&"p".into()).unwrap().said;
        said.into_iter().map(|said| (said.to, said.why_not.is_none())).collect()
    };
    assert_eq!(said(&bed), []);
    let of = |id: &str, scope: &str, system: &str, code: &str, kind: &str| {
        let scope =
            json!([{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": scope }]);
        json!({
            "resourceType": "Consent", "id": id, "status": "active", "scope": { "coding": scope },
            "category": [{ "coding": [{ "system": system, "code": code }] }],
            "patient": { "reference": "Patient/p" }, "provision": { "type": kind },
        })
    };
    bed.page(&of("t", "treatment", "http://snomed.info/sct", "448337001", "permit"));
    let categories = "http://terminology.hl7.org/CodeSystem/consentcategorycodes";
    bed.page(&of("r", "research", categories, "research", "deny"));
    assert_eq!(said(&bed), [("Telehealth", true), ("Research", false)]);
    assert_eq!(bed.tile().1, 0, "neither is about being shown to who treats");
}
