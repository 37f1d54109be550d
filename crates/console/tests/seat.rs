//! Who is at a station: what is done is done in the name of who is here, nobody does anything while nobody is, and nothing of one
//! person is another's.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use std::sync::atomic::Ordering;

use clinical::{Actor, HOUR_MS, Instant, MINUTE_MS};
use console::{Act, Away, ConsoleError, Disclosure, Response, Secret, StaffChange, View};
use staffed::{At, BEGIN, STAFF, badge};

fn take(episode: &str) -> Act {
    Act::alarm(episode, Response::Take)
}

#[test]
fn a_station_without_people_is_of_whoever_it_was_started_for_and_never_locks() {
    let at = At::of_nobody();
    at.alarm("a");
    let who = at.console.who();
    assert_eq!((who.name.as_str(), who.role, who.of_people, who.locked), ("the desk", None, false, None));
    let done = at.console.act(take("a")).unwrap();
    assert_eq!((done[0].by.name.as_str(), done[0].by.role.clone()), ("the desk", None));
    at.console.lock(Away::Locked).unwrap();
    at.later(12 * HOUR_MS);
    at.console.look_at_the_seat().unwrap();
    assert!(!at.console.is_locked());
    at.console.keep_draft(at.console.sitting(), "note a", "text").unwrap();
    assert_eq!(at.console.draft("note a").unwrap(), None, "nobody there is told from another");
}

#[test]
fn nobody_is_here_after_a_start_and_nothing_is_done_until_somebody_comes() {
    let at = At::station();
    at.alarm("a");
    assert!(at.console.is_locked());
    let before = at.log(1);
    assert!(matches!(at.console.act(take("a")), Err(ConsoleError::NobodyHere)));
    let list = Disclosure::WardList;
    assert!(matches!(at.console.print(&list, "Round"), Err(ConsoleError::NobodyHere)));
    assert_eq!((at.log(1), at.console.waiting().unwrap().len()), (before, 0));
    at.console.come_by_pin(&STAFF[1].2.into(), STAFF[1].3).unwrap();
    assert_eq!(at.log(1)[0], ("N. Okafor".into(), "came by PIN".into(), Some("Practitioner/2".into())));
    let done = at.console.act(take("a")).unwrap();
    assert_eq!((done[0].by.id.as_str(), done[0].by.name.as_str()), ("Practitioner/2", "N. Okafor"));
    assert_eq!(done[0].by.role.as_ref().map(|role| role.as_str()), Some("Charge nurse"));
    assert_eq!(at.log(1)[0].0, "N. Okafor");
    let at = at.restart();
    assert!(at.console.is_locked(), "a restart lets nobody in");
}

#[test]
fn what_somebody_asked_for_is_never_done_in_the_name_of_who_came_after() {
    let at = At::station();
    at.alarm("a");
    at.comes(0);
    let sitting = at.console.sitting();
    at.comes(1);
    for late in [sitting, 0, at.console.sitting() + 1] {
        assert!(matches!(at.console.act_in(late, take("a")), Err(ConsoleError::AnotherSitting)));
        let saved = at.console.export_in(late, &Disclosure::WardList, console::FileKind::Pdf, "Round");
        assert!(matches!(saved, Err(ConsoleError::AnotherSitting)));
        assert!(matches!(
            at.console.print_in(late, &Disclosure::WardList, "Round"),
            Err(ConsoleError::AnotherSitting)
        ));
    }
    assert_eq!(at.owner("a"), None);
    // Also where the same person is back.
    at.comes(0);
    assert!(matches!(at.console.act_in(sitting, take("a")), Err(ConsoleError::AnotherSitting)));
    at.console.act_in(at.console.sitting(), take("a")).unwrap();
    assert_eq!(at.owner("a").as_deref(), Some("Practitioner/1"));
    // Of two people of one name each is themselves.
    at.comes(7);
    assert!(!at.console.board().unwrap().queue[0].line.mine, "another S. Varga");
    assert!(matches!(at.console.act(Act::alarm("a", Response::Release)), Err(ConsoleError::NotYours)));
    at.comes(0);
    assert!(at.console.board().unwrap().queue[0].line.mine);
}

#[test]
fn who_comes_sees_the_present_whatever_moment_was_looked_at_before() {
    let at = At::station();
    at.comes(0);
    at.later(HOUR_MS);
    at.console.look_back(Some(View::at(Instant(BEGIN))));
    assert!(at.console.past().is_some());
    at.comes(1);
    assert!(at.console.past().is_none());
}

