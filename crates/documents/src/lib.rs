//! Paper and files: the report of a patient, the handover and the list of a ward, trends as a figure, values as CSV, as a FHIR
//! Bundle and in steps of time.
//!
//! Deliberately not here: writing a file, the printer, and whether something may leave the station (`console`).

mod chart;
mod error;
mod export;
mod handover;
mod page_writer;
mod report;

pub use chart::{ChartRequest, chart, chart_range};
pub use error::DocumentError;
pub use export::{Exported, FlowCell, FlowRow, export_bundle, export_csv, flowsheet};
pub use handover::{BEFORE, Cover, handover, ward_list};
pub use report::{TITLE as REPORT_TITLE, report, report_pages};
