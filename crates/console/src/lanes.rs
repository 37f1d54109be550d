//! The panels of one patient: what is read for each, how it looks, and what it says in words.

use charts::{Bar, Content, Panel, Theme};
use clinical::{Instant, Limits, Measure, limit_history, limit_steps};
use fhir::to_unit;
use rayon::prelude::*;
use vault::{Columns, Reader, SeriesInfo, SeriesValue, Stretch, VaultError};

use crate::error::ConsoleError;
use crate::records::unit_limits;
use crate::score_lane::{Sampled, moments, score_lane};

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
    /// The same in words.
    pub summary: String,
}

/// A series on its way into a panel, still packed, with what makes its unit the panel's.
struct Part {
    series: SeriesInfo,
    /// What it said last before the stretch.
    before: Option<(Instant, f64)>,
    stretch: Stretch,
    factor: f64,
    offset: f64,
}

impl Part {
    /// The values in the panel's unit; `sampled` gets what it said last at each moment, as sent.
    fn open(&self, moments: &[Instant], sampled: &mut Vec<Sampled>) -> Result<Columns, VaultError> {
        let mut columns = self.stretch.columns()?;
        let mut at = 0;
        let mut last = self.before;
        let last_at = |moment: &Instant| {
            let end = at + columns.times[at..].partition_point(|t| *t <= moment.0);
            if end > at {
                last = Some((Instant(columns.times[end - 1]), columns.values[end - 1]));
                at = end;
            }
            last
        };
        sampled.push(Sampled { series: self.series.clone(), last: moments.iter().map(last_at).collect() });
        if self.factor != 1.0 || self.offset != 0.0 {
            columns.values.iter_mut().for_each(|v| *v = *v * self.factor + self.offset);
        }
        Ok(columns)
    }
}

/// Several series of one panel as one: the usual case of a single one moves nothing.
fn joined(parts: &[Part], moments: &[Instant], sampled: &mut Vec<Sampled>) -> Result<Columns, VaultError> {
    let mut all = Columns::default();
    for part in parts {
        let mut more = part.open(moments, sampled)?;
        all.artefacts.append(&mut more.artefacts);
        if all.times.is_empty() {
            (all.times, all.values) = (more.times, more.values);
        } else if !more.times.is_empty() {
            let mut pairs: Vec<(i64, f64)> = all.times.drain(..).zip(all.values.drain(..)).collect();
            pairs.extend(more.times.into_iter().zip(more.values));
            pairs.sort_by_key(|(t, _)| *t);
            (all.times, all.values) = pairs.into_iter().unzip();
        }
    }
    Ok(all)
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
    with_lanes(reader, &Asked { patient, range: (from, to), focus, light, only: &[] }, Ok)
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
}

