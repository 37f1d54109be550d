//! Which files are read.

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// CSV of Dexcom Clarity.
    Clarity,
    /// CSV of Abbott LibreView.
    LibreView,
    /// JSON of Tidepool.
    Tidepool,
    /// Entries of Nightscout, as JSON.
    Nightscout,
    /// A FHIR R4 Bundle, or one resource.
    FhirBundle,
    /// FHIR R4 resources, one a line.
    FhirNdjson,
    /// Messages of HL7 v2, alone or in batches.
    Hl7v2,
}

impl FileKind {
    /// In a script, and in the ids of what it says.
    pub fn word(self) -> &'static str {
        match self {
            FileKind::Clarity => "clarity",
            FileKind::LibreView => "libreview",
            FileKind::Tidepool => "tidepool",
            FileKind::Nightscout => "nightscout",
            FileKind::FhirBundle => "fhir-bundle",
            FileKind::FhirNdjson => "fhir-ndjson",
            FileKind::Hl7v2 => "hl7v2",
        }
    }

    /// In words for people.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Clarity => "Dexcom Clarity CSV",
            FileKind::LibreView => "LibreView CSV",
            FileKind::Tidepool => "Tidepool JSON",
            FileKind::Nightscout => "Nightscout entries",
            FileKind::FhirBundle => "FHIR Bundle",
            FileKind::FhirNdjson => "FHIR NDJSON",
            FileKind::Hl7v2 => "HL7 v2 file",
        }
    }

    /// Whether its times are of a clock on the wall.
    pub fn is_in_wall_time(self) -> bool {
        matches!(self, FileKind::Clarity | FileKind::LibreView)
    }

    /// Whether it leaves open whose it is.
    pub fn needs_patient(self) -> bool {
        matches!(self, FileKind::Clarity | FileKind::LibreView | FileKind::Tidepool | FileKind::Nightscout)
    }
}