#[test]
fn wrong_pins_and_badges_let_nobody_in_and_stand_in_the_log_without_what_was_typed() {
    let at = At::station();
    let okafor = STAFF[1].2.into();
    assert!(at.console.come_by_pin(&okafor, "771205").is_err());
    assert_eq!(
        at.log(1)[0],
        ("this station".into(), "not let in by PIN: wrong, 1 in a row".into(), Some("Practitioner/2".into()))
    );
    assert!(at.console.come_by_pin(&okafor, STAFF[1].3).is_err(), "too soon");
    for nobodys in
        ["", "0000000000", "a\nb", "12345678901234567890123456789012345678901234567890123456789012345"]
    {
        assert!(at.console.come_by_badge(nobodys).is_err());
        assert_eq!(at.log(1)[0].1, "not let in by badge: nobody's");
    }
    assert!(at.console.is_locked());
    let said: String = at.log(20).into_iter().map(|(who, what, _)| format!("{who} {what}\n")).collect();
    assert!(!said.contains("77120") && !said.contains("0000000000"), "{said}");
    at.later(MINUTE_MS);
    at.console.come_by_pin(&okafor, STAFF[1].3).unwrap();
    assert!(!at.console.is_locked());
}

#[test]
fn the_station_locks_when_no_hand_was_on_it_for_the_sites_time_and_not_for_a_text_in_a_field() {
    let at = At::station();
    at.comes(0);
    let look = |ms: i64| {
        for _ in 0..ms / 500 {
            at.later(500);
            at.console.look_at_the_seat().unwrap();
        }
        at.console.is_locked()
    };
    assert!(!look(5 * MINUTE_MS - 500));
    at.console.touched();
    assert!(!look(5 * MINUTE_MS - 500), "a hand was on it");
    // What stands in a field, and is kept while it does, is no hand.
    at.console.keep_draft(at.console.sitting(), "note a", "half a sentence").unwrap();
    assert!(look(500));
    let locked = serde_json::to_value(at.console.who()).unwrap();
    assert_eq!(locked["locked"]["why"], "after 5 min without input");
    assert_eq!((locked["name"].as_str(), locked["role"].is_null()), (Some(""), true));
    assert_eq!(at.log(1)[0], ("S. Varga".into(), "locked after 5 min without input".into(), None));
    // The site sets another time.
    at.comes(1);
    at.console.act(Act::SetSite { key: "lock.idle".into(), value: "1".into() }).unwrap();
    assert!(look(MINUTE_MS));
}

#[test]
fn a_machine_that_slept_and_a_hand_lock_it_at_once_and_a_clock_that_was_set_back_does_not() {
    let at = At::station();
    at.comes(0);
    at.console.look_at_the_seat().unwrap();
    at.later(-3 * HOUR_MS);
    at.console.look_at_the_seat().unwrap();
    assert!(!at.console.is_locked());
    at.later(4 * MINUTE_MS);
    at.console.look_at_the_seat().unwrap();
    assert!(at.console.is_locked(), "nobody looked at the clock for four minutes");
    assert!(at.log(1)[0].1.starts_with("locked because the machine slept"));
    for why in [Away::Locked, Away::Desktop] {
        at.comes(0);
        at.console.lock(why).unwrap();
        assert!(at.console.is_locked());
    }
}

#[test]
fn a_draft_is_its_authors_alone_also_when_the_last_words_come_late() {
    let at = At::station();
    at.comes(0);
    let first = at.console.sitting();
    at.console.keep_draft(first, "note a", "Lead mo").unwrap();
    at.console.lock(Away::Locked).unwrap();
    assert_eq!(at.console.draft("note a").unwrap(), None, "nobody is here");
    // Typed before the page heard of it.
    at.console.keep_draft(first, "note a", "Lead moved").unwrap();
    at.comes(1);
    assert_eq!(at.console.draft("note a").unwrap(), None);
    at.console.keep_draft(at.console.sitting(), "note a", "of Okafor").unwrap();
    at.later(MINUTE_MS);
    let late = at.console.keep_draft(first, "note a", "much later");
    assert!(matches!(late, Err(ConsoleError::AnotherSitting)));
    let at = at.restart();
    at.comes(0);
    assert_eq!(at.console.draft("note a").unwrap().as_deref(), Some("Lead moved"));
    at.comes(7);
    assert_eq!(at.console.draft("note a").unwrap(), None, "another S. Varga");
    at.comes(1);
    assert_eq!(at.console.draft("note a").unwrap().as_deref(), Some("of Okafor"));
}

