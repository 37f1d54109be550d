//! The figures of continuous glucose monitoring: from a series of readings, a clock on the wall and a period to what a clinician reads.
//!
//! Definitions: the international consensus on time in range (Battelino et al., Diabetes Care 2019;42:1593) and on metrics for trials
//! (Battelino et al., Lancet Diabetes Endocrinol 2023;11:42); `docs/glucose.md` has each with its source. All is worked out in mg/dL,
//! unrounded. Deliberately not here: reading a series from a cache or a file, drawing, and how a figure is rounded on a screen.

mod agp;
mod brief;
mod compression;
mod days;
mod episodes;
mod explain;
mod figures;
mod gaps;
mod mage;
mod modd;
mod reading;
mod shares;
mod spread;
mod targets;
mod trace;

pub use agp::{AGP_PERCENTILES, Agp, AgpBin};
pub use brief::Brief;
pub use compression::Suspicion;
pub use days::DayRow;
pub use episodes::{End, GlucoseEpisode, Level};
pub use explain::{Differs, Explained, explain};
pub use figures::{ENOUGH_ACTIVE_PERCENT, ENOUGH_DAYS, Figures, TooLittle};
pub use gaps::SensorGap;
pub use reading::{Mark, Reading};
pub use shares::Shares;
pub use spread::Spread;
pub use targets::{Goal, Judged, TARGETS, TargetSet, Targets};
pub use trace::{LeftOut, Trace};

#[cfg(test)]
mod made;
