//! A file of JSON that is read record by record: what is the same of every program that writes such files.

use std::collections::HashSet;

use clinical::{DeviceId, PatientId};

use super::given::Given;
use super::items::{Item, Items, State};
use super::kind::FileKind;
use super::portion::{FileIn, PIECE, Portion};
use super::reading::{device_fact, device_id};

/// What is known of the records of one program.
pub(crate) trait Records: Send {
    /// Which.
    const KIND: FileKind;

    /// Takes a record: what it says, why it is refused, or that it is left out.
    ///
    /// # Errors
    /// With the reason for which it is refused.
    fn take(&mut self, item: &Item, text: &str, piece: &mut Portion) -> Result<(), &'static str>;

    /// What is to be said of all of them, at the end.
    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A file of such records.
pub(crate) struct ByRecord<R> {
    items: Items,
    records: R,
    is_over: bool,
}

impl<R: Records> ByRecord<R> {
    pub(crate) fn new(items: Items, records: R) -> ByRecord<R> {
        ByRecord { items, records, is_over: false }
    }
}

impl<R: Records> FileIn for ByRecord<R> {
    fn kind(&self) -> FileKind {
        R::KIND
    }

    fn next(&mut self) -> Option<Portion> {
        if self.is_over {
            return None;
        }
        let mut piece = Portion::default();
        while piece.facts.len() + piece.remarks.len() < PIECE {
            let Some(item) = self.items.next() else {
                self.is_over = true;
                piece.notes = self.records.notes();
                ends(&self.items, R::KIND, &mut piece);
                break;
            };
            let text = String::from_utf8_lossy(&item.bytes);
            let taken = match ended(item.state) {
                Some(reason) => Err(reason),
                None => self.records.take(&item, &text, &mut piece),
            };
            if let Err(reason) = taken {
                piece.refuse(R::KIND, item.line, reason, &text);
            }
        }
        Some(piece)
    }
}

/// What is to be said at the end of a file.
fn ends(items: &Items, kind: FileKind, piece: &mut Portion) {
    if items.has_failed() {
        piece.refuse(kind, 0, "the file could not be read to its end", "");
    } else if items.is_open() {
        piece.refuse(kind, 0, "its list of records has no end: some of them may be missing", "");
    }
}

/// Why a record is none, by how it ended.
pub(crate) fn ended(state: State) -> Option<&'static str> {
    match state {
        State::Whole => None,
        State::Broken => Some("it is no JSON"),
        State::Cut => Some("the file ends within this record, which is not read"),
        State::TooLong => Some("it is longer than any record of such a file"),
    }
}

/// The sensors of a file, each told of once.
pub(crate) struct Sensors {
    maker: &'static str,
    told: HashSet<String>,
}

impl Sensors {
    pub(crate) fn of(maker: &'static str) -> Sensors {
        Sensors { maker, told: HashSet::new() }
    }

    /// The id of a sensor by the name that the file has for it.
    pub(crate) fn id(
        &mut self,
        name: &str,
        patient: &PatientId,
        given: &Given,
        piece: &mut Portion,
    ) -> DeviceId {
        let id = device_id(self.maker, name);
        if self.told.insert(name.to_owned()) {
            piece.facts.push(device_fact(&id, &format!("{name} glucose"), patient, given));
        }
        id
    }
}

/// Whose the records are.
///
/// # Errors
/// Where nobody said.
pub(crate) fn whose(given: &Given) -> Result<PatientId, &'static str> {
    given.patient.clone().ok_or("it does not say whose it is: name the patient")
}
