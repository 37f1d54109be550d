//! Two records of one person. A hospital merges them by a link; what stands under the old record is then shown with the
//! record that stays. Nothing is rewritten: a link that is taken back, or a look at a time before it, shows two people again.

use std::collections::{HashMap, HashSet};

use clinical::{Instant, PatientId, Person, Stay};
use rusqlite::Connection;

use crate::codec::id;
use crate::error::VaultError;
use crate::store::history::{as_known_by, say, unsay};
use crate::store::vault::Reader;

/// Which record each merged one is shown under.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survivors(HashMap<PatientId, PatientId>);

impl Survivors {
    /// The record that stays for this one, which may be itself.
    pub(crate) fn of<'a>(&'a self, patient: &'a PatientId) -> &'a PatientId {
        let mut at = patient;
        // A chain of merges is followed to its end. One without an end names nobody who stays: then everybody does.
        for _ in 0..=self.0.len() {
            match self.0.get(at) {
                Some(next) => at = next,
                None => return at,
            }
        }
        patient
    }

    /// The records that were merged into another.
    pub(crate) fn merged(&self) -> impl Iterator<Item = &PatientId> {
        self.0.keys()
    }

    pub(crate) fn is_merged(&self, patient: &PatientId) -> bool {
        self.of(patient) != patient
    }

    /// Puts the record that stays in the place of one that does not.
    pub(crate) fn rename(&self, patient: &mut PatientId) {
        if self.is_merged(patient) {
            *patient = self.of(patient).clone();
        }
    }

    /// Puts stays under the record that stays; where that one lies in a bed itself, its own bed is the one that counts.
    pub(crate) fn rename_stays(&self, stays: &mut [Stay]) {
        let lies = |stay: &&Stay| stay.in_progress && !self.is_merged(&stay.patient);
        let lying: HashSet<PatientId> = stays.iter().filter(lies).map(|stay| stay.patient.clone()).collect();
        for stay in stays.iter_mut().filter(|stay| self.is_merged(&stay.patient)) {
            self.rename(&mut stay.patient);
            stay.in_progress &= !lying.contains(&stay.patient);
        }
    }
}

impl Reader<'_> {
    /// The merges that this view knows; nearly always none.
    pub(crate) fn survivors(&self, known_by: Instant) -> Result<Survivors, VaultError> {
        let sql = self.merges_known_by(known_by);
        let pairs = self.list(&sql, [], |row| Ok((id(row, 0)?, id(row, 1)?)))?;
        Ok(Survivors(pairs.into_iter().collect()))
    }

    /// SQL: who was merged into whom. A record is not hidden behind one that nobody here knows.
    fn merges_known_by(&self, known_by: Instant) -> String {
        let merge = as_known_by("merge", known_by);
        format!("SELECT id, survivor FROM {merge} WHERE survivor IN (SELECT id FROM person)")
    }

    /// SQL: the ids of all records of the patient that a parameter names, itself among them, as this view knows them.
    pub(crate) fn records_of(&self, patient: &str) -> String {
        self.records_known_by(patient, self.view.known_by)
    }

    /// The same by the merges that were known at a moment.
    pub(crate) fn records_known_by(&self, patient: &str, known_by: Instant) -> String {
        format!(
            "(WITH RECURSIVE same(id) AS
               (SELECT {patient} UNION SELECT merge.id FROM ({}) AS merge JOIN same ON merge.survivor = same.id)
             SELECT id FROM same)",
            self.merges_known_by(known_by)
        )
    }
}

/// Takes in what a Patient says of its merges, and takes back what it said before.
pub(crate) fn say_merges(
    connection: &Connection,
    received: Instant,
    person: &Person,
) -> Result<bool, VaultError> {
    let own = person.replaced_by.iter().map(|into| (&person.id, into));
    let others = person.replaces.iter().map(|old| (old, &person.id));
    let said: Vec<(&PatientId, &PatientId)> = own.chain(others).filter(|(old, into)| old != into).collect();
    let mut changed = false;
    for (old, into) in &said {
        changed |= say(connection, received, "merge", old.as_str(), &[&into.as_str(), &person.id.as_str()])?;
    }
    let known: Vec<PatientId> = {
        let mut statement = connection.prepare_cached("SELECT id FROM merge WHERE said_by = ?")?;
        let rows = statement.query_map([person.id.as_str()], |row| id(row, 0))?;
        rows.collect::<Result<_, _>>()?
    };
    for old in known.iter().filter(|old| said.iter().all(|(id, _)| id != old)) {
        unsay(connection, received, "merge", old.as_str())?;
        changed = true;
    }
    Ok(changed)
}
