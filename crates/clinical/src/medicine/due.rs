//! One time that something is due, and who says so.

use crate::Instant;

use super::When;

/// Who says the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stated {
    /// The prescription, to the minute.
    Time,
    /// The prescription, as an event of the day; its time is the person's rhythm.
    Event(When),
    /// Nobody: the prescription says how often, and the time is one of the rhythm's.
    Assumed,
}

/// One time that something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When, at the latest of a range.
    pub at: Instant,
    /// From when on it may be taken: the same, but in a range ("every four to six hours").
    pub from: Instant,
    /// Who says the time.
    pub stated: Stated,
}
