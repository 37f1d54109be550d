//! How long what is at home may say nothing: one table, for who has to be called (`call_today`), for what is to be put right
//! (`fleet`) and for transmitters of implants (`remote_cardiac`). All *house*, but for the transmitter's.

use std::collections::BTreeSet;

use crate::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};

/// Nothing at all from somebody, or nothing from a device that sends by itself: a night out of reach of a network is none.
pub const NOTHING_MS: i64 = DAY_MS;
/// A glucose sensor: one that is changed warms up for two hours at most.
pub const SENSOR_MS: i64 = 3 * HOUR_MS;
/// The transmitter of an implant: the longest regular interval of a monitor is every other week (CardX CIED, connectivity profile), so
/// that whoever was silent for so long has missed one whatever the maker.
pub const TRANSMITTER_MS: i64 = 14 * DAY_MS;
/// Whatever spoke in so many hours of 24 sends by itself: nobody measures by hand so often.
const HOURS_BY_ITSELF: usize = 12;

/// How a device comes to say something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Speaks {
    /// A sensor that is worn and sends each few minutes.
    Sensor,
    /// It sends by itself, such as a hub or what is worn on a wrist.
    ByItself,
    /// When somebody uses it, such as a cuff or a scale; or nobody can tell.
    #[default]
    ByHand,
}

impl Speaks {
    /// After how long without anything it is silent: milliseconds. Of what is used by hand nobody can tell.
    pub fn silent_after_ms(self) -> Option<i64> {
        match self {
            Speaks::Sensor => Some(SENSOR_MS),
            Speaks::ByItself => Some(NOTHING_MS),
            Speaks::ByHand => None,
        }
    }
}

/// Whether a device sends by itself, by the moments at which it said something, in any order.
pub fn sends_by_itself(moments: impl IntoIterator<Item = Instant>) -> bool {
    let hours: BTreeSet<i64> = moments.into_iter().map(|at| at.0.div_euclid(HOUR_MS)).collect();
    let hours: Vec<i64> = hours.into_iter().collect();
    hours.windows(HOURS_BY_ITSELF).any(|those| those[HOURS_BY_ITSELF - 1] - those[0] < 24)
}

/// How long that is in words: whole minutes, hours, and from two days on days, that are over.
pub(crate) fn lasting(ms: i64) -> String {
    match ms {
        ..HOUR_MS => format!("{} min", ms.max(0) / MINUTE_MS),
        _ if ms < 2 * DAY_MS => format!("{} h", ms / HOUR_MS),
        _ => format!("{} days", ms / DAY_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_in_half_of_the_hours_of_a_day_sends_by_itself_and_no_hand_does() {
        let each = |ms: i64, times: i64| (0..times).map(move |n| Instant(n * ms));
        assert!(sends_by_itself(each(HOUR_MS, 12)));
        assert!(sends_by_itself(each(2 * HOUR_MS, 12)));
        assert!(!sends_by_itself(each(HOUR_MS, 11)), "too little is known of it");
        assert!(!sends_by_itself(each(3 * HOUR_MS, 100)), "eight times a day for a fortnight");
        assert!(!sends_by_itself(each(MINUTE_MS, 60)), "sixty values of one hour");
        assert!(!sends_by_itself([]));
        let turned: Vec<Instant> = each(HOUR_MS, 12).collect();
        assert!(sends_by_itself(turned.into_iter().rev()));
    }
}
