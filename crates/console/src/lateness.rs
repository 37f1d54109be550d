//! What is late on an alarm's way, as this station's alarm about itself: it holds until everything has worked for a while, so that
//! a server that answers every half minute is one alarm and not a hundred.

use std::time::Duration;

use clinical::Instant;
use sync::{Late, Stage};

/// Everything works for so long before the alarm is over.
const SETTLED: Duration = Duration::from_secs(60);

/// What is late, over several looks.
#[derive(Debug, Default)]
pub(crate) struct Lateness {
    /// What was late, and since when by the clock on the wall.
    held: Option<(Stage, Instant)>,
    /// For how long everything has worked since.
    works_since: Option<Instant>,
}

impl Lateness {
    /// What holds at a look: the first stage that was late, and since when.
    pub(crate) fn look(&mut self, late: &[Late], now: Instant) -> Option<(Stage, Instant)> {
        match (late.first(), self.held) {
            (Some(first), None) => self.held = Some((first.stage, last_passed(*first, now))),
            (Some(_), Some(_)) => self.works_since = None,
            (None, Some(_)) => {
                let since = *self.works_since.get_or_insert(now);
                // A clock that was set back begins the while anew.
                if now < since {
                    self.works_since = Some(now);
                }
                if now.ms_since(since) >= i64::try_from(SETTLED.as_millis()).unwrap_or(i64::MAX) {
                    *self = Lateness::default();
                }
            }
            (None, None) => {}
        }
        self.held
    }
}

/// When something passed a late stage last, by the clock on the wall.
pub(crate) fn last_passed(late: Late, now: Instant) -> Instant {
    now - i64::try_from(late.silent.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(stage: Stage, seconds: u64) -> Vec<Late> {
        vec![Late { stage, silent: Duration::from_secs(seconds) }]
    }

    #[test]
    fn a_server_that_is_late_again_and_again_is_one_alarm_until_it_has_been_on_time_for_a_minute() {
        let (mut lateness, at) = (Lateness::default(), |s: i64| Instant(1_000_000 + s * 1000));
        assert_eq!(lateness.look(&[], at(0)), None);
        let held = Some((Stage::Alarms, at(0)));
        for second in [10, 24] {
            assert_eq!(lateness.look(&late(Stage::Alarms, 10), at(second)).map(|h| h.0), Some(Stage::Alarms));
        }
        assert_eq!(lateness.look(&[], at(26)), held, "since the first silence began");
        assert_eq!(lateness.look(&[], at(60)), held);
        assert_eq!(lateness.look(&late(Stage::Values, 10), at(80)), held, "one alarm");
        assert_eq!(lateness.look(&[], at(90)), held);
        assert_eq!(lateness.look(&[], at(149)), held);
        assert_eq!(lateness.look(&[], at(150)), None, "a minute on time");
        assert_eq!(lateness.look(&late(Stage::Page, 12), at(200)), Some((Stage::Page, at(188))));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_hold_the_alarm_for_ever() {
        let mut lateness = Lateness::default();
        lateness.look(&late(Stage::Server, 10), Instant(10_000_000));
        assert!(lateness.look(&[], Instant(10_010_000)).is_some());
        assert!(lateness.look(&[], Instant(5_000_000)).is_some());
        assert!(lateness.look(&[], Instant(5_060_000)).is_none());
    }
}
