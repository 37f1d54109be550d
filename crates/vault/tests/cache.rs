//! The cache on a real file: what goes in comes out, what people did is durable, and nothing is in clear.
#![allow(clippy::unwrap_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use clinical::{
    About, Action, Actor, Body, Code, Decimal, Episode, Fact, HOUR_MS, Instant, Person, Priority, Quality,
    Sample, Segment, Sex, Source, Unreadable, Verb,
};
use vault::{Key, Kind, PageCommit, Vault, View};

fn open() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    (folder, vault)
}

fn fact(reference: &str, version: &str, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: version.into() }, updated_at: None, body }
}

fn spot(reference: &str, version: &str, t: i64, value: &str) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: "p".into(),
        device: None,
        code: Code::Loinc("8310-5".into()),
        value: value.parse().unwrap(),
        unit: "Cel".into(),
        taken_at: Instant(t),
        quality: Quality::Good,
    };
    fact(reference, version, Body::Samples(vec![sample]))
}

fn page(facts: Vec<Fact>) -> PageCommit {
    PageCommit { facts, received: Instant(1), ..PageCommit::default() }
}

fn temperatures(vault: &Vault) -> Vec<(i64, f64)> {
    vault
        .read(|r| {
            let series = r.series_of(&"p".into())?.remove(0).id;
            Ok(r.points(series, Instant(i64::MIN), Instant(i64::MAX))?.iter().map(|p| (p.t, p.v)).collect())
        })
        .unwrap()
}

#[test]
fn a_day_of_seconds_and_a_hot_tail_read_back_as_one_series() {
    let (_folder, vault) = open();
    let segment = |start: i64, values: Vec<i64>| Segment {
        patient: "p".into(),
        device: Some("d".into()),
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(start),
        period_ms: 1000.0,
        scale: 0,
        mantissas: values,
        marks: clinical::Marks::PLAIN,
    };
    let hour = |h: i64| (0..3600).map(|s| 60 + (s + h) % 40).collect::<Vec<i64>>();
    let mut facts: Vec<Fact> = (0..24)
        .map(|h| fact(&format!("Observation/h{h}"), "1", Body::Segments(vec![segment(h * HOUR_MS, hour(h))])))
        .collect();
    facts.push(fact(
        "Observation/live",
        "1",
        Body::Segments(vec![segment(24 * HOUR_MS, vec![90, 91, 92, 93, 94])]),
    ));
    let done = vault.commit(page(facts)).unwrap();
    assert_eq!(done.samples, 24 * 3600 + 5);
    let (points, latest) = vault
        .read(|r| {
            let series = r.series_of(&"p".into())?.remove(0);
            assert!(series.streamed);
            Ok((r.points(series.id, Instant(0), Instant(i64::MAX))?, r.latest(Some(&"p".into()))?))
        })
        .unwrap();
    assert_eq!(points.len(), 24 * 3600 + 5);
    assert!(points.windows(2).all(|w| w[1].t - w[0].t == 1000));
    assert_eq!((points[3600 * 5 + 7].v, points.last().unwrap().v), (60.0 + 12.0, 94.0));
    assert_eq!((latest[0].value, latest[0].source.as_str()), (Decimal::whole(94), "Observation/live"));
    let then = vault.read_as(View::at(Instant(5 * HOUR_MS + 7500)), |r| r.ward()).unwrap();
    assert_eq!(
        (then.values[0].value, then.values[0].source.as_str()),
        (Decimal::whole(72), "Observation/h5")
    );
}

#[test]
fn a_replayed_page_doubles_nothing_and_a_correction_replaces() {
    let (_folder, vault) = open();
    for _ in 0..2 {
        vault
            .commit(page(vec![
                spot("Observation/a", "1", 10, "37.0"),
                spot("Observation/b", "1", 20, "38.50"),
            ]))
            .unwrap();
    }
    assert_eq!(temperatures(&vault), [(10, 37.0), (20, 38.5)]);
    vault.commit(page(vec![spot("Observation/b", "2", 15, "37.5")])).unwrap();
    assert_eq!(temperatures(&vault), [(10, 37.0), (15, 37.5)]);
    vault.commit(page(vec![fact("Observation/b", "3", Body::Deleted)])).unwrap();
    let latest = vault.read(|r| r.latest(Some(&"p".into()))).unwrap();
    assert_eq!((latest[0].value.to_string().as_str(), latest[0].source.as_str()), ("37.0", "Observation/a"));
}

