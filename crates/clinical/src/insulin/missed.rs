//! The long-acting dose of the day: given, missed, or not known because nobody read the pen.
//!
//! *House:* a usual time is one of the day by the clock on the wall near which (90 minutes) a long-acting dose was given on at least
//! four of the fourteen days before, and on at least half of those since the first. A dose counts from three hours before it to three
//! hours after. More than eight doses a day are those of a pump, and none of them is at a usual time. A dose at another time since the day before is named: it may be the one. What is missing in a pen that was not read
//! since the window is not missed, it is not known.

use crate::{DAY_MS, Date, DoseId, HOUR_MS, Instant, MINUTE_MS, TimeRange, WallClock};

use super::{InsulinKind, Shot};

/// When a time is usual, and how far from it a dose may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BasalRule {
    /// Days that are looked back on.
    pub days: i64,
    /// On how many of them at least.
    pub least_days: usize,
    /// On which part of them at least.
    pub part: f64,
    /// How near to each other doses make a usual time: milliseconds.
    pub near_ms: i64,
    /// How far from the usual time a dose may be: milliseconds.
    pub window_ms: i64,
    /// More doses a day than this are a pump's.
    pub most_a_day: usize,
}

impl BasalRule {
    /// Fourteen days, four of them, half of them, 90 minutes, three hours, eight doses a day.
    pub const USUAL: BasalRule = BasalRule {
        days: 14,
        least_days: 4,
        part: 0.5,
        near_ms: 90 * MINUTE_MS,
        window_ms: 3 * HOUR_MS,
        most_a_day: 8,
    };
}

/// What became of a dose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BasalState {
    /// It was given.
    Given(DoseId),
    /// Its time is not over.
    NotYet,
    /// Its time is over, and the pen was not read since: nobody knows.
    NotRead,
    /// Its time is over without it. A dose at another time is named.
    Missed {
        /// A long-acting dose outside of every usual time, since a day before.
        elsewhere: Option<DoseId>,
    },
}

/// The long-acting dose of a usual time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basal {
    /// When it is usual.
    pub due: Instant,
    /// From when to when it counts.
    pub window: TimeRange,
    /// On how many days before it was given near that time.
    pub of_days: usize,
    /// What became of it.
    pub state: BasalState,
}

/// The latest dose of each usual time, earliest first; none where nothing is usual. `read_until` is when the pens of long-acting insulin
/// were read last.
pub fn basal_doses(
    shots: &[Shot],
    clock: &WallClock,
    now: Instant,
    read_until: Instant,
    rule: BasalRule,
) -> Vec<Basal> {
    let long: Vec<&Shot> =
        shots.iter().filter(|s| s.counts() && s.kind() == InsulinKind::Long && s.at() <= now).collect();
    let habits = habits(&long, clock, now, rule);
    let mut found: Vec<Basal> = Vec::new();
    for habit in &habits {
        let today = clock.date(now);
        let dues =
            [1, 0, -1, -2].into_iter().filter_map(|n| clock.moment(today.plus_days(n), habit.of_day_ms));
        let Some(due) = dues.into_iter().find(|due| *due - rule.window_ms <= now) else { continue };
        let window = TimeRange::starting(due - rule.window_ms, 2 * rule.window_ms);
        let inside = |shot: &&&Shot| window.from() <= shot.at() && shot.at() <= window.to();
        let state = if let Some(given) = long.iter().find(inside) {
            BasalState::Given(given.record.id.clone())
        } else if now <= window.to() {
            BasalState::NotYet
        } else if read_until < window.to() {
            BasalState::NotRead
        } else {
            let since = window.to() - DAY_MS;
            let is_usual = |shot: &Shot| {
                habits
                    .iter()
                    .any(|h| apart(clock.time_of_day(shot.at()), h.of_day_ms).abs() <= rule.window_ms)
            };
            let other = long.iter().rev().find(|shot| shot.at() > since && !is_usual(shot));
            BasalState::Missed { elsewhere: other.map(|shot| shot.record.id.clone()) }
        };
        found.push(Basal { due, window, of_days: habit.days, state });
    }
    found.sort_by_key(|basal| basal.due);
    found
}

/// A usual time.
struct Habit {
    of_day_ms: i64,
    days: usize,
}

/// How far one time of the day is after another, the shorter way round.
fn apart(one: i64, other: i64) -> i64 {
    (one - other + DAY_MS / 2).rem_euclid(DAY_MS) - DAY_MS / 2
}

fn habits(long: &[&Shot], clock: &WallClock, now: Instant, rule: BasalRule) -> Vec<Habit> {
    // The days before the newest window: what is missing in it makes its time no less usual.
    let past = TimeRange::last((rule.days + 1) * DAY_MS, now);
    let mut left: Vec<Instant> =
        long.iter().map(|shot| shot.at()).filter(|at| past.from() <= *at && *at <= now).collect();
    let Some(first) = left.first() else { return Vec::new() };
    if left.len() > usize::try_from(rule.days + 1).unwrap_or_default() * rule.most_a_day {
        return Vec::new();
    }
    let lived = (clock.date(now).number - clock.date(*first).number).clamp(0, rule.days);
    let least = (lived as f64 * rule.part).max(rule.least_days as f64);
    let mut habits = Vec::new();
    while let Some(habit) = best(&left, clock, rule) {
        if (habit.days as f64) < least {
            break;
        }
        left.retain(|at| apart(clock.time_of_day(*at), habit.of_day_ms).abs() > rule.window_ms);
        habits.push(habit);
    }
    habits
}

