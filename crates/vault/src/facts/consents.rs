//! The consents of a station's people, and what they leave to be seen by whoever looks.

use std::collections::HashMap;
use std::sync::Arc;

use clinical::consent::{Consent, Glass, Veil, Withheld};
use clinical::{
    About, Action, ConsentId, Dose, Episode, Instant, PatientId, SeenAction, SmolStr, TimeRange, Unreadable,
    Verb,
};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::codec::id;
use crate::error::VaultError;
use crate::facts::consent_text::{consent_text, read_consent, withholding};
use crate::facts::held::{HELD_ALARM, HELD_NOTE, Held, Sight, Thing, codes_of, has_words, moment, tells_of};
use crate::facts::newest::SeriesInfo;
use crate::facts::ward::Ward;
use crate::store::history::say;
use crate::store::vault::Reader;

/// Keeps a Consent; whether it says anything new.
pub(crate) fn say_consent(
    connection: &Connection,
    received: Instant,
    consent: &Consent,
) -> Result<bool, VaultError> {
    let (patient, text) = (consent.patient.as_str(), consent_text(consent));
    say(connection, received, "consent", consent.id.as_str(), &[&patient, &text])
}

/// A state of a known Consent came that nobody can read, nor whose it is: from now on it withholds. Whether any is such.
pub(crate) fn hold_back(
    connection: &Connection,
    received: Instant,
    unreadable: &[Unreadable],
    is_kept: impl Fn(&str) -> bool,
) -> Result<bool, VaultError> {
    let mut changed = false;
    for item in unreadable.iter().filter(|item| !is_kept(&item.reference)) {
        let Some(id) = item.reference.strip_prefix("Consent/") else { continue };
        let patient: Option<String> = connection
            .prepare_cached("SELECT patient FROM consent WHERE id = ?")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if let Some(patient) = patient {
            let consent = withholding(id.into(), patient.into(), &item.reason);
            changed |= say_consent(connection, received, &consent)?;
        }
    }
    Ok(changed)
}

fn consent(row: &Row) -> rusqlite::Result<Consent> {
    let (own, patient): (ConsentId, PatientId) = (id(row, 0)?, id(row, 1)?);
    Ok(read_consent(own, patient, row.get_ref(2)?.as_str()?))
}

