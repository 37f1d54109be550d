//! The use cases: ward board, patient review, alert workflow. One `Console` that window, command line and tests drive.
//!
//! Deliberately not here: Tauri, and what a value means (`clinical`).

mod acting;
mod alarm;
mod board;
mod chart;
mod conditions;
mod console;
mod delay;
mod error;
mod export;
mod handover;
mod lanes;
mod line;
mod load;
mod local_time;
mod marks;
mod multiples;
mod newest;
mod news;
mod outgoing;
mod records;
mod report;
mod review;
mod score_lane;
mod sheet;
mod sparkline;
mod takeover;
mod tally;
mod tile;
mod watch;
mod waves;

pub use acting::Waiting;
pub use alarm::{AlarmLine, units};
pub use board::{Board, QueueItem, board, queue};
pub use chart::{ChartRequest, chart, chart_range};
pub use console::{Console, Station};
pub use delay::AlarmDelays;
pub use error::ConsoleError;
pub use export::{Exported, FlowCell, FlowRow, export_bundle, export_csv, flowsheet};
pub use handover::{BEFORE, Cover, ShiftNote, handover, ward_list};
pub use lanes::ValueAt;
pub use load::{AlarmLoad, Share, alarm_load};
pub use marks::{Mark, MarkKind};
pub use multiples::{Multiples, MultiplesRequest, Small};
pub use news::{NewsBadge, NewsInput};
pub use outgoing::{FileKind, Outgoing};
pub use records::{Annotation, MeasureLimits, PatientLimits};
pub use report::report;
pub use review::{PanelFacts, PatientPage, TimelineEntry, Trends, TrendsRequest};
pub use sparkline::Sparkline;
pub use tile::{Cell, Slot, Tile};
pub use waves::{StripFacts, Waves, WavesRequest};
