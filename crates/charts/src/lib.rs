//! Trend panels drawn by plotters. Input: samples and a viewport. Output: pixels plus what the axes show.
//!
//! Text is never drawn here: the window lays real text over the picture. Deliberately not here: fetching data.

mod decimate;
mod panel;
mod picture;
mod ticks;

pub use decimate::{Run, m4, runs};
pub use panel::{Bar, Content, Drawn, Panel, Theme, Viewport, draw};
pub use picture::{Picture, stack};
pub use ticks::{time_ticks, value_ticks};
