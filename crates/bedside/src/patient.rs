//! One patient, deep: the tile, the alarms and the doses of the last day.

use clinical::consent::{Consent, Decision, Topic, Why, Withheld, agreed, research, telehealth};
use clinical::{DAY_MS, Dose, Instant, PatientId, SmolStr, TimeRange};
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
    /// How much of the last day is withheld from whoever looks: values, doses and notes.
    pub withheld: Withheld,
    /// What the patient said to being treated from afar, and to research, where they said anything.
    pub said: Vec<Said>,
}

/// What a patient said to something that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// To what: `Telehealth`, `Research`.
    pub to: &'static str,
    /// Why not; nothing where they agreed.
    pub why_not: Option<Why>,
}

/// What a patient's consents say to each topic that one of them is about, with whoever looks, at `now`.
fn said(consents: &[Consent], patient: &PatientId, with: &[SmolStr], now: Instant) -> Vec<Said> {
    let topics = [("Telehealth", telehealth()), ("Research", research())];
    let one = |(to, topic): (&'static str, Topic)| match agreed(consents, patient, &topic, with, now) {
        Decision::Allowed { .. } => Some(Said { to, why_not: None }),
        Decision::Withheld { why: Why::NoConsent, .. } => None,
        Decision::Withheld { why, .. } => Some(Said { to, why_not: Some(why) }),
    };
    topics.into_iter().filter_map(one).collect()
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
    let withheld = reader.withheld_in(id, TimeRange::last(DAY_MS, now))?;
    let said = said(&reader.consents_of(id)?, id, reader.who_looks(), now);
    Ok(Some(PatientPage { tile: Tile::clone(tile), alarms, doses, withheld, said }))
}
