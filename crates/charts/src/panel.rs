//! What a panel is: a part of time, a size, colours, and what stands in it.

use clinical::Limits;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordi64;

use crate::decimate::{Outline, Outliner};
use crate::dense_bars::{Bar, Condenser, DenseBars};
use crate::picture::Picture;
use crate::pixels::{pixels, place};

/// What part of time is shown, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// First moment, milliseconds since 1970 UTC.
    pub from: i64,
    /// Last moment.
    pub to: i64,
    /// Device pixels.
    pub width: u32,
    /// Device pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
}

impl Viewport {
    /// A part of time in a box of CSS pixels, on a screen with `scale` device pixels to one.
    pub fn in_css((from, to): (i64, i64), (width, height): (u32, u32), scale: f64) -> Viewport {
        let device = |css: u32| pixels(f64::from(css) * scale);
        Viewport { from, to, width: device(width), height: device(height), scale }
    }

    /// What makes the outline of a line for this viewport from samples that come in blocks. `focus` is first and last moment that
    /// decide the axis and are counted.
    pub fn outliner(&self, gap_ms: i64, focus: (i64, i64)) -> Outliner<impl Fn(i64) -> i32 + use<>> {
        Outliner::new(self.columns(), gap_ms, focus)
    }

    /// What takes pressures in blocks where [`Viewport::is_crowded`] with them. `focus` is as of [`Viewport::outliner`].
    pub fn condenser(&self, focus: (i64, i64)) -> Condenser<impl Fn(i64) -> i32 + use<>> {
        Condenser::new(self.columns(), focus)
    }

    /// Whether so many pressures have no room beside each other, and are condensed.
    pub fn is_crowded(&self, pressures: usize) -> bool {
        pressures as f64 * 3.0 > f64::from(self.width)
    }

    /// The renderer's mapping from time to pixel column.
    pub(crate) fn columns(&self) -> impl Fn(i64) -> i32 + use<> {
        let (axis, width): (RangedCoordi64, i32) = ((self.from..self.to).into(), place(self.width));
        move |t| axis.map(&t, (0, width))
    }
}

/// Colours of a panel, RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub background: (u8, u8, u8),
    /// Grid lines.
    pub grid: (u8, u8, u8),
    /// Alarm limits.
    pub limit: (u8, u8, u8),
    /// The measure's own hue.
    pub hue: (u8, u8, u8),
    /// Marks on bars, such as the mean pressure.
    pub mark: (u8, u8, u8),
}

/// A score that held for a while: a column as tall as the score in the colour of its band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Milliseconds since 1970 UTC.
    pub from: i64,
    /// As `from`.
    pub to: i64,
    /// The score, or the least it can be.
    pub value: f64,
    /// Of its band.
    pub colour: (u8, u8, u8),
    /// Nothing was missing; else only the upper edge is drawn.
    pub whole: bool,
}

/// What stands in a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A line that breaks where two samples are further apart than `gap_ms`.
    Line {
        /// Milliseconds, ascending.
        times: Vec<i64>,
        /// One a time.
        values: Vec<f64>,
        /// The longest silence that is no gap.
        gap_ms: i64,
    },
    /// The same, of which only what decides its picture is left: made with [`Viewport::outliner`] of the viewport it is drawn in
    /// and with the focus of its panel.
    Outline {
        /// What is left.
        outline: Outline,
        /// The longest silence that is no gap.
        gap_ms: i64,
    },
    /// Single values.
    Dots(Vec<(i64, f64)>),
    /// Pressures.
    Bars(Vec<Bar>),
    /// The same, so many that they stand denser than pixels: made with [`Viewport::condenser`].
    DenseBars(DenseBars),
    /// A score over time.
    Steps(Vec<Step>),
}

/// A panel to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What stands in it.
    pub content: Content,
    /// Alarm limits and since when each held (milliseconds, ascending), drawn as dashed lines where they are in sight.
    pub limits: Vec<(i64, Limits)>,
    /// When values came that cannot be measurements: crosses at the lower edge.
    pub artefacts: Vec<i64>,
    /// Draws every sample and not M4's alone; the picture is the same, for whoever wants to see that.
    pub every_sample: bool,
    /// The least range of values shown, so that noise does not fill the panel.
    pub least: (f64, f64),
    /// The part of the time that decides the axis and is counted; `None` is all of it. A picture that is wider than its panel,
    /// for a hand to move, has the axis of what is seen at rest.
    pub focus: Option<(i64, i64)>,
    /// Values that have to be in sight beside its own: those of a panel it is compared with.
    pub also: Option<(f64, f64)>,
    /// When the line was last heard of before what it holds: a silence that began then is one, and a time before the first
    /// sample ever is none.
    pub heard: Option<i64>,
}

/// What the axes of a drawn panel show; rows in device pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Lowest and highest value of the axis.
    pub range: (f64, f64),
    /// Marks of the value axis: value and row.
    pub ticks: Vec<(f64, i32)>,
    /// The limits that hold at the right edge, in sight: value and row.
    pub limits: Vec<(f64, i32)>,
    /// Silences in sight, from and to in milliseconds.
    pub gaps: Vec<(i64, i64)>,
    /// How many samples were in sight.
    pub samples: usize,
    /// Lowest and highest value that the panel would show for itself.
    pub own_range: (f64, f64),
    /// Single values that have room to be told beside their dots: moment, value and row.
    pub dots: Vec<(i64, f64, i32)>,
}

/// A drawn panel with what the overlay needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The pixels.
    pub picture: Picture,
    /// What stands over them.
    pub facts: Facts,
}
