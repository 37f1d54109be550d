//! What can happen on a ward between two looks, and a station at which it happens.

use clinical::{
    About, Action, Actor, Body, Care, Code, Decimal, Device, Episode, Fact, Flag, Instant, MINUTE_MS,
    Measure, Person, Place, PlaceKind, Priority, Quality, Sample, Segment, Sex, Source, Stay, Verb,
};
use proptest::prelude::*;
use vault::{Key, PageCommit, Vault};

const NOON: i64 = 1_767_268_800_000;
const PEOPLE: u8 = 4;
/// What a tile and a score are made of: code, unit, lowest and highest value in tenths.
const SIGNALS: [(&str, &str, i64, i64); 8] = [
    ("8867-4", "/min", 300, 1800),
    ("59408-5", "%", 800, 1000),
    ("9279-1", "/min", 60, 350),
    ("8480-6", "mm[Hg]", 700, 2200),
    ("8310-5", "Cel", 340, 410),
    ("3151-8", "L/min", 0, 60),
    ("67775-7", "{ACVPU}", 0, 40),
    ("2339-0", "mg/dL", 400, 3000),
];

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Value {
        who: u8,
        signal: usize,
        device: Option<u8>,
        tenths: i64,
        age_min: i64,
        artefact: bool,
    },
    /// Some seconds of a monitor's stream.
    Stream {
        who: u8,
        signal: usize,
        tenths: i64,
        seconds: usize,
        age_s: i64,
    },
    Gone {
        reference: String,
    },
    Person {
        who: u8,
        born: Option<i16>,
        active: bool,
        into: Option<u8>,
    },
    Stay {
        who: u8,
        bed: u8,
        in_progress: bool,
    },
    Bed {
        bed: u8,
        name: String,
    },
    Device {
        device: u8,
        who: Option<u8>,
        active: bool,
    },
    Flag {
        who: u8,
        scale_two: bool,
        since_min: i64,
        lasts_min: Option<i64>,
    },
    Alarm {
        id: u8,
        who: Option<u8>,
        priority: Priority,
        signal: usize,
        age_min: i64,
        lasts_min: Option<i64>,
        /// Found by this station and not sent by a server.
        own: bool,
    },
    Act {
        verb: Verb,
        id: u8,
        by: u8,
        age_s: i64,
        here: bool,
    },
    /// The server has one of the actions that were waiting.
    Accepted {
        nth: u8,
    },
    Setting {
        key: &'static str,
        value: &'static str,
    },
    /// What is too old goes.
    Retain,
    /// Nothing but the clock, which may be put back.
    Clock {
        by_ms: i64,
    },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let who = || 0..PEOPLE;
    let value = (who(), 0..SIGNALS.len(), prop::option::of(0..3u8), any::<u16>(), -1..400i64, any::<u8>())
        .prop_map(|(who, signal, device, n, age_min, odd)| {
            let tenths = tenths(signal, n);
            Step::Value { who, signal, device, tenths, age_min, artefact: odd < 20 }
        });
    let stream = (who(), 0..3usize, any::<u16>(), prop::sample::select(vec![1, 5, 90]), 0..120i64).prop_map(
        |(who, signal, n, seconds, age_s)| Step::Stream {
            who,
            signal,
            tenths: tenths(signal, n),
            seconds,
            age_s,
        },
    );
    let kinds = prop::sample::select(vec![
        "Observation/o",
        "DetectedIssue/e",
        "Encounter/s",
        "Flag/f",
        "Device/d",
        "Patient/p",
    ]);
    let gone = (kinds, 0..8u8).prop_map(|(kind, n)| Step::Gone { reference: format!("{kind}{n}") });
    let person = (who(), prop::option::of(1930..2020i16), any::<u8>(), prop::option::of(who())).prop_map(
        |(who, born, odd, into)| Step::Person {
            who,
            born,
            active: odd > 40,
            into: into.filter(|_| odd > 150),
        },
    );
    let stay =
        (who(), 0..6u8, any::<bool>()).prop_map(|(who, bed, on)| Step::Stay { who, bed, in_progress: on });
    let bed = (0..4u8, 0..9u8).prop_map(|(bed, n)| Step::Bed { bed, name: format!("Bed {n}") });
    let device = (0..3u8, prop::option::of(who()), any::<bool>())
        .prop_map(|(device, who, active)| Step::Device { device, who, active });
    let flag = (who(), any::<bool>(), -60..60i64, prop::option::of(0..120i64)).prop_map(
        |(who, scale_two, since_min, lasts_min)| Step::Flag { who, scale_two, since_min, lasts_min },
    );
    let settings = prop::sample::select(vec![
        ("alarm.pause", "30"),
        ("alarm.pause@Ward", "600"),
        ("alarm.remind", "60"),
        ("alarm.escalate-high", "30"),
        ("stale.device", "1"),
        ("stale.charted", "10"),
        ("news2.continuous-window", "2"),
        ("news2.spot-window", "20"),
    ]);
    let clock = prop_oneof![
        6 => 0..3_000i64,
        4 => 0..5 * MINUTE_MS,
        2 => 0..8 * 60 * MINUTE_MS,
        1 => 0..30 * 60 * MINUTE_MS,
        1 => -10 * MINUTE_MS..0,
    ];
    prop_oneof![
        6 => value,
        3 => stream,
        2 => gone,
        1 => person,
        2 => stay,
        1 => bed,
        1 => device,
        1 => flag,
        4 => alarm(),
        4 => act(),
        1 => (0..4u8).prop_map(|nth| Step::Accepted { nth }),
        1 => settings.prop_map(|(key, value)| Step::Setting { key, value }),
        1 => Just(Step::Retain),
        6 => clock.prop_map(|by_ms| Step::Clock { by_ms }),
    ]
}

