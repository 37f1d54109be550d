//! A system clock that is set, by hand or by NTP, ends no pause early, silences nothing for hours, and calls nobody too soon or too
//! late; it is said within ten seconds.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use clinical::consent::{Glass, GlassReason};
use clinical::{
    About, Action, Actor, DAY_MS, Episode, HOUR_MS, Instant, MINUTE_MS, Policy, Priority, SECOND_MS,
    SeenAction, Sound, Verb, fold,
};
use console::{Clock, Console, Station, Ticks};
use vault::{Key, Vault};

const START: i64 = 1_790_000_000_000;

/// A machine whose clocks are set by hand.
#[derive(Clone, Default)]
struct Machine {
    /// By how much the clock on the wall was set.
    set: Arc<AtomicI64>,
    passed: Arc<AtomicI64>,
    slept: Arc<AtomicI64>,
}

fn ms(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.unsigned_abs())
}

impl Ticks for Machine {
    fn wall(&self) -> Instant {
        let passed = self.passed.load(Ordering::Relaxed) + self.slept.load(Ordering::Relaxed);
        Instant(START + passed + self.set.load(Ordering::Relaxed))
    }

    fn uptime(&self) -> Duration {
        ms(self.passed.load(Ordering::Relaxed))
    }

    fn slept(&self) -> Option<Duration> {
        Some(ms(self.slept.load(Ordering::Relaxed)))
    }
}

impl Machine {
    fn sets(&self, by: i64) {
        self.set.fetch_add(by, Ordering::Relaxed);
    }

    /// Time goes by, with a look each half second.
    fn passes(&self, clock: &Clock, milliseconds: i64, server_ahead: Option<i64>) -> Vec<console::Found> {
        let looks = (0..milliseconds / 500).map(|_| {
            self.passed.fetch_add(500, Ordering::Relaxed);
            clock.look(server_ahead)
        });
        looks.filter(|found| *found != console::Found::default()).collect()
    }
}

const STEPS: [(&str, i64); 8] = [
    ("none", 0),
    ("an hour back", -HOUR_MS),
    ("an hour forward", HOUR_MS),
    ("a day back", -DAY_MS),
    ("400 days forward", 400 * DAY_MS),
    ("to 1970", -START),
    ("a small one forward", 1_500),
    ("a small one back", -1_500),
];

fn alarm(onset: Instant) -> Episode {
    Episode {
        id: "e".into(),
        patient: Some("p".into()),
        priority: Priority::High,
        text: "SpO2 84 < 90".into(),
        measure: None,
        onset,
        ended: None,
        renewed: None,
    }
}

fn act(verb: Verb, at: Instant) -> SeenAction {
    let (by, about) = (Actor::at_station("5eed", "N. Okafor"), About::Episode("e".into()));
    let action = Action { id: verb.code().into(), about, verb, by, at, note: None, to: None };
    SeenAction { action, accepted_at: Some(at) }
}

/// How long after an act, to half a second, something becomes so with a clock that is set by `step` five seconds after it.
fn after(step: i64, verb: Option<Verb>, so: impl Fn(&clinical::EpisodeState) -> bool) -> i64 {
    let machine = Machine::default();
    let clock = Clock::of(Box::new(machine.clone()));
    let onset = clock.now();
    let acts: Vec<SeenAction> = verb.into_iter().map(|verb| act(verb, onset)).collect();
    let mut waited = 0;
    while !so(&fold(&alarm(onset), &acts, clock.now(), &Policy::default())) {
        if waited == 5 * SECOND_MS {
            machine.sets(step);
        }
        machine.passes(&clock, 500, None);
        waited += 500;
        assert!(waited < 3 * HOUR_MS, "silenced for hours by a step of {step} ms");
    }
    waited
}

#[test]
fn pauses_reminders_questions_and_calls_are_due_by_the_time_that_has_passed() {
    let policy = Policy::default();
    let wait = policy.escalate[0];
    for (name, step) in STEPS {
        for (what, due, took) in [
            ("a pause ends", policy.pause, after(step, Some(Verb::AudioPause), |s| s.sound == Sound::On)),
            ("a reminder", policy.remind, after(step, Some(Verb::Take), |s| s.reminders > 0)),
            (
                "it is asked again",
                policy.ask_again,
                after(step, Some(Verb::Handled), |s| s.asked_again.is_some()),
            ),
            ("the next role is called", wait, after(step, None, |s| s.escalation().is_some())),
        ] {
            // What is small is made up for by a tenth of the time that passes, and never by more than it is.
            assert!(
                (took - due).abs() <= 2 * SECOND_MS,
                "{name}: {what} after {took} ms, and not after {due} ms"
            );
        }
    }
}

#[test]
fn a_broken_glass_is_whole_again_after_the_time_that_has_passed() {
    let by = Actor::at_station("5eed", "N. Okafor");
    for (name, step) in STEPS {
        let machine = Machine::default();
        let clock = Clock::of(Box::new(machine.clone()));
        let why = (GlassReason::Emergency, "");
        let glass = Glass::broken("p".into(), &by, why, clock.now(), 30 * MINUTE_MS).unwrap();
        let mut waited = 0;
        while glass.holds(clock.now()) {
            if waited == 5 * SECOND_MS {
                machine.sets(step);
            }
            machine.passes(&clock, 500, None);
            waited += 500;
            assert!(waited < HOUR_MS, "{name}: it stays broken");
        }
        assert!((waited - 30 * MINUTE_MS).abs() <= 2 * SECOND_MS, "{name}: after {waited} ms");
    }
}

