//! How far a value can be trusted.

/// How far a value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quality {
    /// As measured.
    Good,
    /// As measured, and sent with more digits than are kept.
    Rounded,
    /// Outside the plausible range: kept and shown as an artefact, left out of scores and alarms.
    Artefact,
}
