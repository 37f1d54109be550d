//! What happened, made of records: each shot once, and told whether it was one into the air.

use super::{PenRecord, PrimingRule, Shot, doubled, priming};

/// Records as shots, in order of their time, whatever order they came in. What is no amount (not above zero) is left out.
pub fn shots(records: &[PenRecord], rule: PrimingRule) -> Vec<Shot> {
    let mut shots = doubled::once(records);
    priming::tell(&mut shots, rule);
    shots
}

#[cfg(test)]
mod tests {
    use super::super::made::any_records;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_record_is_in_one_shot_and_order_changes_nothing(records in any_records(), turn in 0usize..40) {
            let found = shots(&records, PrimingRule::USUAL);
            let mut ids: Vec<_> = found.iter().flat_map(|shot| {
                std::iter::once(shot.record.id.to_string()).chain(shot.again.iter().map(|again| again.id.to_string()))
            }).collect();
            ids.sort();
            let mut given: Vec<_> = records.iter().map(|record| record.id.to_string()).collect();
            given.sort();
            prop_assert_eq!(ids, given);
            prop_assert!(found.is_sorted_by_key(Shot::at));
            let mut turned = records.clone();
            turned.reverse();
            let by = if turned.is_empty() { 0 } else { turn % turned.len() };
            turned.rotate_left(by);
            prop_assert_eq!(shots(&turned, PrimingRule::USUAL), found);
        }

        #[test]
        fn one_way_without_numbers_never_loses_a_shot(records in any_records()) {
            let records: Vec<_> = records.into_iter().map(|mut record| {
                record.source = "app".into();
                record.sequence = None;
                record
            }).collect();
            prop_assert_eq!(shots(&records, PrimingRule::USUAL).len(), records.len());
        }
    }
}
