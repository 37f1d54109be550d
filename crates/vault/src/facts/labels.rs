//! Security labels: of each resource that has some, by its name. Nearly none has, and of those nothing is kept or asked.

use std::collections::HashMap;

use clinical::consent::{Confidentiality, Label, Veil};
use clinical::{Instant, PatientId, SmolStr, Source};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::VaultError;
use crate::facts::consent_text::{labels_text, read_labels};
use crate::facts::held::has_words;
use crate::facts::ward::Ward;
use crate::store::vault::Reader;

/// The labels of a page on their way in.
pub(crate) struct PageLabels<'a> {
    connection: &'a Connection,
    of: HashMap<(&'a SmolStr, &'a SmolStr), &'a [Label]>,
    /// Whether any resource in the cache has labels, once that was asked.
    any: Option<bool>,
}

impl<'a> PageLabels<'a> {
    pub(crate) fn new(connection: &'a Connection, labels: &'a [(Source, Vec<Label>)]) -> PageLabels<'a> {
        let named =
            |(source, labels): &'a (Source, Vec<Label>)| ((&source.reference, &source.version), &labels[..]);
        PageLabels { connection, of: labels.iter().map(named).collect(), any: None }
    }

    /// Keeps the labels of a state that was taken in, or forgets those of the one before it. `at` is when what it says was true.
    /// Whether they are others than before.
    pub(crate) fn keep(
        &mut self,
        source: &Source,
        patient: &PatientId,
        at: Instant,
    ) -> Result<bool, VaultError> {
        self.keep_as(&source.reference, source, patient, at)
    }

    /// The same of what is known under a name of its own.
    pub(crate) fn keep_as(
        &mut self,
        name: &str,
        source: &Source,
        patient: &PatientId,
        at: Instant,
    ) -> Result<bool, VaultError> {
        if self.of.is_empty() {
            // The first state of a resource has none before it.
            return if source.version == "1" { Ok(false) } else { self.forget(name) };
        }
        let Some(labels) = self.of.get(&(&source.reference, &source.version)) else {
            return self.forget(name);
        };
        self.any = Some(true);
        let mut keep = self.connection.prepare_cached(
            "INSERT INTO label VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source) DO UPDATE SET patient = ?2, labels = ?3, at = ?4
             WHERE labels <> ?3 OR patient <> ?2",
        )?;
        let kept = keep.execute(params![name, patient.as_str(), labels_text(labels), at.0])?;
        Ok(kept > 0)
    }

    /// A resource that is gone has none.
    pub(crate) fn forget(&mut self, reference: &str) -> Result<bool, VaultError> {
        let any = match self.any {
            Some(any) => any,
            None => *self.any.insert(any_labels(self.connection)?),
        };
        if !any {
            return Ok(false);
        }
        let gone =
            self.connection.prepare_cached("DELETE FROM label WHERE source = ?")?.execute([reference])?;
        Ok(gone > 0)
    }
}

fn any_labels(connection: &Connection) -> Result<bool, VaultError> {
    let mut any = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM label)")?;
    Ok(any.query_row([], |row| row.get(0))?)
}

impl Reader<'_> {
    /// Whether anything of these records has labels.
    pub(crate) fn has_labels(&self, patient: &PatientId) -> Result<bool, VaultError> {
        let records = self.records_of("?1");
        let mut any = self
            .connection
            .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM label WHERE patient IN {records})"))?;
        Ok(any.query_row([patient.as_str()], |row| row.get(0))?)
    }

    /// The labels of what is in a ward, of those of whom something may be withheld.
    pub(crate) fn labels_of_ward(
        &self,
        ward: &Ward,
        veil: &Veil,
    ) -> Result<HashMap<SmolStr, Vec<Label>>, VaultError> {
        let mut labels = HashMap::new();
        if !any_labels(self.connection)? {
            return Ok(labels);
        }
        let survivors = self.survivors(self.view.known_by)?;
        let is_over = |patient: &PatientId| veil.is_over(survivors.of(patient));
        let values = ward.values.iter().filter(|value| is_over(&value.series.patient));
        let flags = ward.flags.iter().filter(|flag| is_over(&flag.patient));
        let alarms = ward.episodes.iter().filter(|alarm| alarm.patient.as_ref().is_some_and(is_over));
        let notes = ward.actions.iter().filter(|seen| has_words(&seen.action));
        let names = values
            .map(|value| SmolStr::new(&value.source))
            .chain(flags.map(|flag| SmolStr::from(format!("Flag/{}", flag.id))))
            .chain(alarms.map(|alarm| SmolStr::from(format!("DetectedIssue/{}", alarm.id))))
            .chain(notes.map(|seen| SmolStr::from(format!("Communication/{}", seen.action.id))));
        for name in names {
            let own = self.labels_of(&name)?;
            if !own.is_empty() {
                labels.insert(name, own);
            }
        }
        Ok(labels)
    }

    /// The labels of a resource. Of those that cannot be read back it has the strictest.
    pub(crate) fn labels_of(&self, reference: &str) -> Result<Vec<Label>, VaultError> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT labels FROM label WHERE source = ?")?
            .query_row([reference], |row| row.get(0))
            .optional()?;
        let strictest = || vec![Label::Confidentiality(Confidentiality::VeryRestricted)];
        Ok(text.map_or_else(Vec::new, |text| read_labels(&text).unwrap_or_else(strictest)))
    }
}
