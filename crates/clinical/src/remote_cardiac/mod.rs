//! Implants that are watched from afar: one inbox, whatever the maker.
//!
//! A transmitter that went silent comes first: of that person nothing else is known, and their alerts of yesterday are no news of today.
//! `docs/home-devices.md` has each rule with its source. Deliberately not here: reading what makers send, and what an alert means
//! for a person.

mod codes;
mod implant;
mod inbox;

pub use codes::{Idc, IdcKind, MDC_IDC};
pub use implant::{Alert, AlertLevel, Battery, BatteryState, Connectivity, Implant, Lead, LeadState};
pub use inbox::{InboxRow, InboxRule, Reason, Why, inbox};
