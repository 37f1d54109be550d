//! Doses, each once.

use std::collections::HashSet;

use clinical::consent::Withheld;
use clinical::{Amount, Decimal, Dose, Instant, Measure, PatientId, TimeRange};
use rusqlite::params;

use crate::codec::{id, some_id};
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
        Ok(self.doses_as_they_came(patient, from)?.into_iter().map(|(dose, _)| dose).collect())
    }

    /// The same, each with when it was first known: when the server took it, or when it came here, whichever was earlier.
    ///
    /// # Errors
    /// Of the database.
    pub fn doses_as_they_came(
        &self,
        patient: &PatientId,
        from: Instant,
    ) -> Result<Vec<(Dose, Instant)>, VaultError> {
        self.without_held_doses(self.doses_whole(patient, from)?)
    }

    /// How many doses are withheld from whoever looks in a span of time, and why; whatever was given: that is withheld, too. Doses that
    /// came as values are among them.
    ///
    /// # Errors
    /// Of the database.
    pub fn withheld_doses(&self, patient: &PatientId, range: TimeRange) -> Result<Withheld, VaultError> {
        let mut withheld = self.held_of_doses(patient, range)?;
        for series in self.series_of(patient)? {
            if series.measure() == Some(Measure::InsulinDose) {
                withheld.add(self.withheld_of(&series, range)?);
            }
        }
        Ok(withheld)
    }

    /// The same with all of them.
    pub(crate) fn doses_whole(
        &self,
        patient: &PatientId,
        from: Instant,
    ) -> Result<Vec<(Dose, Instant)>, VaultError> {
        let mut doses = self.list(
            &format!(
                "SELECT dose.id, patient, what, mantissa, scale, unit, dose.at, identifier, device,
                   coalesce(min(said.at, nullif(dose.received, 0)), said.at, nullif(dose.received, 0), dose.at) FROM {} AS dose
                 LEFT JOIN identity ON identity.source = 'MedicationAdministration/' || dose.id
                 LEFT JOIN said ON said.source = 'MedicationAdministration/' || dose.id
                 LEFT JOIN given_by ON given_by.id = dose.id
                 WHERE patient IN {} AND dose.at >= ?2 AND dose.at <= ?3
                 ORDER BY identifier IS NULL, said.at DESC, dose.id DESC",
                as_known_by("dose", self.view.known_by),
                self.records_of("?1")
            ),
            params![patient.as_str(), from.0, self.view.at.0],
            |row| {
                let mantissa: Option<i64> = row.get(3)?;
                let (scale, unit): (Option<u8>, Option<String>) = (row.get(4)?, row.get(5)?);
                let dose = Dose {
                    id: id(row, 0)?,
                    patient: id(row, 1)?,
                    what: row.get(2)?,
                    amount: mantissa.zip(scale).zip(unit).map(|((mantissa, scale), unit)| Amount {
                        value: Decimal { mantissa, scale },
                        unit: unit.into(),
                    }),
                    at: Instant(row.get(6)?),
                    identity: row.get(7)?,
                    device: some_id(row, 8)?,
                };
                Ok((dose, Instant(row.get(9)?)))
            },
        )?;
        let survivors = self.survivors(self.view.known_by)?;
        doses.iter_mut().for_each(|(dose, _)| survivors.rename(&mut dose.patient));
        let mut met = HashSet::new();
        doses.retain(|(dose, _)| dose.identity.as_ref().is_none_or(|identity| met.insert(identity.clone())));
        doses.sort_by_key(|(dose, _)| std::cmp::Reverse(dose.at));
        Ok(doses)
    }
}
