//! The ward board: what the cache holds, as tiles sorted worst first and a queue of alarms. Pure: cache in, board out.

use clinical::{Actor, Instant};
use vault::Ward;

use crate::queue::{QueueItem, queue};
use crate::tile::{Tile, tiles};

/// Tiles and queue of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Worst first.
    pub tiles: Vec<Tile>,
    /// Priority, then oldest.
    pub queue: Vec<QueueItem>,
}

impl Board {
    /// Says of each alarm what is this person's.
    #[must_use]
    pub fn shown_to(mut self, me: &Actor) -> Board {
        let tiles = self.tiles.iter_mut().filter_map(|tile| tile.alarm.as_mut());
        tiles.chain(self.queue.iter_mut().map(|item| &mut item.line)).for_each(|line| line.shown_to(me));
        self
    }
}

/// Works out the board of `now`.
pub fn board(ward: &Ward, now: Instant) -> Board {
    let tiles = tiles(ward, now);
    let queue = queue(ward, &tiles, now);
    Board { tiles, queue }
}
