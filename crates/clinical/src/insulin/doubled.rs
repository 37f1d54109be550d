//! Records of one shot that came by two ways.
//!
//! An equal time says nothing by itself: two people of one household, or two pens, are read in the same minute. Records are one shot
//! where one pen gave both the same number within a day (a pen that is reset counts anew), or where two ways brought the same amount
//! within a minute, unless they say that it was another insulin or another number of the same pen.

use std::collections::HashMap;

use crate::{DAY_MS, MINUTE_MS};

use super::{Again, InsulinKind, PenRecord, Role, SameBy, Shot};

/// Records as shots, each once, in order.
pub(super) fn once(records: &[PenRecord]) -> Vec<Shot> {
    let mut records: Vec<&PenRecord> = records.iter().filter(|record| record.is_amount()).collect();
    // Which of them speaks must not depend on the order they came in: the one that names its pen and number first.
    records.sort_by(|a, b| {
        let known = |r: &PenRecord| (r.pen.is_none(), r.sequence.is_none());
        (a.at.cmp(&b.at))
            .then_with(|| known(a).cmp(&known(b)))
            .then_with(|| a.units.total_cmp(&b.units))
            .then_with(|| (&a.source, &a.id).cmp(&(&b.source, &b.id)))
    });
    let mut shots = by_number(&records);
    let mut kept: Vec<Shot> = Vec::with_capacity(shots.len());
    for shot in shots.drain(..) {
        let near = kept.iter_mut().rev().take_while(|kept| shot.at().ms_since(kept.at()) <= MINUTE_MS);
        match near.filter(|kept| is_same(kept, &shot)).min_by_key(|kept| shot.at().ms_since(kept.at())) {
            Some(same) => join(same, shot),
            None => kept.push(shot),
        }
    }
    kept
}

/// Those to which a pen gave one number.
fn by_number(records: &[&PenRecord]) -> Vec<Shot> {
    let mut shots: Vec<Shot> = Vec::with_capacity(records.len());
    let mut met = HashMap::new();
    for record in records {
        let number = record.pen.as_ref().zip(record.sequence.as_ref());
        if let Some(number) = number {
            let same =
                met.get(&number).copied().filter(|n: &usize| record.at.ms_since(shots[*n].at()) < DAY_MS);
            if let Some(same) = same {
                let shot = &mut shots[same];
                if shot.record.kind == InsulinKind::Unknown {
                    shot.record.kind = record.kind;
                }
                shot.again.push(again(record, SameBy::Sequence));
                continue;
            }
            met.insert(number, shots.len());
        }
        shots.push(Shot { record: (*record).clone(), again: Vec::new(), role: Role::Dose });
    }
    shots
}

/// Whether two shots are one that came by two ways.
fn is_same(one: &Shot, other: &Shot) -> bool {
    let sources = |shot: &Shot| -> Vec<_> {
        shot.again.iter().map(|again| again.source.clone()).chain([shot.record.source.clone()]).collect()
    };
    let (theirs, known) = (sources(other), sources(one));
    let (a, b) = (&one.record, &other.record);
    let numbered_apart = a.pen.is_some() && a.pen == b.pen && a.sequence.is_some() && b.sequence.is_some();
    a.is_of(b.units)
        && a.kind.may_be(b.kind)
        && !numbered_apart
        && theirs.iter().all(|source| !known.contains(source))
}

/// Puts what a later shot says to an earlier one.
fn join(same: &mut Shot, later: Shot) {
    if same.record.kind == InsulinKind::Unknown {
        same.record.kind = later.record.kind;
    }
    // Without its pen a shot is part of no pen's story.
    if same.record.pen.is_none() {
        same.record.pen = later.record.pen.clone();
    }
    same.again.push(again(&later.record, SameBy::AmountAndTime));
    same.again.extend(later.again);
}

fn again(record: &PenRecord, by: SameBy) -> Again {
    Again { id: record.id.clone(), source: record.source.clone(), at: record.at, units: record.units, by }
}

#[cfg(test)]
mod tests {
    use super::super::InsulinKind::{Long, Rapid, Unknown};
    use super::super::made::{numbered, record};
    use super::*;

    /// How many shots, and how many of the records are others of the same.
    fn found(records: &[PenRecord]) -> (usize, usize) {
        let shots = once(records);
        (shots.len(), shots.iter().map(|shot| shot.again.len()).sum())
    }

    #[test]
    fn one_dose_by_two_ways_is_one_and_two_doses_at_one_time_are_two() {
        let app = record("app", "pen", 0, 6.0, Rapid);
        for (what, other, wanted) in [
            ("the same amount within a minute by two ways", record("file", "p2", 1, 6.0, Rapid), (1, 1)),
            ("of a kind that one way does not know", record("file", "", 0, 6.0, Unknown), (1, 1)),
            ("two minutes apart", record("file", "pen", 2, 6.0, Rapid), (2, 0)),
            ("at the same time with another amount", record("file", "pen", 0, 4.0, Rapid), (2, 0)),
            ("of another insulin", record("file", "pen", 0, 6.0, Long), (2, 0)),
            ("twice by the same way", record("app", "other", 0, 6.0, Rapid), (2, 0)),
            ("no amount at all", record("file", "pen", 0, 0.0, Rapid), (1, 0)),
            ("no number", record("file", "pen", 0, f64::NAN, Rapid), (1, 0)),
        ] {
            assert_eq!(found(&[app.clone(), other]), wanted, "{what}");
        }
    }

    #[test]
    fn a_pens_own_number_tells_what_time_and_amount_do_not() {
        let of = |source, pen, minutes, units, number| {
            numbered(record(source, pen, minutes, units, Rapid), number)
        };
        let app = of("app", "pen", 0, 6.0, "7");
        for (what, other, wanted) in [
            ("a clock that is an hour off", of("file", "pen", 60, 6.0, "7"), (1, 1)),
            ("another number of the same pen", of("file", "pen", 0, 6.0, "8"), (2, 0)),
            ("the number of another pen", of("file", "pen2", 30, 6.0, "7"), (2, 0)),
            ("a pen that counts anew", of("app", "pen", 60 * 24 * 30, 6.0, "7"), (2, 0)),
            ("sent twice", of("app", "pen", 1, 6.0, "7"), (1, 1)),
        ] {
            assert_eq!(found(&[app.clone(), other]), wanted, "{what}");
        }
        let unnamed = numbered(record("app", "pen", 0, 6.0, Unknown), "9");
        let named = once(&[unnamed, of("file", "pen", 1, 6.0, "9")]);
        assert_eq!((named.len(), named[0].kind()), (1, Rapid), "what one way knows of it is known");
        let disputed = once(&[app, of("file", "pen", 0, 9.0, "7")]);
        assert!(disputed.len() == 1 && disputed[0].is_disputed());
    }

    #[test]
    fn two_doses_of_one_size_that_both_came_twice_stay_two() {
        let both: Vec<_> = ["app", "file"]
            .into_iter()
            .flat_map(|source| {
                [0, 1].map(|minute| {
                    let mut made = record(source, "pen", 0, 4.0, Rapid);
                    made.at = made.at + minute * 20_000;
                    made.id = format!("{source}{minute}").into();
                    made
                })
            })
            .collect();
        assert_eq!(found(&both), (2, 2));
    }
}
