//! The panels of one patient: what is read for each, how it looks, and what it says in words.

use charts::{Panel, Theme, Viewport};
use clinical::{Instant, Limits, Measure, limit_history, limit_steps};
use fhir::to_unit;
use vault::{Reader, SeriesValue, VaultError};

use crate::error::ConsoleError;
use crate::line::{Line, Part, pressures};
use crate::records::unit_limits;
use crate::score_lane::{Sampled, moments, score_lane};
use crate::takeover::Takeover;
use crate::tally::Tally;

/// A panel of the patient page.
pub(crate) struct Lane {
    pub key: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub measures: &'static [Measure],
    pub least: (f64, f64),
    pub dark: (u8, u8, u8),
    pub light: (u8, u8, u8),
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

/// The panel that shows a measure; the first one for what has none.
pub(crate) fn lane_of(measure: Measure) -> &'static str {
    let pressures =
        [Measure::DiastolicBp, Measure::MeanBp, Measure::ArterialDiastolic, Measure::ArterialMean];
    if pressures.contains(&measure) {
        return "bp";
    }
    LANES.iter().find(|lane| lane.measures.contains(&measure)).map_or(LANES[0].key, |lane| lane.key)
}

/// A panel with what was read for it.
pub(crate) struct ReadLane {
    pub lane: &'static Lane,
    /// The unit shown: a glucose that the site sends in mmol/L is read in mmol/L.
    pub unit: &'static str,
    pub panel: Panel,
    /// Where one device took over from another.
    pub takeovers: Vec<Takeover>,
    /// The same in words.
    pub summary: String,
}

/// Reads the panels of a patient. `focus` is the part that is seen at rest: it decides axes and words.
pub(crate) fn read_lanes(
    reader: &Reader,
    patient: &str,
    from: Instant,
    to: Instant,
    focus: (Instant, Instant),
    light: bool,
) -> Result<Vec<ReadLane>, ConsoleError> {
    with_lanes(reader, &Asked { patient, range: (from, to), focus, light, only: &[], view: None }, Ok)
}

/// Which panels of whom.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub patient: &'a str,
    pub range: (Instant, Instant),
    /// The part that is seen at rest.
    pub focus: (Instant, Instant),
    pub light: bool,
    /// Keys; none is all, and the score.
    pub only: &'a [&'static str],
    /// What the panels are drawn in, of which only what decides the picture is kept; without one every value is.
    pub view: Option<&'a Viewport>,
}

/// A time that a hand will move and Rust will draw again, whose pages are worth keeping: milliseconds.
const LONG_STAY_MS: i64 = 36 * 3_600_000;

/// What became of a panel, with what its series said at the moments of the score.
type Opened<T> = Result<(T, Vec<Sampled>), ConsoleError>;

