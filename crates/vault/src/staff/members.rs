//! The people of this station.

use std::collections::HashMap;

use clinical::{ActorId, Instant, Role};
use record::EntryKind;
use rusqlite::{Connection, Row, params};

use crate::entries::append::append;
use crate::entries::entry::NewEntry;
use crate::error::VaultError;
use crate::keys::pin::Pin;
use crate::keys::verifier::{Cost, Verifier};
use crate::staff::badge::badge_mark;
use crate::staff::passed::sign_in_fully;
use crate::store::durably::durably;
use crate::store::vault::{Reader, Vault};
use crate::upkeep::damage::PEOPLE_LOST;

/// Somebody who works at this station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Who that is, such as `Practitioner/123`.
    pub id: ActorId,
    /// As shown.
    pub name: String,
    /// In what role they work here.
    pub role: Role,
    /// Whether they have a PIN.
    pub has_pin: bool,
    /// Whether it is one that IT gave, and they have to choose their own.
    pub pin_is_given: bool,
    /// Whether they have a badge.
    pub has_badge: bool,
    /// How many wrong PINs were typed since the last right one.
    pub failures: u32,
    /// When the last of them was, by [`Vault::time_passed`].
    pub failed: i64,
    /// Their last full sign-in: when, and the same by [`Vault::time_passed`].
    pub full: Option<(Instant, i64)>,
}

const MEMBER: &str = "SELECT id, name, role, pin IS NOT NULL, badge IS NOT NULL, failures, failed, full_at, full_passed, pin_given FROM staff";

fn member(row: &Row) -> rusqlite::Result<StaffMember> {
    let (id, name, role): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let full: (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    Ok(StaffMember {
        id: id.into(),
        name,
        role: role.as_str().into(),
        has_pin: row.get(3)?,
        pin_is_given: row.get(9)?,
        has_badge: row.get(4)?,
        failures: row.get(5)?,
        failed: row.get(6)?,
        full: full.0.map(Instant).zip(full.1),
    })
}

/// A change of who works here, and of what lets them in.
#[derive(Debug)]
pub enum MemberChange {
    /// Takes somebody in, or changes their name and role.
    Put(ActorId, String, Role),
    /// Somebody works here no more. What they had begun to write goes with them.
    Drop(ActorId),
    /// Gives somebody a PIN in the place of any other, and it stands for a full sign-in. It lets them in, and then they have to choose
    /// their own.
    GivePin(ActorId, GivenPin, Instant),
    /// No PIN lets somebody in any more.
    ClearPin(ActorId),
    /// Wrong tries of somebody are forgotten; how long PIN and badge are enough stays as it is.
    ForgetTries(ActorId),
    /// Gives somebody a badge in the place of any other, or takes it away.
    Badge(ActorId, Option<String>),
}

/// What a PIN that is given is compared by. It takes its time to make.
pub struct GivenPin(String);

impl GivenPin {
    /// Of a PIN.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn of(pin: &Pin, cost: Cost) -> Result<GivenPin, VaultError> {
        Ok(GivenPin(text(&Verifier::of(pin, cost)?)?))
    }
}

impl std::fmt::Debug for GivenPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

impl MemberChange {
    /// Makes the change; whether it could be made: a badge that is somebody else's is not given.
    fn make(self, connection: &Connection, station: &str) -> Result<bool, VaultError> {
        match self {
            MemberChange::Put(id, name, role) => {
                connection.execute(
                    "INSERT INTO staff (id, name, role) VALUES (?1, ?2, ?3)
                     ON CONFLICT (id) DO UPDATE SET name = ?2, role = ?3",
                    params![id.as_str(), name, role.as_str()],
                )?;
                connection.execute("DELETE FROM setting WHERE key = ?", [PEOPLE_LOST])?;
            }
            MemberChange::Drop(id) => {
                connection.execute("DELETE FROM draft WHERE author = ?", [id.as_str()])?;
                connection.execute("DELETE FROM staff WHERE id = ?", [id.as_str()])?;
            }
            MemberChange::GivePin(id, pin, now) => {
                keep_pin(connection, &id, Some(&pin.0), true)?;
                sign_in_fully(connection, &id, now)?;
            }
            MemberChange::ClearPin(id) => keep_pin(connection, &id, None, false)?,
            MemberChange::ForgetTries(id) => {
                connection.execute("UPDATE staff SET failures = 0 WHERE id = ?", [id.as_str()])?;
            }
            MemberChange::Badge(id, badge) => {
                let mark = badge.map(|badge| badge_mark(station, &badge)).transpose()?;
                let others = "SELECT 1 FROM staff WHERE badge = ? AND id <> ?";
                let taken = connection.prepare_cached(others)?.exists(params![mark, id.as_str()])?;
                if !taken {
                    connection
                        .execute("UPDATE staff SET badge = ? WHERE id = ?", params![mark, id.as_str()])?;
                }
                return Ok(!taken);
            }
        }
        Ok(true)
    }
}

