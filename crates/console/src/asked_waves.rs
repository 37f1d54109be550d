//! Which minutes of waves the server was asked for, and for how long that counts.

use std::collections::HashMap;

use clinical::{HOUR_MS, Instant, MINUTE_MS, PatientId, SECOND_MS};

/// What is younger than this may not be complete.
const ON_ITS_WAY_MS: i64 = 30 * SECOND_MS;
/// A gateway that was cut off brings its waves later: for so long after a minute they may still come.
const LATE_MS: i64 = HOUR_MS;
/// Where they may, the server is asked again after a minute, and then after twice as long each time: a sheet of twenty minutes is not
/// fetched anew each minute.
const AGAIN_MS: i64 = MINUTE_MS;

/// When each minute of each patient was asked for.
#[derive(Debug, Default)]
pub(crate) struct AskedWaves(HashMap<(PatientId, i64), Instant>);

impl AskedWaves {
    /// The minutes of these that are to be asked for now. What was asked for is here for as long as the site `keeps` waves, and no longer.
    pub(crate) fn unknown(
        &mut self,
        patient: &PatientId,
        minutes: impl Iterator<Item = i64>,
        keeps: i64,
        now: Instant,
    ) -> Vec<i64> {
        self.0.retain(|(_, minute), at| {
            let age = at.0.saturating_sub(end(*minute));
            let lasts = if age < LATE_MS { age.max(AGAIN_MS) } else { keeps };
            (0..lasts).contains(&now.ms_since(*at))
        });
        minutes.filter(|minute| !self.0.contains_key(&(patient.clone(), *minute))).collect()
    }

    /// These were asked for. A minute that is not over yet is asked for again, and so is what may still be on its way.
    pub(crate) fn asked(&mut self, patient: &PatientId, minutes: Vec<i64>, now: Instant) {
        let over = minutes.into_iter().filter(|minute| end(*minute) < now.0 - ON_ITS_WAY_MS);
        self.0.extend(over.map(|minute| ((patient.clone(), minute), now)));
    }
}

fn end(minute: i64) -> i64 {
    minute.saturating_add(1).saturating_mul(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use clinical::DAY_MS;

    use super::*;

    const KEEPS: i64 = 3 * DAY_MS;
    const NOW: Instant = Instant(10 * DAY_MS);

    fn minute_ago(ms: i64) -> i64 {
        (NOW.0 - ms) / MINUTE_MS
    }

    #[test]
    fn what_was_asked_for_is_asked_for_again_when_the_site_has_taken_it_away() {
        let (mut asked, patient, minute) = (AskedWaves::default(), PatientId::from("p"), minute_ago(DAY_MS));
        let mut unknown =
            |after: i64| asked.unknown(&patient, [minute].into_iter(), KEEPS, NOW + after).len();
        assert_eq!(unknown(0), 1);
        asked.asked(&patient, vec![minute], NOW);
        let mut unknown =
            |after: i64| asked.unknown(&patient, [minute].into_iter(), KEEPS, NOW + after).len();
        assert_eq!((unknown(1), unknown(KEEPS - 1)), (0, 0));
        assert_eq!(unknown(KEEPS), 1);
    }

    #[test]
    fn what_may_still_come_is_asked_for_again_and_ever_more_seldom_and_what_is_not_over_each_time() {
        let (mut asked, patient) = (AskedWaves::default(), PatientId::from("p"));
        let cases = [
            (2 * MINUTE_MS, [0, 1, 1]),
            (10 * MINUTE_MS, [0, 0, 1]),
            (0, [1, 1, 1]),
            (-MINUTE_MS, [1, 1, 1]),
        ];
        for (ago, all_wanted) in cases {
            let minute = minute_ago(ago);
            asked.asked(&patient, vec![minute], NOW);
            for (after, wanted) in [SECOND_MS, MINUTE_MS, 9 * MINUTE_MS].into_iter().zip(all_wanted) {
                let found = asked.unknown(&patient, [minute].into_iter(), KEEPS, NOW + after).len();
                assert_eq!(found, wanted, "{ago} {after}");
            }
        }
    }

    #[test]
    fn of_a_clock_that_was_put_back_nothing_is_known() {
        let (mut asked, patient, minute) = (AskedWaves::default(), PatientId::from("p"), minute_ago(DAY_MS));
        asked.asked(&patient, vec![minute], NOW);
        assert_eq!(asked.unknown(&patient, [minute].into_iter(), KEEPS, NOW + -1).len(), 1);
        let other = PatientId::from("q");
        assert_eq!(asked.unknown(&other, [minute].into_iter(), KEEPS, NOW).len(), 1);
    }
}
