//! Reads anew what changed of a ward, and no more.

use std::collections::BTreeSet;

use clinical::PatientId;

use crate::changes::Changes;
use crate::error::VaultError;
use crate::facts::newest::SeriesValue;
use crate::facts::ward::Ward;
use crate::store::vault::Reader;

impl Reader<'_> {
    /// Brings a ward of the present up to date, and tells whose values were read anew, by the record they are shown under.
    ///
    /// # Errors
    /// Of the database; then the ward is to be read as a whole.
    pub fn refresh(&self, ward: &mut Ward, changes: &Changes) -> Result<BTreeSet<PatientId>, VaultError> {
        if changes.everything {
            *ward = self.ward()?;
            return Ok(ward.persons.iter().map(|person| person.id.clone()).collect());
        }
        if changes.alarms {
            ward.episodes = self.episodes_whole()?;
            ward.actions = self.actions_of_board(&ward.episodes, &ward.persons)?;
            ward.calls = self.calls_about(&ward.episodes)?;
            ward.takes_calls = self.takes_calls()?;
            ward.leave_out_alarms_of_others();
        }
        if changes.patients.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (shown, fresh) = self.latest_among(&changes.patients)?;
        ward.values.retain(|value| !shown.contains(&value.series.patient));
        let people = ward.people.as_ref();
        let belongs = |value: &SeriesValue| people.is_none_or(|all| all.contains(&value.series.patient));
        ward.values.extend(fresh.into_iter().filter(belongs));
        ward.values.sort_by_key(|value| value.series.id);
        Ok(shown)
    }

    /// The records these patients are shown under, and the newest values of all records of each.
    fn latest_among(
        &self,
        patients: &BTreeSet<PatientId>,
    ) -> Result<(BTreeSet<PatientId>, Vec<SeriesValue>), VaultError> {
        let survivors = self.survivors(self.view.known_by)?;
        let shown: BTreeSet<PatientId> = patients.iter().map(|id| survivors.of(id).clone()).collect();
        let mut records = shown.clone();
        records.extend(patients.iter().cloned());
        records.extend(survivors.merged().filter(|old| shown.contains(survivors.of(old))).cloned());
        Ok((shown, self.latest_of_records(&records)?))
    }
}
