//! What people record about a patient or the unit beside the alarms: limits, presets, notes at a moment, shifts.

use clinical::{
    Action, Instant, LIMITED, LimitChange, Limits, Measure, Preset, SeenAction, SetLimit, UnitLimits, Verb,
    about_patient, limit_history, limits_at, presets,
};
use fhir::{communication, format_instant, parse_instant};
use vault::{Reader, VaultError};

use crate::console::Console;
use crate::error::ConsoleError;

/// The limits of one measure of one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureLimits {
    /// Of what.
    pub measure: Measure,
    /// What holds now.
    pub now: Limits,
    /// Whether somebody set it for this patient.
    pub set: Option<SetLimit>,
}

/// What the limits editor shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientLimits {
    /// Every measure that has limits.
    pub measures: Vec<MeasureLimits>,
    /// Every change, newest first.
    pub history: Vec<SetLimit>,
    /// The unit's presets.
    pub presets: Vec<Preset>,
}

/// A clinician's words at a moment of a patient's trends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The moment it is about.
    pub at: Instant,
    /// The words.
    pub text: String,
    /// Whose.
    pub by: String,
    /// Whether the server has it.
    pub sent: bool,
}

/// The notes on one patient, in order of their moments. They travel as `2026-03-14T03:12:00.000Z words`.
pub(crate) fn annotations(patient: &str, actions: &[SeenAction]) -> Vec<Annotation> {
    let about = about_patient(patient);
    let mut found: Vec<Annotation> = actions
        .iter()
        .filter(|seen| seen.action.verb == Verb::Annotate && seen.action.episode == about)
        .filter_map(|seen| {
            let note = seen.action.note.as_deref()?;
            // A note from elsewhere without a moment is about the moment it was written.
            let (at, text) = note
                .split_once(' ')
                .and_then(|(moment, text)| Some((parse_instant(moment)?, text)))
                .unwrap_or((seen.action.at, note));
            let by = seen.action.by.clone();
            Some(Annotation { at, text: text.to_owned(), by, sent: seen.accepted_at.is_some() })
        })
        .collect();
    found.sort_by_key(|a| a.at);
    found
}

/// What the unit of a patient watches where nobody set anything else; the site's for who lies on none.
pub(crate) fn unit_limits(reader: &Reader, patient: &str) -> Result<UnitLimits, VaultError> {
    let unit = reader.unit_of(patient)?.unwrap_or_default();
    Ok(reader.site()?.policy(&unit).limits.clone())
}

impl Console {
    /// The limits of a patient, with who set them and why.
    ///
    /// # Errors
    /// Of the cache.
    pub fn limits(&self, patient: &str) -> Result<PatientLimits, ConsoleError> {
        let now = self.moment();
        let (usual, actions, saved) = self.read(|reader| {
            let (own, unit) = (reader.actions_about(patient)?, reader.actions_of_unit()?);
            Ok((unit_limits(reader, patient)?, own, unit))
        })?;
        let mut history = limit_history(patient, &actions);
        let measures = LIMITED
            .into_iter()
            .filter_map(|measure| {
                let set = history.iter().rfind(|s| s.change.measure == measure).cloned();
                let holds =
                    |s: &SetLimit| s.change.limits.is_some() && s.until().is_none_or(|until| now < until);
                Some(MeasureLimits {
                    measure,
                    now: limits_at(&history, &usual, measure, now)?,
                    set: set.filter(holds),
                })
            })
            .collect();
        history.reverse();
        Ok(PatientLimits { measures, history, presets: presets(&usual, &saved) })
    }

    /// Sets a limit for one patient, with role and reason. Durable when this returns.
    ///
    /// # Errors
    /// Where the change is refused, the patient is not known, or the cache cannot record it; nothing was changed then.
    pub fn set_limit(&self, patient: &str, change: &LimitChange) -> Result<Action, ConsoleError> {
        change.check()?;
        self.record_about(patient, Verb::SetLimit, change.to_string())
    }

    /// Saves limits under a name. Only who saved a name first can change it.
    ///
    /// # Errors
    /// Where the name is somebody else's, a limit is refused, or the cache cannot record it.
    pub fn save_preset(&self, name: &str, limits: Vec<(Measure, Limits)>) -> Result<Action, ConsoleError> {
        let me = self.station().user.clone();
        let preset = Preset { name: name.trim().to_owned(), owner: me.clone(), limits };
        preset.check()?;
        let known = presets(&UnitLimits::default(), &self.read(|reader| reader.actions_of_unit())?);
        let anothers = known.iter().find(|p| p.name.eq_ignore_ascii_case(&preset.name) && p.owner != me);
        if let Some(other) = anothers {
            let owner = if other.owner.is_empty() { "the unit".into() } else { other.owner.clone() };
            return Err(clinical::LimitError::NotYours { name: other.name.clone(), owner }.into());
        }
        self.record_fact("", String::new(), Verb::SavePreset, Some(preset.to_string()))
    }

    /// Writes a few words at a moment of a patient's trends.
    ///
    /// # Errors
    /// Where there are no words, the moment is in the future, the patient is not known, or the cache cannot record it.
    pub fn annotate(&self, patient: &str, at: Instant, text: &str) -> Result<Action, ConsoleError> {
        let text = crate::acting::words(text)?;
        if at > self.now() + 60_000 {
            return Err(ConsoleError::Future);
        }
        self.record_about(patient, Verb::Annotate, format!("{} {text}", format_instant(at)))
    }

    /// The notes on one patient, in order of their moments.
    ///
    /// # Errors
    /// Of the cache.
    pub fn annotations(&self, patient: &str) -> Result<Vec<Annotation>, ConsoleError> {
        Ok(annotations(patient, &self.read(|reader| reader.actions_about(patient))?))
    }

    fn record_about(&self, patient: &str, verb: Verb, note: String) -> Result<Action, ConsoleError> {
        let known = self.read(|reader| Ok(reader.ward()?.persons.iter().any(|p| p.id == patient)))?;
        if !known {
            return Err(ConsoleError::NoPatient);
        }
        self.record_fact(patient, about_patient(patient), verb, Some(note))
    }

    pub(crate) fn record_fact(
        &self,
        patient: &str,
        about: String,
        verb: Verb,
        note: Option<String>,
    ) -> Result<Action, ConsoleError> {
        if self.past().is_some() {
            return Err(ConsoleError::Past);
        }
        let action = Action {
            id: uuid::Uuid::now_v7().to_string(),
            episode: about,
            verb,
            by: self.station().user.clone(),
            at: self.now(),
            note,
        };
        let offset = self.link().clock_offset_ms;
        let body = communication(&action, patient, &self.station().name, offset).to_string();
        self.vault().record_action(action.clone(), body)?;
        if let Some(engine) = self.engine() {
            engine.action_recorded();
        }
        Ok(action)
    }
}
