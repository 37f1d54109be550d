//! Everybody at home on one list, and why somebody has to be called.

use bedside::{PhoneCall, Tile};
use clinical::call_today::ReasonKind;
use clinical::glucose::Brief;
use clinical::{Measure, Priority, Shown};
use serde::Serialize;
use specta::Type;
use trends::{DayAndWeek, MONTH_DAYS};

use super::board::{family_first, letter};
use super::form::{count, ms};
use super::withheld::Withheld;
use crate::at_home::{AllAtHome, Somebody};

/// Everybody at home.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Programme {
    /// When that was.
    pub at: i64,
    /// Who has to be called first; then who was called and waits; then everybody else by name.
    pub rows: Vec<ProgrammeRow>,
    /// The months of so many people are still to be worked out: ask again.
    pub pending: u32,
    /// So many people at home never sent anything, have no device and no alarm.
    pub without: u32,
    /// Until when the server was heard, where it is not heard now: nobody was silent since.
    pub not_heard_since: Option<i64>,
    /// Whether the fortnight was read from the server to its end: until then no device is said to have sent too little.
    pub is_fortnight_read: bool,
    /// Of so many days those with data are counted.
    pub days: u32,
    /// What of all of them is withheld from who is here.
    pub withheld: Option<Withheld>,
}

/// One person at home.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeRow {
    /// Logical id of the Patient.
    pub patient: String,
    place: String,
    /// Family name first.
    pub name: String,
    initials: String,
    mrn: String,
    age: Option<u16>,
    sex: &'static str,
    /// When anything was measured last.
    last_data: Option<i64>,
    /// Why nothing speaks of now, where nothing does.
    stale: Option<String>,
    /// On how many days there are data; nothing while that is not worked out.
    pub days: Option<u32>,
    /// A fortnight of a glucose sensor.
    pub range: Option<TimeInRange>,
    vitals: Vec<ProgrammeVital>,
    /// How many alarms of each priority want somebody, in the order of `priorities`.
    alerts: Vec<u32>,
    /// The worst of them.
    worst_alert: Option<&'static str>,
    /// How its devices are, in words.
    device_state: String,
    /// The worse, the higher.
    device_order: u32,
    devices: Vec<String>,
    /// Why somebody has to call, worst first.
    pub reasons: Vec<CallReason>,
    /// Somebody has to call.
    pub due: bool,
    /// Until when a call answers all of it.
    answered_until: Option<i64>,
    /// Calls that were logged, the newest first.
    pub calls: Vec<CallEntry>,
    withheld: Option<Withheld>,
}

/// How much of a fortnight somebody's glucose was in range.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeInRange {
    /// Percent, to sort by; nothing where there was no reading.
    percent: Option<f64>,
    /// The same as shown.
    text: String,
    /// Whether the goal is met; nothing where there is too little to tell.
    met: Option<bool>,
    /// What else it says: lows, the management indicator, on how much it rests.
    words: String,
    /// What is missing, where it is too little.
    pub too_little: Option<String>,
}

/// A newest value, with what the last day was beside the week before it.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeVital {
    key: &'static str,
    label: &'static str,
    reads: String,
    unit: &'static str,
    taken_at: i64,
    /// Why it does not speak of now: `old`, `no signal` or `artefact`.
    mark: Option<&'static str>,
    /// The priority of an alarm about it.
    alarm: Option<&'static str>,
    trend: Option<ProgrammeTrend>,
}

/// The mean of the last day beside the mean of the seven days before it.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct ProgrammeTrend {
    /// `up`, `down` or `same`.
    way: &'static str,
    /// `+11`.
    by: String,
    /// `last day 84, week before 73`.
    words: String,
}

/// Why somebody has to call.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallReason {
    /// Its code.
    pub kind: &'static str,
    /// `person`, `device` or `neither`.
    pub problem: &'static str,
    /// The same in a word.
    problem_word: &'static str,
    /// What was found.
    pub words: String,
    /// What that rests on.
    basis: String,
    /// Since when, where it began at a moment.
    since: Option<i64>,
}

/// A call that was logged.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallEntry {
    at: i64,
    by: String,
    /// Whether the person was reached.
    pub reached: bool,
    /// When somebody is to look again.
    pub look_again: Option<i64>,
    /// What was said or done; may be empty.
    pub words: String,
    /// Whether the server has it.
    sent: bool,
}

impl From<AllAtHome> for Programme {
    fn from(all: AllAtHome) -> Programme {
        let heard = all.not_heard_since.is_none();
        Programme {
            at: ms(all.now),
            rows: all.people.into_iter().map(|one| row(one, &all.shown, heard)).collect(),
            pending: count(all.pending),
            without: count(all.without),
            not_heard_since: all.not_heard_since.map(ms),
            is_fortnight_read: all.is_fortnight_read,
            days: MONTH_DAYS,
            withheld: Withheld::some(&all.withheld),
        }
    }
}

