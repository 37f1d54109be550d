//! Parts of a whole as one bar.

use plotters::prelude::*;

use crate::draw::ground::{failed, rgb};
use crate::pixels::{pixel, place};

/// Draws parts of a hundred side by side, each in its colour, as SVG; gives where each begins and ends. What is left of the hundred
/// stays empty.
///
/// # Errors
/// In words, where it has no size or the renderer fails.
pub fn draw_shares_svg(
    parts: &[(f64, (u8, u8, u8))],
    (width, height): (u32, u32),
) -> Result<(String, Vec<(i32, i32)>), String> {
    if width == 0 || height == 0 {
        return Err("the bar has no size".into());
    }
    let mut svg = String::new();
    let mut places = Vec::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        let column =
            |percent: f64| pixel((percent / 100.0 * f64::from(width)).round()).clamp(0, place(width));
        let mut sum = 0.0;
        for (percent, colour) in parts {
            let (from, to) = (column(sum), column(sum + percent));
            sum += percent;
            if to > from {
                let bar = Rectangle::new([(from, 0), (to, place(height))], rgb(*colour).filled());
                area.draw(&bar).map_err(failed)?;
            }
            places.push((from, to));
        }
        area.present().map_err(failed)?;
    }
    Ok((svg, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_side_by_side_and_a_part_that_is_nothing_is_not_drawn() {
        let parts = [(0.5, (1, 2, 3)), (0.0, (4, 5, 6)), (74.5, (7, 8, 9)), (25.0, (10, 11, 12))];
        let (svg, places) = draw_shares_svg(&parts, (200, 10)).unwrap();
        assert_eq!(places, [(0, 1), (1, 1), (1, 150), (150, 200)]);
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(draw_shares_svg(&parts, (0, 10)).is_err());
    }
}
