//! What a unit has set for its alarms.

use crate::{Priority, Setting, UnitLimits};

/// What a unit has set for its alarms, by default what the table of settings says. All times in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How long a pause of the sound lasts.
    pub pause: i64,
    /// How often somebody who owns an alarm that is still on is reminded.
    pub remind: i64,
    /// After how long a handled alarm that is still on is asked about again.
    pub ask_again: i64,
    /// How long an alarm may have no owner before the next role is called: high, medium, low.
    pub escalate: [i64; 3],
    /// The roles that are called, one after the other: for a high, a medium and a low alarm.
    pub chain: [Vec<String>; 3],
    /// What is watched where nobody set other limits for a patient.
    pub limits: UnitLimits,
}

impl Default for Policy {
    fn default() -> Policy {
        let escalate = [Setting::EscalateHigh, Setting::EscalateMedium, Setting::EscalateLow];
        let chain = [Setting::ChainHigh, Setting::ChainMedium, Setting::ChainLow];
        Policy {
            pause: Setting::AlarmPause.default_ms(),
            remind: Setting::AlarmRemind.default_ms(),
            ask_again: Setting::AlarmAskAgain.default_ms(),
            escalate: escalate.map(Setting::default_ms),
            chain: chain.map(Setting::default_roles),
            limits: UnitLimits::default(),
        }
    }
}

impl Policy {
    /// How long an alarm of this priority may have no owner before a role is due; a technical one may for ever.
    pub(crate) fn wait(&self, priority: Priority) -> Option<i64> {
        match priority {
            Priority::High => Some(self.escalate[0]),
            Priority::Medium => Some(self.escalate[1]),
            Priority::Low => Some(self.escalate[2]),
            Priority::Technical => None,
        }
    }
}
