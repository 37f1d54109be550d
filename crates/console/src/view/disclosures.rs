//! What leaves the station from the window, as the page asks for it.

use clinical::Instant;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::form::{count, framed};
use super::glucose_page::GlucoseTargets;

/// What somebody wants to take along: the report of a patient, the handover, or the ward's list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Disclosure {
    /// Of one patient.
    #[allow(missing_docs)] // Whose, and the first and the last moment.
    Report { patient: String, from: i64, to: i64 },
    /// Of one person's glucose.
    #[allow(missing_docs)] // Whose, the first moment and the end, and by whose goals.
    Glucose { patient: String, from: i64, to: i64, targets: GlucoseTargets },
    /// Of the moment that is shown.
    Handover,
    /// For the time without a network.
    WardList,
}

impl From<Disclosure> for crate::disclosures::Disclosure {
    fn from(asked: Disclosure) -> crate::disclosures::Disclosure {
        match asked {
            Disclosure::Report { patient, from, to } => crate::disclosures::Disclosure::Report {
                patient: patient.into(),
                from: Some(Instant(from)),
                to: Some(Instant(to)),
            },
            Disclosure::Glucose { patient, from, to, targets } => crate::disclosures::Disclosure::Glucose {
                patient: patient.into(),
                from: Some(Instant(from)),
                to: Some(Instant(to)),
                set: targets.into(),
            },
            Disclosure::Handover => crate::disclosures::Disclosure::Handover,
            Disclosure::WardList => crate::disclosures::Disclosure::WardList,
        }
    }
}

/// As what kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Type)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // As `crate::FileKind` says.
pub enum FileKind {
    Pdf,
    Csv,
    Bundle,
    Png,
    Svg,
}

impl From<FileKind> for crate::disclosures::FileKind {
    fn from(asked: FileKind) -> crate::disclosures::FileKind {
        match asked {
            FileKind::Pdf => crate::disclosures::FileKind::Pdf,
            FileKind::Csv => crate::disclosures::FileKind::Csv,
            FileKind::Bundle => crate::disclosures::FileKind::Bundle,
            FileKind::Png => crate::disclosures::FileKind::Png,
            FileKind::Svg => crate::disclosures::FileKind::Svg,
        }
    }
}

/// A request for the pages as a picture of this many pixels across.
#[derive(Clone, Debug, Deserialize, Type)]
pub struct PagesQuery {
    /// Of what.
    pub what: Disclosure,
    width: u32,
    /// How many pages at most.
    most: u32,
}

/// The head of the pages' raw answer.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Pages {
    /// How many there are; the picture holds the first of them, below each other.
    of: u32,
    shown: u32,
}

/// Head and picture of the first pages.
pub fn pages_bytes(pages: &[charts::Page], query: &PagesQuery) -> Result<Vec<u8>, String> {
    let shown = &pages[..pages.len().min(query.most as usize)];
    let picture = charts::sheets(shown, query.width.clamp(100, 2480))?;
    let png = picture.png().map_err(|e| e.to_string())?;
    let head = Pages { of: count(pages.len()), shown: count(shown.len()) };
    framed(&head, &png).map_err(|e| e.to_string())
}