fn alarm() -> impl Strategy<Value = Step> {
    let priorities =
        prop::sample::select(vec![Priority::Technical, Priority::Low, Priority::Medium, Priority::High]);
    let who = prop::option::weighted(0.9, 0..PEOPLE);
    (0..8u8, who, priorities, 0..SIGNALS.len(), -1..30i64, prop::option::of(0..40i64), any::<bool>())
        .prop_map(|(id, who, priority, signal, age_min, lasts_min, own)| Step::Alarm {
            id,
            who,
            priority,
            signal,
            age_min,
            lasts_min,
            own,
        })
}

fn act() -> impl Strategy<Value = Step> {
    let verbs = prop::sample::select(vec![
        Verb::Take,
        Verb::Take,
        Verb::Release,
        Verb::HandTo,
        Verb::Handled,
        Verb::AudioPause,
        Verb::AudioPause,
        Verb::Escalate,
        Verb::Note,
    ]);
    (verbs, 0..8u8, 0..3u8, -5..900i64, any::<bool>()).prop_map(|(verb, id, by, age_s, here)| Step::Act {
        verb,
        id,
        by,
        age_s,
        here,
    })
}

fn tenths(signal: usize, n: u16) -> i64 {
    let (_, _, low, high) = SIGNALS[signal];
    low + i64::from(n) % (high - low + 1)
}

fn patient(who: u8) -> String {
    format!("p{who}")
}

pub(crate) fn nurse(by: u8) -> Actor {
    Actor::known(format!("Practitioner/{by}"), &format!("Nurse {by}"))
}

/// One station, and the clock on its wall.
pub(crate) struct Station {
    pub vault: Vault,
    pub key: Key,
    pub now: i64,
    steps: usize,
    pub folder: tempfile::TempDir,
}

impl Station {
    pub(crate) fn new() -> Station {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let mut station = Station { vault, key, now: NOON, steps: 0, folder };
        let unit = Place { id: "w".into(), name: "Ward".into(), kind: PlaceKind::Ward, part_of: None };
        station.take_in("Location/w".into(), Body::Place(unit));
        for n in 0..4 {
            station.carry_out(&Step::Bed { bed: n, name: format!("Bed {n}") });
        }
        for who in 0..PEOPLE {
            station.carry_out(&Step::Person { who, born: Some(1955), active: true, into: None });
            station.carry_out(&Step::Stay { who, bed: who, in_progress: who != 3 });
        }
        station.carry_out(&Step::Stay { who: 3, bed: 5, in_progress: true });
        station
    }

    fn take_in(&mut self, reference: String, body: Body) {
        self.steps += 1;
        let source = Source { reference: reference.into(), version: self.steps.to_string().into() };
        let facts = vec![Fact { source, updated_at: Some(Instant(self.now)), body }];
        let received = Instant(self.now);
        self.vault.commit(PageCommit { facts, received, ..Default::default() }).unwrap();
    }

    /// A few references for many resources: what comes later corrects what came before.
    fn observation(&self) -> String {
        format!("Observation/o{}", self.steps % 8)
    }

