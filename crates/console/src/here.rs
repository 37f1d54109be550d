//! Who is at the station now. Each time that changes a new sitting begins: what somebody asked for in one is theirs, and nobody's in the
//! next.

use clinical::{Actor, ActorId, Instant, MINUTE_MS};

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

    /// Another takes the seat, or leaves it.
    pub(crate) fn change(&mut self, seat: Seat, now: Instant) {
        self.before = self.who().map(|who| (self.sitting, who.id.clone(), now));
        self.sitting = self.sitting.wrapping_add(1);
        (self.seat, self.touched, self.may_choose_pin, self.must_choose_pin) = (seat, now, None, false);
    }
}
