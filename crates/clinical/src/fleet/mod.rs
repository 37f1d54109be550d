//! Devices as a fleet: what is to be put right today, and why, before a value is missing.
//!
//! A value that does not come is the last thing to notice. What comes before it is told here by its cause: a pump that stopped, a
//! sensor that ends tonight, a battery that will be empty tomorrow, a hub behind which everything is silent. `docs/home-devices.md` has
//! each rule with its source. Deliberately not here: alarms about silent signals of a ward (`stale`, `rules`).

mod battery;
mod clock;
mod device;
mod fix;

pub use battery::{BatteryTrend, Charge, battery_trend};
pub use clock::{Coincident, Corrected, DeviceClock, NotToPlace, Timeline};
pub use device::{FleetDevice, Recall};
pub use fix::{Fix, FixCause, FleetRule, to_fix};
