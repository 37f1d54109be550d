//! What the shapes of a picture are drawn on: pixels, colours, and where a moment and a value lie.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::panel::{Theme, Viewport};
use crate::pixels::{pixels, place};

/// The ground of a panel, with the mapping of its axes.
pub(crate) struct Ground<'a, B: DrawingBackend> {
    pub(crate) area: &'a DrawingArea<B, Shift>,
    pub(crate) viewport: &'a Viewport,
    pub(crate) theme: &'a Theme,
    /// The pixel column of a moment.
    pub(crate) column: &'a dyn Fn(i64) -> i32,
    /// The pixel row of a value.
    pub(crate) row: &'a dyn Fn(f64) -> i32,
}

impl<B: DrawingBackend> Ground<'_, B> {
    /// How tall a line is.
    pub(crate) fn thick(&self) -> u32 {
        pixels((1.5 * self.viewport.scale).round().max(1.0))
    }

    pub(crate) fn hue(&self) -> RGBColor {
        rgb(self.theme.hue)
    }

    pub(crate) fn is_in_sight(&self, t: i64) -> bool {
        t >= self.viewport.from && t <= self.viewport.to
    }
}

/// Whether a picture of this size and time can be drawn.
pub(crate) fn check(viewport: &Viewport) -> Result<(), String> {
    if viewport.width == 0 || viewport.height == 0 || viewport.to <= viewport.from {
        return Err("the panel has no size or no time".into());
    }
    if viewport.width > 16_384 || viewport.height > 8_192 {
        return Err("a panel can be 16,384 by 8,192 pixels at most".into());
    }
    Ok(())
}

pub(crate) fn rgb((r, g, b): (u8, u8, u8)) -> RGBColor {
    RGBColor(r, g, b)
}

/// How much of one colour a pixel has: between none and all of it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held between both ends")]
fn shade(share: f64) -> u8 {
    share.clamp(0.0, 255.0) as u8
}

/// A colour over a ground, as one opaque colour: what is drawn twice looks as what is drawn once.
pub(crate) fn mixed(over: (u8, u8, u8), ground: (u8, u8, u8), share: f64) -> RGBColor {
    let one = |a: u8, b: u8| shade((f64::from(a) * share + f64::from(b) * (1.0 - share)).round());
    RGBColor(one(over.0, ground.0), one(over.1, ground.1), one(over.2, ground.2))
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
    for down in 0..place(thick) {
        let moved: Vec<(i32, i32)> = pixels.iter().map(|(x, y)| (*x, y + down)).collect();
        line(area, &moved, hue.stroke_width(1))?;
    }
    Ok(())
}

pub(crate) fn failed(error: impl std::fmt::Display) -> String {
    format!("the renderer failed: {error}")
}