    pub(crate) fn carry_out(&mut self, step: &Step) {
        let now = self.now;
        let ago = |minutes: i64| Instant(now - minutes * MINUTE_MS);
        match step.clone() {
            Step::Value { who, signal, device, tenths, age_min, artefact } => {
                let (code, unit, ..) = SIGNALS[signal];
                let level = unit == "{ACVPU}";
                let sample = Sample {
                    comparator: None,
                    patient: patient(who).into(),
                    device: device.map(|d| format!("d{d}").into()),
                    code: Code::Loinc(code.into()),
                    value: if level {
                        Decimal::whole(tenths / 10)
                    } else {
                        Decimal { mantissa: tenths, scale: 1 }
                    },
                    unit: unit.into(),
                    taken_at: ago(age_min),
                    quality: if artefact { Quality::Artefact } else { Quality::Good },
                };
                self.take_in(self.observation(), Body::Samples(vec![sample]));
            }
            Step::Stream { who, signal, tenths, seconds, age_s } => {
                let (code, unit, ..) = SIGNALS[signal];
                let segment = Segment {
                    patient: patient(who).into(),
                    device: Some("d0".into()),
                    code: Code::Loinc(code.into()),
                    unit: unit.into(),
                    start: Instant(now - age_s * 1000 - seconds as i64 * 1000),
                    period_ms: 1000.0,
                    scale: 1,
                    mantissas: (0..seconds as i64).map(|n| tenths + n % 3).collect(),
                    marks: clinical::Marks::PLAIN,
                };
                self.take_in(self.observation(), Body::Segments(vec![segment]));
            }
            Step::Gone { reference } => self.take_in(reference, Body::Deleted),
            Step::Person { who, born, active, into } => {
                let person = Person {
                    id: patient(who).into(),
                    mrn: format!("m{who}"),
                    family: format!("Family {who}"),
                    given: "Given".into(),
                    // The birthday is reached while the clock runs.
                    birth_date: born.map(|year| format!("{year}-01-02")),
                    sex: Sex::Female,
                    active,
                    deceased: false,
                    replaced_by: into.filter(|into| *into != who).map(|into| patient(into).into()),
                    replaces: Vec::new(),
                    contacts: None,
                };
                self.take_in(format!("Patient/{}", patient(who)), Body::Person(person));
            }
            Step::Stay { who, bed, in_progress } => {
                let stay = Stay {
                    id: format!("s{who}").into(),
                    patient: patient(who).into(),
                    places: (bed < 4).then(|| format!("b{bed}").into()).into_iter().collect(),
                    in_progress,
                    care: if bed % 2 == 0 { Care::Hospital } else { Care::Home },
                };
                self.take_in(format!("Encounter/s{who}"), Body::Stay(stay));
            }
            Step::Bed { bed, name } => {
                let id = format!("b{bed}");
                let place =
                    Place { id: id.as_str().into(), name, kind: PlaceKind::Bed, part_of: Some("w".into()) };
                self.take_in(format!("Location/{id}"), Body::Place(place));
            }
            Step::Device { device, who, active } => {
                let device = Device {
                    id: format!("d{device}").into(),
                    patient: who.map(|who| patient(who).into()),
                    name: format!("Monitor {device}"),
                    active,
                    make: None,
                };
                self.take_in(format!("Device/{}", device.id), Body::Device(device));
            }
            Step::Flag { who, scale_two, since_min, lasts_min } => {
                let site = self.vault.read(|reader| reader.site()).unwrap();
                let since = ago(since_min);
                let flag = Flag {
                    id: format!("f{who}").into(),
                    patient: patient(who).into(),
                    codes: vec![if scale_two { site.scale_two } else { site.pregnancy }.into()],
                    by: "Dr. M. Iyer".into(),
                    since,
                    until: lasts_min.map(|lasts| since + lasts * MINUTE_MS),
                };
                self.take_in(format!("Flag/f{who}"), Body::Flag(flag));
            }
            Step::Alarm { id, who, priority, signal, age_min, lasts_min, own } => {
                let onset = ago(age_min);
                let episode = Episode {
                    id: format!("e{id}").into(),
                    patient: who.map(|who| patient(who).into()),
                    priority,
                    text: format!("alarm {id}"),
                    measure: Measure::from_loinc(SIGNALS[signal].0),
                    onset,
                    ended: lasts_min.map(|lasts| onset + lasts * MINUTE_MS),
                    renewed: None,
                };
                match own {
                    true => self.vault.record_episode(episode, "{}".into(), Instant(now)).unwrap(),
                    false => self.take_in(format!("DetectedIssue/e{id}"), Body::Episode(episode)),
                }
            }
            Step::Act { verb, id, by, age_s, here } => {
                self.steps += 1;
                let action = Action {
                    id: format!("a{}", self.steps).into(),
                    about: About::Episode(format!("e{id}").into()),
                    verb,
                    by: nurse(by),
                    at: Instant(now - age_s * 1000),
                    note: Some(format!("Nurse {}", by + 1)),
                    to: None,
                };
                match here {
                    true => self.vault.record_action(action, "{}".into()).unwrap(),
                    false => self.take_in(format!("Communication/{}", action.id), Body::Action(action)),
                }
            }
            Step::Accepted { nth } => {
                let waiting = self.vault.read(|reader| reader.waiting()).unwrap();
                if let Some(action) = waiting.get(usize::from(nth)) {
                    self.vault.sent(action.clone(), Instant(now)).unwrap();
                }
            }
            Step::Setting { key, value } => {
                self.vault.set_site(key.into(), value.into(), "IT".into(), Instant(now)).unwrap();
            }
            Step::Retain => drop(self.vault.retain(Instant(now)).unwrap()),
            Step::Clock { by_ms } => self.now += by_ms,
        }
    }
}
