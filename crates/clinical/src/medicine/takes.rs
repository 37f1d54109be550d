//! What was taken of what was due: on time, early, late, missed, or not to be told yet.
//!
//! A take belongs to the due time it is nearest to, and one take to one due time; a second one is extra. On time is as hospitals have
//! it (ISMP, Guidelines for Timely Administration of Scheduled Medications, 2011, for medicines that are not time-critical): within
//! two hours for what is due daily or less often, within an hour for what is due up to every four hours, within a quarter of the
//! interval for what is due more often. Where nobody said the time, every take of the day is on time.

use crate::{DAY_MS, DoseId, HOUR_MS, Instant};

use super::{Due, Stated};

/// Further than that from any due time nothing is late: half a week. *House.*
const REACH_MS: i64 = 7 * DAY_MS / 2;
/// How far the first and the last reach that have no neighbour.
const ALONE_MS: i64 = DAY_MS / 2;
/// Two due times of daily medicine, where the clock is put forward between them or the person does not keep it to the minute.
const DAILY_MS: i64 = 20 * HOUR_MS;

/// Something that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// The record of it.
    pub id: DoseId,
    /// When.
    pub at: Instant,
}

/// What became of a due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    /// Taken on time.
    Taken(DoseId),
    /// Taken so many milliseconds before it may be.
    Early(DoseId, i64),
    /// Taken so many milliseconds after it was due.
    Late(DoseId, i64),
    /// Not taken, and still on time.
    NotYet,
    /// Not taken, late, and nearer to this due time than to the next.
    Overdue,
    /// Not taken, and the next one is nearer.
    Missed,
}

/// A due time and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The due time.
    pub due: Due,
    /// What became of it.
    pub what: Taking,
}

/// All of them, and what was taken beyond them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Each due time, in order.
    pub told: Vec<Told>,
    /// Takes that belong to none, or to one that another take was for, in order.
    pub extra: Vec<DoseId>,
}

impl Matched {
    /// The part of what was due that was taken, whether on time or not, of those whose time is over or that were taken; nothing where
    /// there is none.
    pub fn taken_part(&self) -> Option<f64> {
        let open = |told: &&Told| matches!(told.what, Taking::NotYet | Taking::Overdue);
        let over = self.told.len() - self.told.iter().filter(open).count();
        let missed = self.told.iter().filter(|told| told.what == Taking::Missed).count();
        (over > 0).then(|| (over - missed) as f64 / over as f64)
    }
}

/// Tells of each due time what became of it by `now`. Give the due times in order and with their neighbours: where the range that is
/// asked for begins and ends, one more of either side decides which take belongs to which.
pub fn match_takes(dues: &[Due], takes: &[Take], now: Instant) -> Matched {
    let mut takes: Vec<&Take> = takes.iter().filter(|take| take.at <= now).collect();
    takes.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let mut matched = Matched::default();
    let mut takes = takes.into_iter().peekable();
    for (n, due) in dues.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| dues[n].at);
        let after = dues.get(n + 1).map(|due| due.at);
        let first = before.map_or(due.at - ALONE_MS, |other| reach(other, due.at));
        let last = after.map_or(due.at + ALONE_MS, |other| reach(other, due.at));
        while let Some(take) = takes.next_if(|take| take.at < first.min(due.from)) {
            matched.extra.push(take.id.clone());
        }
        let mut what = None;
        while let Some(take) = takes.next_if(|take| take.at < last) {
            if what.is_some() {
                matched.extra.push(take.id.clone());
            } else {
                what = Some(taken(due, take, before, after));
            }
        }
        let what = what.unwrap_or_else(|| {
            if last <= now {
                Taking::Missed
            } else if now <= due.at + tolerance(due, before, after) {
                Taking::NotYet
            } else {
                Taking::Overdue
            }
        });
        matched.told.push(Told { due: *due, what });
    }
    matched.extra.extend(takes.map(|take| take.id.clone()));
    matched
}

/// Where the time of one ends towards its neighbour: half-way.
fn reach(neighbour: Instant, at: Instant) -> Instant {
    at + (neighbour.ms_since(at) / 2).clamp(-REACH_MS, REACH_MS)
}

fn tolerance(due: &Due, before: Option<Instant>, after: Option<Instant>) -> i64 {
    let apart = |other: Instant| other.ms_since(due.at).abs();
    let interval = [before, after].into_iter().flatten().map(apart).min().unwrap_or(DAY_MS);
    match due.stated {
        Stated::Assumed => interval / 2,
        _ if interval >= DAILY_MS => 2 * HOUR_MS,
        _ if interval >= 4 * HOUR_MS => HOUR_MS,
        _ => interval / 4,
    }
}

