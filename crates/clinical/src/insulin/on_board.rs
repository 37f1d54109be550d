//! Insulin on board: how much of what was given still works.
//!
//! The exponential curve that Loop, OpenAPS and Trio use, by D. Maksimovic (LoopKit/Loop issue 388), written from its formula. With
//! the duration `td` and the time of the peak `tp`, `tau = tp (1 - tp/td) / (1 - 2 tp/td)`, `a = 2 tau / td` and
//! `S = 1 / (1 - a + (1 + a) exp(-td/tau))`; activity at `t` is `S/tau^2 t (1 - t/td) exp(-t/tau)`, and what is on board is one less
//! its integral. Both figures are arguments: which insulin has which is for a clinician to say. Loop begins its curve ten minutes
//! later than the dose; OpenAPS and this one do not.

use crate::{DoseId, HOUR_MS, Instant, MINUTE_MS};

use super::{InsulinKind, Shot};

/// How an insulin works over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionCurve {
    /// Minutes.
    duration: f64,
    /// Minutes.
    tau: f64,
    a: f64,
    s: f64,
}

/// A duration and a peak that make no curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peak of an insulin lies after its beginning and before half of its duration")]
pub struct NotACurve;

/// How long rapid insulin works in an adult, and when it works the most, where nobody says otherwise: six hours and 75 minutes, in
/// milliseconds (LoopKit, `ExponentialInsulinModelPreset.rapidActingAdult`).
pub const USUAL_ACTION_MS: (i64, i64) = (6 * HOUR_MS, 75 * MINUTE_MS);

impl ActionCurve {
    /// The curve of an insulin that works so long, and the most at its peak: milliseconds.
    ///
    /// # Errors
    /// Where the peak is not between nothing and half of the duration: the formula has no curve there.
    pub fn new(duration_ms: i64, peak_ms: i64) -> Result<ActionCurve, NotACurve> {
        if peak_ms <= 0 || peak_ms >= duration_ms.saturating_sub(peak_ms) {
            return Err(NotACurve);
        }
        let curve = ActionCurve::of(duration_ms, peak_ms);
        if !(curve.tau.is_finite() && curve.s.is_finite()) {
            return Err(NotACurve);
        }
        Ok(curve)
    }

    /// That of [`USUAL_ACTION_MS`].
    pub fn usual() -> ActionCurve {
        ActionCurve::of(USUAL_ACTION_MS.0, USUAL_ACTION_MS.1)
    }

    fn of(duration_ms: i64, peak_ms: i64) -> ActionCurve {
        let [duration, peak] = [duration_ms, peak_ms].map(|ms| ms as f64 / MINUTE_MS as f64);
        let tau = peak * (1.0 - peak / duration) / (1.0 - 2.0 * peak / duration);
        let a = 2.0 * tau / duration;
        let s = 1.0 / (1.0 - a + (1.0 + a) * (-duration / tau).exp());
        ActionCurve { duration, tau, a, s }
    }

    /// The part that still works so long after the dose, from 1 at its beginning to 0 at its end. Nothing of what lies ahead.
    pub fn remaining(&self, after_ms: i64) -> f64 {
        let t = after_ms as f64 / MINUTE_MS as f64;
        if t < 0.0 || t >= self.duration {
            return 0.0;
        }
        let ActionCurve { duration, tau, a, s } = *self;
        // The formula with its (1 - a) multiplied out, so that a peak for which a is 1 has a curve, too.
        let under =
            s * ((t * t / (tau * duration) - (1.0 - a) * (t / tau + 1.0)) * (-t / tau).exp() + 1.0 - a);
        (1.0 - under).clamp(0.0, 1.0)
    }

    /// The part of the dose that works in a minute, so long after it.
    pub fn activity(&self, after_ms: i64) -> f64 {
        let t = after_ms as f64 / MINUTE_MS as f64;
        if t < 0.0 || t >= self.duration {
            return 0.0;
        }
        self.s / (self.tau * self.tau) * t * (1.0 - t / self.duration) * (-t / self.tau).exp()
    }
}

/// What still works at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct OnBoard {
    /// Units of rapid insulin.
    pub units: f64,
    /// Units that would work still, of shots whose insulin nobody named. They are in no sum: were they rapid, they are on board too.
    pub unknown_units: f64,
    /// Each rapid dose that still works, with its units on board, in order of time.
    pub of: Vec<(DoseId, f64)>,
}

