//! Waves and the flowsheet on their way into the page. Times are milliseconds since 1970 UTC.

use clinical::Instant;
use console::{FlowRow, StripFacts, Waves, WavesRequest};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::wire::framed;

/// A request for waves; sizes in CSS pixels.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WavesQuery {
    patient: String,
    from: i64,
    to: i64,
    width: u32,
    height: u32,
    scale: f64,
    light: bool,
    rows: u32,
    mm_per_mv: f64,
}

impl From<WavesQuery> for WavesRequest {
    fn from(query: WavesQuery) -> WavesRequest {
        WavesRequest {
            patient: query.patient.into(),
            from: Instant(query.from),
            to: Instant(query.to),
            width: query.width,
            height: query.height,
            scale: query.scale,
            light: query.light,
            rows: query.rows,
            mm_per_mv: query.mm_per_mv,
        }
    }
}

/// What the overlay of a strip needs.
#[derive(Clone, Debug, Serialize, Type)]
pub struct StripWire {
    label: &'static str,
    unit: &'static str,
    from: i64,
    gaps: Vec<(i64, i64)>,
    samples: u32,
    /// CSS pixels of one unit.
    gain: f64,
}

/// The head of the waves' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct WavesWire {
    strips: Vec<StripWire>,
    /// Whether the station has all that the server keeps of this time.
    whole: bool,
}

/// Head and picture, as trends travel.
pub(crate) fn waves_bytes(waves: Waves, whole: bool) -> Result<Vec<u8>, serde_json::Error> {
    let strip = |facts: StripFacts| StripWire {
        label: facts.label,
        unit: facts.unit,
        from: facts.from.0,
        gaps: facts.gaps,
        samples: facts.samples as u32,
        gain: facts.gain,
    };
    framed(&WavesWire { strips: waves.strips.into_iter().map(strip).collect(), whole }, &waves.png)
}

/// One step of a row of the flowsheet.
#[derive(Clone, Debug, Serialize, Type)]
pub struct FlowCellWire {
    from: i64,
    n: u32,
    median: f64,
    low: f64,
    high: f64,
}

/// One row of the flowsheet.
#[derive(Clone, Debug, Serialize, Type)]
pub struct FlowRowWire {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    cells: Vec<FlowCellWire>,
}

impl From<FlowRow> for FlowRowWire {
    fn from(row: FlowRow) -> FlowRowWire {
        let cell = |c: console::FlowCell| FlowCellWire {
            from: c.from.0,
            n: c.n as u32,
            median: c.median,
            low: c.low,
            high: c.high,
        };
        FlowRowWire {
            key: row.key,
            label: row.label,
            unit: row.unit,
            cells: row.cells.into_iter().map(cell).collect(),
        }
    }
}