fn keep_pin(
    connection: &Connection,
    id: &ActorId,
    verifier: Option<&str>,
    is_given: bool,
) -> Result<(), VaultError> {
    connection.execute(
        "UPDATE staff SET pin = ?, pin_given = ? WHERE id = ?",
        params![verifier, is_given, id.as_str()],
    )?;
    Ok(())
}

impl Vault {
    /// Changes who works here, with its entry of the log: all of it or nothing. Whether it was done: it is not where a badge is somebody
    /// else's, and then nothing was.
    ///
    /// # Errors
    /// Of the database.
    pub fn change_members(&self, changes: Vec<MemberChange>, entry: NewEntry) -> Result<bool, VaultError> {
        self.make_changes(changes, Some(entry))
    }

    fn make_changes(&self, changes: Vec<MemberChange>, entry: Option<NewEntry>) -> Result<bool, VaultError> {
        let station = self.station_id()?.unwrap_or_default();
        self.write_beside(move |connection| {
            durably(connection, |connection| {
                let transaction = connection.transaction()?;
                for change in changes {
                    // What was done before it goes with the transaction.
                    if !change.make(&transaction, &station)? {
                        return Ok(false);
                    }
                }
                if let Some(entry) = entry {
                    append(&transaction, entry)?;
                }
                transaction.commit()?;
                Ok(true)
            })
        })
    }

    /// Takes somebody in, or changes their name and role, and says so nowhere.
    ///
    /// # Errors
    /// Of the database.
    pub fn put_member(&self, id: &ActorId, name: String, role: &Role) -> Result<(), VaultError> {
        self.make_changes(vec![MemberChange::Put(id.clone(), name, role.clone())], None).map(|_| ())
    }

    /// Somebody has this PIN, which they chose, in the place of any other.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_pin(&self, id: &ActorId, pin: &Pin, cost: Cost) -> Result<(), VaultError> {
        let (id, verifier) = (id.clone(), text(&Verifier::of(pin, cost)?)?);
        self.write_beside(move |connection| {
            durably(connection, |connection| keep_pin(connection, &id, Some(&verifier), false))
        })
    }

    /// Gives somebody a badge, and says so nowhere. Whether it is theirs now: it is not where it is somebody else's.
    ///
    /// # Errors
    /// Of the database.
    pub fn set_badge(&self, id: &ActorId, badge: Option<&str>) -> Result<bool, VaultError> {
        self.make_changes(vec![MemberChange::Badge(id.clone(), badge.map(str::to_owned))], None)
    }
}

pub(crate) fn text(verifier: &Verifier) -> Result<String, VaultError> {
    serde_json::to_string(verifier).map_err(|why| VaultError::KeyFile(why.to_string()))
}

