//! Waves on their way into the page. Times are milliseconds since 1970 UTC.

use clinical::Instant;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::form::{count, framed};

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

impl From<WavesQuery> for trends::WavesRequest {
    fn from(query: WavesQuery) -> trends::WavesRequest {
        trends::WavesRequest {
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
pub struct Strip {
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
pub struct Waves {
    strips: Vec<Strip>,
    /// Whether the station has all that the server keeps of this time.
    whole: bool,
}

/// Head and picture, as trends travel.
pub fn waves_bytes(waves: trends::Waves, whole: bool) -> Result<Vec<u8>, serde_json::Error> {
    let strip = |facts: trends::StripFacts| Strip {
        label: facts.label,
        unit: facts.unit,
        from: facts.from.0,
        gaps: facts.gaps,
        samples: count(facts.samples),
        gain: facts.gain,
    };
    framed(&Waves { strips: waves.strips.into_iter().map(strip).collect(), whole }, &waves.png)
}
