//! What is drawn of a patient's trends is what every single value would draw, whatever way the values came.

use charts::Viewport;
use clinical::{
    Body, Code, DeviceId, Fact, HOUR_MS, Instant, MINUTE_MS, PatientId, Quality, Sample, Segment, Source,
    TimeRange,
};
use proptest::prelude::*;
use vault::{Key, PageCommit, Vault};

use crate::draw::draw;

use super::*;

/// Values of one series from a moment on.
#[derive(Clone, Debug)]
struct Came {
    device: u8,
    start: i64,
    period_ms: f64,
    n: usize,
}

fn came() -> impl Strategy<Value = Came> {
    let period = prop_oneof![Just(1000.0), Just(5000.0), Just(1333.3), Just(60_000.0)];
    (0u8..3, 0i64..12 * HOUR_MS, period, 1usize..4000).prop_map(|(device, start, period_ms, n)| Came {
        device,
        start,
        period_ms,
        n,
    })
}

fn fact(reference: String, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: "1".into() }, updated_at: None, body }
}

fn segment(code: &str, unit: &str, scale: u8, base: i64, came: &Came) -> Fact {
    let value = |n: i64| base + (n / 60 % 40) + if n % 977 == 5 { 37 } else { n % 3 };
    let segment = Segment {
        patient: "p".into(),
        device: Some(format!("d{}", came.device).into()),
        code: Code::Loinc(code.into()),
        unit: unit.into(),
        start: Instant(came.start),
        period_ms: came.period_ms,
        scale,
        mantissas: (0..i64::try_from(came.n).unwrap()).map(value).collect(),
        marks: clinical::Marks::PLAIN,
    };
    fact(
        format!("Observation/{code}-{unit}-{}-{}-{}", came.device, came.start, came.n),
        Body::Segments(vec![segment]),
    )
}

fn spot(code: &str, unit: &str, t: i64, value: &str) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: "p".into(),
        device: None,
        code: Code::Loinc(code.into()),
        value: value.parse().unwrap(),
        unit: unit.into(),
        taken_at: Instant(t),
        quality: Quality::Good,
    };
    fact(format!("Observation/{code}-{t}"), Body::Samples(vec![sample]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_drawn_is_what_every_value_would_draw(
        rates in proptest::collection::vec(came(), 0..6), pressures in proptest::collection::vec((came(), any::<bool>()), 0..4),
        kelvin in any::<bool>(), spots in proptest::collection::vec((0i64..14 * HOUR_MS, 360i64..410), 0..40),
        from in 0i64..10 * HOUR_MS, length in 10 * MINUTE_MS..20 * HOUR_MS, width in 20u32..900, scale in prop_oneof![Just(1.0), Just(1.5)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let mut facts: Vec<Fact> = rates.iter().map(|came| segment("8867-4", "/min", 0, 70, came)).collect();
        for (came, mean) in &pressures {
            facts.push(segment("76215-3", "mm[Hg]", 0, 120, came));
            facts.push(segment("76213-8", "mm[Hg]", 0, 70, came));
            facts.extend(mean.then(|| segment("76214-6", "mm[Hg]", 0, 90, came)));
        }
        let warm = Came { device: 0, start: HOUR_MS, period_ms: 1000.0, n: 3000 };
        facts.push(if kelvin { segment("8310-5", "K", 1, 3100, &warm) } else { segment("8310-5", "Cel", 1, 368, &warm) });
        facts.extend(spots.iter().map(|(t, tenths)| spot("8310-5", "Cel", *t, &format!("{}.{}", tenths / 10, tenths % 10))));
        vault.commit(PageCommit { facts, received: Instant(15 * HOUR_MS), ..Default::default() }).unwrap();
        let (range, viewport) = (
            TimeRange::starting(Instant(from), length),
            Viewport { from, to: from + length, width, height: 90, scale },
        );
        let focus = TimeRange::of_ms(from + length / 4, from + length).unwrap();
        let patient = PatientId::from("p");
        let asked = |view| Asked { patient: &patient, range, focus, light: false, only: &[], view };
        let pictures = |view, every_sample: bool| {
            let mut read = vault.read(|reader| read_panels(reader, &asked(view))).unwrap();
            read.iter_mut().for_each(|one| one.panel.every_sample = every_sample);
            draw(read, &viewport, false).unwrap()
        };
        let (short, all) = (pictures(Some(&viewport), false), pictures(None, true));
        prop_assert_eq!(short.len(), all.len());
        for (short, all) in short.into_iter().zip(all) {
            let key = short.kind.key;
            prop_assert!(short.drawn.picture == all.drawn.picture, "{key} is drawn differently");
            prop_assert_eq!(short.drawn.facts, all.drawn.facts, "{}", key);
            prop_assert_eq!(short.summary, all.summary, "{}", key);
        }
    }
}

#[test]
fn where_a_device_took_over_is_known_of_each_panel_also_where_the_old_one_spoke_before_the_range() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    let came = |device, start, n| Came { device, start, period_ms: 1000.0, n };
    let (old, new) = (came(0, 0, 3600), came(1, HOUR_MS + 5 * MINUTE_MS, 3600));
    let facts = vec![
        segment("8867-4", "/min", 0, 70, &old),
        segment("8867-4", "/min", 0, 70, &new),
        segment("59408-5", "%", 0, 50, &came(0, 0, 2 * 3600)),
        // Another device looks in while the first goes on, and a hand writes down a value.
        segment("59408-5", "%", 0, 50, &came(2, HOUR_MS, 1)),
        spot("8310-5", "Cel", 40 * MINUTE_MS, "37.1"),
        segment("8310-5", "Cel", 1, 368, &came(0, HOUR_MS, 5)),
    ];
    vault.commit(PageCommit { facts, received: Instant(15 * HOUR_MS), ..Default::default() }).unwrap();
    let found = |from: i64| {
        let range = TimeRange::of_ms(from, 3 * HOUR_MS).unwrap();
        let patient = PatientId::from("p");
        let asked = Asked { patient: &patient, range, focus: range, light: false, only: &[], view: None };
        let panels = vault.read(|reader| read_panels(reader, &asked)).unwrap();
        let all = panels.into_iter().flat_map(|panel| {
            let key = panel.kind.key;
            panel.device_changes.into_iter().map(move |one| (key, one))
        });
        all.filter(|(_, one)| one.at >= range.from())
            .map(|(key, one)| (key, one.at.0, one.before, one.device))
            .collect::<Vec<_>>()
    };
    let hr = ("hr", HOUR_MS + 5 * MINUTE_MS, DeviceId::from("d0"), DeviceId::from("d1"));
    assert_eq!(found(0), std::slice::from_ref(&hr));
    assert_eq!(found(HOUR_MS + 2 * MINUTE_MS), [hr]);
    assert_eq!(found(HOUR_MS + 10 * MINUTE_MS), []);
}
