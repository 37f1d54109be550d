//! One patient, deep: identity, score, trends, doses, devices, and what happened to an alarm.

use charts::{Bar, Content, Panel, Theme, Viewport, draw, stack, time_ticks};
use clinical::{Dose, Instant, Limits, Measure, Policy, Verb, fold, unit_default};
use fhir::to_unit;
use vault::{Point, Reader};

use crate::board::{QueueItem, Tile};
use crate::error::ConsoleError;

/// What the patient page shows besides the trends.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientPage {
    /// The tile of the board.
    pub tile: Tile,
    /// Live alarms and those that ended within a day.
    pub alarms: Vec<QueueItem>,
    /// Doses of the last day.
    pub doses: Vec<Dose>,
}

/// Something that happened to an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// `raised`, a verb's code, or `ended`.
    pub what: &'static str,
    /// When.
    pub at: Instant,
    /// Who, where a person did it.
    pub by: Option<String>,
    /// Reason or note.
    pub note: Option<String>,
    /// Whether the server has it.
    pub sent: bool,
}

/// A request for trend panels.
#[derive(Clone, Debug)]
pub struct TrendsRequest {
    /// Logical id of the Patient.
    pub patient: String,
    /// First moment.
    pub from: Instant,
    /// Last moment.
    pub to: Instant,
    /// Width of a panel in CSS pixels.
    pub width: u32,
    /// Height of a panel in CSS pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
    /// Light theme.
    pub light: bool,
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
}

struct Lane {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    measures: &'static [Measure],
    least: (f64, f64),
    dark: (u8, u8, u8),
    light: (u8, u8, u8),
}

/// Hues of `tokens.css`.
const LANES: [Lane; 6] = [
    Lane {
        key: "hr",
        label: "HR",
        unit: "/min",
        measures: &[Measure::HeartRate, Measure::PulseRate],
        least: (50.0, 110.0),
        dark: (126, 208, 155),
        light: (27, 122, 69),
    },
    Lane {
        key: "spo2",
        label: "SpO₂",
        unit: "%",
        measures: &[Measure::SpO2],
        least: (86.0, 100.0),
        dark: (134, 180, 255),
        light: (37, 89, 184),
    },
    Lane {
        key: "rr",
        label: "RR",
        unit: "/min",
        measures: &[Measure::RespRate],
        least: (8.0, 28.0),
        dark: (213, 219, 226),
        light: (65, 77, 89),
    },
    Lane {
        key: "bp",
        label: "BP",
        unit: "mmHg",
        measures: &[Measure::SystolicBp, Measure::ArterialSystolic],
        least: (50.0, 150.0),
        dark: (195, 163, 247),
        light: (106, 63, 192),
    },
    Lane {
        key: "temp",
        label: "Temp",
        unit: "°C",
        measures: &[Measure::Temperature],
        least: (36.0, 38.8),
        dark: (227, 168, 131),
        light: (162, 83, 31),
    },
    Lane {
        key: "glucose",
        label: "Glucose",
        unit: "mg/dL",
        measures: &[Measure::Glucose],
        least: (60.0, 200.0),
        dark: (238, 159, 208),
        light: (171, 43, 124),
    },
];

