//! Values by time of day: bands of percentiles, and each day by itself in a small panel.

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::draw::ground::{failed, line, mixed, rgb, trace};
use crate::draw::mark::{DayMark, paint_mark, reach};
use crate::panel::Theme;
use crate::picture::Picture;
use crate::pixels::{pixel, pixels, place};
use crate::ticks::value_ticks;

/// Minutes of a day by the clock on the wall.
const DAY: f64 = 1440.0;
/// How much of the hue the outer band, the inner band and the ground of the target have.
const OUTER: f64 = 0.2;
const INNER: f64 = 0.45;
const TARGET: f64 = 0.08;
/// Between two small panels, in CSS pixels.
const BETWEEN: f64 = 8.0;

/// Percentiles by time of day.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// From midnight on; a part of the day without values is missing, and the bands break there.
    pub bins: Vec<ProfileBin>,
    /// What both share.
    pub axis: ProfileAxis,
}

/// A part of the day with its five percentiles, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileBin {
    /// Minutes since midnight.
    pub from: u16,
    /// As `from`.
    pub to: u16,
    /// As they are shown.
    pub values: [f64; 5],
}

/// The values of an axis, and what is marked on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileAxis {
    /// Lowest and highest value.
    pub range: (f64, f64),
    /// Between these the ground is tinted, and their lines are whole.
    pub target: (f64, f64),
    /// Lines of dashes.
    pub bounds: Vec<f64>,
}

/// Each day by itself, in rows of so many.
#[derive(Clone, Debug, PartialEq)]
pub struct Days {
    /// In order; each is runs of minutes since midnight and values, between which nothing came.
    pub days: Vec<Vec<Vec<(f64, f64)>>>,
    /// What stands at the foot of each day, as far as there is anything.
    pub marks: Vec<Vec<DayMark>>,
    /// In a row; fewer days stand at its left.
    pub columns: u32,
    /// The same for all.
    pub axis: ProfileAxis,
}

/// A size in device pixels, and how many of them are in a CSS pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Device pixels.
    pub width: u32,
    /// Device pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
}

/// What stands over a profile; places in device pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileFacts {
    /// Marks of the value axis: value and row.
    pub ticks: Vec<(f64, i32)>,
    /// The target and the bounds in sight: value and row.
    pub bounds: Vec<(f64, i32)>,
    /// Every third hour and its column.
    pub hours: Vec<(u32, i32)>,
    /// Where the percentiles end at the right, the lowest first; nothing where the day does not end with any.
    pub ends: Option<[i32; 5]>,
}

/// Where a small panel lies, in device pixels: left, top, width, height.
pub type Cell = (u32, u32, u32, u32);

impl Days {
    /// Where each day lies in a picture of this size.
    pub fn cells(&self, size: &Size) -> Vec<Cell> {
        let columns = self.columns.max(1);
        let count = u32::try_from(self.days.len()).unwrap_or(u32::MAX);
        let rows = count.div_ceil(columns).max(1);
        let gap = pixels(BETWEEN * size.scale);
        let one = |all: u32, of: u32| all.saturating_sub(gap * (of - 1)) / of;
        let (width, height) = (one(size.width, columns).max(1), one(size.height, rows).max(1));
        (0..count)
            .map(|n| (n % columns * (width + gap), n / columns * (height + gap), width, height))
            .collect()
    }
}

fn check(size: &Size) -> Result<(), String> {
    match (size.width, size.height) {
        (0, _) | (_, 0) => Err("the profile has no size".into()),
        (16_385.., _) | (_, 8_193..) => Err("a profile can be 16,384 by 8,192 pixels at most".into()),
        _ => Ok(()),
    }
}

