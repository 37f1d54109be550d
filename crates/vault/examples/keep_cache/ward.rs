//! People, beds, stays, devices, flags, alarms and what people did about them.

use clinical::{
    About, Action, Actor, Body, Care, Device, Episode, Fact, Flag, HOUR_MS, Instant, MINUTE_MS, Measure,
    Person, Place, PlaceKind, Priority, Sex, Stay, Verb,
};

use crate::kept::{START, fact};

pub(crate) fn people() -> Vec<Fact> {
    let person =
        |id: &str, mrn: &str, family: &str, given: &str, born: Option<&str>, sex: Sex, active: bool| Person {
            id: id.into(),
            mrn: mrn.into(),
            family: family.into(),
            given: given.into(),
            birth_date: born.map(Into::into),
            sex,
            active,
            deceased: false,
            replaced_by: None,
            replaces: Vec::new(),
            contacts: None,
        };
    let persons = [
        person("ari", "100234", "Þórðarson", "Ari Óskar", Some("1961-02-28"), Sex::Male, true),
        person("bea", "100235", "van der Meer", "Béatrice", Some("1948"), Sex::Female, true),
        person("cem", "100236", "Yıldız", "Cem", Some("1999-12"), Sex::Other, true),
        person("cem-old", "", "Yildiz", "C.", None, Sex::Unknown, true),
        person("dov", "100238", "O'Neill-Ben Ami", "Dov", Some("2024-02-29"), Sex::Male, false),
        person("eve", "100239", "李", "伊芙", Some("1932-07-01"), Sex::Female, true),
    ];
    let place = |id: &str, name: &str, is_bed: bool, part_of: Option<&str>| Place {
        id: id.into(),
        name: name.into(),
        kind: if is_bed { PlaceKind::Bed } else { PlaceKind::Other },
        part_of: part_of.map(Into::into),
    };
    let places = [
        place("w7", "Ward 7B", false, None),
        place("b1", "7B-01", true, Some("w7")),
        place("b2", "7B-02", true, Some("w7")),
        place("b3", "HDU 3", true, Some("w7")),
        place("home", "Home of Eve", false, None),
    ];
    let stay = |id: &str, patient: &str, place: Option<&str>, in_progress: bool| Stay {
        id: id.into(),
        patient: patient.into(),
        places: place.map(Into::into).into_iter().collect(),
        in_progress,
        care: Care::Unsaid,
    };
    let stays = [
        stay("s-ari", "ari", Some("b1"), true),
        stay("s-bea", "bea", Some("b2"), true),
        stay("s-cem", "cem-old", Some("b3"), true),
        stay("s-dov", "dov", None, false),
        stay("s-eve", "eve", Some("home"), true),
    ];
    let device = |id: &str, patient: Option<&str>, name: &str, active: bool| Device {
        id: id.into(),
        patient: patient.map(Into::into),
        name: name.into(),
        active,
        make: None,
    };
    let devices = [
        device("mon-1", Some("ari"), "Monitor 1", true),
        device("mon-2", Some("bea"), "Monitor 2", true),
        device("pump-1", None, "Pump in the store", false),
    ];
    let flag = Flag {
        id: "f-scale".into(),
        patient: "bea".into(),
        codes: vec!["urn:vigil:flag|news2-spo2-scale-2".into(), "urn:site|copd".into()],
        by: "Dr. Nkemelu".into(),
        since: Instant(START - 40 * HOUR_MS),
        until: None,
    };
    let old_flag = Flag {
        id: "f-old".into(),
        patient: "cem-old".into(),
        codes: vec!["http://snomed.info/sct|77386006".into()],
        by: String::new(),
        since: Instant(START - 400 * HOUR_MS),
        until: Some(Instant(START + HOUR_MS)),
    };
    let mut facts: Vec<Fact> = Vec::new();
    facts.extend(persons.into_iter().map(|p| fact(&format!("Patient/{}", p.id), "1", Body::Person(p))));
    facts.extend(places.into_iter().map(|p| fact(&format!("Location/{}", p.id), "1", Body::Place(p))));
    facts.extend(stays.into_iter().map(|s| fact(&format!("Encounter/{}", s.id), "1", Body::Stay(s))));
    facts.extend(devices.into_iter().map(|d| fact(&format!("Device/{}", d.id), "1", Body::Device(d))));
    facts.extend([flag, old_flag].into_iter().map(|f| fact(&format!("Flag/{}", f.id), "1", Body::Flag(f))));
    facts
}

