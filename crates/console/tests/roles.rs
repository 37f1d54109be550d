//! One table decides what each role may do, for every act and everything that leaves; the gate asks it, and a refusal is in the log.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::consent::GlassReason;
use clinical::{Limits, Measure};
use console::view::{Ask, Asked, Document, FileKind as Kind, Who};
use console::{Act, ConsoleError, Disclosure, FileKind, Response, Secret, StaffChange};
use staffed::{At, STAFF};

fn alarm(response: Response) -> Act {
    Act::alarm("a", response)
}

/// Every act there is, by its word in the log, and who may: N nurse, C charge nurse, P physician, T telemetry technician, G programme
/// nurse, I IT, A auditor. Written by hand beside the table.
fn acts() -> Vec<(&'static str, &'static str, Act)> {
    let low = Limits { low: Some(88.0), ..Default::default() };
    let change = clinical::LimitChange {
        measure: Measure::SpO2,
        limits: Some(low),
        hours: Some(4),
        role: "Physician".into(),
        reason: "COPD".into(),
    };
    vec![
        ("take", "NCP.G..", alarm(Response::Take)),
        ("audio-pause", "NCP.G..", alarm(Response::PauseSound)),
        ("handled", "NCP.G..", alarm(Response::Handled { reason: "Treated".into(), words: String::new() })),
        ("note", "NCPTG..", alarm(Response::Note("seen".into()))),
        ("escalate", "NCPTG..", alarm(Response::Escalate)),
        ("set-limit", "NCP....", Act::SetLimits { patient: "p".into(), changes: vec![change] }),
        (
            "save-preset",
            "NCP....",
            Act::SavePreset { name: "COPD".into(), limits: vec![(Measure::SpO2, low)] },
        ),
        (
            "annotate",
            "NCPTG..",
            Act::Annotate {
                patient: "p".into(),
                at: clinical::Instant(staffed::BEGIN),
                text: "turned".into(),
            },
        ),
        (
            "log-call",
            "NCP.G..",
            Act::LogCall { patient: "p".into(), reached: true, words: "slept well".into(), look_again: None },
        ),
        ("shift", "NCPTG..", Act::Shift { takes_over: true }),
        ("take-over", "NCP.G..", Act::TakeOver { from: "Practitioner/99".into() }),
        ("retry", "NCPTG..", Act::Retry("nothing".into())),
        (
            "carried on by hand",
            "NCPTG..",
            Act::CarryOnByHand { action: "nothing".into(), words: "phoned".into() },
        ),
        ("setting", ".C...I.", Act::SetSite { key: "alarm.pause".into(), value: "90".into() }),
        ("setting", ".C...I.", Act::UnsetSite { key: "alarm.pause".into() }),
        (
            "people",
            ".....I.",
            Act::Staff(StaffChange::Badge("Practitioner/1".into(), Secret("480913AF".into()))),
        ),
        (
            "break-glass",
            "NCP....",
            Act::BreakGlass { patient: "p".into(), reason: GlassReason::Emergency, words: String::new() },
        ),
        ("end-glass", "NCP....", Act::EndGlass { patient: "p".into() }),
        ("people", ".....I.", Act::Staff(StaffChange::NoPin("Practitioner/1".into()))),
        ("people", ".....I.", Act::Staff(StaffChange::Unlock("Practitioner/1".into()))),
        // It lets go of what was taken, so it comes after what owns it.
        ("release", "NCP.G..", alarm(Response::Release)),
        ("take-over", "NCP.G..", alarm(Response::TakeOver)),
        ("hand-to", "NCP.G..", alarm(Response::HandTo("L. Chen".into()))),
    ]
}

/// Whether it was refused for the role, which stands in the log with who, what and about what; all else is no matter of roles.
fn is_refused(at: &At, n: usize, word: &str, done: &Result<impl Sized, ConsoleError>) -> bool {
    let refused = matches!(done, Err(ConsoleError::MayNot(_)));
    let (who, what, _) = at.log(1).remove(0);
    assert_eq!(what == format!("refused: {word}"), refused, "{what}");
    assert!(!refused || who == STAFF[n].1);
    if let Err(ConsoleError::MayNot(why)) = done {
        assert!(why.to_string().contains(STAFF[n].0), "{why}");
    }
    refused
}

