//! One shape for every error that reaches the window.

use serde::Serialize;
use specta::Type;

/// What a person reads, and a code where the page has to act on it.
#[derive(Clone, Debug, Serialize, Type)]
pub struct AppError {
    /// `pin-needed`, `wrong-pin`, `damaged`, `in-use`, or `failed`.
    pub code: &'static str,
    /// What happened, what was kept, what to do.
    pub message: String,
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}

impl AppError {
    pub(crate) fn failed(message: impl std::fmt::Display) -> AppError {
        AppError { code: "failed", message: message.to_string() }
    }
}

impl From<vault::VaultError> for AppError {
    fn from(error: vault::VaultError) -> AppError {
        let code = match error {
            vault::VaultError::PinNeeded | vault::VaultError::NoKeeper(_) => "pin-needed",
            vault::VaultError::Damaged | vault::VaultError::Unreadable(_) => "damaged",
            vault::VaultError::WrongPin | vault::VaultError::ShortPin { .. } => "wrong-pin",
            vault::VaultError::Busy(_) => "in-use",
            _ => "failed",
        };
        AppError { code, message: error.to_string() }
    }
}

impl From<console::ConsoleError> for AppError {
    fn from(error: console::ConsoleError) -> AppError {
        match error {
            console::ConsoleError::Vault(error) => error.into(),
            other => AppError::failed(other),
        }
    }
}

impl From<console::DocumentError> for AppError {
    fn from(error: console::DocumentError) -> AppError {
        console::ConsoleError::from(error).into()
    }
}

impl From<fhir::FhirError> for AppError {
    fn from(error: fhir::FhirError) -> AppError {
        AppError::failed(error)
    }
}

impl From<sync::SyncError> for AppError {
    fn from(error: sync::SyncError) -> AppError {
        AppError::failed(error)
    }
}

impl From<std::io::Error> for AppError {
    fn from(error: std::io::Error) -> AppError {
        AppError::failed(error)
    }
}
