//! An implant as its maker's service tells of it.

use smol_str::SmolStr;

use crate::{DeviceId, Instant, PatientId};

/// How soon somebody has to look: the two colours that the makers' services share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertLevel {
    /// Soon.
    Yellow,
    /// Now.
    Red,
}

/// An alert of the implant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The record of it.
    pub id: SmolStr,
    /// Its colour.
    pub level: AlertLevel,
    /// When it arose.
    pub at: Instant,
    /// In the maker's words.
    pub text: String,
    /// Whether somebody has dealt with it.
    pub is_handled: bool,
}

/// How far a battery is, as MDC_IDC names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BatteryState {
    /// Not told, or by a code that is not known.
    #[default]
    Unknown,
    /// Beginning of service, or in the middle of it.
    InService,
    /// Recommended replacement time.
    Replace,
    /// End of service.
    Ended,
}

impl BatteryState {
    /// The state of an MDC code. End of service has one, too; it is not in the table (see [`super::MDC_IDC`]).
    pub fn of_code(code: u32) -> BatteryState {
        match code {
            754_113 => BatteryState::InService,
            754_115 => BatteryState::Replace,
            _ => BatteryState::Unknown,
        }
    }
}

/// A battery.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Battery {
    /// Its state, as told.
    pub state: BatteryState,
    /// What is left, in percent.
    pub percent: Option<f64>,
    /// What is left, in months.
    pub months: Option<f64>,
    /// When this was measured.
    pub at: Option<Instant>,
}

/// How a lead is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadState {
    /// Not told, or by a code that is not known.
    Unknown,
    /// Nothing is wrong.
    Normal,
    /// The device says that it is to be looked at.
    Check,
}

impl LeadState {
    /// The state of an MDC code.
    pub fn of_code(code: u32) -> LeadState {
        if code == 754_241 { LeadState::Check } else { LeadState::Unknown }
    }
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Where it lies, as sent: `RA`, `RV`, `LV`.
    pub chamber: SmolStr,
    /// How it is.
    pub state: LeadState,
    /// When this was measured.
    pub at: Option<Instant>,
}

/// What the maker's service says of the way from the implant (CardX CIED, CIEDConnectivityState and the statuses beside it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Connectivity {
    /// Nothing.
    #[default]
    Unsaid,
    /// Heard within the expected time.
    Connected,
    /// Not heard within the expected time.
    Disconnected,
    /// Paused, moved to another clinic, ended, or never meant to send by itself: its silence is no news.
    NotExpected,
}

impl Connectivity {
    /// The state of a CardX code.
    pub fn from_code(code: &str) -> Connectivity {
        match code {
            "connected" => Connectivity::Connected,
            "disconnected" => Connectivity::Disconnected,
            "suspended" | "inactive" | "unenrolled" | "transferred" | "not-applicable" => {
                Connectivity::NotExpected
            }
            _ => Connectivity::Unsaid,
        }
    }
}

/// An implant and its transmitter.
#[derive(Clone, Debug, PartialEq)]
pub struct Implant {
    /// The implant.
    pub id: DeviceId,
    /// Whose.
    pub patient: PatientId,
    /// Who made it. It decides nothing here.
    pub maker: String,
    /// Since when it is watched.
    pub since: Instant,
    /// When the transmitter was last heard, were it only to say that it is there.
    pub heard_at: Option<Instant>,
    /// When it last sent what the implant measured.
    pub transmitted_at: Option<Instant>,
    /// When it is to send next.
    pub next_at: Option<Instant>,
    /// What the maker's service says of the way.
    pub connectivity: Connectivity,
    /// The battery.
    pub battery: Battery,
    /// The leads.
    pub leads: Vec<Lead>,
    /// The alerts.
    pub alerts: Vec<Alert>,
}

#[cfg(test)]
mod tests {
    use super::super::{IdcKind, MDC_IDC};
    use super::*;

    #[test]
    fn only_codes_of_the_table_are_read() {
        for row in MDC_IDC {
            assert_eq!(
                BatteryState::of_code(row.code) != BatteryState::Unknown,
                row.kind == IdcKind::BatteryState
            );
            assert_eq!(LeadState::of_code(row.code) != LeadState::Unknown, row.kind == IdcKind::LeadState);
        }
        assert_eq!(Connectivity::from_code("disconnected"), Connectivity::Disconnected);
        assert_eq!(Connectivity::from_code("Connected"), Connectivity::Unsaid);
    }
}
