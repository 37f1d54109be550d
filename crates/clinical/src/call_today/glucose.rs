//! What the glucose of a fortnight says, held against the goals of the consensus.

use super::reason::{Problem, Reason, ReasonKind};
use crate::Shown;
use crate::glucose::{Brief, ENOUGH_ACTIVE_PERCENT, ENOUGH_DAYS, Goal, Judged};

/// Lows are told of from a day of readings on, also where that is too little for the other figures: fewer are a share of nothing.
const LEAST_DAYS: f64 = 1.0;
/// The lower of the two limits of lows in mg/dL; the goal below it is the stricter one.
const VERY_LOW: f64 = 54.0;

/// Each goal that is missed, and that there is too little to tell.
pub(super) fn reasons(brief: &Brief, shown: &Shown, is_read: bool) -> Vec<Reason> {
    let mut found = Vec::new();
    if brief.n == 0 {
        return found;
    }
    let is_enough = brief.too_little.is_none();
    let has_lows = brief.active_percent * ENOUGH_DAYS / 100.0 >= LEAST_DAYS;
    let missed = brief.goals.iter().filter(|judged| judged.met == Some(false));
    found.extend(missed.filter_map(|judged| of_goal(judged, brief, shown)).filter(|reason| {
        let is_low = matches!(reason.kind, ReasonKind::VeryLow | ReasonKind::Low);
        is_enough || (is_low && has_lows)
    }));
    // More below 54 is more below 70, too: one is said once.
    if found.iter().any(|reason| reason.kind == ReasonKind::VeryLow) {
        found.retain(|reason| reason.kind != ReasonKind::Low);
    }
    if !is_enough && is_read {
        let words = format!("Too little data: the sensor sent {} % of the time", cut(brief.active_percent));
        let basis = format!("{}; figures need more than {ENOUGH_ACTIVE_PERCENT} %", basis(brief));
        found.push(Reason::new(ReasonKind::TooLittle, Problem::Device, words, basis));
    }
    found
}

fn of_goal(judged: &Judged, brief: &Brief, shown: &Shown) -> Option<Reason> {
    let percent = judged.percent?;
    let limit = |mg_dl: f64| {
        let digits = usize::from(shown.digits);
        format!("{:.digits$} {}", shown.from_own(mg_dl), shown.word())
    };
    let (kind, words, excess) = match judged.goal {
        Goal::Below(of, goal) => {
            let kind = if of <= VERY_LOW { ReasonKind::VeryLow } else { ReasonKind::Low };
            let words = format!("{} % below {}, goal less than {goal} %", beyond(percent, goal), limit(of));
            (kind, words, percent - goal)
        }
        Goal::Above(of, goal) if of > 180.0 => {
            let words = format!("{} % above {}, goal less than {goal} %", beyond(percent, goal), limit(of));
            (ReasonKind::VeryHigh, words, percent - goal)
        }
        // That less is in range says it already.
        Goal::Above(..) => return None,
        Goal::InRange(_, _, goal) => {
            let goal = goal?;
            let gmi = brief.spread.gmi_percent().map_or_else(String::new, |gmi| format!("; GMI {gmi:.1} %"));
            let words = format!("{} % in range, goal more than {goal} %{gmi}", cut(percent));
            (ReasonKind::InRange, words, goal - percent)
        }
    };
    Some(Reason::new(kind, Problem::Person, words, basis(brief)).by(excess))
}

/// What the figures rest on.
fn basis(brief: &Brief) -> String {
    let few = if brief.too_little.is_some() { ", too little data" } else { "" };
    format!("{} readings of {ENOUGH_DAYS} days, {} % of the time{few}", brief.n, cut(brief.active_percent))
}

/// Tenths, never rounded up to what was not reached.
fn cut(value: f64) -> f64 {
    (value * 10.0).floor() / 10.0
}

/// Tenths of a share that is not less than its goal, and never reads as less.
fn beyond(percent: f64, goal: f64) -> f64 {
    ((percent * 10.0).round() / 10.0).max(goal)
}
