//! The trends of one patient as one picture, with what the overlay of each panel needs.

use bedside::local_time::zone;
use charts::{Drawn, TimeStep, Viewport, stack, time_ticks};
use clinical::consent::Withheld;
use clinical::{PatientId, TimeRange};
use vault::Reader;

use crate::draw::{DrawnPanel, draw};
use crate::error::TrendsError;
use crate::events::{Event, events};
use crate::panels::read_panels;
use crate::read::Asked;

/// A request for trend panels.
#[derive(Clone, Debug)]
pub struct TrendsRequest {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// The part of time that is drawn.
    pub range: TimeRange,
    /// The part that is seen at rest: it decides axes, counts and words.
    pub focus: TimeRange,
    /// Width of the picture in CSS pixels.
    pub width: u32,
    /// Height of a panel in CSS pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
    /// Light theme.
    pub light: bool,
    /// Values that a panel shall show beside its own, by its key: what it is compared with.
    pub axes: Vec<(String, f64, f64)>,
}

/// What the overlay of one panel needs; places in CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelFacts {
    /// Key of the panel: `hr`, `spo2`, `rr`, `bp`, `temp`, `glucose`.
    pub key: &'static str,
    /// As shown.
    pub label: &'static str,
    /// Unit as shown.
    pub unit: &'static str,
    /// Value and row of each axis mark.
    pub ticks: Vec<(f64, f64)>,
    /// Value and row of each limit in sight.
    pub limits: Vec<(f64, f64)>,
    /// From and to of each silence.
    pub gaps: Vec<(i64, i64)>,
    /// Samples in sight.
    pub samples: usize,
    /// Lowest and highest value that the panel would show for itself.
    pub own_range: (f64, f64),
    /// Single values that have room to be told beside their dots: moment, value and row.
    pub dots: Vec<(i64, f64, f64)>,
    /// The same in words, for a screen reader.
    pub summary: String,
}

/// Drawn trends.
#[derive(Clone, Debug)]
pub struct Trends {
    /// All panels below each other, PNG.
    pub png: Vec<u8>,
    /// One a panel, top first.
    pub panels: Vec<PanelFacts>,
    /// Round moments of the time axis.
    pub time_ticks: Vec<i64>,
    /// Alarms, doses and changes of a device in the range.
    pub events: Vec<Event>,
    /// How much of what is looked at is withheld from whoever looks.
    pub withheld: Withheld,
}

/// Draws the panels: six, and the score of who is scored.
///
/// # Errors
/// Of the cache or the renderer.
pub fn trends(reader: &Reader, request: &TrendsRequest) -> Result<Trends, TrendsError> {
    let scale = request.scale.clamp(0.5, 4.0);
    let span = request.range.ms();
    let viewport = Viewport::in_css(span, (request.width, request.height), scale);
    let asked = Asked {
        patient: &request.patient,
        range: request.range,
        focus: request.focus,
        light: request.light,
        only: &[],
        view: Some(&viewport),
    };
    let mut read = read_panels(reader, &asked)?;
    for one in &mut read {
        let axis = request.axes.iter().find(|(key, ..)| key == one.kind.key);
        one.panel.also = axis.map(|(_, low, high)| (*low, *high));
    }
    let (mut pictures, mut panels, mut device_changes) = (Vec::new(), Vec::new(), Vec::new());
    for one in draw(read, &viewport, request.light)? {
        let DrawnPanel { kind, unit, drawn: Drawn { picture, facts }, .. } = one;
        device_changes.extend(one.device_changes.into_iter().map(|change| (kind.key, change)));
        let css = |rows: &[(f64, i32)]| rows.iter().map(|(v, y)| (*v, f64::from(*y) / scale)).collect();
        panels.push(PanelFacts {
            key: kind.key,
            label: kind.label,
            unit,
            ticks: css(&facts.ticks),
            limits: css(&facts.limits),
            gaps: facts.gaps,
            samples: facts.samples,
            own_range: facts.own_range,
            dots: facts.dots.iter().map(|(t, v, y)| (*t, *v, f64::from(*y) / scale)).collect(),
            summary: one.summary,
        });
        pictures.push(picture);
    }
    let png = stack(&pictures).png().map_err(|e| TrendsError::Drawing(e.to_string()))?;
    // As far apart as what is looked at has room for; a wider picture has more of them.
    let looked_at = request.focus.length();
    let share = looked_at as f64 / request.range.length().max(1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 2 and 14")]
    let most = (f64::from(request.width) * share / 110.0).clamp(2.0, 14.0) as usize;
    let time_ticks = time_ticks(span, TimeStep::of(looked_at, most), &zone());
    let events = events(reader, &request.patient, request.range, request.width, &device_changes)?;
    let withheld = reader.withheld_in(&request.patient, request.focus)?;
    Ok(Trends { png, panels, time_ticks, events, withheld })
}
