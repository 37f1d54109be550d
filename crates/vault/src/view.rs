//! Which moment a read is about, and with whose knowledge.

use clinical::Instant;

/// Which moment a reader looks at, and with whose knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// What was true of the patients up to then.
    pub at: Instant,
    /// As far as this station had received it by then.
    pub known_by: Instant,
}

impl View {
    /// All that is known, of all times.
    pub const NOW: View = View { at: Instant(i64::MAX), known_by: Instant(i64::MAX) };

    /// A past moment, with what arrived since.
    pub fn at(at: Instant) -> View {
        View { at, ..View::NOW }
    }

    /// What this station showed at a past moment: what arrived later is left out.
    pub fn as_shown(at: Instant) -> View {
        View { at, known_by: at }
    }

    pub(crate) fn is_now(self) -> bool {
        self == View::NOW
    }
}
