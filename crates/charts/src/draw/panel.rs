//! Draws a panel of one measure over a range of time, as pixels or as SVG.

use clinical::{Limits, Times};
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::decimate::Outline;
use crate::dense_bars::{Hairs, hairs};
use crate::panel::{Content, Drawn, Facts, Panel, Theme, Viewport};
use crate::picture::Picture;
use crate::ticks::value_ticks;

/// Single values that stand further apart than this, in CSS pixels, have room for their number.
const READABLE: f64 = 44.0;

/// Rows kept free above and below the highest and lowest value, in CSS pixels.
const MARGIN: f64 = 8.0;

/// How much of a measure's hue the band of it has.
const BAND: f64 = 0.42;
/// The same of the body of a score's step.
const STEP: f64 = 0.38;

/// Draws a panel.
///
/// # Errors
/// In words, where the renderer fails or the viewport has no pixels or no time.
pub fn draw(panel: &Panel, viewport: &Viewport, theme: &Theme) -> Result<Drawn, String> {
    check(viewport)?;
    let mut rgb = vec![0u8; viewport.width as usize * viewport.height as usize * 3];
    let facts = {
        let area =
            BitMapBackend::with_buffer(&mut rgb, (viewport.width, viewport.height)).into_drawing_area();
        let facts = paint(&area, panel, viewport, theme)?;
        area.present().map_err(failed)?;
        facts
    };
    let picture = Picture { width: viewport.width, height: viewport.height, rgb };
    Ok(Drawn { picture, facts })
}

/// The same panel as SVG, for paper.
///
/// # Errors
/// As [`draw`].
pub fn draw_svg(panel: &Panel, viewport: &Viewport, theme: &Theme) -> Result<(String, Facts), String> {
    check(viewport)?;
    let mut svg = String::new();
    let facts = {
        let area = SVGBackend::with_string(&mut svg, (viewport.width, viewport.height)).into_drawing_area();
        let facts = paint(&area, panel, viewport, theme)?;
        area.present().map_err(failed)?;
        facts
    };
    Ok((svg, facts))
}

pub(crate) fn check(viewport: &Viewport) -> Result<(), String> {
    if viewport.width == 0 || viewport.height == 0 || viewport.to <= viewport.from {
        return Err("the panel has no size or no time".into());
    }
    if viewport.width > 16_384 || viewport.height > 8_192 {
        return Err("a panel can be 16,384 by 8,192 pixels at most".into());
    }
    Ok(())
}

fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    panel: &Panel,
    viewport: &Viewport,
    theme: &Theme,
) -> Result<Facts, String> {
    let own_range = value_range(panel, viewport);
    let range = panel.also.map_or(own_range, |(low, high)| (own_range.0.min(low), own_range.1.max(high)));
    let margin = (MARGIN * viewport.scale).min(f64::from(viewport.height) / 4.0) as i32;
    let (width, height) = (viewport.width as i32, viewport.height as i32);
    let y_axis: RangedCoordf64 = (range.0..range.1).into();
    let column = viewport.columns();
    let row = |v: f64| y_axis.map(&v, (height - margin, margin));
    let ticks: Vec<(f64, i32)> = value_ticks(range.0, range.1, 3).into_iter().map(|v| (v, row(v))).collect();
    let in_range = |v: &f64| *v >= range.0 && *v <= range.1;
    let bounds_of = |l: &Limits| [l.low, l.high].into_iter().flatten().filter(in_range).collect::<Vec<f64>>();
    let last = panel.limits.iter().rfind(|(since, _)| *since <= viewport.to);
    let limits: Vec<(f64, i32)> = last.iter().flat_map(|(_, l)| bounds_of(l)).map(|v| (v, row(v))).collect();
    let (mut gaps, mut dots) = (Vec::new(), Vec::new());
    let samples;
    {
        let colour = |(r, g, b): (u8, u8, u8)| RGBColor(r, g, b);
        area.fill(&colour(theme.background)).map_err(failed)?;
        for (_, y) in &ticks {
            line(area, &[(0, *y), (width, *y)], colour(theme.grid).stroke_width(1))?;
        }
        let dash = ((4.0 * viewport.scale) as i32).max(1);
        for (n, (since, limits)) in panel.limits.iter().enumerate() {
            let until = panel.limits.get(n + 1).map_or(viewport.to, |(next, _)| *next);
            if until <= viewport.from || *since >= viewport.to {
                continue;
            }
            let (left, right) = (column((*since).max(viewport.from)), column(until.min(viewport.to)));
            for y in bounds_of(limits).into_iter().map(row) {
                let mut x = left;
                while x < right {
                    let end = (x + dash).min(right);
                    line(area, &[(x, y), (end, y)], colour(theme.limit).stroke_width(1))?;
                    x += dash * 2;
                }
            }
        }
        let thick = (1.5 * viewport.scale).round().max(1.0) as u32;
        let hue = colour(theme.hue);
        let in_sight = |t: i64| t >= viewport.from && t <= viewport.to;
        let (first, last) = panel.focus.unwrap_or((viewport.from, viewport.to));
        let counted = |t: i64| t >= first && t <= last;
        match &panel.content {
            Content::Line { times, values, gap_ms } => {
                // One sample beyond each edge, so that the line leaves the panel as it would on a longer one.
                let from = times.partition_point(|t| *t < viewport.from).saturating_sub(1);
                let to = (times.partition_point(|t| *t <= viewport.to) + 1).min(times.len());
                let (times, values) = (&times[from.min(to)..to], &values[from.min(to)..to]);
                let mut outliner = viewport.outliner(*gap_ms, (first, last));
                outliner.push(&Times::Each(times), values);
                let mut outline = outliner.end();
                if panel.every_sample {
                    for run in &mut outline.runs {
                        let all = times.partition_point(|t| *t < run.first)
                            ..times.partition_point(|t| *t <= run.last);
                        run.kept =
                            times[all.clone()].iter().copied().zip(values[all].iter().copied()).collect();
                    }
                }
                samples = outline.samples;
                gaps = silences(&outline, *gap_ms, panel.heard, viewport);
                paint_line(area, &outline, *gap_ms, viewport, theme, (&column, &row))?;
            }
            Content::Outline { outline, gap_ms } => {
                samples = outline.samples;
                gaps = silences(outline, *gap_ms, panel.heard, viewport);
                paint_line(area, outline, *gap_ms, viewport, theme, (&column, &row))?;
            }
            Content::Hairs(hairs) => {
                samples = hairs.samples;
                paint_hairs(area, hairs, (viewport, theme), row)?;
            }
            Content::Steps(steps) => {
                let seen = steps.iter().filter(|s| s.to > viewport.from && s.from < viewport.to);
                samples = seen.clone().filter(|s| counted(s.to)).count();
                for step in seen {
                    let (left, right) = (column(step.from), column(step.to).max(column(step.from) + 1));
                    let (top, foot) = (row(step.value), row(0.0));
                    if step.whole && foot > top {
                        let body = mixed(step.colour, theme.background, STEP);
                        let area_of = Rectangle::new([(left, top), (right, foot)], body.filled());
                        area.draw(&area_of).map_err(failed)?;
                    }
                    trace(area, &[(left, top), (right, top)], colour(step.colour), thick)?;
                }
            }
            Content::Dots(points) => {
                let seen: Vec<_> = points.iter().filter(|(t, _)| in_sight(*t)).collect();
                samples = seen.iter().filter(|(t, _)| counted(*t)).count();
                // Its number stands on the right of a dot or, at the edge, on its left: it is told where none lies near.
                let columns: Vec<f64> = seen.iter().map(|(t, _)| f64::from(column(*t))).collect();
                let is_near = |n: usize| columns[n + 1] - columns[n] < READABLE * viewport.scale;
                let told = seen
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| !(*n > 0 && is_near(*n - 1) || *n + 1 < columns.len() && is_near(*n)));
                dots = told.map(|(_, (t, v))| (*t, *v, row(*v))).collect();
                for (t, v) in seen {
                    let radius = (3.0 * viewport.scale) as i32;
                    area.draw(&Circle::new((column(*t), row(*v)), radius, hue.filled())).map_err(failed)?;
                }
            }
            Content::Bars(bars) => {
                let seen: Vec<_> = bars.iter().filter(|b| in_sight(b.t)).collect();
                samples = seen.iter().filter(|b| counted(b.t)).count();
                // Bars grow thinner as there are more of them, down to a hair.
                let room = f64::from(width) / (seen.len().max(1) as f64 * 3.0);
                let half = if viewport.is_crowded(seen.len()) {
                    0
                } else {
                    room.min(2.0 * viewport.scale).max(1.0) as i32
                };
                let reach = half + (REACH * viewport.scale) as i32;
                let mark = |x: i32, y: i32| {
                    line(area, &[(x - reach, y), (x + reach, y)], colour(theme.mark).stroke_width(thick))
                };
                if half == 0 && !panel.every_sample {
                    paint_hairs(area, &hairs(&seen, &column, (first, last)), (viewport, theme), row)?;
                } else if half == 0 {
                    for bar in &seen {
                        hair(area, column(bar.t), (row(bar.high), row(bar.low)), hue)?;
                    }
                    for bar in &seen {
                        if let Some(mean) = bar.mean {
                            mark(column(bar.t), row(mean))?;
                        }
                    }
                } else {
                    for bar in seen {
                        let (x, top, foot) = (column(bar.t), row(bar.high), row(bar.low));
                        let body =
                            Rectangle::new([(x - half, top), (x + half, foot)], hue.mix(0.85).filled());
                        area.draw(&body).map_err(failed)?;
                        if let Some(mean) = bar.mean {
                            mark(x, row(mean))?;
                        }
                    }
                }
            }
        }
        let arm = (3.0 * viewport.scale).round() as i32;
        for t in panel.artefacts.iter().filter(|t| in_sight(**t)) {
            let (x, y) = (column(*t), height - arm - 1);
            for (from, to) in
                [((x - arm, y - arm), (x + arm, y + arm)), ((x - arm, y + arm), (x + arm, y - arm))]
            {
                line(area, &[from, to], colour(theme.limit).stroke_width(1))?;
            }
        }
    }
    Ok(Facts { range, ticks, limits, gaps, samples, own_range, dots })
}

