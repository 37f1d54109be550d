//! The one notion of time that every room shares.

use std::ops::{Add, Sub};

/// A moment: milliseconds since 1970-01-01T00:00:00 UTC. FHIR `instant` has the same resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Milliseconds from `earlier` to `self`; negative where `self` is the earlier one.
    pub fn ms_since(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<i64> for Instant {
    type Output = Instant;

    /// Moves by milliseconds, saturating at the ends of time.
    fn add(self, ms: i64) -> Instant {
        Instant(self.0.saturating_add(ms))
    }
}

impl Sub<i64> for Instant {
    type Output = Instant;

    fn sub(self, ms: i64) -> Instant {
        Instant(self.0.saturating_sub(ms))
    }
}