fn row(one: Somebody, shown: &Shown, heard: bool) -> ProgrammeRow {
    let (tile, month) = (&one.tile, one.month.as_deref());
    let (device_order, device_state) = device_state(&one);
    let worst = Priority::ALL.into_iter().zip(one.alarms).find(|(_, n)| *n > 0);
    let reasons = one.today.reasons.iter().map(|reason| CallReason {
        kind: reason.kind.code(),
        problem: reason.problem.code(),
        problem_word: reason.problem.word(),
        words: reason.words.clone(),
        basis: reason.basis.clone(),
        since: reason.since.map(ms),
    });
    ProgrammeRow {
        patient: (&tile.patient).into(),
        place: tile.place(),
        name: family_first(tile),
        initials: clinical::initials(&tile.family, &tile.given),
        mrn: tile.mrn.clone(),
        age: tile.age,
        sex: letter(tile.sex),
        last_data: one.last_data.map(ms),
        stale: stale(&one, heard),
        days: month.map(|month| month.days),
        range: month.and_then(|month| month.glucose.as_ref()).map(|brief| range(brief, shown)),
        vitals: vitals(&one, shown),
        alerts: one.alarms.to_vec(),
        worst_alert: worst.map(|(priority, _)| priority.code()),
        device_state,
        device_order,
        devices: tile.devices.iter().map(|device| device.name.clone()).collect(),
        reasons: reasons.collect(),
        due: one.today.is_due(),
        answered_until: one.today.answered_until.map(ms),
        withheld: Withheld::some(&one.withheld),
        calls: one.calls.into_iter().map(entry).collect(),
    }
}

fn entry(call: PhoneCall) -> CallEntry {
    CallEntry {
        at: ms(call.logged.at),
        by: call.by.into(),
        reached: call.logged.reached,
        look_again: call.logged.look_again.map(ms),
        words: call.words,
        sent: call.sent,
    }
}

/// What keeps the values from speaking of now.
fn stale(one: &Somebody, heard: bool) -> Option<String> {
    one.tile.stale_since?;
    Some(if heard { "nothing from any device" } else { "the server is not heard" }.to_owned())
}

/// How somebody's devices are: the worst that is wrong with one of them. The worse it is, the higher the number.
fn device_state(one: &Somebody) -> (u32, String) {
    let of = |kind| one.today.reasons.iter().find(|reason| reason.kind == kind).map(|r| r.words.clone());
    let faults = [
        (5, ReasonKind::Silent),
        (4, ReasonKind::SensorSilent),
        (3, ReasonKind::TechnicalAlarm),
        (2, ReasonKind::Battery),
        (1, ReasonKind::TooLittle),
    ];
    let fault = faults.into_iter().find_map(|(order, kind)| Some((order, of(kind)?)));
    let none = if one.tile.devices.is_empty() { "No device is known" } else { "No fault is known" };
    fault.unwrap_or_else(|| (0, none.to_owned()))
}

fn range(brief: &Brief, shown: &Shown) -> TimeInRange {
    let percent = brief.goals.first().and_then(|goal| goal.percent);
    let cut = |value: f64| (value * 10.0).floor() / 10.0;
    let limit = |mg_dl: f64| {
        let digits = usize::from(shown.digits);
        format!("{:.digits$}", shown.from_own(mg_dl))
    };
    let share = |n| brief.shares.percent(n).map_or_else(|| "–".to_owned(), |share| format!("{share:.1} %"));
    let gmi = brief.spread.gmi_percent().map_or_else(String::new, |gmi| format!("; GMI {gmi:.1} %"));
    let words = format!(
        "below {}: {}; below {}: {} (in {}){gmi}; {} readings, {} % of 14 days",
        limit(70.0),
        share(brief.shares.below_70()),
        limit(54.0),
        share(brief.shares.very_low),
        shown.word(),
        brief.n,
        cut(brief.active_percent),
    );
    TimeInRange {
        percent,
        text: percent.map_or_else(|| "–".to_owned(), |percent| format!("{} %", cut(percent))),
        met: brief.goals.first().and_then(|goal| goal.met).filter(|_| brief.too_little.is_none()),
        words,
        too_little: brief.too_little.map(|missing| missing.to_string()),
    }
}

fn vitals(one: &Somebody, shown: &Shown) -> Vec<ProgrammeVital> {
    let over_days = one.month.as_ref().map_or(&[][..], |month| month.over_days.as_slice());
    let trend = |measure| over_days.iter().find(|of| of.measure == measure).map(|of| trend(of, shown));
    let of_tile = |tile: &Tile| {
        let vital = |cell: &bedside::Cell| ProgrammeVital {
            key: cell.slot.code(),
            label: cell.slot.label(),
            reads: cell.reads().to_owned(),
            unit: cell.unit,
            taken_at: ms(cell.taken_at),
            mark: cell.mark(),
            alarm: cell.alarm.map(Priority::code),
            trend: trend(cell.slot.measures()[0]),
        };
        tile.cells.iter().map(vital).collect::<Vec<_>>()
    };
    let weight = one.month.as_ref().and_then(|month| month.weights.last()).map(|(at, kg)| ProgrammeVital {
        key: "weight",
        label: Measure::Weight.spec().label,
        reads: format!("{kg:.1}"),
        unit: "kg",
        taken_at: ms(*at),
        mark: None,
        alarm: None,
        trend: trend(Measure::Weight),
    });
    of_tile(&one.tile).into_iter().chain(weight).collect()
}

fn trend(of: &DayAndWeek, shown: &Shown) -> ProgrammeTrend {
    let is_glucose = of.measure == Measure::Glucose;
    let digits = usize::from(if is_glucose { shown.digits } else { of.measure.spec().digits });
    let in_unit = |value: f64| if is_glucose { shown.from_own(value) } else { value };
    let (day, week) = (in_unit(of.day), in_unit(of.week));
    let by = format!("{:+.digits$}", day - week);
    let is_nothing = !by.contains(|c: char| ('1'..='9').contains(&c));
    ProgrammeTrend {
        way: match by.starts_with('+') {
            _ if is_nothing => "same",
            true => "up",
            false => "down",
        },
        by: if is_nothing { "0".to_owned() } else { by.replace('-', "−") },
        words: format!("last day {day:.digits$}, week before {week:.digits$}"),
    }
}