fn in_pixels<T>(
    size: &Size,
    paint: impl FnOnce(&DrawingArea<BitMapBackend<'_>, Shift>) -> Result<T, String>,
) -> Result<(Picture, T), String> {
    check(size)?;
    let mut rgb = vec![0u8; size.width as usize * size.height as usize * 3];
    let told = {
        let area = BitMapBackend::with_buffer(&mut rgb, (size.width, size.height)).into_drawing_area();
        let told = paint(&area)?;
        area.present().map_err(failed)?;
        told
    };
    Ok((Picture { width: size.width, height: size.height, rgb }, told))
}

fn in_svg<T>(
    size: &Size,
    paint: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<T, String>,
) -> Result<(String, T), String> {
    check(size)?;
    let mut svg = String::new();
    let told = {
        let area = SVGBackend::with_string(&mut svg, (size.width, size.height)).into_drawing_area();
        let told = paint(&area)?;
        area.present().map_err(failed)?;
        told
    };
    Ok((svg, told))
}

/// Draws a profile.
///
/// # Errors
/// In words, where it has no size or the renderer fails.
pub fn draw_profile(
    profile: &Profile,
    size: &Size,
    theme: &Theme,
) -> Result<(Picture, ProfileFacts), String> {
    in_pixels(size, |area| paint_profile(area, profile, size, theme))
}

/// The same as SVG, for paper.
///
/// # Errors
/// As [`draw_profile`].
pub fn draw_profile_svg(
    profile: &Profile,
    size: &Size,
    theme: &Theme,
) -> Result<(String, ProfileFacts), String> {
    in_svg(size, |area| paint_profile(area, profile, size, theme))
}

/// Draws days side by side; gives where each lies.
///
/// # Errors
/// As [`draw_profile`].
pub fn draw_days(days: &Days, size: &Size, theme: &Theme) -> Result<(Picture, Vec<Cell>), String> {
    in_pixels(size, |area| paint_days(area, days, size, theme))
}

/// The same as SVG, for paper.
///
/// # Errors
/// As [`draw_profile`].
pub fn draw_days_svg(days: &Days, size: &Size, theme: &Theme) -> Result<(String, Vec<Cell>), String> {
    in_svg(size, |area| paint_days(area, days, size, theme))
}

/// The mapping of one panel.
struct Plot<'a, B: DrawingBackend> {
    area: &'a DrawingArea<B, Shift>,
    theme: &'a Theme,
    scale: f64,
    width: i32,
    height: i32,
    rows: RangedCoordf64,
}

impl<'a, B: DrawingBackend> Plot<'a, B> {
    fn new(area: &'a DrawingArea<B, Shift>, axis: &ProfileAxis, theme: &'a Theme, scale: f64) -> Plot<'a, B> {
        let (width, height) = area.dim_in_pixel();
        let rows: RangedCoordf64 = (axis.range.0..axis.range.1).into();
        Plot { area, theme, scale, width: place(width), height: place(height), rows }
    }

    fn row(&self, value: f64) -> i32 {
        self.rows.map(&value, (self.height - 1, 0)).clamp(0, self.height - 1)
    }

    fn column(&self, minute: f64) -> i32 {
        pixel((minute / DAY * f64::from(self.width)).clamp(0.0, f64::from(self.width)))
    }

    fn shade(&self, share: f64) -> RGBColor {
        mixed(self.theme.hue, self.theme.background, share)
    }

    /// The ground: what is aimed at, the hours, and the bounds.
    fn ground(&self, axis: &ProfileAxis, hours: &[u32]) -> Result<(), String> {
        self.area.fill(&rgb(self.theme.background)).map_err(failed)?;
        let (top, foot) = (self.row(axis.target.1), self.row(axis.target.0));
        let aim = mixed(self.theme.limit, self.theme.background, TARGET);
        self.area.draw(&Rectangle::new([(0, top), (self.width, foot)], aim.filled())).map_err(failed)?;
        for hour in hours {
            let x = self.column(f64::from(*hour) * 60.0);
            line(self.area, &[(x, 0), (x, self.height)], rgb(self.theme.grid).stroke_width(1))?;
        }
        Ok(())
    }

    fn bounds(&self, axis: &ProfileAxis) -> Result<(), String> {
        let limit = rgb(self.theme.limit).stroke_width(1);
        for value in [axis.target.0, axis.target.1] {
            let y = self.row(value);
            line(self.area, &[(0, y), (self.width, y)], limit)?;
        }
        let dash = pixel(4.0 * self.scale).max(1);
        for y in axis.bounds.iter().filter(|v| in_range(axis, **v)).map(|v| self.row(*v)) {
            let mut x = 0;
            while x < self.width {
                line(self.area, &[(x, y), ((x + dash).min(self.width), y)], limit)?;
                x += dash * 2;
            }
        }
        Ok(())
    }

    /// A mark at the foot; whole also at midnight.
    fn mark(&self, mark: &DayMark) -> Result<(), String> {
        let reach = reach(self.scale);
        let x = self.column(mark.minute).min(self.width - 1 - reach).max(reach);
        paint_mark(self.area, mark.shape, (x, self.height - 1 - reach), self.theme, self.scale)
    }

    fn thick(&self, css: f64) -> u32 {
        pixels((css * self.scale).round().max(1.0))
    }
}

