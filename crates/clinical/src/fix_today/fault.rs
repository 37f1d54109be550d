//! A fault of a device in words: what was found, and what that rests on.

use super::trouble::Trouble;
use crate::fleet::{Fix, FixCause, FleetDevice, battery_trend};
use crate::remote_cardiac::{Implant, Reason, Why};
use crate::silence::{NOTHING_MS, lasting};
use crate::{Instant, LOW_BATTERY};

/// What is wrong with a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub trouble: Trouble,
    /// Since when, or when it will be.
    pub at: Instant,
    /// What was found: `Silent for 30 h`.
    pub words: String,
    /// What that rests on: `Other devices of this person still send`.
    pub basis: String,
}

impl Fault {
    /// Where it stands among others: the worst first, of each the earliest.
    pub fn order(&self) -> (usize, Instant) {
        (self.trouble.rank(), self.at)
    }

    pub(super) fn of_device(fix: &Fix, device: &FleetDevice, of: (Instant, Option<Instant>)) -> Fault {
        let (now, heard) = (of.0, of.1.unwrap_or(of.0));
        let ago = || lasting(heard.ms_since(fix.at));
        let last = device.battery.iter().filter(|charge| charge.at <= now).max_by_key(|charge| charge.at);
        let percent =
            last.map_or_else(|| "not given".to_owned(), |charge| format!("{:.0} %", charge.percent));
        let trend = || match battery_trend(&device.battery, now) {
            Some(trend) => format!("It loses {:.1} points a day, by {} values", trend.a_day, trend.values),
            None => "Newest level".to_owned(),
        };
        let (words, basis) = match fix.cause {
            FixCause::Recalled => (
                format!("Lot {} was recalled", device.lot.as_deref().unwrap_or_default()),
                "The maker's recall of this lot".to_owned(),
            ),
            FixCause::Stopped => ("Stopped".to_owned(), "It said so itself".to_owned()),
            FixCause::Ended => (
                format!("Ended {} ago", lasting(now.ms_since(fix.at))),
                "Its end, as given; it measures no more".to_owned(),
            ),
            FixCause::BatteryEmpty => (
                format!("Battery empty and silent: {percent} at last"),
                "Its last levels, and nothing since".to_owned(),
            ),
            FixCause::HubSilent => (
                format!("Hub silent for {}", ago()),
                format!("{} devices behind it are, too", fix.behind.len()),
            ),
            FixCause::Silent => (format!("Silent for {}", ago()), others(device, heard)),
            FixCause::EndsSoon => {
                (format!("Ends in {}", lasting(fix.at.ms_since(now))), "Its end, as given".to_owned())
            }
            FixCause::BatteryLow => {
                (format!("Battery {percent}"), format!("{}; low is {LOW_BATTERY} % and less", trend()))
            }
            FixCause::BatteryFalling => {
                (format!("Battery {percent}, empty in {}", lasting(fix.at.ms_since(now))), trend())
            }
            FixCause::Calibration => {
                let left = fix.at.ms_since(now);
                let is_due = left <= 0;
                let words = if is_due {
                    "Calibration is due".to_owned()
                } else {
                    format!("Calibration in {}", lasting(left))
                };
                (words, "When it is to be calibrated, as given".to_owned())
            }
            FixCause::ClockOff => {
                let off = device.clock_off_ms.unwrap_or_default();
                let way = if off > 0 { "behind" } else { "ahead" };
                let by = lasting(i64::try_from(off.unsigned_abs()).unwrap_or(i64::MAX));
                (format!("Clock {by} {way}"), "Its clock beside the gateway's".to_owned())
            }
            FixCause::WeakSignal => (
                format!("Signal {:.0} %", device.signal_percent.unwrap_or_default()),
                "As it told last".to_owned(),
            ),
        };
        Fault { trouble: Trouble::Device(fix.cause), at: fix.at, words, basis }
    }

    pub(super) fn of_implant(reason: &Reason, implant: &Implant, of: (Instant, Option<Instant>)) -> Fault {
        let heard = of.1.unwrap_or(of.0);
        let ago = || lasting(heard.ms_since(reason.since));
        let ever = implant.heard_at.or(implant.transmitted_at).is_some();
        let text = || {
            let alert = implant.alerts.iter().find(|alert| alert.id == reason.about);
            alert.map_or_else(|| reason.about.to_string(), |alert| alert.text.clone())
        };
        let (words, basis) = match reason.why {
            Why::Silent if ever => (
                format!("Transmitter silent for {}", ago()),
                "What came from it last; nothing is known of the implant since".to_owned(),
            ),
            Why::Silent => (
                format!("Nothing came from the transmitter for {}", ago()),
                "Since this station knows of the implant; nothing ever came".to_owned(),
            ),
            Why::Red => (format!("Red alert: {}", text()), "Its maker's service".to_owned()),
            Why::Yellow => (format!("Yellow alert: {}", text()), "Its maker's service".to_owned()),
            Why::BatteryEnded => {
                ("Battery at its end of service".to_owned(), "Its battery's state".to_owned())
            }
            Why::BatteryReplace => ("Battery to be replaced".to_owned(), "Its battery's state".to_owned()),
            Why::Lead => (format!("Lead {} to be looked at", reason.about), "The lead's state".to_owned()),
            Why::Overdue => (
                format!("Transmission overdue for {}", ago()),
                "When it was to come, or its maker's service misses it".to_owned(),
            ),
        };
        Fault { trouble: Trouble::Implant(reason.why), at: reason.since, words, basis }
    }
}

/// Whether the others of the person speak, which tells a device from the way that all of them share.
fn others(device: &FleetDevice, heard: Instant) -> String {
    match device.others_at {
        Some(at) if heard.ms_since(at) < NOTHING_MS => "Other data of this person still come".to_owned(),
        Some(_) => "Nothing comes of this person: hub, its network, or none is worn".to_owned(),
        None => "Nothing else ever came of this person".to_owned(),
    }
}
