//! Who works at the station: who is taken in, in what role, and by what they come in. That it may be changed is the gate's
//! (`crate::gate`).

use clinical::{ActorId, Role};
use vault::{Cost, Pin, StaffMember};

use super::coming::actor;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::{Away, Seat};
use crate::staff_change::{Secret, StaffChange};

impl Console {
    /// The people of this station.
    ///
    /// # Errors
    /// Of the cache.
    pub fn staff(&self) -> Result<Vec<StaffMember>, ConsoleError> {
        Ok(self.vault.read(|reader| reader.staff())?)
    }

    /// Changes who works here; it stands in the log already.
    pub(crate) fn change_staff(&self, change: StaffChange) -> Result<(), ConsoleError> {
        let id = change.id().clone();
        match change {
            StaffChange::Add { id, name, role, pin } => {
                self.vault.put_member(&id, name, &Role::from(role.as_str()))?;
                if let Some(pin) = pin {
                    self.give_pin(&id, pin)?;
                }
            }
            StaffChange::Remove(id) => self.vault.drop_member(&id)?,
            StaffChange::Pin(id, pin) => self.give_pin(&id, pin)?,
            StaffChange::NoPin(id) => self.vault.clear_pin(&id)?,
            StaffChange::Unlock(id) => self.vault.forget_tries(&id)?,
            StaffChange::Badge(id, badge) => {
                if !self.vault.set_badge(&id, Some(&badge.0))? {
                    return Err(ConsoleError::OthersBadge);
                }
            }
            StaffChange::NoBadge(id) => drop(self.vault.set_badge(&id, None)?),
        }
        self.seat_again(&id)
    }

    /// Whoever gives a PIN knows them, so it stands for a full sign-in.
    fn give_pin(&self, id: &ActorId, pin: Secret) -> Result<(), ConsoleError> {
        self.vault.give_pin(id, &Pin::chosen(pin.0)?, Cost::measured()?)?;
        Ok(self.vault.signed_in_fully(id, self.now())?)
    }

    /// Who is here is who they are now: whoever was removed is here no more, and a role that was changed holds at once. A station that
    /// got its first people is theirs; one that lost its last is as it was started.
    fn seat_again(&self, changed: &ActorId) -> Result<(), ConsoleError> {
        let seat = self.here().seat.clone();
        let member = self.vault.read(|reader| reader.member(changed))?;
        match (seat, member) {
            (Seat::Taken(who), None) if who.id == *changed => self.lock(Away::Gone)?,
            (Seat::Taken(who), Some(member)) if who.id == *changed && actor(&member) != who => {
                let (may, must) = {
                    let here = self.here();
                    (here.may_choose_pin, here.must_choose_pin)
                };
                self.take_seat(Seat::Taken(actor(&member)));
                let mut here = self.here();
                (here.may_choose_pin, here.must_choose_pin) = (may, must);
            }
            (Seat::Configured(_), Some(_)) => {
                self.take_seat(Seat::Empty { since: self.now(), why: Away::NotYet });
            }
            _ => {}
        }
        let is_empty = matches!(self.here().seat, Seat::Empty { .. });
        if is_empty && !self.has_people()? {
            self.take_seat(Seat::Configured(self.configured().clone()));
        }
        Ok(())
    }
}