pub(crate) fn alarm(
    id: &str,
    patient: &str,
    priority: Priority,
    text: &str,
    measure: Option<Measure>,
    onset: i64,
    ended: Option<i64>,
) -> Episode {
    Episode {
        id: id.into(),
        patient: (!patient.is_empty()).then(|| patient.into()),
        priority,
        text: text.into(),
        measure,
        onset: Instant(START + onset),
        ended: ended.map(|t| Instant(START + t)),
        renewed: None,
    }
}

pub(crate) fn act(id: &str, on: &str, verb: Verb, by: &str, at: i64, note: Option<&str>) -> Action {
    Action {
        id: id.into(),
        about: match on.strip_prefix("Patient/") {
            Some(patient) => About::Patient(patient.into()),
            None if on.is_empty() => About::Unit,
            None => About::Episode(on.into()),
        },
        verb,
        by: Actor::named(by),
        at: Instant(START + at),
        note: note.map(Into::into),
        to: None,
    }
}

pub(crate) fn alarms() -> Vec<Fact> {
    let told = |e: Episode| {
        let reference = format!("DetectedIssue/{}", e.id);
        Fact { updated_at: Some(e.onset + 700), ..fact(&reference, "1", Body::Episode(e)) }
    };
    let done = |a: Action| {
        let reference = format!("Communication/{}", a.id);
        Fact { updated_at: Some(a.at + 350), ..fact(&reference, "1", Body::Action(a)) }
    };
    vec![
        told(alarm(
            "e-high",
            "ari",
            Priority::High,
            "SpO2 84 < 90",
            Some(Measure::SpO2),
            20 * MINUTE_MS,
            None,
        )),
        told(alarm(
            "e-medium",
            "bea",
            Priority::Medium,
            "HR 131 > 130",
            Some(Measure::HeartRate),
            30 * MINUTE_MS,
            Some(50 * MINUTE_MS),
        )),
        told(alarm(
            "e-latched",
            "cem-old",
            Priority::High,
            "Asystole",
            None,
            -90 * HOUR_MS,
            Some(-89 * HOUR_MS),
        )),
        told(alarm(
            "e-low",
            "eve",
            Priority::Low,
            "Glucose 3.4 < 3.9",
            Some(Measure::Glucose),
            60 * MINUTE_MS,
            Some(70 * MINUTE_MS),
        )),
        told(alarm("e-tech", "", Priority::Technical, "Leads off", None, 61 * MINUTE_MS, None)),
        told(alarm(
            "e-old",
            "ari",
            Priority::Low,
            "HR 49 < 50",
            Some(Measure::HeartRate),
            -200 * HOUR_MS,
            Some(-199 * HOUR_MS),
        )),
        done(act("act-1", "e-high", Verb::Take, "Nurse Ada", 21 * MINUTE_MS, None)),
        done(act("act-2", "e-high", Verb::Take, "Nurse Ben", 21 * MINUTE_MS + 40, None)),
        done(act("act-3", "e-medium", Verb::AudioPause, "Nurse Ada", 31 * MINUTE_MS, None)),
        done(act(
            "act-4",
            "e-medium",
            Verb::Handled,
            "Nurse Ada",
            32 * MINUTE_MS,
            Some("Artefact: moved the arm"),
        )),
        done(act(
            "act-5",
            "Patient/cem-old",
            Verb::Annotate,
            "Dr. Nkemelu",
            33 * MINUTE_MS,
            Some("walked to the window"),
        )),
        done(act(
            "act-6",
            "Patient/ari",
            Verb::SetLimit,
            "Dr. Nkemelu",
            34 * MINUTE_MS,
            Some("8867-4 HR: 45 to 125"),
        )),
        done(act("act-7", "", Verb::Shift, "Nurse Ada", 35 * MINUTE_MS, Some("leaves"))),
        done(act(
            "act-8",
            "",
            Verb::SavePreset,
            "Dr. Nkemelu",
            36 * MINUTE_MS,
            Some("Athlete; 8867-4 HR: 38 to 130"),
        )),
        done(act("act-9", "e-low", Verb::Escalate, "Vigil", 65 * MINUTE_MS, Some("Physician on call"))),
    ]
}
