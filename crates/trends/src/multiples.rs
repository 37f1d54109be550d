//! The trends of a whole ward at a glance: two small panels a person, all over the same time and each kind on the same axis.

use charts::{Viewport, stack};
use clinical::{PatientId, TimeRange};
use vault::Reader;

use crate::draw::{DrawnPanel, draw};
use crate::error::TrendsError;
use crate::panels::read_panels;
use crate::read::Asked;

/// What part of time of whom, and how large.
#[derive(Clone, Debug)]
pub struct MultiplesRequest {
    /// Logical ids of Patients, in the order of the picture.
    pub patients: Vec<PatientId>,
    /// The part of time that is drawn.
    pub range: TimeRange,
    /// Width of a panel in CSS pixels.
    pub width: u32,
    /// Height of a panel in CSS pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
    /// Light theme.
    pub light: bool,
}

/// One panel of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallPanel {
    /// Whose it is.
    pub patient: PatientId,
    /// Key of the measure.
    pub key: &'static str,
    /// How many values are in it.
    pub samples: usize,
    /// The same in words.
    pub summary: String,
    /// How much of the person is withheld from whoever looks, in words.
    pub withheld: Option<String>,
}

/// All of them below each other.
#[derive(Clone, Debug)]
pub struct Multiples {
    /// PNG; empty where there is none.
    pub png: Vec<u8>,
    /// One a panel, top first.
    pub panels: Vec<SmallPanel>,
}

/// Which panels a person has: those of a monitor, or glucose and heart rate of who is followed for that.
const MONITORED: [&str; 2] = ["hr", "spo2"];
const SUGAR: [&str; 2] = ["glucose", "hr"];
/// People of one picture, which has a height that can be drawn; a larger ward is asked for in parts.
const MOST: usize = 60;

/// Draws them.
///
/// # Errors
/// Of the cache or the renderer.
pub fn multiples(reader: &Reader, request: &MultiplesRequest) -> Result<Multiples, TrendsError> {
    let scale = request.scale.clamp(0.5, 3.0);
    let span = request.range.ms();
    let viewport = Viewport::in_css(span, (request.width, request.height), scale);
    let range = request.range;
    let (mut pictures, mut panels) = (Vec::new(), Vec::new());
    for patient in request.patients.iter().take(MOST) {
        let sugar = reader.unit_of(patient)?.is_none()
            && reader.series_of(patient)?.iter().any(|s| s.measure() == Some(clinical::Measure::Glucose));
        let only: &[&'static str] = if sugar { &SUGAR } else { &MONITORED };
        let asked = Asked { patient, range, focus: range, light: request.light, only, view: Some(&viewport) };
        let withheld = reader.withheld_in(patient, range)?;
        let withheld = (!withheld.is_empty()).then(|| withheld.to_string());
        for one in draw(read_panels(reader, &asked)?, &viewport, request.light)? {
            let DrawnPanel { kind, drawn, summary, .. } = one;
            let samples = drawn.facts.samples;
            let (patient, withheld) = (patient.clone(), withheld.clone());
            panels.push(SmallPanel { patient, key: kind.key, samples, summary, withheld });
            pictures.push(drawn.picture);
        }
    }
    let png = if pictures.is_empty() {
        Vec::new()
    } else {
        stack(&pictures).png().map_err(|e| TrendsError::Drawing(e.to_string()))?
    };
    Ok(Multiples { png, panels })
}
