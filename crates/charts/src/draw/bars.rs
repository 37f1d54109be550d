//! Pressures as bars, or as hairs where they stand denser than pixels.

use plotters::prelude::*;

use crate::dense_bars::{Bar, DenseBars, dense_bars};
use crate::draw::ground::{Ground, failed, line, rgb};
use crate::pixels::pixel;

/// How far a mean's mark reaches to either side of its hair or bar, CSS pixels.
const REACH: f64 = 2.0;

/// Draws the bars in sight. `focus` is what is counted of them.
pub(crate) fn paint_bars<B: DrawingBackend>(
    ground: &Ground<B>,
    seen: &[&Bar],
    focus: (i64, i64),
    every_sample: bool,
) -> Result<(), String> {
    let (thick, hue) = (ground.thick(), ground.hue());
    let Ground { area, viewport, theme, column, row } = ground;
    if viewport.is_crowded(seen.len()) {
        if !every_sample {
            return paint_dense_bars(ground, &dense_bars(seen, column, focus));
        }
        for bar in seen {
            hair(ground, column(bar.t), (row(bar.high), row(bar.low)))?;
        }
    }
    // Bars grow thinner as there are more of them, down to a hair.
    let half = if viewport.is_crowded(seen.len()) {
        0
    } else {
        let room = f64::from(viewport.width) / (seen.len().max(1) as f64 * 3.0);
        pixel(room.min(2.0 * viewport.scale).max(1.0))
    };
    let reach = half + pixel(REACH * viewport.scale);
    for bar in seen {
        let (x, top, foot) = (column(bar.t), row(bar.high), row(bar.low));
        if half > 0 {
            let body = Rectangle::new([(x - half, top), (x + half, foot)], hue.mix(0.85).filled());
            area.draw(&body).map_err(failed)?;
        }
        if let Some(mean) = bar.mean {
            let y = row(mean);
            line(area, &[(x - reach, y), (x + reach, y)], rgb(theme.mark).stroke_width(thick))?;
        }
    }
    Ok(())
}

/// One pressure as a hair: the renderer fills no rectangle without a width.
fn hair<B: DrawingBackend>(ground: &Ground<B>, x: i32, (top, foot): (i32, i32)) -> Result<(), String> {
    line(ground.area, &[(x, top), (x, foot)], ground.hue().stroke_width(1))
}

/// Draws what is left of more bars than there is room for.
pub(crate) fn paint_dense_bars<B: DrawingBackend>(
    ground: &Ground<B>,
    bars: &DenseBars,
) -> Result<(), String> {
    for column in &bars.columns {
        for (low, high) in &column.spans {
            hair(ground, column.x, ((ground.row)(*high), (ground.row)(*low)))?;
        }
    }
    let reach = pixel(REACH * ground.viewport.scale);
    let style = rgb(ground.theme.mark).stroke_width(ground.thick());
    for column in &bars.columns {
        let mut rows: Vec<i32> = column.means.iter().map(|mean| (ground.row)(*mean)).collect();
        rows.dedup();
        for y in rows {
            line(ground.area, &[(column.x - reach, y), (column.x + reach, y)], style)?;
        }
    }
    Ok(())
}
