//! Doses, each once.

use std::collections::HashSet;

use clinical::{Amount, Decimal, Dose, Instant, PatientId};
use rusqlite::params;

use crate::codec::id;
use crate::error::VaultError;
use crate::store::history::as_known_by;
use crate::store::vault::Reader;

impl Reader<'_> {
    /// Doses of a patient since `from`, newest first. Of several resources with one business identifier the one that the server
    /// took last speaks. Without those that are withheld from who looks.
    ///
    /// # Errors
    /// Of the database.
    pub fn doses(&self, patient: &PatientId, from: Instant) -> Result<Vec<Dose>, VaultError> {
        self.without_held_doses(self.doses_whole(patient, from)?)
    }

    /// The same with all of them.
    pub(crate) fn doses_whole(&self, patient: &PatientId, from: Instant) -> Result<Vec<Dose>, VaultError> {
        let mut doses = self.list(
            &format!(
                "SELECT dose.id, patient, what, mantissa, scale, unit, dose.at, identifier FROM {} AS dose
                 LEFT JOIN identity ON identity.source = 'MedicationAdministration/' || dose.id
                 LEFT JOIN said ON said.source = identity.source
                 WHERE patient IN {} AND dose.at >= ?2 AND dose.at <= ?3
                 ORDER BY identifier IS NULL, said.at DESC, dose.id DESC",
                as_known_by("dose", self.view.known_by),
                self.records_of("?1")
            ),
            params![patient.as_str(), from.0, self.view.at.0],
            |row| {
                let mantissa: Option<i64> = row.get(3)?;
                let (scale, unit): (Option<u8>, Option<String>) = (row.get(4)?, row.get(5)?);
                Ok(Dose {
                    id: id(row, 0)?,
                    patient: id(row, 1)?,
                    what: row.get(2)?,
                    amount: mantissa.zip(scale).zip(unit).map(|((mantissa, scale), unit)| Amount {
                        value: Decimal { mantissa, scale },
                        unit: unit.into(),
                    }),
                    at: Instant(row.get(6)?),
                    identity: row.get(7)?,
                })
            },
        )?;
        let survivors = self.survivors(self.view.known_by)?;
        doses.iter_mut().for_each(|dose| survivors.rename(&mut dose.patient));
        let mut met = HashSet::new();
        doses.retain(|dose| dose.identity.as_ref().is_none_or(|identity| met.insert(identity.clone())));
        doses.sort_by_key(|dose| std::cmp::Reverse(dose.at));
        Ok(doses)
    }
}
