//! What was known when: a look into the past shows what the station showed then, or what is known of then today.
#![allow(clippy::unwrap_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use clinical::{
    About, Action, Actor, Body, Care, Code, DAY_MS, Dose, Episode, Fact, Instant, MINUTE_MS, Person,
    Priority, Quality, Sample, Segment, Sex, Source, Stay, Verb,
};
use vault::{Key, PageCommit, Retention, Vault, View};

fn open() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    (folder, vault)
}

fn fact(reference: &str, version: &str, body: Body) -> Fact {
    Fact { source: Source { reference: reference.into(), version: version.into() }, updated_at: None, body }
}

fn spo2(reference: &str, version: &str, t: i64, value: &str) -> Fact {
    let sample = Sample {
        comparator: None,
        patient: "p".into(),
        device: None,
        code: Code::Loinc("59408-5".into()),
        value: value.parse().unwrap(),
        unit: "%".into(),
        taken_at: Instant(t),
        quality: Quality::Good,
    };
    fact(reference, version, Body::Samples(vec![sample]))
}

fn receive(vault: &Vault, at: i64, facts: Vec<Fact>) -> usize {
    vault.commit(PageCommit { facts, received: Instant(at), ..PageCommit::default() }).unwrap().samples
}

fn values(vault: &Vault, view: View) -> Vec<f64> {
    vault
        .read_as(view, |r| match r.series_of(&"p".into())?.first() {
            Some(series) => {
                Ok(r.points(series.id, Instant(0), Instant(i64::MAX))?.iter().map(|p| p.v).collect())
            }
            None => Ok(Vec::new()),
        })
        .unwrap()
}

fn newest(vault: &Vault, view: View) -> Option<String> {
    vault.read_as(view, |r| Ok(r.latest(Some(&"p".into()))?.first().map(|v| v.value.to_string()))).unwrap()
}

#[test]
fn a_value_that_came_late_was_not_on_the_screen_before_it_came() {
    let (_folder, vault) = open();
    receive(&vault, 10 * MINUTE_MS, vec![spo2("Observation/a", "1", 9 * MINUTE_MS, "97")]);
    receive(&vault, 60 * MINUTE_MS, vec![spo2("Observation/b", "1", 11 * MINUTE_MS, "84")]);
    let then = Instant(12 * MINUTE_MS);
    assert_eq!(newest(&vault, View::as_shown(then)).as_deref(), Some("97"));
    assert_eq!(newest(&vault, View::at(then)).as_deref(), Some("84"), "today it is known better");
    assert_eq!(values(&vault, View::as_shown(then)), [97.0]);
    assert_eq!(values(&vault, View::as_shown(Instant(5 * MINUTE_MS))), [] as [f64; 0]);
}

#[test]
fn a_corrected_and_a_deleted_value_stand_in_the_past_as_they_stood() {
    let (_folder, vault) = open();
    receive(&vault, 10 * MINUTE_MS, vec![spo2("Observation/a", "1", 9 * MINUTE_MS, "48")]);
    receive(&vault, 20 * MINUTE_MS, vec![spo2("Observation/a", "2", 9 * MINUTE_MS, "84")]);
    receive(&vault, 30 * MINUTE_MS, vec![fact("Observation/a", "3", Body::Deleted)]);
    let shown = |minute: i64| values(&vault, View::as_shown(Instant(minute * MINUTE_MS)));
    assert_eq!((shown(15), shown(25), shown(35)), (vec![48.0], vec![84.0], vec![]));
    assert_eq!(newest(&vault, View::as_shown(Instant(15 * MINUTE_MS))).as_deref(), Some("48"));
}

#[test]
fn the_past_survives_sealing_and_a_correction_of_what_was_sealed() {
    let (_folder, vault) = open();
    for batch in 0..3 {
        let facts = (0..600)
            .map(|n| {
                spo2(
                    &format!("Observation/{batch}-{n}"),
                    "1",
                    (batch * 600 + n) * 1000,
                    &format!("{}", 90 + n % 9),
                )
            })
            .collect();
        receive(&vault, (batch * 600 + 600) * 1000, facts);
    }
    let count = |second: i64| values(&vault, View::as_shown(Instant(second * 1000))).len();
    assert_eq!((count(599), count(600), count(1200), count(1800)), (0, 600, 1200, 1800));
    receive(&vault, 4_000_000, vec![spo2("Observation/0-5", "2", 5000, "11")]);
    assert_eq!(values(&vault, View::as_shown(Instant(600_000)))[5], 95.0);
    assert_eq!(values(&vault, View::NOW)[5], 11.0);
    assert_eq!(values(&vault, View::NOW).len(), 1800);
}

