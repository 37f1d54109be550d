//! ECG lead II and pleth, drawn from the heart rate of the moment.

use crate::ward::clock::MINUTE_MS;
use crate::ward::noise::{unit, whole};
use crate::ward::physiology::{Body, Signal};

/// Samples of one wave from `from_ms` on, as integers in the units `factor` gives.
pub(crate) fn ecg(body: &Body, from_ms: i64, count: usize, rate_hz: f64) -> Vec<i32> {
    trace(body, from_ms, count, rate_hz, |x| {
        let bump = |centre: f64, width: f64, height: f64| height * (-((x - centre) / width).powi(2)).exp();
        // P, Q, R, S, T in 5 µV steps.
        bump(0.18, 0.025, 24.0) - bump(0.265, 0.009, 26.0) + bump(0.285, 0.010, 205.0)
            - bump(0.308, 0.010, 48.0)
            + bump(0.52, 0.045, 52.0)
    })
}

/// The plethysmogram of the finger probe.
pub(crate) fn pleth(body: &Body, from_ms: i64, count: usize, rate_hz: f64) -> Vec<i32> {
    trace(body, from_ms, count, rate_hz, |x| {
        let bump = |centre: f64, width: f64, height: f64| height * (-((x - centre) / width).powi(2)).exp();
        bump(0.45, 0.12, 900.0) + bump(0.72, 0.10, 320.0)
    })
}

fn trace(body: &Body, from_ms: i64, count: usize, rate_hz: f64, shape: impl Fn(f64) -> f64) -> Vec<i32> {
    // The phase is a function of the minute, so that two requests for the same moment draw the same beat.
    let minute = from_ms.div_euclid(60_000) * MINUTE_MS;
    let mut phase = 0.0;
    let mut t = minute as f64;
    let step = 1000.0 / rate_hz;
    let effect = body.effect(from_ms);
    let mut out = Vec::with_capacity(count);
    let mut beat = 0i64;
    let hr = body.value(Signal::Hr, minute).unwrap_or(0.0);
    while out.len() < count {
        if t >= from_ms as f64 {
            let n = (unit(body.seed, whole(t)) - 0.5) * 5.0;
            out.push(if hr > 0.0 { whole((shape(phase) + n).round()) } else { 0 });
        }
        let sway = if effect.irregular { 0.6 + 0.9 * unit(body.seed ^ 7, beat) } else { 1.0 };
        phase += hr / 60.0 * step / 1000.0 * sway;
        if phase >= 1.0 {
            phase -= 1.0;
            beat += 1;
        }
        t += step;
    }
    out
}
