//! Draws a panel of one measure over a range of time, as pixels or as SVG.

use clinical::Limits;
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::draw::bars::{paint_bars, paint_dense_bars};
use crate::draw::ground::{Ground, check, failed, line, rgb};
use crate::draw::line::{outline_of, paint_line, silences};
use crate::draw::single::{paint_dots, paint_steps};
use crate::panel::{Content, Drawn, Facts, Panel, Theme, Viewport};
use crate::picture::Picture;
use crate::pixels::{pixel, place};
use crate::ticks::value_ticks;

/// Rows kept free above and below the highest and lowest value, in CSS pixels.
const MARGIN: f64 = 8.0;

/// Draws a panel.
///
/// # Errors
/// In words, where the renderer fails or the viewport has no pixels or no time.
pub fn draw(panel: &Panel, viewport: &Viewport, theme: &Theme) -> Result<Drawn, String> {
    check(viewport)?;
    let mut pixels = vec![0u8; viewport.width as usize * viewport.height as usize * 3];
    let facts = {
        let area =
            BitMapBackend::with_buffer(&mut pixels, (viewport.width, viewport.height)).into_drawing_area();
        let facts = paint(&area, panel, viewport, theme)?;
        area.present().map_err(failed)?;
        facts
    };
    let picture = Picture { width: viewport.width, height: viewport.height, rgb: pixels };
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

fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    panel: &Panel,
    viewport: &Viewport,
    theme: &Theme,
) -> Result<Facts, String> {
    let own_range = value_range(panel, viewport);
    let range = panel.also.map_or(own_range, |(low, high)| (own_range.0.min(low), own_range.1.max(high)));
    let margin = pixel((MARGIN * viewport.scale).min(f64::from(viewport.height) / 4.0));
    let (width, height) = (place(viewport.width), place(viewport.height));
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
        area.fill(&rgb(theme.background)).map_err(failed)?;
        for (_, y) in &ticks {
            line(area, &[(0, *y), (width, *y)], rgb(theme.grid).stroke_width(1))?;
        }
        let dash = pixel(4.0 * viewport.scale).max(1);
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
                    line(area, &[(x, y), (end, y)], rgb(theme.limit).stroke_width(1))?;
                    x += dash * 2;
                }
            }
        }
        let ground = Ground { area, viewport, theme, column: &column, row: &row };
        let (first, last) = panel.focus.unwrap_or((viewport.from, viewport.to));
        let counted = |t: i64| t >= first && t <= last;
        match &panel.content {
            Content::Line { times, values, gap_ms } => {
                let outline =
                    outline_of((times, values), *gap_ms, (first, last), viewport, panel.every_sample);
                samples = outline.samples;
                gaps = silences(&outline, *gap_ms, panel.heard, viewport);
                paint_line(&ground, &outline, *gap_ms)?;
            }
            Content::Outline { outline, gap_ms } => {
                samples = outline.samples;
                gaps = silences(outline, *gap_ms, panel.heard, viewport);
                paint_line(&ground, outline, *gap_ms)?;
            }
            Content::DenseBars(bars) => {
                samples = bars.samples;
                paint_dense_bars(&ground, bars)?;
            }
            Content::Steps(steps) => {
                let seen = steps.iter().filter(|s| s.to > viewport.from && s.from < viewport.to);
                // One that held before and goes on is seen in all of it.
                samples = seen.clone().filter(|s| s.to >= first && s.from <= last).count();
                paint_steps(&ground, seen)?;
            }
            Content::Dots(points) => {
                let seen: Vec<_> = points.iter().filter(|(t, _)| ground.is_in_sight(*t)).collect();
                samples = seen.iter().filter(|(t, _)| counted(*t)).count();
                dots = paint_dots(&ground, &seen)?;
            }
            Content::Bars(bars) => {
                let seen: Vec<_> = bars.iter().filter(|b| ground.is_in_sight(b.t)).collect();
                samples = seen.iter().filter(|b| counted(b.t)).count();
                paint_bars(&ground, &seen, (first, last), panel.every_sample)?;
            }
        }
        let arm = pixel((3.0 * viewport.scale).round());
        for t in panel.artefacts.iter().filter(|t| ground.is_in_sight(**t)) {
            let (x, y) = (column(*t), height - arm - 1);
            for (from, to) in
                [((x - arm, y - arm), (x + arm, y + arm)), ((x - arm, y + arm), (x + arm, y - arm))]
            {
                line(area, &[from, to], rgb(theme.limit).stroke_width(1))?;
            }
        }
    }
    Ok(Facts { range, ticks, limits, gaps, samples, own_range, dots })
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
        Content::DenseBars(bars) => {
            bars.range.iter().flat_map(|(low, high)| [low, high]).for_each(|v| take(from, *v));
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
    use clinical::{DAY_MS, HOUR_MS};

    use plotters::coord::types::RangedCoordi64;

    use super::*;
    use crate::Step;
    use crate::dense_bars::Bar;
    use crate::draw::ground::trace;
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
    fn no_panel_says_that_it_holds_nothing_over_a_score_that_is_drawn() {
        let (from, to) = (600_000, 1_200_000);
        for (name, held, drawn) in [
            ("before and after", (0, 9_000_000), 1),
            ("into it", (0, 700_000), 1),
            ("out of it", (1_000_000, 9_000_000), 1),
            ("within", (700_000, 800_000), 1),
            ("before", (0, 500_000), 0),
            ("after", (1_300_000, 9_000_000), 0),
        ] {
            for value in [0.0, 7.0] {
                let step = Step { from: held.0, to: held.1, value, colour: (1, 2, 3), whole: value > 0.0 };
                let panel = Panel { focus: Some((from, to)), ..panel(Content::Steps(vec![step])) };
                let found = draw(&panel, &viewport(from, to), &THEME).unwrap().facts.samples;
                assert_eq!(found, drawn, "{name}: {value}");
            }
        }
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
        let wide = draw(&wide, &Viewport { width: 1200, ..viewport(0, HOUR_MS) }, &THEME).unwrap();
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
            let wave = (n as f64 / 700.0).sin() * 15.0 + (n % 13) as f64;
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
        let narrow = Viewport { width: 1, height: 1, ..viewport(0, 50 * 365 * DAY_MS) };
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
