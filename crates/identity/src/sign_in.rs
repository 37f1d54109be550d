//! What can go wrong when a station signs in, in words a person can act on.

use std::sync::Arc;

use clinical::Instant;
use fhir::FhirError;

use crate::secret_file::SecretFileError;

/// The clock.
pub type Now = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// A file with a secret cannot be used.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// The way to the sign-in service.
    #[error("{0}")]
    Way(FhirError),
    /// The service is not what this station needs.
    #[error("{0}")]
    Service(String),
    /// The service said no.
    #[error("the sign-in service refused: {0}")]
    Refused(String),
    /// An answer that is not to be trusted.
    #[error(
        "the sign-in was not taken: {0}. Nothing was kept; try once more, and tell IT where it happens again"
    )]
    Untrusted(String),
    /// Nobody answered.
    #[error("nobody signed in within {0} minutes; nothing was kept")]
    TooLate(u64),
    /// Of the cache.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
}

impl SignInError {
    /// What the client says of it: whether another try may succeed without anybody changing anything.
    pub(crate) fn of_a_request(self) -> FhirError {
        match self {
            SignInError::Way(error) if error.is_transient() => FhirError::SignInService(error.to_string()),
            other => FhirError::SignIn(other.to_string()),
        }
    }
}
