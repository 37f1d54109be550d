//! What a board still knows of a series whose newest value cannot be.
#![allow(clippy::unwrap_used)]

use clinical::{Body, Code, DAY_MS, Decimal, Fact, Instant, MINUTE_MS, Quality, Sample, Source};
use vault::{Key, PageCommit, SeriesValue, Vault, View};

const BEGIN: i64 = 1_770_000_000_000;

fn commit(vault: &Vault, n: i64, value: i64, at: i64, quality: Quality) {
    let sample = Sample {
        comparator: None,
        patient: "p".into(),
        device: Some("d".into()),
        code: Code::Loinc("59408-5".into()),
        value: Decimal::whole(value),
        unit: "%".into(),
        taken_at: Instant(at),
        quality,
    };
    let source = Source { reference: format!("Observation/{n}").into(), version: "1".into() };
    let facts = vec![Fact { source, updated_at: None, body: Body::Samples(vec![sample]) }];
    vault.commit(PageCommit { facts, received: Instant(at), ..Default::default() }).unwrap();
}

fn newest(vault: &Vault, view: View) -> SeriesValue {
    vault.read_as(view, |reader| reader.latest(None)).unwrap().remove(0)
}

#[test]
fn the_last_good_value_is_known_beside_an_artefact_now_and_then() {
    let (good, bad) = (Quality::Good, Quality::Artefact);
    let minute = |n: i64| BEGIN + n * MINUTE_MS;
    for (name, said, wanted) in [
        ("good ones alone", vec![(97, 0, good), (96, 1, good)], None),
        ("an artefact behind them", vec![(97, 0, good), (96, 1, good), (312, 2, bad)], Some((96, 1))),
        ("several", vec![(97, 0, good), (312, 1, bad), (311, 2, bad)], Some((97, 0))),
        ("an artefact and a good one again", vec![(97, 0, good), (312, 1, bad), (96, 2, good)], None),
        ("nothing but artefacts", vec![(312, 0, bad), (311, 1, bad)], None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        for (n, (value, at, quality)) in (0..).zip(&said) {
            commit(&vault, n, *value, minute(*at), *quality);
        }
        let wanted = wanted.map(|(value, at)| (Decimal::whole(value), Instant(minute(at))));
        for view in [View::NOW, View::at(Instant(minute(9))), View::as_shown(Instant(minute(9)))] {
            let newest = newest(&vault, view);
            assert_eq!((newest.good, newest.artefact), (wanted, said.last().unwrap().2 == bad), "{name}");
        }
    }
}

#[test]
fn what_was_good_days_ago_is_not_shown_beside_an_artefact() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    commit(&vault, 1, 97, BEGIN, Quality::Good);
    commit(&vault, 2, 312, BEGIN + 2 * DAY_MS, Quality::Artefact);
    assert_eq!(newest(&vault, View::NOW).good, None);
}
