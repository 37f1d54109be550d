//! What a look of the station's own rules found.

use clinical::{Episode, EpisodeId};

/// An alarm as it stands now, to be recorded.
#[derive(Clone, Debug)]
pub struct Change {
    /// The alarm.
    pub episode: Episode,
    /// The rule's name.
    pub rule: String,
    /// The value or device it is about.
    pub implicated: Option<String>,
}

/// What a look found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What began, and what is over.
    pub changes: Vec<Change>,
    /// Alarms that another station told of first and that this one sees as well: it may end them, too.
    pub witnessed: Vec<EpisodeId>,
}