/// As [`read_lanes`], and does with each panel what there is to do: the database is read here, and what was read goes on
/// on all cores while the next is read.
pub(crate) fn with_lanes<T: Send>(
    reader: &Reader,
    asked: &Asked,
    then: impl Fn(ReadLane) -> Result<T, ConsoleError> + Sync,
) -> Result<Vec<T>, ConsoleError> {
    let Asked { patient, range: (from, to), focus, light, only, view } = *asked;
    if to.ms_since(from) > LONG_STAY_MS {
        reader.keep_room()?;
    }
    let all = reader.series_of(patient)?;
    let molar = all.iter().any(|s| s.measure() == Some(Measure::Glucose) && s.unit == "mmol/L");
    let history = limit_history(patient, &reader.actions_about(patient)?);
    let usual = unit_limits(reader, patient)?;
    let read = |measures: &[Measure]| -> Result<Vec<Part>, VaultError> {
        let mut parts = Vec::new();
        for series in all.iter().filter(|s| s.measure().is_some_and(|m| measures.contains(&m))) {
            let Some(Ok((factor, offset))) = series.measure().map(|m| to_unit(m, &series.unit)) else {
                continue;
            };
            let before = reader.before(series.id, from - 1)?.map(|(at, value)| (at, value.to_f64()));
            let stretch = reader.stretch(series.id, from, to)?;
            parts.push(Part { series: series.clone(), before, stretch, factor, offset });
        }
        Ok(parts)
    };
    // Who is asked for a few panels is not scored.
    let moments = if only.is_empty() { moments((from, to), focus) } else { Vec::new() };
    let open = |lane: &'static Lane, [main, low, mean]: [Vec<Part>; 3]| {
        let shrink = if lane.key == "glucose" && molar { 1.0 / 18.01559 } else { 1.0 };
        let scaled = |l: Limits| Limits { low: l.low.map(|v| v * shrink), high: l.high.map(|v| v * shrink) };
        let limits: Vec<(i64, Limits)> = limit_steps(&history, &usual, lane.measures[0], from, to)
            .into_iter()
            .map(|(at, l)| (at.0, scaled(l)))
            .collect();
        let mut least = (lane.least.0 * shrink, lane.least.1 * shrink);
        // A limit that somebody set for this patient is always in sight.
        if history.iter().any(|set| set.change.measure == lane.measures[0]) {
            for bound in limits.iter().flat_map(|(_, l)| [l.low, l.high]).flatten() {
                least = (least.0.min(bound - shrink), least.1.max(bound + shrink));
            }
        }
        let mut tally = Tally::new(focus, limits.last().map_or_else(Limits::default, |(_, bounds)| *bounds));
        let heard = main.iter().filter_map(|part| part.before).map(|(at, _)| at.0).max();
        let mut line = Line::open(main, &moments, shrink)?;
        let takeovers = line.takeovers();
        // Artefacts are marked and left out of the line; they stay in the cache.
        let mut artefacts = line.artefacts();
        let content = match lane.key {
            "bp" => {
                let (mut low, mut mean) = (Line::open(low, &[], shrink)?, Line::open(mean, &[], shrink)?);
                artefacts.append(&mut low.artefacts());
                artefacts.append(&mut mean.artefacts());
                pressures([&mut line, &mut low, &mut mean], view, focus, &mut tally)?
            }
            _ => line.content(view, focus, &mut tally)?,
        };
        let digits = usize::from(lane.key == "temp" || lane.key == "glucose");
        let summary = tally.words(lane.label, digits);
        let panel = Panel {
            content,
            limits,
            artefacts,
            every_sample: false,
            least,
            focus: Some((focus.0.0, focus.1.0)),
            also: None,
            heard,
        };
        let unit = if shrink < 1.0 { "mmol/L" } else { lane.unit };
        Ok::<_, ConsoleError>((then(ReadLane { lane, unit, panel, takeovers, summary })?, line.sampled()))
    };
    let mut wanted: Vec<(&'static Lane, Option<Opened<T>>)> = LANES
        .iter()
        .filter(|lane| only.is_empty() || only.contains(&lane.key))
        .map(|lane| (lane, None))
        .collect();
    rayon::in_place_scope(|cores| {
        // The pressures take longest, and begin first.
        let (long, short): (Vec<_>, Vec<_>) = wanted.iter_mut().partition(|(lane, _)| lane.key == "bp");
        for (lane, opened) in long.into_iter().chain(short) {
            let (low, mean) = match lane.key {
                "bp" => (
                    read(&[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                    read(&[Measure::MeanBp, Measure::ArterialMean])?,
                ),
                _ => (Vec::new(), Vec::new()),
            };
            let parts = [read(lane.measures)?, low, mean];
            let (lane, open) = (*lane, &open);
            cores.spawn(move |_| *opened = Some(open(lane, parts)));
        }
        Ok::<(), VaultError>(())
    })?;
    let opened: Vec<(T, Vec<Sampled>)> =
        wanted.into_iter().filter_map(|(_, opened)| opened).collect::<Result<_, _>>()?;
    let (mut lanes, sampled): (Vec<T>, Vec<Vec<Sampled>>) = opened.into_iter().unzip();
    let mut sampled: Vec<Sampled> = sampled.into_iter().flatten().collect();
    if !only.is_empty() {
        return Ok(lanes);
    }
    let charted = read(&[Measure::Consciousness, Measure::OxygenFlow, Measure::FiO2])?;
    let mut charted = Line::open(charted, &moments, 1.0)?;
    charted.columns()?;
    sampled.append(&mut charted.sampled());
    if let Some(lane) = score_lane(reader, patient, (from, focus), &moments, &sampled, light)? {
        lanes.push(then(lane)?);
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

pub(crate) fn span(ms: i64) -> String {
    match ms / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 72 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
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

#[cfg(test)]
#[path = "lanes_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
