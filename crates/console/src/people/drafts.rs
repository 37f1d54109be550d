//! What somebody has begun to write: kept while they type, shown to them alone, also after somebody else was here.

use clinical::{ActorId, DAY_MS, SECOND_MS};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::Seat;

/// The last words of somebody who was just here still come so long after.
const LATE: i64 = 30 * SECOND_MS;
/// What was begun before is forgotten.
const KEPT: i64 = 7 * DAY_MS;
/// A place is a word and an id.
const LONGEST_PLACE: usize = 200;
/// More than any field takes.
const LONGEST: usize = 4000;

impl Console {
    /// Keeps what the one who sat in this sitting has written so far at a place of the screen. A station without people keeps none:
    /// nobody there is told from another.
    ///
    /// # Errors
    /// Where that sitting is over for longer, or of the cache.
    pub fn keep_draft(&self, sitting: u32, place: &str, text: &str) -> Result<(), ConsoleError> {
        let now = self.now();
        let author = {
            let here = self.here();
            match (&here.seat, &here.before) {
                (Seat::Configured(_), _) => return Ok(()),
                (Seat::Taken(who), _) if here.sitting == sitting => who.id.clone(),
                (_, Some((before, who, until))) if *before == sitting && now.ms_since(*until) <= LATE => {
                    who.clone()
                }
                _ => return Err(ConsoleError::AnotherSitting),
            }
        };
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        self.vault.keep_draft(&author, cut(place, LONGEST_PLACE), cut(text, LONGEST), now)?;
        Ok(self.vault.drop_drafts(now - KEPT)?)
    }

    /// What the one who is here has begun to write there.
    ///
    /// # Errors
    /// Of the cache.
    pub fn draft(&self, place: &str) -> Result<Option<String>, ConsoleError> {
        let author: ActorId = match &self.here().seat {
            Seat::Taken(who) => who.id.clone(),
            _ => return Ok(None),
        };
        Ok(self.vault.read(|reader| reader.draft(&author, place))?)
    }
}
