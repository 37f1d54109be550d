//! The queue of alarms that somebody may want to act on, and those that are over.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use clinical::{Episode, EpisodeState, Instant, PatientId, Presence};
use vault::Ward;

use crate::alarm::{AlarmLine, line, states};
use crate::tile::Tile;

/// An episode in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Whose it is; `None` where the alarm names nobody.
    pub patient: Option<PatientId>,
    /// Bed as shown; empty where the alarm names no patient.
    pub bed: String,
    /// Whether the person is at home.
    pub home: bool,
    /// Name as shown.
    pub name: String,
    /// The episode with its state.
    pub line: AlarmLine,
    /// When the condition ended.
    pub ended: Option<Instant>,
}

/// Every episode that somebody may want to act on, the live ones first.
pub(crate) fn queue<'a>(
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
    tiles: &[Arc<Tile>],
) -> Vec<QueueItem> {
    let mut items = items(states, tiles, |presence| presence != Presence::Closed);
    items.sort_by_key(|item| (item.line.group(), Reverse(item.line.priority), item.line.onset));
    items
}

/// Every episode of a ward that wants nobody any more, the newest first, with the beds of the tiles.
pub fn history(ward: &Ward, tiles: &[Arc<Tile>], now: Instant) -> Vec<QueueItem> {
    let states = states(ward, now);
    let each = states.iter().map(|(episode, state)| (*episode, state));
    let mut items = items(each, tiles, |presence| presence == Presence::Closed);
    items.sort_by_key(|item| Reverse(item.line.onset));
    items
}

fn items<'a>(
    states: impl Iterator<Item = (&'a Episode, &'a EpisodeState)>,
    tiles: &[Arc<Tile>],
    wanted: impl Fn(Presence) -> bool,
) -> Vec<QueueItem> {
    let places: HashMap<&PatientId, &Tile> = tiles.iter().map(|t| (&t.patient, &**t)).collect();
    states
        .filter(|(_, state)| wanted(state.presence))
        .map(|(episode, state)| {
            let tile = episode.patient.as_ref().and_then(|id| places.get(id));
            QueueItem {
                patient: episode.patient.clone(),
                bed: tile.map(|t| t.bed.clone()).unwrap_or_default(),
                home: tile.is_some_and(|t| t.home),
                name: tile.map(|t| display_name(&t.family, &t.given)).unwrap_or_default(),
                line: line(episode, state),
                ended: episode.ended,
            }
        })
        .collect()
}

fn display_name(family: &str, given: &str) -> String {
    match (family, given) {
        ("", given) => given.to_owned(),
        (family, "") => family.to_owned(),
        (family, given) => format!("{family}, {given}"),
    }
}