#[test]
fn a_patient_is_shown_in_the_bed_of_that_hour() {
    let (_folder, vault) = open();
    let stay = |place: &str| {
        Body::Stay(Stay {
            id: "s".into(),
            patient: "p".into(),
            places: vec![place.into()],
            in_progress: true,
            care: Care::Hospital,
        })
    };
    receive(&vault, 10 * MINUTE_MS, vec![fact("Encounter/s", "1", stay("bed-1"))]);
    receive(&vault, 20 * MINUTE_MS, vec![fact("Encounter/s", "2", stay("bed-2"))]);
    let bed = |view| vault.read_as(view, |r| Ok(r.ward()?.stays[0].places[0].clone())).unwrap();
    assert_eq!(bed(View::as_shown(Instant(15 * MINUTE_MS))), "bed-1");
    assert_eq!(bed(View::as_shown(Instant(25 * MINUTE_MS))), "bed-2");
    assert!(
        vault.read_as(View::as_shown(Instant(5 * MINUTE_MS)), |r| Ok(r.ward()?.stays.is_empty())).unwrap()
    );
}

#[test]
fn an_alarm_and_an_action_are_shown_as_they_were_known() {
    let (_folder, vault) = open();
    let episode = |ended: Option<i64>| {
        Body::Episode(Episode {
            id: "e".into(),
            patient: Some("p".into()),
            priority: Priority::High,
            text: "SpO2 84 < 90".into(),
            measure: None,
            onset: Instant(10 * MINUTE_MS),
            ended: ended.map(Instant),
            renewed: None,
        })
    };
    // Raised at 10, heard of at 12; it ended at 14, which was heard of at 30.
    receive(&vault, 12 * MINUTE_MS, vec![fact("DetectedIssue/e", "1", episode(None))]);
    receive(&vault, 30 * MINUTE_MS, vec![fact("DetectedIssue/e", "2", episode(Some(14 * MINUTE_MS)))]);
    let action = Action {
        id: "0190c0de-0000-7000-8000-000000000001".into(),
        about: About::Episode("e".into()),
        verb: Verb::Take,
        by: Actor::named("N. Okafor"),
        at: Instant(13 * MINUTE_MS),
        note: None,
        to: None,
    };
    receive(&vault, 40 * MINUTE_MS, vec![fact("Communication/c", "1", Body::Action(action))]);
    let ended = |view| vault.read_as(view, |r| Ok(r.episodes()?.first().map(|e| e.ended))).unwrap();
    assert_eq!(ended(View::as_shown(Instant(11 * MINUTE_MS))), None, "nobody here had heard of it");
    assert_eq!(
        ended(View::as_shown(Instant(20 * MINUTE_MS))),
        Some(None),
        "as far as this station knew it was on"
    );
    assert_eq!(ended(View::at(Instant(20 * MINUTE_MS))), Some(Some(Instant(14 * MINUTE_MS))));
    let actions = |view| vault.read_as(view, |r| Ok(r.actions()?.len())).unwrap();
    assert_eq!(
        (actions(View::as_shown(Instant(20 * MINUTE_MS))), actions(View::at(Instant(20 * MINUTE_MS)))),
        (0, 1)
    );
    assert_eq!(vault.read(|r| r.first_received(&"e".into())).unwrap(), Some(Instant(12 * MINUTE_MS)));
}

fn hour(n: i64, start: i64) -> Fact {
    let segment = Segment {
        patient: "p".into(),
        device: Some("d".into()),
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(start),
        period_ms: 1000.0,
        scale: 0,
        mantissas: (0..3600).map(|s| 60 + (s * 7 + n) % 41).collect(),
        marks: clinical::Marks::PLAIN,
    };
    fact(&format!("Observation/h{n}"), "1", Body::Segments(vec![segment]))
}

fn stay_in(care: Care) -> Body {
    Body::Stay(Stay { id: "s".into(), patient: "p".into(), places: Vec::new(), in_progress: true, care })
}