#[test]
fn who_takes_over_has_the_open_alarms_of_who_left_and_nobody_elses() {
    let at = At::station();
    for id in ["a", "b", "c", "d", "e"] {
        at.alarm(id);
    }
    at.comes(0);
    at.console.act(take("a")).unwrap();
    at.console.act(take("b")).unwrap();
    at.console.act(take("c")).unwrap();
    at.console
        .act(Act::alarm("c", Response::Handled { reason: "Treated".into(), words: String::new() }))
        .unwrap();
    at.comes(2);
    at.console.act(take("d")).unwrap();
    at.comes(0);
    at.later(1000);
    at.console.act(Act::Shift { takes_over: false }).unwrap();
    at.comes(1);
    let leavers = at.console.leavers().unwrap();
    let told: Vec<(&str, usize, bool)> =
        leavers.iter().map(|l| (l.who.id.as_str(), l.alarms, l.left.is_some())).collect();
    assert_eq!(told, [("Practitioner/1", 2, true), ("Practitioner/3", 1, false)], "who left first");
    at.later(1000);
    let done = at.console.act(Act::TakeOver { from: "Practitioner/1".into() }).unwrap();
    assert_eq!(done.len(), 3, "that she does, and two alarms");
    assert_eq!(done[0].note.as_deref(), Some("takes over from S. Varga"));
    let owners = ["a", "b", "d", "e"].map(|id| at.owner(id));
    let okafor = || Some("Practitioner/2".to_owned());
    assert_eq!(owners, [okafor(), okafor(), Some("Practitioner/3".into()), None]);
    let again = at.console.act(Act::TakeOver { from: "Practitioner/9".into() });
    assert!(matches!(again, Err(ConsoleError::NothingToTake)));
    // One alarm of somebody who is not there, whether they said that they leave or not.
    at.console.act(Act::alarm("d", Response::TakeOver)).unwrap();
    assert_eq!(at.owner("d"), okafor());
    assert!(at.console.board().unwrap().queue.iter().filter(|i| i.line.mine).count() >= 3);
}

#[test]
fn who_is_removed_is_gone_at_once_and_a_new_role_holds_at_once() {
    let at = At::station();
    at.comes(0);
    let it = Actor::known(STAFF[5].2, STAFF[5].1).acting_as(Some("IT".into()));
    let change = |change| at.console.act_as(&it, Act::Staff(change));
    let varga = || clinical::ActorId::from(STAFF[0].2);
    change(StaffChange::Add { id: varga(), name: "S. Varga".into(), role: "auditor".into(), pin: None })
        .unwrap();
    assert_eq!(at.console.who().role.as_deref(), Some("Auditor"));
    assert!(matches!(at.console.act(Act::Shift { takes_over: true }), Err(ConsoleError::MayNot(_))));
    change(StaffChange::Remove(varga())).unwrap();
    assert!(at.console.is_locked());
    assert!(at.console.come_by_badge(&badge(STAFF[0].3)).is_err());
    let said = at.log(3);
    assert!(
        said.iter().any(|(who, what, about)| who == "I. Sorensen"
            && what == "works here no more"
            && about.as_deref() == Some(STAFF[0].2)),
        "{said:?}"
    );
    for (refused, wanted) in [
        (StaffChange::Add { id: varga(), name: " ".into(), role: "Nurse".into(), pin: None }, "name"),
        (
            StaffChange::Add { id: varga(), name: "S. Varga".into(), role: "Porter".into(), pin: None },
            "Telemetry technician",
        ),
        (StaffChange::Pin(STAFF[1].2.into(), Secret("12345".into())), "6 to 12 digits"),
        (StaffChange::Pin(STAFF[1].2.into(), Secret("123456".into())), "in a row"),
        (StaffChange::Badge(STAFF[1].2.into(), Secret("1".into())), "4 to 64"),
        (StaffChange::Badge(STAFF[1].2.into(), Secret(badge(STAFF[2].3))), "somebody else's"),
        (StaffChange::Remove("Practitioner/99".into()), "nobody of this station"),
    ] {
        let why = change(refused).unwrap_err().to_string();
        assert!(why.contains(wanted), "{why}");
    }
}