/// What came within this time can be on its way: no silence yet at the right edge. Milliseconds.
const ON_ITS_WAY: i64 = 60_000;

/// The silences in sight: between two samples, up to the first one and since the last one.
fn silences(outline: &Outline, gap_ms: i64, heard: Option<i64>, viewport: &Viewport) -> Vec<(i64, i64)> {
    let (Some(first), Some(last)) = (outline.runs.first(), outline.runs.last()) else { return Vec::new() };
    let before = heard.map(|heard| (heard, first.first)).filter(|(from, to)| to - from > gap_ms);
    let since = (last.last, viewport.to);
    let after = (since.1 - since.0 > gap_ms.max(ON_ITS_WAY)).then_some(since);
    before.into_iter().chain(outline.gaps()).chain(after).collect()
}

fn paint_line<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    outline: &Outline,
    gap_ms: i64,
    viewport: &Viewport,
    theme: &Theme,
    (column, row): (impl Fn(i64) -> i32, impl Fn(f64) -> i32),
) -> Result<(), String> {
    let thick = (1.5 * viewport.scale).round().max(1.0) as u32;
    let (r, g, b) = theme.hue;
    let hue = RGBColor(r, g, b);
    // A pixel column that is longer than any gap holds several samples, wherever in the series it lies.
    let dense = (viewport.to - viewport.from) / i64::from(viewport.width) > gap_ms;
    for run in &outline.runs {
        let pixels: Vec<(i32, i32)> = run.kept.iter().map(|(t, v)| (column(*t), row(*v))).collect();
        if let [(x, y)] = pixels.as_slice() {
            area.draw(&Circle::new((*x, *y), thick as i32, hue.filled())).map_err(failed)?;
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

/// A colour over a ground, as one opaque colour: what is drawn twice looks as what is drawn once.
fn mixed(over: (u8, u8, u8), ground: (u8, u8, u8), share: f64) -> RGBColor {
    let one = |a: u8, b: u8| (f64::from(a) * share + f64::from(b) * (1.0 - share)).round() as u8;
    RGBColor(one(over.0, ground.0), one(over.1, ground.1), one(over.2, ground.2))
}

/// How far a mean's mark reaches to either side of its hair or bar, CSS pixels.
const REACH: f64 = 2.0;

/// One pressure as a hair: the renderer fills no rectangle without a width.
fn hair<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    x: i32,
    (top, foot): (i32, i32),
    hue: RGBColor,
) -> Result<(), String> {
    line(area, &[(x, top), (x, foot)], hue.stroke_width(1))
}

fn paint_hairs<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    hairs: &Hairs,
    (viewport, theme): (&Viewport, &Theme),
    row: impl Fn(f64) -> i32,
) -> Result<(), String> {
    let rgb = |(r, g, b): (u8, u8, u8)| RGBColor(r, g, b);
    for column in &hairs.columns {
        for (low, high) in &column.spans {
            hair(area, column.x, (row(*high), row(*low)), rgb(theme.hue))?;
        }
    }
    let reach = (REACH * viewport.scale) as i32;
    let thick = (1.5 * viewport.scale).round().max(1.0) as u32;
    for column in &hairs.columns {
        let mut rows: Vec<i32> = column.means.iter().map(|mean| row(*mean)).collect();
        rows.dedup();
        for y in rows {
            let mark = [(column.x - reach, y), (column.x + reach, y)];
            line(area, &mark, rgb(theme.mark).stroke_width(thick))?;
        }
    }
    Ok(())
}

pub(crate) fn line<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    pixels: &[(i32, i32)],
    style: ShapeStyle,
) -> Result<(), String> {
    area.draw(&PathElement::new(pixels.to_vec(), style)).map_err(failed)
}

