//! What is not read of a server, since when and why: a search that was refused or cut stays open, and is said until it was
//! read to its end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clinical::Instant;
use fhir::FhirError;

use crate::progress::SyncError;

/// A kind of resource that is not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Such as `DetectedIssue`, or `Observation/_history` for what was deleted.
    pub kind: String,
    /// Why, in words.
    pub why: String,
    /// Since when.
    pub since: Instant,
}

impl Unread {
    /// What is missing by it, as people call it.
    pub fn what(&self) -> &str {
        match self.kind.as_str() {
            "DetectedIssue" => "alarms",
            "Communication" => "what was done about alarms",
            "CommunicationRequest" => "calls",
            "Observation" => "values",
            "Encounter" => "stays",
            "Patient" => "people",
            "Location" => "beds",
            "Device" => "devices",
            "MedicationAdministration" => "doses",
            "Consent" => "consents",
            "live" => "what the server told of",
            other => other,
        }
    }

    /// What is missing and why, in words.
    pub fn words(&self) -> String {
        format!("{}: {}", self.kind, self.why)
    }
}

/// All that is open, shared by those who pull. Each search has a name of its own.
#[derive(Clone, Default)]
pub(crate) struct Open {
    searches: Arc<Mutex<BTreeMap<String, Unread>>>,
    alarms_read: Arc<Mutex<Option<Instant>>>,
}

impl Open {
    /// A search was refused or cut.
    pub(crate) fn add(&self, search: &str, kind: &str, why: String, now: Instant) {
        let mut open = self.lock();
        let since = open.get(search).map_or(now, |known| known.since);
        open.insert(search.to_owned(), Unread { kind: kind.to_owned(), why, since });
    }

    /// It was read to its end.
    pub(crate) fn read(&self, search: &str) {
        self.lock().remove(search);
    }

    /// Alarms, and what people did about them, were read to their end.
    pub(crate) fn alarms_were_read(&self, now: Instant) {
        *self.alarms_read.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// When alarms, and what people did about them, were last read to their end.
    pub(crate) fn alarms_read(&self) -> Option<Instant> {
        *self.alarms_read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is open now, each once.
    pub(crate) fn list(&self) -> Vec<Unread> {
        let mut list: Vec<Unread> = Vec::new();
        for unread in self.lock().values() {
            if !list.iter().any(|known| (&known.kind, &known.why) == (&unread.kind, &unread.why)) {
                list.push(unread.clone());
            }
        }
        list
    }

    /// A poisoned lock holds a map that is whole after every step.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Unread>> {
        self.searches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a round of searches went: one that is refused or cut does not keep the others from being read.
#[derive(Default)]
pub(crate) struct Round {
    read: usize,
    first: Option<FhirError>,
}

impl Round {
    /// Takes in how one search went; whether it was read to its end.
    ///
    /// # Errors
    /// What is about more than this one search: it ends the round.
    pub(crate) fn add(
        &mut self,
        open: &Open,
        (search, kind): (&str, &str),
        now: Instant,
        went: Result<(), SyncError>,
    ) -> Result<bool, SyncError> {
        match went {
            Ok(()) => {
                open.read(search);
                self.read += 1;
                Ok(true)
            }
            Err(SyncError::Fhir(error)) if error.is_of_one_search() => {
                tracing::warn!(search, cause = error.cause(), "not read to its end");
                open.add(search, kind, error.of_a_search(), now);
                // Of a search that was cut there are pages.
                self.read += usize::from(error.is_cut());
                self.first.get_or_insert(error);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// # Errors
    /// Where the server gave nothing at all, by its first words: that is no matter of one search.
    pub(crate) fn end(self) -> Result<(), SyncError> {
        match self.first {
            Some(error) if self.read == 0 => Err(error.into()),
            _ => Ok(()),
        }
    }
}