#[test]
fn of_somebody_at_home_a_report_of_90_days_is_kept_and_of_everybody_when_they_were_heard_last() {
    // Who came to a hospital yesterday was at home before.
    for (care, came, days_left) in [(Care::Home, 0, 92), (Care::Hospital, 0, 14), (Care::Hospital, 99, 92)] {
        let (_folder, vault) = open();
        for day in 0..100 {
            if day == came {
                receive(&vault, day * DAY_MS + 1, vec![fact("Encounter/s", "1", stay_in(care))]);
            }
            let value = spo2(&format!("Observation/{day}"), "1", day * DAY_MS + 1, "97");
            receive(&vault, day * DAY_MS + 2, vec![value]);
        }
        vault.retain(Instant(100 * DAY_MS)).unwrap();
        assert_eq!(values(&vault, View::NOW).len(), days_left, "{care:?} since day {came}");
        // Nothing comes any more. When it came last is known for as long as what happened to them is.
        let newest = |vault: &Vault| {
            vault.read(|r| Ok(r.ward()?.values.iter().map(|value| value.taken_at).max())).unwrap()
        };
        vault.retain(Instant(400 * DAY_MS)).unwrap();
        assert_eq!((values(&vault, View::NOW).len(), newest(&vault)), (0, Some(Instant(99 * DAY_MS + 1))));
        vault.retain(Instant(465 * DAY_MS)).unwrap();
        assert_eq!(newest(&vault), None);
    }
}

#[test]
fn a_value_that_is_taken_back_is_the_newest_of_nothing_however_long_its_neighbours_are_gone() {
    let (_folder, vault) = open();
    receive(&vault, 1, vec![fact("Encounter/s", "1", stay_in(Care::Hospital))]);
    receive(&vault, 2, vec![spo2("Observation/x", "1", 1, "97")]);
    vault.retain(Instant(30 * DAY_MS)).unwrap();
    let newest = || vault.read(|r| Ok(r.ward()?.values.len())).unwrap();
    assert_eq!((values(&vault, View::NOW).len(), newest()), (0, 1));
    receive(&vault, 31 * DAY_MS, vec![fact("Observation/x", "2", Body::Deleted)]);
    assert_eq!(newest(), 0);
}

#[test]
fn the_policy_takes_whole_chunks_and_the_file_becomes_smaller() {
    let (folder, vault) = open();
    receive(&vault, 1, vec![fact("Encounter/s", "1", stay_in(Care::Hospital))]);
    let size = || std::fs::metadata(folder.path().join("vault.db")).unwrap().len();
    for day in 0..30 {
        let facts = (0..24).map(|h| hour(day * 24 + h, day * DAY_MS + h * 60 * MINUTE_MS)).collect();
        receive(&vault, (day + 1) * DAY_MS, facts);
    }
    let take = Action {
        id: "1".into(),
        about: About::Episode("e".into()),
        verb: Verb::Take,
        by: Actor::named("N. Okafor"),
        at: Instant(DAY_MS),
        note: None,
        to: None,
    };
    vault.record_action(take, "{}".into()).unwrap();
    let kept = Retention::default();
    assert_eq!((kept.numerics, kept.at_home, kept.waves, kept.events), (14, 92, 3, 365));
    vault.retain(Instant(0)).unwrap();
    let before = size();
    let done = vault.retain(Instant(30 * DAY_MS)).unwrap();
    assert!(done.chunks >= 15 * 24 && done.bytes > 0, "{done:?}");
    assert!(size() < before * 8 / 10, "{} of {before}", size());
    let left = values(&vault, View::NOW).len();
    assert_eq!(left, (30 * 24 - done.chunks) * 3600);
    assert!(left >= 14 * 24 * 3600);
    vault.set_retention(Retention { numerics: 1, at_home: 1, waves: 1, events: 1 }).unwrap();
    vault.retain(Instant(90 * DAY_MS)).unwrap();
    assert_eq!(values(&vault, View::NOW).len(), 0);
    assert_eq!(vault.read(|r| r.waiting()).unwrap(), ["1"], "what was not sent is never taken away");
}

