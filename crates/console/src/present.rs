//! The board of now: one for all who look, the page and the station's own rules. The rules see all of it; what is shown is without
//! what the consents of patients withhold from who is here.

use std::sync::Arc;

use bedside::{Board, LiveBoard};
use clinical::consent::Looker;
use clinical::{Actor, Instant, MINUTE_MS};
use vault::{Follower, Sight, Vault, VaultError, View, Ward};

/// The board of now is worked out from nothing this often, so that nothing wrong can stay: milliseconds.
const ANEW: i64 = MINUTE_MS;

/// The board of now, whatever is shown.
pub(crate) struct Present {
    live: LiveBoard,
    /// When it was last worked out from nothing.
    anew: Option<Instant>,
    follower: Follower,
    seen: Option<Seen>,
}

/// What was shown last.
struct Seen {
    looker: Looker,
    sight: Arc<Sight>,
    at: Instant,
    /// The board that it was taken from.
    whole: Arc<Board>,
    board: Arc<Board>,
}

/// All that is true, for who watches over alarms.
pub(crate) type Whole = (Arc<Ward>, Arc<Board>);

impl Present {
    pub(crate) fn new(live: LiveBoard, follower: Follower) -> Present {
        Present { live, anew: None, follower, seen: None }
    }

    /// From now on it is this person's.
    pub(crate) fn shown_to(&mut self, me: Actor) {
        self.live.shown_to(me);
        self.seen = None;
    }

    /// Ward and board, brought up to `now`.
    pub(crate) fn look(&mut self, vault: &Vault, now: Instant) -> Result<Whole, VaultError> {
        let is_due = self.anew.is_none_or(|at| !(0..ANEW).contains(&now.ms_since(at)));
        if is_due {
            self.live.forget();
        }
        self.live.look(vault, now)?;
        if is_due {
            self.anew = Some(now);
            self.seen = None;
        }
        Ok((self.live.ward().clone(), self.live.board().clone()))
    }

    /// The board as somebody may see it, and what of it is withheld from them. Where nothing is, it is the whole one.
    pub(crate) fn seen(
        &mut self,
        vault: &Vault,
        looker: Looker,
        now: Instant,
    ) -> Result<(Arc<Board>, Arc<Sight>), VaultError> {
        // Asked first and read then: what comes between the two is told of once more.
        let changes = self.follower.changes();
        let (ward, whole) = self.look(vault, now)?;
        let before = self.seen.take().filter(|seen| seen.looker == looker);
        // The labels of what is new, and the words of its alarms.
        let moved = |seen: &Seen| changes.alarms || changes.patients.iter().any(|id| seen.sight.is_over(id));
        let kept = before.filter(|seen| !changes.everything && !moved(seen));
        let same = |seen: &Seen| Arc::ptr_eq(&seen.whole, &whole) && !seen.sight.veil.turned(seen.at, now);
        let (sight, board) = match kept {
            Some(seen) if same(&seen) => (seen.sight, seen.board),
            kept => {
                let sight = match kept {
                    Some(seen) => seen.sight,
                    None => {
                        Arc::new(vault.read_for(View::NOW, &looker, now, |reader| reader.sight_of(&ward))?)
                    }
                };
                let board = match sight.veil.is_clear() {
                    true => whole.clone(),
                    false => Arc::new(Board::clone(&whole).seen(&ward, &sight, now)),
                };
                (sight, board)
            }
        };
        self.seen = Some(Seen { looker, sight: sight.clone(), at: now, whole, board: board.clone() });
        Ok((board, sight))
    }
}
