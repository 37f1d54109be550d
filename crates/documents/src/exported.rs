//! The content of a file, and what every file says of a series.

use vault::SeriesInfo;

/// What goes into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file's content.
    pub text: String,
    /// How many values it holds.
    pub values: usize,
    /// How many are withheld, in words; the file says so too.
    pub withheld: Option<String>,
}

/// The name of what a series measures; empty where the console knows none.
pub(crate) fn label(series: &SeriesInfo) -> &'static str {
    series.measure().map_or("", |m| m.spec().label)
}

/// The system of its code.
pub(crate) fn code_system(series: &SeriesInfo) -> &'static str {
    if series.mdc { "urn:iso:std:iso:11073:10101" } else { "http://loinc.org" }
}