fn in_range(axis: &ProfileAxis, value: f64) -> bool {
    value >= axis.range.0 && value <= axis.range.1
}

/// A percentile of a run, from the beginning of its first part of the day to the end of its last.
fn edge(run: &[ProfileBin], of: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Vec::new() };
    let middle = |bin: &ProfileBin| (f64::from(bin.from) + f64::from(bin.to)) / 2.0;
    let start = std::iter::once((f64::from(first.from), first.values[of]));
    let end = std::iter::once((f64::from(last.to), last.values[of]));
    start.chain(run.iter().map(|bin| (middle(bin), bin.values[of]))).chain(end).collect()
}

fn paint_profile<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    profile: &Profile,
    size: &Size,
    theme: &Theme,
) -> Result<ProfileFacts, String> {
    let Profile { bins, axis } = profile;
    let plot = Plot::new(area, axis, theme, size.scale);
    let hours: Vec<u32> = (0..=24).step_by(3).collect();
    plot.ground(axis, &hours[1..hours.len() - 1])?;
    let ticks: Vec<(f64, i32)> =
        value_ticks(axis.range.0, axis.range.1, 6).into_iter().map(|v| (v, plot.row(v))).collect();
    for run in bins.chunk_by(|a, b| a.to == b.from) {
        let points = |of: usize| -> Vec<(i32, i32)> {
            edge(run, of).into_iter().map(|(minute, value)| (plot.column(minute), plot.row(value))).collect()
        };
        for (low, high, share) in [(0, 4, OUTER), (1, 3, INNER)] {
            let outline: Vec<_> = points(low).into_iter().chain(points(high).into_iter().rev()).collect();
            area.draw(&Polygon::new(outline, plot.shade(share).filled())).map_err(failed)?;
        }
        trace(area, &points(2), rgb(theme.mark), plot.thick(2.0))?;
    }
    plot.bounds(axis)?;
    let bounds = [axis.target.0, axis.target.1].into_iter().chain(axis.bounds.iter().copied());
    let last = bins.last().filter(|bin| f64::from(bin.to) >= DAY);
    Ok(ProfileFacts {
        ticks,
        bounds: bounds.filter(|v| in_range(axis, *v)).map(|v| (v, plot.row(v))).collect(),
        hours: hours.into_iter().map(|hour| (hour, plot.column(f64::from(hour) * 60.0))).collect(),
        ends: last.map(|bin| bin.values.map(|value| plot.row(value))),
    })
}

