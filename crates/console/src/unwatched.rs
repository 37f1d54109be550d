//! The time in which nobody watched here: the program was not running, or the machine slept.
//!
//! Whoever watches leaves the time now and then in the cache. A gap behind it is said once, with its beginning and its end. A clock
//! that is set while the program runs makes none (`clock`); one that was set forward while it did not looks the same.

use clinical::{Instant, MINUTE_MS, SECOND_MS};

/// It is kept this often.
const KEEP_EVERY: i64 = 20 * SECOND_MS;
/// A gap that is worth a word: a program that is started anew at once is none.
const GAP: i64 = MINUTE_MS;

/// When somebody watched last.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub last: Option<Instant>,
    kept: Option<Instant>,
}

impl Watched {
    /// The station's time was set, and nothing else: what was before moves with it.
    pub(crate) fn shift(&mut self, by: i64) {
        self.last = self.last.map(|last| last + by);
        self.kept = None;
    }

    /// Somebody watches now; gives the gap before that, where there was one, and whether it is time to keep the moment.
    pub(crate) fn at(&mut self, now: Instant) -> (Option<(Instant, Instant)>, bool) {
        let gap = self.last.filter(|last| now.ms_since(*last) >= GAP).map(|last| (last, now));
        self.last = Some(now);
        // A clock that was set back begins anew.
        let is_due = self.kept.is_none_or(|kept| !(0..KEEP_EVERY).contains(&now.ms_since(kept)));
        if is_due {
            self.kept = Some(now);
        }
        (gap, is_due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant(1_790_000_000_000);

    #[test]
    fn a_time_in_which_nobody_watched_is_said_once_and_kept_moments_are_few() {
        let mut watched = Watched { last: Some(START), kept: None };
        let later = START + 10 * MINUTE_MS;
        assert_eq!(watched.at(later), (Some((START, later)), true));
        let mut kept = 0;
        for half in 1..=240 {
            let (gap, is_due) = watched.at(later + half * 500);
            assert_eq!(gap, None);
            kept += u32::from(is_due);
        }
        assert_eq!(kept, 6, "in two minutes");
    }

    #[test]
    fn a_start_anew_is_no_gap_and_a_clock_that_is_set_back_is_none_either() {
        let mut watched = Watched { last: Some(START), kept: Some(START) };
        assert_eq!(watched.at(START + 59_000).0, None);
        assert_eq!(watched.at(START - 3_600_000), (None, true));
        assert_eq!(watched.at(START - 3_599_500), (None, false));
        assert_eq!(Watched::default().at(START), (None, true), "a first start");
    }
}
