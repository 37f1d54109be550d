//! How many of the readings lie where: time in range and its siblings.

use super::Reading;

/// Limits of the consensus in mg/dL (Battelino 2019, table 2). 70, 140, 180 and 250 themselves lie below, 54 above.
pub(crate) const VERY_LOW: f64 = 54.0;
pub(crate) const LOW: f64 = 70.0;
pub(crate) const TIGHT_HIGH: f64 = 140.0;
pub(crate) const HIGH: f64 = 180.0;
pub(crate) const VERY_HIGH: f64 = 250.0;

/// Counts of readings by where they lie. Compared unrounded in mg/dL, ends included as the consensus has them: 70 and 180 are in
/// range, 54 is low and not very low, 250 high and not very high.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// Below 54.
    pub very_low: usize,
    /// From 54 to below 70.
    pub low: usize,
    /// From 70 to 140: the tight range.
    pub tight: usize,
    /// Above 140 to 180: the rest of the range.
    pub in_range_above_tight: usize,
    /// Above 180 to 250.
    pub high: usize,
    /// Above 250.
    pub very_high: usize,
}

impl Shares {
    pub(crate) fn add(&mut self, reading: &Reading) {
        let mg_dl = reading.compared();
        let part = if mg_dl < VERY_LOW {
            &mut self.very_low
        } else if mg_dl < LOW {
            &mut self.low
        } else if mg_dl <= TIGHT_HIGH {
            &mut self.tight
        } else if mg_dl <= HIGH {
            &mut self.in_range_above_tight
        } else if mg_dl <= VERY_HIGH {
            &mut self.high
        } else {
            &mut self.very_high
        };
        *part += 1;
    }

    /// All of them.
    pub fn n(&self) -> usize {
        self.below_70() + self.in_range() + self.above_180()
    }

    /// Below 70: level 1 and level 2 together.
    pub fn below_70(&self) -> usize {
        self.very_low + self.low
    }

    /// From 70 to 180.
    pub fn in_range(&self) -> usize {
        self.tight + self.in_range_above_tight
    }

    /// Above 180: level 1 and level 2 together.
    pub fn above_180(&self) -> usize {
        self.high + self.very_high
    }

    /// So many of all in percent, unrounded; nothing of nothing.
    pub fn percent(&self, count: usize) -> Option<f64> {
        percent(count, self.n())
    }

    /// The glycemia risk index, 0 to 100 (Klonoff et al., J Diabetes Sci Technol 2023;17:1226):
    /// 3.0 x very low + 2.4 x low + 1.6 x very high + 0.8 x high, each in percent, and 100 where it would be more.
    pub fn gri(&self) -> Option<f64> {
        let part = |count| self.percent(count);
        let risk = 3.0 * part(self.very_low)?
            + 2.4 * part(self.low)?
            + 1.6 * part(self.very_high)?
            + 0.8 * part(self.high)?;
        Some(risk.min(100.0))
    }
}

/// So many of so many in percent.
pub(crate) fn percent(count: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| 100.0 * count as f64 / of as f64)
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;
    use crate::{Conversion, Instant, Measure};
    use proptest::prelude::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Shares {
        let mut shares = Shares::default();
        values.into_iter().for_each(|value| shares.add(&Reading::plain(Instant(0), value)));
        shares
    }

    #[test]
    fn the_ends_of_a_range_lie_where_the_consensus_has_them() {
        let found = of([53.999, 54.0, 69.999, 70.0, 140.0, 140.001, 180.0, 180.001, 250.0, 250.001]);
        let wanted = Shares { very_low: 1, low: 2, tight: 2, in_range_above_tight: 2, high: 2, very_high: 1 };
        assert_eq!(found, wanted);
        assert_eq!((found.below_70(), found.in_range(), found.above_180(), found.n()), (3, 4, 3, 10));
    }

    #[test]
    fn what_the_sensor_could_not_tell_lies_beyond_its_bound() {
        let mut shares = Shares::default();
        for (mg_dl, mark) in [(54.0, Mark::Low), (250.0, Mark::High), (40.0, Mark::Low), (400.0, Mark::High)]
        {
            shares.add(&Reading { at: Instant(0), mg_dl, mark });
        }
        assert_eq!((shares.very_low, shares.very_high), (2, 2));
    }

    #[test]
    fn half_of_the_readings_in_range_is_half_of_the_time() {
        let mmol = Conversion::to_own(Measure::Glucose, "mmol/L").unwrap();
        let found = of([3.8, 3.9, 5.0, 3.5].map(|value| mmol.apply(value)));
        assert_eq!(
            found.percent(found.in_range()),
            Some(50.0),
            "3.9 mmol/L is 70.26 mg/dL, whoever cuts it to 3"
        );
        assert_eq!(Shares::default().percent(0), None, "of nothing there is no share");
    }

    #[test]
    fn the_risk_index_weighs_lows_and_highs_as_published() {
        let mut shares =
            Shares { tight: 88, very_low: 1, low: 3, high: 5, very_high: 3, ..Shares::default() };
        let risk = shares.gri().unwrap();
        assert!((risk - (3.0 + 7.2 + 4.8 + 4.0)).abs() < 1e-12, "{risk}");
        shares.very_low = 300;
        assert_eq!((shares.gri(), Shares::default().gri()), (Some(100.0), None));
    }

    proptest! {
        #[test]
        fn shares_sum_to_a_hundred_in_both_units(tenths in proptest::collection::vec(10u32..400, 1..300)) {
            let mmol = Conversion::to_own(Measure::Glucose, "mmol/L").unwrap();
            for factor in [mmol.factor, 18.0, 10.0] {
                let found = of(tenths.iter().map(|t| f64::from(*t) / 10.0 * factor));
                let part = |count| found.percent(count).unwrap();
                let all = part(found.below_70()) + part(found.in_range()) + part(found.above_180());
                prop_assert!((all - 100.0).abs() < 1e-9, "{all}");
                let parts = part(found.very_low) + part(found.low) + part(found.tight)
                    + part(found.in_range_above_tight) + part(found.high) + part(found.very_high);
                prop_assert!((parts - 100.0).abs() < 1e-9, "{parts}");
                prop_assert_eq!(found.n(), tenths.len());
            }
        }
    }
}