#[test]
fn one_page_with_two_versions_of_a_resource_leaves_the_later_one() {
    let hour = |version: &str, value: i64, values: usize| {
        let body = Body::Segments(vec![Segment {
            patient: "p".into(),
            device: None,
            code: Code::Loinc("8867-4".into()),
            unit: "/min".into(),
            start: Instant(0),
            period_ms: 1000.0,
            scale: 0,
            mantissas: vec![value; values],
            marks: clinical::Marks::PLAIN,
        }]);
        fact("Observation/h", version, body)
    };
    for (facts, count) in [
        (vec![hour("1", 70, 600), hour("2", 80, 600)], 1200),
        (vec![hour("2", 80, 600), hour("1", 70, 600)], 600),
        (vec![hour("2", 80, 600), hour("2", 80, 600)], 600),
    ] {
        // Beside it enough others for the page to be packed by more than one thread.
        let others = (1..40).map(|n| {
            let mut other = hour("1", n, 600);
            other.source.reference = format!("Observation/{n}").into();
            if let Body::Segments(segments) = &mut other.body {
                segments[0].patient = format!("p{n}").as_str().into();
            }
            other
        });
        let (_folder, vault) = open();
        let done = vault.commit(page(facts.into_iter().chain(others).collect())).unwrap();
        assert_eq!(done.samples, count + 39 * 600);
        let of = |patient: &str| {
            vault
                .read(|r| {
                    let series = r.series_of(&patient.into())?[0].id;
                    r.points(series, Instant(0), Instant(600_000))
                })
                .unwrap()
        };
        let read = of("p");
        assert!(read.len() == 600 && read.iter().all(|point| point.v == 80.0));
        assert!((1..40).all(|n| of(&format!("p{n}")).iter().all(|point| point.v == f64::from(n))));
    }
}

#[test]
fn whose_value_was_deleted_is_told_also_where_a_newer_one_stays() {
    let (_folder, vault) = open();
    let values = vec![spot("Observation/a", "1", 1000, "36.5"), spot("Observation/b", "1", 2000, "36.7")];
    let came = vault.commit(page(values)).unwrap();
    let gone = vault.commit(page(vec![fact("Observation/a", "2", Body::Deleted)])).unwrap();
    assert_eq!((gone.patients, gone.samples), (came.patients, 0));
}

#[test]
fn sealing_the_hot_tail_loses_no_digit_and_no_source() {
    let (_folder, vault) = open();
    let facts =
        (0..1500).map(|n| spot(&format!("Observation/s{n}"), "1", n * 1000, &format!("36.{:02}", n % 100)));
    vault.commit(page(facts.collect())).unwrap();
    let points = temperatures(&vault);
    assert_eq!(points.len(), 1500);
    assert!(points.iter().enumerate().all(|(n, p)| *p == (n as i64 * 1000, 36.0 + (n % 100) as f64 / 100.0)));
    let old = vault.read_as(View::at(Instant(70_500)), |r| r.ward()).unwrap();
    assert_eq!(
        (old.values[0].value.to_string().as_str(), old.values[0].source.as_str()),
        ("36.70", "Observation/s70")
    );
}

