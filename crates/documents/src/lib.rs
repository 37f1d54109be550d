//! Paper and files: the report of a patient and of a person's glucose, the handover and the list of a ward, trends as a figure, values as CSV, as a FHIR
//! Bundle and in steps of time.
//!
//! Deliberately not here: writing a file, the printer, and whether something may leave the station (`console`).

mod error;

mod imprint;
mod page_writer;

mod handover;
mod report;

mod chart;

mod bundle;
mod csv;
mod exported;
mod flowsheet;

mod glucose;

mod proof;

pub use bundle::export_bundle;
pub use chart::{ChartRequest, chart, chart_range};
pub use csv::export_csv;
pub use error::DocumentError;
pub use exported::Exported;
pub use flowsheet::{FlowCell, FlowRow, flowsheet};
pub use glucose::{GLUCOSE_TITLE, GlucoseAsked, glucose_pages};
pub use handover::{HANDOVER_LOOKS_BACK, handover, ward_list};
pub use imprint::Imprint;
pub use proof::{PROOF_TITLE, proof_pages};
pub use report::{TITLE as REPORT_TITLE, report, report_pages};
