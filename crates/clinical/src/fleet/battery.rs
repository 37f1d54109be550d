//! When a battery will be empty, by what it was.
//!
//! *House:* what it loses is told by a straight line (least squares) through what was told since it was last charged or changed, of a week at
//! the most, at least three values over six hours; how long it lasts, by the last of them. A rise of five points and more is a charge. What was charged twice in the week before, and within the time in
//! which it is empty again, somebody charges: that it falls is no news.

use crate::{DAY_MS, HOUR_MS, Instant};

const LEAST_VALUES: usize = 3;
const LEAST_MS: i64 = 6 * HOUR_MS;
const LOOKED_BACK_MS: i64 = 7 * DAY_MS;
const CHARGED_BY: f64 = 5.0;
/// Further than that no line leads.
const FAR_MS: f64 = 10.0 * 365.0 * DAY_MS as f64;

/// What a battery was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charge {
    /// When.
    pub at: Instant,
    /// In percent.
    pub percent: f64,
}

/// Where a battery goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatteryTrend {
    /// What it loses in a day, in points of percent.
    pub a_day: f64,
    /// When it is empty.
    pub empty_at: Instant,
    /// Of how many values this is told.
    pub values: usize,
}

/// What was told up to a moment, oldest first.
fn told(charges: &[Charge], now: Instant) -> Vec<&Charge> {
    let mut told: Vec<&Charge> =
        charges.iter().filter(|charge| charge.at <= now && (0.0..=100.0).contains(&charge.percent)).collect();
    told.sort_by(|a, b| a.at.cmp(&b.at).then(a.percent.total_cmp(&b.percent)));
    told
}

fn is_charge(pair: &[&Charge]) -> bool {
    pair[1].percent - pair[0].percent >= CHARGED_BY
}

/// Whether somebody charges it again and again: twice and more in the last week, and once within so many milliseconds.
pub(super) fn is_charged_again_and_again(charges: &[Charge], now: Instant, within_ms: i64) -> bool {
    let told = told(charges, now);
    let charged: Vec<Instant> =
        told.windows(2).filter(|pair| is_charge(pair)).map(|pair| pair[1].at).collect();
    let in_the_week = charged.iter().filter(|at| now.ms_since(**at) <= LOOKED_BACK_MS).count();
    in_the_week >= 2 && charged.last().is_some_and(|last| now.ms_since(*last) <= within_ms)
}

/// The trend by what was told up to a moment, in any order; nothing where too little was, or where it does not fall.
pub fn battery_trend(charges: &[Charge], now: Instant) -> Option<BatteryTrend> {
    let told = told(charges, now);
    let last = told.last()?.at;
    let charged = told.windows(2).rposition(is_charge);
    let since = &told[charged.map_or(0, |n| n + 1)..];
    let since = &since[since.partition_point(|charge| last.ms_since(charge.at) > LOOKED_BACK_MS)..];
    if since.len() < LEAST_VALUES || last.ms_since(since[0].at) < LEAST_MS {
        return None;
    }
    let n = since.len() as f64;
    let x = |charge: &Charge| charge.at.ms_since(last) as f64;
    let mean_x = since.iter().map(|charge| x(charge)).sum::<f64>() / n;
    let mean_y = since.iter().map(|charge| charge.percent).sum::<f64>() / n;
    let (xy, xx) = since.iter().fold((0.0, 0.0), |(xy, xx), charge| {
        let dx = x(charge) - mean_x;
        (xy + dx * (charge.percent - mean_y), xx + dx * dx)
    });
    let slope = xy / xx;
    // From the level that was told last, which stands beside it.
    let left = told.last()?.percent / -slope;
    if slope >= 0.0 || !left.is_finite() || left > FAR_MS {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is within ten years")]
    let empty_at = last + left as i64;
    Some(BatteryTrend { a_day: -slope * DAY_MS as f64, empty_at, values: since.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn charges(percents: &[f64]) -> Vec<Charge> {
        let at = |n: usize| Instant(i64::try_from(n).unwrap() * 6 * HOUR_MS);
        percents.iter().enumerate().map(|(n, percent)| Charge { at: at(n), percent: *percent }).collect()
    }

    #[test]
    fn a_line_leads_to_when_it_is_empty() {
        let now = Instant(40 * DAY_MS);
        let found = battery_trend(&charges(&[50.0, 45.0, 40.0, 35.0]), now).unwrap();
        assert!((found.a_day - 20.0).abs() < 1e-9);
        let wanted = Instant(18 * HOUR_MS + 42 * HOUR_MS);
        assert!((found.empty_at.ms_since(wanted)).abs() <= 1, "{found:?}");
        for (what, percents) in [
            ("too few", vec![50.0, 40.0]),
            ("constant", vec![50.0; 8]),
            ("rising", vec![50.0, 51.0, 52.0]),
            ("just charged", vec![40.0, 30.0, 20.0, 90.0, 89.0]),
            ("no percent", vec![500.0, 400.0, 300.0]),
        ] {
            assert_eq!(battery_trend(&charges(&percents), now), None, "{what}");
        }
        // What it lasts agrees with the level that is shown beside it.
        let uneven = battery_trend(&charges(&[50.0, 45.0, 44.0, 20.0]), now).unwrap();
        let days = uneven.empty_at.ms_since(Instant(18 * HOUR_MS)) as f64 / DAY_MS as f64;
        assert!((days * uneven.a_day - 20.0).abs() < 1e-3, "{uneven:?}");
        let after = battery_trend(&charges(&[30.0, 20.0, 90.0, 88.0, 86.0]), now).unwrap();
        assert!((after.a_day - 8.0).abs() < 1e-9 && after.values == 3);
    }

    #[test]
    fn what_is_charged_each_night_is_told_apart_from_what_was_charged_once() {
        let now = Instant(12 * 6 * HOUR_MS);
        let nightly: Vec<f64> = (0..12).map(|n| f64::from(100 - 20 * (n % 4))).collect();
        assert!(is_charged_again_and_again(&charges(&nightly), now, 2 * DAY_MS));
        assert!(
            !is_charged_again_and_again(&charges(&nightly), now + 3 * DAY_MS, 2 * DAY_MS),
            "nobody did since"
        );
        assert!(!is_charged_again_and_again(&charges(&[40.0, 30.0, 90.0, 80.0]), now, 2 * DAY_MS), "once");
        assert!(!is_charged_again_and_again(&[], now, 2 * DAY_MS));
    }

    proptest! {
        #[test]
        fn a_trend_falls_and_ends_after_the_last_value(
            rows in proptest::collection::vec((0i64..20 * 24, 0.0f64..100.0), 0..30), turn in 0usize..30,
        ) {
            let now = Instant(20 * DAY_MS);
            let mut charges: Vec<_> =
                rows.into_iter().map(|(hour, percent)| Charge { at: Instant(hour * HOUR_MS), percent }).collect();
            let found = battery_trend(&charges, now);
            if let Some(trend) = found {
                let last = charges.iter().map(|charge| charge.at).max().unwrap();
                prop_assert!(trend.a_day > 0.0 && trend.empty_at >= last && trend.values >= 3);
                let by = turn % charges.len();
                charges.rotate_left(by);
                prop_assert_eq!(battery_trend(&charges, now), found);
            }
        }
    }
}
