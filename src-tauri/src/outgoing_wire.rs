//! What leaves the station, as the page asks for it.

use clinical::Instant;
use console::{FileKind, Outgoing};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::wire::framed;

/// What somebody wants to take along: the report of a patient, the handover, or the ward's list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutgoingWire {
    /// Of one patient.
    Report { patient: String, from: i64, to: i64 },
    /// Of the moment that is shown.
    Handover,
    /// For the time without a network.
    WardList,
}

impl From<OutgoingWire> for Outgoing {
    fn from(wire: OutgoingWire) -> Outgoing {
        match wire {
            OutgoingWire::Report { patient, from, to } => {
                Outgoing::Report { patient, from: Instant(from), to: Instant(to) }
            }
            OutgoingWire::Handover => Outgoing::Handover,
            OutgoingWire::WardList => Outgoing::WardList,
        }
    }
}

/// As what kind of file.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum FileKindWire {
    Pdf,
    Csv,
    Bundle,
}

impl From<FileKindWire> for FileKind {
    fn from(wire: FileKindWire) -> FileKind {
        match wire {
            FileKindWire::Pdf => FileKind::Pdf,
            FileKindWire::Csv => FileKind::Csv,
            FileKindWire::Bundle => FileKind::Bundle,
        }
    }
}

/// A request for the pages as a picture of this many pixels across.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct PagesQuery {
    pub(crate) what: OutgoingWire,
    pub(crate) width: u32,
    /// How many pages at most.
    pub(crate) most: u32,
}

/// The head of the pages' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PagesWire {
    /// How many there are; the picture holds the first of them, below each other.
    of: u32,
    shown: u32,
}

/// Head and picture of the first pages.
pub(crate) fn pages_bytes(pages: &[charts::Page], query: &PagesQuery) -> Result<Vec<u8>, String> {
    let shown = &pages[..pages.len().min(query.most as usize)];
    let picture = charts::sheets(shown, query.width.clamp(100, 2480))?;
    let png = picture.png().map_err(|e| e.to_string())?;
    let head = PagesWire { of: pages.len() as u32, shown: shown.len() as u32 };
    framed(&head, &png).map_err(|e| e.to_string())
}