impl Reader<'_> {
    /// Every consent that is known now, in force or not, under the record that its patient is shown under.
    ///
    /// # Errors
    /// Of the database.
    pub fn consents(&self) -> Result<Vec<Consent>, VaultError> {
        let mut consents = self.list("SELECT id, patient, body FROM consent ORDER BY id", [], consent)?;
        let survivors = self.survivors(Instant(i64::MAX))?;
        consents.iter_mut().for_each(|consent| survivors.rename(&mut consent.patient));
        // A view of before the merge shows the records apart: what was said of one is said of each.
        let mut apart = Vec::new();
        for record in survivors.merged() {
            let own = consents.iter().filter(|consent| survivors.of(record) == &consent.patient);
            apart.extend(own.map(|consent| Consent { patient: record.clone(), ..consent.clone() }));
        }
        consents.extend(apart);
        Ok(consents)
    }

    /// The same of one patient, of all records of theirs.
    ///
    /// # Errors
    /// Of the database.
    pub fn consents_of(&self, patient: &PatientId) -> Result<Vec<Consent>, VaultError> {
        // By the merges of now, whatever the view knows of them.
        let now = Instant(i64::MAX);
        let survivor = self.survivors(now)?.of(patient).clone();
        let sql = format!(
            "SELECT id, patient, body FROM consent WHERE patient IN {} ORDER BY id",
            self.records_known_by("?1", now)
        );
        let mut consents = self.list(&sql, [survivor.as_str()], consent)?;
        consents.iter_mut().for_each(|consent| consent.patient = patient.clone());
        Ok(consents)
    }

    /// What of a ward is withheld from whoever looks.
    ///
    /// # Errors
    /// Of the database.
    pub fn sight_of(&self, ward: &Ward) -> Result<Sight, VaultError> {
        let Some((looker, at)) = self.looking else { return Ok(Sight::default()) };
        let veil = Veil::new(looker.clone(), self.consents()?);
        let labels = if veil.is_clear() { HashMap::new() } else { self.labels_of_ward(ward, &veil)? };
        Ok(Sight { veil, labels, looked_at: Some(at) })
    }

    /// The same of one patient, where anything of theirs may be withheld. Nearly always nothing is.
    pub(crate) fn veil_over(&self, patient: &PatientId) -> Result<Option<Arc<Veil>>, VaultError> {
        let Some((looker, _)) = self.looking else { return Ok(None) };
        let known = self.veils.borrow().get(patient).cloned();
        let veil = match known {
            Some(veil) => veil,
            None => {
                let veil = Arc::new(Veil::new(looker.clone(), self.consents_of(patient)?));
                self.veils.borrow_mut().insert(patient.clone(), veil.clone());
                veil
            }
        };
        Ok(veil.is_over(patient).then_some(veil))
    }

    /// Who looks, by all that is known of them; nobody where everything is read.
    pub fn who_looks(&self) -> &[SmolStr] {
        self.looking.map_or(&[], |(looker, _)| looker.who.as_slice())
    }

    /// The glass over a patient that whoever looks has broken.
    pub fn glass_over(&self, patient: &PatientId) -> Option<&Glass> {
        self.looking.and_then(|(looker, at)| looker.glass_over(patient, at))
    }

    fn looks_at(&self) -> Instant {
        self.looking.map_or(Instant(i64::MAX), |(_, at)| at)
    }

    /// Why a thing is withheld from who looks; its labels are read here.
    pub(crate) fn held(&self, thing: &Thing) -> Result<Option<Held>, VaultError> {
        let Some(veil) = self.veil_over(thing.patient)? else { return Ok(None) };
        let labels = self.labels_of(thing.reference)?;
        Ok(Thing { labels: &labels, ..*thing }.held(&veil, self.looks_at()))
    }

    /// Takes out the doses that are withheld.
    pub(crate) fn without_held_doses(
        &self,
        doses: Vec<(Dose, Instant)>,
    ) -> Result<Vec<(Dose, Instant)>, VaultError> {
        let mut shown = Vec::with_capacity(doses.len());
        for (dose, came) in doses {
            if self.held_dose(&dose)?.is_none() {
                shown.push((dose, came));
            }
        }
        Ok(shown)
    }

    /// The doses of a span of time that are withheld.
    pub(crate) fn held_of_doses(
        &self,
        patient: &PatientId,
        range: TimeRange,
    ) -> Result<Withheld, VaultError> {
        let mut withheld = Withheld::default();
        if self.veil_over(patient)?.is_none() {
            return Ok(withheld);
        }
        for (dose, _) in self.doses_whole(patient, range.from())?.iter().filter(|(d, _)| range.contains(d.at))
        {
            if let Some((why, by)) = self.held_dose(dose)? {
                withheld.count_one(why, by.as_ref());
            }
        }
        Ok(withheld)
    }

    fn held_dose(&self, dose: &Dose) -> Result<Option<Held>, VaultError> {
        self.held(&Thing {
            patient: &dose.patient,
            kind: "MedicationAdministration",
            reference: &format!("MedicationAdministration/{}", dose.id),
            codes: &[],
            labels: &[],
            time: moment(dose.at),
        })
    }

    /// Hides the words of alarms that are withheld; the alarms stay.
    pub(crate) fn hide_words(&self, episodes: &mut [Episode]) -> Result<(), VaultError> {
        for episode in episodes {
            let Some(patient) = episode.patient.clone() else { continue };
            if self.veil_over(&patient)?.is_none() {
                continue;
            }
            let own = Thing {
                patient: &patient,
                kind: "DetectedIssue",
                reference: &format!("DetectedIssue/{}", episode.id),
                codes: &codes_of(episode),
                labels: &[],
                time: moment(episode.onset),
            };
            if self.held(&own)?.is_some()
                || tells_of(episode, &self.held_series(&patient)?.iter().collect::<Vec<_>>())
            {
                HELD_ALARM.clone_into(&mut episode.text);
            }
        }
        Ok(())
    }

    /// The series of a patient whose newest value is withheld.
    fn held_series(&self, patient: &PatientId) -> Result<Vec<SeriesInfo>, VaultError> {
        let mut held = Vec::new();
        for value in self.latest_whole(Some(patient))? {
            if self.held_latest(&value)?.is_some() {
                held.push(value.series);
            }
        }
        Ok(held)
    }

    /// Hides what people wrote where it is withheld; what they did stays.
    pub(crate) fn hide_notes(&self, actions: &mut [SeenAction]) -> Result<(), VaultError> {
        if self.looking.is_none() {
            return Ok(());
        }
        for SeenAction { action, .. } in actions.iter_mut().filter(|seen| has_words(&seen.action)) {
            let Some(patient) = self.whose(action)? else { continue };
            if self.held_note(&patient, action)?.is_some() {
                hide_note(action);
            }
        }
        Ok(())
    }

    fn held_note(&self, patient: &PatientId, action: &Action) -> Result<Option<Held>, VaultError> {
        self.held(&Thing {
            patient,
            kind: "Communication",
            reference: &format!("Communication/{}", action.id),
            codes: &[],
            labels: &[],
            time: moment(action.at),
        })
    }

    fn whose(&self, action: &Action) -> Result<Option<PatientId>, VaultError> {
        match &action.about {
            About::Patient(patient) => Ok(Some(patient.clone())),
            About::Unit => Ok(None),
            About::Episode(episode) => {
                let patient: Option<String> = self
                    .connection
                    .prepare_cached("SELECT patient FROM episode WHERE id = ?")?
                    .query_row([episode.as_str()], |row| row.get(0))
                    .optional()?;
                let Some(patient) = patient.filter(|id| !id.is_empty()) else { return Ok(None) };
                Ok(Some(self.survivors(self.view.known_by)?.of(&patient.into()).clone()))
            }
        }
    }

    /// How much of a patient is withheld from whoever looks, of a span of time: values, doses, and what was written.
    ///
    /// # Errors
    /// Of the database.
    pub fn withheld_in(&self, patient: &PatientId, range: TimeRange) -> Result<Withheld, VaultError> {
        let mut withheld = Withheld::default();
        if self.veil_over(patient)?.is_none() {
            return Ok(withheld);
        }
        for series in self.series_of(patient)? {
            withheld.add(self.withheld_of(&series, range)?);
        }
        withheld.add(self.held_of_doses(patient, range)?);
        for SeenAction { action, .. } in self.actions_about_whole(patient)? {
            if action.verb == Verb::Annotate
                && range.contains(action.at)
                && let Some((why, by)) = self.held_note(patient, &action)?
            {
                withheld.count_one(why, by.as_ref());
            }
        }
        Ok(withheld)
    }
}

/// Puts other words in the place of what somebody wrote. The moment that a note on the trends is about stays before them.
fn hide_note(action: &mut Action) {
    let Some(note) = &mut action.note else { return };
    let moment = note.split_once(' ').map(|(moment, _)| moment).filter(|_| action.verb == Verb::Annotate);
    let at =
        moment.filter(|moment| moment.starts_with(|c: char| c.is_ascii_digit()) && moment.ends_with('Z'));
    *note = at.map_or_else(|| HELD_NOTE.to_owned(), |at| format!("{at} {HELD_NOTE}"));
}
