//! What one rule holds to be true at a look, whichever kind of rule it is.

use clinical::{Episode, EpisodeId, HOUR_MS, Instant, Measure, PatientId, Priority};

use crate::cells::Slot;

/// What is older than this when a station starts is history, not news: milliseconds.
pub(super) const LOOK_BACK: i64 = HOUR_MS;
/// The rule about alarms that came and cannot be read.
pub(super) const UNREADABLE: &str = "unreadable";

/// The rule about records of stations that somebody changed.
pub(super) const RECORD: &str = "record";

/// What holds now, or began and ended since the last look.
pub(super) struct Condition {
    /// Nobody's where it is about the station itself.
    pub patient: Option<PatientId>,
    /// The name of the station that it is about.
    pub station: Option<String>,
    pub rule: String,
    /// What tells this onset from another of the same rule.
    pub key: i64,
    /// The limit that was crossed: at a station with another limit it is another alarm.
    pub limit: Option<f64>,
    pub onset: Instant,
    pub ended: Option<Instant>,
    pub priority: Priority,
    pub measure: Option<Measure>,
    pub text: String,
    pub implicated: Option<String>,
    /// A gateway's alarm about the same measure counts even where it is of lower priority.
    pub any_priority_covers: bool,
    /// It is known to hold at this moment, by a value that speaks of it.
    pub is_fresh: bool,
}

impl Condition {
    /// The id of the alarm that begins with it. It follows from patient, rule, onset and limit, so that two stations that see the
    /// same make one alarm.
    pub(super) fn id(&self) -> EpisodeId {
        self.id_from(self.key)
    }

    /// The same for one that begins anew.
    pub(super) fn id_from(&self, key: i64) -> EpisodeId {
        let limit = self.limit.map_or_else(String::new, |limit| format!("|{limit}"));
        let whose =
            self.patient.as_ref().map(PatientId::as_str).or(self.station.as_deref()).unwrap_or_default();
        let name = format!("{whose}|{}|{key}{limit}", self.rule);
        let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes());
        format!("{}{}-{}", Episode::OWN, self.rule, hash.simple()).into()
    }

    /// Whether an alarm is the one that begins with it, or that began anew while it went on.
    pub(super) fn is(&self, episode: &Episode) -> bool {
        let is_later = self.limit.is_some() && self.onset < episode.onset;
        self.id() == episode.id || (is_later && self.id_from(episode.onset.0) == episode.id)
    }

    /// Whether an alarm is of this rule and of the same person.
    pub(super) fn is_of(&self, episode: &Episode) -> bool {
        let is_of_rule = episode.own_rule() == Some(self.rule.as_str()) && episode.patient == self.patient;
        // Each that cannot be read, or was changed, is another alarm: one that was taken stands for no other.
        let is_each = matches!(self.rule.as_str(), UNREADABLE | RECORD);
        is_of_rule && (!is_each || self.id() == episode.id)
    }
}

/// Rules about a station itself: no other knows whether they hold.
pub(super) fn is_about_a_station(rule: &str) -> bool {
    matches!(rule, "link" | "unread" | UNREADABLE | RECORD | "late")
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