#[test]
fn the_outline_of_any_width_holds_every_extreme_of_its_columns() {
    let (_folder, vault) = open();
    let facts = (0..48).map(|h| hour(h, h * 60 * MINUTE_MS)).chain([
        spo2("Observation/x", "1", 5, "1"),
        // A tail of rows behind the chunks.
        hour_tail(),
    ]);
    receive(&vault, DAY_MS, facts.collect());
    let series = vault
        .read(|r| Ok(r.series_of(&"p".into())?.into_iter().find(|s| s.code == "8867-4").unwrap().id))
        .unwrap();
    for (from, to, columns) in [
        (0, 2 * DAY_MS, 10),
        (0, 2 * DAY_MS, 1200),
        (3 * 60 * MINUTE_MS + 17, 5 * 60 * MINUTE_MS, 700),
        (0, 4 * DAY_MS, 3),
        (0, MINUTE_MS, 1200),
    ] {
        let (exact, outline) = vault
            .read(|r| {
                Ok((
                    r.points(series, Instant(from), Instant(to))?,
                    r.min_max(series, Instant(from), Instant(to), columns)?,
                ))
            })
            .unwrap();
        assert_eq!(outline.len(), columns);
        let width = (to - from) as f64 / columns as f64;
        for p in &exact {
            let at = (((p.t - from) as f64 / width) as usize).min(columns - 1);
            let span = outline[at].unwrap_or_else(|| panic!("nothing in column {at} of {columns}"));
            assert!(span.low <= p.v && p.v <= span.high, "{p:?} in {span:?}");
        }
        // And it invents nothing: every span's extremes are values of its neighbourhood.
        let all = |f: fn(f64, f64) -> f64, start: f64| exact.iter().map(|p| p.v).fold(start, f);
        let (low, high) = (all(f64::min, f64::MAX), all(f64::max, f64::MIN));
        assert!(outline.iter().flatten().all(|s| s.low >= low.min(60.0) && s.high <= high.max(100.0)));
    }
}

fn hour_tail() -> Fact {
    let segment = Segment {
        patient: "p".into(),
        device: Some("d".into()),
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(48 * 60 * MINUTE_MS),
        period_ms: 1000.0,
        scale: 0,
        mantissas: vec![61, 62, 99, 64, 65],
        marks: clinical::Marks::PLAIN,
    };
    fact("Observation/tail", "1", Body::Segments(vec![segment]))
}

fn person(id: &str, replaced_by: Option<&str>, replaces: &[&str]) -> Fact {
    let body = Body::Person(Person {
        id: id.into(),
        mrn: format!("MRN-{id}"),
        family: id.into(),
        given: String::new(),
        birth_date: None,
        sex: Sex::Unknown,
        active: true,
        deceased: false,
        replaced_by: replaced_by.map(Into::into),
        replaces: replaces.iter().map(|id| (*id).into()).collect(),
        contacts: None,
    });
    fact(&format!("Patient/{id}"), "1", body)
}

/// Two people with a value, an alarm, a dose, a bed and a note each.
fn two_records(vault: &Vault) {
    for (n, id) in ["p", "other"].into_iter().enumerate() {
        let Body::Samples(mut samples) =
            spo2(&format!("Observation/{id}"), "1", (5 + n as i64) * MINUTE_MS, "9").body
        else {
            panic!()
        };
        samples[0].patient = id.into();
        let episode = Episode {
            id: format!("e-{id}").into(),
            patient: Some(id.into()),
            priority: Priority::High,
            text: "SpO2".into(),
            measure: None,
            onset: Instant(5 * MINUTE_MS),
            ended: None,
            renewed: None,
        };
        let note = Action {
            id: format!("n-{id}").into(),
            about: About::Patient(id.into()),
            verb: Verb::Note,
            by: Actor::named("N. Okafor"),
            at: Instant(6 * MINUTE_MS),
            note: Some("Sat up".into()),
            to: None,
        };
        let dose = Dose {
            id: id.into(),
            patient: id.into(),
            what: "Insulin".into(),
            amount: None,
            at: Instant(6 * MINUTE_MS),
            identity: None,
            device: None,
        };
        let stay = Stay {
            id: id.into(),
            patient: id.into(),
            places: Vec::new(),
            in_progress: true,
            care: Care::Hospital,
        };
        let facts = vec![
            person(id, None, &[]),
            fact(&format!("Observation/{id}"), "1", Body::Samples(samples)),
            fact(&format!("DetectedIssue/e-{id}"), "1", Body::Episode(episode)),
            fact(&format!("Communication/n-{id}"), "1", Body::Action(note)),
            fact(&format!("MedicationAdministration/{id}"), "1", Body::Dose(dose)),
            fact(&format!("Encounter/{id}"), "1", Body::Stay(stay)),
        ];
        receive(vault, 10 * MINUTE_MS, facts);
    }
}

