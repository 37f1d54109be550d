//! What can fail when trends are drawn.

/// Trends that could not be read or drawn.
#[derive(Debug, thiserror::Error)]
pub enum TrendsError {
    /// Of the cache.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// The picture could not be drawn.
    #[error("{0}")]
    Drawing(String),
}
