//! Weight in heart failure: what a person gained within days is water.
//!
//! The table has what guidelines and programmes ask people to report, and a site edits it: with rules of this kind most of what they
//! find is no worsening, and they miss more than half of it (Ledwidge et al., Eur J Heart Fail 2013;15:447: 2 kg in 2 to 3 days finds
//! 21 % of worsenings, 1.36 kg in a day 46 %).

use smol_str::SmolStr;

use crate::Side;

use super::alert::runs;
use super::daily::median;
use super::{BaselineAlert, DayValue, OWN_DAYS};

/// Who differs by more from the median of their fourteen days was somebody else on the scale, or carried something. *House.*
pub const SOMEBODY_ELSE_KG: f64 = 10.0;
/// Fewer days do not tell whose weight it is.
const KNOWN_DAYS: usize = 3;
/// What is left of a decimal in a float.
const EXACT: f64 = 1e-9;

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightRule {
    /// Its code.
    pub code: SmolStr,
    /// How many kilograms.
    pub gain_kg: f64,
    /// Whether just so many count, too.
    pub or_equal: bool,
    /// Within how many days: one is from the day before.
    pub within_days: i64,
    /// Where it stands.
    pub source: SmolStr,
}

/// The table as it comes.
pub static WEIGHT_RULES: [WeightRule; 3] = [
    WeightRule {
        code: SmolStr::new_static("weight-1-day"),
        gain_kg: 1.36,
        or_equal: true,
        within_days: 1,
        source: SmolStr::new_static(
            "rule of thumb, 3 lb in a day (Ledwidge et al., Eur J Heart Fail 2013;15:447)",
        ),
    },
    WeightRule {
        code: SmolStr::new_static("weight-3-days"),
        gain_kg: 2.0,
        or_equal: false,
        within_days: 3,
        source: SmolStr::new_static(
            "more than 2 kg in 3 days (ESC guidelines for heart failure, 2021, self-care)",
        ),
    },
    WeightRule {
        code: SmolStr::new_static("weight-7-days"),
        gain_kg: 2.27,
        or_equal: true,
        within_days: 7,
        source: SmolStr::new_static("5 lb in a week, as programmes in the United States teach"),
    },
];

/// What the rules found, and what they did not look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The alerts, by rule in the order of the table, and by day.
    pub alerts: Vec<BaselineAlert>,
    /// Days whose weight is somebody else's.
    pub left_out: Vec<DayValue>,
}

/// Looks at weights in kilograms, one a day and in order.
pub fn weigh(days: &[DayValue], rules: &[WeightRule]) -> Weighed {
    let is_own = |n: &usize| {
        let day = &days[*n];
        let since = day.date.plus_days(-OWN_DAYS);
        let before: Vec<f64> = days[..*n].iter().filter(|d| d.date >= since).map(|d| d.value).collect();
        before.len() < KNOWN_DAYS || (day.value - median(before)).abs() <= SOMEBODY_ELSE_KG
    };
    let (own, other): (Vec<usize>, Vec<usize>) = (0..days.len()).partition(is_own);
    let own: Vec<&DayValue> = own.into_iter().map(|n| &days[n]).collect();
    let alerts = rules.iter().flat_map(|rule| runs((0..own.len()).map(|n| gain(&own[..=n], rule))));
    Weighed { alerts: alerts.collect(), left_out: other.into_iter().map(|n| days[n].clone()).collect() }
}

