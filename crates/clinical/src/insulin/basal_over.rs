//! The long-acting doses of a period: what became of each usual time in it, not of the latest alone.

use crate::{HOUR_MS, Instant, TimeRange, WallClock};

use super::{Basal, BasalRule, Shot, basal_doses};

/// A usual time is told of from three hours before it for most of a day: whoever looks twice a day misses none.
const LOOK_MS: i64 = 12 * HOUR_MS;

/// What became of each usual time whose moment lies in the period, the newest first, as [`basal_doses`] told it the last time that it
/// told of it. `now` ends what is looked at; `read_until` is when the pens of long-acting insulin were read last.
pub fn basal_over(
    shots: &[Shot],
    clock: &WallClock,
    period: TimeRange,
    now: Instant,
    read_until: Instant,
    rule: BasalRule,
) -> Vec<Basal> {
    let mut found: Vec<Basal> = Vec::new();
    let mut at = now.min(period.to());
    while at >= period.from() {
        for basal in basal_doses(shots, clock, at, read_until, rule) {
            // A usual time moves by minutes as the days go by: one that lies within its window is the same.
            let is_told = found.iter().any(|told| told.due.ms_since(basal.due).abs() < rule.window_ms);
            if period.contains(basal.due) && !is_told {
                found.push(basal);
            }
        }
        at = at - LOOK_MS;
    }
    found.sort_by_key(|basal| std::cmp::Reverse(basal.due));
    found
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, long};
    use super::super::{BasalState, PenRecord, PrimingRule, shots};
    use super::*;
    use crate::DAY_MS;
    use proptest::prelude::*;

    fn over(records: &[PenRecord], period: TimeRange, now: Instant, read: Instant) -> Vec<Basal> {
        let shots = shots(records, PrimingRule::USUAL);
        basal_over(&shots, &WallClock::UTC, period, now, read, BasalRule::USUAL)
    }

    #[test]
    fn an_evening_of_last_week_without_its_dose_is_told_once() {
        let evenings =
            (0..14).filter(|day| *day != 8).map(|day| long((day * 24 + 22) * 60 + day % 5 * 7, 20.0));
        let records: Vec<_> = evenings.collect();
        let now = START + 14 * DAY_MS;
        let found = over(&records, TimeRange::starting(START, 14 * DAY_MS), now, now);
        let missed: Vec<_> = found.iter().filter(|b| matches!(b.state, BasalState::Missed { .. })).collect();
        assert_eq!(missed.len(), 1, "{found:?}");
        assert!(missed[0].due.ms_since(START + 8 * DAY_MS + 22 * HOUR_MS).abs() < HOUR_MS);
        assert!(found.is_sorted_by_key(|basal| std::cmp::Reverse(basal.due)));
        // What lies before the period is none of it, and what the pen was not read for is not known.
        let week = TimeRange::last(5 * DAY_MS, now);
        assert!(over(&records, week, now, now).iter().all(|b| matches!(b.state, BasalState::Given(_))));
        let read = START + 8 * DAY_MS;
        let found = over(&records[..8], TimeRange::last(7 * DAY_MS, now), now, read);
        assert!(found.iter().all(|b| !matches!(b.state, BasalState::Missed { .. })), "{found:?}");
        assert!(found.iter().any(|b| b.state == BasalState::NotRead));
    }

    proptest! {
        #[test]
        fn whoever_gives_it_every_day_missed_none_of_them(minutes in 0i64..24 * 60, days in 5i64..20, later in 0i64..20) {
            let records: Vec<_> = (0..days).map(|day| long(day * 24 * 60 + minutes + day * 37 % 60, 20.0)).collect();
            let now = START + ((days - 1) * 24 * 60 + minutes + 60) * crate::MINUTE_MS + later * HOUR_MS;
            for basal in over(&records, TimeRange::starting(START, days * DAY_MS), now, now) {
                let is_missed = matches!(basal.state, BasalState::Missed { .. });
                prop_assert!(!is_missed, "{:?}", basal);
            }
        }
    }
}
