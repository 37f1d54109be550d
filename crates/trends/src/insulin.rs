//! A person's insulin as far as the cache tells: what pens gave, what of it still works, what was forgotten or given twice, and of which
//! pen nothing came.

use std::collections::{BTreeMap, HashMap, HashSet};

use clinical::consent::Withheld;
use clinical::insulin::{
    ActionCurve, Basal, BasalRule, BasalState, DoubleDose, InsulinDay, InsulinKind, LikeSize, OnBoard, Pen,
    PenRecord, PrimingRule, Shot, StaleAfterMs, StalePen, USUAL_ACTION_MS, basal_over, daily_totals,
    double_doses, on_board, records_of, shots, stale_pens,
};
use clinical::{DAY_MS, DeviceId, Dose, DoseId, Instant, Measure, PatientId, SmolStr, TimeRange, WallClock};
use vault::{Reader, VaultError};

/// So long before the period is looked back: a habit wants a fortnight. *House:* a pen that was silent for longer is put away.
const LOOKS_BACK_MS: i64 = 60 * DAY_MS;

/// A shot, with the words that were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct InsulinShot {
    /// What happened.
    pub shot: Shot,
    /// What was given, as it was sent.
    pub what: String,
    /// The pen as people call it, where one is named.
    pub pen: Option<String>,
}

/// A pen of which nothing came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentPen {
    /// Which, since when, and why.
    pub stale: StalePen,
    /// As people call it.
    pub name: String,
    /// Whether another pen gave the same insulin since.
    pub is_replaced: bool,
}

/// Insulin of a period.
#[derive(Clone, Debug)]
pub struct Insulin {
    /// Its last moment belongs to the next period.
    pub period: TimeRange,
    /// What is told as now is told of this moment.
    pub at: Instant,
    /// Of the period, newest first.
    pub shots: Vec<InsulinShot>,
    /// Of the period, oldest first.
    pub days: Vec<InsulinDay>,
    /// How long rapid insulin is taken to work, and when the most: milliseconds.
    pub action_ms: (i64, i64),
    /// What still works.
    pub on_board: OnBoard,
    /// What became of each usual time of long-acting insulin, newest first. Of what is withheld nothing is missed.
    pub basal: Vec<Basal>,
    /// Doses of the period that may have been given twice, newest first.
    pub doubles: Vec<DoubleDose>,
    /// Pens of which nothing came. Of what is withheld none is silent.
    pub silent: Vec<SilentPen>,
    /// Doses of the period that are withheld, of whatever.
    pub withheld: Withheld,
    /// Whether no dose is withheld of all that was looked at: else nothing can be told missing.
    pub is_whole: bool,
}

/// What was given on a day, in the mean of some.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanDay {
    /// Of how many days.
    pub days: usize,
    /// Units of long-acting insulin.
    pub long: f64,
    /// Units of rapid insulin.
    pub rapid: f64,
    /// Units of all.
    pub total: f64,
}

impl Insulin {
    /// The mean of the days that lie wholly in the period; nothing where none does.
    pub fn mean_day(&self) -> Option<MeanDay> {
        let whole: Vec<&InsulinDay> =
            self.days.iter().filter(|day| day.day.asked_ms == day.day.length_ms).collect();
        let mean =
            |of: fn(&InsulinDay) -> f64| whole.iter().map(|day| of(day)).sum::<f64>() / whole.len() as f64;
        (!whole.is_empty()).then(|| MeanDay {
            days: whole.len(),
            long: mean(|day| day.long),
            rapid: mean(|day| day.rapid),
            total: mean(InsulinDay::total),
        })
    }
}

/// What the cache tells of a person's insulin; nothing for who had none before its end, and of whom no dose is withheld. `now` is the moment that
/// is shown.
///
/// # Errors
/// Of the cache.
pub fn insulin(
    reader: &Reader,
    patient: &PatientId,
    period: TimeRange,
    now: Instant,
    clock: &WallClock,
) -> Result<Option<Insulin>, VaultError> {
    let at = now.min(period.to());
    let since = period.from().min(at) - LOOKS_BACK_MS;
    let looked_at = TimeRange::starting(since, period.to().ms_since(since));
    let read = Read::of(reader, patient, looked_at)?;
    let withheld = reader.withheld_doses(patient, period)?;
    let is_whole = reader.withheld_doses(patient, looked_at)?.is_empty();
    // What came after the period says which pen was read; it is none of the period.
    let all: Vec<Shot> =
        shots(&read.records, PrimingRule::USUAL).into_iter().filter(|shot| shot.at() < period.to()).collect();
    if all.is_empty() && withheld.is_empty() {
        return Ok(None);
    }
    let read_until = read.long_until(&all);
    let mut basal = basal_over(&all, clock, period, at, read_until, BasalRule::USUAL);
    let mut silent = read.silent(&all, at);
    if !is_whole {
        basal.retain(|basal| matches!(basal.state, BasalState::Given(_)));
        silent.clear();
    }
    let is_in = |at: Instant| period.from() <= at && at < period.to();
    let when: HashMap<&DoseId, Instant> = all.iter().map(|shot| (&shot.record.id, shot.at())).collect();
    let mut doubles = double_doses(&all, LikeSize::USUAL);
    doubles.retain(|double| when.get(&double.second).is_some_and(|at| is_in(*at)));
    doubles.reverse();
    Ok(Some(Insulin {
        period,
        at,
        days: daily_totals(&all, period, clock),
        action_ms: USUAL_ACTION_MS,
        on_board: on_board(&all, at, ActionCurve::usual()),
        basal,
        doubles,
        silent,
        withheld,
        is_whole,
        shots: all.into_iter().rev().filter(|shot| is_in(shot.at())).map(|shot| read.named(shot)).collect(),
    }))
}

