//! What the last month of somebody at home adds up to, for a list of many people: each series is read once.

use std::collections::BTreeMap;

use bedside::Slot;
use clinical::consent::Withheld;
use clinical::fleet::Charge;
use clinical::glucose::{Brief, ENOUGH_DAYS, TargetSet, Trace};
use clinical::silence::sends_by_itself;
use clinical::{Conversion, DAY_MS, DeviceId, HOUR_MS, Instant, Measure, PatientId, TimeRange, WallClock};
use vault::{Columns, Reader, SeriesInfo, VaultError};

use crate::glucose::{glucose_trace, is_of_a_sensor};

/// Days with data are counted in so many.
pub const MONTH_DAYS: u32 = 30;
/// A report of glucose is of so many.
const FORTNIGHT_MS: i64 = 14 * DAY_MS;
/// The days before the last one that it is compared with.
const WEEK_MS: i64 = 7 * DAY_MS;
/// Fewer values of that week are no mean to compare with.
const LEAST_OF_A_WEEK: u32 = 3;
/// So many readings a day come from a sensor and from no drop of blood, whatever their code says.
const SENSOR_A_DAY: f64 = 24.0;

/// The mean of the last day beside the mean of the seven days before it, in the unit of the measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayAndWeek {
    /// Of what.
    pub measure: Measure,
    /// Mean of the last 24 hours.
    pub day: f64,
    /// Mean of the seven days before them.
    pub week: f64,
}

/// What a device of somebody at home said in the month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceAtHome {
    /// What its battery was in the last week in which it told of it, oldest first.
    pub battery: Vec<Charge>,
    /// Whether it sends by itself. Glucose is left out: a sensor is told by what it sends.
    pub sends_by_itself: bool,
}

/// What a month of somebody at home adds up to, as far as whoever reads may see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtHome {
    /// On how many of the last [`MONTH_DAYS`] days of the calendar, today included, anything was measured.
    pub days: u32,
    /// A fortnight of a glucose sensor, held against the goals for most people; nothing where none was worn in the month.
    pub glucose: Option<Brief>,
    /// Weights of the fortnight in kilogram, oldest first.
    pub weights: Vec<(Instant, f64)>,
    /// What is told of as newest, over a day and a week.
    pub over_days: Vec<DayAndWeek>,
    /// What each device said, by its id.
    pub devices: BTreeMap<DeviceId, DeviceAtHome>,
    /// What of the month is withheld from whoever reads.
    pub withheld: Withheld,
}

/// Sums of a day and of the week before it.
#[derive(Clone, Copy, Default)]
struct Sums {
    day: (f64, u32),
    week: (f64, u32),
}

impl Sums {
    fn add(&mut self, age: i64, value: f64) {
        let part = match age {
            ..DAY_MS => &mut self.day,
            _ if age < DAY_MS + WEEK_MS => &mut self.week,
            _ => return,
        };
        part.0 += value;
        part.1 += 1;
    }

    fn of(self, measure: Measure) -> Option<DayAndWeek> {
        let mean = |(sum, n): (f64, u32), least: u32| (n >= least).then(|| sum / f64::from(n));
        Some(DayAndWeek { measure, day: mean(self.day, 1)?, week: mean(self.week, LEAST_OF_A_WEEK)? })
    }
}

/// What a device said, as it is read.
#[derive(Default)]
struct Said {
    moments: Vec<Instant>,
    battery: Vec<Charge>,
}

impl Said {
    fn add(&mut self, series: &SeriesInfo, columns: &Columns) {
        let hour = |at: i64| at.div_euclid(HOUR_MS);
        let hours = columns.times.chunk_by(|a, b| hour(*a) == hour(*b));
        self.moments.extend(hours.map(|those| Instant(those[0])));
        if series.measure() != Some(Measure::Battery) {
            return;
        }
        let Some(conversion) = converted(Measure::Battery, series) else { return };
        let charge =
            |(at, value): (&i64, &f64)| Charge { at: Instant(*at), percent: conversion.apply(*value) };
        self.battery.extend(columns.times.iter().zip(&columns.values).map(charge));
    }

    fn of(mut self) -> DeviceAtHome {
        self.battery.sort_by_key(|charge| charge.at);
        let last = self.battery.last().map_or(Instant(0), |charge| charge.at);
        self.battery.retain(|charge| last.ms_since(charge.at) <= WEEK_MS);
        DeviceAtHome { battery: self.battery, sends_by_itself: sends_by_itself(self.moments) }
    }
}

/// Days of the calendar on which something was measured.
struct Days<'a> {
    clock: &'a WallClock,
    today: i64,
    seen: [bool; MONTH_DAYS as usize],
}

impl Days<'_> {
    fn mark(&mut self, at: Instant) {
        let ago = self.today - self.clock.shows(at).div_euclid(DAY_MS);
        if let Some(day) = usize::try_from(ago).ok().and_then(|ago| self.seen.get_mut(ago)) {
            *day = true;
        }
    }
}