/// The time of the day near which doses were given on most days; of several the earliest.
fn best(times: &[Instant], clock: &WallClock, rule: BasalRule) -> Option<Habit> {
    let near = |middle: i64| {
        let mut days: Vec<(Date, i64)> = Vec::new();
        for at in times {
            let off = apart(clock.time_of_day(*at), middle);
            let date = Date { number: (clock.shows(*at) - off).div_euclid(DAY_MS) };
            if off.abs() <= rule.near_ms && days.iter().all(|(known, _)| *known != date) {
                days.push((date, off));
            }
        }
        days
    };
    let middles = times.iter().map(|at| clock.time_of_day(*at));
    let middle = middles.max_by_key(|middle| (near(*middle).len(), -middle))?;
    let mut offs: Vec<i64> = near(middle).into_iter().map(|(_, off)| off).collect();
    offs.sort_unstable();
    let of_day_ms = (middle + offs[offs.len() / 2]).rem_euclid(DAY_MS);
    Some(Habit { of_day_ms, days: offs.len() })
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, long, rapid};
    use super::super::{PenRecord, PrimingRule, shots};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use proptest::prelude::*;

    /// A dose each evening at ten, and a bit, on the days of the range.
    fn evenings(days: std::ops::Range<i64>) -> Vec<PenRecord> {
        days.map(|day| long((day * 24 + 22) * 60 + day % 5 * 7, 20.0)).collect()
    }

    fn states(records: &[PenRecord], now: Instant, read: Instant) -> Vec<BasalState> {
        let found =
            basal_doses(&shots(records, PrimingRule::USUAL), &WallClock::UTC, now, read, BasalRule::USUAL);
        found.into_iter().map(|basal| basal.state).collect()
    }

    #[test]
    fn an_evening_without_the_long_one_is_missed_when_its_time_is_over_and_the_pen_was_read() {
        let records = evenings(0..10);
        let hour = |day: i64, hour: i64| START + day * DAY_MS + hour * HOUR_MS;
        let missed = vec![BasalState::Missed { elsewhere: None }];
        for (what, now, read, wanted) in [
            ("the same evening", hour(9, 23), hour(9, 23), vec![BasalState::Given(records[9].id.clone())]),
            ("the next noon", hour(10, 12), hour(10, 12), vec![BasalState::Given(records[9].id.clone())]),
            ("in its time", hour(10, 23), hour(10, 23), vec![BasalState::NotYet]),
            ("after it", hour(11, 2), hour(11, 2), missed.clone()),
            ("after it, and the pen was read before", hour(11, 2), hour(10, 23), vec![BasalState::NotRead]),
            ("two days later", hour(12, 12), hour(12, 12), missed),
        ] {
            assert_eq!(states(&records, now, read), wanted, "{what}");
        }
    }

    #[test]
    fn a_dose_at_noon_instead_is_named() {
        let mut records = evenings(0..10);
        records.push(long((10 * 24 + 14) * 60, 20.0));
        let now = START + 11 * DAY_MS + 2 * HOUR_MS;
        let elsewhere = Some(records[10].id.clone());
        assert_eq!(states(&records, now, now), [BasalState::Missed { elsewhere }]);
    }

    #[test]
    fn twice_a_day_are_two_usual_times_and_three_days_or_rapid_insulin_are_none() {
        let mut records = evenings(0..10);
        records.extend((0..10).map(|day| long((day * 24 + 8) * 60, 10.0)));
        let now = START + 10 * DAY_MS + 12 * HOUR_MS;
        let wanted = [BasalState::Given(records[9].id.clone()), BasalState::Missed { elsewhere: None }];
        assert_eq!(states(&records, now, now), wanted);
        let few = evenings(0..3);
        assert_eq!(states(&few, START + 4 * DAY_MS, START + 4 * DAY_MS), []);
        let meals: Vec<_> = (0..10).map(|day| rapid((day * 24 + 12) * 60, 8.0)).collect();
        assert_eq!(states(&meals, now, now), []);
        // A dose every five minutes is a pump's.
        let pump: Vec<_> = (0..10 * 288).map(|n| long(n * 5, 0.1)).collect();
        assert_eq!(states(&pump, START + 10 * DAY_MS, START + 10 * DAY_MS), []);
        // Once a week is no time of each day.
        let weekly: Vec<_> = (0..3).map(|week| long(week * 7 * 24 * 60, 150.0)).collect();
        assert_eq!(states(&weekly, START + 15 * DAY_MS, START + 15 * DAY_MS), []);
    }

    #[test]
    fn summer_time_makes_no_dose_late() {
        let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2027-01-01T00:00Z");
        // At ten in the evening by the clock on the wall: 21:00 UTC until the 28th, 20:00 UTC from the 29th on.
        let from = at("2026-03-20T21:00Z").ms_since(START) / MINUTE_MS;
        let records: Vec<_> = (0..9).map(|day| long(from + day * 24 * 60, 20.0)).collect();
        let shots = shots(&records, PrimingRule::USUAL);
        let now = at("2026-03-29T21:30Z");
        let found = basal_doses(&shots, &berlin, now, now, BasalRule::USUAL);
        assert_eq!((found[0].due, &found[0].state), (at("2026-03-29T20:00Z"), &BasalState::NotYet));
    }

    proptest! {
        #[test]
        fn whoever_gives_it_every_day_never_missed_it(minutes in 0i64..24 * 60, days in 5i64..20, later in 0i64..24 * 60) {
            let records: Vec<_> = (0..days).map(|day| long(day * 24 * 60 + minutes + day * 37 % 60, 20.0)).collect();
            let last = START + ((days - 1) * 24 * 60 + minutes + 60) * MINUTE_MS;
            let now = last + (later * MINUTE_MS).min(23 * HOUR_MS);
            for state in states(&records, now, now) {
                let is_missed = matches!(state, BasalState::Missed { .. });
                prop_assert!(!is_missed, "{:?}", state);
            }
        }
    }
}
