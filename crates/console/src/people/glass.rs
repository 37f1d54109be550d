//! The glasses that who is here has broken: begun after the record says so, looked through with the record of each kind of look, and
//! ended by their time, by hand, and with the sitting. None is kept on a disk, so none outlives the program.

use clinical::consent::{Glass, Looker};
use clinical::{Actor, PatientId};
use vault::{EntryKind, Reader, VaultError};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::here::Broken;

impl Console {
    /// A glass is broken from now on, in the sitting in which somebody asked for it. It stands in the record already.
    ///
    /// # Errors
    /// Where that sitting is over; the record says that it ended.
    pub(crate) fn glass_breaks(&self, who: &Actor, glass: Glass, sitting: u32) -> Result<(), ConsoleError> {
        let broken = Broken { by: who.clone(), glass, looked: Vec::new() };
        let late = self.here().breaks(sitting, broken);
        match late {
            None => Ok(()),
            Some(late) => {
                self.say_ended(&late, "before it began")?;
                Err(ConsoleError::AnotherSitting)
            }
        }
    }

    /// Who broke the glass over a patient ends it. Nothing more is seen from then on, whatever becomes of the entry.
    ///
    /// # Errors
    /// Where the record cannot be written.
    pub(crate) fn glass_ends(&self, who: &Actor, patient: &PatientId) -> Result<(), ConsoleError> {
        let ended = self.here().end(|broken| broken.by.id == who.id && broken.glass.patient == *patient);
        self.say_all_ended(&ended, "by hand")
    }

    /// Ends what is over by its time. To be called twice a second; what is seen goes by the clock, and does not wait for it.
    pub(super) fn glasses_end_in_time(&self) -> Result<(), ConsoleError> {
        let now = self.now();
        let ended = self.here().end(|broken| !broken.glass.holds(now));
        if ended.is_empty() {
            return Ok(());
        }
        let said = self.say_all_ended(&ended, "at its time");
        self.wake();
        said
    }

    pub(super) fn say_all_ended(&self, ended: &[Broken], how: &str) -> Result<(), ConsoleError> {
        // One that cannot be said holds back none of the others.
        ended.iter().map(|broken| self.say_ended(broken, how)).fold(Ok(()), Result::and)
    }

    fn say_ended(&self, broken: &Broken, how: &str) -> Result<(), ConsoleError> {
        let what = format!("the broken glass ended {how}");
        self.log_of(EntryKind::BreakGlass, &broken.by, what, Some(&broken.glass.patient))
    }

    /// Somebody who looks at one patient, with the glasses that they broke at this station. Under a glass it stands in the record first
    /// what is looked at; once for each kind of look.
    ///
    /// # Errors
    /// Where the record cannot be written: then nothing is to be shown.
    pub(crate) fn looker_at(
        &self,
        who: &Actor,
        patient: &PatientId,
        what: &'static str,
    ) -> Result<Looker, ConsoleError> {
        let now = self.now();
        let (broken, unsaid) = {
            let here = self.here();
            let unsaid = here.unsaid(who, patient, what, now).cloned();
            (here.broken_by(who, now), unsaid)
        };
        if let Some(glass) = unsaid {
            let words = format!("looked at {what}, {}", glass.seen_by());
            self.log_of(EntryKind::BreakGlass, who, words, Some(patient))?;
            self.here().is_said(&glass, what);
        }
        Ok(self.looker(who)?.breaking(broken))
    }

    /// Reads what is shown of one patient, as [`Console::looker_at`] has it.
    pub(crate) fn read_of<T>(
        &self,
        patient: &PatientId,
        what: &'static str,
        work: impl FnOnce(&Reader) -> Result<T, VaultError>,
    ) -> Result<T, ConsoleError> {
        let looker = self.looker_at(&self.user(), patient, what)?;
        Ok(self.read_for(self.view(), &looker, work)?)
    }
}
