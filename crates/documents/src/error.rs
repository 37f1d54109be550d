//! What can fail when a document is made.

use trends::TrendsError;

/// A document that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Of the cache.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// The patient is not known here.
    #[error("this patient is not known on this station")]
    NoPatient,
    /// The range ends before it begins.
    #[error("the range is empty: its end must be after its beginning")]
    NoRange,
    /// It could not be drawn or written.
    #[error("{0}")]
    Drawing(String),
}

impl From<TrendsError> for DocumentError {
    fn from(error: TrendsError) -> DocumentError {
        match error {
            TrendsError::Vault(error) => DocumentError::Vault(error),
            TrendsError::Drawing(why) => DocumentError::Drawing(why),
        }
    }
}