#[test]
fn every_act_is_done_by_whose_role_may_and_refused_to_all_others_and_the_refusal_is_logged() {
    let mut found = vec![String::new(); acts().len()];
    for (n, letter) in "NCPTGIA".chars().enumerate() {
        let at = At::of(&[n]);
        at.patient();
        at.alarm("a");
        at.comes(n);
        for (row, (word, _, act)) in found.iter_mut().zip(acts()) {
            let waiting = at.console.waiting().unwrap().len();
            let refused = is_refused(&at, n, word, &at.console.act(act));
            if refused {
                let left = at.console.waiting().unwrap().len();
                assert_eq!(left, waiting, "{word}: nothing refused waits for the server");
            }
            row.push(if refused { '.' } else { letter });
        }
    }
    let mut printed = String::new();
    for ((word, expected, _), found) in acts().into_iter().zip(found) {
        printed += &format!("{word:20} {found}\n");
        assert_eq!(found, expected, "{word}");
    }
    print!("{printed}");
}

#[test]
fn what_leaves_is_taken_along_by_whose_role_may() {
    let report = Disclosure::Report { patient: "p".into(), from: None, to: None };
    let expected = [("print", "NCPTG.."), ("export", "NCP.G.."), ("log", ".C...IA")];
    let mut found = [String::new(), String::new(), String::new()];
    for (n, letter) in "NCPTGIA".chars().enumerate() {
        let at = At::of(&[n]);
        at.patient();
        at.comes(n);
        let printed = at.console.print(&report, "Round");
        let refused = [
            is_refused(&at, n, "print of report", &printed),
            {
                let saved = at.console.export(&report, FileKind::Pdf, "Round");
                is_refused(&at, n, "export of report", &saved)
            },
            {
                // A command of somebody who is known here acts in the role they have here.
                let asked = |ask| Asked {
                    version: String::new(),
                    user: STAFF[n].1.into(),
                    user_id: Some(STAFF[n].2.into()),
                    ask,
                };
                let file = Ask::File {
                    what: Document::WardList,
                    at: Default::default(),
                    kind: Kind::Pdf,
                    why: "Round".into(),
                };
                assert_eq!(at.console.answer(asked(file)).is_err(), !"NCPG".contains(letter));
                let log = at.console.answer(asked(Ask::Log { most: 5 }));
                let refused = log.is_err();
                assert_eq!(at.log(1)[0].1 == "refused: read-log of log", refused);
                refused
            },
        ];
        for (row, refused) in found.iter_mut().zip(refused) {
            row.push(if refused { '.' } else { letter });
        }
    }
    for ((what, expected), found) in expected.into_iter().zip(found) {
        println!("{what:10} {found}");
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn who_acts_in_no_role_may_what_the_user_of_a_station_could_always_do() {
    let at = At::of_nobody();
    at.patient();
    at.alarm("a");
    let desk = clinical::Actor::named("the desk");
    for (word, _, act) in acts() {
        if let Err(error) = at.console.act_as(&desk, act) {
            assert!(!matches!(error, ConsoleError::MayNot(_)), "{word}: {error}");
        }
    }
    assert!(at.console.who().not_allowed.is_empty());
}

#[test]
fn the_page_is_told_what_the_gate_would_refuse_and_why() {
    for (n, (role, ..)) in STAFF.into_iter().take(7).enumerate() {
        let at = At::of(&[n]);
        at.comes(n);
        let Who { not_allowed, limit_roles, role: told, .. } = at.console.who();
        assert_eq!(told.as_deref(), Some(role));
        let said = serde_json::to_value(&not_allowed).unwrap();
        let said: Vec<&str> =
            said.as_array().unwrap().iter().map(|row| row["right"].as_str().unwrap()).collect();
        for (word, expected, act) in acts() {
            let may = expected.as_bytes()[n] != b'.';
            assert_eq!(!said.contains(&act.right().word()), may, "{role}: {word}");
        }
        assert_eq!(limit_roles.contains(&role), !said.contains(&"set-limit"), "{role}");
    }
}
