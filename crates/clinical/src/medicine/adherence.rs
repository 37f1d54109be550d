//! How much of the time a person had their medicine, from what was dispensed: PDC and MPR.
//!
//! **PDC**, the proportion of days covered: days with medicine at hand, over the days from the first dispensing to the period's end. What
//! is fetched before the last is used up is used after it (PQA). **MPR**, the medication possession ratio: days' supply of all
//! dispensings over the same days, held at 1 (Hess et al., Ann Pharmacother 2006;40:1280). MPR is never the smaller: early refills
//! and what reaches beyond the period make up for days without. Neither says that anything was taken: for that there is
//! [`super::Matched::taken_part`].

use crate::Date;

/// What was dispensed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// On which day.
    pub date: Date,
    /// For how many days it is enough, taken as prescribed.
    pub days: u32,
}

/// How much of a period is covered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adherence {
    /// Days from the first dispensing to the end of the period.
    pub days: u32,
    /// Of those, days with medicine at hand.
    pub covered: u32,
    /// Days' supply of all dispensings in the period.
    pub supplied: u64,
    /// How many dispensings. PQA looks at nobody with fewer than two.
    pub fills: usize,
    /// Proportion of days covered, 0 to 1.
    pub pdc: f64,
    /// Medication possession ratio, 0 to 1.
    pub mpr: f64,
}

impl Adherence {
    /// From which PDC on somebody is held to be adherent (PQA, most medicines).
    pub const ENOUGH_PDC: f64 = 0.8;
}

/// The adherence from one day up to another, which itself belongs to the period no more; nothing where nothing was dispensed in it.
pub fn adherence(supplies: &[Supply], from: Date, to: Date) -> Option<Adherence> {
    let mut inside: Vec<&Supply> =
        supplies.iter().filter(|s| s.days > 0 && from <= s.date && s.date < to).collect();
    inside.sort_by_key(|supply| (supply.date, supply.days));
    let first = inside.first()?.date;
    let (mut covered, mut free) = (0i64, first.number);
    for supply in &inside {
        let start = supply.date.number.max(free);
        free = start.saturating_add(i64::from(supply.days));
        covered += (free.min(to.number) - start).max(0);
    }
    let days = u32::try_from(to.number - first.number).ok()?;
    let covered = u32::try_from(covered).ok()?;
    let supplied = inside.iter().map(|supply| u64::from(supply.days)).sum();
    Some(Adherence {
        days,
        covered,
        supplied,
        fills: inside.len(),
        pdc: f64::from(covered) / f64::from(days),
        mpr: (supplied as f64 / f64::from(days)).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn supply(day: i64, days: u32) -> Supply {
        Supply { date: Date { number: day }, days }
    }

    fn found(supplies: &[Supply], to: i64) -> Option<(u32, u32, f64, f64)> {
        let found = adherence(supplies, Date { number: 0 }, Date { number: to })?;
        Some((found.covered, found.days, found.pdc, found.mpr))
    }

    #[test]
    fn early_refills_are_used_later_and_gaps_stay_gaps() {
        for (what, supplies, wanted) in [
            ("nothing", vec![], None),
            ("an empty box", vec![supply(0, 0)], None),
            ("before the period", vec![supply(-3, 30)], None),
            ("one box of three", vec![supply(0, 30)], Some((30, 90, 30.0 / 90.0, 30.0 / 90.0))),
            ("all of them", vec![supply(0, 30), supply(30, 30), supply(60, 30)], Some((90, 90, 1.0, 1.0))),
            ("two days early", vec![supply(0, 30), supply(28, 30), supply(60, 30)], Some((90, 90, 1.0, 1.0))),
            ("ten days late", vec![supply(0, 30), supply(40, 30)], Some((60, 90, 60.0 / 90.0, 60.0 / 90.0))),
            ("begun late", vec![supply(60, 30)], Some((30, 30, 1.0, 1.0))),
            // Three boxes at once are ninety days of possession, and thirty of them are beyond the end.
            ("all at the end", vec![supply(0, 10), supply(30, 90)], Some((70, 90, 70.0 / 90.0, 1.0))),
        ] {
            assert_eq!(found(&supplies, 90), wanted, "{what}");
        }
    }

    proptest! {
        #[test]
        fn both_lie_between_nothing_and_one(
            supplies in proptest::collection::vec((-50i64..400, 0u32..200), 0..30), to in 1i64..370,
        ) {
            let supplies: Vec<_> = supplies.into_iter().map(|(day, days)| supply(day, days)).collect();
            if let Some((covered, days, pdc, mpr)) = found(&supplies, to) {
                prop_assert!((0.0..=1.0).contains(&pdc) && (0.0..=1.0).contains(&mpr));
                prop_assert!(covered <= days && pdc <= mpr);
                let mut turned = supplies.clone();
                turned.reverse();
                prop_assert_eq!(found(&turned, to), Some((covered, days, pdc, mpr)));
            }
        }
    }
}
