//! What leaves this station, on paper or as a file. It asks why, and that is in the log before anything goes.

use charts::{Page, pdf};
use clinical::{Instant, PatientId};
use documents::{
    ChartRequest, DocumentError, HANDOVER_LOOKS_BACK, Imprint, REPORT_TITLE, export_bundle, export_csv,
    handover, report_pages, ward_list,
};
use vault::View;

use crate::acts::words::words;
use crate::console::Console;
use crate::error::ConsoleError;

/// What somebody wants to take along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disclosure {
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

impl Disclosure {
    /// In one word, for the name of a file and for the log: no patient and no ward.
    pub fn word(&self) -> &'static str {
        match self {
            Disclosure::Report { .. } => "report",
            Disclosure::Handover => "handover",
            Disclosure::WardList => "ward-list",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Disclosure::Report { .. } => REPORT_TITLE,
            Disclosure::Handover => "Handover",
            Disclosure::WardList => "Ward list",
        }
    }

    fn about(&self) -> Option<String> {
        match self {
            Disclosure::Report { patient, .. } => Some(patient.to_string()),
            Disclosure::Handover | Disclosure::WardList => None,
        }
    }
}

fn request(patient: &PatientId, from: Instant, to: Instant) -> ChartRequest {
    let (from, to) = (Some(from), Some(to));
    ChartRequest { patient: patient.clone(), from, to, light: true, every_sample: false }
}

impl Console {
    /// What a page says of its making.
    fn imprint(&self) -> Imprint {
        Imprint {
            station: self.station().name.clone(),
            user: self.station().user.clone(),
            last_good: self.link().last_good,
        }
    }

    /// The pages as they would be printed, to be looked at here.
    ///
    /// # Errors
    /// Of the cache, or where the patient or the range is none.
    pub fn pages(&self, what: &Disclosure) -> Result<Vec<Page>, ConsoleError> {
        let (now, imprint) = (self.moment(), self.imprint());
        match what {
            Disclosure::Report { patient, from, to } => {
                let request = request(patient, *from, *to);
                Ok(self.read(|reader| Ok(report_pages(reader, &request, now, &imprint)))??)
            }
            Disclosure::Handover => {
                let ward = self.read(|reader| reader.ward())?;
                let before =
                    self.vault.read_as(View::at(now - HANDOVER_LOOKS_BACK), |reader| reader.ward())?;
                Ok(handover(&ward, &before, now, &imprint))
            }
            Disclosure::WardList => Ok(ward_list(&self.read(|reader| reader.ward())?, now, &imprint)),
        }
    }

    /// The pages on their way to the printer; who asked and why is in the log.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn print(&self, what: &Disclosure, why: &str) -> Result<Vec<Page>, ConsoleError> {
        let why = words(why)?;
        let pages = self.pages(what)?;
        self.log(format!("{} to the printer: {why}", what.word()), what.about())?;
        Ok(pages)
    }

    /// Somebody thought better of it in the system's print dialog.
    ///
    /// # Errors
    /// Of the cache.
    pub fn print_cancelled(&self, what: &Disclosure) -> Result<(), ConsoleError> {
        self.log(format!("{} not printed: cancelled", what.word()), what.about())
    }

    /// The content of a file; who asked and why is in the log. A handover and a list are pages alone.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn export(&self, what: &Disclosure, kind: FileKind, why: &str) -> Result<Vec<u8>, ConsoleError> {
        let why = words(why)?;
        let bytes = match (what, kind) {
            (_, FileKind::Pdf) => pdf(&self.pages(what)?, what.title()).map_err(DocumentError::Drawing)?,
            (Disclosure::Report { patient, from, to }, kind) => {
                let made = if kind == FileKind::Csv { export_csv } else { export_bundle };
                let request = request(patient, *from, *to);
                self.read(|reader| Ok(made(reader, &request)))??.text.into_bytes()
            }
            (Disclosure::Handover | Disclosure::WardList, _) => return Err(ConsoleError::OnlyPages),
        };
        self.log(format!("{} saved as {}: {why}", what.word(), kind.ending()), what.about())?;
        Ok(bytes)
    }
}
