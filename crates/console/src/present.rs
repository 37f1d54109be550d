//! The board of now: one for all who look, the page and the station's own rules.

use std::sync::Arc;

use bedside::{Board, LiveBoard};
use clinical::{Actor, Instant, MINUTE_MS};
use vault::{Vault, VaultError, Ward};

/// The board of now is worked out from nothing this often, so that nothing wrong can stay: milliseconds.
const ANEW: i64 = MINUTE_MS;

/// The board of now, whatever is shown.
pub(crate) struct Present {
    live: LiveBoard,
    /// When it was last worked out from nothing.
    anew: Option<Instant>,
}

impl Present {
    pub(crate) fn new(live: LiveBoard) -> Present {
        Present { live, anew: None }
    }

    /// From now on it is this person's.
    pub(crate) fn shown_to(&mut self, me: Actor) {
        self.live.shown_to(me);
    }

    /// Ward and board, brought up to `now`.
    pub(crate) fn look(
        &mut self,
        vault: &Vault,
        now: Instant,
    ) -> Result<(Arc<Ward>, Arc<Board>), VaultError> {
        let is_due = self.anew.is_none_or(|at| !(0..ANEW).contains(&now.ms_since(at)));
        if is_due {
            self.live.forget();
        }
        self.live.look(vault, now)?;
        if is_due {
            self.anew = Some(now);
        }
        Ok((self.live.ward().clone(), self.live.board().clone()))
    }
}
