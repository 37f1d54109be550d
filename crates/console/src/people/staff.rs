//! Who works at the station: who is taken in, in what role, and by what they come in. That it may be changed is the gate's
//! (`crate::gate`).

use clinical::{Actor, ActorId, Role};
use vault::{Cost, EntryKind, GivenPin, MemberChange, NewEntry, Pin, StaffMember};

use super::coming::actor;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::{Away, OwnPin, Seat};
use crate::staff_change::{Secret, StaffChange};

impl Console {
    /// The people of this station.
    ///
    /// # Errors
    /// Of the cache.
    pub fn staff(&self) -> Result<Vec<StaffMember>, ConsoleError> {
        Ok(self.vault.read(|reader| reader.staff())?)
    }

    /// Changes who works here; it stands in the log with it, or nothing was done.
    pub(crate) fn change_staff(&self, who: &Actor, change: StaffChange) -> Result<(), ConsoleError> {
        let id = change.id().clone();
        let entry = NewEntry::new(EntryKind::Setting, self.now(), who, change.words());
        let changes = match change {
            StaffChange::Add { id, name, role, pin } => {
                let put = MemberChange::Put(id.clone(), name, Role::from(role.as_str()));
                let given = pin.map(|pin| self.given(id, pin)).transpose()?;
                [put].into_iter().chain(given).collect()
            }
            StaffChange::Remove(id) => vec![MemberChange::Drop(id)],
            StaffChange::Pin(id, pin) => vec![self.given(id, pin)?],
            StaffChange::NoPin(id) => vec![MemberChange::ClearPin(id)],
            StaffChange::Unlock(id) => vec![MemberChange::ForgetTries(id)],
            StaffChange::Badge(id, badge) => vec![MemberChange::Badge(id, Some(badge.0))],
            StaffChange::NoBadge(id) => vec![MemberChange::Badge(id, None)],
        };
        if !self.vault.change_members(changes, entry.about(Some(id.to_string())))? {
            return Err(ConsoleError::OthersBadge);
        }
        self.seat_again(&id)
    }

    /// Whoever gives a PIN knows them, so it stands for a full sign-in.
    fn given(&self, id: ActorId, pin: Secret) -> Result<MemberChange, ConsoleError> {
        let pin = GivenPin::of(&Pin::chosen(pin.0)?, Cost::measured()?)?;
        Ok(MemberChange::GivePin(id, pin, self.now()))
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
                self.take_seat(Seat::Taken(actor(&member)), OwnPin::Holds);
                let mut here = self.here();
                (here.may_choose_pin, here.must_choose_pin) = (may, must);
            }
            (Seat::Configured(_), Some(_)) => {
                self.take_seat(Seat::Empty { since: self.now(), why: Away::NotYet }, OwnPin::Holds);
            }
            _ => {}
        }
        let is_empty = matches!(self.here().seat, Seat::Empty { .. });
        if is_empty && !self.has_people()? {
            self.take_seat(Seat::Configured(self.configured().clone()), OwnPin::Holds);
        }
        Ok(())
    }
}
