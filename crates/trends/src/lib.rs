//! What was true over time: the panels of a patient with their merged series, summaries, score, events and device changes;
//! the small trends of a ward; waves.
//!
//! Deliberately not here: anything that decides about an alarm (`bedside`), and pages and files (`documents`).

mod error;
mod panel;

mod device_change;
mod histogram;
mod merged_series;
mod sampler;
mod summary;

mod open;
mod panels;
mod read;
mod score_moments;
mod score_panel;

mod at_home;
mod draw;
mod events;
mod glucose;
mod glucose_charts;
mod glucose_picture;
mod glucose_words;
mod insulin;
mod insulin_words;
mod multiples;
mod trends;
mod values_at;

mod waves;

pub use at_home::{AtHome, DayAndWeek, DeviceAtHome, MONTH_DAYS, at_home};
pub use device_change::DeviceChange;
pub use error::TrendsError;
pub use events::{Event, EventKind};
pub use glucose::{glucose_trace, is_of_a_sensor};
pub use glucose_charts::{dose_marks, glucose_days, glucose_profile};
pub use glucose_picture::{
    GlucoseDayCell, GlucosePicture, GlucoseRequest, glucose_day_cells, glucose_picture, glucose_shown,
    glucose_theme,
};
pub use glucose_words::{GlucoseFigure, GlucoseShare, glucose_shares, glucose_words};
pub use insulin::{Insulin, InsulinShot, MeanDay, SilentPen, insulin};
pub use insulin_words::{InsulinFinding, insulin_findings, insulin_units, kind_word, on_wall};
pub use multiples::{Multiples, MultiplesRequest, SmallPanel, multiples};
pub use panel::{PanelKind, ReadPanel, panel_kinds, theme};
pub use panels::all_panels;
pub use trends::{PanelFacts, Trends, TrendsRequest, trends};
pub use values_at::{ValueAt, values_at};
pub use waves::{StripFacts, Waves, WavesRequest, wave_codes, waves};
