//! What is wrong with a device, in one order over the fleet and the implants. *House*, but that a silent transmitter comes first.

use crate::fleet::FixCause;
use crate::remote_cardiac::Why;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// With an implant or its transmitter.
    Implant(Why),
    /// With any other device.
    Device(FixCause),
}

/// The worst first, each with its code on the page.
const ORDER: [(Trouble, &str); 19] = [
    (Trouble::Implant(Why::Silent), "transmitter-silent"),
    (Trouble::Device(FixCause::Recalled), "recalled"),
    (Trouble::Implant(Why::Red), "red-alert"),
    (Trouble::Device(FixCause::Stopped), "stopped"),
    (Trouble::Implant(Why::BatteryEnded), "implant-battery-ended"),
    (Trouble::Device(FixCause::Ended), "ended"),
    (Trouble::Device(FixCause::BatteryEmpty), "battery-empty"),
    (Trouble::Device(FixCause::HubSilent), "hub-silent"),
    (Trouble::Device(FixCause::Silent), "silent"),
    (Trouble::Implant(Why::Yellow), "yellow-alert"),
    (Trouble::Implant(Why::Lead), "lead"),
    (Trouble::Implant(Why::BatteryReplace), "implant-battery-replace"),
    (Trouble::Implant(Why::Overdue), "transmission-overdue"),
    (Trouble::Device(FixCause::EndsSoon), "ends-soon"),
    (Trouble::Device(FixCause::BatteryLow), "battery-low"),
    (Trouble::Device(FixCause::BatteryFalling), "battery-falling"),
    (Trouble::Device(FixCause::Calibration), "calibration"),
    (Trouble::Device(FixCause::ClockOff), "clock-off"),
    (Trouble::Device(FixCause::WeakSignal), "weak-signal"),
];

impl Trouble {
    /// Where it stands: the lower, the worse.
    pub fn rank(self) -> usize {
        ORDER.iter().position(|(trouble, _)| *trouble == self).unwrap_or(ORDER.len())
    }

    /// The code on the page.
    pub fn code(self) -> &'static str {
        ORDER.get(self.rank()).map_or("other", |(_, code)| code)
    }
}
