//! What becomes of an act about a patient or the unit: limits, presets, notes at a moment, shifts.

use bedside::{PatientLimits, call_note};
use clinical::{
    About, Actor, DAY_MS, Instant, LimitChange, LimitError, Limits, MINUTE_MS, Measure, PatientId, Preset,
    Role, UnitLimits, Verb, presets,
};
use fhir::format_instant;

use super::facts::Recorded;
use super::words::words;
use crate::console::Console;
use crate::error::ConsoleError;

/// Somebody who is looked at again later than that is not followed.
const LONGEST_WAIT_MS: i64 = 366 * DAY_MS;

/// A change with the bounds that nobody touched as they were: a screen shows some of them with fewer digits, and sends those back.
fn untouched(change: &LimitChange, held: &PatientLimits) -> LimitChange {
    let of_it = held.measures.iter().find(|known| known.measure == change.measure);
    let (Some(known), Some(asked)) = (of_it, change.limits) else { return change.clone() };
    let side = |asked: Option<f64>, held: Option<f64>| match (asked, held) {
        (Some(asked), Some(held)) if known.shown.bound(asked) == known.shown.bound(held) => Some(held),
        _ => asked,
    };
    let limits = Limits { low: side(asked.low, known.now.low), high: side(asked.high, known.now.high) };
    LimitChange { limits: Some(limits), ..change.clone() }
}

impl Console {
    pub(super) fn limit_facts(
        &self,
        who: &Actor,
        patient: &PatientId,
        changes: &[LimitChange],
    ) -> Result<Vec<Recorded>, ConsoleError> {
        changes.iter().try_for_each(LimitChange::check)?;
        self.known(patient)?;
        let held = self.limits(patient)?;
        // Who signed in sets limits in the role they have, whatever else was said.
        let role = who.role.as_ref().map(Role::as_str);
        let in_role = |change: &LimitChange| LimitChange {
            role: role.unwrap_or(&change.role).to_owned(),
            ..change.clone()
        };
        let changes = changes.iter().map(in_role).map(|change| untouched(&change, &held));
        let fact = |change: LimitChange| {
            let about = About::Patient(patient.clone());
            let mut action = self.action(who, about, Verb::SetLimit, Some(change.to_string()));
            action.by.role = Some(change.role.as_str().into());
            Recorded { action, patient: Some(patient.clone()) }
        };
        Ok(changes.map(fact).collect())
    }

    pub(super) fn preset_fact(
        &self,
        who: &Actor,
        name: &str,
        limits: Vec<(Measure, Limits)>,
    ) -> Result<Recorded, ConsoleError> {
        let preset = Preset { name: name.trim().to_owned(), owner: Some(who.clone()), limits };
        preset.check()?;
        let action = self.action(who, About::Unit, Verb::SavePreset, Some(preset.to_string()));
        Ok(Recorded { action, patient: None })
    }

    /// Refused where the name is somebody else's.
    pub(super) fn may_save_preset(&self, who: &Actor, name: &str) -> Result<(), ConsoleError> {
        let known = presets(&UnitLimits::default(), &self.read(|reader| reader.actions_of_unit())?);
        let same = |p: &&Preset| p.name.eq_ignore_ascii_case(name.trim());
        match known.iter().find(same).filter(|p| !p.may_be_changed_by(who)) {
            Some(other) => {
                let owner = other.owner.as_ref().map_or("the unit", |owner| owner.name.as_str()).to_owned();
                Err(LimitError::NotYours { name: other.name.clone(), owner }.into())
            }
            None => Ok(()),
        }
    }

    pub(super) fn note_fact(
        &self,
        who: &Actor,
        patient: &PatientId,
        at: Instant,
        text: &str,
    ) -> Result<Recorded, ConsoleError> {
        let text = words(text)?;
        if at > self.now() + MINUTE_MS {
            return Err(ConsoleError::Future);
        }
        self.noted(who, patient, at, &text)
    }

    /// A note as it travels: the moment it is about, and the words.
    fn noted(
        &self,
        who: &Actor,
        patient: &PatientId,
        at: Instant,
        text: &str,
    ) -> Result<Recorded, ConsoleError> {
        self.known(patient)?;
        let (about, note) = (About::Patient(patient.clone()), format!("{} {text}", format_instant(at)));
        Ok(Recorded {
            action: self.action(who, about, Verb::Annotate, Some(note)),
            patient: Some(patient.clone()),
        })
    }

    /// A call of somebody at home is a note about them, of the moment it was logged.
    pub(super) fn call_fact(
        &self,
        who: &Actor,
        patient: &PatientId,
        (reached, text): (bool, &str),
        look_again: Option<Instant>,
    ) -> Result<Recorded, ConsoleError> {
        let now = self.now();
        if look_again.is_some_and(|at| !(1..=LONGEST_WAIT_MS).contains(&at.ms_since(now))) {
            return Err(ConsoleError::LookAgain);
        }
        // A call that was not answered needs no words.
        let said = words(text).unwrap_or_default();
        self.noted(who, patient, now, &call_note(reached, &said, look_again))
    }

    pub(super) fn shift_fact(&self, who: &Actor, takes_over: bool, from: Option<&Actor>) -> Recorded {
        let what = match (takes_over, from) {
            (true, Some(from)) => format!("takes over from {}", from.name),
            (true, None) => "takes over".to_owned(),
            (false, _) => "leaves".to_owned(),
        };
        Recorded { action: self.action(who, About::Unit, Verb::Shift, Some(what)), patient: None }
    }

    pub(crate) fn known(&self, patient: &PatientId) -> Result<(), ConsoleError> {
        let known = self.read(|reader| Ok(reader.ward()?.persons.iter().any(|p| p.id == *patient)))?;
        if known { Ok(()) } else { Err(ConsoleError::NoPatient) }
    }
}
