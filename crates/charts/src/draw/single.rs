//! What stands alone in a panel: single values as dots, a score as steps.

use plotters::prelude::*;

use crate::draw::ground::{Ground, failed, mixed, rgb, trace};
use crate::panel::Step;
use crate::pixels::pixel;

/// Single values that stand further apart than this, in CSS pixels, have room for their number.
const READABLE: f64 = 44.0;
/// How much of its band's colour the body of a score's step has.
const BODY: f64 = 0.38;

/// Draws dots, and gives those that have room to be told: moment, value and row.
pub(crate) fn paint_dots<B: DrawingBackend>(
    ground: &Ground<B>,
    seen: &[&(i64, f64)],
) -> Result<Vec<(i64, f64, i32)>, String> {
    let Ground { area, viewport, column, row, .. } = ground;
    // Its number stands on the right of a dot or, at the edge, on its left: it is told where none lies near.
    let columns: Vec<f64> = seen.iter().map(|(t, _)| f64::from(column(*t))).collect();
    let is_near = |n: usize| columns[n + 1] - columns[n] < READABLE * viewport.scale;
    let told = seen
        .iter()
        .enumerate()
        .filter(|(n, _)| !(*n > 0 && is_near(*n - 1) || *n + 1 < columns.len() && is_near(*n)));
    let dots = told.map(|(_, (t, v))| (*t, *v, row(*v))).collect();
    for (t, v) in seen {
        let radius = pixel(3.0 * viewport.scale);
        area.draw(&Circle::new((column(*t), row(*v)), radius, ground.hue().filled())).map_err(failed)?;
    }
    Ok(dots)
}

/// Draws the steps of a score.
pub(crate) fn paint_steps<'s, B: DrawingBackend>(
    ground: &Ground<B>,
    seen: impl Iterator<Item = &'s Step>,
) -> Result<(), String> {
    let Ground { area, theme, column, row, .. } = ground;
    for step in seen {
        let (left, right) = (column(step.from), column(step.to).max(column(step.from) + 1));
        let (top, foot) = (row(step.value), row(0.0));
        if step.whole && foot > top {
            let body = mixed(step.colour, theme.background, BODY);
            let area_of = Rectangle::new([(left, top), (right, foot)], body.filled());
            area.draw(&area_of).map_err(failed)?;
        }
        trace(area, &[(left, top), (right, top)], rgb(step.colour), ground.thick())?;
    }
    Ok(())
}
