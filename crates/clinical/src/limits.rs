//! Alarm limits: what a unit sets, what somebody set for one patient, and which of them holds.

use std::fmt;
use std::str::FromStr;

use crate::settings::default_bounds;
use crate::{Actor, HOUR_MS, Instant, Measure, PatientId, SeenAction, Verb};

/// The normal side of an alarm limit, in the measure's own unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Below this is an alarm.
    pub low: Option<f64>,
    /// Above this is an alarm.
    pub high: Option<f64>,
}

/// The measures that have limits, in the order of a screen.
pub const LIMITED: [Measure; 6] = [
    Measure::HeartRate,
    Measure::SpO2,
    Measure::RespRate,
    Measure::SystolicBp,
    Measure::Temperature,
    Measure::Glucose,
];

/// The limits of a unit, which hold where nobody set others for a patient: an adult ward's until the unit sets its own.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitLimits([Limits; LIMITED.len()]);

impl Default for UnitLimits {
    fn default() -> UnitLimits {
        UnitLimits(LIMITED.map(|measure| adult(measure).unwrap_or(Limits { low: None, high: None })))
    }
}

impl UnitLimits {
    /// Those of a measure; heart rate and pulse are one.
    pub fn of(&self, measure: Measure) -> Option<Limits> {
        let measure = if measure == Measure::PulseRate { Measure::HeartRate } else { measure };
        LIMITED.iter().position(|known| *known == measure).map(|n| self.0[n])
    }

    /// Sets those of a measure from text such as `88 to -`.
    pub(crate) fn set(&mut self, measure: Measure, text: &str) -> Result<(), LimitError> {
        let label = measure.spec().label;
        let limits =
            parse_bounds(text).ok_or_else(|| LimitError::NotBounds(text.chars().take(40).collect()))?;
        let usual = adult(measure).ok_or(LimitError::NoLimits(label))?;
        check_limits(measure, limits, usual)?;
        if let Some(n) = LIMITED.iter().position(|known| *known == measure) {
            self.0[n] = limits;
        }
        Ok(())
    }

    /// As [`UnitLimits::set`] takes them.
    pub(crate) fn text(&self, measure: Measure) -> String {
        self.of(measure).map_or_else(String::new, bounds)
    }
}

/// The limits that hold for a measure until the unit sets its own; heart rate and pulse are one.
pub(crate) fn adult(measure: Measure) -> Option<Limits> {
    let measure = if measure == Measure::PulseRate { Measure::HeartRate } else { measure };
    default_bounds(measure).map(|(low, high)| Limits { low, high })
}

/// Who may change a limit.
pub const LIMIT_ROLES: [&str; 3] = ["Physician", "Charge nurse", "Nurse"];

/// For how long a limit is set that does not hold until it is changed: the hours that a screen offers, the usual ones second.
pub const LIMIT_HOURS: [u32; 4] = [4, 12, 24, 72];

/// Why a change of limits is refused; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Not two bounds.
    #[error("\"{0}\" is no pair of bounds such as 50 to 130, or 90 to -")]
    NotBounds(String),
    /// The measure has no limits.
    #[error("{0} has no alarm limits; nothing was changed")]
    NoLimits(&'static str),
    /// A bound that the unit watches was left out.
    #[error("the unit watches {measure} {side}; a limit can be moved, not switched off")]
    SwitchedOff {
        /// The measure as shown.
        measure: &'static str,
        /// `low` or `high`.
        side: &'static str,
    },
    /// The low bound is not below the high one.
    #[error("the low limit must be below the high one")]
    Crossed,
    /// No patient has such a value.
    #[error("{0} is outside what can be measured")]
    Implausible(String),
    /// No role, or none that may change limits.
    #[error("name your role: {}", LIMIT_ROLES.join(", "))]
    NoRole,
    /// A preset without a name.
    #[error("give the preset a name; nothing was saved")]
    NoName,
    /// No reason.
    #[error("say why; the reason is kept with the limit")]
    NoReason,
    /// Zero hours, or more than a month.
    #[error("a limit can hold for 1 to 720 hours, or until it is changed")]
    Hours,
    /// A preset of that name is somebody else's.
    #[error("the preset \"{name}\" is {owner}'s; save yours under another name")]
    NotYours {
        /// The preset.
        name: String,
        /// Whose it is.
        owner: String,
    },
}

/// A limit somebody set for one patient.
///
/// Its text is what travels: `59408-5 SpO₂: 88 to -; for 12 h; Physician; COPD`. `default` in place of the bounds gives the
/// measure back to the unit.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitChange {
    /// Of what.
    pub measure: Measure,
    /// The new bounds; `None` gives the measure back to the unit.
    pub limits: Option<Limits>,
    /// How long it holds; `None` until it is changed.
    pub hours: Option<u32>,
    /// In what role.
    pub role: String,
    /// Why.
    pub reason: String,
}

