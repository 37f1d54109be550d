//! Who left, who took over, and what they wrote for each other.

use clinical::{Instant, SmolStr};
use serde::Serialize;
use specta::Type;

use super::form::ms;

/// Somebody left or took over.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Shift {
    at: i64,
    who: String,
    what: String,
}

impl From<(Instant, SmolStr, String)> for Shift {
    fn from((at, who, what): (Instant, SmolStr, String)) -> Shift {
        Shift { at: ms(at), who: who.into(), what }
    }
}

/// What somebody wrote about a patient in this shift.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ShiftNote {
    patient: String,
    at: i64,
    by: String,
    text: String,
}

impl From<bedside::ShiftNote> for ShiftNote {
    fn from(note: bedside::ShiftNote) -> ShiftNote {
        ShiftNote { patient: note.patient.into(), at: ms(note.at), by: note.by.into(), text: note.text }
    }
}
