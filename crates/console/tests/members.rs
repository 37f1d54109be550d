//! IT and the people of a station, in the window: who sees them, what lets each of them in, and that a PIN of IT lets in to choose
//! another.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::{ActorId, MINUTE_MS};
use console::{Act, Away, ConsoleError, Disclosure, FileKind, Secret, StaffChange};
use serde_json::Value;
use staffed::{At, BEGIN, STAFF, badge};

const IT: usize = 5;

fn id(n: usize) -> ActorId {
    STAFF[n].2.into()
}

impl At {
    fn changes(&self, change: StaffChange) -> Result<(), ConsoleError> {
        self.console.act_in(self.console.sitting(), Act::Staff(change)).map(drop)
    }

    fn members(&self) -> Vec<Value> {
        let members = self.console.members_in(self.console.sitting()).unwrap();
        serde_json::to_value(members).unwrap().as_array().unwrap().clone()
    }

    fn member(&self, n: usize) -> Value {
        self.members().into_iter().find(|one| one["id"] == STAFF[n].2).unwrap()
    }
}

#[test]
fn it_alone_sees_who_works_here_and_of_pins_and_badges_that_they_are_there() {
    for (n, (role, name, ..)) in STAFF.into_iter().take(7).enumerate() {
        let at = At::station();
        at.comes(n);
        let found = at.console.members_in(at.console.sitting());
        assert_eq!(found.is_ok(), role == "IT", "{role}");
        if found.is_err() {
            assert_eq!(at.log(1)[0], (name.into(), "refused: people".into(), None));
        }
    }
    let at = At::station();
    at.comes(IT);
    let said = serde_json::to_string(&at.members()).unwrap();
    for (.., pin) in STAFF {
        assert!(!said.contains(pin) && !said.contains(&badge(pin)));
    }
    assert!(!said.contains("argon2") && at.members().len() == STAFF.len());
    let late = at.console.members_in(at.console.sitting() + 1);
    assert!(matches!(late, Err(ConsoleError::AnotherSitting)));
    at.console.lock(Away::Locked).unwrap();
    assert!(matches!(at.console.members_in(at.console.sitting()), Err(ConsoleError::NobodyHere)));
}

#[test]
fn who_comes_by_a_pin_of_it_chooses_their_own_before_anything_else() {
    let at = At::station();
    at.alarm("a");
    at.comes(IT);
    at.changes(StaffChange::Pin(id(0), Secret("557391".into()))).unwrap();
    assert_eq!(at.member(0)["pinIsGiven"], true);
    at.console.come_by_pin(&id(0), "557391").unwrap();
    assert!(at.console.who().must_choose_pin);
    let sitting = at.console.sitting();
    let take = || Act::alarm("a", console::Response::Take);
    assert!(matches!(at.console.act_in(sitting, take()), Err(ConsoleError::PinOfTheirOwn)));
    let saved = at.console.export_in(sitting, &Disclosure::WardList, FileKind::Pdf, "Round");
    assert!(matches!(saved, Err(ConsoleError::PinOfTheirOwn)));
    let sitting = at.console.sitting();
    assert!(at.console.choose_pin(sitting, "111111").is_err());
    assert!(at.console.who().must_choose_pin, "a bad one is none");
    // However long it takes: nobody is asked to sign in once more for it.
    at.later(4 * MINUTE_MS);
    assert!(matches!(at.console.choose_pin(sitting, "557391"), Err(ConsoleError::SamePin)), "IT knows it");
    // Not in the name of who sat here before.
    assert!(matches!(at.console.choose_pin(sitting + 1, "604482"), Err(ConsoleError::AnotherSitting)));
    assert!(at.console.who().must_choose_pin);
    at.console.choose_pin(sitting, "604482").unwrap();
    assert!(!at.console.who().must_choose_pin);
    at.console.act_in(sitting, take()).unwrap();
    assert!(at.console.come_by_pin(&id(0), "557391").is_err(), "the one of IT lets nobody in any more");
    at.later(MINUTE_MS);
    at.console.come_by_pin(&id(0), "604482").unwrap();
    assert!(!at.console.who().must_choose_pin);
    at.comes(IT);
    assert_eq!(at.member(0)["pinIsGiven"], false);
}

