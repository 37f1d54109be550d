//! Which bed stands first on the board.

use std::cmp::Reverse;

use crate::{Instant, Priority};

/// The key of "worst first". The greater one stands nearer the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acuity {
    physiological: Option<Priority>,
    nobody_has_it: bool,
    technical: bool,
    news2: u8,
    oldest: Reverse<Instant>,
}

impl Acuity {
    /// `worst` is the highest live alarm and `unowned` whether nobody has taken it; `news2` is the total, or the
    /// partial sum where there is none; `since` its onset, so that of two equal alarms the older one leads.
    pub fn new(worst: Option<Priority>, unowned: bool, news2: u8, since: Option<Instant>) -> Acuity {
        Acuity {
            physiological: worst.filter(|p| *p != Priority::Technical),
            nobody_has_it: worst.is_some_and(|p| p != Priority::Technical) && unowned,
            technical: worst == Some(Priority::Technical),
            news2,
            oldest: Reverse(since.unwrap_or(Instant(i64::MAX))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_alarm_nobody_has_leads_and_quiet_beds_follow_their_score() {
        let at = Some(Instant(10));
        let order = [
            Acuity::new(Some(Priority::High), true, 1, at),
            Acuity::new(Some(Priority::High), true, 1, Some(Instant(20))),
            Acuity::new(Some(Priority::High), false, 9, at),
            Acuity::new(Some(Priority::Medium), true, 9, at),
            Acuity::new(Some(Priority::Low), true, 2, at),
            Acuity::new(Some(Priority::Technical), true, 12, at),
            Acuity::new(None, false, 7, None),
            Acuity::new(None, false, 0, None),
        ];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
    }
}