/// What was gained on the last of some days since the lightest within the rule's days.
fn gain(days: &[&DayValue], rule: &WeightRule) -> Option<BaselineAlert> {
    let (today, before) = days.split_last()?;
    let since = today.date.plus_days(-rule.within_days);
    let lightest =
        before.iter().filter(|day| day.date >= since).min_by(|a, b| a.value.total_cmp(&b.value))?;
    let found = today.value - lightest.value;
    let beyond = if rule.or_equal { found >= rule.gain_kg - EXACT } else { found > rule.gain_kg + EXACT };
    beyond.then(|| BaselineAlert {
        rule: rule.code.clone(),
        source: rule.source.clone(),
        side: Side::High,
        began: today.date,
        last: today.date,
        window: (lightest.date, today.date),
        samples: lightest.samples.iter().chain(&today.samples).cloned().collect(),
        found,
        limit: rule.gain_kg,
        own: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::own::tests::days;
    use super::*;
    use proptest::prelude::*;

    /// The codes that were found, with the day they began.
    fn found(values: &[f64]) -> Vec<(String, i64)> {
        let weighed = weigh(&days(values), &WEIGHT_RULES);
        weighed.alerts.into_iter().map(|alert| (alert.rule.to_string(), alert.began.number)).collect()
    }

    #[test]
    fn what_was_gained_within_days_is_told_with_the_days() {
        const NONE: f64 = f64::NAN;
        let of = |rows: &[(&str, i64)]| -> Vec<_> {
            rows.iter().map(|(code, day)| ((*code).to_owned(), *day)).collect()
        };
        for (what, values, wanted) in [
            ("as usual", vec![80.0, 80.3, 79.9, 80.4], of(&[])),
            ("three pounds in a day", vec![80.0, 81.36], of(&[("weight-1-day", 1)])),
            ("just less", vec![80.0, 81.35], of(&[])),
            ("just two kilograms in three days", vec![80.0, 80.7, 81.3, 82.0], of(&[])),
            ("more than that", vec![80.0, 80.7, 81.4, 82.1], of(&[("weight-3-days", 3)])),
            ("in four days", vec![80.0, 80.5, 81.0, 81.5, 82.1], of(&[])),
            ("over a day without a value", vec![80.0, NONE, NONE, 82.1], of(&[("weight-3-days", 3)])),
            (
                "five pounds in a week",
                vec![80.0, 80.3, 80.7, 81.0, 81.3, 81.7, 82.0, 82.3],
                of(&[("weight-7-days", 7)]),
            ),
            ("lost and gained again", vec![80.0, 79.0, 80.0], of(&[])),
            ("lost", vec![80.0, 77.0], of(&[])),
        ] {
            assert_eq!(found(&values), wanted, "{what}");
        }
        let alert = &weigh(&days(&[80.0, 80.7, 81.4, 82.1]), &WEIGHT_RULES).alerts[0];
        assert_eq!((alert.window.0.number, alert.window.1.number), (0, 3));
        assert_eq!(alert.samples, ["s0", "s3"]);
    }

    #[test]
    fn days_that_follow_are_one_alert_and_somebody_else_is_none() {
        let values = [80.0, 80.0, 80.0, 82.5, 82.6, 80.0];
        let alerts = weigh(&days(&values), &WEIGHT_RULES[1..2]).alerts;
        assert_eq!(alerts.len(), 1);
        assert_eq!((alerts[0].began.number, alerts[0].last.number), (3, 4));
        assert!((alerts[0].found - 2.6).abs() < 1e-9);
        let child = weigh(&days(&[80.0, 80.0, 80.0, 31.0, 80.2]), &WEIGHT_RULES);
        assert_eq!((child.alerts.len(), child.left_out.len()), (0, 1));
    }

    proptest! {
        #[test]
        fn nobody_who_loses_or_stays_is_told_and_every_gain_is_as_large_as_its_rule(
            steps in proptest::collection::vec(-2.0f64..2.0, 1..40),
        ) {
            let mut weight = 80.0;
            let values: Vec<_> = steps.iter().map(|step| { weight += step; weight }).collect();
            for alert in weigh(&days(&values), &WEIGHT_RULES).alerts {
                let rule = WEIGHT_RULES.iter().find(|rule| rule.code == alert.rule).unwrap();
                prop_assert!(alert.found >= rule.gain_kg - 1e-6);
                prop_assert!(alert.window.1.number - alert.window.0.number <= rule.within_days);
                prop_assert!(alert.samples.len() == 2 && alert.began <= alert.last);
            }
            let mut falling = values;
            falling.sort_by(|a, b| b.total_cmp(a));
            prop_assert!(weigh(&days(&falling), &WEIGHT_RULES).alerts.is_empty());
        }
    }
}