/// A line `thick` pixels tall, as hairlines one below the other: a hairline through M4's samples covers the same pixels
/// as one through all samples, a polygon of the renderer's thick strokes does not.
pub(crate) fn trace<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    pixels: &[(i32, i32)],
    hue: RGBColor,
    thick: u32,
) -> Result<(), String> {
    for down in 0..thick as i32 {
        let moved: Vec<(i32, i32)> = pixels.iter().map(|(x, y)| (*x, y + down)).collect();
        line(area, &moved, hue.stroke_width(1))?;
    }
    Ok(())
}

pub(crate) fn failed(error: impl std::fmt::Display) -> String {
    format!("the renderer failed: {error}")
}

/// The values in sight, no narrower than the panel's least range.
fn value_range(panel: &Panel, viewport: &Viewport) -> (f64, f64) {
    let (mut low, mut high) = panel.least;
    let (from, to) = panel.focus.unwrap_or((viewport.from, viewport.to));
    let mut take = |t: i64, v: f64| {
        if t >= from && t <= to && v.is_finite() {
            low = low.min(v);
            high = high.max(v);
        }
    };
    match &panel.content {
        Content::Line { times, values, .. } => {
            let seen = times.partition_point(|t| *t < from)..times.partition_point(|t| *t <= to);
            values[seen].iter().for_each(|v| take(from, *v));
        }
        Content::Outline { outline, .. } => {
            outline.range.iter().flat_map(|(low, high)| [low, high]).for_each(|v| take(from, *v));
        }
        Content::Dots(points) => points.iter().for_each(|(t, v)| take(*t, *v)),
        Content::Hairs(hairs) => {
            hairs.range.iter().flat_map(|(low, high)| [low, high]).for_each(|v| take(from, *v));
        }
        Content::Bars(bars) => bars.iter().for_each(|b| {
            take(b.t, b.low);
            take(b.t, b.high);
        }),
        Content::Steps(steps) => steps.iter().for_each(|step| take(step.to.min(to), step.value)),
    }
    if high > low { (low, high) } else { (low - 1.0, high + 1.0) }
}

#[cfg(test)]
mod tests {
    use plotters::coord::types::RangedCoordi64;

    use super::*;
    use crate::dense_bars::Bar;
    use proptest::prelude::*;

    const THEME: Theme = Theme {
        background: (18, 23, 29),
        grid: (38, 48, 58),
        limit: (184, 197, 208),
        hue: (126, 208, 155),
        mark: (246, 249, 251),
    };

    fn viewport(from: i64, to: i64) -> Viewport {
        Viewport { from, to, width: 400, height: 80, scale: 1.0 }
    }

    fn panel(content: Content) -> Panel {
        Panel {
            content,
            limits: vec![(0, Limits { low: Some(50.0), high: Some(130.0) })],
            artefacts: Vec::new(),
            every_sample: false,
            least: (60.0, 100.0),
            focus: None,
            also: None,
            heard: None,
        }
    }

