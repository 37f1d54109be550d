//! What a witness makes of another station's checkpoint. It remembers what it saw, and can so be told no second story.

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::tree::proves_consistency;

/// What a checkpoint is beside those that were seen of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The first of its log: kept, and trusted as it is.
    First,
    /// It was seen before.
    Same,
    /// It is proven that it holds all that was seen, and more.
    Extends,
    /// Nothing shows whether it holds what was seen: what lies between is missing.
    Unproven {
        /// The entries of the newest that was seen.
        seen: u64,
    },
    /// It has fewer entries than were seen, and came later: the tail was cut.
    Cut {
        /// The entries of the newest that was seen.
        seen: u64,
    },
    /// Its proof shows that it does not begin with what was seen: it was rewritten.
    Rewritten {
        /// The entries of the newest that was seen.
        seen: u64,
    },
    /// Another root for as many entries was seen: two stories were told.
    SplitView {
        /// How many entries.
        size: u64,
    },
}

impl Judged {
    /// Whether a witness signs it.
    pub const fn is_cosigned(self) -> bool {
        matches!(self, Judged::First | Judged::Same | Judged::Extends)
    }

    /// Whether somebody changed what was written; said loudly.
    pub const fn is_tampered(self) -> bool {
        matches!(self, Judged::Cut { .. } | Judged::Rewritten { .. } | Judged::SplitView { .. })
    }

    /// As it is kept.
    pub const fn code(self) -> &'static str {
        match self {
            Judged::First => "first",
            Judged::Same => "same",
            Judged::Extends => "extends",
            Judged::Unproven { .. } => "unproven",
            Judged::Cut { .. } => "cut",
            Judged::Rewritten { .. } => "rewritten",
            Judged::SplitView { .. } => "split-view",
        }
    }
}

/// Judges a checkpoint whose signature was found right. `seen` are the sizes and roots that were seen of its log and not found
/// wrong, in any order; `proof` is of consistency from the size `from`.
pub fn judge(seen: &[(u64, Hash)], new: &Checkpoint, (from, proof): (u64, &[Hash])) -> Judged {
    let of_size = |size: u64| seen.iter().filter(move |(known, _)| *known == size);
    if of_size(new.size).any(|(_, root)| *root != new.root) {
        return Judged::SplitView { size: new.size };
    }
    let Some(&(newest, root)) = seen.iter().max_by_key(|(size, _)| *size) else { return Judged::First };
    match new.size {
        size if of_size(size).next().is_some() => Judged::Same,
        size if size < newest => Judged::Cut { seen: newest },
        _ if from != newest => Judged::Unproven { seen: newest },
        size if proves_consistency((newest, root), (size, new.root), proof) => Judged::Extends,
        _ => Judged::Rewritten { seen: newest },
    }
}