impl LimitChange {
    /// Whether a unit accepts this change.
    ///
    /// # Errors
    /// Where it would switch an alarm off, makes no sense, or lacks a role or a reason.
    pub fn check(&self) -> Result<(), LimitError> {
        let spec = self.measure.spec();
        let unit = adult(self.measure).ok_or(LimitError::NoLimits(spec.label))?;
        if !LIMIT_ROLES.contains(&self.role.as_str()) {
            return Err(LimitError::NoRole);
        }
        if self.reason.trim().is_empty() {
            return Err(LimitError::NoReason);
        }
        if self.hours.is_some_and(|h| h == 0 || h > 720) {
            return Err(LimitError::Hours);
        }
        let Some(limits) = self.limits else { return Ok(()) };
        check_limits(self.measure, limits, unit)
    }
}

pub(crate) fn check_limits(measure: Measure, limits: Limits, unit: Limits) -> Result<(), LimitError> {
    let spec = measure.spec();
    for (side, own, units) in [("low", limits.low, unit.low), ("high", limits.high, unit.high)] {
        if own.is_none() && units.is_some() {
            return Err(LimitError::SwitchedOff { measure: spec.label, side });
        }
        // What lies beyond the border is an artefact and rings for nothing: a limit there is none.
        let border = if side == "low" { spec.plausible.0 } else { spec.plausible.1 };
        if own == Some(border) && units.is_some() {
            return Err(LimitError::SwitchedOff { measure: spec.label, side });
        }
        if own.is_some_and(|v| !(v >= spec.plausible.0 && v <= spec.plausible.1)) {
            return Err(LimitError::Implausible(format!("{} {side}", spec.label)));
        }
    }
    match (limits.low, limits.high) {
        (Some(low), Some(high)) if low >= high => Err(LimitError::Crossed),
        _ => Ok(()),
    }
}

/// Semicolons part the text; a person's own go.
pub(crate) fn plain(text: &str) -> String {
    text.replace([';', '\n', '\r', '|'], ",").trim().to_owned()
}

fn bound(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v}"))
}

pub(crate) fn bounds(limits: Limits) -> String {
    format!("{} to {}", bound(limits.low), bound(limits.high))
}

pub(crate) fn parse_bounds(text: &str) -> Option<Limits> {
    let (low, high) = text.trim().split_once(" to ")?;
    let read = |text: &str| match text.trim() {
        "-" => Some(None),
        number => number.parse::<f64>().ok().filter(|v| v.is_finite()).map(Some),
    };
    Some(Limits { low: read(low)?, high: read(high)? })
}

impl fmt::Display for LimitChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spec = self.measure.spec();
        let code = spec.loinc.first().copied().unwrap_or_default();
        let limits = self.limits.map_or_else(|| "default".to_owned(), bounds);
        let time = self.hours.map_or_else(|| "until changed".to_owned(), |h| format!("for {h} h"));
        let (role, reason) = (plain(&self.role), plain(&self.reason));
        write!(f, "{code} {}: {limits}; {time}; {role}; {reason}", spec.label)
    }
}

/// The text is no change of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a change of an alarm limit")]
pub struct NotALimit;

impl FromStr for LimitChange {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<LimitChange, NotALimit> {
        let mut parts = text.splitn(4, "; ");
        let mut part = || parts.next().map(str::trim).ok_or(NotALimit);
        let (what, time, role, reason) = (part()?, part()?, part()?, part()?);
        let (named, limits) = what.split_once(": ").ok_or(NotALimit)?;
        let code = named.split(' ').next().unwrap_or_default();
        let measure = Measure::from_loinc(code).ok_or(NotALimit)?;
        let limits = match limits {
            "default" => None,
            text => Some(parse_bounds(text).ok_or(NotALimit)?),
        };
        let hours = match time {
            "until changed" => None,
            text => {
                let hours = text.strip_prefix("for ").and_then(|t| t.strip_suffix(" h")).ok_or(NotALimit)?;
                Some(hours.parse().map_err(|_| NotALimit)?)
            }
        };
        Ok(LimitChange { measure, limits, hours, role: role.to_owned(), reason: reason.to_owned() })
    }
}

