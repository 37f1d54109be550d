//! What can leave this station, on paper, as a file, or to whoever runs a command. It passes the gate (`crate::gate`).

use charts::{Page, pdf};
use clinical::consent::Looker;
use clinical::glucose::TargetSet;
use clinical::{Actor, Instant, PatientId};
use documents::{
    ChartRequest, DocumentError, GLUCOSE_TITLE, GlucoseAsked, HANDOVER_LOOKS_BACK, Imprint, REPORT_TITLE,
    chart, export_bundle, export_csv, glucose_pages, handover, report_pages, ward_list,
};
use vault::{EntryKind, View};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::gate::{Face, Leaving, Way};

/// What somebody wants to take along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// Of one patient.
    Report {
        /// Logical id of the Patient.
        patient: PatientId,
        /// First moment; a day before the last where there is none.
        from: Option<Instant>,
        /// Last moment; the newest value where there is none.
        to: Option<Instant>,
    },
    /// Of one person's glucose.
    Glucose {
        /// Logical id of the Patient.
        patient: PatientId,
        /// First moment; a fortnight before the last where there is none.
        from: Option<Instant>,
        /// Where it ends; just after the newest value where there is none.
        to: Option<Instant>,
        /// Whose goals.
        set: TargetSet,
    },
    /// The trends of one patient as one picture.
    Chart {
        /// Of whom, over which time, and on which ground.
        request: ChartRequest,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
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
    /// A picture of dots.
    Png,
    /// A picture of lines.
    Svg,
}

impl FileKind {
    /// The ending of such a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            FileKind::Pdf => "pdf",
            FileKind::Csv => "csv",
            FileKind::Bundle => "json",
            FileKind::Png => "png",
            FileKind::Svg => "svg",
        }
    }
}

impl Disclosure {
    /// In one word, for the name of a file and for the log: no patient and no ward.
    pub fn word(&self) -> &'static str {
        match self {
            Disclosure::Report { .. } => "report",
            Disclosure::Glucose { .. } => "glucose",
            Disclosure::Chart { .. } => "chart",
            Disclosure::Handover => "handover",
            Disclosure::WardList => "ward-list",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Disclosure::Report { .. } => REPORT_TITLE,
            Disclosure::Glucose { .. } => GLUCOSE_TITLE,
            Disclosure::Chart { .. } => "Trends",
            Disclosure::Handover => "Handover",
            Disclosure::WardList => "Ward list",
        }
    }

    fn about(&self) -> Option<&PatientId> {
        match self {
            Disclosure::Report { patient, .. } | Disclosure::Glucose { patient, .. } => Some(patient),
            Disclosure::Chart { request, .. } => Some(&request.patient),
            Disclosure::Handover | Disclosure::WardList => None,
        }
    }

    fn leaving<'a>(&'a self, way: Way, face: Face, why: &'a str) -> Leaving<'a> {
        Leaving { what: self.word(), way, face, about: self.about(), why: Some(why) }
    }
}

/// A file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What is written.
    pub bytes: Vec<u8>,
    /// How many values it holds, where it holds values.
    pub values: Option<usize>,
}

impl From<Vec<u8>> for Exported {
    fn from(bytes: Vec<u8>) -> Exported {
        Exported { bytes, values: None }
    }
}

/// On paper, as every report.
fn request(patient: &PatientId, from: Option<Instant>, to: Option<Instant>) -> ChartRequest {
    ChartRequest { patient: patient.clone(), from, to, light: true, every_sample: false }
}

impl Console {
    /// The pages as they would be printed, to be looked at here.
    ///
    /// # Errors
    /// Of the cache, or where the patient or the range is none.
    pub fn pages(&self, what: &Disclosure) -> Result<Vec<Page>, ConsoleError> {
        let who = self.user();
        let looker = self.looker_for(&who, what, Face::Window)?;
        self.pages_of(what, &who, self.view(), &looker)
    }