#[test]
fn time_never_goes_back_and_every_step_is_said_once_and_at_once() {
    for (name, step) in STEPS {
        let machine = Machine::default();
        let clock = Clock::of(Box::new(machine.clone()));
        machine.passes(&clock, MINUTE_MS, None);
        machine.sets(step);
        let mut last = clock.now();
        let mut said = Vec::new();
        for _ in 0..600 {
            said.extend(machine.passes(&clock, 500, None));
            let now = clock.now();
            assert!(now > last && now.ms_since(last) <= 550, "{name}: from {last:?} to {now:?}");
            last = now;
        }
        if step.abs() < 2 * SECOND_MS {
            assert_eq!((said.len(), clock.away()), (0, None), "{name}");
            assert_eq!(clock.now().0, START + 6 * MINUTE_MS + step, "{name} is made up for");
            continue;
        }
        let found = said[0].step.unwrap();
        assert_eq!((said.len(), found.followed, said[0].jumped), (1, false, 0), "{name}");
        assert_eq!(found.at.0, START + MINUTE_MS + 500, "{name}");
        assert_eq!(found.to.ms_since(found.at), step, "{name}");
        assert_eq!(clock.away(), Some(step), "{name}");
        // Set right again: it is said no more.
        machine.sets(-step);
        assert_eq!(machine.passes(&clock, MINUTE_MS, None), [], "{name}");
        assert_eq!((clock.away(), clock.now().0), (None, START + 7 * MINUTE_MS), "{name}");
    }
}

#[test]
fn a_clock_that_is_set_right_by_the_servers_is_followed_and_one_that_is_set_wrong_is_not() {
    for (ahead, step, followed) in [
        (HOUR_MS, HOUR_MS, true),
        (-DAY_MS, -DAY_MS, true),
        (START, START - 3_000, true),
        (HOUR_MS, -HOUR_MS, false),
        (0, HOUR_MS, false),
        (500, -400 * DAY_MS, false),
        (HOUR_MS, 3 * HOUR_MS, false),
    ] {
        let machine = Machine::default();
        let clock = Clock::of(Box::new(machine.clone()));
        machine.sets(step);
        let found = machine.passes(&clock, 500, Some(ahead));
        let name = format!("the server is {ahead} ms ahead, the clock was set by {step} ms");
        assert_eq!(found[0].step.unwrap().followed, followed, "{name}");
        assert_eq!(found[0].jumped, if followed { step } else { 0 }, "{name}");
        let expected = START + 500 + if followed { step } else { 0 };
        assert_eq!(clock.now().0, expected, "{name}");
    }
    // It was set while no server was in reach: it is followed as soon as the server says which is right.
    let machine = Machine::default();
    let clock = Clock::of(Box::new(machine.clone()));
    machine.sets(HOUR_MS);
    assert!(!machine.passes(&clock, MINUTE_MS, None)[0].step.unwrap().followed);
    assert!(machine.passes(&clock, 500, Some(HOUR_MS))[0].step.unwrap().followed);
}

#[test]
fn a_machine_that_slept_has_slept_and_its_clock_was_not_set() {
    for slept in [2 * SECOND_MS, MINUTE_MS, 9 * HOUR_MS, 30 * DAY_MS] {
        let machine = Machine::default();
        let clock = Clock::of(Box::new(machine.clone()));
        machine.passes(&clock, MINUTE_MS, Some(0));
        machine.slept.fetch_add(slept, Ordering::Relaxed);
        let found = machine.passes(&clock, 500, Some(0));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].step, found[0].jumped), (None, slept));
        assert_eq!(clock.now(), clock_on_the_wall(&machine));
    }
}

fn clock_on_the_wall(machine: &Machine) -> Instant {
    machine.wall()
}

/// A station on a machine, without a server.
fn station(machine: &Machine) -> (Arc<Console>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    let who = Station { name: "S1".into(), user: "N. Okafor".into(), user_id: None };
    let clock = Clock::of(Box::new(machine.clone()));
    let (console, _events) = Console::open(vault, None, who, clock.reading()).unwrap();
    console.keep_time(clock);
    (console, folder)
}

#[test]
fn a_clock_that_was_set_is_an_alarm_of_the_station_within_ten_seconds_and_no_time_in_which_nobody_watched() {
    for (by, words) in [(-HOUR_MS, "set back by 1 h"), (400 * DAY_MS, "set forward by 400 d")] {
        let machine = Machine::default();
        let (console, _folder) = station(&machine);
        let look = |seconds: i64| {
            let mut gaps = Vec::new();
            for _ in 0..seconds * 2 {
                machine.passed.fetch_add(500, Ordering::Relaxed);
                gaps.extend(console.watches().unwrap());
            }
            console.detect().unwrap();
            let alarms = console.board().unwrap().queue;
            let said = alarms.iter().filter(|item| item.line.text.contains("clock")).count();
            (gaps, said, alarms.iter().any(|item| item.line.text.contains(words)))
        };
        assert_eq!(look(30), (vec![], 0, false));
        machine.sets(by);
        assert_eq!(look(9), (vec![], 1, true), "{words}");
        machine.sets(-by);
        assert_eq!(look(9).0, vec![], "no gap");
        machine.slept.fetch_add(HOUR_MS, Ordering::Relaxed);
        let (gaps, ..) = look(1);
        assert_eq!(gaps.len(), 1, "a sleep is a time in which nobody watched");
        assert!((gaps[0].1.ms_since(gaps[0].0) - HOUR_MS).abs() <= SECOND_MS, "{gaps:?}");
    }
}
