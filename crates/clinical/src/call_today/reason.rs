//! A reason to call, and where it stands among others.

use super::logged_call::LoggedCall;
use crate::{DAY_MS, Instant};

/// What a reason is about, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// An alarm of high priority is on.
    HighAlarm,
    /// An alarm of medium priority is on.
    MediumAlarm,
    /// More below 54 mg/dL than the goal.
    VeryLow,
    /// Nothing comes from anything.
    Silent,
    /// The glucose sensor is silent while others speak.
    SensorSilent,
    /// More below 70 mg/dL than the goal.
    Low,
    /// Weight rose fast.
    WeightGain,
    /// More above 250 mg/dL than the goal.
    VeryHigh,
    /// Less in range than the goal.
    InRange,
    /// A technical alarm is on.
    TechnicalAlarm,
    /// An alarm of low priority is on.
    LowAlarm,
    /// Who measured by themselves has not done it for days.
    NotMeasured,
    /// The sensor sent too little for figures.
    TooLittle,
    /// A battery is low.
    Battery,
    /// Somebody said that they would look again.
    LookAgain,
}

impl ReasonKind {
    /// The code on the page.
    pub fn code(self) -> &'static str {
        match self {
            ReasonKind::HighAlarm => "high-alarm",
            ReasonKind::MediumAlarm => "medium-alarm",
            ReasonKind::VeryLow => "very-low",
            ReasonKind::Silent => "silent",
            ReasonKind::SensorSilent => "sensor-silent",
            ReasonKind::Low => "low",
            ReasonKind::WeightGain => "weight-gain",
            ReasonKind::VeryHigh => "very-high",
            ReasonKind::InRange => "in-range",
            ReasonKind::TechnicalAlarm => "technical-alarm",
            ReasonKind::LowAlarm => "low-alarm",
            ReasonKind::NotMeasured => "not-measured",
            ReasonKind::TooLittle => "too-little",
            ReasonKind::Battery => "battery",
            ReasonKind::LookAgain => "look-again",
        }
    }
}

/// Where the problem lies, as far as what was sent tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// With the person.
    Person,
    /// With a device or its way here.
    Device,
    /// With neither: somebody said that they would look again.
    Neither,
}

impl Problem {
    /// The code on the page.
    pub fn code(self) -> &'static str {
        match self {
            Problem::Person => "person",
            Problem::Device => "device",
            Problem::Neither => "neither",
        }
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Problem::Person => "Person",
            Problem::Device => "Device",
            Problem::Neither => "Follow-up",
        }
    }
}

/// Why somebody has to be called.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What it is about.
    pub kind: ReasonKind,
    /// Device or person.
    pub problem: Problem,
    /// What was found: `2.1 % below 3.0 mmol/L, goal less than 1 %`.
    pub words: String,
    /// What that rests on: `3912 readings of 14 days, 97 % of the time`.
    pub basis: String,
    /// Since when, where it began at a moment; of a share of many days there is none.
    pub since: Option<Instant>,
    /// When it became one, where that is known: a silence does when it is too long.
    pub(super) became: Option<Instant>,
    /// How far the goal is missed, among reasons of one kind.
    pub(crate) excess: f64,
}

impl Reason {
    pub(super) fn new(kind: ReasonKind, problem: Problem, words: String, basis: String) -> Reason {
        Reason { kind, problem, words, basis, since: None, became: None, excess: 0.0 }
    }

    pub(super) fn since(self, at: Instant) -> Reason {
        Reason { since: Some(at), became: self.became.or(Some(at)), ..self }
    }

    /// It became a reason later than it began.
    pub(super) fn became(self, at: Instant) -> Reason {
        Reason { became: Some(at), ..self }
    }

    pub(super) fn by(self, excess: f64) -> Reason {
        Reason { excess, ..self }
    }

    pub(super) fn look_again(at: Instant) -> Reason {
        let (words, basis) = ("Look again, as agreed".to_owned(), "Last call that was logged".to_owned());
        Reason::new(ReasonKind::LookAgain, Problem::Neither, words, basis).since(at)
    }

    /// How far the goal is missed: people with one reason of one kind stand in this order.
    pub fn excess(&self) -> f64 {
        self.excess
    }

    /// Whether a call is an answer to it at `now`: it was a reason by then. Of a share of many days nobody knows since when it is one: lows
    /// are answered for a day and no longer, what changes slowly for as long as the call answers anything.
    pub(super) fn is_answered_by(&self, call: &LoggedCall, now: Instant) -> bool {
        match (self.became, self.kind) {
            (Some(became), _) => became <= call.at,
            (None, ReasonKind::VeryLow | ReasonKind::Low) => now.ms_since(call.at) < DAY_MS,
            (None, _) => true,
        }
    }
}
