//! What a document says of its making.

use clinical::Instant;

/// Where, by whom and on what data a document was made.
#[derive(Clone, Debug)]
pub struct Imprint {
    /// The station it was written on.
    pub station: String,
    /// Who wrote it.
    pub user: String,
    /// When data last arrived; `None` where that is not known.
    pub last_good: Option<Instant>,
}