#[test]
fn a_sealed_value_is_not_doubled_by_a_replay_and_can_still_be_corrected_and_deleted() {
    let (_folder, vault) = open();
    let all =
        || (0..1500).map(|n| spot(&format!("Observation/s{n}"), "1", n * 1000, "36.60")).collect::<Vec<_>>();
    for _ in 0..3 {
        vault.commit(page(all())).unwrap();
    }
    assert_eq!(temperatures(&vault).len(), 1500);
    vault.commit(page(vec![spot("Observation/s70", "2", 70_000, "39.9")])).unwrap();
    vault.commit(page(vec![spot("Observation/s71", "2", 5_000_000, "40.0")])).unwrap();
    vault.commit(page(vec![fact("Observation/s72", "2", Body::Deleted)])).unwrap();
    let points = temperatures(&vault);
    assert_eq!(points.len(), 1499);
    assert!(points.contains(&(70_000, 39.9)) && points.contains(&(5_000_000, 40.0)));
    assert!(!points.iter().any(|(t, _)| *t == 71_000 || *t == 72_000));
}

#[test]
fn a_bad_page_moves_no_cursor() {
    let (_folder, vault) = open();
    let commit = PageCommit {
        facts: vec![spot("Observation/a", "1", 1, "36.6")],
        cursors: vec![("Observation".into(), "c1".into())],
        unreadable: vec![Unreadable {
            reference: "Observation/x".into(),
            reason: "it names no patient".into(),
            body: "{}".into(),
        }],
        received: Instant(1),
        ..PageCommit::default()
    };
    assert_eq!(vault.commit(commit).unwrap().quarantined, 1);
    assert_eq!(vault.read(|r| r.cursor("Observation")).unwrap().as_deref(), Some("c1"));
    assert_eq!(vault.read(|r| r.quarantine()).unwrap()[0].reference, "Observation/x");
}

fn take(id: &str, episode: &str) -> Action {
    Action {
        id: id.into(),
        about: About::Episode(episode.into()),
        verb: Verb::Take,
        by: Actor::named("N. Okafor"),
        at: Instant(5),
        note: None,
        to: None,
    }
}

#[test]
fn an_action_survives_and_leaves_the_outbox_only_when_the_server_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    vault.record_action(take("1", "e1"), "{}".into()).unwrap();
    vault.record_action(take("2", "e1"), "{}".into()).unwrap();
    vault.record_action(take("3", "e2"), "{}".into()).unwrap();
    drop(vault);
    let vault = Vault::open(folder.path(), key).unwrap();
    let due =
        |now| vault.read(|r| r.due(Instant(now))).unwrap().into_iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(due(0), ["1", "3"], "one lane waits for its first, the other does not");
    vault.postpone("1".into(), Instant(100)).unwrap();
    assert_eq!(due(50), ["3"]);
    vault.park("3".into(), "refused (422)".into()).unwrap();
    assert_eq!(vault.read(|r| r.parked()).unwrap().len(), 1);
    vault.sent("1".into(), Instant(60)).unwrap();
    assert_eq!(due(100), ["2"]);
    // The server shows an action whose answer never came back.
    let seen = Fact {
        source: Source { reference: "Communication/9".into(), version: "1".into() },
        updated_at: Some(Instant(70)),
        body: Body::Action(take("2", "e1")),
    };
    vault.commit(page(vec![seen])).unwrap();
    assert_eq!(vault.read(|r| r.waiting()).unwrap(), ["3"]);
    assert_eq!(vault.read(|r| r.actions()).unwrap().len(), 3);
}