/// Rapid insulin on board at a moment. Primings and long-acting insulin are none.
pub fn on_board(shots: &[Shot], at: Instant, curve: ActionCurve) -> OnBoard {
    let mut found = OnBoard { units: 0.0, unknown_units: 0.0, of: Vec::new() };
    for shot in shots.iter().filter(|shot| shot.counts()) {
        let units = shot.units() * curve.remaining(at.ms_since(shot.at()));
        match shot.kind() {
            InsulinKind::Rapid if units > 0.0 => {
                found.units += units;
                found.of.push((shot.record.id.clone(), units));
            }
            InsulinKind::Unknown => found.unknown_units += units,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, any_records, long, rapid, record};
    use super::super::{PrimingRule, shots};
    use super::*;
    use proptest::prelude::*;

    fn curve(duration: i64, peak: i64) -> ActionCurve {
        ActionCurve::new(duration * MINUTE_MS, peak * MINUTE_MS).unwrap()
    }

    /// The curve by another way: one less the integral of its activity, by Simpson's rule.
    fn integrated(curve: &ActionCurve, minutes: i64) -> f64 {
        let steps = 2 * minutes.max(1) * 4;
        let h = minutes as f64 / steps as f64;
        let at = |n: i64| curve.activity(n * minutes * MINUTE_MS / steps);
        let sum: f64 = (0..=steps)
            .map(|n| {
                at(n)
                    * if n == 0 || n == steps {
                        1.0
                    } else if n % 2 == 1 {
                        4.0
                    } else {
                        2.0
                    }
            })
            .sum();
        1.0 - sum * h / 3.0
    }

    #[test]
    fn what_is_on_board_is_what_did_not_work_yet() {
        for (duration, peak) in [(360, 75), (360, 65), (360, 55), (300, 75), (480, 120), (360, 132)] {
            let curve = curve(duration, peak);
            for minutes in [1, 5, 30, 60, 75, 120, 180, 240, 299] {
                let (found, wanted) = (curve.remaining(minutes * MINUTE_MS), integrated(&curve, minutes));
                assert!((found - wanted).abs() < 1e-6, "{duration}/{peak} at {minutes}: {found} {wanted}");
            }
            let most = (0..duration)
                .max_by(|a, b| curve.activity(a * MINUTE_MS).total_cmp(&curve.activity(b * MINUTE_MS)));
            assert_eq!(most, Some(peak), "the peak is where it was said to be");
        }
    }

    #[test]
    fn only_doses_of_rapid_insulin_are_on_board() {
        let unnamed = record("app", "third", 0, 4.0, InsulinKind::Unknown);
        let records =
            [rapid(-2, 2.0), rapid(0, 10.0), long(0, 20.0), rapid(-400, 9.0), rapid(90, 5.0), unnamed];
        let shots = shots(&records, PrimingRule::USUAL);
        let curve = curve(360, 75);
        let found = on_board(&shots, START + HOUR_MS, curve);
        let part = curve.remaining(HOUR_MS);
        assert!((found.units - 10.0 * part).abs() < 1e-12 && found.of.len() == 1, "{found:?}");
        assert!((found.unknown_units - 4.0 * part).abs() < 1e-12);
    }

    #[test]
    fn a_peak_in_the_second_half_is_no_curve() {
        for (duration, peak) in
            [(360, 180), (360, 200), (360, 0), (0, 0), (360, -1), (-1, -2), (i64::MAX, 1), (i64::MIN, 1)]
        {
            let made = ActionCurve::new(duration, peak);
            assert_eq!(made.is_err(), duration != i64::MAX, "{duration}/{peak}");
        }
    }

    proptest! {
        #[test]
        fn it_falls_from_all_to_nothing(duration in 120i64..1440, share in 0.02f64..0.45, at in 0i64..1440) {
            #[expect(clippy::cast_possible_truncation, reason = "below a day")]
            let peak = ((duration as f64 * share) as i64).max(1);
            let curve = curve(duration, peak);
            prop_assert!((curve.remaining(0) - 1.0).abs() < 1e-12);
            prop_assert_eq!(curve.remaining(duration * MINUTE_MS), 0.0);
            let (now, later) = (curve.remaining(at * MINUTE_MS), curve.remaining((at + 1) * MINUTE_MS));
            prop_assert!((0.0..=1.0).contains(&now) && later <= now + 1e-9);
        }

        #[test]
        fn no_more_is_on_board_than_was_given(records in any_records(), minutes in 0i64..5000) {
            let shots = shots(&records, PrimingRule::USUAL);
            let found = on_board(&shots, START + minutes * MINUTE_MS, curve(360, 75));
            let given: f64 = shots.iter().filter(|s| s.counts()).map(Shot::units).sum();
            prop_assert!(found.units >= 0.0 && found.units + found.unknown_units <= given + 1e-9);
        }
    }
}