#[test]
fn the_first_person_makes_it_a_station_of_people_and_the_last_who_goes_gives_it_back() {
    let at = At::of_nobody();
    let it = clinical::ActorId::from("Practitioner/6");
    at.console
        .act(Act::Staff(StaffChange::Add {
            id: it.clone(),
            name: "I. Sorensen".into(),
            role: "IT".into(),
            pin: None,
        }))
        .unwrap();
    assert!(at.console.is_locked());
    let desk = Actor::named("the desk");
    at.console.act_as(&desk, Act::Staff(StaffChange::Pin(it.clone(), Secret("248861".into())))).unwrap();
    at.console.come_by_pin(&it, "248861").unwrap();
    assert_eq!(at.console.who().name, "I. Sorensen");
    at.console.act(Act::Staff(StaffChange::Remove(it))).unwrap();
    let who = at.console.who();
    assert_eq!((who.name.as_str(), who.of_people, at.console.is_locked()), ("the desk", false, false));
}

#[test]
fn a_pin_is_chosen_after_a_full_sign_in_alone_and_within_ten_minutes() {
    let at = At::station();
    at.comes(1);
    assert!(matches!(at.console.choose_pin(at.console.sitting(), "909172"), Err(ConsoleError::NotFully)));
    assert!(matches!(at.console.come_by_account(Some("Practitioner/99")), Err(ConsoleError::NotLetIn(_))));
    assert!(matches!(at.console.come_by_account(None), Err(ConsoleError::NotLetIn(_))));
    at.console.come_by_account(Some("Practitioner/2")).unwrap();
    assert!(at.console.who().may_choose_pin);
    at.now.fetch_add(11 * MINUTE_MS, Ordering::Relaxed);
    assert!(matches!(at.console.choose_pin(at.console.sitting(), "909172"), Err(ConsoleError::NotFully)));
    at.console.come_by_account(Some("Practitioner/2")).unwrap();
    assert!(at.console.choose_pin(at.console.sitting(), "111111").is_err(), "and none that everybody tries");
    at.console.choose_pin(at.console.sitting(), "909172").unwrap();
    at.console.lock(Away::Locked).unwrap();
    assert!(at.console.come_by_pin(&"Practitioner/2".into(), "771204").is_err(), "the old one");
    at.later(MINUTE_MS);
    at.console.come_by_pin(&"Practitioner/2".into(), "909172").unwrap();
}

#[test]
fn no_write_of_a_busy_night_stands_under_a_wrong_name() {
    let at = At::of(&[0, 1, 2]);
    for n in 0..40 {
        at.alarm(&format!("a{n}"));
    }
    let mut dice: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let (mut asked, mut done, mut refused) = (None::<(u32, usize)>, 0, 0);
    for _ in 0..300 {
        at.later(700);
        let n = usize::try_from(roll(3)).unwrap();
        match roll(8) {
            0 => at.console.lock(Away::Locked).unwrap(),
            _ => at.comes(n),
        }
        let place = format!("note a{}", roll(5));
        if let Some((sitting, before)) = asked {
            // What was clicked a moment before the other one came.
            let late = at.console.act_in(sitting, Act::alarm("a1", Response::Note("late".into())));
            assert!(late.is_err());
            refused += 1;
            at.console.keep_draft(sitting, &place, &format!("draft of {before}")).unwrap();
        }
        if at.console.is_locked() {
            asked = None;
            continue;
        }
        let theirs = at.console.draft(&place).unwrap();
        assert!(theirs.is_none_or(|text| text == format!("draft of {n}")), "somebody else's draft");
        let act = Act::alarm(format!("a{}", roll(40)), Response::Note(format!("by {n}")));
        for action in at.console.act_in(at.console.sitting(), act).unwrap() {
            assert_eq!(action.by.id.as_str(), STAFF[n].2);
            done += 1;
        }
        asked = Some((at.console.sitting(), n));
    }
    println!("{done} writes, {refused} refused");
    assert!(done > 200 && refused > 150);
    let written = at.vault.read(|reader| reader.actions_since(Instant(0))).unwrap();
    for seen in written {
        let said = seen.action.note.unwrap();
        let n: usize = said.strip_prefix("by ").expect("nothing late was written").parse().unwrap();
        assert_eq!(seen.action.by.id.as_str(), STAFF[n].2, "a write under a wrong name");
    }
}
