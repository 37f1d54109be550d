//! What is wrong with a message, where, and in the words of an answer. No words of it come from the message.

use std::fmt;

/// What kind of fault it is: HL7 table 0357.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The names are the table's.
pub enum Kind {
    Sequence,
    RequiredMissing,
    DataType,
    TableValue,
    UnsupportedMessage,
    UnsupportedEvent,
    UnsupportedProcessing,
    UnsupportedVersion,
    Internal,
}

impl Kind {
    /// Its code and the table's words for it.
    pub(crate) fn code(self) -> (u16, &'static str) {
        match self {
            Kind::Sequence => (100, "Segment sequence error"),
            Kind::RequiredMissing => (101, "Required field missing"),
            Kind::DataType => (102, "Data type error"),
            Kind::TableValue => (103, "Table value not found"),
            Kind::UnsupportedMessage => (200, "Unsupported message type"),
            Kind::UnsupportedEvent => (201, "Unsupported event code"),
            Kind::UnsupportedProcessing => (202, "Unsupported processing id"),
            Kind::UnsupportedVersion => (203, "Unsupported version id"),
            Kind::Internal => (207, "Application internal error"),
        }
    }

    /// Whether it is of the header: such a message is rejected, and sending it again changes nothing.
    pub(crate) fn rejects(self) -> bool {
        matches!(
            self,
            Kind::UnsupportedMessage
                | Kind::UnsupportedEvent
                | Kind::UnsupportedProcessing
                | Kind::UnsupportedVersion
        )
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault.
    pub kind: Kind,
    /// The segment's name; empty where the message as a whole is meant.
    pub segment: String,
    /// Which segment of its message, from 1 on; 0 where none is meant.
    pub line: usize,
    /// The field, as HL7 counts; 0 where the segment as a whole is meant.
    pub field: usize,
    /// What is wrong.
    pub words: String,
}

impl Fault {
    /// Of a field.
    pub(crate) fn of_field(at: (&str, usize), field: usize, kind: Kind, words: impl Into<String>) -> Fault {
        Fault { kind, segment: at.0.to_owned(), line: at.1, field, words: words.into() }
    }

    /// Of a line whose segment is not known.
    pub(crate) fn of_line(line: usize, kind: Kind, words: impl Into<String>) -> Fault {
        Fault { kind, segment: String::new(), line, field: 0, words: words.into() }
    }

    /// Of the message as a whole.
    pub(crate) fn whole(kind: Kind, words: impl Into<String>) -> Fault {
        Fault::of_line(0, kind, words)
    }
}

impl fmt::Display for Fault {
    /// `OBX-5 (segment 7): it is no number`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.segment.as_str(), self.field, self.line) {
            ("", _, 0) => write!(f, "{}", self.words),
            ("", _, line) => write!(f, "segment {line}: {}", self.words),
            (name, 0, line) => write!(f, "{name} (segment {line}): {}", self.words),
            (name, field, line) => write!(f, "{name}-{field} (segment {line}): {}", self.words),
        }
    }
}