/// One of everything, and two of everything but a bed.
const APART: [usize; 6] = [1; 6];
const TOGETHER: [usize; 6] = [2, 2, 2, 2, 2, 1];

/// How many of everything stand under `p`, and who is on the board: values, series, alarms, notes, doses, beds.
fn under_p(vault: &Vault, view: View) -> (Vec<String>, [usize; 6]) {
    vault
        .read_as(view, |r| {
            let ward = r.ward()?;
            let counts = [
                ward.values.iter().filter(|v| v.series.patient == "p").count(),
                r.series_of(&"p".into())?.len(),
                ward.episodes.iter().filter(|e| e.patient == Some("p".into())).count(),
                ward.actions.iter().filter(|a| a.action.about == About::Patient("p".into())).count(),
                r.doses(&"p".into(), Instant(0))?.iter().filter(|d| d.patient == "p").count(),
                ward.stays.iter().filter(|s| s.patient == "p" && s.in_progress).count(),
            ];
            let mut shown: Vec<String> =
                ward.persons.into_iter().filter(|p| p.active).map(|p| p.id.into()).collect();
            shown.sort();
            Ok((shown, counts))
        })
        .unwrap()
}

#[test]
fn a_merged_record_is_shown_with_the_one_that_stays_and_taken_apart_when_the_link_is_taken_back() {
    // The record that goes says so, the one that stays does, or both do.
    for (gone, stays) in [(Some("p"), [].as_slice()), (None, &["other"]), (Some("p"), &["other"])] {
        let (_folder, vault) = open();
        two_records(&vault);
        let both = vec!["other".to_owned(), "p".to_owned()];
        assert_eq!(under_p(&vault, View::NOW), (both.clone(), APART));
        receive(&vault, 20 * MINUTE_MS, vec![person("other", gone, &[]), person("p", None, stays)]);
        assert_eq!(under_p(&vault, View::NOW), (vec!["p".to_owned()], TOGETHER));
        // What this screen showed before nobody had merged.
        assert_eq!(under_p(&vault, View::as_shown(Instant(15 * MINUTE_MS))), (both.clone(), APART));
        assert_eq!(newest(&vault, View::NOW).as_deref(), Some("9"));
        receive(&vault, 30 * MINUTE_MS, vec![person("other", None, &[]), person("p", None, &[])]);
        assert_eq!(under_p(&vault, View::NOW), (both, APART));
        assert_eq!(
            under_p(&vault, View::as_shown(Instant(25 * MINUTE_MS))),
            (vec!["p".to_owned()], TOGETHER)
        );
    }
}

#[test]
fn a_chain_of_merges_is_followed_and_a_ring_of_them_harms_nobody() {
    let (_folder, vault) = open();
    two_records(&vault);
    receive(&vault, 20 * MINUTE_MS, vec![person("other", Some("between"), &[])]);
    assert_eq!(under_p(&vault, View::NOW).1, APART, "nobody here knows into whom");
    receive(&vault, 25 * MINUTE_MS, vec![person("between", Some("p"), &[])]);
    assert_eq!(under_p(&vault, View::NOW).1, TOGETHER);
    // Who deletes the record that was merged away does not mean what stood under it.
    receive(&vault, 27 * MINUTE_MS, vec![fact("Patient/other", "2", Body::Deleted)]);
    assert_eq!(under_p(&vault, View::NOW), (vec!["p".to_owned()], TOGETHER));
    let mut again = person("other", Some("between"), &[]);
    again.source.version = "3".into();
    receive(&vault, 28 * MINUTE_MS, vec![again]);
    receive(&vault, 30 * MINUTE_MS, vec![person("p", Some("other"), &[])]);
    // Who stays cannot be said: everybody does.
    let (shown, _) = under_p(&vault, View::NOW);
    assert_eq!(shown, ["between", "other", "p"]);
}
