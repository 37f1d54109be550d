//! One patient, deep: the tile, the alarms and the doses of the last day.

use clinical::{DAY_MS, Dose, Instant, PatientId};
use vault::{Reader, VaultError};

use crate::board::board;
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

/// The page of a patient at `now`; nothing for who is not on the board.
///
/// # Errors
/// Of the cache.
pub fn patient_page(
    reader: &Reader,
    id: &PatientId,
    now: Instant,
) -> Result<Option<PatientPage>, VaultError> {
    let (board, doses) = (board(&reader.ward()?, now), reader.doses(id, now - DAY_MS)?);
    let Some(tile) = board.tiles.into_iter().find(|t| t.patient == *id) else { return Ok(None) };
    let alarms = board.queue.into_iter().filter(|item| item.patient.as_ref() == Some(id)).collect();
    Ok(Some(PatientPage { tile, alarms, doses }))
}