/// Draws the six panels.
pub(crate) fn trends(reader: &Reader, request: &TrendsRequest) -> Result<Trends, ConsoleError> {
    let all = reader.series_of(&request.patient)?;
    // A glucose that the site sends in mmol/L is read in mmol/L.
    let molar = all.iter().any(|s| s.measure() == Some(Measure::Glucose) && s.unit == "mmol/L");
    let scale = request.scale.clamp(0.5, 4.0);
    let viewport = Viewport {
        from: request.from.0,
        to: request.to.0,
        width: (f64::from(request.width) * scale) as u32,
        height: (f64::from(request.height) * scale) as u32,
        scale,
    };
    let (mut pictures, mut panels) = (Vec::new(), Vec::new());
    for lane in &LANES {
        let shrink = if lane.key == "glucose" && molar { 1.0 / 18.01559 } else { 1.0 };
        let read = |measures: &[Measure]| -> Result<Vec<Point>, ConsoleError> {
            let mut points = Vec::new();
            for series in all.iter().filter(|s| s.measure().is_some_and(|m| measures.contains(&m))) {
                let Some(measure) = series.measure() else { continue };
                let Ok((factor, offset)) = to_unit(measure, &series.unit) else { continue };
                let mut found = reader.points(series.id, request.from, request.to)?;
                // Artefacts are left out of the line; they stay in the cache and in the table.
                found.retain(|p| !p.artefact);
                found.iter_mut().for_each(|p| p.v = (p.v * factor + offset) * shrink);
                if points.is_empty() { points = found } else { points.append(&mut found) }
            }
            points.sort_by_key(|p| p.t);
            Ok(points)
        };
        let points = read(lane.measures)?;
        let summary = summary(lane, &points);
        let content = match lane.key {
            "bp" => bars(
                &points,
                &read(&[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                &read(&[Measure::MeanBp, Measure::ArterialMean])?,
            ),
            _ => line_or_dots(&points),
        };
        let limits = unit_default(lane.measures[0])
            .map(|l| Limits { low: l.low.map(|v| v * shrink), high: l.high.map(|v| v * shrink) });
        let panel = Panel { content, limits, least: (lane.least.0 * shrink, lane.least.1 * shrink) };
        let drawn = draw(&panel, &viewport, &theme(lane, request.light)).map_err(ConsoleError::Drawing)?;
        let css = |rows: &[(f64, i32)]| rows.iter().map(|(v, y)| (*v, f64::from(*y) / scale)).collect();
        panels.push(PanelFacts {
            key: lane.key,
            label: lane.label,
            unit: if shrink < 1.0 { "mmol/L" } else { lane.unit },
            ticks: css(&drawn.ticks),
            limits: css(&drawn.limits),
            gaps: drawn.gaps,
            samples: drawn.samples,
            summary,
        });
        pictures.push(drawn.picture);
    }
    let png = stack(&pictures).png().map_err(|e| ConsoleError::Drawing(e.to_string()))?;
    let zone = jiff::tz::TimeZone::system();
    let stamp = jiff::Timestamp::from_millisecond(request.to.0).unwrap_or_default();
    let offset_ms = i64::from(zone.to_offset(stamp).seconds()) * 1000;
    let most = (request.width / 110).clamp(2, 14) as usize;
    Ok(Trends { png, panels, time_ticks: time_ticks(request.from.0, request.to.0, most, offset_ms) })
}

fn theme(lane: &Lane, light: bool) -> Theme {
    if light {
        Theme {
            background: (255, 255, 255),
            grid: (213, 220, 227),
            limit: (110, 122, 134),
            hue: lane.light,
            mark: (5, 8, 11),
        }
    } else {
        Theme {
            background: (7, 9, 12),
            grid: (30, 38, 46),
            limit: (120, 134, 147),
            hue: lane.dark,
            mark: (246, 249, 251),
        }
    }
}

fn summary(lane: &Lane, points: &[Point]) -> String {
    let (Some(last), n) = (points.last(), points.len()) else {
        return format!("{}: no data in this range", lane.label);
    };
    let mut values: Vec<f64> = points.iter().map(|p| p.v).collect();
    let (_, median, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let median = *median;
    let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.v), h.max(p.v)));
    let digits = usize::from(lane.key == "temp" || lane.key == "glucose");
    format!(
        "{}: median {median:.digits$}, from {low:.digits$} to {high:.digits$}, last {:.digits$}",
        lane.label, last.v
    )
}

/// What comes often enough is a line that breaks at silences; what is charted now and then is dots.
fn line_or_dots(points: &[Point]) -> Content {
    let mut steps: Vec<i64> = points.windows(2).map(|w| w[1].t - w[0].t).collect();
    if steps.is_empty() {
        return Content::Dots(points.iter().map(|p| (p.t, p.v)).collect());
    }
    let middle = steps.len() / 2;
    let (_, median, _) = steps.select_nth_unstable(middle);
    let median = *median;
    if median > 15 * 60_000 {
        return Content::Dots(points.iter().map(|p| (p.t, p.v)).collect());
    }
    Content::Line {
        times: points.iter().map(|p| p.t).collect(),
        values: points.iter().map(|p| p.v).collect(),
        gap_ms: (median * 3).max(10_000),
    }
}

fn bars(high: &[Point], low: &[Point], mean: &[Point]) -> Content {
    let at = |points: &[Point], t: i64| points.binary_search_by_key(&t, |p| p.t).ok().map(|n| points[n].v);
    Content::Bars(
        high.iter()
            .filter_map(|p| Some(Bar { t: p.t, high: p.v, low: at(low, p.t)?, mean: at(mean, p.t) }))
            .collect(),
    )
}

/// What happened to an episode, oldest first.
pub(crate) fn timeline(
    reader: &Reader,
    episode: &str,
    now: Instant,
) -> Result<Vec<TimelineEntry>, ConsoleError> {
    let found = reader
        .episodes_since(Instant(i64::MIN))?
        .into_iter()
        .find(|e| e.id == episode)
        .ok_or(ConsoleError::NoEpisode)?;
    let plain = |what, at| TimelineEntry { what, at, by: None, note: None, sent: true };
    let mut out = vec![plain("raised", found.onset)];
    for seen in reader.actions()?.into_iter().filter(|s| s.action.episode == episode) {
        let action = seen.action;
        out.push(TimelineEntry {
            what: Verb::code(action.verb),
            at: action.at,
            by: Some(action.by),
            note: action.note,
            sent: seen.accepted_at.is_some(),
        });
    }
    let state = fold(&found, &reader.actions()?, now, &Policy::default());
    if let Some(call) = state.escalation.filter(|call| call.by.is_none()) {
        out.push(TimelineEntry { note: Some(call.role), ..plain("escalate", call.at) });
    }
    out.extend(found.ended.map(|at| plain("ended", at)));
    out.sort_by_key(|entry| entry.at);
    Ok(out)
}
