//! Waves for review: which a patient has, drawn to scale. Deliberately not here: asking the server for them.

use charts::{DrawnStrip, Strip, Theme, Viewport, draw_strip, stack};
use clinical::{Instant, PatientId};
use vault::{Reader, SeriesInfo};

use crate::error::TrendsError;

/// A request for waves; sizes in CSS pixels.
#[derive(Clone, Debug)]
pub struct WavesRequest {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// First moment.
    pub from: Instant,
    /// Last moment.
    pub to: Instant,
    /// Width of a strip.
    pub width: u32,
    /// Height of a strip.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
    /// Light theme.
    pub light: bool,
    /// One row is a strip of every wave, to scale; more are full disclosure of the first wave, fitted to the row.
    pub rows: u32,
    /// Millimetres of paper a millivolt.
    pub mm_per_mv: f64,
}

/// What the overlay of one strip needs.
#[derive(Clone, Debug, PartialEq)]
pub struct StripFacts {
    /// As shown: `ECG II`, `Pleth`.
    pub label: &'static str,
    /// UCUM; empty where a wave has none.
    pub unit: &'static str,
    /// First moment of the strip.
    pub from: Instant,
    /// Silences, from and to.
    pub gaps: Vec<(i64, i64)>,
    /// Samples in sight.
    pub samples: usize,
    /// CSS pixels of one unit.
    pub gain: f64,
}

/// Drawn waves.
#[derive(Clone, Debug)]
pub struct Waves {
    /// All strips below each other, PNG; empty where there is none.
    pub png: Vec<u8>,
    /// One a strip, top first.
    pub strips: Vec<StripFacts>,
}

/// CSS pixels of a millimetre (CSS: 96 pixels an inch).
const PX_PER_MM: f64 = 96.0 / 25.4;
/// Full disclosure has this many rows at most.
const MOST_ROWS: u32 = 60;

struct Kind {
    /// MDC codes (ISO/IEEE 11073-10101).
    codes: std::ops::RangeInclusive<u32>,
    label: &'static str,
    unit: &'static str,
    dark: (u8, u8, u8),
    light: (u8, u8, u8),
}

const ECG_DARK: (u8, u8, u8) = (126, 208, 155);
const ECG_LIGHT: (u8, u8, u8) = (27, 122, 69);

const fn lead(code: u32, label: &'static str) -> Kind {
    Kind { codes: code..=code, label, unit: "mV", dark: ECG_DARK, light: ECG_LIGHT }
}

/// The waves the console draws, in the order of a screen.
const KINDS: [Kind; 10] = [
    lead(131_330, "ECG II"),
    lead(131_329, "ECG I"),
    lead(131_389, "ECG III"),
    lead(131_331, "ECG V1"),
    lead(131_332, "ECG V2"),
    lead(131_335, "ECG V5"),
    Kind { codes: 131_328..=131_328, label: "ECG", unit: "mV", dark: ECG_DARK, light: ECG_LIGHT },
    Kind { codes: 131_390..=131_392, label: "ECG aV", unit: "mV", dark: ECG_DARK, light: ECG_LIGHT },
    Kind { codes: 150_452..=150_452, label: "Pleth", unit: "", dark: (134, 180, 255), light: (37, 89, 184) },
    Kind { codes: 151_556..=151_556, label: "Resp", unit: "", dark: (213, 219, 226), light: (65, 77, 89) },
];

/// The MDC codes of every wave the console draws, as a search takes them.
pub fn wave_codes() -> String {
    let all = KINDS.iter().flat_map(|kind| kind.codes.clone());
    all.map(|code| format!("urn:iso:std:iso:11073:10101%7C{code}")).collect::<Vec<_>>().join(",")
}

fn kind_of(series: &SeriesInfo) -> Option<(usize, &'static Kind)> {
    let code: u32 = series.code.parse().ok().filter(|_| series.mdc)?;
    KINDS.iter().enumerate().find(|(_, kind)| kind.codes.contains(&code))
}

/// Draws what the cache holds.
///
/// # Errors
/// Of the cache or the renderer.
pub fn waves(reader: &Reader, request: &WavesRequest) -> Result<Waves, TrendsError> {
    let mut found: Vec<(usize, &Kind, SeriesInfo)> = reader
        .series_of(&request.patient)?
        .into_iter()
        .filter_map(|series| kind_of(&series).map(|(n, kind)| (n, kind, series)))
        .collect();
    found.sort_by_key(|(n, ..)| *n);
    let (scale, rows) = (request.scale.clamp(0.5, 4.0), request.rows.clamp(1, MOST_ROWS));
    if rows > 1 {
        found.truncate(1);
    }
    let span = request.to.ms_since(request.from).max(1) / i64::from(rows);
    let (mut pictures, mut strips) = (Vec::new(), Vec::new());
    for (_, kind, series) in found {
        for n in 0..i64::from(rows) {
            let from = request.from + n * span;
            let size = (request.width, request.height);
            let viewport = Viewport::in_css((from.0, from.0 + span), size, scale);
            let points = reader.points(series.id, from, from + span)?;
            // A wave has ten values a second or more: a tenth of a second without one is a silence.
            let to_scale = rows == 1 && kind.unit == "mV";
            let strip = Strip {
                times: points.iter().map(|p| p.t).collect(),
                values: points.iter().map(|p| p.v).collect(),
                gap_ms: 100,
                gain: to_scale.then_some(request.mm_per_mv.clamp(1.0, 80.0) * PX_PER_MM * scale),
                paper: (rows == 1).then_some(PX_PER_MM * scale),
            };
            let DrawnStrip { picture, gain, gaps, samples } =
                draw_strip(&strip, &viewport, &theme(kind, request.light)).map_err(TrendsError::Drawing)?;
            pictures.push(picture);
            strips.push(StripFacts {
                label: kind.label,
                unit: kind.unit,
                from,
                gaps,
                samples,
                gain: gain / scale,
            });
        }
    }
    let png = if pictures.is_empty() {
        Vec::new()
    } else {
        stack(&pictures).png().map_err(|e| TrendsError::Drawing(e.to_string()))?
    };
    Ok(Waves { png, strips })
}

fn theme(kind: &Kind, light: bool) -> Theme {
    let hue = if light { kind.light } else { kind.dark };
    let (background, grid) =
        if light { ((255, 255, 255), (244, 196, 190)) } else { ((7, 9, 12), (44, 40, 48)) };
    Theme { background, grid, limit: grid, hue, mark: hue }
}
