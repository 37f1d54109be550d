//! What whoever takes a file in says of it, for what it leaves out.

use std::collections::BTreeMap;

use clinical::consent::Label;
use clinical::{Fact, Instant, PatientId, SmolStr, Source, Unreadable};
use jiff::tz::TimeZone;

/// What is said of a file.
#[derive(Clone, Debug)]
pub struct Given {
    /// Whose it is. Files of sensors do not say it.
    pub patient: Option<PatientId>,
    /// The zone of times that name none: of the person's clock on the wall.
    pub zone: TimeZone,
    /// How its dates are written, where the file itself does not show it.
    pub dates: Option<DayOrder>,
    /// When it is taken in.
    pub read_at: Instant,
    /// What reads a Bundle: this room does not know FHIR.
    pub fhir: ReadFhir,
}

/// Reads a Bundle of FHIR R4; the error says why it is none, and quotes nothing of it.
pub type ReadFhir = fn(&[u8]) -> Result<FhirPage, String>;

/// What a Bundle says.
#[derive(Debug, Default)]
pub struct FhirPage {
    /// What could be read.
    pub facts: Vec<Fact>,
    /// The security labels of those that have some, by their sources.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
    /// What is not read, by its name in R4, with how often.
    pub left_out: BTreeMap<SmolStr, usize>,
}

/// Whether a date begins with its day or its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    /// 31-12-2026.
    DayFirst,
    /// 12-31-2026.
    MonthFirst,
}
