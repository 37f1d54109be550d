//! Weight that rises fast: of somebody with a failing heart it is water (ESC guidelines 2021: more than 2 kg in 3 days).

use super::reason::{Problem, Reason, ReasonKind};
use crate::baseline::SOMEBODY_ELSE_KG;
use crate::{DAY_MS, HOUR_MS, Instant};

/// More than so many kilogram are a reason.
pub const GAIN_KG: f64 = 2.0;
/// Within so long.
pub const GAIN_MS: i64 = 3 * DAY_MS;

/// How much more the newest weight is than the lowest of the three days before it, where that is too much. One that is older than
/// that says nothing of today.
pub(super) fn gained(weights: &[(Instant, f64)], now: Instant) -> Option<Reason> {
    let weights = of_one(weights);
    let (at, newest) = *weights.last().filter(|(at, _)| now.ms_since(*at) <= GAIN_MS)?;
    let before = weights.iter().filter(|(before, _)| *before < at && at.ms_since(*before) <= GAIN_MS);
    let (since, lowest) = *before.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let gain = newest - lowest;
    // Scales show tenths: 72.0 after 70.0 is not more than 2 kg, whatever the last bit of a difference says.
    let is_more = (gain * 100.0).round() > GAIN_KG * 100.0;
    let hours = (at.ms_since(since) + HOUR_MS - 1) / HOUR_MS;
    let words = format!("Weight +{gain:.1} kg in {hours} h: {lowest:.1} to {newest:.1} kg");
    let basis =
        format!("Newest weight and the lowest of 3 days before it; more than {GAIN_KG} kg is told of");
    is_more.then(|| Reason::new(ReasonKind::WeightGain, Problem::Person, words, basis).since(at).by(gain))
}

/// Without what somebody else on the scale weighed: further from the middle one than anybody goes in a fortnight.
fn of_one(weights: &[(Instant, f64)]) -> Vec<(Instant, f64)> {
    let mut sorted: Vec<f64> = weights.iter().map(|(_, weight)| *weight).collect();
    sorted.sort_by(f64::total_cmp);
    let Some(middle) = sorted.get(sorted.len().saturating_sub(1) / 2) else { return Vec::new() };
    weights.iter().filter(|(_, weight)| (weight - middle).abs() <= SOMEBODY_ELSE_KG).copied().collect()
}
