//! What a sync moved, how far it is, and why it stopped.

use std::collections::BTreeMap;

use clinical::SmolStr;
use fhir::FhirError;
use vault::VaultError;

/// Why a sync stopped. What was committed before is kept.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Of the server or the way to it.
    #[error(transparent)]
    Fhir(#[from] FhirError),
    /// Of the cache.
    #[error(transparent)]
    Vault(VaultError),
    /// The server has nothing under the name of a unit or a programme.
    #[error(
        "this server has no {0}, of which this station is: nobody is shown. Look up how the server names the unit or the programme, and \
         start with --unit Location/ID or --programme Group/ID; --whole-server shows everybody"
    )]
    NoSuchUnit(String),
    /// Work of this station ended before its end.
    #[error("this station's own work stopped; it is begun again")]
    Stopped,
}

impl SyncError {
    /// See [`FhirError::cause`]; `station` where this machine is at fault.
    pub fn cause(&self) -> &'static str {
        match self {
            SyncError::Fhir(error) => error.cause(),
            SyncError::Vault(_) | SyncError::Stopped | SyncError::NoSuchUnit(_) => "station",
        }
    }

    pub(crate) fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            SyncError::Fhir(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// How far the first sync is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstSync {
    /// Steps that are done.
    pub done: usize,
    /// Steps in all; the last one is done when `done == total`.
    pub total: usize,
    /// Values taken in so far.
    pub samples: usize,
}

/// What a sync moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncProgress {
    /// Pages asked for.
    pub requests: usize,
    /// Resources read.
    pub resources: usize,
    /// Values taken in.
    pub samples: usize,
    /// Bytes of JSON, after decompression.
    pub bytes: usize,
    /// Resources put into quarantine.
    pub quarantined: usize,
    /// What the server sent and this program does not read, by its name in R4, with how often.
    pub left_out: BTreeMap<SmolStr, usize>,
    /// What could not be read, or is not kept as it was sent, in words.
    pub problems: Vec<String>,
    /// What this server does not take or serve, where nothing is missing by it.
    pub notes: Vec<String>,
}

impl SyncProgress {
    /// Says once what is missing or not as it was sent.
    pub(crate) fn problem(&mut self, problem: &str) {
        if !self.problems.iter().any(|known| known == problem) {
            self.problems.push(problem.to_owned());
        }
    }

    /// Says it once.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