#[test]
fn an_own_alarm_that_the_server_refuses_holds_up_nothing_that_people_did_about_it() {
    let (_folder, vault) = open();
    let alarm = |ended: Option<i64>| Episode {
        id: "vigil-spo2-low-1".into(),
        patient: Some("p".into()),
        priority: Priority::Medium,
        text: "SpO2 87 < 90".into(),
        measure: None,
        onset: Instant(1),
        ended: ended.map(Instant),
        renewed: None,
    };
    let due = || -> Vec<String> {
        vault.read(|r| r.due(Instant(100))).unwrap().into_iter().map(|row| row.key).collect()
    };
    let next = || vault.read(|r| r.next_due()).unwrap();
    vault.record_episode(alarm(None), "{}".into(), Instant(1)).unwrap();
    vault.record_action(take("1", "vigil-spo2-low-1"), "{}".into()).unwrap();
    assert_eq!(due(), ["raised:vigil-spo2-low-1"], "the alarm before what was done about it");
    vault.postpone("raised:vigil-spo2-low-1".into(), Instant(500)).unwrap();
    assert_eq!((due(), next()), (vec![], Some(Instant(500))), "a busy server is waited for");
    vault.park("raised:vigil-spo2-low-1".into(), "refused (403)".into()).unwrap();
    assert_eq!((due(), next()), (vec!["1".to_owned()], Some(Instant(0))), "a refusal is not");
    vault.park("1".into(), "refused (422)".into()).unwrap();
    assert_eq!((due(), next()), (vec![], None), "nothing can be sent, and nothing is looked for");
    // What people did is in order among itself.
    vault.record_action(take("2", "vigil-spo2-low-1"), "{}".into()).unwrap();
    assert_eq!((due(), next()), (vec![], None));
    vault.unpark("1".into()).unwrap();
    assert_eq!(due(), ["1"]);

    // The end of the alarm holds all of it: it takes the place of what was refused.
    let own = || -> Vec<String> {
        let parked = vault.read(|r| r.parked()).unwrap();
        parked.into_iter().filter(|row| row.kind == Kind::DetectedIssue).map(|row| row.action).collect()
    };
    assert_eq!(own(), ["raised:vigil-spo2-low-1"]);
    vault.record_episode(alarm(Some(9)), "{}".into(), Instant(9)).unwrap();
    assert_eq!(own(), [""; 0]);
    for n in 0..3 {
        let id = format!("vigil-spo2-low-{n}5");
        let other = Episode { id: id.as_str().into(), ..alarm(None) };
        vault.record_episode(other, "{}".into(), Instant(10)).unwrap();
        vault.park(format!("raised:{id}"), "refused (405)".into()).unwrap();
    }
    // They are shown as one, and so they are tried again, or left.
    vault.unpark("raised:vigil-spo2-low-15".into()).unwrap();
    assert_eq!(own(), [""; 0]);
}

#[test]
fn what_a_station_with_a_fast_clock_did_was_done_when_the_server_had_it() {
    let (_folder, vault) = open();
    let ahead = Action { at: Instant(9 * HOUR_MS), ..take("1", "e") };
    let taken =
        Fact { updated_at: Some(Instant(HOUR_MS)), ..fact("Communication/1", "1", Body::Action(ahead)) };
    vault.commit(PageCommit { received: Instant(HOUR_MS), ..page(vec![taken]) }).unwrap();
    let acts = |hours: i64| vault.read_as(View::at(Instant(hours * HOUR_MS)), |r| r.actions()).unwrap().len();
    assert_eq!((acts(0), acts(2), acts(10)), (0, 1, 1));
}

#[test]
fn who_did_something_comes_back_as_who_it_was_and_not_as_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random().unwrap();
    let vault = Vault::open(folder.path(), key.clone()).unwrap();
    let station = vault.station_id().unwrap().unwrap();
    let okafor = Actor::at_station(&station, "N. Okafor").acting_as(Some("Charge nurse".into()));
    let mine = Action { by: okafor.clone(), ..take("1", "e1") };
    let to = Some("Practitioner/v".into());
    let given = Action { verb: Verb::HandTo, note: Some("S. Varga".into()), to, ..mine.clone() };
    let given = Action { id: "2".into(), ..given };
    vault.record_action(mine.clone(), "{}".into()).unwrap();
    vault.record_action(given.clone(), "{}".into()).unwrap();
    // Another station that was older when it was read from: the name alone, and later all of it.
    let theirs = |by| Fact {
        source: Source { reference: "Communication/3".into(), version: "1".into() },
        updated_at: Some(Instant(70)),
        body: Body::Action(Action { by, ..take("3", "e1") }),
    };
    let other = Actor::at_station("b", "n. okafor");
    vault.commit(page(vec![theirs(Actor::named("n. okafor"))])).unwrap();
    let people = |name: &str| vault.read(|r| r.people_named(name)).unwrap();
    assert_eq!(people("N. OKAFOR").iter().map(|who| &who.id).collect::<Vec<_>>(), [&okafor.id]);
    vault.commit(page(vec![theirs(other.clone())])).unwrap();
    assert_eq!(people("N. Okafor").len(), 2);
    drop(vault);
    let vault = Vault::open(folder.path(), key).unwrap();
    let actions: Vec<Action> =
        vault.read(|r| r.actions()).unwrap().into_iter().map(|seen| seen.action).collect();
    assert_eq!(actions, [mine, given, Action { by: other, ..take("3", "e1") }]);
    assert_eq!(vault.station_id().unwrap(), Some(station), "a station keeps its id");
}

