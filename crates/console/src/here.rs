//! Who is at the station now. Each time that changes a new sitting begins: what somebody asked for in one is theirs, and nobody's in the
//! next.

use clinical::consent::Glass;
use clinical::{Actor, ActorId, Instant, MINUTE_MS, PatientId};

/// Why nobody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Nobody came yet since the program began.
    NotYet,
    /// Somebody locked it.
    Locked,
    /// There was no hand on it for so long: milliseconds.
    Idle(i64),
    /// The desktop was locked.
    Desktop,
    /// The machine slept.
    Asleep,
    /// Whoever was here works here no more.
    Gone,
}

impl Away {
    /// After `Locked at 14:01`.
    pub fn words(self) -> String {
        match self {
            Away::NotYet => "nobody has signed in since the start".into(),
            Away::Locked => "by hand".into(),
            Away::Idle(ms) => format!("after {} min without input", ms / MINUTE_MS),
            Away::Desktop => "with the desktop".into(),
            Away::Asleep => "because the machine slept, or its clock was set".into(),
            Away::Gone => "because who was here works here no more".into(),
        }
    }
}

/// Who is at the station.
#[derive(Clone, Debug)]
pub(crate) enum Seat {
    /// A station without people: whoever it was started for.
    Configured(Actor),
    /// One of its people.
    Taken(Actor),
    /// A station of people, and none of them.
    Empty { since: Instant, why: Away },
}

/// What who takes a seat must or may do about their PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnPin {
    /// Nothing.
    Holds,
    /// They have signed in fully.
    MayChange { until: Instant },
    /// They came by one that IT gave.
    MustChange,
}

/// A glass that somebody broke in this sitting.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub by: Actor,
    pub glass: Glass,
    /// What was looked at under it, as the record has it.
    pub looked: Vec<&'static str>,
}

/// The seat, and what was before.
#[derive(Debug)]
pub(crate) struct Here {
    pub seat: Seat,
    /// Raised with every change.
    pub sitting: u32,
    /// When a hand was last on it.
    pub touched: Instant,
    /// When it was last looked at.
    pub looked: Instant,
    /// Who sat in the sitting before, and until when: the last words that they typed still come.
    pub before: Option<(u32, ActorId, Instant)>,
    /// Until when who is here may choose a new PIN: they have just signed in fully.
    pub may_choose_pin: Option<Instant>,
    /// Of this sitting: the next one has none of them.
    glasses: Vec<Broken>,
    /// Who is here came by a PIN that IT gave: they choose their own before they do anything else.
    pub must_choose_pin: bool,
}

impl Here {
    pub(crate) fn new(seat: Seat, now: Instant) -> Here {
        Here {
            seat,
            sitting: 1,
            touched: now,
            looked: now,
            before: None,
            may_choose_pin: None,
            glasses: Vec::new(),
            must_choose_pin: false,
        }
    }

    /// Who is here, where anybody is.
    pub(crate) fn who(&self) -> Option<&Actor> {
        match &self.seat {
            Seat::Configured(who) | Seat::Taken(who) => Some(who),
            Seat::Empty { .. } => None,
        }
    }

    /// Another takes the seat, or leaves it, with what they must or may do about their PIN. Gives the broken glasses that end with it.
    pub(crate) fn change(&mut self, seat: Seat, own_pin: OwnPin, now: Instant) -> Vec<Broken> {
        self.before = self.who().map(|who| (self.sitting, who.id.clone(), now));
        self.sitting = self.sitting.wrapping_add(1);
        (self.seat, self.touched) = (seat, now);
        (self.may_choose_pin, self.must_choose_pin) = match own_pin {
            OwnPin::Holds => (None, false),
            OwnPin::MayChange { until } => (Some(until), false),
            OwnPin::MustChange => (None, true),
        };
        std::mem::take(&mut self.glasses)
    }

    /// The sitting of somebody who is here; `None` for everybody else.
    pub(crate) fn sitting_of(&self, who: &Actor) -> Option<u32> {
        self.who().is_some_and(|here| here.id == who.id).then_some(self.sitting)
    }

    /// A glass is broken, in the place of one over the same patient. Given back where its sitting is over.
    pub(crate) fn breaks(&mut self, sitting: u32, broken: Broken) -> Option<Broken> {
        if self.sitting_of(&broken.by) != Some(sitting) {
            return Some(broken);
        }
        self.glasses.retain(|other| other.glass.patient != broken.glass.patient);
        self.glasses.push(broken);
        None
    }

    /// Takes out the glasses that end.
    pub(crate) fn end(&mut self, ends: impl Fn(&Broken) -> bool) -> Vec<Broken> {
        let (ended, whole) = std::mem::take(&mut self.glasses).into_iter().partition(ends);
        self.glasses = whole;
        ended
    }

    /// The glasses that somebody has broken here, and that hold at `now`.
    pub(crate) fn broken_by(&self, who: &Actor, now: Instant) -> Vec<Glass> {
        self.of(who, now).map(|broken| broken.glass.clone()).collect()
    }

    /// Whether any of theirs holds.
    pub(crate) fn has_broken(&self, who: &Actor, now: Instant) -> bool {
        self.of(who, now).next().is_some()
    }

    /// The one over a patient.
    pub(crate) fn glass_over(&self, who: &Actor, patient: &PatientId, now: Instant) -> Option<&Glass> {
        self.of(who, now).map(|broken| &broken.glass).find(|glass| glass.patient == *patient)
    }

    /// The same, where the record does not yet say that this was looked at under it.
    pub(crate) fn unsaid(
        &self,
        who: &Actor,
        patient: &PatientId,
        what: &'static str,
        now: Instant,
    ) -> Option<&Glass> {
        let unsaid = |broken: &&Broken| broken.glass.patient == *patient && !broken.looked.contains(&what);
        self.of(who, now).find(unsaid).map(|broken| &broken.glass)
    }

    /// The record says that this was looked at under a glass.
    pub(crate) fn is_said(&mut self, glass: &Glass, what: &'static str) {
        let same = self.glasses.iter_mut().find(|broken| broken.glass == *glass);
        same.into_iter().for_each(|broken| broken.looked.push(what));
    }

    fn of(&self, who: &Actor, now: Instant) -> impl Iterator<Item = &Broken> {
        let is_here = self.sitting_of(who).is_some();
        self.glasses.iter().filter(move |broken| is_here && broken.by.id == who.id && broken.glass.holds(now))
    }
}
