//! What one rule holds to be true at a look, whichever kind of rule it is.

use clinical::{HOUR_MS, Instant, Measure, PatientId, Priority};

use crate::cells::Slot;

/// What is older than this when a station starts is history, not news: milliseconds.
pub(super) const LOOK_BACK: i64 = HOUR_MS;
/// What holds now, or began and ended since the last look.
pub(super) struct Condition {
    /// Nobody's where it is about the station itself.
    pub patient: Option<PatientId>,
    pub rule: String,
    /// What tells this onset from another of the same rule.
    pub key: i64,
    pub onset: Instant,
    pub ended: Option<Instant>,
    pub priority: Priority,
    pub measure: Option<Measure>,
    pub text: String,
    pub implicated: Option<String>,
    /// A gateway's alarm about the same measure counts even where it is of lower priority.
    pub any_priority_covers: bool,
}

/// Heart rate and pulse are one alarm, so are cuff and line.
pub(super) fn family(measure: Measure) -> Measure {
    match measure {
        Measure::PulseRate => Measure::HeartRate,
        Measure::ArterialSystolic => Measure::SystolicBp,
        other => other,
    }
}

/// The signal in the name of a rule.
pub(super) fn slot_key(slot: Slot) -> &'static str {
    match slot {
        Slot::Hr => "hr",
        Slot::SpO2 => "spo2",
        Slot::Rr => "rr",
        Slot::Glucose => "glucose",
        Slot::Bp => "bp",
        Slot::Temp => "temp",
    }
}
