//! Numbers in steps of time.

use serde::Serialize;
use specta::Type;

use super::form::{Iso, count};

/// One step of a row of the flowsheet.
#[derive(Clone, Debug, Serialize, Type)]
pub struct FlowCell {
    from: i64,
    n: u32,
    median: f64,
    low: f64,
    high: f64,
}

/// One row of the flowsheet.
#[derive(Clone, Debug, Serialize, Type)]
pub struct FlowRow {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    /// Digits behind the point of its values.
    digits: u8,
    cells: Vec<FlowCell>,
}

impl From<documents::FlowRow> for FlowRow {
    fn from(row: documents::FlowRow) -> FlowRow {
        let cell = |c: documents::FlowCell| FlowCell {
            from: c.from.0,
            n: count(c.n),
            median: c.median,
            low: c.low,
            high: c.high,
        };
        FlowRow {
            key: row.key,
            label: row.label,
            unit: row.unit,
            digits: super::vocabulary::digits(row.key, row.unit),
            cells: row.cells.into_iter().map(cell).collect(),
        }
    }
}

/// One step of a row, as data.
#[derive(Clone, Debug, Serialize)]
pub struct SheetCell {
    /// Where it begins.
    pub from: Iso,
    /// Values in it.
    pub n: usize,
    /// The middle one.
    pub median: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

/// One row, as data.
#[derive(Clone, Debug, Serialize)]
pub struct SheetRow {
    /// Of the panel.
    pub key: &'static str,
    /// As shown.
    pub label: String,
    /// As shown.
    pub unit: &'static str,
    /// The steps that hold a value.
    pub cells: Vec<SheetCell>,
}

impl From<documents::FlowRow> for SheetRow {
    fn from(row: documents::FlowRow) -> SheetRow {
        let cell = |c: documents::FlowCell| SheetCell {
            from: Iso(c.from),
            n: c.n,
            median: c.median,
            low: c.low,
            high: c.high,
        };
        SheetRow {
            key: row.key,
            label: row.label.to_owned(),
            unit: row.unit,
            cells: row.cells.into_iter().map(cell).collect(),
        }
    }
}

impl SheetRow {
    /// What is withheld, as a row without a cell; none where nothing is.
    pub fn withheld(withheld: &clinical::consent::Withheld) -> Option<SheetRow> {
        let label = withheld.to_string();
        (!withheld.is_empty()).then_some(SheetRow { key: "withheld", label, unit: "", cells: Vec::new() })
    }
}
