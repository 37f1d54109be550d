//! A call that somebody logged, and how long it answers what was known by then.

use crate::{DAY_MS, Instant};

/// A call that somebody logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCall {
    /// When.
    pub at: Instant,
    /// Whether the person was reached.
    pub reached: bool,
    /// When somebody is to look again, where that was said.
    pub look_again: Option<Instant>,
}

impl LoggedCall {
    /// Until when it answers what was known by then: until somebody is to look again; else for a day where the person was reached,
    /// and not at all where they were not.
    pub fn answers_until(&self) -> Instant {
        self.look_again.unwrap_or(self.at + if self.reached { DAY_MS } else { 0 })
    }
}
