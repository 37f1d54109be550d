//! Pens of which nothing is heard: what they gave is not known, or they are not used.
//!
//! *House:* a pen that was not read for a week is one whose doses nobody knows; one that was read and gave nothing for two days (rapid)
//! or three (long-acting, of which some are given every other day) is not in use, unless another pen of the same insulin is.

use crate::{DAY_MS, DeviceId, Instant};

use super::{InsulinKind, Shot};

/// A pen of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pen {
    /// Which.
    pub id: DeviceId,
    /// What is in it.
    pub kind: InsulinKind,
    /// When its memory was read last; nothing where it never was.
    pub read_at: Option<Instant>,
    /// Since when the person has it.
    pub since: Instant,
}

/// How long a pen may be silent: milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleAfterMs {
    /// Without being read.
    pub read: i64,
    /// Without a dose of rapid insulin.
    pub rapid: i64,
    /// Without a dose of any other.
    pub other: i64,
}

impl StaleAfterMs {
    /// A week, two days, three days.
    pub const USUAL: StaleAfterMs = StaleAfterMs { read: 7 * DAY_MS, rapid: 2 * DAY_MS, other: 3 * DAY_MS };
}

/// Why a pen is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhyStale {
    /// Its memory was not read.
    NotRead,
    /// It was read, and gave nothing.
    NotUsed,
}

/// A stale pen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StalePen {
    /// Which.
    pub pen: DeviceId,
    /// Why.
    pub why: WhyStale,
    /// When it was last read, or last gave a dose; when the person got it, where neither ever was.
    pub since: Instant,
}

/// The stale ones of a person's pens, in their order.
pub fn stale_pens(pens: &[Pen], shots: &[Shot], now: Instant, after: StaleAfterMs) -> Vec<StalePen> {
    let last = |pen: &Pen| {
        let of_it = shots.iter().filter(|s| s.at() <= now && s.record.pen.as_ref() == Some(&pen.id));
        of_it.map(Shot::at).max()
    };
    let stale = |pen: &Pen| {
        let told = |why, since| Some(StalePen { pen: pen.id.clone(), why, since });
        let read = pen.read_at.filter(|read| *read <= now).unwrap_or(pen.since);
        if now.ms_since(read) > after.read {
            return told(WhyStale::NotRead, read);
        }
        let used = last(pen).unwrap_or(pen.since);
        let silence = if pen.kind == InsulinKind::Rapid { after.rapid } else { after.other };
        // It is silent up to when it was read: of the time since then nothing is known.
        let unused = read.ms_since(used) > silence;
        let is_replaced = || {
            let others = pens.iter().filter(|other| other.id != pen.id && other.kind == pen.kind);
            others.filter_map(last).any(|theirs| theirs > used)
        };
        if unused && !is_replaced() { told(WhyStale::NotUsed, used) } else { None }
    };
    pens.iter().filter_map(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, rapid, record};
    use super::super::{PrimingRule, shots};
    use super::*;
    use proptest::prelude::*;

    fn pen(id: &str, read: Option<i64>) -> Pen {
        let read_at = read.map(|day| START + day * DAY_MS);
        Pen { id: id.into(), kind: InsulinKind::Rapid, read_at, since: START }
    }

    #[test]
    fn a_pen_that_is_not_read_and_one_that_is_not_used_are_two_things() {
        let day = 24 * 60;
        let used = shots(&[rapid(day, 6.0), rapid(8 * day, 6.0)], PrimingRule::USUAL);
        let now = START + 10 * DAY_MS;
        let found = |pens: &[Pen], shots: &[Shot]| -> Vec<_> {
            stale_pens(pens, shots, now, StaleAfterMs::USUAL).into_iter().map(|s| (s.why, s.since)).collect()
        };
        let of_day = |n: i64| START + n * DAY_MS;
        assert_eq!(found(&[pen("fast", Some(10))], &used), []);
        assert_eq!(found(&[pen("fast", Some(2))], &used), [(WhyStale::NotRead, of_day(2))]);
        assert_eq!(found(&[pen("fast", None)], &[]), [(WhyStale::NotRead, START)]);
        assert_eq!(found(&[pen("fast", Some(10))], &used[..1]), [(WhyStale::NotUsed, of_day(1))]);
        assert_eq!(found(&[pen("fast", Some(10))], &[]), [(WhyStale::NotUsed, START)]);
        // Read two days after its last dose: nothing is known of the days since.
        assert_eq!(found(&[pen("fast", Some(3))], &used[..1]), []);
        let other = record("app", "new", 9 * day, 6.0, InsulinKind::Rapid);
        let both = shots(&[rapid(day, 6.0), other], PrimingRule::USUAL);
        assert_eq!(found(&[pen("fast", Some(10)), pen("new", Some(10))], &both), []);
    }

    proptest! {
        #[test]
        fn a_pen_that_was_just_used_and_read_is_never_stale(days in 0i64..400) {
            let now = START + days * DAY_MS;
            let shots = shots(&[rapid(days * 24 * 60, 4.0)], PrimingRule::USUAL);
            prop_assert!(stale_pens(&[pen("fast", Some(days))], &shots, now, StaleAfterMs::USUAL).is_empty());
        }
    }
}
