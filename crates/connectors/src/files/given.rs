//! What whoever takes a file in says of it, for what it leaves out.

use clinical::{Instant, PatientId};
use jiff::tz::TimeZone;

/// What is said of a file.
#[derive(Clone, Debug)]
pub struct Given {
    /// Whose it is. Files of sensors do not say it.
    pub patient: Option<PatientId>,
    /// The zone of times that name none: of the person's clock on the wall.
    pub zone: TimeZone,
    /// How its dates are written, where the file itself does not show it.
    pub dates: Option<DayOrder>,
    /// When it is taken in.
    pub read_at: Instant,
}

/// Whether a date begins with its day or its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    /// 31-12-2026.
    DayFirst,
    /// 12-31-2026.
    MonthFirst,
}
