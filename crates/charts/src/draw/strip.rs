//! One wave (ECG, pleth) on the paper physicians know: a fixed speed and, where the unit has one, a fixed gain.
//!
//! A strip is to scale: a millimetre of paper is a length of time and a voltage, so calipers mean what they say. Deliberately
//! not here: where a beat begins; the console marks none.

use clinical::Times;
use plotters::prelude::*;

use crate::decimate::Outliner;
use crate::draw::ground::{check, failed, line, trace};
use crate::panel::{Theme, Viewport};
use crate::picture::Picture;
use crate::pixels::{pixel, pixels, place};

/// A wave to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// Milliseconds since 1970 UTC, ascending.
    pub times: Vec<i64>,
    /// One a time, in the wave's unit.
    pub values: Vec<f64>,
    /// The longest silence that is no gap: milliseconds.
    pub gap_ms: i64,
    /// Device pixels of one unit; `None` fits what is in sight.
    pub gain: Option<f64>,
    /// Device pixels of a millimetre of paper, where its grid is drawn.
    pub paper: Option<f64>,
}

/// A drawn strip with what the overlay needs.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnStrip {
    /// The pixels.
    pub picture: Picture,
    /// Device pixels of one unit.
    pub gain: f64,
    /// Silences in sight, from and to in milliseconds.
    pub gaps: Vec<(i64, i64)>,
    /// How many samples were in sight.
    pub samples: usize,
}

/// Draws a strip.
///
/// # Errors
/// As [`crate::draw`].
pub fn draw_strip(strip: &Strip, viewport: &Viewport, theme: &Theme) -> Result<DrawnStrip, String> {
    check(viewport)?;
    let (width, height) = (place(viewport.width), place(viewport.height));
    let seen: Vec<f64> = strip
        .times
        .iter()
        .zip(&strip.values)
        .filter(|(t, v)| **t >= viewport.from && **t <= viewport.to && v.is_finite())
        .map(|(_, v)| *v)
        .collect();
    let (low, high) = seen.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let spread = if seen.is_empty() || high <= low { 1.0 } else { high - low };
    let gain = strip.gain.unwrap_or(f64::from(height) * 0.86 / spread);
    // The baseline of an ECG lies a third above the foot, as R points up; what is fitted is centred.
    let middle = match strip.gain {
        _ if seen.is_empty() => 0.0,
        Some(_) => median(seen.clone()) + f64::from(height) * 0.17 / gain,
        None => f64::midpoint(low, high),
    };
    let span = (viewport.to - viewport.from) as f64;
    let column = |t: i64| pixel(((t - viewport.from) as f64 / span * f64::from(width)).floor());
    let row = |v: f64| pixel((f64::from(height) / 2.0 - (v - middle) * gain).round().clamp(-9e6, 9e6));
    let colour = |(r, g, b): (u8, u8, u8)| RGBColor(r, g, b);
    let mut rgb = vec![0u8; viewport.width as usize * viewport.height as usize * 3];
    let gaps;
    {
        let area =
            BitMapBackend::with_buffer(&mut rgb, (viewport.width, viewport.height)).into_drawing_area();
        area.fill(&colour(theme.background)).map_err(failed)?;
        if let Some(mm) = strip.paper.filter(|mm| *mm >= 2.0) {
            let ink = |n: i32| colour(theme.grid).mix(if n % 5 == 0 { 1.0 } else { 0.45 }).stroke_width(1);
            for n in 0..=pixel(f64::from(width) / mm) {
                let x = pixel(f64::from(n) * mm);
                line(&area, &[(x, 0), (x, height)], ink(n))?;
            }
            for n in 0..=pixel(f64::from(height) / mm) {
                let y = height - 1 - pixel(f64::from(n) * mm);
                line(&area, &[(0, y), (width, y)], ink(n))?;
            }
        }
        let thick = pixels((1.3 * viewport.scale).round().max(1.0));
        let mut outliner = Outliner::new(column, strip.gap_ms, (viewport.from, viewport.to));
        outliner.push(&Times::Each(&strip.times), &strip.values);
        let outline = outliner.end();
        gaps = outline.gaps();
        for run in outline.runs {
            let pixels: Vec<(i32, i32)> = run.kept.iter().map(|(t, v)| (column(*t), row(*v))).collect();
            trace(&area, &pixels, colour(theme.hue), thick)?;
        }
        area.present().map_err(failed)?;
    }
    let picture = Picture { width: viewport.width, height: viewport.height, rgb };
    Ok(DrawnStrip { picture, gain, gaps, samples: seen.len() })
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEME: Theme = Theme {
        background: (0, 0, 0),
        grid: (0, 0, 90),
        limit: (0, 0, 0),
        hue: (255, 255, 255),
        mark: (0, 0, 0),
    };

    fn viewport(width: u32, ms: i64) -> Viewport {
        Viewport { from: 0, to: ms, width, height: 100, scale: 1.0 }
    }

    fn lit_rows(strip: &DrawnStrip, x: u32) -> Vec<u32> {
        let at = |y: u32| strip.picture.rgb[((y * strip.picture.width + x) * 3) as usize];
        (0..strip.picture.height).filter(|y| at(*y) == 255).collect()
    }

    #[test]
    fn a_millivolt_is_as_tall_as_the_gain_says_whatever_else_is_in_sight() {
        // A square of 1 mV, and once a spike of 9 mV far away that must not shrink it.
        for spike in [1.0, 9.0] {
            let times: Vec<i64> = (0..400).map(|n| n * 4).collect();
            let values: Vec<f64> = (0..400)
                .map(|n| match n {
                    100..110 => 1.0,
                    390..392 => spike,
                    _ => 0.0,
                })
                .collect();
            let strip = Strip { times, values, gap_ms: 20, gain: Some(40.0), paper: None };
            let drawn = draw_strip(&strip, &viewport(400, 1600), &THEME).unwrap();
            let (base, top) = (lit_rows(&drawn, 50)[0], lit_rows(&drawn, 105)[0]);
            assert_eq!(base - top, 40);
        }
    }

    #[test]
    fn a_silence_in_a_wave_is_empty_and_named() {
        let times: Vec<i64> = (0..100).chain(300..400).map(|n| n * 4).collect();
        let values = vec![0.5; 200];
        let strip = Strip { times, values, gap_ms: 20, gain: None, paper: None };
        let drawn = draw_strip(&strip, &viewport(400, 1600), &THEME).unwrap();
        assert_eq!(drawn.gaps, [(396, 1200)]);
        assert_eq!(lit_rows(&drawn, 200), [], "never bridged");
        assert_eq!(drawn.samples, 200);
    }

    #[test]
    fn ten_minutes_in_a_row_of_pixels_keep_their_highest_beat() {
        let times: Vec<i64> = (0..150_000).map(|n| n * 4).collect();
        let mut values = vec![0.0; 150_000];
        values[75_001] = 2.0;
        let strip = Strip { times, values, gap_ms: 20, gain: Some(20.0), paper: None };
        let drawn = draw_strip(&strip, &viewport(300, 600_000), &THEME).unwrap();
        assert!(lit_rows(&drawn, 150).len() >= 40, "{:?}", lit_rows(&drawn, 150));
    }
}
