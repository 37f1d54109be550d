//! Somebody comes: by PIN, by badge, or by the hospital account. What lets them in, and what does not, stands in the log.

use std::sync::PoisonError;

use clinical::{Actor, ActorId, MINUTE_MS};
use identity::{NotLetIn, by_badge, by_pin};
use vault::{Cost, EntryKind, Pin, StaffMember};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::{Broken, OwnPin, Seat};

/// For so long after a full sign-in somebody may choose a PIN: milliseconds.
const CHOOSE: i64 = 10 * MINUTE_MS;
/// Longer ones are no badge.
const LONGEST_BADGE: usize = 64;

pub(super) fn actor(member: &StaffMember) -> Actor {
    Actor::known(member.id.clone(), &member.name).acting_as(Some(member.role.clone()))
}

impl Console {
    /// Somebody types their PIN: from then on it is their station.
    ///
    /// # Errors
    /// Where they are not let in; a wrong PIN counts.
    pub fn come_by_pin(&self, id: &ActorId, pin: &str) -> Result<(), ConsoleError> {
        // One try after the other: of two at once neither would wait for the other's count.
        let one_at_a_time = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = by_pin(&self.vault, id, &Pin::typed(pin.to_owned()), self.now(), self.lease()?);
        drop(one_at_a_time);
        let is_given = tried.as_ref().is_ok_and(|member| member.pin_is_given);
        let own_pin = if is_given { OwnPin::MustChange } else { OwnPin::Holds };
        self.let_in(tried, "PIN", Some(id), own_pin)
    }

    /// Somebody holds a badge to the reader.
    ///
    /// # Errors
    /// Where it lets nobody in.
    pub fn come_by_badge(&self, badge: &str) -> Result<(), ConsoleError> {
        let is_one = (1..=LONGEST_BADGE).contains(&badge.len()) && !badge.chars().any(char::is_control);
        let tried = if is_one {
            by_badge(&self.vault, badge, self.now(), self.lease()?)
        } else {
            Err(NotLetIn::NobodysBadge)
        };
        self.let_in(tried, "badge", None, OwnPin::Holds)
    }

    /// Somebody signed in at the hospital's sign-in service. At a station without people it is nobody's seat that changes.
    ///
    /// # Errors
    /// Where they are nobody of this station.
    pub fn come_by_account(&self, id: Option<&str>) -> Result<(), ConsoleError> {
        if !self.has_people()? {
            return Ok(());
        }
        let id = id.map(ActorId::from).ok_or(NotLetIn::Unknown)?;
        let member = self.vault.read(|reader| reader.member(&id))?.ok_or(NotLetIn::Unknown)?;
        self.vault.signed_in_fully(&id, self.now())?;
        let own_pin = OwnPin::MayChange { until: self.now() + CHOOSE };
        self.let_in(Ok(member), "hospital account", Some(&id), own_pin)
    }

    /// Who is here, in this sitting, chooses their PIN, after they have signed in fully, or came by one that IT gave.
    ///
    /// # Errors
    /// Where they have not, somebody else is here by now, or it is none that can be chosen; the old one holds then.
    pub fn choose_pin(&self, sitting: u32, pin: &str) -> Result<(), ConsoleError> {
        let now = self.now();
        let (who, must) = {
            let here = self.here();
            let Seat::Taken(who) = &here.seat else { return Err(ConsoleError::NobodyHere) };
            if here.sitting != sitting {
                return Err(ConsoleError::AnotherSitting);
            }
            if !here.must_choose_pin && here.may_choose_pin.is_none_or(|until| now > until) {
                return Err(ConsoleError::NotFully);
            }
            (who.clone(), here.must_choose_pin)
        };
        let pin = Pin::chosen(pin.to_owned())?;
        if must && self.vault.is_pin(&who.id, &pin)? {
            return Err(ConsoleError::SamePin);
        }
        self.log_as(EntryKind::SignIn, &who, "chose a PIN".into(), Some(who.id.to_string()))?;
        self.vault.set_pin(&who.id, &pin, Cost::measured()?)?;
        let mut here = self.here();
        // Who came meanwhile has a duty, or a leave, of their own.
        if here.sitting == sitting {
            (here.may_choose_pin, here.must_choose_pin) = (None, false);
        }
        drop(here);
        self.settles();
        self.wake();
        Ok(())
    }

    /// Whether this station has people of its own.
    ///
    /// # Errors
    /// Of the cache.
    pub fn has_people(&self) -> Result<bool, ConsoleError> {
        Ok(self.vault.read(|reader| reader.is_of_people())?)
    }

    fn lease(&self) -> Result<i64, ConsoleError> {
        Ok(self.vault.read(|reader| reader.site())?.lease_ms)
    }

    fn let_in(
        &self,
        tried: Result<StaffMember, NotLetIn>,
        by: &str,
        id: Option<&ActorId>,
        own_pin: OwnPin,
    ) -> Result<(), ConsoleError> {
        self.settles();
        let member = match tried {
            Ok(member) => member,
            Err(NotLetIn::Vault(error)) => return Err(error.into()),
            Err(refused) => {
                let about = id.map(ToString::to_string);
                self.log_as(
                    EntryKind::Refusal,
                    &Actor::named("this station"),
                    format!("not let in by {by}: {}", word(&refused)),
                    about,
                )?;
                return Err(refused.into());
            }
        };
        let who = actor(&member);
        // First it is recorded, then it is theirs.
        self.log_as(EntryKind::SignIn, &who, format!("came by {by}"), Some(who.id.to_string()))?;
        self.take_seat(Seat::Taken(who), own_pin);
        Ok(())
    }

    /// Nothing of the sitting before is shown in the next: not its moment, not what is somebody's.
    pub(super) fn take_seat(&self, seat: Seat, own_pin: OwnPin) {
        let now = self.now();
        let ended = self.here().change(seat, own_pin, now);
        self.has_changed(ended);
    }

    /// What ends with a sitting.
    pub(super) fn has_changed(&self, ended: Vec<Broken>) {
        self.present.lock().unwrap_or_else(PoisonError::into_inner).shown_to(self.user());
        self.look_back(None);
        self.wake();
        // They have ended, whether that can be said or not.
        if self.say_all_ended(&ended, "with the sitting").is_err() {
            tracing::error!("that a broken glass ended could not be recorded");
        }
    }
}

fn word(refused: &NotLetIn) -> String {
    match refused {
        NotLetIn::Wrong { failures, .. } => format!("wrong, {failures} in a row"),
        NotLetIn::TooSoon { .. } => "too soon".into(),
        NotLetIn::TooMany { .. } => "too many wrong ones".into(),
        NotLetIn::Lapsed { .. } => "a full sign-in is due".into(),
        NotLetIn::NoPin { .. } => "there is none".into(),
        NotLetIn::NobodysBadge => "nobody's".into(),
        NotLetIn::BadgesTooSoon { .. } => "too many before it were nobody's".into(),
        NotLetIn::Unknown => "nobody of this station".into(),
        NotLetIn::Vault(_) => "the cache".into(),
    }
}
