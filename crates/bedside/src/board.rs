//! The ward board: what the cache holds, as tiles sorted worst first and a queue of alarms. Pure: cache in, board out.

use std::sync::Arc;

use clinical::{Actor, Instant};
use vault::{Sight, Ward};

use crate::alarm::states;
use crate::queue::{QueueItem, queue};
use crate::seen::seen_tile;
use crate::tile::{Tile, tiles};
use crate::words::hide_words;

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

    /// The board as whoever looks may see it. What nothing is withheld of stays the same tile, and each stays where it was.
    #[must_use]
    pub fn seen(mut self, ward: &Ward, sight: &Sight, now: Instant) -> Board {
        if sight.veil.is_clear() {
            return self;
        }
        for tile in self.tiles.iter_mut().filter(|tile| sight.is_over(&tile.patient)) {
            *tile = Arc::new(seen_tile(tile, ward, sight, now));
        }
        let is_over = |item: &&mut QueueItem| item.patient.as_ref().is_some_and(|id| sight.is_over(id));
        self.queue.iter_mut().filter(is_over).for_each(|item| hide_words(&mut item.line, ward, sight, now));
        self
    }
}

/// Works out the board of `now` from nothing but the ward, as whoever it was read for may see it.
pub fn board(ward: &Ward, now: Instant) -> Board {
    whole_board(ward, now).seen(ward, &ward.sight, now)
}

/// The same with all that is in the ward: for rules, which show nobody anything.
pub(crate) fn whole_board(ward: &Ward, now: Instant) -> Board {
    let states = states(ward, now);
    let each = || states.iter().map(|(episode, state)| (*episode, state));
    let tiles = tiles(ward, each(), now);
    let queue = queue(ward, each(), &tiles);
    Board { tiles, queue }
}