    /// The pages on their way to the printer; who asked and why is in the log.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn print(&self, what: &Disclosure, why: &str) -> Result<Vec<Page>, ConsoleError> {
        self.print_as(&self.somebody_here()?, what, why)
    }

    /// The same of what was asked for in a sitting, with who asked.
    ///
    /// # Errors
    /// As [`Console::print`], and where that sitting is over.
    pub fn print_in(
        &self,
        sitting: u32,
        what: &Disclosure,
        why: &str,
    ) -> Result<(Vec<Page>, Actor), ConsoleError> {
        let who = self.who_sits(sitting)?;
        Ok((self.print_as(&who, what, why)?, who))
    }

    fn print_as(&self, who: &Actor, what: &Disclosure, why: &str) -> Result<Vec<Page>, ConsoleError> {
        let pages = || self.pages_of(what, who, self.view(), &self.looker_for(who, what, Face::Window)?);
        self.disclose(who, &what.leaving(Way::Printer, Face::Window, why), pages)
    }

    /// Who asked for it, or somebody after them, thought better of it in the system's print dialog.
    ///
    /// # Errors
    /// Of the cache.
    pub fn print_cancelled(&self, who: &Actor, what: &Disclosure) -> Result<(), ConsoleError> {
        let words = format!("{} not printed: cancelled", what.word());
        self.log_of(EntryKind::Disclosure, who, words, what.about())
    }

    /// The content of a file; who asked and why is in the log. A handover and a list are pages alone.
    ///
    /// # Errors
    /// Where no reason is given, or as [`Console::pages`].
    pub fn export(&self, what: &Disclosure, kind: FileKind, why: &str) -> Result<Exported, ConsoleError> {
        self.export_as(&self.somebody_here()?, what, kind, (self.view(), Face::Window), why)
    }

    /// The same of what was asked for in a sitting.
    ///
    /// # Errors
    /// As [`Console::export`], and where that sitting is over.
    pub fn export_in(
        &self,
        sitting: u32,
        what: &Disclosure,
        kind: FileKind,
        why: &str,
    ) -> Result<Exported, ConsoleError> {
        self.export_as(&self.who_sits(sitting)?, what, kind, (self.view(), Face::Window), why)
    }

    pub(crate) fn export_as(
        &self,
        who: &Actor,
        what: &Disclosure,
        kind: FileKind,
        (view, face): (View, Face),
        why: &str,
    ) -> Result<Exported, ConsoleError> {
        let leaving = what.leaving(Way::File(kind.ending()), face, why);
        self.disclose(who, &leaving, || {
            self.content(what, kind, who, view, &self.looker_for(who, what, face)?)
        })
    }

    /// For whom it is made. A glass that was broken at the window opens what is of its patient alone, and to no command: what is of many
    /// goes through the hands of many.
    fn looker_for(&self, who: &Actor, what: &Disclosure, face: Face) -> Result<Looker, ConsoleError> {
        let looker = match (face, what.about()) {
            (Face::Window, Some(patient)) => self.looker_at(who, patient, what.word())?,
            _ => self.looker(who)?,
        };
        Ok(looker.to_disclose())
    }

    fn content(
        &self,
        what: &Disclosure,
        kind: FileKind,
        who: &Actor,
        view: View,
        looker: &Looker,
    ) -> Result<Exported, ConsoleError> {
        match (what, kind) {
            (Disclosure::Chart { request, width, height }, kind) => {
                let figure = self.read_for(view, looker, |reader| Ok(chart(reader, request, *width)))??;
                let drawn = match kind {
                    FileKind::Png => figure.png(*width, *height),
                    FileKind::Svg => figure.svg(*width, *height).map(String::into_bytes),
                    FileKind::Pdf => figure.pdf(*width, *height, what.title()),
                    FileKind::Csv | FileKind::Bundle => return Err(ConsoleError::OnlyPictures),
                };
                Ok(drawn.map_err(DocumentError::Drawing)?.into())
            }
            (_, FileKind::Pdf) => {
                let pages = self.pages_of(what, who, view, looker)?;
                Ok(pdf(&pages, what.title()).map_err(DocumentError::Drawing)?.into())
            }
            (Disclosure::Report { patient, from, to }, FileKind::Csv | FileKind::Bundle) => {
                let made = if kind == FileKind::Csv { export_csv } else { export_bundle };
                let request = request(patient, *from, *to);
                let made = self.read_for(view, looker, |reader| Ok(made(reader, &request)))??;
                Ok(Exported { bytes: made.text.into_bytes(), values: Some(made.values) })
            }
            _ => Err(ConsoleError::OnlyPages),
        }
    }

    fn pages_of(
        &self,
        what: &Disclosure,
        who: &Actor,
        view: View,
        looker: &Looker,
    ) -> Result<Vec<Page>, ConsoleError> {
        let (now, imprint) = (view.at.min(self.now()), self.imprint(who, view)?);
        let ward_of = |view: View| self.read_for(view, looker, |reader| reader.ward());
        match what {
            Disclosure::Report { patient, from, to } => {
                let request = request(patient, *from, *to);
                Ok(self.read_for(view, looker, |reader| Ok(report_pages(reader, &request, now, &imprint)))??)
            }
            Disclosure::Glucose { patient, from, to, set } => {
                let request = request(patient, *from, *to);
                let (period, clock) = self.glucose_period(view, looker, request, None)?;
                let asked = GlucoseAsked { patient: patient.clone(), period, set: *set, clock };
                Ok(self.read_for(view, looker, |reader| Ok(glucose_pages(reader, &asked, now, &imprint)))??)
            }
            Disclosure::Chart { .. } => Err(ConsoleError::OnlyPictures),
            Disclosure::Handover => {
                let before = ward_of(View::at(now - HANDOVER_LOOKS_BACK))?;
                Ok(handover(&ward_of(view)?, &before, now, &imprint))
            }
            Disclosure::WardList => Ok(ward_list(&ward_of(view)?, now, &imprint)),
        }
    }

    /// What a page says of its making. Where no server is asked, nobody knows when it was last in reach; the newest value says
    /// the most.
    pub(crate) fn imprint(&self, who: &Actor, view: View) -> Result<Imprint, ConsoleError> {
        let last_good = match self.engine() {
            Some(_) => self.link().last_good,
            None => self.vault.read_as(view, |reader| reader.latest(None))?.iter().map(|v| v.taken_at).max(),
        };
        Ok(Imprint { station: self.station().name.clone(), user: who.name.to_string(), last_good })
    }
}
