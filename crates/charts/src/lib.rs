//! Trend panels drawn by plotters. Input: samples and a viewport. Output: pixels plus what the axes show.
//!
//! On the screen text is never drawn here: the window lays real text over the picture. On paper it is text in the PDF. Deliberately not here: fetching data.

mod decimate;
mod draw;
mod figure;
mod hairs;
mod panel;
mod paper;
mod picture;
mod strip;
mod ticks;

pub use decimate::{Outline, Outliner, Run, m4};
pub use draw::{draw, draw_svg};
pub use figure::{Event, EventKind, Figure, Row};
pub use hairs::{Comb, HairColumn, Hairs, Pressures};
pub use panel::{Bar, Content, Drawn, Facts, Panel, Step, Theme, Viewport};
pub use paper::{HEIGHT as PAGE_HEIGHT, Ink, Page, WIDTH as PAGE_WIDTH, pdf, sheets};
pub use picture::{Picture, stack};
pub use strip::{DrawnStrip, Strip, draw_strip};
/// The shapes of a page.
pub use svg2pdf::usvg;
pub use ticks::{TimeStep, time_ticks, value_ticks};