    fn hue_columns(drawn: &Drawn) -> Vec<bool> {
        (0..drawn.picture.width as usize)
            .map(|x| {
                (0..drawn.picture.height as usize).any(|y| {
                    let at = (y * drawn.picture.width as usize + x) * 3;
                    drawn.picture.rgb[at..at + 3] == [126, 208, 155]
                })
            })
            .collect()
    }

    #[test]
    fn a_gap_is_left_empty_and_named() {
        let times: Vec<i64> = (0..400).chain(800..1200).map(|s| s * 1000).collect();
        let values = vec![80.0; times.len()];
        let drawn =
            draw(&panel(Content::Line { times, values, gap_ms: 10_000 }), &viewport(0, 1_200_000), &THEME)
                .unwrap();
        assert_eq!(drawn.facts.gaps, [(399_000, 800_000)]);
        let columns = hue_columns(&drawn);
        assert!(columns[10..130].iter().all(|c| *c) && columns[270..390].iter().all(|c| *c));
        assert!(columns[140..260].iter().all(|c| !*c), "the gap is not bridged");
    }

    #[test]
    fn a_value_is_told_where_none_lies_near() {
        // 400 columns of three seconds each; a number has 44.
        let at = [0, 300, 330, 360, 600, 600 + 132, 1190].map(|s| s * 1000);
        let dots = Content::Dots(at.iter().map(|t| (*t, 38.0)).collect());
        let drawn = draw(&panel(dots), &viewport(0, 1_200_000), &THEME).unwrap();
        let told: Vec<i64> = drawn.facts.dots.iter().map(|(t, ..)| t / 1000).collect();
        assert_eq!((drawn.facts.samples, told), (7, vec![0, 600, 732, 1190]));
    }

    #[test]
    fn a_silence_at_an_edge_is_named_where_something_was_heard_before_it() {
        let times: Vec<i64> = (300..900).map(|s| s * 1000).collect();
        let values = vec![80.0; times.len()];
        let line = panel(Content::Line { times, values, gap_ms: 10_000 });
        let gaps = |panel: Panel, to| draw(&panel, &viewport(0, to), &THEME).unwrap().facts.gaps;
        // Nothing is missing before a monitor was put on, nor is what may be on its way.
        assert_eq!(gaps(line.clone(), 950_000), []);
        let heard = Panel { heard: Some(-60_000), ..line };
        assert_eq!(gaps(heard.clone(), 950_000), [(-60_000, 300_000)]);
        assert_eq!(gaps(heard, 1_200_000), [(-60_000, 300_000), (899_000, 1_200_000)]);
    }

    #[test]
    fn a_wider_picture_is_the_same_in_the_middle() {
        let times: Vec<i64> = (0..3600).map(|s| s * 1000).collect();
        let values: Vec<f64> =
            times.iter().map(|t| 80.0 + 15.0 * (*t as f64 / 90_000.0).sin() + (*t as f64 / 1e5)).collect();
        let line = Content::Line { times, values, gap_ms: 10_000 };
        let narrow = draw(&panel(line.clone()), &viewport(1_200_000, 2_400_000), &THEME).unwrap();
        let wide = Panel { focus: Some((1_200_000, 2_400_000)), ..panel(line) };
        let wide = draw(&wide, &Viewport { width: 1200, ..viewport(0, 3_600_000) }, &THEME).unwrap();
        assert_eq!((narrow.facts.range, narrow.facts.samples), (wide.facts.range, wide.facts.samples));
        let middle: Vec<u8> =
            wide.picture.rgb.chunks(1200 * 3).flat_map(|row| row[1200..2400].to_vec()).collect();
        let differing = middle.chunks(3).zip(narrow.picture.rgb.chunks(3)).filter(|(a, b)| a != b).count();
        // A sample that lies on the border of two columns may fall to either.
        assert!(differing <= 8, "{differing} pixels differ");
    }

    #[test]
    fn a_fortnight_of_seconds_of_pressures_is_what_every_one_of_them_would_draw() {
        let bar = |n: i64| {
            let wave = (n as f64 / 700.0).sin() * 15.0 + f64::from((n % 13) as i32);
            // Now and then a column has two heaps of pressures with room between them.
            let up = if n % 997 < 3 { 60.0 } else { 0.0 };
            Bar {
                t: n * 1000,
                low: 60.0 + wave + up,
                high: 70.0 + wave + up,
                mean: (n % 5 == 0).then_some(64.0 + wave),
            }
        };
        let few = panel(Content::Bars((0..40_000).map(bar).collect()));
        let every = Panel { every_sample: true, ..few.clone() };
        let view = viewport(0, 40_000_000);
        assert_eq!(draw(&few, &view, &THEME).unwrap().picture, draw(&every, &view, &THEME).unwrap().picture);
    }

