//! A ward of many beds, and how much less a look at its board costs that follows another.

use std::sync::Arc;
use std::time::Instant as Wall;

use clinical::{
    About, Action, Actor, Body, Care, Code, Decimal, Episode, Fact, HOUR_MS, Instant, MINUTE_MS, Measure,
    Person, Place, PlaceKind, Priority, Quality, Sample, Segment, Sex, Stay, Verb,
};
use console::{Console, Station, board};
use vault::{Key, PageCommit, Vault};

use crate::cache::fact;

/// A ward of this many people with an hour of seconds each.
pub(crate) fn people(count: i64, now: i64) -> Vec<Fact> {
    let ward = Place { id: "w".into(), name: "Ward 1".into(), kind: PlaceKind::Ward, part_of: None };
    let mut facts = vec![fact("Location/w".into(), Body::Place(ward))];
    for n in 0..count {
        let (p, b) = (format!("p{n}"), format!("b{n}"));
        let person = Person {
            id: p.as_str().into(),
            mrn: format!("M{n}"),
            family: format!("Family{n}"),
            given: "A".into(),
            birth_date: Some("1960-01-01".into()),
            sex: Sex::Female,
            active: true,
            deceased: false,
            replaced_by: None,
            replaces: Vec::new(),
            contacts: None,
        };
        facts.push(fact(format!("Patient/{p}"), Body::Person(person)));
        facts.push(fact(
            format!("Location/{b}"),
            Body::Place(Place {
                id: b.as_str().into(),
                name: n.to_string(),
                kind: PlaceKind::Bed,
                part_of: Some("w".into()),
            }),
        ));
        facts.push(fact(
            format!("Encounter/s{n}"),
            Body::Stay(Stay {
                id: format!("s{n}").into(),
                patient: p.as_str().into(),
                places: vec![b.into()],
                in_progress: true,
                care: Care::Hospital,
            }),
        ));
        for (code, unit, base) in [("8867-4", "/min", 80), ("59408-5", "%", 96), ("9279-1", "/min", 16)] {
            let segment = Segment {
                patient: p.as_str().into(),
                device: Some(format!("d{n}").into()),
                code: Code::Loinc(code.into()),
                unit: unit.into(),
                start: Instant(now - HOUR_MS),
                period_ms: 1000.0,
                scale: 0,
                mantissas: (0..3600).map(|s| base + (s * 7 + n) % 5).collect(),
                marks: clinical::Marks::PLAIN,
            };
            facts.push(fact(format!("Observation/{p}-{code}"), Body::Segments(vec![segment])));
        }
        for (code, unit, value) in [
            ("8480-6", "mm[Hg]", 120),
            ("8462-4", "mm[Hg]", 70),
            ("8310-5", "Cel", 37),
            ("67775-7", "{ACVPU}", 0),
            ("3151-8", "L/min", 0),
        ] {
            let sample = Sample {
                comparator: None,
                patient: p.as_str().into(),
                device: None,
                code: Code::Loinc(code.into()),
                value: Decimal::whole(value),
                unit: unit.into(),
                taken_at: Instant(now - 600_000),
                quality: Quality::Good,
            };
            facts.push(fact(format!("Observation/{p}-{code}"), Body::Samples(vec![sample])));
        }
    }
    facts
}

/// Each fifth patient has an alarm, and somebody took every second of them.
fn alarms(count: i64, now: i64) -> Vec<Fact> {
    let alarm = |n: i64| {
        let episode = Episode {
            id: format!("e{n}").into(),
            patient: Some(format!("p{n}").into()),
            priority: [Priority::Low, Priority::Medium, Priority::High][n as usize % 3],
            text: "SpO2 84 < 90".into(),
            measure: Some(Measure::SpO2),
            onset: Instant(now - MINUTE_MS),
            ended: None,
            renewed: None,
        };
        let take = Action {
            id: format!("a{n}").into(),
            about: About::Episode(episode.id.clone()),
            verb: Verb::Take,
            by: Actor::named("N"),
            at: Instant(now - 30_000),
            note: None,
            to: None,
        };
        let taken = (n % 2 == 0).then(|| fact(format!("Communication/a{n}"), Body::Action(take)));
        [Some(fact(format!("DetectedIssue/e{n}"), Body::Episode(episode))), taken].into_iter().flatten()
    };
    (0..count).step_by(5).flat_map(alarm).collect()
}

/// Looks at a ward of so many tiles, each after one value of one patient changed: what share of the time it takes that a board
/// from nothing takes in the same state, and the milliseconds of the middle one.
pub(crate) fn shares_of_looks(count: i64) -> (Vec<f64>, f64) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let now = 1_770_000_000_000;
    let mut facts = people(count, now);
    facts.extend(alarms(count, now));
    vault.commit(PageCommit { facts, received: Instant(now), ..Default::default() }).unwrap();
    let station = Station { name: "Bench".into(), user: "N".into(), user_id: None };
    let (console, _events) =
        Console::open(vault.clone(), None, station, Arc::new(move || Instant(now))).unwrap();
    assert_eq!(console.look().unwrap().board.tiles.len() as i64, count);
    let mut times = Vec::new();
    for n in 0..60 {
        let sample = Sample {
            comparator: None,
            patient: format!("p{}", n * 7 % count).into(),
            device: None,
            code: Code::Loinc("8310-5".into()),
            value: Decimal { mantissa: 360 + n % 40, scale: 1 },
            unit: "Cel".into(),
            taken_at: Instant(now - 60_000 + n * 1000),
            quality: Quality::Good,
        };
        let facts = vec![fact(format!("Observation/look-{n}"), Body::Samples(vec![sample]))];
        vault.commit(PageCommit { facts, received: Instant(now), ..Default::default() }).unwrap();
        let began = Wall::now();
        let live = console.look().unwrap().board;
        let live_s = began.elapsed().as_secs_f64();
        let began = Wall::now();
        let ward = vault.read(|reader| reader.ward()).unwrap();
        let whole = board(&ward, Instant(now)).shown_to(&console.user());
        let whole_s = began.elapsed().as_secs_f64();
        assert_eq!(*live, whole);
        times.push((live_s, whole_s));
    }
    let mut live: Vec<f64> = times.iter().map(|(live, _)| live * 1000.0).collect();
    live.sort_by(f64::total_cmp);
    (times.into_iter().map(|(live, whole)| live / whole).collect(), live[live.len() / 2])
}