/// What was read.
struct Read {
    records: Vec<PenRecord>,
    /// When each was first known, and what was given.
    came: HashMap<DoseId, (Instant, String)>,
    /// Devices as people call them.
    names: HashMap<DeviceId, String>,
}

impl Read {
    fn of(reader: &Reader, patient: &PatientId, looked_at: TimeRange) -> Result<Read, VaultError> {
        let told = reader.doses_as_they_came(patient, looked_at.from())?;
        let doses: Vec<Dose> = told.iter().map(|(dose, _)| dose.clone()).collect();
        let mut records = records_of(&doses);
        let mut came: HashMap<_, _> =
            told.into_iter().map(|(dose, came)| (dose.id, (came, dose.what))).collect();
        // Some bridges send doses as values, of which no name is known.
        for series in reader.series_of(patient)? {
            if series.measure() != Some(Measure::InsulinDose) || !matches!(&*series.unit, "[iU]" | "U") {
                continue;
            }
            for (at, value, marks) in reader.decimals(series.id, looked_at.from(), looked_at.to())? {
                if marks.is_artefact() || marks.comparator.is_some() {
                    continue;
                }
                let id = DoseId::from(format!("value-{}-{}", series.id, at.0));
                came.insert(id.clone(), (at, "Insulin".to_owned()));
                records.push(PenRecord {
                    id,
                    source: SmolStr::new(&series.code),
                    pen: series.device.clone(),
                    sequence: None,
                    at,
                    units: value.to_f64(),
                    kind: InsulinKind::Unknown,
                });
            }
        }
        let names = if records.iter().any(|record| record.pen.is_some()) {
            reader.devices()?.into_iter().map(|device| (device.id, device.name)).collect()
        } else {
            HashMap::new()
        };
        Ok(Read { records, came, names })
    }

    fn name(&self, pen: &DeviceId) -> String {
        let known = self.names.get(pen).filter(|name| !name.is_empty());
        known.map_or_else(|| pen.to_string(), Clone::clone)
    }

    fn named(&self, shot: Shot) -> InsulinShot {
        InsulinShot {
            what: self.came.get(&shot.record.id).map(|(_, what)| what.clone()).unwrap_or_default(),
            pen: shot.record.pen.as_ref().map(|pen| self.name(pen)),
            shot,
        }
    }

    /// When something was last known of the pens that give long-acting insulin; where they are not named, of whatever names none.
    fn long_until(&self, shots: &[Shot]) -> Instant {
        let long = shots.iter().filter(|shot| shot.kind() == InsulinKind::Long);
        let pens: HashSet<Option<&DeviceId>> = long.map(|shot| shot.record.pen.as_ref()).collect();
        let of_them = self.records.iter().filter(|record| pens.contains(&record.pen.as_ref()));
        let came = of_them.filter_map(|record| self.came.get(&record.id)).map(|(came, _)| *came);
        came.max().unwrap_or(Instant(i64::MIN))
    }

    /// Pens of which nothing came. A pen is known by its doses: what came of it last is when it was read last.
    fn silent(&self, shots: &[Shot], at: Instant) -> Vec<SilentPen> {
        let mut pens: BTreeMap<&DeviceId, Pen> = BTreeMap::new();
        for record in self.records.iter().filter(|record| record.at <= at) {
            let Some(id) = &record.pen else { continue };
            let came = self.came.get(&record.id).map_or(record.at, |(came, _)| (*came).min(at));
            let pen = pens.entry(id).or_insert_with(|| Pen {
                id: id.clone(),
                kind: record.kind,
                read_at: Some(came),
                since: record.at,
            });
            if pen.kind != record.kind {
                pen.kind = InsulinKind::Unknown;
            }
            pen.read_at = pen.read_at.max(Some(came));
            pen.since = pen.since.min(record.at);
        }
        let pens: Vec<Pen> = pens.into_values().collect();
        let stale = stale_pens(&pens, shots, at, StaleAfterMs::USUAL);
        let one = |stale: StalePen| {
            let kind = pens.iter().find(|pen| pen.id == stale.pen).map(|pen| pen.kind);
            let kind = kind.filter(|kind| *kind != InsulinKind::Unknown);
            let is_replaced = shots.iter().any(|shot| {
                let is_other = shot.record.pen.as_ref().is_some_and(|pen| *pen != stale.pen);
                is_other && Some(shot.kind()) == kind && shot.at() > stale.since && shot.at() <= at
            });
            SilentPen { name: self.name(&stale.pen), is_replaced, stale }
        };
        stale.into_iter().map(one).collect()
    }
}
