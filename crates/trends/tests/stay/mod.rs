//! A fortnight of one person that is the same each time, for pictures that are kept.
#![allow(dead_code)]

use clinical::{
    About, Action, Actor, Amount, Body, Care, Code, Decimal, Dose, Episode, Fact, HOUR_MS, Instant, Measure,
    Person, Place, PlaceKind, Priority, Quality, Sample, Segment, Sex, Source, Stay, Verb,
};

/// Sunday 23 November 2025, 14:06 UTC.
pub(crate) const NOW: Instant = Instant(1_763_906_760_000);
pub(crate) const RANGES: [(&str, i64); 5] = [("1h", 1), ("6h", 6), ("24h", 24), ("72h", 72), ("14d", 336)];

fn fact(reference: String, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: "1".into() }, updated_at: None, body }
}

/// A fortnight that turns bad in its last hours, with gaps, an artefact, doses and alarms; the same each time.
pub(crate) fn stay() -> Vec<Fact> {
    let mut facts = vec![
        fact(
            "Location/w".into(),
            Body::Place(Place { id: "w".into(), name: "Ward".into(), kind: PlaceKind::Ward, part_of: None }),
        ),
        fact(
            "Location/b".into(),
            Body::Place(Place {
                id: "b".into(),
                name: "12".into(),
                kind: PlaceKind::Bed,
                part_of: Some("w".into()),
            }),
        ),
        fact(
            "Patient/p".into(),
            Body::Person(Person {
                id: "p".into(),
                mrn: "M".into(),
                family: "Test".into(),
                given: "A".into(),
                birth_date: Some("1955-03-14".into()),
                sex: Sex::Female,
                active: true,
                deceased: false,
                replaced_by: None,
                replaces: Vec::new(),
                contacts: None,
            }),
        ),
        fact(
            "Encounter/s".into(),
            Body::Stay(Stay {
                id: "s".into(),
                patient: "p".into(),
                places: vec!["b".into()],
                in_progress: true,
                care: Care::Hospital,
            }),
        ),
    ];
    for hour in 0..336i64 {
        // Two hours in which nothing came.
        if (300..302).contains(&hour) {
            continue;
        }
        let start = NOW - (336 - hour) * HOUR_MS;
        for (code, unit, base, swing, worse) in [
            ("8867-4", "/min", 78, 6.0, 36.0),
            ("59408-5", "%", 96, 1.2, -11.0),
            ("9279-1", "/min", 15, 2.0, 11.0),
        ] {
            let values = (0..720).map(|n| {
                let t = (hour * 720 + n) as f64;
                let late = ((t - 330.0 * 720.0) / (6.0 * 720.0)).max(0.0);
                let noise = ((hour * 720 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15u64 as i64) >> 61) as f64;
                base + ((t / 900.0).sin() * swing + noise * 0.5 + late * worse).round() as i64
            });
            let segment = Segment {
                patient: "p".into(),
                device: Some("d".into()),
                code: Code::Loinc(code.into()),
                unit: unit.into(),
                start,
                period_ms: 5000.0,
                scale: 0,
                mantissas: values.collect(),
                marks: clinical::Marks::PLAIN,
            };
            facts.push(fact(format!("Observation/{code}-{hour}"), Body::Segments(vec![segment])));
        }
        let mut spots =
            vec![("67775-7", "{ACVPU}", Decimal::whole(0)), ("3151-8", "L/min", Decimal::whole(2))];
        spots.push(("8480-6", "mm[Hg]", Decimal::whole(128 - hour / 12)));
        spots.push(("8462-4", "mm[Hg]", Decimal::whole(74 - hour / 24)));
        if hour % 4 == 0 {
            spots.push(("8310-5", "Cel", Decimal { mantissa: 368 + hour / 20, scale: 1 }));
        }
        for (code, unit, value) in spots {
            let sample = Sample {
                comparator: None,
                patient: "p".into(),
                device: None,
                code: Code::Loinc(code.into()),
                value,
                unit: unit.into(),
                taken_at: start + HOUR_MS / 2,
                quality: Quality::Good,
            };
            facts.push(fact(format!("Observation/{code}-{hour}"), Body::Samples(vec![sample])));
        }
        for five in 0..12 {
            let t = hour * 12 + five;
            let sample = Sample {
                comparator: None,
                patient: "p".into(),
                device: Some("c".into()),
                code: Code::Loinc("2339-0".into()),
                value: Decimal::whole(130 + ((t as f64 / 20.0).sin() * 50.0) as i64),
                unit: "mg/dL".into(),
                taken_at: start + five * 300_000,
                quality: if t == 4000 { Quality::Artefact } else { Quality::Good },
            };
            facts.push(fact(format!("Observation/g-{t}"), Body::Samples(vec![sample])));
        }
    }
    let amount = Some(Amount { value: Decimal::whole(8), unit: "[iU]".into() });
    let dose = Dose {
        id: "dose".into(),
        patient: "p".into(),
        what: "Rapid insulin".into(),
        amount,
        at: NOW - HOUR_MS / 2,
        identity: None,
        device: None,
    };
    facts.push(fact("MedicationAdministration/dose".into(), Body::Dose(dose)));
    let episode = Episode {
        id: "e".into(),
        patient: Some("p".into()),
        priority: Priority::High,
        text: "SpO2 85 < 90".into(),
        measure: Some(Measure::SpO2),
        onset: NOW - HOUR_MS / 4,
        ended: None,
        renewed: None,
    };
    facts.push(fact("DetectedIssue/e".into(), Body::Episode(episode)));
    // A limit that was moved for this person ten hours ago.
    let limit = Action {
        id: "l".into(),
        about: About::Patient("p".into()),
        verb: Verb::SetLimit,
        by: Actor::named("Dr Varga"),
        at: NOW - 10 * HOUR_MS,
        note: Some("59408-5 SpO₂: 86 to -; until changed; Physician; COPD".into()),
        to: None,
    };
    facts.push(fact("Communication/l".into(), Body::Action(limit)));
    facts
}
