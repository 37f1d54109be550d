//! A file that is taken in: what a command asks, and what came of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Which file, and what it does not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Import {
    /// Where it lies: an absolute path, as whoever answers may stand elsewhere.
    pub file: PathBuf,
    /// Logical id of the Patient whom it is about; files of sensors need it.
    pub patient: Option<String>,
    /// The zone of its times, `Europe/Berlin`; the station's where there is none.
    pub zone: Option<String>,
    /// `day-first` or `month-first`, where its dates do not show it.
    pub dates: Option<String>,
    /// It names somebody else than the patient's record does, and is theirs all the same.
    pub other_name: bool,
}

/// What taking a file in did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Imported {
    /// Which kind of file it is, in a word: `clarity`, `libreview`, `tidepool`, `nightscout`, `fhir-bundle`, `fhir-ndjson`, `hl7v2`.
    pub kind: String,
    /// The same for people.
    pub name: String,
    /// Whether it was only looked at: nothing was taken in.
    pub dry_run: bool,
    /// Values and doses that could be read.
    pub read: u64,
    /// Those of them that were new here, and are kept.
    pub added: u64,
    /// Those that were here already, or stood in the file twice.
    pub already: u64,
    /// Rows or records that were not taken.
    pub refused: u64,
    /// Those that were, and about which something is not sure.
    pub marked: u64,
    /// Values that are dated ahead of the clock: a wrong zone, or a wrong order of dates.
    pub ahead: u64,
    /// Each of them, the first 200.
    pub problems: Vec<ImportProblem>,
    /// How many more there are.
    pub more_problems: u64,
    /// What stood there and is not read by this program, by its name, with how often.
    pub left_out: BTreeMap<String, u64>,
    /// The first moment, ISO 8601.
    pub from: Option<String>,
    /// The last moment.
    pub to: Option<String>,
    /// The units that values came in, UCUM.
    pub units: Vec<String>,
    /// The devices that it names, as they are shown.
    pub devices: Vec<String>,
    /// How many patients it is about.
    pub patients: u64,
    /// The zone by which times that name none were read; nothing where none was needed.
    pub zone: Option<String>,
    /// What is to be known of it as a whole.
    pub notes: Vec<String>,
}

/// Something about a row or a record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ImportProblem {
    /// Its line in the file; nothing where it is about the file.
    pub line: Option<u64>,
    /// Whether it was kept all the same.
    pub kept: bool,
    /// What is wrong; no words of it are of the file.
    pub reason: String,
}
