//! Charts that find a small lasting change: EWMA and the tabular CUSUM (NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4 and
//! 6.3.2.3; Montgomery, Introduction to Statistical Quality Control).
//!
//! They begin on the day a watch begins, with the fourteen days before it as what is usual; those stay what is usual until somebody
//! begins the watch anew. Were they to go along, a slow change would make itself usual. Days without a value are passed over.

use smol_str::SmolStr;

use crate::{Date, Side};

use super::alert::runs;
use super::{BaselineAlert, DayValue, OWN_DAYS, Own};

/// What a chart adds up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chart {
    /// A weighted mean: `z = part x + (1 - part) z`, held against the mean and `width` of its own standard deviations.
    Ewma {
        /// The weight of the newest day.
        part: f64,
        /// How many standard deviations of `z` are too many.
        width: f64,
    },
    /// The sum of what lies beyond the mean by more than `slack`, held against `limit`, both in standard deviations.
    Cusum {
        /// What is passed over: half of the change that is looked for.
        slack: f64,
        /// What is too much.
        limit: f64,
    },
}

/// A row of the table of charts, which a site may have otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartRule {
    /// Its code.
    pub code: SmolStr,
    /// What it adds up.
    pub chart: Chart,
    /// Where it stands.
    pub source: SmolStr,
}

/// The charts as the books have them. The mean is the quicker one where something jumps, the sum where it creeps.
pub static CHART_RULES: [ChartRule; 2] = [
    ChartRule {
        code: SmolStr::new_static("ewma"),
        chart: Chart::Ewma { part: 0.2, width: 3.0 },
        source: SmolStr::new_static("NIST/SEMATECH e-Handbook 6.3.2.4 (part 0.2, width 3)"),
    },
    ChartRule {
        code: SmolStr::new_static("cusum"),
        chart: Chart::Cusum { slack: 0.5, limit: 5.0 },
        source: SmolStr::new_static("NIST/SEMATECH e-Handbook 6.3.2.3; Montgomery (slack 0.5, limit 5)"),
    },
];

/// What a chart finds in the days from a date on. `days` in order, as [`super::daily`] gives them.
pub fn watch(days: &[DayValue], from: Date, own: &Own, rule: &ChartRule) -> Vec<BaselineAlert> {
    let watched: Vec<&DayValue> = days.iter().filter(|day| day.date >= from).collect();
    match rule.chart {
        Chart::Ewma { part, width } => runs(ewma(&watched, own, rule, part, width)),
        Chart::Cusum { slack, limit } => {
            let mut found = Vec::new();
            for side in [Side::Low, Side::High] {
                found.extend(runs(cusum(&watched, own, rule, side, slack, limit)));
            }
            found.sort_by_key(|alert| alert.began);
            found
        }
    }
}

/// The alert of a day: of the samples of some of the days up to it.
fn alert(
    days: &[&DayValue],
    own: &Own,
    rule: &ChartRule,
    side: Side,
    found: f64,
    limit: f64,
) -> Option<BaselineAlert> {
    let (first, last) = (days.first()?.date, days.last()?.date);
    Some(BaselineAlert {
        rule: rule.code.clone(),
        source: rule.source.clone(),
        side,
        began: last,
        last,
        window: (first, last),
        samples: days.iter().flat_map(|day| day.samples.iter().cloned()).collect(),
        found,
        limit,
        own: Some(*own),
    })
}

fn ewma(
    days: &[&DayValue],
    own: &Own,
    rule: &ChartRule,
    part: f64,
    width: f64,
) -> Vec<Option<BaselineAlert>> {
    let mut z = own.mean;
    let mut left = 1.0;
    let mut found = Vec::with_capacity(days.len());
    let mut side_before = None;
    for (n, day) in days.iter().enumerate() {
        z = part * day.value + (1.0 - part) * z;
        left *= (1.0 - part).powi(2);
        let reach = width * own.sd * (part / (2.0 - part) * (1.0 - left)).sqrt();
        let side = if z < own.mean - reach {
            Some((Side::Low, own.mean - reach))
        } else if z > own.mean + reach {
            Some((Side::High, own.mean + reach))
        } else {
            None
        };
        // From one side to the other in a day is two alerts.
        let turned = side.map(|(side, _)| side);
        if side_before.is_some() && turned.is_some() && side_before != turned {
            found.push(None);
        }
        side_before = turned;
        // The last fourteen days bear more than nine tenths of it.
        let since = day.date.plus_days(1 - OWN_DAYS);
        let first = days[..=n].partition_point(|earlier| earlier.date < since);
        found.push(side.and_then(|(side, limit)| alert(&days[first..=n], own, rule, side, z, limit)));
    }
    found
}

