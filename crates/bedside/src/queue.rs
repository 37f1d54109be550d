//! The queue of alarms that somebody may want to act on, and those that are over.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use clinical::{Episode, EpisodeState, Instant, PatientId, PlaceId, Presence, Stay, whereabouts};
use vault::Ward;

use crate::alarm::{AlarmLine, line, states};
use crate::tile::{Tile, place};
use crate::words::hide_words;

/// An episode in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Whose it is; `None` where the alarm names nobody.
    pub patient: Option<PatientId>,
    /// Bed as shown; empty where the alarm names no patient, or one who is not on the board.
    pub bed: String,
    /// Ward as shown: where the bed is, or, of somebody who left the board, where they lay; empty at home.
    pub ward: String,
    /// Whether the person is at home.
    pub home: bool,
    /// Name as shown.
    pub name: String,
    /// The episode with its state.
    pub line: AlarmLine,
    /// When the condition ended.
    pub ended: Option<Instant>,
}

impl QueueItem {
    /// Where somebody lies, in words: `Bed 12`, `Home H417`.
    pub fn place(&self) -> String {
        match &self.patient {
            Some(_) if self.bed.is_empty() => "Not on the board".to_owned(),
            _ => place(&self.bed, self.home),
        }
    }
}

/// Every episode that somebody may want to act on, the live ones first.
pub(crate) fn queue<'a>(
    ward: &Ward,
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
    tiles: &[Arc<Tile>],
) -> Vec<QueueItem> {
    let mut items = items(ward, states, tiles, |presence| presence != Presence::Closed);
    items.sort_by_key(|item| (item.line.group(), Reverse(item.line.priority), item.line.onset));
    items
}

/// Every episode of a ward that wants nobody any more, the newest first, with the beds of the tiles.
pub fn history(ward: &Ward, tiles: &[Arc<Tile>], now: Instant) -> Vec<QueueItem> {
    let states = states(ward, now);
    let each = states.iter().map(|(episode, state)| (*episode, state));
    let mut items = items(ward, each, tiles, |presence| presence == Presence::Closed);
    items.sort_by_key(|item| Reverse(item.line.onset));
    items.iter_mut().for_each(|item| hide_words(&mut item.line, ward, &ward.sight, now));
    items
}

fn items<'a>(
    ward: &Ward,
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
    tiles: &[Arc<Tile>],
    wanted: impl Fn(Presence) -> bool,
) -> Vec<QueueItem> {
    let places: HashMap<&PatientId, &Tile> = tiles.iter().map(|t| (&t.patient, &**t)).collect();
    states
        .filter(|(_, state)| wanted(state.presence))
        .map(|(episode, state)| {
            let tile = episode.patient.as_ref().and_then(|id| places.get(id));
            let who = match (tile, &episode.patient) {
                (Some(tile), _) => Who {
                    bed: tile.bed.clone(),
                    ward: tile.ward.clone(),
                    home: tile.home,
                    name: display_name(&tile.family, &tile.given),
                },
                (None, Some(patient)) => off_the_board(ward, patient),
                (None, None) => Who::default(),
            };
            QueueItem {
                patient: episode.patient.clone(),
                bed: who.bed,
                ward: who.ward,
                home: who.home,
                name: who.name,
                line: line(episode, state),
                ended: episode.ended,
            }
        })
        .collect()
}

/// Whose an alarm is.
#[derive(Default)]
struct Who {
    bed: String,
    ward: String,
    home: bool,
    name: String,
}

/// Somebody with an alarm who lies in no bed any more: by name, and by the ward where they lay.
fn off_the_board(ward: &Ward, patient: &PatientId) -> Who {
    let person = ward.persons.iter().find(|person| person.id == *patient);
    let lay: Vec<Stay> = ward
        .stays
        .iter()
        .filter(|stay| stay.patient == *patient)
        .map(|stay| Stay { in_progress: true, ..stay.clone() })
        .collect();
    let place = |id: &PlaceId| ward.places.iter().find(|place| place.id == *id);
    let unit = whereabouts(lay.iter(), place).and_then(|at| at.unit);
    Who {
        bed: String::new(),
        ward: unit.map_or_else(String::new, |unit| unit.name.clone()),
        home: false,
        name: person.map(|p| display_name(&p.family, &p.given)).unwrap_or_default(),
    }
}

fn display_name(family: &str, given: &str) -> String {
    match (family, given) {
        ("", given) => given.to_owned(),
        (family, "") => family.to_owned(),
        (family, given) => format!("{family}, {given}"),
    }
}
