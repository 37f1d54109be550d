//! What is shown at the moment that is looked at: the board, one patient, the alarms of a day, what was written.

use std::collections::HashMap;
use std::sync::PoisonError;

use bedside::{
    AlarmLoad, Annotation, PatientLimits, PatientPage, QueueItem, ShiftNote, Sparkline, TimelineEntry,
    alarm_load, annotations, history, patient_limits, patient_page, shift_notes,
};
use clinical::{DAY_MS, EpisodeId, Instant, MINUTE_MS, PatientId, Priority, SmolStr, Verb};
use vault::{Reader, VaultError, View, Ward};

use crate::console::{Console, Sparks};
use crate::error::ConsoleError;

/// A sparkline is drawn again after this long.
const SPARK_MS: i64 = MINUTE_MS;
/// Where there was nothing to draw, the first sync may have brought something by then.
const SPARK_RETRY_MS: i64 = 3_000;

impl Console {
    /// Heart rate and saturation of the last hour for each patient named; at most `most` are drawn anew.
    ///
    /// # Errors
    /// Of the cache.
    pub fn sparklines(
        &self,
        patients: &[PatientId],
        most: usize,
    ) -> Result<HashMap<PatientId, [Option<Sparkline>; 2]>, ConsoleError> {
        let now = self.moment();
        let sight = self.seen_board()?.1;
        let mut known = self.sparks.lock().unwrap_or_else(PoisonError::into_inner);
        // What was drawn for somebody else, or before a patient said otherwise, is not shown.
        if known.sight.veil != sight.veil {
            *known = Sparks { sight, ..Sparks::default() };
        }
        let known = &mut known.lines;
        let due: Vec<&PatientId> = patients
            .iter()
            .filter(|p| {
                known.get(*p).is_none_or(|(at, lines)| {
                    let nothing = lines.iter().all(Option::is_none);
                    // Of a clock that was put back nothing is known.
                    !(0..if nothing { SPARK_RETRY_MS } else { SPARK_MS }).contains(&now.ms_since(*at))
                })
            })
            .take(most)
            .collect();
        if !due.is_empty() {
            let fresh = self.read(|reader| {
                let drawn = |p: &PatientId| Ok((p.clone(), bedside::sparklines(reader, p, now)?));
                due.into_iter().map(drawn).collect::<Result<Vec<_>, VaultError>>()
            })?;
            known.extend(fresh.into_iter().map(|(patient, lines)| (patient, (now, lines))));
        }
        Ok(patients
            .iter()
            .filter_map(|p| known.get(p).map(|(_, lines)| (p.clone(), lines.clone())))
            .collect())
    }

    /// One patient's page.
    ///
    /// # Errors
    /// Of the cache, or where the patient is not on the board.
    pub fn patient(&self, id: &PatientId) -> Result<PatientPage, ConsoleError> {
        let (board, now) = (self.look()?.board, self.moment());
        let page = self.read_of(id, "patient page", |reader| patient_page(reader, &board, id, now))?;
        page.ok_or(ConsoleError::NoPatient)
    }

    /// The alarm load of the day before the moment that is shown.
    ///
    /// # Errors
    /// Of the cache.
    pub fn alarm_load(&self) -> Result<AlarmLoad, ConsoleError> {
        let now = self.moment();
        Ok(alarm_load(&self.day(now)?, &self.look()?.board.tiles, now))
    }

    /// The alarms that began in the day before the moment that is shown and want nobody any more, the newest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn history(&self) -> Result<Vec<QueueItem>, ConsoleError> {
        let now = self.moment();
        let mut over = history(&self.day(now)?, &self.look()?.board.tiles, now);
        let me = self.user();
        over.iter_mut().for_each(|item| item.line.shown_to(&me));
        Ok(over)
    }

    /// The ward with every alarm of a day, not the open ones alone.
    fn day(&self, now: Instant) -> Result<Ward, ConsoleError> {
        Ok(self.read_many(|reader| reader.ward_since(now - DAY_MS))?)
    }

    /// What was written about patients and their alarms in the last twelve hours, oldest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shift_notes(&self) -> Result<Vec<ShiftNote>, ConsoleError> {
        Ok(shift_notes(&self.read_many(|reader| reader.ward())?, self.moment()))
    }

    /// Who left and who took over lately, newest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shifts(&self) -> Result<Vec<(Instant, SmolStr, String)>, ConsoleError> {
        let since = self.now() - DAY_MS;
        let mut found: Vec<(Instant, SmolStr, String)> = self
            .vault
            .read(|reader| reader.actions_since(since))?
            .into_iter()
            .map(|seen| seen.action)
            .filter(|action| action.verb == Verb::Shift)
            .map(|action| (action.at, action.by.name, action.note.unwrap_or_default()))
            .collect();
        found.reverse();
        Ok(found)
    }

    /// Onset and priority of every alarm of a span, oldest first, whatever moment is shown.
    ///
    /// # Errors
    /// Of the cache.
    pub fn onsets(&self, from: Instant, to: Instant) -> Result<Vec<(Instant, Priority)>, ConsoleError> {
        let found = self.vault.read_as(View::at(to), |reader| reader.episodes_since(from))?;
        Ok(found.into_iter().filter(|e| e.onset >= from).map(|e| (e.onset, e.priority)).collect())
    }

    /// What happened to an episode.
    ///
    /// # Errors
    /// Of the cache, or where the episode is not known.
    pub fn timeline(&self, episode: &EpisodeId) -> Result<Vec<TimelineEntry>, ConsoleError> {
        let now = self.moment();
        let whose = self.vault.read(|reader| reader.episode(episode))?.and_then(|found| found.patient);
        let look = |reader: &Reader| bedside::timeline(reader, episode, now);
        let found = match whose {
            Some(patient) => self.read_of(&patient, "course of an alarm", look)?,
            None => self.read_many(look)?,
        };
        found.ok_or(ConsoleError::NoEpisode)
    }

    /// The limits of a patient, with who set them and why.
    ///
    /// # Errors
    /// Of the cache.
    pub fn limits(&self, patient: &PatientId) -> Result<PatientLimits, ConsoleError> {
        let now = self.moment();
        Ok(self.read(|reader| patient_limits(reader, patient, now))?)
    }

    /// The notes on one patient, in order of their moments.
    ///
    /// # Errors
    /// Of the cache.
    pub fn annotations(&self, patient: &PatientId) -> Result<Vec<Annotation>, ConsoleError> {
        Ok(annotations(patient, &self.read_of(patient, "notes", |reader| reader.actions_about(patient))?))
    }
}
