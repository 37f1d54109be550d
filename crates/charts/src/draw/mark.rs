//! What stands at the foot of a day: something that happened at a minute of it.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::draw::ground::{failed, rgb};
use crate::panel::Theme;
use crate::pixels::pixel;

/// From the middle of a mark to its ends, in CSS pixels.
const MARK: f64 = 3.5;

/// Something that happened at a minute of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayMark {
    /// Since midnight.
    pub minute: f64,
    /// How it looks.
    pub shape: MarkShape,
}

/// Marks are told apart by their shape, not by a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MarkShape {
    Diamond,
    Square,
    /// A diamond that is empty.
    Hollow,
}

fn half(scale: f64) -> i32 {
    pixel(MARK * scale).max(2)
}

fn rim(scale: f64) -> i32 {
    pixel(scale).max(1)
}

/// From the middle of a mark to the end of its rim, in device pixels.
pub(crate) fn reach(scale: f64) -> i32 {
    half(scale) + rim(scale)
}

/// A mark around a place, with a rim of the ground: a curve may go there, too.
pub(crate) fn paint_mark<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    shape: MarkShape,
    (x, y): (i32, i32),
    theme: &Theme,
    scale: f64,
) -> Result<(), String> {
    let (ink, ground) = (rgb(theme.mark), rgb(theme.background));
    let fill = |reach: i32, colour: RGBColor| {
        if shape == MarkShape::Square {
            let corners = [(x - reach, y - reach), (x + reach, y + reach)];
            return area.draw(&Rectangle::new(corners, colour.filled())).map_err(failed);
        }
        let corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)];
        area.draw(&Polygon::new(corners.to_vec(), colour.filled())).map_err(failed)
    };
    fill(reach(scale), ground)?;
    fill(half(scale), ink)?;
    if shape == MarkShape::Hollow {
        fill((half(scale) - 1 - rim(scale)).max(1), ground)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::profile::{Cell, Days, ProfileAxis, Size, draw_days, draw_days_svg};
    use crate::picture::Picture;
    use crate::pixels::place;

    const THEME: Theme = Theme {
        background: (18, 23, 29),
        grid: (38, 48, 58),
        limit: (184, 197, 208),
        hue: (238, 159, 208),
        mark: (246, 249, 251),
    };
    const SIZE: Size = Size { width: 480, height: 200, scale: 1.0 };

    fn axis() -> ProfileAxis {
        ProfileAxis { range: (40.0, 300.0), target: (70.0, 180.0), bounds: vec![54.0, 250.0] }
    }

    fn at(picture: &Picture, x: i32, y: i32) -> (u8, u8, u8) {
        let at = (usize::try_from(y).unwrap() * picture.width as usize + usize::try_from(x).unwrap()) * 3;
        (picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2])
    }

    fn inked_in_all(picture: &Picture) -> usize {
        picture.rgb.chunks(3).filter(|p| (p[0], p[1], p[2]) == THEME.mark).count()
    }

    #[test]
    fn marks_stand_at_the_foot_of_their_day_and_are_told_apart_by_their_shape() {
        let mark = |minute: f64, shape| DayMark { minute, shape };
        let marks = [(360.0, MarkShape::Diamond), (720.0, MarkShape::Square), (1080.0, MarkShape::Hollow)];
        let days = Days {
            days: vec![Vec::new(), Vec::new()],
            marks: vec![Vec::new(), marks.map(|(minute, shape)| mark(minute, shape)).to_vec()],
            columns: 2,
            axis: axis(),
        };
        let (picture, cells) = draw_days(&days, &SIZE, &THEME).unwrap();
        let inked = |(left, top, width, height): Cell, from: u32, to: u32| {
            let columns = left + width * from / 1440..left + width * to / 1440;
            let is_ink = |x: u32, y: u32| at(&picture, place(x), place(y)) == THEME.mark;
            columns.map(|x| (top..top + height).filter(|y| is_ink(x, *y)).count()).sum::<usize>()
        };
        assert_eq!(inked(cells[0], 0, 1440), 0, "nothing stands in another's day");
        let found = [(180, 540), (540, 900), (900, 1260)].map(|(from, to)| inked(cells[1], from, to));
        assert!(found[1] > found[0] && found[0] > found[2] && found[2] > 0, "{found:?}");
        assert_eq!(inked(cells[1], 0, 180) + inked(cells[1], 1260, 1440), 0);
        let (svg, _) = draw_days_svg(&days, &SIZE, &THEME).unwrap();
        assert_eq!(
            svg.matches("<polygon").count(),
            5,
            "each with its rim, and the hollow one with its inside"
        );
        // One at midnight is not lost beyond the edge.
        let edge = Days { marks: vec![vec![mark(0.0, MarkShape::Square)]], ..days };
        assert_eq!(inked_in_all(&draw_days(&edge, &SIZE, &THEME).unwrap().0), 36, "six by six pixels");
    }
}
