//! Writes a cache to be kept as `cache`, and what reads back from it as `cache.txt`, into a folder:
//! `cargo run -p vault --example keep_cache -- FOLDER`. `tests/fixtures/README.md` tells when one is worth keeping.
#![allow(clippy::unwrap_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

#[path = "../../tests/kept/mod.rs"]
mod kept;
mod older;
mod values;
mod ward;

use std::path::{Path, PathBuf};

use clinical::{
    Action, Body, HOUR_MS, Instant, MINUTE_MS, Measure, Priority, Quality, SECOND_MS, Unreadable, Verb,
};
use kept::words::dump;
use kept::{Overheard, START, fact, page, temperature, unlock};
use older::age;
use values::{Signal, doses, heart, jitter, signals, singles, spo2};
use vault::{EntryKind, NewEntry, Retention, Vault};
use ward::{act, alarm, alarms, people};

fn write_cache(folder: &Path) {
    let keyring = Overheard::default();
    let key = unlock(folder, &keyring);
    let vault = Vault::open(folder, key).unwrap();
    vault.commit(page(0, people())).unwrap();
    let mut first = page(3 * HOUR_MS, signals());
    first.cursors = vec![
        ("Observation".into(), "2026-03-15T01:00:00.000Z".into()),
        ("first/Observation".into(), "done".into()),
    ];
    vault.commit(first).unwrap();
    vault.commit(page(3 * HOUR_MS + MINUTE_MS, alarms())).unwrap();
    for (n, part) in singles().chunks(400).enumerate() {
        vault.commit(page(3 * HOUR_MS + (n as i64 + 2) * 20 * MINUTE_MS, part.to_vec())).unwrap();
    }
    vault.commit(page(4 * HOUR_MS, doses())).unwrap();

    // What came late, over what was there: in the silence, across its borders, and between sealed values.
    let mut late = vec![heart().part(
        "Observation/hr-late",
        "1",
        55 * MINUTE_MS,
        (0..1200).map(|s| 100 + s % 5).collect(),
    )];
    let half = Signal { period_ms: 500.0, ..heart() };
    late.push(half.part("Observation/hr-half", "1", 2 * HOUR_MS, (0..256).map(|s| 120 + s % 2).collect()));
    late.extend((0..60).map(|n| {
        temperature(
            "bea",
            5000 + n,
            "1",
            START + n * 190 * SECOND_MS + 5,
            &format!("36.{n:02}5"),
            Quality::Good,
        )
    }));
    vault.commit(page(4 * HOUR_MS + 20 * MINUTE_MS, late)).unwrap();
    // Enough late ones that the tail is sealed across chunks that exist.
    let many = (0..1100).map(|n| {
        temperature(
            "bea",
            6000 + n,
            "1",
            START + n * 7 * SECOND_MS + 11,
            &format!("36.{}", n % 10),
            Quality::Good,
        )
    });
    vault.commit(page(4 * HOUR_MS + 40 * MINUTE_MS, many.collect())).unwrap();

    // Corrections and deletions, in chunks, in sealed chunks and in rows; another word of a person, a stay and an alarm.
    let two = Signal { period_ms: 2000.0, ..spo2() };
    let mut word = vec![
        two.part("Observation/sat-1", "2", HOUR_MS, (0..1700).map(|s| 970 + jitter(s, 6)).collect()),
        fact("Observation/rr-gone", "2", Body::Deleted),
        temperature("bea", 100, "2", START + 2000 * SECOND_MS, "38.88", Quality::Good),
        temperature("bea", 101, "2", START + 9999 * SECOND_MS, "38.99", Quality::Good),
        fact("Observation/bea-t102", "2", Body::Deleted),
        fact("Observation/bp-3", "2", Body::Deleted),
        fact("MedicationAdministration/d-4", "2", Body::Deleted),
    ];
    for f in people() {
        match f.body {
            Body::Person(mut p) if p.id == "cem-old" => {
                p.replaced_by = Some("cem".into());
                word.push(fact("Patient/cem-old", "2", Body::Person(p)));
            }
            Body::Person(mut p) if p.id == "bea" => {
                p.family = "Meer-Okafor".into();
                word.push(fact("Patient/bea", "2", Body::Person(p)));
            }
            Body::Stay(mut s) if s.id == "s-ari" => {
                s.places = vec!["b3".into()];
                word.push(fact("Encounter/s-ari", "2", Body::Stay(s)));
            }
            _ => {}
        }
    }
    let tech = alarm("e-tech", "", Priority::Medium, "Leads off", None, 61 * MINUTE_MS, Some(5 * HOUR_MS));
    word.push(fact("DetectedIssue/e-tech", "2", Body::Episode(tech)));
    vault.commit(page(5 * HOUR_MS, word)).unwrap();

    let mut broken = page(5 * HOUR_MS + MINUTE_MS, Vec::new());
    broken.unreadable = vec![
        Unreadable {
            reference: "Observation/broken".into(),
            reason: "valueQuantity.value is no number".into(),
            body: "{\"resourceType\":\"Observation\",\"id\":\"broken\"}".into(),
        },
        Unreadable { reference: "Patient/?".into(), reason: "no id".into(), body: "{}".into() },
    ];
    vault.commit(broken).unwrap();

    // What people did here: sent, waiting, tried, refused.
    let say = |id: &str, text: &str| {
        format!("{{\"resourceType\":\"Communication\",\"id\":\"{id}\",\"text\":\"{text}\"}}")
    };
    let record = |a: Action| {
        let body = say(a.id.as_str(), a.note.as_deref().unwrap_or(""));
        vault.record_action(a, body).unwrap();
    };
    record(act("act-sent", "e-high", Verb::Note, "Nurse Ben", 5 * HOUR_MS + 2 * MINUTE_MS, Some("seen")));
    record(act(
        "act-unsent-1",
        "e-high",
        Verb::Handled,
        "Nurse Ben",
        5 * HOUR_MS + 3 * MINUTE_MS,
        Some("Treated"),
    ));
    record(act(
        "act-unsent-2",
        "Patient/cem",
        Verb::Annotate,
        "Nurse Ben",
        5 * HOUR_MS + 4 * MINUTE_MS,
        Some("Þórdís rang the family"),
    ));
    record(act(
        "act-unsent-3",
        "",
        Verb::Shift,
        "Nurse Ben",
        5 * HOUR_MS + 5 * MINUTE_MS,
        Some("takes over"),
    ));
    record(act(
        "act-parked",
        "e-low",
        Verb::HandTo,
        "Nurse Ben",
        5 * HOUR_MS + 6 * MINUTE_MS,
        Some("Nurse Ada"),
    ));
    let own = |ended| {
        alarm(
            "vigil-limit-ari-8867-4",
            "ari",
            Priority::Medium,
            "HR 131 > 125",
            Some(Measure::HeartRate),
            5 * HOUR_MS,
            ended,
        )
    };
    let body = "{\"resourceType\":\"DetectedIssue\"}";
    vault.record_episode(own(None), body.into(), Instant(START + 5 * HOUR_MS + 7 * MINUTE_MS)).unwrap();
    vault
        .record_episode(
            own(Some(5 * HOUR_MS + 9 * MINUTE_MS)),
            body.into(),
            Instant(START + 5 * HOUR_MS + 9 * MINUTE_MS),
        )
        .unwrap();
    vault.sent("act-sent".into(), Instant(START + 5 * HOUR_MS + 2 * MINUTE_MS + 400)).unwrap();
    vault.postpone("act-unsent-1".into(), Instant(START + 6 * HOUR_MS)).unwrap();
    vault.postpone("act-unsent-1".into(), Instant(START + 7 * HOUR_MS)).unwrap();
    vault.park("act-parked".into(), "422: no such practitioner".into()).unwrap();
    let at = Instant(START + 5 * HOUR_MS + 10 * MINUTE_MS);
    let exported = NewEntry::new(EntryKind::Disclosure, at, "Nurse Ben", "exported chart");
    vault.audit(exported.of(Some(&"ari".into()))).unwrap();
    for (key, value) in
        [("alarm.pause", "90"), ("limit.heart-rate@Ward 7B", "45 to 125"), ("news2.spot-window", "600")]
    {
        vault.set_site(key.into(), value.into(), "Dr. Nkemelu".into(), at).unwrap();
    }
    vault.set_setting("server", "https://fhir.example.org/r4".into()).unwrap();
    vault.set_retention(Retention { numerics: 21, at_home: 92, waves: 2, events: 400 }).unwrap();
    drop(vault);
    age(&folder.join("vault.db"), &keyring.0.lock().unwrap());
}

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("where to?");
        std::process::exit(2);
    };
    let cache = folder.join("cache");
    // A kept cache is never written over.
    std::fs::create_dir(&cache).unwrap();
    write_cache(&cache);
    let key = unlock(&cache, &Overheard::default());
    let words = dump(&Vault::open_to_read(&cache, key).unwrap());
    std::fs::write(folder.join("cache.txt"), words).unwrap();
    for name in ["lock", "vault.db-shm", "vault.db-wal"] {
        let _ = std::fs::remove_file(cache.join(name));
    }
}