fn paint_days<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    days: &Days,
    size: &Size,
    theme: &Theme,
) -> Result<Vec<Cell>, String> {
    area.fill(&rgb(theme.background)).map_err(failed)?;
    let cells = days.cells(size);
    let marks = days.marks.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    for ((day, marks), (left, top, width, height)) in days.days.iter().zip(marks).zip(&cells) {
        let (left, top) = (place(*left), place(*top));
        let cell = area.clone().shrink((left, top), (*width, *height));
        let plot = Plot::new(&cell, &days.axis, theme, size.scale);
        plot.ground(&days.axis, &[12])?;
        plot.bounds(&ProfileAxis { bounds: Vec::new(), ..days.axis.clone() })?;
        for run in day {
            let points: Vec<(i32, i32)> =
                run.iter().map(|(minute, value)| (plot.column(*minute), plot.row(*value))).collect();
            match points.as_slice() {
                [] => {}
                [one] => {
                    let dot = Circle::new(*one, pixels(size.scale.max(1.0)), rgb(theme.hue).filled());
                    cell.draw(&dot).map_err(failed)?;
                }
                many => trace(&cell, many, rgb(theme.hue), plot.thick(1.5))?,
            }
        }
        marks.iter().try_for_each(|mark| plot.mark(mark))?;
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn profile(missing: std::ops::Range<u16>) -> Profile {
        let bin =
            |n: u16| ProfileBin { from: n * 15, to: n * 15 + 15, values: [80.0, 100.0, 120.0, 150.0, 200.0] };
        Profile { bins: (0..96).filter(|n| !missing.contains(n)).map(bin).collect(), axis: axis() }
    }

    fn at(picture: &Picture, x: i32, y: i32) -> (u8, u8, u8) {
        let at = (usize::try_from(y).unwrap() * picture.width as usize + usize::try_from(x).unwrap()) * 3;
        (picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2])
    }

    #[test]
    fn bands_lie_where_their_percentiles_are_and_are_empty_where_no_value_is() {
        // From 06:00 to 12:00 nothing came on any day.
        let (picture, facts) = draw_profile(&profile(24..48), &SIZE, &THEME).unwrap();
        let plot_row = |value: f64| {
            let rows: RangedCoordf64 = (40.0..300.0).into();
            rows.map(&value, (199, 0))
        };
        let outer = mixed(THEME.hue, THEME.background, OUTER);
        let inner = mixed(THEME.hue, THEME.background, INNER);
        let is = |x: i32, value: f64, colour: RGBColor| {
            assert_eq!(at(&picture, x, plot_row(value)), (colour.0, colour.1, colour.2), "{x} {value}");
        };
        for x in [3, 100, 250, 475] {
            is(x, 90.0, outer);
            is(x, 190.0, outer);
            is(x, 110.0, inner);
            is(x, 140.0, inner);
            is(x, 120.0, rgb(THEME.mark));
        }
        for value in [90.0, 110.0, 120.0, 140.0] {
            is(200, value, mixed(THEME.limit, THEME.background, TARGET));
        }
        is(200, 190.0, rgb(THEME.background));
        assert_eq!(facts.ends.unwrap(), [80.0, 100.0, 120.0, 150.0, 200.0].map(plot_row));
        assert_eq!(facts.hours.first(), Some(&(0, 0)));
        assert_eq!(facts.hours.last(), Some(&(24, 480)));
        let told: Vec<f64> = facts.bounds.iter().map(|(value, _)| *value).collect();
        assert_eq!(told, [70.0, 180.0, 54.0, 250.0]);
    }

    #[test]
    fn a_part_of_a_day_alone_is_as_wide_as_it_is_and_none_is_no_fault() {
        let one = Profile { bins: vec![profile(0..0).bins[40]], axis: axis() };
        let (picture, facts) = draw_profile(&one, &SIZE, &THEME).unwrap();
        let inner = mixed(THEME.hue, THEME.background, INNER);
        let row = (0..200).find(|y| at(&picture, 202, *y) == (inner.0, inner.1, inner.2));
        assert!(row.is_some() && facts.ends.is_none());
        let none = Profile { bins: Vec::new(), axis: axis() };
        assert_eq!(draw_profile(&none, &SIZE, &THEME).unwrap().1.ends, None);
        assert!(draw_profile(&none, &Size { width: 0, ..SIZE }, &THEME).is_err());
        assert!(draw_profile(&none, &Size { width: 20_000, ..SIZE }, &THEME).is_err());
    }

    #[test]
    fn days_lie_side_by_side_and_a_silence_in_one_is_not_bridged() {
        let whole: Vec<(f64, f64)> = (0..288).map(|n| (f64::from(n) * 5.0, 120.0)).collect();
        let days = Days {
            days: vec![vec![whole[..100].to_vec(), whole[200..].to_vec()], Vec::new(), vec![whole]],
            marks: Vec::new(),
            columns: 2,
            axis: axis(),
        };
        let (picture, cells) = draw_days(&days, &SIZE, &THEME).unwrap();
        assert_eq!(cells, [(0, 0, 236, 96), (244, 0, 236, 96), (0, 104, 236, 96)]);
        let painted = |(left, top, width, height): Cell| {
            let hue = |x: u32| (top..top + height).any(|y| at(&picture, place(x), place(y)) == THEME.hue);
            (left..left + width).filter(|x| hue(*x)).count()
        };
        assert!(painted(cells[2]) > 230, "{}", painted(cells[2]));
        assert!((140..165).contains(&painted(cells[0])), "{}", painted(cells[0]));
        assert_eq!(painted(cells[1]), 0, "a day without a reading is there, and empty");
    }

    #[test]
    fn on_paper_it_is_the_same_in_lines() {
        let (svg, facts) = draw_profile_svg(&profile(0..0), &SIZE, &THEME).unwrap();
        assert_eq!(facts, draw_profile(&profile(0..0), &SIZE, &THEME).unwrap().1);
        assert!(svg.matches("<polygon").count() == 2 && !svg.contains("<text"));
    }
}
