//! Somebody goes: they lock the station, or nobody has touched it for a while, or the machine was locked or slept.
//!
//! The cache stays open: the station's own rules, the sound and the record of what happened must go on without anybody here. What is
//! empty is the page, and what is refused is every question but those that let somebody in.

use clinical::{MINUTE_MS, SECOND_MS};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::{Away, Here, OwnPin, Seat};
use vault::EntryKind;

/// The least time after which an idle station can lock: until then nothing has to be read.
const LEAST_IDLE: i64 = MINUTE_MS;
/// A clock that is looked at twice a second and jumps by so much was not looked at: the machine slept.
const JUMP: i64 = 30 * SECOND_MS;

impl Console {
    /// Nobody is here any more. A station without people has nobody who could come back, and stays as it is.
    ///
    /// # Errors
    /// Of the cache; it is locked all the same.
    pub fn lock(&self, why: Away) -> Result<(), ConsoleError> {
        self.lock_if(why, |_| true)
    }

    /// The same, where what is true of the seat still is when it is emptied: who comes in the same moment is not thrown out.
    fn lock_if(&self, why: Away, still: impl FnOnce(&Here) -> bool) -> Result<(), ConsoleError> {
        let now = self.now();
        let (who, ended) = {
            let mut here = self.here();
            let Seat::Taken(who) = here.seat.clone() else { return Ok(()) };
            if !still(&here) {
                return Ok(());
            }
            (who, here.change(Seat::Empty { since: now, why }, OwnPin::Holds, now))
        };
        self.has_changed(ended);
        self.log_as(EntryKind::Lock, &who, format!("locked {}", why.words()), None)
    }

    /// Whether nobody is here who may be shown anything.
    pub fn is_locked(&self) -> bool {
        self.here().who().is_none()
    }

    /// A hand was on it: a key, a pointer, a touch. A text that stands in a field is no hand.
    pub fn touched(&self) {
        let now = self.now();
        self.here().touched = now;
    }

    /// Locks a station that nobody touched for the site's time, and one that slept; ends broken glasses whose time is over. To be called
    /// twice a second.
    ///
    /// # Errors
    /// Of the cache.
    pub fn look_at_the_seat(&self) -> Result<(), ConsoleError> {
        let glasses = self.glasses_end_in_time();
        self.lock_in_time().and(glasses)
    }

    fn lock_in_time(&self) -> Result<(), ConsoleError> {
        let now = self.now();
        let (slept, idle) = {
            let mut here = self.here();
            let jumped = now.ms_since(here.looked);
            here.looked = now;
            (jumped >= JUMP, now.ms_since(here.touched))
        };
        if slept {
            return self.lock(Away::Asleep);
        }
        // A clock that was set back tells nothing of how long it was.
        if idle < 0 {
            self.touched();
        } else if idle >= LEAST_IDLE {
            let after = self.vault.read(|reader| reader.site())?.idle_ms;
            if idle >= after {
                // Whoever came or touched it meanwhile is here.
                return self.lock_if(Away::Idle(after), |here| now.ms_since(here.touched) >= after);
            }
        }
        Ok(())
    }
}
