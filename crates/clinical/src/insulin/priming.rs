//! Shots into the air, told apart from doses.
//!
//! Pens are primed before a dose to fill the needle: two units are taught, or until insulin is seen, which is often less, and again
//! where none is seen; 80 % of injections had one (O'Malley et al., Diabetes 2018;67(S1):83-LB). A pen that does not mark them records
//! them as doses, and counted as such they are ten and more units a day. *House:* a shot of at most two units is a priming where the
//! same pen gave a larger one within five minutes; so are several in a row. What came last is never a priming.

use std::collections::HashMap;

use crate::{Instant, MINUTE_MS};

use super::{Role, Shot};

/// When a small shot is a priming.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrimingRule {
    /// At most so many units.
    pub units: f64,
    /// At most so long before the next shot of the same pen: milliseconds.
    pub within_ms: i64,
}

impl PrimingRule {
    /// Two units, five minutes.
    pub const USUAL: PrimingRule = PrimingRule { units: 2.0, within_ms: 5 * MINUTE_MS };
}

/// Tells which shots were primings. They come in order.
pub(super) fn tell(shots: &mut [Shot], rule: PrimingRule) {
    // From the last back: what each pen gave next, and the dose that this led to.
    let mut next: HashMap<_, (Instant, f64, crate::DoseId)> = HashMap::new();
    for shot in shots.iter_mut().rev() {
        let Some(pen) = shot.record.pen.clone() else { continue };
        let (at, units) = (shot.at(), shot.units());
        let dose = next.get(&pen).filter(|(next_at, dose, _)| {
            units <= rule.units && units < *dose && next_at.ms_since(at) <= rule.within_ms
        });
        let told = match dose {
            Some((_, dose_units, dose)) => {
                shot.role = Role::Priming { before: dose.clone() };
                (at, *dose_units, dose.clone())
            }
            None => (at, units, shot.record.id.clone()),
        };
        next.insert(pen, told);
    }
}

#[cfg(test)]
mod tests {
    use super::super::InsulinKind::{Long, Rapid};
    use super::super::made::{any_records, rapid, record};
    use super::super::{PenRecord, shots};
    use super::*;
    use proptest::prelude::*;

    /// The units of those that count.
    fn counted(records: &[PenRecord]) -> Vec<f64> {
        let shots = shots(records, PrimingRule::USUAL);
        shots.iter().filter(|shot| shot.counts()).map(Shot::units).collect()
    }

    #[test]
    fn a_small_shot_just_before_a_larger_one_of_the_same_pen_is_a_priming() {
        for (what, records, wanted) in [
            ("two units before a meal", vec![rapid(0, 2.0), rapid(1, 8.0)], vec![8.0]),
            ("half a unit", vec![rapid(0, 0.5), rapid(1, 4.0)], vec![4.0]),
            (
                "until insulin is seen",
                vec![rapid(0, 2.0), rapid(1, 2.0), rapid(2, 1.0), rapid(3, 8.0)],
                vec![8.0],
            ),
            ("six minutes before", vec![rapid(0, 2.0), rapid(6, 8.0)], vec![2.0, 8.0]),
            ("three units", vec![rapid(0, 3.0), rapid(1, 8.0)], vec![3.0, 8.0]),
            ("a small dose alone", vec![rapid(0, 2.0)], vec![2.0]),
            ("a small dose after a larger one", vec![rapid(0, 8.0), rapid(2, 1.0)], vec![8.0, 1.0]),
            ("two of one size: neither is the larger", vec![rapid(0, 2.0), rapid(1, 2.0)], vec![2.0, 2.0]),
            ("of another pen", vec![record("app", "slow", 0, 2.0, Long), rapid(1, 8.0)], vec![2.0, 8.0]),
            (
                "of no pen that is named",
                vec![record("app", "", 0, 2.0, Rapid), record("app", "", 1, 8.0, Rapid)],
                vec![2.0, 8.0],
            ),
        ] {
            assert_eq!(counted(&records), wanted, "{what}");
        }
    }

    #[test]
    fn a_priming_names_the_dose_it_led_to() {
        let found = shots(&[rapid(0, 2.0), rapid(1, 1.0), rapid(2, 8.0)], PrimingRule::USUAL);
        let dose = found[2].record.id.clone();
        assert!(found[..2].iter().all(|shot| shot.role == Role::Priming { before: dose.clone() }));
    }

    proptest! {
        #[test]
        fn no_dose_above_two_units_and_no_last_shot_of_a_pen_is_a_priming(records in any_records()) {
            let found = shots(&records, PrimingRule::USUAL);
            for (n, shot) in found.iter().enumerate().filter(|(_, shot)| !shot.counts()) {
                prop_assert!(shot.units() <= 2.0);
                let Role::Priming { before } = &shot.role else { unreachable!() };
                let dose = found[n..].iter().find(|later| later.record.id == *before).unwrap();
                prop_assert!(dose.counts() && dose.units() > shot.units() && dose.record.pen == shot.record.pen);
            }
        }
    }
}
