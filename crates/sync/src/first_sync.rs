//! What is asked for, and in which order: the ward first, then a day, then the rest.

use clinical::{DAY_MS, HOUR_MS, Instant};
use fhir::{Server, format_instant};
use vault::{Reader, STAYS, StepState, VaultError};

/// One step of the first sync.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub name: &'static str,
    pub kind: &'static str,
    /// Milliseconds before the start of the sync; the younger end first.
    pub from_ago: Option<i64>,
    pub to_ago: Option<i64>,
    /// Part of what the board needs first.
    pub ward: bool,
}

impl Step {
    /// Whether it is one of several spans of time of one kind.
    pub(crate) fn is_span(&self) -> bool {
        self.from_ago.is_some() || self.to_ago.is_some()
    }

    /// The search for all of its kind, within its span of time.
    pub(crate) fn within(&self, all: &str, now: Instant) -> String {
        let limit = |operator: &str, ago: Option<i64>| {
            ago.map_or_else(String::new, |ago| format!("&date={operator}{}", format_instant(now - ago)))
        };
        format!("{all}{}{}", limit("ge", self.from_ago), limit("lt", self.to_ago))
    }
}

const fn whole(name: &'static str, kind: &'static str) -> Step {
    Step { name, kind, from_ago: None, to_ago: None, ward: true }
}

const fn span(name: &'static str, kind: &'static str, from_ago: Option<i64>, to_ago: Option<i64>) -> Step {
    Step { name, kind, from_ago, to_ago, ward: false }
}

const ACTIONS: &str = "first/Communication";
const ALARMS: &str = "first/DetectedIssue";
const DOSES: &str = "first/MedicationAdministration";
const OLDER: &str = "first/older";

pub(crate) const STEPS: &[Step] = &[
    whole("first/Location", "Location"),
    whole("first/Patient", "Patient"),
    whole(STAYS, "Encounter"),
    whole("first/Device", "Device"),
    whole("first/Flag", "Flag"),
    // Before anything that it may withhold.
    whole("first/Consent", "Consent"),
    // What was done about alarms before the alarms: yesterday's would stand and sound as if nobody had come.
    whole(ACTIONS, "Communication"),
    whole(ALARMS, "DetectedIssue"),
    whole("first/CommunicationRequest", "CommunicationRequest"),
    // The newest first: a board full of yesterday's numbers helps nobody.
    span("first/2h", "Observation", Some(2 * HOUR_MS), None),
    span("first/day", "Observation", Some(DAY_MS), Some(2 * HOUR_MS)),
    whole(DOSES, "MedicationAdministration"),
    span("first/2d", "Observation", Some(2 * DAY_MS), Some(DAY_MS)),
    span("first/3d", "Observation", Some(3 * DAY_MS), Some(2 * DAY_MS)),
    span("first/5d", "Observation", Some(5 * DAY_MS), Some(3 * DAY_MS)),
    span("first/7d", "Observation", Some(7 * DAY_MS), Some(5 * DAY_MS)),
    span("first/10d", "Observation", Some(10 * DAY_MS), Some(7 * DAY_MS)),
    span("first/14d", "Observation", Some(14 * DAY_MS), Some(10 * DAY_MS)),
    span(OLDER, "Observation", None, Some(14 * DAY_MS)),
];

/// Whether a board that shows the present needs this step.
pub(crate) fn is_first_board(step: &Step) -> bool {
    step.ward || step.name == "first/2h" || step.name == "first/day"
}

/// Whether the ward, its alarms and a day of values were read into this cache, as far as the server gives them: each of these steps was
/// tried to its end. Until then a station knows too little for rules of its own.
///
/// # Errors
/// Of the database.
pub fn board_is_read(reader: &Reader) -> Result<bool, VaultError> {
    for step in STEPS.iter().filter(|step| is_first_board(step)) {
        if reader.step(step.name)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the values of the last fortnight were read into this cache to their end: until then a day without any says nothing of a device.
///
/// # Errors
/// Of the database.
pub fn fortnight_is_read(reader: &Reader) -> Result<bool, VaultError> {
    for step in STEPS.iter().filter(|step| step.kind == "Observation" && step.name != OLDER) {
        if !is_done(reader, step.name)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether alarms, and what was done about them, were ever read whole into this cache: until then none that is shown means nothing.
///
/// # Errors
/// Of the database.
pub fn alarms_are_read(reader: &Reader) -> Result<bool, VaultError> {
    Ok(is_done(reader, ACTIONS)? && is_done(reader, ALARMS)?)
}

/// The same of doses.
///
/// # Errors
/// Of the database.
pub fn doses_are_read(reader: &Reader) -> Result<bool, VaultError> {
    is_done(reader, DOSES)
}

fn is_done(reader: &Reader, step: &str) -> Result<bool, VaultError> {
    Ok(reader.step(step)? == Some(StepState::Done))
}

/// The kinds that change, in the order in which they are read.
pub(crate) const KINDS: [&str; 11] = [
    "Patient",
    "Location",
    "Encounter",
    "Device",
    "Flag",
    "Consent",
    "Communication",
    "DetectedIssue",
    "CommunicationRequest",
    "MedicationAdministration",
    "Observation",
];

/// Whether a kind is about alarms: those are read in a turn of their own, and never behind anything else.
pub(crate) fn is_of_alarms(kind: &str) -> bool {
    ASKED_ANYWAY.contains(&kind)
}

/// Alarms and what people did about them are asked for even where the CapabilityStatement leaves them out: a known server
/// serves DetectedIssue and does not say so, and an alarm that is never asked for is an alarm that is missed.
pub(crate) const ASKED_ANYWAY: [&str; 2] = ["DetectedIssue", "Communication"];

/// Calls of the next role. No alarm waits for them.
pub(crate) const CALLS: &str = "CommunicationRequest";

/// A server that lists no types at all may serve any.
pub(crate) fn serves(server: &Server, kind: &str) -> bool {
    server.types.is_empty() || server.types.iter().any(|t| t == kind)
}