impl Reader<'_> {
    /// Whether nobody sits here who did not come by name: the station has people, or had some who were lost with a damaged cache.
    ///
    /// # Errors
    /// Of the database.
    pub fn is_of_people(&self) -> Result<bool, VaultError> {
        Ok(self.setting(PEOPLE_LOST)?.is_some() || !self.staff()?.is_empty())
    }

    /// Everybody who works at this station, by name.
    ///
    /// # Errors
    /// Of the database.
    pub fn staff(&self) -> Result<Vec<StaffMember>, VaultError> {
        self.list(&format!("{MEMBER} ORDER BY name COLLATE NOCASE, id"), [], member)
    }

    /// One of them.
    ///
    /// # Errors
    /// Of the database.
    pub fn member(&self, id: &ActorId) -> Result<Option<StaffMember>, VaultError> {
        Ok(self.list(&format!("{MEMBER} WHERE id = ?"), [id.as_str()], member)?.pop())
    }

    /// When each of them came last, as far as the log goes back.
    ///
    /// # Errors
    /// Of the database.
    pub fn last_sign_ins(&self) -> Result<HashMap<ActorId, Instant>, VaultError> {
        let came = self.list(
            "SELECT who_id, max(at) FROM entry WHERE kind = ? AND what LIKE 'came by %' AND who_id IS NOT NULL GROUP BY who_id",
            [EntryKind::SignIn.code()],
            |row| Ok((row.get::<_, String>(0)?.into(), Instant(row.get(1)?))),
        )?;
        Ok(came.into_iter().collect())
    }

    /// Whose badge this is.
    ///
    /// # Errors
    /// Of the database.
    pub fn member_of_badge(&self, badge: &str) -> Result<Option<StaffMember>, VaultError> {
        let station = self.setting(crate::store::settings::STATION_ID)?.unwrap_or_default();
        let mark = badge_mark(&station, badge)?;
        Ok(self.list(&format!("{MEMBER} WHERE badge = ?"), [mark], member)?.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key::Key;

    fn station() -> (tempfile::TempDir, Key, Vault) {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        for (id, name, role) in
            [("Practitioner/2", "S. Varga", "Nurse"), ("Practitioner/1", "N. Okafor", "Charge nurse")]
        {
            vault.put_member(&id.into(), name.into(), &role.into()).unwrap();
        }
        (folder, key, vault)
    }

    #[test]
    fn who_works_here_is_known_after_a_restart_and_who_left_is_not() {
        let (folder, key, vault) = station();
        vault.put_member(&"Practitioner/2".into(), "S. Varga-Li".into(), &"Charge nurse".into()).unwrap();
        drop(vault);
        let vault = Vault::open(folder.path(), key).unwrap();
        let staff = vault.read(|reader| reader.staff()).unwrap();
        let names: Vec<(&str, &str)> = staff.iter().map(|m| (m.name.as_str(), m.role.as_str())).collect();
        assert_eq!(names, [("N. Okafor", "Charge nurse"), ("S. Varga-Li", "Charge nurse")]);
        assert!(staff.iter().all(|m| !m.has_pin && !m.has_badge && m.full.is_none() && m.failures == 0));
        let entry = || NewEntry::new(EntryKind::Setting, Instant(0), "IT", "works here no more");
        assert!(vault.change_members(vec![MemberChange::Drop("Practitioner/2".into())], entry()).unwrap());
        assert_eq!(vault.read(|reader| reader.staff()).unwrap().len(), 1);
        assert_eq!(vault.read(|reader| reader.member(&"Practitioner/2".into())).unwrap(), None);
    }

    #[test]
    fn of_a_change_that_cannot_be_made_nothing_is_and_the_log_says_nothing_of_it() {
        let (_folder, _key, vault) = station();
        let (okafor, varga) = (ActorId::from("Practitioner/1"), ActorId::from("Practitioner/2"));
        assert!(vault.set_badge(&okafor, Some("04A2B9C1")).unwrap());
        let before = vault.read(|reader| Ok((reader.staff()?, reader.log(9)?.len()))).unwrap();
        let changes = vec![
            MemberChange::Put(varga.clone(), "S. Varga-Li".into(), "Nurse".into()),
            MemberChange::Badge(varga.clone(), Some("04A2B9C1".into())),
        ];
        let entry = NewEntry::new(EntryKind::Setting, Instant(0), "IT", "was given a badge");
        assert!(!vault.change_members(changes, entry.clone()).unwrap());
        assert_eq!(vault.read(|reader| Ok((reader.staff()?, reader.log(9)?.len()))).unwrap(), before);
        let changes = vec![MemberChange::Badge(varga, Some("77".into()))];
        assert!(vault.change_members(changes, entry).unwrap());
        assert_eq!(vault.read(|reader| reader.log(9)).unwrap().len(), before.1 + 1);
    }

    #[test]
    fn a_badge_is_one_persons_and_stands_nowhere_in_clear() {
        let (_folder, _key, vault) = station();
        let (okafor, varga) = (ActorId::from("Practitioner/1"), ActorId::from("Practitioner/2"));
        assert!(vault.set_badge(&okafor, Some("04A2B9C1")).unwrap());
        let whose = |badge: &str| vault.read(|r| r.member_of_badge(badge)).unwrap().map(|m| m.id);
        assert_eq!((whose("04A2B9C1"), whose("04A2B9C2")), (Some(okafor.clone()), None));
        assert!(!vault.set_badge(&varga, Some("04A2B9C1")).unwrap(), "it is somebody else's");
        assert!(vault.set_badge(&okafor, Some("77")).unwrap());
        assert_eq!(
            (whose("04A2B9C1"), whose("77")),
            (None, Some(okafor.clone())),
            "the old one opens nothing"
        );
        let kept: String = vault
            .read(|r| {
                Ok(r.list("SELECT badge FROM staff WHERE badge IS NOT NULL", [], |row| row.get(0))?.remove(0))
            })
            .unwrap();
        assert_eq!(kept.len(), 64, "a mark, and not the badge: {kept}");
        assert!(vault.set_badge(&okafor, None).unwrap());
        assert_eq!(whose("77"), None);
    }
}
