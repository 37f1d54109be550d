//! Alarm sounds as samples (IEC 60601-1-8): bursts of pulses whose number, width and spacing tell the priority.

use crate::Priority;

/// One burst.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// When each pulse begins, in milliseconds from the start of the burst.
    pub pulses: &'static [u32],
    /// Width of a pulse in milliseconds.
    pub width: u32,
    /// Fundamental in Hz; within 150 to 1000.
    pub pitch: f32,
    /// Loudness against full scale.
    pub level: f32,
    /// Seconds from one burst to the next.
    pub repeat_s: u32,
}

/// The burst of a priority.
///
/// High: 3 + 2 pulses, twice, every 10 s. Medium: 3 pulses every 25 s. Low: one pulse every 30 s. Technical alarms have a soft
/// tone of their own, lower than all others.
pub fn burst(priority: Priority) -> Burst {
    match priority {
        // Pulses of 120 ms, 100 ms apart; 250 ms between the third and the fourth; 500 ms between the halves.
        Priority::High => Burst {
            pulses: &[0, 220, 440, 810, 1030, 1650, 1870, 2090, 2460, 2680],
            width: 120,
            pitch: 520.0,
            level: 0.8,
            repeat_s: 10,
        },
        Priority::Medium => {
            Burst { pulses: &[0, 380, 760], width: 180, pitch: 440.0, level: 0.6, repeat_s: 25 }
        }
        Priority::Low => Burst { pulses: &[0], width: 200, pitch: 330.0, level: 0.45, repeat_s: 30 },
        Priority::Technical => {
            Burst { pulses: &[0, 700], width: 220, pitch: 220.0, level: 0.3, repeat_s: 30 }
        }
    }
}

/// Strength of the fundamental and of four harmonics: a tone of several is found by ear, a pure one is not.
const PARTIALS: [f32; 5] = [1.0, 0.55, 0.4, 0.3, 0.25];
/// Rise and fall of a pulse, as a share of its width: no click at its ends.
const EDGE: f32 = 0.15;

/// The burst as mono samples between -1 and 1 at `rate` samples a second.
pub fn samples(burst: &Burst, rate: u32) -> Vec<f32> {
    let at = |ms: u32| usize::try_from(u64::from(ms) * u64::from(rate) / 1000).unwrap_or(0);
    let last = burst.pulses.last().copied().unwrap_or(0);
    let mut out = vec![0.0f32; at(last + burst.width)];
    let width = at(burst.width).max(1);
    let sum: f32 = PARTIALS.iter().sum();
    for start in burst.pulses.iter().map(|ms| at(*ms)) {
        for n in 0..width.min(out.len().saturating_sub(start)) {
            let t = n as f32 / rate as f32;
            let place = n as f32 / width as f32;
            let envelope = (place / EDGE).min((1.0 - place) / EDGE).clamp(0.0, 1.0);
            let wave: f32 = PARTIALS
                .iter()
                .enumerate()
                .map(|(k, strength)| {
                    strength * (std::f32::consts::TAU * burst.pitch * (k + 1) as f32 * t).sin()
                })
                .sum();
            out[start + n] = burst.level * envelope * wave / sum;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 44_100;

    /// Start and width of every stretch of sound, in milliseconds; zero crossings within a pulse are bridged.
    fn heard(samples: &[f32]) -> Vec<(f32, f32)> {
        let ms = |n: usize| n as f32 * 1000.0 / RATE as f32;
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (n, _) in samples.iter().enumerate().filter(|(_, s)| s.abs() > 1e-4) {
            match found.last_mut() {
                Some((_, end)) if n - *end < RATE as usize / 100 => *end = n,
                _ => found.push((n, n)),
            }
        }
        found.into_iter().map(|(start, end)| (ms(start), ms(end - start))).collect()
    }

    /// Strength of one frequency in a pulse (Goertzel).
    fn strength(samples: &[f32], hz: f32) -> f32 {
        let k = 2.0 * (std::f32::consts::TAU * hz / RATE as f32).cos();
        let (mut a, mut b) = (0.0f32, 0.0f32);
        for s in samples {
            (a, b) = (s + k * a - b, a);
        }
        (a * a + b * b - k * a * b).sqrt() / samples.len() as f32
    }

    #[test]
    fn pulses_have_the_number_width_and_spacing_of_their_priority() {
        for (priority, count, widths, gaps) in [
            (Priority::High, 10, 75.0..=200.0, 50.0..=125.0),
            (Priority::Medium, 3, 125.0..=250.0, 125.0..=250.0),
            (Priority::Low, 1, 125.0..=250.0, 0.0..=0.0),
        ] {
            let pulses = heard(&samples(&burst(priority), RATE));
            assert_eq!(pulses.len(), count, "{priority:?}: {pulses:?}");
            assert!(pulses.iter().all(|(_, width)| widths.contains(width)), "{priority:?}: {pulses:?}");
            let spaces: Vec<f32> = pulses.windows(2).map(|w| w[1].0 - w[0].0 - w[0].1).collect();
            // Of a high burst the pauses after the third, fifth and eighth pulse are longer.
            let regular = spaces.iter().enumerate().filter(|(n, _)| count != 10 || ![2, 4, 7].contains(n));
            assert!(regular.clone().all(|(_, gap)| gaps.contains(gap)), "{priority:?}: {spaces:?}");
        }
        assert_eq!(
            [Priority::High, Priority::Medium, Priority::Low].map(|p| burst(p).repeat_s),
            [10, 25, 30]
        );
    }

    #[test]
    fn a_pulse_has_its_fundamental_and_four_harmonics_and_never_clips() {
        for priority in [Priority::High, Priority::Medium, Priority::Low, Priority::Technical] {
            let burst = burst(priority);
            assert!((150.0..=1000.0).contains(&burst.pitch));
            let all = samples(&burst, RATE);
            assert!(all.iter().all(|s| s.abs() <= 1.0));
            let pulse = &all[..(burst.width * RATE / 1000) as usize];
            let floor = strength(pulse, burst.pitch * 1.5);
            for harmonic in 1..=5 {
                let found = strength(pulse, burst.pitch * harmonic as f32);
                assert!(found > 4.0 * floor, "{priority:?}, harmonic {harmonic}: {found} over {floor}");
            }
        }
    }

    #[test]
    fn higher_is_louder_and_technical_is_softest() {
        let level = |p| burst(p).level;
        assert!(
            level(Priority::High) > level(Priority::Medium) && level(Priority::Medium) > level(Priority::Low)
        );
        assert!(level(Priority::Low) > level(Priority::Technical));
    }
}