/// A panel with its series, of pressures the lower and the mean ones too.
type Packed = (&'static Lane, Vec<Part>, Vec<Part>, Vec<Part>);

/// As [`read_lanes`], and does with each panel what there is to do: the database is read here, the rest on all cores.
pub(crate) fn with_lanes<T: Send>(
    reader: &Reader,
    asked: &Asked,
    then: impl Fn(ReadLane) -> Result<T, ConsoleError> + Sync,
) -> Result<Vec<T>, ConsoleError> {
    let Asked { patient, range: (from, to), focus, light, only } = *asked;
    let all = reader.series_of(patient)?;
    let molar = all.iter().any(|s| s.measure() == Some(Measure::Glucose) && s.unit == "mmol/L");
    let history = limit_history(patient, &reader.actions()?);
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
    let mut packed = Vec::new();
    for lane in LANES.iter().filter(|lane| only.is_empty() || only.contains(&lane.key)) {
        let (low, mean) = match lane.key {
            "bp" => (
                read(&[Measure::DiastolicBp, Measure::ArterialDiastolic])?,
                read(&[Measure::MeanBp, Measure::ArterialMean])?,
            ),
            _ => (Vec::new(), Vec::new()),
        };
        packed.push((lane, read(lane.measures)?, low, mean));
    }
    let open = |(lane, main, low, mean): Packed, moments: &[Instant]| {
        let shrink = if lane.key == "glucose" && molar { 1.0 / 18.01559 } else { 1.0 };
        let (mut sampled, mut others) = (Vec::new(), Vec::new());
        let mut columns = joined(&main, moments, &mut sampled)?;
        if shrink != 1.0 {
            columns.values.iter_mut().for_each(|v| *v *= shrink);
        }
        let scaled = |l: Limits| Limits { low: l.low.map(|v| v * shrink), high: l.high.map(|v| v * shrink) };
        let limits: Vec<(i64, Limits)> = limit_steps(&history, &usual, lane.measures[0], from, to)
            .into_iter()
            .map(|(at, l)| (at.0, scaled(l)))
            .collect();
        let summary = summary(lane, &columns, &limits, focus.0, focus.1);
        let mut least = (lane.least.0 * shrink, lane.least.1 * shrink);
        // A limit that somebody set for this patient is always in sight.
        if history.iter().any(|set| set.change.measure == lane.measures[0]) {
            for bound in limits.iter().flat_map(|(_, l)| [l.low, l.high]).flatten() {
                least = (least.0.min(bound - shrink), least.1.max(bound + shrink));
            }
        }
        // Artefacts are marked and left out of the line; they stay in the cache.
        let mut artefacts = std::mem::take(&mut columns.artefacts);
        let content = match lane.key {
            "bp" => {
                let (mut low, mut mean) = (joined(&low, &[], &mut others)?, joined(&mean, &[], &mut others)?);
                artefacts.append(&mut low.artefacts);
                artefacts.append(&mut mean.artefacts);
                bars(&columns, &low, &mean)
            }
            _ => line_or_dots(columns),
        };
        let panel = Panel {
            content,
            limits,
            artefacts,
            every_sample: false,
            least,
            focus: Some((focus.0.0, focus.1.0)),
            also: None,
        };
        let unit = if shrink < 1.0 { "mmol/L" } else { lane.unit };
        Ok::<_, ConsoleError>((then(ReadLane { lane, unit, panel, summary })?, sampled))
    };
    // Who is asked for a few panels is not scored.
    if !only.is_empty() {
        let opened = packed.into_par_iter().map(|lane| open(lane, &[])).collect::<Result<Vec<_>, _>>()?;
        return Ok(opened.into_iter().map(|(lane, _)| lane).collect());
    }
    let charted = read(&[Measure::Consciousness, Measure::OxygenFlow, Measure::FiO2])?;
    let moments = moments(from, to);
    let opened: Vec<(T, Vec<Sampled>)> =
        packed.into_par_iter().map(|lane| open(lane, &moments)).collect::<Result<_, _>>()?;
    let (mut lanes, sampled): (Vec<T>, Vec<Vec<Sampled>>) = opened.into_iter().unzip();
    let mut sampled: Vec<Sampled> = sampled.into_iter().flatten().collect();
    for part in &charted {
        part.open(&moments, &mut sampled)?;
    }
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

pub(crate) fn span(ms: i64) -> String {
    match ms / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 72 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

/// `HR 24 h: median 84, from 61 to 132, last 96 at 14:02, above 130 for 18 min`.
fn summary(lane: &Lane, columns: &Columns, limits: &[(i64, Limits)], from: Instant, to: Instant) -> String {
    let head = format!("{} {}", lane.label, span(to.ms_since(from)));
    let seen = columns.times.partition_point(|t| *t < from.0)..columns.times.partition_point(|t| *t <= to.0);
    let (times, values) = (&columns.times[seen.clone()], &columns.values[seen]);
    let (Some(last), Some(newest)) = (values.last(), times.last()) else {
        return format!("{head}: no data in this range");
    };
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let median = median(values, low, high);
    let digits = usize::from(lane.key == "temp" || lane.key == "glucose");
    let far = to.ms_since(from) > 20 * 3_600_000;
    let at = local(Instant(*newest), if far { "%a %H:%M" } else { "%H:%M" });
    let mut out = format!(
        "{head}: median {median:.digits$}, from {low:.digits$} to {high:.digits$}, last {last:.digits$} at {at}"
    );
    let Some((_, bounds)) = limits.last() else { return out };
    // A value stands for the time to the next one, and never for a silence.
    let lasting = |is_out: &dyn Fn(f64) -> bool| -> i64 {
        let pairs = times.windows(2).zip(values).filter(|(_, value)| is_out(**value));
        pairs.map(|(pair, _)| (pair[1] - pair[0]).min(15 * 60_000)).sum()
    };
    let under = bounds.low.filter(|l| low < *l).map_or(0, |l| lasting(&|value| value < l));
    let over = bounds.high.filter(|h| high > *h).map_or(0, |h| lasting(&|value| value > h));
    for (word, bound, ms) in [("below", bounds.low, under), ("above", bounds.high, over)] {
        if let Some(bound) = bound.filter(|_| ms >= 60_000) {
            out.push_str(&format!(", {word} {bound:.digits$} for {}", span(ms)));
        }
    }
    out
}

/// The middle one of some values. What monitors send has one digit behind the point at most and is counted; the rest is sorted
/// as far as it must be.
fn median(values: &[f64], low: f64, high: f64) -> f64 {
    const MOST: f64 = 65_536.0;
    let middle = values.len() / 2;
    if (high - low) * 10.0 < MOST {
        let mut counts = vec![0usize; ((high - low) * 10.0) as usize + 2];
        let counted = values.iter().all(|v| {
            let step = (v - low) * 10.0;
            let whole = (step + 0.5) as usize;
            counts[whole] += 1;
            (step - whole as f64).abs() < 1e-6
        });
        if counted {
            let mut before = 0;
            let at = counts.iter().position(|n| {
                before += n;
                before > middle
            });
            return low + at.unwrap_or(0) as f64 / 10.0;
        }
    }
    let mut values = values.to_vec();
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
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

/// How many steps between values decide what is usual: more of them say nothing new.
const STEPS: usize = 10_000;

/// What comes often enough is a line that breaks at silences; what is charted now and then is dots.
fn line_or_dots(columns: Columns) -> Content {
    let Columns { times, values, .. } = columns;
    let every = times.len().div_ceil(STEPS).max(1);
    let mut steps: Vec<i64> = times.windows(2).step_by(every).map(|w| w[1] - w[0]).collect();
    let middle = steps.len() / 2;
    let usual = if steps.is_empty() { i64::MAX } else { *steps.select_nth_unstable(middle).1 };
    if usual > 15 * 60_000 {
        return Content::Dots(times.into_iter().zip(values).collect());
    }
    Content::Line { times, values, gap_ms: (usual * 3).max(10_000) }
}

fn bars(high: &Columns, low: &Columns, mean: &Columns) -> Content {
    // All three ascend: each is walked once.
    let (mut lows, mut means) = (0, 0);
    let at = |columns: &Columns, from: &mut usize, t: i64| {
        while columns.times.get(*from).is_some_and(|known| *known < t) {
            *from += 1;
        }
        columns.times.get(*from).filter(|known| **known == t).map(|_| columns.values[*from])
    };
    let pressures = high.times.iter().zip(&high.values).filter_map(|(t, value)| {
        let mean = at(mean, &mut means, *t);
        Some(Bar { t: *t, high: *value, low: at(low, &mut lows, *t)?, mean })
    });
    Content::Bars(pressures.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_same_counted_or_sorted() {
        let plain = |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        let whole: Vec<f64> = (0..1001).map(|n| f64::from((n * 7919) % 113)).collect();
        let tenths: Vec<f64> = (0..500).map(|n| f64::from(350 + (n * 31) % 47) / 10.0).collect();
        let fine: Vec<f64> = (0..77).map(|n| f64::from((n * 13) % 31) / 7.0).collect();
        for values in [whole, tenths, fine, vec![4.0], vec![1.0, 2.0]] {
            let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            let (found, wanted) = (median(&values, low, high), plain(&values));
            assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
        }
    }
}
