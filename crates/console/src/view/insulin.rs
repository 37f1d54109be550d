//! A person's insulin, as the command line prints it. Nothing is rounded.

use clinical::insulin::{
    Again, Basal, BasalState, DoubleDose, InsulinDay, InsulinKind, OnBoard, Role, SameBy, WhyStale,
};
use clinical::{HOUR_MS, Instant, MINUTE_MS, TimeRange, WallClock};
use serde::Serialize;
use trends::{Insulin, InsulinShot, SilentPen, insulin_findings};

use super::form::Iso;

/// What is known of a person's insulin in a period; lists are empty where nothing is.
#[derive(Clone, Debug, Serialize)]
pub struct InsulinTold {
    from: Iso,
    /// Belongs to the next period.
    to: Iso,
    /// What is told as now is told of this moment; nothing where no dose is known.
    at: Option<Iso>,
    /// The oldest first; primings among them.
    doses: Vec<Dose>,
    days: Vec<Day>,
    on_board: Option<Board>,
    /// What became of each usual time of long-acting insulin, the newest first.
    basal: Vec<Usual>,
    double_doses: Vec<Double>,
    stale_pens: Vec<Stale>,
    /// The same in words, with how things were counted.
    findings: Vec<Finding>,
    /// How many doses a consent withholds, of whatever drug, and why.
    withheld: Option<String>,
    /// Whether what is missing can be told: no dose is withheld of all that was looked at.
    whole: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Dose {
    id: String,
    at: Iso,
    units: f64,
    /// `basal`, `bolus`, or null.
    kind: Option<&'static str>,
    what: String,
    device: Option<String>,
    device_name: Option<String>,
    /// The system of its identifier; empty where it has none.
    way: String,
    /// `dose` or `priming`.
    role: &'static str,
    /// Of a priming: the dose that it was for.
    before: Option<String>,
    /// Other records of the same dose.
    again: Vec<Other>,
    /// Whether its records name two amounts.
    disputed: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Other {
    id: String,
    way: String,
    at: Iso,
    units: f64,
    /// `number` of the pen, or `amount-and-time`.
    same_by: &'static str,
}

/// A day of the calendar.
#[derive(Clone, Debug, Serialize)]
struct Day {
    date: String,
    /// Its true length.
    hours: f64,
    /// How much of it lies in the period.
    asked_hours: f64,
    basal_units: f64,
    bolus_units: f64,
    /// Of a kind that nobody told.
    unknown_units: f64,
    total_units: f64,
    /// In no sum.
    priming_units: f64,
    doses: usize,
    /// Records that said once more what another had said.
    doubled: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Board {
    units: f64,
    /// In no sum: were they bolus, they are on board, too.
    unknown_units: f64,
    duration_min: i64,
    peak_min: i64,
    of: Vec<Part>,
}

#[derive(Clone, Debug, Serialize)]
struct Part {
    id: String,
    units: f64,
}

#[derive(Clone, Debug, Serialize)]
struct Usual {
    due: Iso,
    from: Iso,
    to: Iso,
    of_days: usize,
    /// `given`, `not-yet`, `not-known` or `missed`.
    state: &'static str,
    /// What was given; of a missed one what was given at another time.
    dose: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Double {
    first: String,
    second: String,
    units: f64,
    apart_min: f64,
    of_two_pens: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Stale {
    device: String,
    device_name: String,
    /// `not-read` or `not-used`.
    why: &'static str,
    since: Iso,
    /// Whether another pen gave the same insulin since.
    replaced: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    key: &'static str,
    urgent: bool,
    text: String,
    cause: String,
}

impl InsulinTold {
    /// Of what was read over a period, by a clock on the wall.
    pub fn of(period: TimeRange, told: Option<&Insulin>, clock: &WallClock) -> InsulinTold {
        let mut made = InsulinTold {
            from: Iso(period.from()),
            to: Iso(period.to()),
            at: None,
            doses: Vec::new(),
            days: Vec::new(),
            on_board: None,
            basal: Vec::new(),
            double_doses: Vec::new(),
            stale_pens: Vec::new(),
            findings: Vec::new(),
            withheld: None,
            whole: true,
        };
        let Some(told) = told else { return made };
        made.at = Some(Iso(told.at));
        made.doses = told.shots.iter().rev().map(Dose::from).collect();
        made.days = told.days.iter().map(Day::from).collect();
        made.on_board = Some(Board::of(&told.on_board, told.action_ms));
        made.basal = told.basal.iter().map(Usual::from).collect();
        made.double_doses = told.doubles.iter().map(Double::from).collect();
        made.stale_pens = told.silent.iter().map(Stale::from).collect();
        let finding = |found: trends::InsulinFinding| Finding {
            key: found.key,
            urgent: found.is_urgent,
            text: found.text,
            cause: found.cause,
        };
        made.findings = insulin_findings(told, clock).into_iter().map(finding).collect();
        made.withheld = (!told.withheld.is_empty()).then(|| told.withheld.to_string());
        made.whole = told.is_whole;
        made
    }
}

impl From<&InsulinShot> for Dose {
    fn from(told: &InsulinShot) -> Dose {
        let shot = &told.shot;
        let other = |again: &Again| Other {
            id: again.id.to_string(),
            way: again.source.to_string(),
            at: Iso(again.at),
            units: again.units,
            same_by: match again.by {
                SameBy::Sequence => "number",
                SameBy::AmountAndTime => "amount-and-time",
            },
        };
        let (role, before) = match &shot.role {
            Role::Dose => ("dose", None),
            Role::Priming { before } => ("priming", Some(before.to_string())),
        };
        Dose {
            id: shot.record.id.to_string(),
            at: Iso(shot.at()),
            units: shot.units(),
            kind: match shot.kind() {
                InsulinKind::Rapid => Some("bolus"),
                InsulinKind::Long => Some("basal"),
                InsulinKind::Unknown => None,
            },
            what: told.what.clone(),
            device: shot.record.pen.as_ref().map(ToString::to_string),
            device_name: told.pen.clone(),
            way: shot.record.source.to_string(),
            role,
            before,
            again: shot.again.iter().map(other).collect(),
            disputed: shot.is_disputed(),
        }
    }
}

impl From<&InsulinDay> for Day {
    fn from(day: &InsulinDay) -> Day {
        let hours = |ms: i64| ms as f64 / HOUR_MS as f64;
        Day {
            date: day.day.date.to_string(),
            hours: hours(day.day.length_ms),
            asked_hours: hours(day.day.asked_ms),
            basal_units: day.long,
            bolus_units: day.rapid,
            unknown_units: day.unknown,
            total_units: day.total(),
            priming_units: day.priming,
            doses: day.doses,
            doubled: day.doubled,
        }
    }
}

impl Board {
    fn of(board: &OnBoard, (works, peak): (i64, i64)) -> Board {
        let part = |(id, units): &(clinical::DoseId, f64)| Part { id: id.to_string(), units: *units };
        Board {
            units: board.units,
            unknown_units: board.unknown_units,
            duration_min: works / MINUTE_MS,
            peak_min: peak / MINUTE_MS,
            of: board.of.iter().map(part).collect(),
        }
    }
}

impl From<&Basal> for Usual {
    fn from(basal: &Basal) -> Usual {
        let (state, dose) = match &basal.state {
            BasalState::Given(dose) => ("given", Some(dose)),
            BasalState::NotYet => ("not-yet", None),
            BasalState::NotRead => ("not-known", None),
            BasalState::Missed { elsewhere } => ("missed", elsewhere.as_ref()),
        };
        Usual {
            due: Iso(basal.due),
            from: Iso(basal.window.from()),
            to: Iso(basal.window.to()),
            of_days: basal.of_days,
            state,
            dose: dose.map(ToString::to_string),
        }
    }
}

impl From<&DoubleDose> for Double {
    fn from(double: &DoubleDose) -> Double {
        Double {
            first: double.first.to_string(),
            second: double.second.to_string(),
            units: double.units,
            apart_min: double.apart_ms as f64 / MINUTE_MS as f64,
            of_two_pens: double.of_two_pens,
        }
    }
}

impl From<&SilentPen> for Stale {
    fn from(pen: &SilentPen) -> Stale {
        let since: Instant = pen.stale.since;
        Stale {
            device: pen.stale.pen.to_string(),
            device_name: pen.name.clone(),
            why: match pen.stale.why {
                WhyStale::NotRead => "not-read",
                WhyStale::NotUsed => "not-used",
            },
            since: Iso(since),
            replaced: pen.is_replaced,
        }
    }
}
