//! A person's insulin as the page shows it below the glucose.

use clinical::MINUTE_MS;
use clinical::insulin::{InsulinDay, Role};
use serde::Serialize;
use specta::Type;
use trends::{Insulin, InsulinFinding, InsulinShot, insulin_units, kind_word};

use super::form::{count, ms};
use super::withheld::Withheld;

/// So many doses are listed, the newest.
const MOST: usize = 500;

/// What was given in the period that is shown, and what was found of it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InsulinBlock {
    /// What is told as now is told of this moment.
    at: i64,
    /// `3.2 U`.
    on_board: String,
    /// `and 2 U of a kind that is not known`, where there is such.
    on_board_too: Option<String>,
    /// By which curve: `works 6 h, most at 75 min`.
    curve: String,
    /// The mean of the days that lie wholly in the period, where there are any.
    mean: Option<InsulinDayRow>,
    /// Of how many.
    mean_days: u32,
    /// The newest first.
    days: Vec<InsulinDayRow>,
    /// What somebody should look at first.
    findings: Vec<InsulinFound>,
    /// The newest first.
    doses: Vec<InsulinDose>,
    /// How many more there were, earlier.
    more: u32,
    /// Doses of the period, of whatever drug.
    withheld: Option<Withheld>,
}

/// Insulin of a day, in units.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InsulinDayRow {
    /// `2026-03-12`; empty of a mean.
    date: String,
    basal: String,
    bolus: String,
    /// Of a kind that nobody told, where there was any.
    unknown: Option<String>,
    total: String,
    /// Into the air, in no sum, where there was any.
    priming: Option<String>,
}

/// Something that was found.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InsulinFound {
    key: &'static str,
    /// Whether somebody should look at it.
    urgent: bool,
    text: String,
    cause: String,
}

/// A shot of a pen.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InsulinDose {
    id: String,
    at: i64,
    /// `4.5 U`.
    units: String,
    /// `basal`, `bolus`, or `not known`.
    kind: &'static str,
    /// As it was sent.
    what: String,
    /// The pen, where one was named.
    pen: Option<String>,
    /// Into the air: in no sum.
    priming: bool,
    /// By how many records it is told, where there is more than one.
    records: Option<u32>,
}

impl InsulinBlock {
    pub(super) fn of(insulin: &Insulin, found: Vec<InsulinFinding>) -> InsulinBlock {
        let board = &insulin.on_board;
        let mean = insulin.mean_day();
        let (works, peak) = insulin.action_ms;
        InsulinBlock {
            at: ms(insulin.at),
            on_board: insulin_units(board.units),
            on_board_too: (board.unknown_units > 0.0)
                .then(|| format!("and {} of a kind that is not known", insulin_units(board.unknown_units))),
            curve: format!("works {} h, most at {} min", works / (60 * MINUTE_MS), peak / MINUTE_MS),
            mean_days: mean.map_or(0, |mean| count(mean.days)),
            mean: mean.map(|mean| InsulinDayRow {
                date: String::new(),
                basal: insulin_units(mean.long),
                bolus: insulin_units(mean.rapid),
                unknown: some_units(mean.total - mean.long - mean.rapid),
                total: insulin_units(mean.total),
                priming: None,
            }),
            days: insulin.days.iter().rev().map(InsulinDayRow::from).collect(),
            findings: found
                .into_iter()
                .map(|found| InsulinFound {
                    key: found.key,
                    urgent: found.is_urgent,
                    text: found.text,
                    cause: found.cause,
                })
                .collect(),
            doses: insulin.shots.iter().take(MOST).map(InsulinDose::from).collect(),
            more: count(insulin.shots.len().saturating_sub(MOST)),
            withheld: Withheld::some(&insulin.withheld),
        }
    }
}

/// Nothing where it would read as none.
fn some_units(units: f64) -> Option<String> {
    (units >= 0.005).then(|| insulin_units(units))
}

impl From<&InsulinDay> for InsulinDayRow {
    fn from(day: &InsulinDay) -> InsulinDayRow {
        InsulinDayRow {
            date: day.day.date.to_string(),
            basal: insulin_units(day.long),
            bolus: insulin_units(day.rapid),
            unknown: some_units(day.unknown),
            total: insulin_units(day.total()),
            priming: some_units(day.priming),
        }
    }
}

impl From<&InsulinShot> for InsulinDose {
    fn from(told: &InsulinShot) -> InsulinDose {
        let shot = &told.shot;
        InsulinDose {
            id: shot.record.id.to_string(),
            at: ms(shot.at()),
            units: insulin_units(shot.units()),
            kind: kind_word(shot.kind()),
            what: told.what.clone(),
            pen: told.pen.clone(),
            priming: shot.role != Role::Dose,
            records: (!shot.again.is_empty()).then(|| count(shot.again.len() + 1)),
        }
    }
}
