//! The figures of a person's glucose in words, for a screen and for paper alike.

use clinical::Shown;
use clinical::glucose::{Figures, Goal, Judged, Level, TargetSet, Trace};

use crate::glucose_charts::target;

/// A variation of no more than this is stable (Battelino et al., Diabetes Care 2019;42:1593).
const STABLE_CV_PERCENT: f64 = 36.0;

/// A figure as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlucoseFigure {
    /// As programs know it.
    pub key: &'static str,
    /// `In range 70–180`.
    pub label: String,
    /// `64.2 %`, or a dash where no reading tells.
    pub value: String,
    /// `more than 70 %`, where there is a goal.
    pub goal: Option<String>,
    /// Whether the goal is met, where there is one and a reading.
    pub met: Option<bool>,
}

/// A part of the bar of times, the lowest first.
#[derive(Clone, Debug, PartialEq)]
pub struct GlucoseShare {
    /// `very-low`, `low`, `in-range`, `high`, `very-high`.
    pub key: &'static str,
    /// `below 54`.
    pub label: String,
    /// Unrounded.
    pub percent: f64,
}

fn dash() -> String {
    "–".to_owned()
}

/// To a tenth. What does not reach a goal is never rounded up to it: tenths are what goals are compared by on a screen.
fn percent(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.1} %"))
}

/// What a share of the day comes to: `15 h 24 min a day`.
fn of_a_day(percent: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a day has 1,440 minutes")]
    let minutes = (percent / 100.0 * 1440.0).round() as i64;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min a day"),
        (hours, 0) => format!("{hours} h a day"),
        (hours, minutes) => format!("{hours} h {minutes} min a day"),
    }
}

/// Every figure in the order in which it is read, goals first. Too little data meets no goal and misses none.
pub fn glucose_words(trace: &Trace, figures: &Figures, set: TargetSet, shown: &Shown) -> Vec<GlucoseFigure> {
    let unit = shown.word();
    let own = |value: f64| {
        let digits = usize::from(shown.digits);
        format!("{:.digits$}", shown.from_own(value))
    };
    let in_unit = |value: Option<f64>| value.map_or_else(dash, |value| format!("{} {unit}", own(value)));
    let plain = |key, label: &str, value| GlucoseFigure {
        key,
        label: label.to_owned(),
        value,
        goal: None,
        met: None,
    };
    let mut rows: Vec<GlucoseFigure> =
        set.judge(trace).iter().map(|judged| judged_words(judged, shown)).collect();
    let spread = &figures.spread;
    let cv = spread.cv_percent();
    rows.push(plain("mean", "Mean glucose", in_unit(spread.mean_mg_dl())));
    rows.push(plain("gmi", "GMI", percent(spread.gmi_percent())));
    rows.push(GlucoseFigure {
        goal: Some(format!("{STABLE_CV_PERCENT} % or less")),
        met: cv.map(|cv| cv <= STABLE_CV_PERCENT),
        ..plain("cv", "Variation (CV)", percent(cv))
    });
    rows.push(plain("sd", "Standard deviation", in_unit(spread.sd_mg_dl())));
    rows.push(plain("mage", "MAGE", in_unit(figures.mage_mg_dl)));
    rows.push(plain(
        "gri",
        "Risk index (GRI)",
        figures.shares.gri().map_or_else(dash, |gri| format!("{gri:.0}")),
    ));
    let episodes = |of: &[clinical::glucose::GlucoseEpisode]| {
        let severe = of.iter().filter(|episode| episode.level == Level::Two).count();
        if severe == 0 { of.len().to_string() } else { format!("{}, {severe} of level 2", of.len()) }
    };
    rows.push(plain("hypos", "Low episodes", episodes(&figures.hypos)));
    rows.push(plain("hypers", "High episodes", episodes(&figures.hypers)));
    rows.push(plain(
        "active",
        "Sensor active",
        percent(Some((figures.active_percent * 10.0).floor() / 10.0)),
    ));
    rows.push(plain(
        "days",
        "Days with readings",
        format!("{} of {}", figures.days_worn, figures.days.len()),
    ));
    if !figures.suspected_compression.is_empty() {
        let count = figures.suspected_compression.len();
        rows.push(plain("compression", "May be pressure", format!("{count} lows, counted")));
    }
    let left_out = figures.left_out;
    let left = left_out.warm_up + left_out.calibration + left_out.artefact;
    if left > 0 {
        rows.push(plain("left-out", "Readings left out", format!("{left}: warm-up, blood or error")));
    }
    if figures.too_little.is_some() {
        rows.iter_mut().for_each(|row| row.met = None);
    }
    rows
}

