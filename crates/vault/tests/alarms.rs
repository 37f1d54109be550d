//! What a board asks of a year of alarms is what a look through all of them gives.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;

use clinical::{
    About, Action, ActionId, Actor, Body, DAY_MS, Episode, Fact, Instant, MINUTE_MS, PatientId, Person,
    Priority, SeenAction, Sex, Source, Verb,
};
use proptest::prelude::*;
use vault::{Key, PageCommit, Vault, View};

/// Something that happens to the cache.
#[derive(Clone, Debug)]
enum Step {
    Alarm { id: u8, priority: Priority, onset: i64, ended: Option<i64> },
    Deleted { id: u8 },
    Done { verb: Verb, about: u8, at: i64, here: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let priorities =
        prop::sample::select(vec![Priority::Technical, Priority::Low, Priority::Medium, Priority::High]);
    let days = || 100 * DAY_MS..106 * DAY_MS;
    let alarm = (0..12u8, priorities, days(), prop::option::of(0..3 * DAY_MS)).prop_map(
        |(id, priority, onset, lasts)| Step::Alarm {
            id,
            priority,
            onset,
            ended: lasts.map(|lasts| onset + lasts),
        },
    );
    let done = (prop::sample::select(Verb::ALL.to_vec()), 0..15u8, days(), any::<bool>())
        .prop_map(|(verb, about, at, here)| Step::Done { verb, about, at, here });
    prop_oneof![4 => alarm, 4 => done, 1 => (0..12u8).prop_map(|id| Step::Deleted { id })]
}

fn fact(reference: String, version: usize, body: Body) -> Fact {
    Fact {
        source: Source { reference: reference.into(), version: version.to_string().into() },
        updated_at: None,
        body,
    }
}

/// What an action of this verb is about.
fn about(verb: Verb, number: u8) -> About {
    match verb {
        verb if verb.is_about_an_episode() => About::Episode(format!("e{}", number % 12).into()),
        Verb::Annotate | Verb::SetLimit => About::Patient(format!("p{}", number % 3).into()),
        _ => About::Unit,
    }
}

fn carry_out(vault: &Vault, n: usize, step: &Step) {
    // After every onset: an alarm that is dated ahead of all that was heard is another matter.
    let received = Instant(110 * DAY_MS + n as i64);
    let take_in = |fact: Fact| {
        vault.commit(PageCommit { facts: vec![fact], received, ..Default::default() }).unwrap();
    };
    match step {
        Step::Alarm { id, priority, onset, ended } => take_in(fact(
            format!("DetectedIssue/e{id}"),
            n,
            Body::Episode(Episode {
                id: format!("e{id}").into(),
                patient: Some(format!("p{}", id % 3).into()),
                priority: *priority,
                text: "x".into(),
                measure: None,
                onset: Instant(*onset),
                ended: ended.map(Instant),
                renewed: None,
            }),
        )),
        Step::Deleted { id } => take_in(fact(format!("DetectedIssue/e{id}"), n, Body::Deleted)),
        Step::Done { verb, about: number, at, here } => {
            let action = Action {
                id: format!("a{n}").into(),
                about: about(*verb, *number),
                verb: *verb,
                by: Actor::named("N"),
                at: Instant(*at),
                note: None,
                to: None,
            };
            if *here {
                vault.record_action(action, "{}".into()).unwrap();
            } else {
                take_in(fact(format!("Communication/a{n}"), n, Body::Action(action)));
            }
        }
    }
}

fn ids(actions: &[SeenAction]) -> BTreeSet<ActionId> {
    actions.iter().map(|seen| seen.action.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_board_of_a_long_history_is_that_of_a_look_through_all_of_it(steps in prop::collection::vec(step(), 1..60)) {
        vault::leave_memory_as_it_is();
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        for p in 0..2 {
            let person = Person {
                id: format!("p{p}").into(),
                mrn: String::new(),
                family: String::new(),
                given: String::new(),
                birth_date: None,
                sex: Sex::Unknown,
                active: true,
                deceased: false,
                replaced_by: None,
                replaces: Vec::new(),
                contacts: None,
            };
            let facts = vec![fact(format!("Patient/p{p}"), 1, Body::Person(person))];
            vault.commit(PageCommit { facts, ..Default::default() }).unwrap();
        }
        for (n, step) in steps.iter().enumerate() {
            carry_out(&vault, n, step);
        }
        for view in [View::NOW, View::at(Instant(104 * DAY_MS)), View { at: Instant(105 * DAY_MS), known_by: Instant(110 * DAY_MS + steps.len() as i64 / 2) }] {
            let (ward, all, done) = vault
                .read_as(view, |r| Ok((r.ward()?, r.episodes_since(Instant(i64::MIN))?, r.actions()?)))
                .unwrap();
            // Nothing that was recorded is hidden from the question who took it, whenever that became known.
            let ever = vault.read(|r| r.actions()).unwrap();
            let newest = all.iter().map(|e| e.onset.max(e.ended.unwrap_or(e.onset)).0).max().unwrap_or(0).max(0);
            let day_before = if view.at.0 == i64::MAX { newest - DAY_MS } else { view.at.0 - DAY_MS };
            let takes = |verb| matches!(verb, Verb::Take | Verb::Handled | Verb::HandTo);
            // What was done before it was new once more answers it no more.
            let answers = |e: &Episode, s: &SeenAction| {
                e.renewed.is_none_or(|renewed| s.accepted_at.unwrap_or(s.action.at) > renewed.at)
            };
            let taken = |e: &Episode| {
                ever.iter().any(|s| s.action.about.episode() == Some(&e.id) && takes(s.action.verb) && answers(e, s))
            };
            let open: Vec<&Episode> = all
                .iter()
                .filter(|e| {
                    e.ended.is_none_or(|ended| ended.0 > day_before)
                        || (e.priority == Priority::High && !taken(e))
                })
                .collect();
            prop_assert_eq!(ward.episodes.iter().collect::<Vec<_>>(), open.clone(), "{:?}", view);
            let wanted: Vec<SeenAction> = done
                .iter()
                .filter(|s| {
                    let action = &s.action;
                    action.at.0 > day_before
                        || open.iter().any(|e| action.about.episode() == Some(&e.id))
                        || (action.verb == Verb::SetLimit
                            && ward.persons.iter().any(|p| action.about.patient() == Some(&p.id)))
                })
                .cloned()
                .collect();
            prop_assert_eq!(&ward.actions, &wanted, "{:?}", view);
            vault
                .read_as(view, |r| {
                    for e in &all {
                        assert_eq!(r.episode(&e.id)?.as_ref(), Some(e));
                        let own: Vec<_> = done.iter().filter(|s| s.action.about.episode() == Some(&e.id)).cloned().collect();
                        assert_eq!(r.actions_on(&e.id)?, own);
                    }
                    let of = |about: About| -> Vec<SeenAction> {
                        done.iter().filter(|s| s.action.about == about).cloned().collect()
                    };
                    assert_eq!(r.actions_about(&"p2".into())?, of(About::Patient("p2".into())));
                    let notes: Vec<_> = done
                        .iter()
                        .filter(|s| s.action.verb == Verb::Annotate && s.action.about != About::Patient("p1".into()))
                        .cloned()
                        .collect();
                    assert_eq!(r.notes_on(["p0", "p2"].map(PatientId::from).iter())?, notes);
                    assert_eq!(r.actions_of_unit()?, of(About::Unit));
                    assert!(ids(&r.actions_unsent()?).is_subset(&ids(&done)));
                    Ok(())
                })
                .unwrap();
        }
    }
}

/// A station ends its own alarm while the server's word of the beginning is on its way back: that word does not begin it
/// again. What a gateway raised is the gateway's to say.
#[test]
fn an_alarm_that_a_station_ended_is_not_begun_again_by_the_echo_of_its_beginning() {
    vault::leave_memory_as_it_is();
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
    let episode = |id: &str, ended| Episode {
        id: id.into(),
        patient: Some("p".into()),
        priority: Priority::Medium,
        text: "x".into(),
        measure: None,
        onset: Instant(DAY_MS),
        ended,
        renewed: None,
    };
    let over = Some(Instant(DAY_MS + MINUTE_MS));
    for (id, after_echo) in [("vigil-rr-high-00", over), ("gateway-00", None)] {
        vault.record_episode(episode(id, None), "{}".into(), Instant(1)).unwrap();
        vault.record_episode(episode(id, over), "{}".into(), Instant(2)).unwrap();
        let echo = fact(format!("DetectedIssue/{id}"), 1, Body::Episode(episode(id, None)));
        vault.commit(PageCommit { facts: vec![echo], received: Instant(3), ..Default::default() }).unwrap();
        assert_eq!(vault.read(|r| r.episode(&id.into())).unwrap().unwrap().ended, after_echo);
        // The end as the server has it, be it another station's, is taken.
        let theirs = Some(Instant(DAY_MS + 59_000));
        let final_word = fact(format!("DetectedIssue/{id}"), 2, Body::Episode(episode(id, theirs)));
        vault
            .commit(PageCommit { facts: vec![final_word], received: Instant(4), ..Default::default() })
            .unwrap();
        assert_eq!(vault.read(|r| r.episode(&id.into())).unwrap().unwrap().ended, theirs);
    }
}
