//! One shape for every error that reaches a person.

use serde::{Deserialize, Serialize};
use specta::Type;
use vault::VaultError;

use crate::error::ConsoleError;

/// What the page has to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The cache opens with a PIN, and none was given.
    PinNeeded,
    /// The PIN is not the one.
    WrongPin,
    /// The cache is not what was written.
    Damaged,
    /// Another program holds the cache.
    InUse,
    /// Anything else: the words say it all.
    Failed,
}

/// What a person reads, and a code where the page has to act on it.
#[derive(Clone, Debug, Deserialize, Serialize, Type)]
pub struct Failure {
    /// What the page has to act on.
    pub code: FailureCode,
    /// What happened, what was kept, what to do.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// One that nobody but a person can act on.
    pub fn failed(message: impl std::fmt::Display) -> Failure {
        Failure { code: FailureCode::Failed, message: message.to_string() }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Failure {
        let code = match error {
            VaultError::PinNeeded | VaultError::NoKeeper(_) => FailureCode::PinNeeded,
            VaultError::Damaged | VaultError::Unreadable(_) => FailureCode::Damaged,
            VaultError::WrongPin | VaultError::ShortPin { .. } => FailureCode::WrongPin,
            VaultError::Busy(_) => FailureCode::InUse,
            _ => FailureCode::Failed,
        };
        Failure { code, message: error.to_string() }
    }
}

impl From<ConsoleError> for Failure {
    fn from(error: ConsoleError) -> Failure {
        match error {
            ConsoleError::Vault(error) => error.into(),
            other => Failure::failed(other),
        }
    }
}

impl From<documents::DocumentError> for Failure {
    fn from(error: documents::DocumentError) -> Failure {
        ConsoleError::from(error).into()
    }
}

impl From<fhir::FhirError> for Failure {
    fn from(error: fhir::FhirError) -> Failure {
        Failure::failed(error)
    }
}

impl From<sync::SyncError> for Failure {
    fn from(error: sync::SyncError) -> Failure {
        Failure::failed(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::failed(error)
    }
}
