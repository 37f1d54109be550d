//! The ward board: what the cache holds, as tiles sorted worst first and a queue of alarms. Pure: cache in, board out.

use std::sync::Arc;

use clinical::{Actor, Instant};
use vault::Ward;

use crate::alarm::states;
use crate::queue::{QueueItem, queue};
use crate::tile::{Tile, tiles};

/// Tiles and queue of one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Worst first. A tile that did not change from one look to the next is kept once, whoever holds the boards of both.
    pub tiles: Vec<Arc<Tile>>,
    /// Priority, then oldest.
    pub queue: Vec<QueueItem>,
}

impl Board {
    /// Says of each alarm what is this person's.
    #[must_use]
    pub fn shown_to(mut self, me: &Actor) -> Board {
        for tile in self.tiles.iter_mut().filter(|tile| tile.alarm.is_some()) {
            Arc::make_mut(tile).shown_to(me);
        }
        self.queue.iter_mut().for_each(|item| item.line.shown_to(me));
        self
    }
}

/// Works out the board of `now` from nothing but the ward.
pub fn board(ward: &Ward, now: Instant) -> Board {
    let states = states(ward, now);
    let each = || states.iter().map(|(episode, state)| (*episode, state));
    let tiles = tiles(ward, each(), now);
    let queue = queue(ward, each(), &tiles);
    Board { tiles, queue }
}
