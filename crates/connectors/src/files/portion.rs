//! What a file gives, piece by piece.

use std::collections::BTreeMap;

use clinical::consent::Label;
use clinical::{Fact, SmolStr, Source, Unreadable};

use super::kind::FileKind;

/// Something about one row or record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its line in the file, from 1 on.
    pub line: u64,
    /// Whether it was kept all the same, and is to be known with this.
    pub is_kept: bool,
    /// Its reason, and the row as it stood, for the quarantine.
    pub held: Unreadable,
}

/// A piece of what a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portion {
    /// What could be read, in the order in which it stood.
    pub facts: Vec<Fact>,
    /// What holds only where nothing is known of it yet.
    pub if_unknown: Vec<Fact>,
    /// Security labels, by the source of what they are on.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// What could not be read, and what is kept and not sure.
    pub remarks: Vec<Remark>,
    /// What stood there and is not read by this program, by its name, with how often.
    pub left_out: BTreeMap<SmolStr, usize>,
    /// What stands in the file more than once, and was taken once.
    pub repeats: usize,
    /// What is to be known of the file as a whole. No words of it are of the file.
    pub notes: Vec<String>,
    /// Whom the file names, where it does.
    pub named: Option<Named>,
}

/// Whom a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Family name.
    pub family: String,
    /// Given name.
    pub given: String,
    /// Day of birth, `YYYY-MM-DD`.
    pub born: Option<String>,
}

/// A file that is being read.
pub trait FileIn: Send {
    /// Which kind it is.
    fn kind(&self) -> FileKind;

    /// Its next piece; nothing at its end. It never fails as a whole without saying so among the remarks.
    fn next(&mut self) -> Option<Portion>;
}

/// As many facts are in one piece.
pub(crate) const PIECE: usize = 4096;

/// As much of a row is kept of what cannot be read.
const KEPT: usize = 64 << 10;

impl Portion {
    /// Counts what is not read.
    pub(crate) fn leave_out(&mut self, name: impl Into<SmolStr>) {
        *self.left_out.entry(name.into()).or_default() += 1;
    }

    /// A row that is not taken.
    pub(crate) fn refuse(&mut self, kind: FileKind, line: u64, reason: impl Into<String>, row: &str) {
        let reference = format!("File/{}-{line}", kind.word());
        self.remark(line, false, reference, reason.into(), row);
    }

    /// Something about a row.
    pub(crate) fn remark(&mut self, line: u64, is_kept: bool, reference: String, reason: String, row: &str) {
        let body = row[..row.floor_char_boundary(KEPT)].to_owned();
        self.remarks.push(Remark { line, is_kept, held: Unreadable { reference, reason, body } });
    }

    /// Takes in another piece.
    pub(crate) fn add(&mut self, other: Portion) {
        self.facts.extend(other.facts);
        self.if_unknown.extend(other.if_unknown);
        self.labels.extend(other.labels);
        self.remarks.extend(other.remarks);
        for (name, times) in other.left_out {
            *self.left_out.entry(name).or_default() += times;
        }
        self.repeats += other.repeats;
        self.notes.extend(other.notes);
        self.named = self.named.take().or(other.named);
    }
}

/// A file that was read as a whole, given in pieces.
pub(crate) struct Whole {
    kind: FileKind,
    left: Option<Portion>,
}

impl Whole {
    pub(crate) fn new(kind: FileKind, read: Portion) -> Whole {
        Whole { kind, left: Some(read) }
    }
}

impl FileIn for Whole {
    fn kind(&self) -> FileKind {
        self.kind
    }

    fn next(&mut self) -> Option<Portion> {
        let mut piece = self.left.take()?;
        if piece.facts.len() > PIECE {
            let facts = piece.facts.split_off(PIECE);
            let of = |facts: &[Fact], source: &Source| facts.iter().any(|fact| fact.source == *source);
            let (labels, later) = piece.labels.drain(..).partition(|(source, _)| of(&piece.facts, source));
            piece.labels = labels;
            self.left = Some(Portion { facts, labels: later, ..Portion::default() });
        }
        Some(piece)
    }
}
