//! Where each step of a first sync stands. Nothing that is missing counts as read: who looks at a ward has to know whether its
//! alarms, or the stays of its people, were ever read.

use crate::error::VaultError;
use crate::store::vault::Reader;

/// How far a step got. One that was never tried has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Read to its end.
    Done,
    /// The server says that it has no such kind; it is asked again with each session.
    NotServed,
    /// Refused or cut, and tried again.
    Open,
}

impl StepState {
    /// As it is kept.
    pub const fn code(self) -> &'static str {
        match self {
            StepState::Done => "done",
            StepState::NotServed => "none",
            StepState::Open => "open",
        }
    }

    fn from_code(code: &str) -> StepState {
        match code {
            "done" => StepState::Done,
            "open" => StepState::Open,
            // An older Vigil kept other words for what a server has nothing of.
            _ => StepState::NotServed,
        }
    }
}

/// The steps begin so.
const STEPS: &str = "first/";
/// The step that reads who lies where.
pub const STAYS: &str = "first/Encounter";

/// Whether a cursor is a step of the first sync.
pub(crate) fn is_step(cursor: &str) -> bool {
    cursor.starts_with(STEPS)
}

impl Reader<'_> {
    /// Where a step stands, by the name of its cursor; nothing where it was never tried to its end.
    ///
    /// # Errors
    /// Of the database.
    pub fn step(&self, name: &str) -> Result<Option<StepState>, VaultError> {
        Ok(self.cursor(name)?.as_deref().map(StepState::from_code))
    }
}
