//! Insulin that pens recorded: shots that are one, shots into the air, what still works, and what was forgotten or given twice.
//!
//! Records go in as the pens and the ways they came by said them; [`shots`] makes of them what happened, and everything else reads
//! that. Nothing is dropped: a priming and a doubled record stay, and say what they are. `docs/home-devices.md` has each rule with
//! its source. Deliberately not here: an advice how much to give, and pumps.

mod basal_over;
mod double;
mod doubled;
mod from_dose;
mod happened;
mod missed;
mod on_board;
mod priming;
mod record;
mod shot;
mod stale;
mod totals;

pub use basal_over::basal_over;
pub use double::{DoubleDose, LikeSize, double_doses};
pub use from_dose::records_of;
pub use happened::shots;
pub use missed::{Basal, BasalRule, BasalState, basal_doses};
pub use on_board::{ActionCurve, NotACurve, OnBoard, USUAL_ACTION_MS, on_board};
pub use priming::PrimingRule;
pub use record::{InsulinKind, PenRecord};
pub use shot::{Again, Role, SameBy, Shot};
pub use stale::{Pen, StaleAfterMs, StalePen, WhyStale, stale_pens};
pub use totals::{InsulinDay, daily_totals};

#[cfg(test)]
mod made;
