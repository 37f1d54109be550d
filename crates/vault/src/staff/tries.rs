//! Tries to get in, and the time in which they are counted. Both outlive a restart, and no clock that is set makes either shorter.

use std::time::Instant as Stopwatch;

use clinical::{ActorId, Instant};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::VaultError;
use crate::keys::pin::Pin;
use crate::keys::verifier::{Cost, Verifier};
use crate::staff::members::{StaffMember, text};
use crate::staff::passed::{sign_in_fully, time_passed};
use crate::store::durably::durably;
use crate::store::vault::Vault;

/// The setting that keeps how many badges in a row were nobody's, and when the last one was.
const BADGES: &str = "badge-tries";

/// How many badges in a row were nobody's, and what had passed here when the last one was.
fn badge_tries(connection: &Connection) -> Result<(u32, i64), VaultError> {
    let kept: Option<String> = connection
        .query_row("SELECT value FROM setting WHERE key = ?", [BADGES], |row| row.get(0))
        .optional()?;
    let kept = kept.as_deref().and_then(|kept| kept.split_once(' '));
    Ok(kept.and_then(|(n, at)| Some((n.parse().ok()?, at.parse().ok()?))).unwrap_or((0, 0)))
}

/// What came of a badge that was held to the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriedBadge {
    /// It is theirs.
    Of(StaffMember),
    /// It is nobody's here.
    Nobodys,
    /// Too many before it were nobody's: it was not compared.
    TooSoon {
        /// How long it is too soon yet, in milliseconds.
        wait_ms: i64,
    },
}

impl Vault {
    /// How much time passed at this station, in milliseconds, as far as anybody looked: a clock that is set back takes nothing of it
    /// away, one that is set ahead adds to it.
    ///
    /// # Errors
    /// Of the database.
    pub fn time_passed(&self, now: Instant) -> Result<i64, VaultError> {
        self.write_beside(move |connection| time_passed(connection, now))
    }

    /// Whether this is somebody's PIN, where no try is counted: for who has come already.
    ///
    /// # Errors
    /// Of the database.
    pub fn is_pin(&self, id: &ActorId, pin: &Pin) -> Result<bool, VaultError> {
        let kept = self.read(|reader| {
            let kept: Option<Option<String>> = reader
                .connection
                .query_row("SELECT pin FROM staff WHERE id = ?", [id.as_str()], |row| row.get(0))
                .optional()?;
            Ok(kept.flatten())
        })?;
        let Some(kept) = kept else { return Ok(false) };
        let verifier: Verifier =
            serde_json::from_str(&kept).map_err(|why| VaultError::KeyFile(why.to_string()))?;
        verifier.is_of(pin)
    }

    /// Compares a PIN. A try counts before it is made, so that no kill and no power cut gives one away; a right one ends the count.
    /// `None` where that person has no PIN.
    ///
    /// # Errors
    /// Of the database.
    pub fn try_pin(&self, id: &ActorId, pin: &Pin, now: Instant) -> Result<Option<bool>, VaultError> {
        self.try_pin_while(id, pin, now, || {})
    }