#[test]
fn an_alarm_that_ended_later_is_still_on_in_the_past() {
    let (_folder, vault) = open();
    let episode = |ended| {
        Body::Episode(Episode {
            id: "e".into(),
            patient: Some("p".into()),
            priority: Priority::High,
            text: "SpO2 84 < 90".into(),
            measure: Some(clinical::Measure::SpO2),
            onset: Instant(10 * HOUR_MS),
            ended,
            renewed: None,
        })
    };
    vault.commit(page(vec![fact("DetectedIssue/e", "1", episode(None))])).unwrap();
    vault.commit(page(vec![fact("DetectedIssue/e", "2", episode(Some(Instant(11 * HOUR_MS))))])).unwrap();
    let at = |t: i64| vault.read_as(View::at(Instant(t)), |r| r.episodes()).unwrap();
    assert!(at(9 * HOUR_MS).is_empty());
    assert_eq!(at(10 * HOUR_MS + 1)[0].ended, None);
    assert_eq!(at(12 * HOUR_MS)[0].ended, Some(Instant(11 * HOUR_MS)));
}

#[test]
fn no_name_and_no_number_stands_in_clear_in_any_file() {
    let (folder, vault) = open();
    let person = Person {
        id: "p-canary".into(),
        mrn: "MRN-CANARY-4711".into(),
        family: "Canaryname".into(),
        given: "Ruth".into(),
        birth_date: None,
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    };
    vault.commit(page(vec![fact("Patient/p-canary", "1", Body::Person(person))])).unwrap();
    vault.record_action(take("act", "e"), "Canaryname".into()).unwrap();
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        looked_at += bytes.len();
        for canary in ["Canaryname", "MRN-CANARY-4711", "p-canary", "SQLite format"] {
            assert!(!bytes.windows(canary.len()).any(|w| w == canary.as_bytes()), "{canary} in clear");
        }
    }
    assert!(looked_at > 8192, "the files were really there");
}

#[test]
fn an_earlier_version_that_comes_late_changes_nothing() {
    let (_folder, vault) = open();
    vault.commit(page(vec![spot("Observation/a", "2", 1_000, "37.5")])).unwrap();
    let late = vault.commit(page(vec![spot("Observation/a", "1", 500, "40.1")])).unwrap();
    assert_eq!((late.samples, temperatures(&vault)), (0, vec![(1_000, 37.5)]));
    // Entered in error, and the first version still on its way.
    vault.commit(page(vec![spot("Observation/b", "1", 2_000, "36.9")])).unwrap();
    vault.commit(page(vec![fact("Observation/b", "2", Body::Deleted)])).unwrap();
    vault.commit(page(vec![spot("Observation/b", "1", 2_000, "36.9")])).unwrap();
    assert_eq!(temperatures(&vault), [(1_000, 37.5)]);
    // What is corrected back counts again.
    vault.commit(page(vec![spot("Observation/b", "3", 2_000, "36.8")])).unwrap();
    assert_eq!(temperatures(&vault), [(1_000, 37.5), (2_000, 36.8)]);
}