fn judged_words(judged: &Judged, shown: &Shown) -> GlucoseFigure {
    let limit = |value: f64| bound(value, shown);
    let (key, label, goal) = match judged.goal {
        Goal::InRange(low, high, goal) => (
            "in-range",
            format!("In range {}–{} {}", limit(low), limit(high), shown.word()),
            goal.map(|goal| format!("more than {goal} %")),
        ),
        Goal::Below(value, goal) => {
            ("below", format!("Below {}", limit(value)), Some(format!("less than {goal} %")))
        }
        Goal::Above(value, goal) => {
            ("above", format!("Above {}", limit(value)), Some(format!("less than {goal} %")))
        }
    };
    let value = match judged.percent {
        Some(found) => format!("{} · {}", beside_its_goal(judged, found), of_a_day(found)),
        None => dash(),
    };
    GlucoseFigure { key, label, value, goal, met: judged.met }
}

/// In as many digits as it takes to see on which side of its goal it lies.
fn beside_its_goal(judged: &Judged, found: f64) -> String {
    let goal = match judged.goal {
        Goal::InRange(_, _, goal) => goal,
        Goal::Below(_, goal) | Goal::Above(_, goal) => Some(goal),
    };
    for digits in 1..4 {
        let text = format!("{found:.digits$}");
        if goal.is_none_or(|goal| text.parse() != Ok(goal)) || found == goal.unwrap_or(found) {
            return format!("{text} %");
        }
    }
    format!("{found} %")
}

/// The parts of the day by what was measured in it; they come to 100. Nothing where there is no reading.
pub fn glucose_shares(trace: &Trace, set: TargetSet, shown: &Shown) -> Vec<GlucoseShare> {
    let goals = set.targets().goals;
    let (low, high) = target(goals);
    let very_low = goals.iter().find_map(|goal| match *goal {
        Goal::Below(limit, _) if limit < low => Some(limit),
        _ => None,
    });
    let very_high = goals.iter().find_map(|goal| match *goal {
        Goal::Above(limit, _) if limit > high => Some(limit),
        _ => None,
    });
    let all = trace.readings().len();
    if all == 0 {
        return Vec::new();
    }
    let below = |limit: f64| trace.readings().iter().filter(|reading| reading.compared() < limit).count();
    let above = |limit: f64| trace.readings().iter().filter(|reading| reading.compared() > limit).count();
    let (lows, highs) = (below(low), above(high));
    let (lowest, highest) = (very_low.map_or(0, below), very_high.map_or(0, above));
    let limit = |value: f64| bound(value, shown);
    let part = |key, label: String, count: usize| GlucoseShare {
        key,
        label,
        percent: 100.0 * count as f64 / all as f64,
    };
    let parts = [
        very_low.map(|value| part("very-low", format!("below {}", limit(value)), lowest)),
        Some(part("low", format!("below {}", limit(low)), lows - lowest)),
        Some(part("in-range", format!("{}–{}", limit(low), limit(high)), all - lows - highs)),
        Some(part("high", format!("above {}", limit(high)), highs - highest)),
        very_high.map(|value| part("very-high", format!("above {}", limit(value)), highest)),
    ];
    parts.into_iter().flatten().collect()
}

/// A limit of the goals as it is shown: `3.9`, `10.0`.
fn bound(value: f64, shown: &Shown) -> String {
    format!("{:.*}", usize::from(shown.digits), shown.bound(value))
}

#[cfg(test)]
mod tests {
    use clinical::glucose::{Reading, TARGETS};
    use clinical::{DAY_MS, Instant, MINUTE_MS, Measure, TimeRange, WallClock};
    use proptest::prelude::*;

    use super::*;

