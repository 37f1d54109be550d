//! A device as it was last known, and lots that were recalled.

use smol_str::SmolStr;

use crate::silence::Speaks;
use crate::{DeviceId, Instant, PatientId};

use super::Charge;

/// A device at somebody's home.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetDevice {
    /// Which.
    pub id: DeviceId,
    /// Whose; nothing while it is in nobody's hands.
    pub patient: Option<PatientId>,
    /// What it is, as shown.
    pub what: String,
    /// Who made it.
    pub maker: SmolStr,
    /// Its lot, where that is known.
    pub lot: Option<SmolStr>,
    /// Its firmware, as told.
    pub firmware: Option<SmolStr>,
    /// The hub that its data come through, where there is one.
    pub hub: Option<DeviceId>,
    /// Since when the person has it, where that is known: one that was never heard is silent since then.
    pub given_at: Option<Instant>,
    /// When it was last heard.
    pub heard_at: Option<Instant>,
    /// How it comes to speak, which says how long it may be silent.
    pub speaks: Speaks,
    /// When anything else of the same person came last: another device, or what somebody charted.
    pub others_at: Option<Instant>,
    /// Since when it has stopped by itself or by hand (a pump); nothing while it works.
    pub stopped_at: Option<Instant>,
    /// When it is to be replaced: a sensor's end.
    pub ends_at: Option<Instant>,
    /// When it is to be calibrated next.
    pub calibration_at: Option<Instant>,
    /// What its battery was, in any order.
    pub battery: Vec<Charge>,
    /// How far its clock is behind ours, as [`super::DeviceClock`] tells: milliseconds.
    pub clock_off_ms: Option<i64>,
    /// How good its signal is, in percent.
    pub signal_percent: Option<f64>,
}

/// A lot that was recalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Of which maker.
    pub maker: SmolStr,
    /// Which lot.
    pub lot: SmolStr,
    /// Since when.
    pub since: Instant,
    /// Why, and where that stands.
    pub why: String,
}

impl Recall {
    /// Whether it is about a device. Capitals and blanks at the ends are no other lot; a device of an unknown lot is in none.
    pub fn is_about(&self, device: &FleetDevice) -> bool {
        let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
        let lot = device.lot.as_deref().filter(|lot| !lot.trim().is_empty());
        same(&self.maker, &device.maker) && lot.is_some_and(|lot| same(&self.lot, lot))
    }
}