#[test]
fn columns_of_a_window_are_its_values_one_by_one() {
    let (_folder, vault) = open();
    let segment = |n: i64, start: i64, period_ms: f64| {
        let body = Body::Segments(vec![Segment {
            patient: "p".into(),
            device: None,
            code: Code::Loinc("8310-5".into()),
            unit: "Cel".into(),
            start: Instant(start),
            period_ms,
            scale: 1,
            mantissas: (0..700).map(|s| 360 + (s * 7 + n) % 23).collect(),
            marks: clinical::Marks::PLAIN,
        }]);
        fact(&format!("Observation/s{n}"), "1", body)
    };
    // Chunks that overlap, a crooked period, single values between them and an artefact.
    let mut facts = vec![segment(0, 0, 1000.0), segment(1, 350_500, 333.3), segment(2, 2 * HOUR_MS, 5000.0)];
    facts.extend((0..40).map(|n| spot(&format!("Observation/o{n}"), "1", n * 97_003, "37.2")));
    facts.push(spot("Observation/odd", "1", 123_456, "99.9"));
    vault.commit(page(facts)).unwrap();
    vault
        .read(|r| {
            for series in r.series_of(&"p".into())? {
                for (from, to) in
                    [(i64::MIN, i64::MAX), (0, 0), (350_499, 350_833), (99_500, 2 * HOUR_MS + 7), (9, 8)]
                {
                    let points = r.points(series.id, Instant(from), Instant(to))?;
                    let columns = r.window(series.id, Instant(from), Instant(to))?.blocks()?.columns()?;
                    let plain: Vec<(i64, f64)> =
                        points.iter().filter(|p| !p.artefact).map(|p| (p.t, p.v)).collect();
                    let bulk: Vec<(i64, f64)> = columns.times.iter().copied().zip(columns.values).collect();
                    assert_eq!(bulk, plain, "{from}..{to}");
                    assert_eq!(columns.artefacts.len(), points.len() - plain.len());
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_a_series_said_last_before_a_moment_is_found_among_chunks_that_overlap() {
    let (_folder, vault) = open();
    let segment = |n: i64, start: i64, count: i64| {
        let body = Body::Segments(vec![Segment {
            patient: "p".into(),
            device: None,
            code: Code::Loinc("8867-4".into()),
            unit: "/min".into(),
            start: Instant(start),
            period_ms: 1000.0,
            scale: 0,
            mantissas: (0..count).map(|s| n * 1000 + s).collect(),
            marks: clinical::Marks::PLAIN,
        }]);
        fact(&format!("Observation/s{n}"), "1", body)
    };
    // The first lasts longest; five short ones begin later and end before it.
    let mut facts = vec![segment(9, 0, 900)];
    facts.extend((1..6).map(|n| segment(n, n * 100_500, 50)));
    vault.commit(page(facts)).unwrap();
    let last = |at: i64| {
        vault
            .read(|r| r.before(r.series_of(&"p".into())?.remove(0).id, Instant(at)))
            .unwrap()
            .map(|(at, value)| (at.0, value.to_f64()))
    };
    assert_eq!(last(-1), None);
    assert_eq!(last(100_600), Some((100_500, 1000.0)));
    assert_eq!(last(899_400), Some((899_000, 9899.0)));
    assert_eq!(last(5_000_000), Some((899_000, 9899.0)));
}

#[test]
fn a_station_whose_clock_jumped_ahead_takes_nothing_away_that_the_server_counts_as_young() {
    let (_folder, vault) = open();
    let day = |n: i64| Instant(n * 24 * HOUR_MS);
    let hour = Segment {
        patient: "p".into(),
        device: None,
        code: Code::Loinc("8310-5".into()),
        unit: "Cel".into(),
        start: day(100),
        period_ms: 1000.0,
        scale: 1,
        mantissas: vec![368; 3600],
        marks: clinical::Marks::PLAIN,
    };
    let mut hour = fact("Observation/hour", "1", Body::Segments(vec![hour]));
    hour.updated_at = Some(day(100));
    vault.commit(page(vec![hour])).unwrap();
    let ahead = day(500);
    for by_server in [Some(day(101)), None] {
        vault.retain_by(ahead, by_server).unwrap();
        assert_eq!(temperatures(&vault).len(), 3600, "{by_server:?}");
    }
    vault.retain_by(ahead, Some(ahead)).unwrap();
    assert_eq!(temperatures(&vault), [], "what is old for both goes");
}
