//! What leaves this station, on paper or as a file. It asks why, and that is in the log before anything goes.

use charts::{Page, pdf};
use clinical::{Instant, PatientId};
use documents::{
    BEFORE, ChartRequest, DocumentError, REPORT_TITLE, export_bundle, export_csv, handover, report_pages,
    ward_list,
};
use vault::View;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::words::words;

/// What somebody wants to take along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Of one patient.
    Report {
        /// Logical id of the Patient.
        patient: PatientId,
        /// First moment.
        from: Instant,
        /// Last moment.
        to: Instant,
    },
    /// Of the moment that is shown.
    Handover,
    /// Who lies where, with the values of the moment that is shown: for the time without a network.
    WardList,
}

/// As what kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The pages as they are printed.
    Pdf,
    /// Every value of the range with its unit and code.
    Csv,
    /// The same as a FHIR R4 collection Bundle.
    Bundle,
}

impl FileKind {
    /// The ending of such a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            FileKind::Pdf => "pdf",
            FileKind::Csv => "csv",
            FileKind::Bundle => "json",
        }
    }
}

impl Outgoing {
    /// In one word, for the name of a file and for the log: no patient and no ward.
    pub fn word(&self) -> &'static str {
        match self {
            Outgoing::Report { .. } => "report",
            Outgoing::Handover => "handover",
            Outgoing::WardList => "ward-list",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Outgoing::Report { .. } => REPORT_TITLE,
            Outgoing::Handover => "Handover",
            Outgoing::WardList => "Ward list",
        }
    }

    fn about(&self) -> Option<String> {
        match self {
            Outgoing::Report { patient, .. } => Some(patient.to_string()),
            Outgoing::Handover | Outgoing::WardList => None,
        }
    }
}

fn request(patient: &PatientId, from: Instant, to: Instant) -> ChartRequest {
    let (from, to) = (Some(from), Some(to));
    ChartRequest { patient: patient.clone(), from, to, light: true, every_sample: false }
}

impl Console {
    /// The pages as they would be printed, to be looked at here.
    ///
    /// # Errors
    /// Of the cache, or where the patient or the range is none.
    pub fn pages(&self, what: &Outgoing) -> Result<Vec<Page>, ConsoleError> {
        let (now, cover) = (self.moment(), self.cover());
        match what {
            Outgoing::Report { patient, from, to } => {
                let request = request(patient, *from, *to);
                Ok(self.read(|reader| Ok(report_pages(reader, &request, now, &cover)))??)
            }
            Outgoing::Handover => {
                let ward = self.read(|reader| reader.ward())?;
                let before = self.vault.read_as(View::at(now - BEFORE), |reader| reader.ward())?;
                Ok(handover(&ward, &before, now, &cover))
            }
            Outgoing::WardList => Ok(ward_list(&self.read(|reader| reader.ward())?, now, &cover)),
        }
    }

    /// The pages on their way to the printer; who asked and why is in the log.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn print(&self, what: &Outgoing, why: &str) -> Result<Vec<Page>, ConsoleError> {
        let why = words(why)?;
        let pages = self.pages(what)?;
        self.log(format!("{} to the printer: {why}", what.word()), what.about())?;
        Ok(pages)
    }

    /// Somebody thought better of it in the system's print dialog.
    ///
    /// # Errors
    /// Of the cache.
    pub fn print_cancelled(&self, what: &Outgoing) -> Result<(), ConsoleError> {
        self.log(format!("{} not printed: cancelled", what.word()), what.about())
    }

    /// The content of a file; who asked and why is in the log. A handover and a list are pages alone.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn export(&self, what: &Outgoing, kind: FileKind, why: &str) -> Result<Vec<u8>, ConsoleError> {
        let why = words(why)?;
        let bytes = match (what, kind) {
            (_, FileKind::Pdf) => pdf(&self.pages(what)?, what.title()).map_err(DocumentError::Drawing)?,
            (Outgoing::Report { patient, from, to }, kind) => {
                let made = if kind == FileKind::Csv { export_csv } else { export_bundle };
                let request = request(patient, *from, *to);
                self.read(|reader| Ok(made(reader, &request)))??.text.into_bytes()
            }
            (Outgoing::Handover | Outgoing::WardList, _) => return Err(ConsoleError::OnlyPages),
        };
        self.log(format!("{} saved as {}: {why}", what.word(), kind.ending()), what.about())?;
        Ok(bytes)
    }
}
