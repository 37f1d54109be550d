//! What is read: one search or history, in its parts, and where each page stands in it.

use clinical::{Fact, Instant};
use fhir::format_instant;

/// Where a page stands in its search.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub first: bool,
    pub last: bool,
    /// Which part of the search it is of.
    pub part: usize,
    pub is_end_of_part: bool,
    /// The server counted more than it gave, and what is missing may be an alarm.
    pub is_short: bool,
}

impl At {
    /// The cursors of a search for changes, which stood at `known`: they move on when all of them are here.
    pub(crate) fn finished(
        self,
        names: &[&str],
        known: Option<Instant>,
        began: Option<Instant>,
    ) -> Vec<(String, String)> {
        let moved = began.filter(|at| self.last && !self.is_short && known.is_none_or(|known| known < *at));
        moved
            .iter()
            .flat_map(|at| names.iter().map(|name| ((*name).to_owned(), format_instant(*at))))
            .collect()
    }
}

/// One search or history to be read to its end.
pub(crate) struct Read<'a> {
    /// The parts of one search; one where it is asked as a whole.
    pub(super) queries: &'a [String],
    /// Leaves out what is not wanted of what came.
    pub(super) wanted: Box<dyn Fn(Vec<Fact>) -> Vec<Fact> + Send + Sync + 'a>,
    /// Of a history: what it says of resources that live was read by a search already.
    pub(super) deletions_only: bool,
    /// It gives each resource for the first time.
    pub(super) is_first: bool,
    /// What was taken in lately is taken in again.
    pub(super) is_anew: bool,
}

impl<'a> Read<'a> {
    /// All that a search finds.
    pub(crate) fn all(queries: &'a [String]) -> Read<'a> {
        Read {
            queries,
            wanted: Box::new(|facts| facts),
            deletions_only: false,
            is_first: false,
            is_anew: false,
        }
    }

    /// The same of people who are read from the beginning; `is_first` where nothing of theirs is here.
    pub(crate) fn anew(queries: &'a [String], is_first: bool) -> Read<'a> {
        Read { is_first, is_anew: true, ..Read::all(queries) }
    }

    /// The same without what is left out of it.
    pub(crate) fn wanted(self, wanted: impl Fn(Vec<Fact>) -> Vec<Fact> + Send + Sync + 'a) -> Read<'a> {
        Read { wanted: Box::new(wanted), ..self }
    }

    /// The same of a part of the history that was not read before.
    pub(crate) fn first(queries: &'a [String]) -> Read<'a> {
        Read { is_first: true, ..Read::all(queries) }
    }

    /// The deletions in a history.
    pub(crate) fn deletions(queries: &'a [String]) -> Read<'a> {
        Read { deletions_only: true, ..Read::all(queries) }
    }
}