fn taken(due: &Due, take: &Take, before: Option<Instant>, after: Option<Instant>) -> Taking {
    let tolerance = tolerance(due, before, after);
    if take.at < due.from - tolerance {
        Taking::Early(take.id.clone(), due.from.ms_since(take.at))
    } else if take.at > due.at + tolerance {
        Taking::Late(take.id.clone(), take.at.ms_since(due.at))
    } else {
        Taking::Taken(take.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MINUTE_MS;
    use proptest::prelude::*;

    fn due(minutes: i64) -> Due {
        let at = Instant(minutes * MINUTE_MS);
        Due { at, from: at, stated: Stated::Time }
    }

    fn take(minutes: i64) -> Take {
        Take { id: format!("t{minutes}").into(), at: Instant(minutes * MINUTE_MS) }
    }

    /// What became of those due at 8:00 and 20:00 of two days, by some hour.
    fn told(takes: &[i64], now: i64) -> (Vec<&'static str>, usize) {
        let dues = [8, 20, 32, 44].map(|hour| due(hour * 60));
        let takes: Vec<_> = takes.iter().map(|minutes| take(*minutes)).collect();
        let matched = match_takes(&dues, &takes, Instant(now * HOUR_MS));
        let words = matched.told.into_iter().map(|told| match told.what {
            Taking::Taken(_) => "taken",
            Taking::Early(..) => "early",
            Taking::Late(..) => "late",
            Taking::NotYet => "not yet",
            Taking::Overdue => "overdue",
            Taking::Missed => "missed",
        });
        (words.collect(), matched.extra.len())
    }

    #[test]
    fn each_due_time_is_told_by_the_take_that_is_nearest() {
        for (what, takes, now, wanted, extra) in [
            ("nothing yet", vec![], 7, ["not yet"; 4], 0),
            ("an hour after", vec![], 9, ["not yet"; 4], 0),
            ("two hours after", vec![], 10, ["overdue", "not yet", "not yet", "not yet"], 0),
            ("half-way to the next", vec![], 14, ["missed", "not yet", "not yet", "not yet"], 0),
            ("on time", vec![8 * 60 + 59, 19 * 60], 21, ["taken", "taken", "not yet", "not yet"], 0),
            ("late and early", vec![11 * 60, 17 * 60], 21, ["late", "early", "not yet", "not yet"], 0),
            ("twice", vec![8 * 60, 8 * 60 + 5], 15, ["taken", "not yet", "not yet", "not yet"], 1),
            ("the morning forgotten", vec![20 * 60], 21, ["missed", "taken", "not yet", "not yet"], 0),
            ("long after the last", vec![60 * 60], 61, ["missed"; 4], 1),
            ("in the time to come", vec![20 * 60], 15, ["missed", "not yet", "not yet", "not yet"], 0),
        ] {
            let (found, more) = told(&takes, now);
            assert_eq!((found.as_slice(), more), (wanted.as_slice(), extra), "{what}");
        }
    }

    #[test]
    fn how_late_is_late_depends_on_how_often() {
        for (every_hours, minutes, on_time) in [
            (24, 119, true),
            (24, 121, false),
            (23, 119, true),
            (8, 59, true),
            (8, 61, false),
            (4, 60, true),
            (2, 29, true),
            (2, 31, false),
        ] {
            let dues = [0, every_hours * 60, 2 * every_hours * 60].map(due);
            let at = every_hours * 60 + minutes;
            let matched = match_takes(&dues, &[take(at)], Instant(at * MINUTE_MS));
            let is_on_time = matches!(matched.told[1].what, Taking::Taken(_));
            assert_eq!(is_on_time, on_time, "every {every_hours} h, {minutes} min late");
        }
    }

    #[test]
    fn where_nobody_said_the_time_the_whole_day_is_on_time() {
        let dues = [8, 32, 56].map(|hour| Due { stated: Stated::Assumed, ..due(hour * 60) });
        let matched = match_takes(&dues, &[take(42 * 60)], Instant(43 * HOUR_MS));
        assert_eq!(matched.told[1].what, Taking::Taken("t2520".into()));
        assert_eq!(matched.taken_part(), Some(0.5));
    }

    proptest! {
        #[test]
        fn each_take_is_for_one_due_time_or_extra(
            dues in proptest::collection::btree_set(0i64..10_000, 0..20),
            takes in proptest::collection::btree_set(-2000i64..12_000, 0..30),
            now in 0i64..12_000,
        ) {
            let dues: Vec<_> = dues.into_iter().map(due).collect();
            let takes: Vec<_> = takes.into_iter().map(take).collect();
            let matched = match_takes(&dues, &takes, Instant(now * MINUTE_MS));
            prop_assert_eq!(matched.told.len(), dues.len());
            let mut ids: Vec<_> = matched.extra.iter().map(ToString::to_string).collect();
            ids.extend(matched.told.iter().filter_map(|told| match &told.what {
                Taking::Taken(id) | Taking::Early(id, _) | Taking::Late(id, _) => Some(id.to_string()),
                _ => None,
            }));
            ids.sort();
            let mut given: Vec<_> =
                takes.iter().filter(|take| take.at.0 <= now * MINUTE_MS).map(|take| take.id.to_string()).collect();
            given.sort();
            prop_assert_eq!(ids, given);
            if let Some(part) = matched.taken_part() {
                prop_assert!((0.0..=1.0).contains(&part));
            }
        }
    }
}
