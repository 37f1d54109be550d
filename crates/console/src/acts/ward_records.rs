//! What people record about a patient or the unit beside the alarms: limits, presets, notes at a moment, shifts.

use clinical::{
    About, Action, Instant, LimitChange, Limits, MINUTE_MS, Measure, PatientId, Preset, Role, UnitLimits,
    Verb, presets,
};
use fhir::format_instant;

use super::words::words;
use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Sets a limit for one patient, with role and reason. Durable when this returns.
    ///
    /// # Errors
    /// Where the change is refused, the patient is not known, or the cache cannot record it; nothing was changed then.
    pub fn set_limit(&self, patient: &PatientId, change: &LimitChange) -> Result<Action, ConsoleError> {
        change.check()?;
        self.record_about(patient, Verb::SetLimit, change.to_string(), Some(change.role.as_str().into()))
    }

    /// Saves limits under a name. Only who saved a name first can change it.
    ///
    /// # Errors
    /// Where the name is somebody else's, a limit is refused, or the cache cannot record it.
    pub fn save_preset(&self, name: &str, limits: Vec<(Measure, Limits)>) -> Result<Action, ConsoleError> {
        let me = self.user();
        let preset = Preset { name: name.trim().to_owned(), owner: Some(me.clone()), limits };
        preset.check()?;
        let known = presets(&UnitLimits::default(), &self.read(|reader| reader.actions_of_unit())?);
        let same = |p: &&Preset| p.name.eq_ignore_ascii_case(&preset.name);
        if let Some(other) = known.iter().find(same).filter(|p| !p.may_be_changed_by(me)) {
            let owner = other.owner.as_ref().map_or("the unit", |owner| owner.name.as_str()).to_owned();
            return Err(clinical::LimitError::NotYours { name: other.name.clone(), owner }.into());
        }
        self.record_fact(self.action(About::Unit, Verb::SavePreset, Some(preset.to_string())), None)
    }

    /// Writes a few words at a moment of a patient's trends.
    ///
    /// # Errors
    /// Where there are no words, the moment is in the future, the patient is not known, or the cache cannot record it.
    pub fn annotate(&self, patient: &PatientId, at: Instant, text: &str) -> Result<Action, ConsoleError> {
        let text = words(text)?;
        if at > self.now() + MINUTE_MS {
            return Err(ConsoleError::Future);
        }
        self.record_about(patient, Verb::Annotate, format!("{} {text}", format_instant(at)), None)
    }

    fn record_about(
        &self,
        patient: &PatientId,
        verb: Verb,
        note: String,
        role: Option<Role>,
    ) -> Result<Action, ConsoleError> {
        let known = self.read(|reader| Ok(reader.ward()?.persons.iter().any(|p| p.id == *patient)))?;
        if !known {
            return Err(ConsoleError::NoPatient);
        }
        let mut action = self.action(About::Patient(patient.clone()), verb, Some(note));
        action.by.role = role.or(action.by.role);
        self.record_fact(action, Some(patient))
    }

    /// This person leaves, or takes over: shown on every station, kept here where there is no network.
    ///
    /// # Errors
    /// Of the cache.
    pub fn shift(&self, takes_over: bool) -> Result<(), ConsoleError> {
        let what = if takes_over { "takes over" } else { "leaves" };
        self.record_fact(self.action(About::Unit, Verb::Shift, Some(what.to_owned())), None).map(|_| ())
    }
}