/// A change of a patient's limits, with who made it and when.
#[derive(Clone, Debug, PartialEq)]
pub struct SetLimit {
    /// What was set.
    pub change: LimitChange,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

impl SetLimit {
    /// Until when it holds; `None` until it is changed.
    pub fn until(&self) -> Option<Instant> {
        self.change.hours.map(|hours| self.at + i64::from(hours) * HOUR_MS)
    }
}

/// Every change of one patient's limits, oldest first. What is not a sound change changes nothing.
pub fn limit_history(patient: &PatientId, actions: &[SeenAction]) -> Vec<SetLimit> {
    let mut found: Vec<(&SeenAction, LimitChange)> = actions
        .iter()
        .filter(|seen| seen.action.verb == Verb::SetLimit && seen.action.about.patient() == Some(patient))
        .filter_map(|seen| Some((seen, seen.action.note.as_deref()?.parse::<LimitChange>().ok()?)))
        .filter(|(_, change)| change.check().is_ok())
        .collect();
    found.sort_by(|(a, _), (b, _)| (a.action.at, &a.action.id).cmp(&(b.action.at, &b.action.id)));
    found.dedup_by(|(later, _), (first, _)| later.action.id == first.action.id);
    found
        .into_iter()
        .map(|(seen, change)| SetLimit { change, by: seen.action.by.clone(), at: seen.action.at })
        .collect()
}

/// The limits that hold for a measure at `now`: the last set for the patient, until it ends; else the unit's.
pub fn limits_at(history: &[SetLimit], unit: &UnitLimits, measure: Measure, now: Instant) -> Option<Limits> {
    // Heart rate and pulse are one alarm.
    let measure = if measure == Measure::PulseRate { Measure::HeartRate } else { measure };
    let last = history.iter().rfind(|set| set.change.measure == measure && set.at <= now);
    last.filter(|set| set.until().is_none_or(|until| now < until))
        .and_then(|set| set.change.limits)
        .or_else(|| unit.of(measure))
}

/// The limits of a measure over a span, as steps: from when which held.
pub fn limit_steps(
    history: &[SetLimit],
    unit: &UnitLimits,
    measure: Measure,
    from: Instant,
    to: Instant,
) -> Vec<(Instant, Limits)> {
    let mut moments: Vec<Instant> = history
        .iter()
        .filter(|set| set.change.measure == measure)
        .flat_map(|set| [Some(set.at), set.until()])
        .flatten()
        .filter(|at| *at > from && *at < to)
        .collect();
    moments.push(from);
    moments.sort_unstable();
    moments.dedup();
    let mut steps: Vec<(Instant, Limits)> = Vec::new();
    for at in moments {
        if let Some(limits) = limits_at(history, unit, measure, at)
            && steps.last().is_none_or(|(_, last)| *last != limits)
        {
            steps.push((at, limits));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Action};
    use proptest::prelude::*;

    fn change(low: Option<f64>, high: Option<f64>) -> LimitChange {
        LimitChange {
            measure: Measure::SpO2,
            limits: Some(Limits { low, high }),
            hours: Some(12),
            role: "Physician".into(),
            reason: "COPD, target 88 to 92".into(),
        }
    }

    fn seen(id: &str, verb: Verb, by: &str, at: i64, note: String) -> SeenAction {
        let action = Action {
            id: id.into(),
            about: About::Patient("p".into()),
            verb,
            by: Actor::named(by),
            at: Instant(at),
            note: Some(note),
            to: None,
        };
        SeenAction { action, accepted_at: Some(Instant(at)) }
    }

    #[test]
    fn a_limit_can_be_moved_but_not_switched_off() {
        assert_eq!(change(Some(86.0), None).check(), Ok(()));
        let refused = |c: &LimitChange| c.check().unwrap_err();
        assert!(matches!(refused(&change(None, Some(99.0))), LimitError::SwitchedOff { side: "low", .. }));
        assert_eq!(refused(&change(Some(96.0), Some(90.0))), LimitError::Crossed);
        assert!(matches!(refused(&change(Some(f64::NAN), None)), LimitError::Implausible(_)));
        assert!(matches!(refused(&change(Some(10.0), None)), LimitError::Implausible(_)));
        assert_eq!(
            refused(&LimitChange { reason: " ".into(), ..change(Some(86.0), None) }),
            LimitError::NoReason
        );
        assert_eq!(
            refused(&LimitChange { role: "Visitor".into(), ..change(Some(86.0), None) }),
            LimitError::NoRole
        );
        assert_eq!(refused(&LimitChange { hours: Some(0), ..change(Some(86.0), None) }), LimitError::Hours);
        let weight = LimitChange { measure: Measure::Weight, ..change(Some(86.0), None) };
        assert!(matches!(refused(&weight), LimitError::NoLimits(_)));
    }

    #[test]
    fn a_limit_ends_by_itself_and_the_units_holds_again() {
        let hour = HOUR_MS;
        let actions = [seen("1", Verb::SetLimit, "Dr Varga", hour, change(Some(86.0), None).to_string())];
        let history = limit_history(&"p".into(), &actions);
        let low = |at: i64| {
            limits_at(&history, &UnitLimits::default(), Measure::SpO2, Instant(at)).and_then(|l| l.low)
        };
        assert_eq!((low(0), low(hour), low(13 * hour)), (Some(90.0), Some(86.0), Some(90.0)));
        let steps =
            limit_steps(&history, &UnitLimits::default(), Measure::SpO2, Instant(0), Instant(24 * hour));
        assert_eq!(steps.iter().map(|(at, _)| at.0 / hour).collect::<Vec<_>>(), [0, 1, 13]);
        assert!(limit_history(&"q".into(), &actions).is_empty(), "another patient keeps the unit's");
    }

    proptest! {
        #[test]
        fn a_change_reads_back_as_it_was_written(low in 50.0f64..80.0, high in proptest::option::of(81.0f64..100.0), hours in proptest::option::of(1u32..720), reason in "[a-zA-Z0-9 ,.:]{1,40}") {
            let was = LimitChange { limits: Some(Limits { low: Some(low), high }), hours, reason: reason.trim().to_owned(), ..change(None, None) };
            prop_assume!(!was.reason.is_empty());
            prop_assert_eq!(was.to_string().parse::<LimitChange>(), Ok(was));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            let _ = text.parse::<LimitChange>();
        }
    }
}