fn cusum(
    days: &[&DayValue],
    own: &Own,
    rule: &ChartRule,
    side: Side,
    slack: f64,
    limit: f64,
) -> Vec<Option<BaselineAlert>> {
    let sign = if side == Side::Low { -1.0 } else { 1.0 };
    let (mut sum, mut first) = (0.0f64, 0);
    let mut found = Vec::with_capacity(days.len());
    for (n, day) in days.iter().enumerate() {
        if sum == 0.0 {
            first = n;
        }
        sum = (sum + sign * (day.value - own.mean) - slack * own.sd).max(0.0);
        let limit = limit * own.sd;
        let beyond = sum > limit;
        found.push(beyond.then(|| alert(&days[first..=n], own, rule, side, sum, limit)).flatten());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::own::tests::days;
    use super::*;
    use proptest::prelude::*;

    /// Fourteen days of mean 60 and standard deviation 1, and what follows.
    fn after(values: &[f64]) -> (Vec<DayValue>, Date, Own) {
        let step = (13.0f64 / 14.0).sqrt();
        let mut all: Vec<f64> = (0..14).map(|n| if n % 2 == 0 { 60.0 - step } else { 60.0 + step }).collect();
        all.extend(values);
        let from = Date { number: 14 };
        let days = days(&all);
        let own = Own::before(&days, from, 0.1).unwrap();
        assert!((own.sd - 1.0).abs() < 1e-9);
        (days, from, own)
    }

    fn found(values: &[f64], rule: usize) -> Vec<BaselineAlert> {
        let (days, from, own) = after(values);
        watch(&days, from, &own, &CHART_RULES[rule])
    }

    #[test]
    fn a_lasting_change_of_one_standard_deviation_is_found_by_the_sum() {
        // The weighted mean only comes near to its limit, which is one standard deviation, too; the sum grows by a half a day.
        assert!(found(&[61.0; 40], 0).is_empty());
        assert_eq!(found(&[61.0; 14], 1)[0].began.number, 14 + 10);
    }

    #[test]
    fn a_change_of_two_is_found_on_the_day_that_the_formula_says() {
        // EWMA: 2 (1 - 0.8^t) > sqrt(1 - 0.64^t) first at t = 3 (0.976 > 0.859; at 2 it is 0.72 < 0.768).
        let ewma = found(&[62.0; 6], 0);
        assert_eq!(
            (ewma.len(), ewma[0].side, ewma[0].began.number, ewma[0].last.number),
            (1, Side::High, 16, 19)
        );
        assert_eq!(ewma[0].samples, ["s14", "s15", "s16", "s17", "s18", "s19"]);
        assert!((ewma[0].found - (60.0 + 2.0 * (1.0 - 0.8f64.powi(6)))).abs() < 1e-9);
        // CUSUM: 1.5 a day, above 5 on the fourth day.
        let cusum = found(&[62.0; 6], 1);
        assert_eq!((cusum.len(), cusum[0].began.number, cusum[0].window.0.number), (1, 17, 14));
        assert!((cusum[0].found - 9.0).abs() < 1e-9 && (cusum[0].limit - 5.0).abs() < 1e-9);
    }

    #[test]
    fn the_other_side_and_a_sum_that_began_later_are_told() {
        let low = found(&[60.0, 60.0, 57.0, 57.0, 57.0], 1);
        assert_eq!((low[0].side, low[0].window.0.number, low[0].began.number), (Side::Low, 16, 18));
        let twice = found(&[62.0, 62.0, 62.0, 60.0, 58.0, 54.0, 54.0, 54.0], 0);
        let sides: Vec<_> = twice.iter().map(|alert| alert.side).collect();
        assert_eq!(sides, [Side::High, Side::Low]);
    }

    proptest! {
        #[test]
        fn a_day_as_usual_is_never_an_alert_and_mirrors_are_mirrored(
            values in proptest::collection::vec(-5.0f64..5.0, 0..30), usual in 0usize..30,
        ) {
            prop_assert!(found(&vec![60.0; usual], 0).is_empty() && found(&vec![60.0; usual], 1).is_empty());
            let (up, down): (Vec<_>, Vec<_>) = values.iter().map(|value| (60.0 + value, 60.0 - value)).unzip();
            for rule in 0..2 {
                let of = |values: &[f64]| -> Vec<_> {
                    let mut told: Vec<_> = found(values, rule).into_iter().map(|a| (a.began, a.last, a.side)).collect();
                    told.sort_by_key(|(began, last, _)| (*began, *last));
                    told
                };
                let turned: Vec<_> = of(&down).into_iter().map(|(began, last, side)| {
                    (began, last, if side == Side::Low { Side::High } else { Side::Low })
                }).collect();
                prop_assert_eq!(of(&up), turned);
            }
        }
    }
}