    /// The same, while something else is done: between the count and the comparison, which takes its time.
    fn try_pin_while(
        &self,
        id: &ActorId,
        pin: &Pin,
        now: Instant,
        between: impl FnOnce(),
    ) -> Result<Option<bool>, VaultError> {
        let row = id.to_string();
        let kept = self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let passed = time_passed(&transaction, now)?;
                let kept: Option<Option<String>> = transaction
                    .query_row("SELECT pin FROM staff WHERE id = ?", [&row], |row| row.get(0))
                    .optional()?;
                let kept = kept.flatten();
                if kept.is_some() {
                    let counted = "UPDATE staff SET failures = failures + 1, failed = ? WHERE id = ?";
                    transaction.execute(counted, params![passed, row])?;
                }
                transaction.commit()?;
                Ok(kept)
            })
        })?;
        let Some(kept) = kept else { return Ok(None) };
        let verifier: Verifier =
            serde_json::from_str(&kept).map_err(|why| VaultError::KeyFile(why.to_string()))?;
        between();
        let began = Stopwatch::now();
        if !verifier.is_of(pin)? {
            return Ok(Some(false));
        }
        // Made on a slower machine, or while this one was busy.
        let dearer = if verifier.is_cheap(began.elapsed()) {
            Some(text(&Verifier::of(pin, Cost::measured()?)?)?)
        } else {
            None
        };
        let row = id.to_string();
        // One that was taken away or exchanged meanwhile lets nobody in, and is not brought back.
        let is_still_theirs = self.write_beside(move |connection| {
            durably(connection, |connection| {
                let right = "UPDATE staff SET failures = 0, pin = coalesce(?, pin) WHERE id = ? AND pin = ?";
                Ok(connection.execute(right, params![dearer, row, kept])? > 0)
            })
        })?;
        Ok(is_still_theirs.then_some(true))
    }

    /// Compares a badge: whose it is. A try counts before it is compared, and one that is somebody's ends the count. `wait` gives how long
    /// the next try waits after so many that were nobody's, in milliseconds; one that comes sooner is not compared.
    ///
    /// # Errors
    /// Of the database.
    pub fn try_badge(
        &self,
        badge: &str,
        now: Instant,
        wait: fn(u32) -> i64,
    ) -> Result<TriedBadge, VaultError> {
        let too_soon = self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                let passed = time_passed(&transaction, now)?;
                let (failures, failed) = badge_tries(&transaction)?;
                let left = if failures == 0 { 0 } else { failed.saturating_add(wait(failures)) - passed };
                if left <= 0 {
                    let counted = format!("{} {passed}", failures.saturating_add(1));
                    transaction
                        .execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", params![BADGES, counted])?;
                }
                transaction.commit()?;
                Ok(Some(left).filter(|left| *left > 0))
            })
        })?;
        if let Some(wait_ms) = too_soon {
            return Ok(TriedBadge::TooSoon { wait_ms });
        }
        let Some(member) = self.read(|reader| reader.member_of_badge(badge))? else {
            return Ok(TriedBadge::Nobodys);
        };
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                connection.execute("DELETE FROM setting WHERE key = ?", [BADGES])?;
                Ok(())
            })
        })?;
        Ok(TriedBadge::Of(member))
    }

    /// Somebody signed in fully: wrong tries are forgotten, and from now on PIN and badge are enough for a while.
    ///
    /// # Errors
    /// Of the database.
    pub fn signed_in_fully(&self, id: &ActorId, now: Instant) -> Result<(), VaultError> {
        let id = id.clone();
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                sign_in_fully(&transaction, &id, now)?;
                Ok(transaction.commit()?)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use record::EntryKind;

    use super::*;
    use crate::entries::entry::NewEntry;
    use crate::keys::key::Key;
    use crate::staff::members::{GivenPin, MemberChange};

    const HOUR: i64 = 3_600_000;

    #[test]
    fn time_that_passed_never_becomes_less_whatever_is_done_to_the_clock() {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let mut vault = Vault::open(folder.path(), key.clone()).unwrap();
        let mut at = 1_770_000_000_000;
        let mut last = vault.time_passed(Instant(at)).unwrap();
        for (step, adds) in [(HOUR, HOUR), (-30 * HOUR, 0), (HOUR, HOUR), (0, 0), (i64::MIN / 4, 0), (1, 1)] {
            at += step;
            let passed = vault.time_passed(Instant(at)).unwrap();
            assert_eq!(passed - last, adds, "after a step of {step}");
            last = passed;
            drop(vault);
            vault = Vault::open(folder.path(), key.clone()).unwrap();
        }
    }

    #[test]
    fn a_wrong_pin_counts_before_it_is_compared_and_outlives_a_restart_and_a_right_one_ends_the_count() {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let id = ActorId::from("Practitioner/1");
        let typed = |text: &str| Pin::typed(text.into());
        vault.put_member(&id, "N. Okafor".into(), &"Nurse".into()).unwrap();
        assert_eq!(vault.try_pin(&id, &typed("480913"), Instant(5)).unwrap(), None, "there is no PIN yet");
        vault.set_pin(&id, &typed("480913"), Cost::cheap()).unwrap();
        for n in 1..=3 {
            assert_eq!(vault.try_pin(&id, &typed("480914"), Instant(5 + n)).unwrap(), Some(false));
        }
        drop(vault);
        let vault = Vault::open(folder.path(), key).unwrap();
        let member = || vault.read(|reader| reader.member(&id)).unwrap().unwrap();
        assert_eq!((member().failures, member().failed), (3, 3));
        assert_eq!(vault.try_pin(&id, &typed("480913"), Instant(9)).unwrap(), Some(true));
        assert_eq!(member().failures, 0);
        assert_eq!(vault.try_pin(&"nobody".into(), &typed("480913"), Instant(9)).unwrap(), None);
        let kept =
            vault.read(|r| Ok(r.list("SELECT pin FROM staff", [], |row| row.get::<_, String>(0))?.remove(0)));
        assert!(!kept.unwrap().contains("480913"));
    }

    #[test]
    fn a_pin_that_is_taken_away_while_it_is_compared_lets_nobody_in_and_is_not_brought_back() {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key).unwrap();
        let (id, old) = (ActorId::from("Practitioner/1"), Pin::typed("480913".into()));
        vault.put_member(&id, "N. Okafor".into(), &"Nurse".into()).unwrap();
        let change = |change: MemberChange| {
            let entry = NewEntry::new(EntryKind::Setting, Instant(0), "IT", "a PIN");
            assert!(vault.change_members(vec![change], entry).unwrap());
        };
        // Made so cheaply that a dearer one takes its place at the first right try.
        vault.set_pin(&id, &old, Cost::cheap()).unwrap();
        let taken = vault.try_pin_while(&id, &old, Instant(5), || change(MemberChange::ClearPin(id.clone())));
        assert_eq!(taken.unwrap(), None);
        assert!(!vault.read(|reader| reader.member(&id)).unwrap().unwrap().has_pin);

        vault.set_pin(&id, &old, Cost::cheap()).unwrap();
        let new = GivenPin::of(&Pin::typed("771204".into()), Cost::cheap()).unwrap();
        let given = vault.try_pin_while(&id, &old, Instant(6), || {
            change(MemberChange::GivePin(id.clone(), new, Instant(6)));
        });
        assert_eq!(given.unwrap(), None);
        assert_eq!(vault.try_pin(&id, &old, Instant(7)).unwrap(), Some(false));
        assert_eq!(vault.try_pin(&id, &Pin::typed("771204".into()), Instant(8)).unwrap(), Some(true));
    }
}
