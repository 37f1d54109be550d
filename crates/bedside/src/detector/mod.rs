//! The console's own alarms: what its rules find in the cache and no gateway has raised.
//!
//! A look compares what holds now with the episodes that are known, and records what began and what is over (`compare`). Keys
//! follow from patient, rule, onset and limit, so two stations that see the same onset make one episode. Deliberately not here:
//! what a rule looks for (`clinical::rules`).

use clinical::Instant;
use vault::{Reader, Vault, VaultError, View, Ward};

use crate::board::{Board, whole_board};
use compare::{Seen, compare};
use condition::LOOK_BACK;
use scores::Scores;
use silences::{Doses, late, lost_link, records, silences, unread, unreadable};
use values::Values;

mod compare;
mod condition;
mod covering;
mod found;
mod scores;
mod silences;
mod values;

pub use found::{Change, Found};
pub use silences::{HasRead, Link};

/// The rules of one station, and what they have seen.
#[derive(Default)]
pub struct Detector {
    values: Values,
    scores: Scores,
    doses: Doses,
    started: bool,
    /// When the first sync was over, where that was in the life of these rules.
    read_at: Option<Instant>,
}

impl Detector {
    /// What began and what is over since the last look, by the ward and the board of now. Until the first sync has read the ward and
    /// a day of values, nobody's alarm begins or ends.
    ///
    /// # Errors
    /// Of the cache; the next look finds it again.
    pub fn look(
        &mut self,
        reader: &Reader,
        (ward, board): (&Ward, &Board),
        past_board: &mut dyn FnMut(Instant) -> Result<Board, VaultError>,
        station: &str,
        link: &Link,
        now: Instant,
    ) -> Result<Found, VaultError> {
        let of_the_way = [lost_link(station, link, now), unread(station, link), late(station, link)];
        let mut holds: Vec<_> = of_the_way.into_iter().flatten().collect();
        holds.extend(unreadable(station, link));
        holds.extend(records(station, link));
        let link = &self.since_read(link, now);
        if link.read.board {
            if !self.started {
                self.scores.remember(past_board(now - LOOK_BACK)?);
                self.started = true;
            }
            holds.extend(self.values.hold(reader, ward, now)?);
            holds.extend(self.scores.hold(board, now));
            holds.extend(silences(board, link, now));
            holds.extend(self.doses.hold(reader, board, link, now)?);
        }
        let (values, scores, witnessed) = (&self.values, &self.scores, reader.witnessed()?);
        compare(&Seen { reader, ward, board, link, now, values, scores, witnessed }, holds)
    }

    /// The link, as good as new where the first sync ended a moment ago: what was measured meanwhile is still on its way.
    fn since_read(&mut self, link: &Link, now: Instant) -> Link {
        if !link.read.board {
            self.read_at = Some(now);
        }
        // Of a clock that was put back nothing is kept.
        self.read_at = self.read_at.filter(|at| *at <= now);
        Link { since: link.since.max(self.read_at), ..link.clone() }
    }
}

/// The board of an earlier moment.
///
/// # Errors
/// Of the cache.
pub fn board_then(vault: &Vault, at: Instant) -> Result<Board, VaultError> {
    Ok(whole_board(&vault.read_as(View::at(at), |reader| reader.ward())?, at))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod who_ends_tests;
