//! One patient, deep: the tile, the alarms and the doses of the last day.

use clinical::{DAY_MS, Dose, Instant, PatientId};
use vault::{Reader, VaultError};

use crate::board::Board;
use crate::queue::QueueItem;
use crate::tile::Tile;

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

/// The page of a patient on this board of `now`; nothing for who is not on it.
///
/// # Errors
/// Of the cache.
pub fn patient_page(
    reader: &Reader,
    board: &Board,
    id: &PatientId,
    now: Instant,
) -> Result<Option<PatientPage>, VaultError> {
    let Some(tile) = board.tiles.iter().find(|t| t.patient == *id) else { return Ok(None) };
    let alarms = board.queue.iter().filter(|item| item.patient.as_ref() == Some(id)).cloned().collect();
    let doses = reader.doses(id, now - DAY_MS)?;
    Ok(Some(PatientPage { tile: Tile::clone(tile), alarms, doses }))
}