    fn trace(values: &[f64]) -> Trace {
        let start = Instant(1_772_409_600_000);
        let readings: Vec<_> = (0i64..)
            .zip(values)
            .map(|(n, value)| Reading::plain(start + n * 5 * MINUTE_MS, *value))
            .collect();
        Trace::of(&readings, TimeRange::starting(start, 14 * DAY_MS), &WallClock::UTC, Some(5 * MINUTE_MS))
    }

    fn words(values: &[f64], set: TargetSet, unit: &str) -> Vec<GlucoseFigure> {
        let trace = trace(values);
        glucose_words(&trace, &Figures::of(&trace), set, &Shown::of(Measure::Glucose, [unit]))
    }

    #[test]
    fn figures_are_read_with_their_unit_and_their_goal() {
        let values: Vec<f64> = (0..4032).map(|n| if n % 4 == 0 { 200.0 } else { 100.0 }).collect();
        let found = words(&values, TargetSet::Standard, "mg/dL");
        let row = |key: &str, n: usize| found.iter().filter(|row| row.key == key).nth(n).unwrap();
        let range = row("in-range", 0);
        assert_eq!(
            (range.label.as_str(), range.value.as_str()),
            ("In range 70–180 mg/dL", "75.0 % · 18 h a day")
        );
        assert_eq!((range.goal.as_deref(), range.met), (Some("more than 70 %"), Some(true)));
        assert_eq!(
            (row("above", 0).value.as_str(), row("above", 0).met),
            ("25.0 % · 6 h a day", Some(false))
        );
        assert_eq!(row("mean", 0).value, "125 mg/dL");
        assert_eq!((row("gmi", 0).value.as_str(), row("cv", 0).met), ("6.3 %", Some(true)));
        assert_eq!(row("days", 0).value, "14 of 14");
        let found = words(&values, TargetSet::Standard, "mmol/L");
        assert_eq!(found[0].label, "In range 3.9–10.0 mmol/L");
        assert!(found.iter().any(|row| row.key == "mean" && row.value == "6.9 mmol/L"));
    }

    #[test]
    fn no_figure_reads_as_its_goal_where_it_misses_it_and_none_is_made_up() {
        // 3.98 % below 70: less than 4 %, and 4.0 to a tenth.
        let mut values = vec![100.0; 19_204];
        values.extend(vec![60.0; 796]);
        let trace = {
            let start = Instant(1_772_409_600_000);
            let readings: Vec<_> =
                (0i64..).zip(&values).map(|(n, v)| Reading::plain(start + n * MINUTE_MS, *v)).collect();
            Trace::of(&readings, TimeRange::starting(start, 14 * DAY_MS), &WallClock::UTC, Some(MINUTE_MS))
        };
        let shown = Shown::of(Measure::Glucose, []);
        let found = glucose_words(&trace, &Figures::of(&trace), TargetSet::Standard, &shown);
        assert_eq!((found[1].value.as_str(), found[1].met), ("3.98 % · 57 min a day", Some(true)));
        // Of half of it no goal is met, and none is missed.
        let half: Vec<f64> = values.iter().step_by(2).copied().collect();
        let found = words(&half[..2000], TargetSet::Standard, "mg/dL");
        assert!(found.iter().all(|row| row.met.is_none()) && found[0].goal.is_some(), "{found:?}");
        for row in words(&[], TargetSet::Standard, "mg/dL").iter().take(10) {
            assert!(["–", "0"].contains(&row.value.as_str()) && row.met.is_none(), "{row:?}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_day_come_to_a_whole_one_whosever_goals_they_are(
            tenths in proptest::collection::vec(20u32..250, 1..300), set in 0usize..4,
        ) {
            let values: Vec<f64> = tenths.iter().map(|t| f64::from(*t) * 1.8).collect();
            let trace = trace(&values);
            for unit in ["mg/dL", "mmol/L"] {
                let parts = glucose_shares(&trace, TARGETS[set].set, &Shown::of(Measure::Glucose, [unit]));
                let sum: f64 = parts.iter().map(|part| part.percent).sum();
                prop_assert!((sum - 100.0).abs() < 1e-9, "{}", sum);
                prop_assert!(parts.iter().all(|part| part.percent >= 0.0));
            }
        }
    }
}
