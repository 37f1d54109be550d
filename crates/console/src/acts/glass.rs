//! Whether there is a glass to break over a patient. That it stands in the record first is the gate's (`crate::gate`), and whose it is
//! `crate::people`'s.

use bedside::board;
use clinical::consent::{Glass, GlassReason};
use clinical::{Actor, DAY_MS, PatientId, TimeRange};
use vault::{HELD_ALARM, View};

use crate::console::Console;
use crate::error::ConsoleError;

/// How far back something that is withheld is looked for.
const LOOKS_BACK: i64 = 30 * DAY_MS;

impl Console {
    /// The glass that somebody at this station wants to break over a patient, and the sitting in which they do.
    ///
    /// # Errors
    /// Where they are not here, nothing of the patient is withheld from them, or the reason says too little.
    pub(super) fn glass(
        &self,
        who: &Actor,
        patient: PatientId,
        (reason, words): (GlassReason, &str),
    ) -> Result<(Glass, u32), ConsoleError> {
        // Whoever runs a command has no screen on which it would be said.
        let sitting = self.here().sitting_of(who).ok_or(ConsoleError::NobodyHere)?;
        if !self.is_withheld(who, &patient)? {
            return Err(ConsoleError::NothingWithheld);
        }
        let lasts = self.vault.read(|reader| reader.site())?.glass_ms;
        Ok((Glass::broken(patient, who, (reason, words), self.now(), lasts)?, sitting))
    }

    /// Whether anything of a patient of this board is withheld from somebody who broke no glass.
    fn is_withheld(&self, who: &Actor, patient: &PatientId) -> Result<bool, ConsoleError> {
        let now = self.now();
        let (ward, before) = self.read_for(View::NOW, &self.looker(who)?, |reader| {
            Ok((reader.ward()?, reader.withheld_in(patient, TimeRange::last(LOOKS_BACK, now))?))
        })?;
        let board = board(&ward, now);
        let tile = board.tiles.iter().find(|tile| tile.patient == *patient).ok_or(ConsoleError::NoPatient)?;
        let mut alarms = board.queue.iter().filter(|item| item.patient.as_ref() == Some(patient));
        let are_words = alarms.any(|item| item.line.text == HELD_ALARM);
        Ok(!before.is_empty() || !tile.withheld.is_empty() || are_words)
    }
}
