//! A long stay in an encrypted cache: ten million seconds of six panels.

use std::path::Path;

use clinical::{Body, Care, Code, Instant, Person, Place, PlaceKind, Segment, Sex, Stay as Encounter};
use serde_json::{Value, json};
use vault::{PageCommit, Reader};

use crate::cache::{fact, fill, look};

/// What was kept.
pub(crate) struct Stay {
    /// How many.
    pub values: usize,
    /// When it ends, milliseconds since 1970 UTC.
    pub end: i64,
}

/// Panels with LOINC code, unit, scale, lowest value and swing.
const MEASURES: [(&str, &str, u8, i64, f64); 7] = [
    ("8867-4", "/min", 0, 82, 14.0),
    ("59408-5", "%", 0, 96, 2.0),
    ("9279-1", "/min", 0, 17, 4.0),
    ("76215-3", "mm[Hg]", 0, 124, 16.0),
    ("76213-8", "mm[Hg]", 0, 71, 9.0),
    ("8310-5", "Cel", 1, 371, 6.0),
    ("2339-0", "mg/dL", 0, 120, 35.0),
];
const HOUR: i64 = 3600;

fn value(measure: usize, second: i64) -> i64 {
    let (.., base, swing) = MEASURES[measure];
    let t = (second + measure as i64 * 7919) as f64;
    let noise = ((second * 7 + measure as i64).wrapping_mul(0x9E37_79B9_7F4A_7C15u64 as i64) >> 61) as f64;
    base + ((t / 3600.0).sin() * swing + (t / 401.0).sin() * swing / 3.0 + noise * 0.4) as i64
}

/// Keeps a stay of so many seconds that ends now, the whole of it also after a look at how long things are kept.
pub(crate) fn keep(folder: &Path, seconds: i64) -> Stay {
    let vault = fill(folder);
    vault.set_retention(vault::Retention { numerics: 365, at_home: 365, waves: 3, events: 365 }).unwrap();
    let end = jiff::Timestamp::now().as_millisecond();
    let start = end - seconds * 1000;
    let place = |id: &str, is_bed: bool| {
        let part_of = is_bed.then(|| "w".into());
        let kind = if is_bed { PlaceKind::Bed } else { PlaceKind::Ward };
        fact(format!("Location/{id}"), Body::Place(Place { id: id.into(), name: id.into(), kind, part_of }))
    };
    let person = Person {
        id: "p0".into(),
        mrn: "M0".into(),
        family: "Family".into(),
        given: "A".into(),
        birth_date: Some("1960-01-01".into()),
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    let stay = Encounter {
        id: "s0".into(),
        patient: "p0".into(),
        places: vec!["b0".into()],
        in_progress: true,
        care: Care::Hospital,
    };
    let mut facts = vec![
        place("w", false),
        place("b0", true),
        fact("Patient/p0".into(), Body::Person(person)),
        fact("Encounter/s0".into(), Body::Stay(stay)),
    ];
    for hour in 0..seconds / HOUR {
        for (n, (code, unit, scale, ..)) in MEASURES.iter().enumerate() {
            let segment = Segment {
                patient: "p0".into(),
                device: Some("d0".into()),
                code: Code::Loinc((*code).into()),
                unit: (*unit).into(),
                start: Instant(start + hour * HOUR * 1000),
                period_ms: 1000.0,
                scale: *scale,
                mantissas: (0..HOUR).map(|s| value(n, hour * HOUR + s)).collect(),
                marks: clinical::Marks::PLAIN,
            };
            facts.push(fact(format!("Observation/{code}-{hour}"), Body::Segments(vec![segment])));
        }
        if facts.len() > 300 {
            let facts = std::mem::take(&mut facts);
            vault.commit(PageCommit { facts, received: Instant(end), ..Default::default() }).unwrap();
        }
    }
    vault.commit(PageCommit { facts, received: Instant(end), ..Default::default() }).unwrap();
    Stay { values: MEASURES.len() * seconds as usize, end }
}

/// What M4 leaves of each panel over three times the range, as times and values.
pub(crate) fn m4(folder: &Path, from: i64, to: i64, width: i64) -> Vec<Value> {
    let vault = look(folder);
    let column = (to - from) / width;
    vault
        .read(|reader: &Reader| {
            let mut panels = Vec::new();
            // The lower pressure stands in the panel of the upper.
            for (code, ..) in MEASURES.iter().filter(|(code, ..)| *code != "76213-8") {
                let series = reader.series_of(&"p0".into())?.into_iter().find(|s| s.code == *code).unwrap();
                let points = reader.points(series.id, Instant(from - (to - from)), Instant(to))?;
                let times: Vec<i64> = points.iter().map(|p| p.t).collect();
                let values: Vec<f64> = points.iter().map(|p| p.v).collect();
                let kept = charts::m4(&times, &values, |t| ((t - from) / column) as i32);
                let (times, values): (Vec<i64>, Vec<f64>) = kept.into_iter().unzip();
                panels.push(json!([times, values]));
            }
            Ok(panels)
        })
        .unwrap()
}
