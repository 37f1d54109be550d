//! The panels of one patient: what is read for each, how it looks, and what it says in words.

use charts::{Bar, Content, Panel, Theme};
use clinical::{Instant, Limits, Measure, limit_history, limit_steps};
use fhir::to_unit;
use vault::{Point, Reader, SeriesValue};

use crate::error::ConsoleError;

/// A panel of the patient page.
pub(crate) struct Lane {
    pub key: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
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

/// A panel with what was read for it.
pub(crate) struct ReadLane {
    pub lane: &'static Lane,
    /// The unit shown: a glucose that the site sends in mmol/L is read in mmol/L.
    pub unit: &'static str,
    pub panel: Panel,
    /// The same in words.
    pub summary: String,
}

/// Reads the six panels of a patient. `focus` is the part that is seen at rest: it decides axes and words.
pub(crate) fn read_lanes(
    reader: &Reader,
    patient: &str,
    from: Instant,
    to: Instant,
    focus: (Instant, Instant),
) -> Result<Vec<ReadLane>, ConsoleError> {
    let all = reader.series_of(patient)?;
    let molar = all.iter().any(|s| s.measure() == Some(Measure::Glucose) && s.unit == "mmol/L");
    let history = limit_history(patient, &reader.actions()?);
    let mut lanes = Vec::new();
    for lane in &LANES {
        let shrink = if lane.key == "glucose" && molar { 1.0 / 18.01559 } else { 1.0 };
        let mut artefacts = Vec::new();
        let mut read = |measures: &[Measure]| -> Result<Vec<Point>, ConsoleError> {
            let mut points = Vec::new();
            for series in all.iter().filter(|s| s.measure().is_some_and(|m| measures.contains(&m))) {
                let Some(measure) = series.measure() else { continue };
                let Ok((factor, offset)) = to_unit(measure, &series.unit) else { continue };
                let mut found = reader.points(series.id, from, to)?;
                // Artefacts are marked and left out of the line; they stay in the cache.
                artefacts.extend(found.iter().filter(|p| p.artefact).map(|p| p.t));
                found.retain(|p| !p.artefact);
                found.iter_mut().for_each(|p| p.v = (p.v * factor + offset) * shrink);
                if points.is_empty() { points = found } else { points.append(&mut found) }
            }
            points.sort_by_key(|p| p.t);
            Ok(points)
        };
        let points = read(lane.measures)?;
        let content = match lane.key {
            "bp" => bars(
                &points,
                &read(&[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                &read(&[Measure::MeanBp, Measure::ArterialMean])?,
            ),
            _ => line_or_dots(&points),
        };
        let scaled = |l: Limits| Limits { low: l.low.map(|v| v * shrink), high: l.high.map(|v| v * shrink) };
        let limits: Vec<(i64, Limits)> = limit_steps(&history, lane.measures[0], from, to)
            .into_iter()
            .map(|(at, l)| (at.0, scaled(l)))
            .collect();
        let seen = points.partition_point(|p| p.t < focus.0.0)..points.partition_point(|p| p.t <= focus.1.0);
        let summary = summary(lane, &points[seen], &limits, focus.0, focus.1);
        let mut least = (lane.least.0 * shrink, lane.least.1 * shrink);
        // A limit that somebody set for this patient is always in sight.
        if history.iter().any(|set| set.change.measure == lane.measures[0]) {
            for bound in limits.iter().flat_map(|(_, l)| [l.low, l.high]).flatten() {
                least = (least.0.min(bound - shrink), least.1.max(bound + shrink));
            }
        }
        let panel = Panel {
            content,
            limits,
            artefacts,
            every_sample: false,
            least,
            focus: Some((focus.0.0, focus.1.0)),
        };
        lanes.push(ReadLane { lane, unit: if shrink < 1.0 { "mmol/L" } else { lane.unit }, panel, summary });
    }
    Ok(lanes)
}

/// What a panel shows at one moment: the newest value at or before it.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueAt {
    /// Key of the panel.
    pub key: &'static str,
    /// As shown, without its unit.
    pub text: String,
    /// As shown.
    pub unit: &'static str,
    /// When it was taken.
    pub taken_at: Instant,
    /// Name of the device that sent it, where one is known.
    pub device: Option<String>,
}

/// The values under a crosshair. `reader` looks from that moment.
pub(crate) fn values_at(reader: &Reader, patient: &str) -> Result<Vec<ValueAt>, ConsoleError> {
    let values = reader.latest(Some(patient))?;
    let devices = reader.devices()?;
    let newest = |measures: &[Measure]| {
        values
            .iter()
            .filter(|v| !v.artefact && v.series.measure().is_some_and(|m| measures.contains(&m)))
            .max_by_key(|v| v.taken_at)
    };
    let shown = |value: &SeriesValue, molar: bool, digits: usize| {
        let (factor, offset) =
            value.series.measure().and_then(|m| to_unit(m, &value.series.unit).ok()).unwrap_or((1.0, 0.0));
        let number = if molar { value.value.to_f64() } else { value.value.to_f64() * factor + offset };
        format!("{number:.digits$}")
    };
    let lanes = LANES.iter().filter_map(|lane| {
        let found = newest(lane.measures)?;
        let molar = lane.key == "glucose" && found.series.unit == "mmol/L";
        let mut text = shown(found, molar, usize::from(lane.key == "temp" || molar));
        let low = newest(&[Measure::DiastolicBp, Measure::ArterialDiastolic]);
        if lane.key == "bp"
            && let Some(low) = low.filter(|low| low.taken_at == found.taken_at)
        {
            text = format!("{text}/{}", shown(low, false, 0));
        }
        Some(ValueAt {
            key: lane.key,
            text,
            unit: if molar { "mmol/L" } else { lane.unit },
            taken_at: found.taken_at,
            device: devices.iter().find(|d| d.id == found.series.device).map(|d| d.name.clone()),
        })
    });
    Ok(lanes.collect())
}

/// Milliseconds that local time is ahead of UTC.
pub(crate) fn zone_offset_ms(at: Instant) -> i64 {
    let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    i64::from(jiff::tz::TimeZone::system().to_offset(stamp).seconds()) * 1000
}

/// A moment in local time.
pub(crate) fn local(at: Instant, format: &str) -> String {
    let zoned =
        jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::system());
    zoned.strftime(format).to_string()
}

fn span(ms: i64) -> String {
    match ms / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 72 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

/// `HR 24 h: median 84, from 61 to 132, last 96 at 14:02, above 130 for 18 min`.
fn summary(lane: &Lane, points: &[Point], limits: &[(i64, Limits)], from: Instant, to: Instant) -> String {
    let head = format!("{} {}", lane.label, span(to.ms_since(from)));
    let (Some(last), n) = (points.last(), points.len()) else {
        return format!("{head}: no data in this range");
    };
    let mut values: Vec<f64> = points.iter().map(|p| p.v).collect();
    let (_, median, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let median = *median;
    let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.v), h.max(p.v)));
    let digits = usize::from(lane.key == "temp" || lane.key == "glucose");
    let far = to.ms_since(from) > 20 * 3_600_000;
    let at = local(Instant(last.t), if far { "%a %H:%M" } else { "%H:%M" });
    let mut out = format!(
        "{head}: median {median:.digits$}, from {low:.digits$} to {high:.digits$}, last {:.digits$} at {at}",
        last.v
    );
    let Some((_, bounds)) = limits.last() else { return out };
    let (mut under, mut over) = (0i64, 0i64);
    for pair in points.windows(2) {
        // A value stands for the time to the next one, and never for a silence.
        let ms = (pair[1].t - pair[0].t).min(15 * 60_000);
        under += if bounds.low.is_some_and(|l| pair[0].v < l) { ms } else { 0 };
        over += if bounds.high.is_some_and(|h| pair[0].v > h) { ms } else { 0 };
    }
    for (word, bound, ms) in [("below", bounds.low, under), ("above", bounds.high, over)] {
        if let Some(bound) = bound.filter(|_| ms >= 60_000) {
            out.push_str(&format!(", {word} {bound:.digits$} for {}", span(ms)));
        }
    }
    out
}

pub(crate) fn theme(lane: &Lane, light: bool) -> Theme {
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
