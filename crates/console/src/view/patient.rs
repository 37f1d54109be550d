//! One patient's page besides the trends.

use serde::Serialize;
use specta::Type;

use super::alarms::QueueItem;
use super::board::Tile;
use super::form::ms;
use super::withheld::{Said, Withheld};

/// A dose.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Dose {
    what: String,
    amount: Option<String>,
    at: i64,
}

/// The patient page besides the trends.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Patient {
    tile: Tile,
    alarms: Vec<QueueItem>,
    doses: Vec<Dose>,
    /// Of the last day: values, doses and notes.
    withheld: Option<Withheld>,
    /// To telehealth and research, where they said anything.
    said: Vec<Said>,
}

impl From<bedside::PatientPage> for Patient {
    fn from(page: bedside::PatientPage) -> Patient {
        let dose = |dose: clinical::Dose| Dose {
            what: dose.what,
            amount: dose.amount.map(|amount| amount.to_string()),
            at: ms(dose.at),
        };
        Patient {
            tile: page.tile.into(),
            alarms: page.alarms.into_iter().map(QueueItem::from).collect(),
            doses: page.doses.into_iter().map(dose).collect(),
            withheld: Withheld::some(&page.withheld),
            said: page.said.into_iter().map(Said::from).collect(),
        }
    }
}
