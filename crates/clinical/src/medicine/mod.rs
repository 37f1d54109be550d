//! Medicines that should be taken: from what a prescription says to when each is due, and from what was taken to what was not.
//!
//! The words are FHIR's (R4, Timing), the types are not: whoever reads a prescription fills a [`Timing`]. `docs/home-devices.md` has
//! each rule with its source. Deliberately not here: which medicine it is, how much of it, and reminders.

mod adherence;
mod cycle;
mod due;
mod expand;
mod rhythm;
mod takes;
mod timing;

pub use adherence::{Adherence, Supply, adherence};
pub use due::{Due, Stated};
pub use rhythm::{Rhythm, When};
pub use takes::{Matched, Take, Taking, Told, match_takes};
pub use timing::{Bounds, NotATiming, Period, PeriodUnit, Timing};
