//! Who of the people at home has to be called today, and why: the reasons worst first, each with what it rests on, and whether the
//! device or the person is the problem.
//!
//! Pure: what a station knows of one person goes in, reasons come out. A reason says what was measured and the goal it missed, and
//! never more; a diagnosis is not known here. Deliberately not here: reading a cache, and how a moment is written.

mod glucose;
mod logged_call;
mod reason;
mod silence;
mod weight;

#[cfg(test)]
mod tests;

pub use logged_call::LoggedCall;
pub use reason::{Problem, Reason, ReasonKind};
pub use silence::{Sent, Signal, UNMEASURED_MS};
pub use weight::{GAIN_KG, GAIN_MS};

use crate::glucose::Brief;
use crate::{Instant, LOW_BATTERY, Priority, Shown};

/// An alarm of somebody that is on and wants somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAlarm {
    /// Its priority.
    pub priority: Priority,
    /// As it reads, without marks.
    pub text: String,
    /// When it began.
    pub onset: Instant,
    /// When it became new once more on the same id, as when its priority was raised.
    pub renewed: Option<Instant>,
}

/// What a station knows of one person at home.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// Until when the server was heard: of what came later nothing is known, and nobody was silent. Nothing where values were not
    /// read, or something of them is withheld: then no silence is told.
    pub heard: Option<Instant>,
    /// The alarms that want somebody.
    pub alarms: Vec<OpenAlarm>,
    /// The newest of each thing that is measured.
    pub signals: Vec<Signal>,
    /// The glucose of a fortnight, where there is a sensor.
    pub glucose: Option<&'a Brief>,
    /// Whether the fortnight was read from the server to its end: what is not here yet no device left out.
    pub is_fortnight_read: bool,
    /// In which unit glucose is shown.
    pub shown: Shown,
    /// Weights in kilogram, oldest first.
    pub weights: &'a [(Instant, f64)],
    /// The newest battery in per cent, and when it was told of.
    pub battery: Option<(u8, Instant)>,
    /// The last call that was logged.
    pub call: Option<&'a LoggedCall>,
}

/// How somebody stands on the list of today.
#[derive(Clone, Debug, PartialEq)]
pub struct CallToday {
    /// Worst first; none where there is no reason.
    pub reasons: Vec<Reason>,
    /// Until when a call answers all of them, where one does.
    pub answered_until: Option<Instant>,
}

impl CallToday {
    /// Whether somebody has to call.
    pub fn is_due(&self) -> bool {
        !self.reasons.is_empty() && self.answered_until.is_none()
    }

    /// The reason that stands first.
    pub fn worst(&self) -> Option<&Reason> {
        self.reasons.first()
    }
}

/// Whether somebody has to be called at `now`, and why.
pub fn call_today(known: &Known<'_>, now: Instant) -> CallToday {
    let mut reasons: Vec<Reason> = known.alarms.iter().map(of_alarm).collect();
    let silence = known.heard.and_then(|heard| silence::silent(&known.signals, heard));
    // The alarm about it says the same once more.
    if silence.as_ref().is_some_and(|reason| reason.problem == Problem::Device) {
        reasons.retain(|reason| reason.kind != ReasonKind::TechnicalAlarm);
    }
    reasons.extend(silence);
    if let Some(brief) = known.glucose {
        reasons.extend(glucose::reasons(brief, &known.shown, known.is_fortnight_read));
    }
    reasons.extend(weight::gained(known.weights, now));
    reasons.extend(known.battery.and_then(of_battery));
    let answered_until = known.call.and_then(|call| {
        let until = call.answers_until();
        let is_answered = now < until && reasons.iter().all(|reason| reason.is_answered_by(call, now));
        (is_answered && !reasons.is_empty()).then_some(until)
    });
    if let Some(at) = known.call.and_then(|call| call.look_again).filter(|at| *at <= now) {
        reasons.push(Reason::look_again(at));
    }
    reasons
        .sort_by(|a, b| a.kind.cmp(&b.kind).then(b.excess.total_cmp(&a.excess)).then(a.since.cmp(&b.since)));
    CallToday { reasons, answered_until }
}

fn of_alarm(alarm: &OpenAlarm) -> Reason {
    let (kind, problem) = match alarm.priority {
        Priority::High => (ReasonKind::HighAlarm, Problem::Person),
        Priority::Medium => (ReasonKind::MediumAlarm, Problem::Person),
        Priority::Low => (ReasonKind::LowAlarm, Problem::Person),
        Priority::Technical => (ReasonKind::TechnicalAlarm, Problem::Device),
    };
    let words = format!("{} {}", alarm.priority.marks(), alarm.text);
    Reason::new(kind, problem, words, "Alarm that wants somebody".to_owned())
        .since(alarm.onset)
        .became(alarm.renewed.unwrap_or(alarm.onset).max(alarm.onset))
}

/// A battery that is low goes on being it with each report: when it became so is not known, and a call answers it.
fn of_battery((percent, _): (u8, Instant)) -> Option<Reason> {
    let words = format!("Battery {percent} %");
    let basis = format!("Newest level; low is {LOW_BATTERY} % and less");
    (percent <= LOW_BATTERY).then(|| Reason::new(ReasonKind::Battery, Problem::Device, words, basis))
}
