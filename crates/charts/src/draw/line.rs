//! A measure over time as a line.

use clinical::{MINUTE_MS, Times};
use plotters::prelude::*;

use crate::decimate::Outline;
use crate::draw::ground::{Ground, failed, mixed, trace};
use crate::panel::Viewport;
use crate::pixels::place;

/// How much of a measure's hue the band of it has.
const BAND: f64 = 0.42;

/// The outline of samples that somebody holds; with `every_sample` nothing is left out.
pub(crate) fn outline_of(
    (times, values): (&[i64], &[f64]),
    gap_ms: i64,
    focus: (i64, i64),
    viewport: &Viewport,
    every_sample: bool,
) -> Outline {
    // One sample beyond each edge, so that the line leaves the panel as it would on a longer one.
    let from = times.partition_point(|t| *t < viewport.from).saturating_sub(1);
    let to = (times.partition_point(|t| *t <= viewport.to) + 1).min(times.len());
    let (times, values) = (&times[from.min(to)..to], &values[from.min(to)..to]);
    let mut outliner = viewport.outliner(gap_ms, focus);
    outliner.push(&Times::Each(times), values);
    let mut outline = outliner.end();
    if every_sample {
        for run in &mut outline.runs {
            let all = times.partition_point(|t| *t < run.first)..times.partition_point(|t| *t <= run.last);
            run.kept = times[all.clone()].iter().copied().zip(values[all].iter().copied()).collect();
        }
    }
    outline
}

/// What came within this time can be on its way: no silence yet at the right edge. Milliseconds.
const ON_ITS_WAY: i64 = MINUTE_MS;

/// The silences in sight: between two samples, up to the first one and since the last one.
pub(crate) fn silences(
    outline: &Outline,
    gap_ms: i64,
    heard: Option<i64>,
    viewport: &Viewport,
) -> Vec<(i64, i64)> {
    let (Some(first), Some(last)) = (outline.runs.first(), outline.runs.last()) else { return Vec::new() };
    let before = heard.map(|heard| (heard, first.first)).filter(|(from, to)| to - from > gap_ms);
    let since = (last.last, viewport.to);
    let after = (since.1 - since.0 > gap_ms.max(ON_ITS_WAY)).then_some(since);
    before.into_iter().chain(outline.gaps()).chain(after).collect()
}

/// Draws it.
pub(crate) fn paint_line<B: DrawingBackend>(
    ground: &Ground<B>,
    outline: &Outline,
    gap_ms: i64,
) -> Result<(), String> {
    let (thick, hue) = (ground.thick(), ground.hue());
    let Ground { area, viewport, theme, column, row } = ground;
    // A pixel column that is longer than any gap holds several samples, wherever in the series it lies.
    let dense = (viewport.to - viewport.from) / i64::from(viewport.width) > gap_ms;
    for run in &outline.runs {
        let pixels: Vec<(i32, i32)> = run.kept.iter().map(|(t, v)| (column(*t), row(*v))).collect();
        if let [(x, y)] = pixels.as_slice() {
            area.draw(&Circle::new((*x, *y), place(thick), hue.filled())).map_err(failed)?;
        }
        if dense {
            // Lowest to highest of each column as a band, and the mean as the line.
            trace(area, &pixels, mixed(theme.hue, theme.background, BAND), 1)?;
            let middle: Vec<(i32, i32)> = run.means.iter().map(|(x, v)| (*x, row(*v))).collect();
            trace(area, &middle, hue, thick)?;
        } else {
            trace(area, &pixels, hue, thick)?;
        }
    }
    Ok(())
}