    #[test]
    fn a_fortnight_of_pressures_is_still_bars() {
        let bars = (0..400).map(|n| Bar { t: n * 1000, low: 60.0, high: 120.0, mean: Some(80.0) }).collect();
        let drawn = draw(&panel(Content::Bars(bars)), &viewport(0, 400_000), &THEME).unwrap();
        let ground = [THEME.background.0, THEME.background.1, THEME.background.2];
        // Half way between the mean and the top, away from every line of the grid.
        let at = |x: usize| (30 * 400 + x) * 3;
        let painted = (0..400).filter(|x| drawn.picture.rgb[at(*x)..at(*x) + 3] != ground).count();
        assert!(painted > 390, "{painted} of 400 columns");
    }

    #[test]
    fn strange_panels_are_drawn_or_explained() {
        let empty = Content::Line { times: vec![], values: vec![], gap_ms: 1000 };
        assert_eq!(draw(&panel(empty.clone()), &viewport(0, 1000), &THEME).unwrap().facts.samples, 0);
        let one = Content::Line { times: vec![500], values: vec![80.0], gap_ms: 1000 };
        assert!(hue_columns(&draw(&panel(one), &viewport(0, 1000), &THEME).unwrap()).iter().any(|c| *c));
        assert!(draw(&panel(empty.clone()), &viewport(5, 5), &THEME).is_err());
        let narrow = Viewport { width: 1, height: 1, ..viewport(0, 50 * 365 * 86_400_000) };
        draw(&panel(empty), &narrow, &THEME).unwrap();
        let bars = Content::Bars(vec![Bar { t: 500, low: 60.0, high: 120.0, mean: Some(80.0) }]);
        assert_eq!(draw(&panel(bars), &viewport(0, 1000), &THEME).unwrap().facts.range, (60.0, 120.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_drawn_is_what_all_samples_would_draw(
            steps in proptest::collection::vec((1i64..4000, -3.0f64..3.0), 10..3000), spike in any::<prop::sample::Index>()
        ) {
            let (mut times, mut values, mut t, mut v) = (vec![], vec![], 0i64, 80.0f64);
            for (dt, dv) in &steps {
                t += dt;
                v = (v + dv).clamp(40.0, 160.0);
                times.push(t);
                values.push(v);
            }
            let at = spike.index(values.len());
            values[at] = 158.0;
            let view = viewport(0, t + 1);
            let p = panel(Content::Line { times: times.clone(), values: values.clone(), gap_ms: i64::MAX });
            let drawn = draw(&p, &view, &THEME).unwrap();
            // The plain way: every sample, through plotters, on the same ground.
            let mut plain = draw(&Panel { least: drawn.facts.range, ..panel(Content::Dots(vec![])) }, &view, &THEME).unwrap();
            {
                let area = BitMapBackend::with_buffer(&mut plain.picture.rgb, (400, 80)).into_drawing_area();
                let x: RangedCoordi64 = (view.from..view.to).into();
                let y: RangedCoordf64 = (drawn.facts.range.0..drawn.facts.range.1).into();
                let pixels: Vec<(i32, i32)> = times.iter().zip(&values).map(|(t, v)| (x.map(t, (0, 400)), y.map(v, (72, 8)))).collect();
                trace(&area, &pixels, RGBColor(126, 208, 155), 2).unwrap();
            }
            let different = drawn.picture.rgb.chunks(3).zip(plain.picture.rgb.chunks(3)).filter(|(a, b)| a != b).count();
            prop_assert_eq!(different, 0);
            // The same where columns are bands.
            let dense = panel(Content::Line { times, values, gap_ms: 4001 });
            let wide = Viewport { width: 100, ..view };
            let every = Panel { every_sample: true, ..dense.clone() };
            prop_assert_eq!(draw(&dense, &wide, &THEME).unwrap().picture, draw(&every, &wide, &THEME).unwrap().picture);
        }
    }
}
