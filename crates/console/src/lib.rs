//! The use cases: what a window or the command line asks for, over one cache and one server. One `Console` drives them all.
//!
//! Deliberately not here: Tauri, what a value means (`clinical`), what is true at a moment (`bedside`) or over time (`trends`),
//! and how a page looks (`documents`).

mod alarm_delay;
mod alarms;
mod console;
mod disclosures;
mod error;
mod limits;
mod waves;
mod words;

pub use alarm_delay::AlarmDelays;
pub use alarms::Waiting;
pub use bedside::{
    AlarmLine, AlarmLoad, Annotation, Board, Cell, MeasureLimits, NewsBadge, NewsInput, PatientLimits,
    PatientPage, QueueItem, Share, ShiftNote, Slot, Sparkline, Tile, TimelineEntry, alarm_load, board, queue,
    units,
};
pub use console::{Console, Station};
pub use disclosures::{FileKind, Outgoing};
pub use documents::{
    BEFORE, ChartRequest, Cover, DocumentError, Exported, FlowCell, FlowRow, chart, chart_range,
    export_bundle, export_csv, flowsheet, handover, report, ward_list,
};
pub use error::ConsoleError;
pub use trends::{
    Mark, MarkKind, Multiples, MultiplesRequest, PanelFacts, Small, StripFacts, Trends, TrendsRequest,
    ValueAt, Waves, WavesRequest,
};