/// What the month before `now` adds up to; days are those of `clock`.
///
/// # Errors
/// Of the cache.
pub fn at_home(
    reader: &Reader,
    patient: &PatientId,
    now: Instant,
    clock: &WallClock,
) -> Result<AtHome, VaultError> {
    // A day more: the first day of the calendar begins before its hour.
    let month = TimeRange::last((i64::from(MONTH_DAYS) + 1) * DAY_MS, now);
    let today = clock.shows(now).div_euclid(DAY_MS);
    let mut days = Days { clock, today, seen: [false; MONTH_DAYS as usize] };
    let all = reader.series_of(patient)?;
    let (mut weights, mut over_days) = (Vec::new(), Vec::new());
    let mut sums: Vec<(Measure, Sums)> = Vec::new();
    let mut devices: BTreeMap<DeviceId, Said> = BTreeMap::new();
    for series in &all {
        let measure = series.measure();
        // It is read below.
        if measure == Some(Measure::Glucose) {
            continue;
        }
        let columns = reader.window(series.id, month.from(), month.to())?.blocks()?.columns()?;
        if let Some(device) = &series.device {
            devices.entry(device.clone()).or_default().add(series, &columns);
            // Of one that is silent for longer it is told by what it said last.
            if columns.times.is_empty()
                && let Some((last, _)) = reader.before(series.id, month.from())?
            {
                let before = reader.window(series.id, last - WEEK_MS, last)?.blocks()?.columns()?;
                devices.entry(device.clone()).or_default().add(series, &before);
            }
        }
        // What a device says of itself was not measured.
        if measure == Some(Measure::Battery) {
            continue;
        }
        columns.times.iter().for_each(|at| days.mark(Instant(*at)));
        let Some((measure, conversion)) = measure.and_then(|m| Some((told(m)?, converted(m, series)?)))
        else {
            continue;
        };
        let sums = sums_of(&mut sums, measure);
        for (at, value) in columns.times.iter().zip(&columns.values) {
            let (at, value) = (Instant(*at), conversion.apply(*value));
            sums.add(now.ms_since(at), value);
            if measure == Measure::Weight && now.ms_since(at) <= FORTNIGHT_MS {
                weights.push((at, value));
            }
        }
    }
    weights.sort_by_key(|(at, _)| *at);
    let glucose = glucose(reader, patient, &all, (month, now), clock)?;
    let glucose = glucose.and_then(|(trace, worn)| {
        let mut of_it = Sums::default();
        for reading in trace.readings() {
            days.mark(reading.at);
            of_it.add(now.ms_since(reading.at), reading.mg_dl);
        }
        over_days.extend(of_it.of(Measure::Glucose));
        let period = fortnight(now, clock);
        let fortnight = Trace::of(trace.readings(), period, clock, Some(trace.step_ms()));
        let brief = Brief::of(&fortnight, TargetSet::Standard);
        (worn || brief.n as f64 >= SENSOR_A_DAY * ENOUGH_DAYS).then_some(brief)
    });
    over_days.extend(sums.into_iter().filter_map(|(measure, sums)| sums.of(measure)));
    Ok(AtHome {
        days: days.seen.iter().map(|seen| u32::from(*seen)).sum(),
        glucose,
        weights,
        over_days,
        devices: devices.into_iter().map(|(device, said)| (device, said.of())).collect(),
        withheld: reader.withheld_in(patient, month)?,
    })
}

/// The fortnight before `now` by the clock on the wall: in one with a day of 25 hours nothing is missing. Its last moment belongs to the
/// next period.
fn fortnight(now: Instant, clock: &WallClock) -> TimeRange {
    let whole = TimeRange::last(FORTNIGHT_MS, now + 1);
    let off = clock.shows(whole.to()) - clock.shows(whole.from()) - FORTNIGHT_MS;
    TimeRange::new(whole.from() + off, whole.to()).unwrap_or(whole)
}

/// The measure under which it is told of: of what stands in one place of a tile, the first.
fn told(measure: Measure) -> Option<Measure> {
    if matches!(measure, Measure::Weight) {
        return Some(measure);
    }
    // Only the upper pressure has a mean that is told of.
    let is_pressure = |slot: Slot| slot == Slot::Bp;
    let slot = Slot::ALL.into_iter().find(|slot| slot.measures().contains(&measure))?;
    let first = slot.measures()[0];
    (!is_pressure(slot) || matches!(measure, Measure::SystolicBp | Measure::ArterialSystolic))
        .then_some(first)
}

fn converted(measure: Measure, series: &SeriesInfo) -> Option<Conversion> {
    Conversion::to_own(measure, &series.unit).ok()
}

fn sums_of(all: &mut Vec<(Measure, Sums)>, measure: Measure) -> &mut Sums {
    let at = all.iter().position(|(known, _)| *known == measure).unwrap_or_else(|| {
        all.push((measure, Sums::default()));
        all.len() - 1
    });
    &mut all[at].1
}

/// The month of glucose, and whether a sensor sent any of it.
fn glucose(
    reader: &Reader,
    patient: &PatientId,
    all: &[SeriesInfo],
    (month, now): (TimeRange, Instant),
    clock: &WallClock,
) -> Result<Option<(Trace, bool)>, VaultError> {
    let mut of_it = all.iter().filter(|series| series.measure() == Some(Measure::Glucose)).peekable();
    if of_it.peek().is_none() {
        return Ok(None);
    }
    let month = TimeRange::new(month.from(), now + 1).unwrap_or(month);
    // One that was worn before the month says nothing of whose blood is read now.
    let mut worn = false;
    for series in of_it.filter(|series| is_of_a_sensor(series)) {
        let newest = reader.before(series.id, month.to())?;
        worn |= newest.is_some_and(|(at, _)| at >= month.from());
    }
    let trace = glucose_trace(reader, patient, month, clock)?;
    let worn = worn && !trace.readings().is_empty();
    Ok(Some((trace, worn)))
}
