//! A look at the board: of now it is kept from look to look, of a past moment it is worked out from nothing.

use std::sync::{Arc, PoisonError};

use bedside::{Board, board};
use clinical::Instant;
use sync::alarms_are_read;
use vault::{Sight, View, Ward};

use crate::console::Console;
use crate::error::ConsoleError;

/// The board, and which moment it is of.
#[derive(Clone, Debug)]
pub struct Look {
    /// All of it, saying what is this person's.
    pub board: Arc<Board>,
    /// The same of now, whichever moment is shown: what is heard and told of does not wait until somebody has looked back.
    pub present: Arc<Board>,
    /// The past moment that is shown; `None` where it is the present.
    pub past: Option<View>,
    /// Whether alarms were read into this cache: until then none that is shown means nothing.
    pub alarms_read: bool,
}

impl Console {
    /// The board of the moment that is shown. One of now is shared by all who look: what did not change is the same tile.
    ///
    /// # Errors
    /// Of the cache.
    pub fn look(&self) -> Result<Look, ConsoleError> {
        let past = self.past();
        let present = self.seen_board()?.0;
        let board = match past {
            Some(view) => {
                let ward = self.read(|reader| reader.ward())?;
                Arc::new(board(&ward, view.at).shown_to(&self.user()))
            }
            None => present.clone(),
        };
        let alarms_read = self.vault.read(alarms_are_read)?;
        Ok(Look { board, present, past, alarms_read })
    }

    /// The same, for whoever looks once.
    ///
    /// # Errors
    /// Of the cache.
    pub fn board(&self) -> Result<Board, ConsoleError> {
        Ok(Arc::unwrap_or_clone(self.look()?.board))
    }

    /// The board of now as the person at this station may see it, and what of it is withheld from them.
    pub(crate) fn seen_board(&self) -> Result<(Arc<Board>, Arc<Sight>), ConsoleError> {
        let looker = self.looker_here()?;
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(present.seen(&self.vault, looker, self.now())?)
    }

    /// Ward and board of now with all that is true, brought up to date, and when that was: for what watches over alarms.
    pub(crate) fn ward_and_board(&self) -> Result<(Arc<Ward>, Arc<Board>, Instant), ConsoleError> {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let (ward, board) = present.look(&self.vault, now)?;
        Ok((ward, board, now))
    }
}