#[test]
fn who_was_locked_out_may_try_again_when_it_says_so_and_no_pin_and_no_badge_are_none() {
    let at = At::station();
    for wait in [0, 1, 5, 30, 120] {
        at.later(wait * 1000);
        at.console.come_by_pin(&id(0), "557391").unwrap_err();
    }
    at.comes(IT);
    let varga = at.member(0);
    assert_eq!((&varga["lockedOut"], &varga["wrongPins"]), (&Value::from(true), &Value::from(5)));
    assert!(varga["whyNot"].as_str().unwrap().contains("five wrong PINs"));
    assert!(at.console.come_by_pin(&id(0), STAFF[0].3).is_err());
    at.comes(IT);
    at.changes(StaffChange::Unlock(id(0))).unwrap();
    assert_eq!(at.log(1)[0], ("I. Sorensen".into(), "may try a PIN again".into(), Some(STAFF[0].2.into())));
    assert_eq!((&at.member(0)["lockedOut"], &at.member(0)["whyNot"]), (&Value::from(false), &Value::Null));
    at.console.come_by_pin(&id(0), STAFF[0].3).unwrap();

    at.comes(IT);
    at.changes(StaffChange::NoPin(id(0))).unwrap();
    at.changes(StaffChange::NoBadge(id(0))).unwrap();
    assert_eq!(
        (&at.member(0)["hasPin"], &at.member(0)["hasBadge"]),
        (&Value::from(false), &Value::from(false))
    );
    assert!(at.console.come_by_pin(&id(0), STAFF[0].3).is_err());
    assert!(at.console.come_by_badge(&badge(STAFF[0].3)).is_err());
}

#[test]
fn who_is_taken_in_with_a_pin_comes_in_and_the_first_of_it_can_take_in_the_others() {
    let at = At::of_nobody();
    let add = |n: usize, pin: Option<&str>| StaffChange::Add {
        id: id(n),
        name: STAFF[n].1.into(),
        role: STAFF[n].0.into(),
        pin: pin.map(|pin| Secret(pin.into())),
    };
    assert!(at.members().is_empty());
    let bad = at.changes(add(IT, Some("123456")));
    assert!(bad.is_err() && !at.console.has_people().unwrap(), "a bad PIN takes nobody in");
    at.changes(add(IT, Some("557391"))).unwrap();
    assert!(at.console.is_locked());
    at.console.come_by_pin(&id(IT), "557391").unwrap();
    at.console.choose_pin(at.console.sitting(), "604482").unwrap();
    at.later(MINUTE_MS);
    at.changes(add(0, None)).unwrap();
    assert_eq!(at.member(0)["hasPin"], false);
    // A new name leaves what lets them in.
    at.changes(StaffChange::Badge(id(0), Secret("04A2B9C1".into()))).unwrap();
    at.changes(StaffChange::Add {
        id: id(0),
        name: "S. Varga-Li".into(),
        role: "Charge nurse".into(),
        pin: None,
    })
    .unwrap();
    let varga = at.member(0);
    assert_eq!(
        (&varga["name"], &varga["role"], &varga["hasBadge"]),
        (&"S. Varga-Li".into(), &"Charge nurse".into(), &true.into())
    );
    assert_eq!((&varga["lastCame"], &varga["fullSignIn"]), (&Value::Null, &Value::Null));
    assert_eq!(at.member(IT)["lastCame"], BEGIN);
    at.changes(StaffChange::Remove(id(0))).unwrap();
    assert_eq!(at.members().len(), 1);
}
