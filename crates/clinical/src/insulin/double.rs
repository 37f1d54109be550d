//! Two rapid doses of like size so soon after each other that the second may be one that was forgotten to have been given.
//!
//! *House:* within fifteen minutes, and apart by no more than a fifth of the larger or half a unit. A dose beyond what a pen can give
//! at once comes in two parts and is found too: that is for a person to see.

use crate::{DoseId, MINUTE_MS};

use super::{InsulinKind, Shot};

/// When two doses are one too many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikeSize {
    /// At most so long apart: milliseconds.
    pub within_ms: i64,
    /// Apart by at most this part of the larger.
    pub part: f64,
    /// Or by at most so many units.
    pub units: f64,
}

impl LikeSize {
    /// Fifteen minutes, a fifth, half a unit.
    pub const USUAL: LikeSize = LikeSize { within_ms: 15 * MINUTE_MS, part: 0.2, units: 0.5 };
}

/// Two doses that may be one too many.
#[derive(Clone, Debug, PartialEq)]
pub struct DoubleDose {
    /// The first.
    pub first: DoseId,
    /// The second.
    pub second: DoseId,
    /// Units of both together.
    pub units: f64,
    /// How long after the first the second came: milliseconds.
    pub apart_ms: i64,
    /// Whether two pens gave them.
    pub of_two_pens: bool,
}

/// Doses that may have been given twice, in order. `shots` as [`super::shots`] gives them: one dose that came by two ways is one.
pub fn double_doses(shots: &[Shot], rule: LikeSize) -> Vec<DoubleDose> {
    let doses: Vec<_> = shots.iter().filter(|s| s.counts() && s.kind() == InsulinKind::Rapid).collect();
    let is_like = |a: f64, b: f64| (a - b).abs() <= (rule.part * a.max(b)).max(rule.units) + 1e-9;
    let mut found = Vec::new();
    for (n, second) in doses.iter().enumerate() {
        // A correction may stand between the two.
        let before = doses[..n].iter().rev();
        let mut near = before.take_while(|first| second.at().ms_since(first.at()) <= rule.within_ms);
        let Some(first) = near.find(|first| is_like(first.units(), second.units())) else { continue };
        found.push(DoubleDose {
            first: first.record.id.clone(),
            second: second.record.id.clone(),
            units: first.units() + second.units(),
            apart_ms: second.at().ms_since(first.at()),
            of_two_pens: first.record.pen != second.record.pen,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::InsulinKind::Rapid;
    use super::super::made::{any_records, long, rapid, record};
    use super::super::{PenRecord, PrimingRule, shots};
    use super::*;
    use proptest::prelude::*;

    fn found(records: &[PenRecord]) -> Vec<DoubleDose> {
        double_doses(&shots(records, PrimingRule::USUAL), LikeSize::USUAL)
    }

    #[test]
    fn two_like_doses_within_a_quarter_of_an_hour_are_told() {
        for (what, records, wanted) in [
            ("the same twice", vec![rapid(0, 8.0), rapid(15, 8.0)], 1),
            ("a fifth less", vec![rapid(0, 10.0), rapid(5, 8.0)], 1),
            ("sixteen minutes later", vec![rapid(0, 8.0), rapid(16, 8.0)], 0),
            ("a correction", vec![rapid(0, 8.0), rapid(10, 2.0)], 0),
            ("a priming and its dose", vec![rapid(0, 2.0), rapid(1, 2.5)], 0),
            ("with a correction between", vec![rapid(0, 8.0), rapid(7, 1.0), rapid(14, 8.0)], 1),
            ("three in a row", vec![rapid(0, 6.0), rapid(5, 6.0), rapid(10, 6.0)], 2),
            ("with the long one", vec![rapid(0, 8.0), long(5, 8.0)], 0),
            ("around the long one", vec![rapid(0, 8.0), long(3, 20.0), rapid(5, 8.0)], 1),
            ("one dose by two ways", vec![rapid(0, 8.0), record("file", "fast", 0, 8.0, Rapid)], 0),
        ] {
            assert_eq!(found(&records).len(), wanted, "{what}");
        }
        let of_two = &found(&[rapid(0, 8.0), record("app", "other", 9, 8.5, Rapid)])[0];
        assert_eq!((of_two.units, of_two.apart_ms, of_two.of_two_pens), (16.5, 9 * MINUTE_MS, true));
    }

    proptest! {
        #[test]
        fn whoever_waits_a_quarter_of_an_hour_gave_nothing_twice(records in any_records()) {
            for pair in found(&records) {
                prop_assert!(pair.apart_ms <= 15 * MINUTE_MS && pair.units > 0.0);
            }
            let far: Vec<_> = (0..10i64).map(|n| rapid(n * 16, 8.0)).collect();
            prop_assert!(found(&far).is_empty());
        }
    }
}
