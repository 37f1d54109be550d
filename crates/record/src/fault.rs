//! What is wrong with a record, and at which entry it begins.

use std::fmt::{self, Display};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The file is no exported record, or ends in the middle of a line.
    Form,
    /// A line that no station writes stands where the entry should.
    Unreadable,
    /// The entry is not what its leaf was made of, or its leaf is not the one that is known.
    Changed,
    /// The entry is nowhere in the file, and no retention says that it was removed.
    Missing,
    /// An entry stands a second time, or one that does not belong there.
    Inserted,
    /// The entry is in the file, in another place.
    Moved,
    /// The entries do not lead to the root that was signed for so many.
    Rewritten,
    /// A checkpoint is known of more entries than there are.
    Cut,
    /// Two roots were signed for as many entries: two stories were told.
    SplitView,
    /// A checkpoint is not signed by the log's key.
    Signature,
    /// What is known was signed by another key, or is of another log.
    OtherKey,
    /// Nobody signed for the last entries.
    Unsealed,
}

impl What {
    /// In one word, for scripts and for the second verifier.
    pub const fn code(&self) -> &'static str {
        match self {
            What::Form => "form",
            What::Unreadable => "unreadable",
            What::Changed => "changed",
            What::Missing => "missing",
            What::Inserted => "inserted",
            What::Moved => "moved",
            What::Rewritten => "rewritten",
            What::Cut => "cut",
            What::SplitView => "split-view",
            What::Signature => "signature",
            What::OtherKey => "other-key",
            What::Unsealed => "unsealed",
        }
    }

    const fn words(&self) -> &'static str {
        match self {
            What::Form => "this is no exported record, or it was cut in the middle of a line",
            What::Unreadable => "a line that no station writes stands in its place",
            What::Changed => "it is not what its leaf was made of",
            What::Missing => "it is gone, and no retention says so",
            What::Inserted => "another entry was put in its place",
            What::Moved => "it stands in another place",
            What::Rewritten => {
                "the first bad one is among them: together they do not lead to the root that was signed"
            }
            What::Cut => "the tail is gone: more entries were signed than there are",
            What::SplitView => "two different roots were signed for them: two stories were told",
            What::Signature => "the checkpoint over them is not signed by this log's key",
            What::OtherKey => "they are signed by another key than what is known of this log",
            What::Unsealed => "no checkpoint covers them",
        }
    }
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first bad entry. Where only roots tell, it is this one or one behind it, up to `last`.
    pub first: u64,
    /// See `first`.
    pub last: u64,
    /// What is wrong.
    pub what: What,
}

impl Fault {
    pub(crate) fn at(seq: u64, what: What) -> Fault {
        Fault { first: seq, last: seq, what }
    }

    pub(crate) fn among(first: u64, last: u64, what: What) -> Fault {
        Fault { first, last: last.max(first), what }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "entry {}: {}: {}", self.first, self.what.code(), self.what.words())
        } else {
            write!(f, "entries {} to {}: {}: {}", self.first, self.last, self.what.code(), self.what.words())
        }
    }
}

impl std::error::Error for Fault {}
