//! Trend panels drawn by plotters. Input: samples and a viewport. Output: pixels plus what the axes show.
//!
//! On the screen text is never drawn here: the window lays real text over the picture. On paper it is text in the PDF. Deliberately not here: fetching data.

mod decimate;
mod dense_bars;
mod picture;
mod pixels;
mod ticks;

mod panel;

mod draw;

mod paper;

pub use decimate::{Outline, Outliner, Run, m4};
pub use dense_bars::{Bar, BarColumn, Condenser, DenseBars, Pressures};
pub use picture::{Picture, stack};
pub use ticks::{TimeStep, time_ticks, value_ticks};

pub use panel::{Content, Drawn, Facts, Panel, Step, Theme, Viewport};

pub use draw::mark::{DayMark, MarkShape};
pub use draw::panel::{draw, draw_svg};
pub use draw::profile::{
    Cell, Days, Profile, ProfileAxis, ProfileBin, ProfileFacts, Size, draw_days, draw_days_svg, draw_profile,
    draw_profile_svg,
};
pub use draw::shares::draw_shares_svg;
pub use draw::strip::{DrawnStrip, Strip, draw_strip};

pub use paper::figure::{EDGES as FIGURE_EDGES, Event, EventKind, Figure, HEAD as FIGURE_HEAD, Row};
pub use paper::ink::Ink;
pub use paper::page::{HEIGHT as PAGE_HEIGHT, MARGIN as PAGE_MARGIN, Page, WIDTH as PAGE_WIDTH, pdf, sheets};
pub use paper::text::{fitted, flowed, isolated, width};
/// The shapes of a page.
pub use resvg::usvg;
