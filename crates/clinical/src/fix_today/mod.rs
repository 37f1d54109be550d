//! Which device has to be put right today, and why: what is wrong with the devices of people at home ([`crate::fleet`]) and with implants
//! ([`crate::remote_cardiac`]) in one order, each with its cause in words and what that rests on.
//!
//! Pure: what a station knows of one person's devices goes in, faults come out. Deliberately not here: reading a cache, and whom to call
//! (`call_today`).

mod fault;
mod trouble;

#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use trouble::Trouble;

use crate::fleet::{FleetDevice, FleetRule, Recall, to_fix};
use crate::remote_cardiac::{Implant, InboxRule, inbox};
use crate::{DeviceId, Instant};

/// What is wrong with the devices and implants of one person at `now`: the worst first, of each the earliest. `heard` is until when the server
/// was heard: nothing was silent since. Nothing where that is not known, or where something of them is withheld: then no silence is told.
pub fn faults(
    (devices, implants): (&[FleetDevice], &[Implant]),
    recalls: &[Recall],
    (now, heard): (Instant, Option<Instant>),
) -> Vec<(DeviceId, Fault)> {
    let mut found = Vec::new();
    for row in inbox(implants, heard, InboxRule::USUAL) {
        let fault = |reason| (row.implant.id.clone(), Fault::of_implant(reason, row.implant, (now, heard)));
        found.extend(row.reasons.iter().map(fault));
    }
    for fix in to_fix(devices, recalls, (now, heard), FleetRule::USUAL) {
        let device = devices.iter().find(|device| device.id == fix.device);
        found.extend(device.map(|device| (device.id.clone(), Fault::of_device(&fix, device, (now, heard)))));
    }
    found.sort_by(|(a, of_a), (b, of_b)| of_a.order().cmp(&of_b.order()).then_with(|| a.cmp(b)));
    found
}
