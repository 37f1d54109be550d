//! Files that other programs write: of glucose sensors (Dexcom Clarity, LibreView, Tidepool, Nightscout), FHIR (Bundle, NDJSON) and HL7 v2.
//!
//! A file is read piece by piece. What can be read is kept; each row that cannot is named with its line and a reason that quotes nothing
//! of it. A reading is named by what it says, so that the same file, or another that holds it too, says nothing twice.
//!
//! Deliberately not here: where facts are kept, who may do that, and waves (EDF+, WFDB).

pub(crate) mod given;

pub(crate) mod kind;

pub(crate) mod portion;

pub(crate) mod text;

pub(crate) mod lines;

pub(crate) mod number;

pub(crate) mod wall;

pub(crate) mod reading;

pub(crate) mod collect;

pub(crate) mod shifted;

pub(crate) mod items;

pub(crate) mod records;

pub(crate) mod clarity;

pub(crate) mod libreview;

pub(crate) mod tidepool;

pub(crate) mod nightscout;

pub(crate) mod fhir;

pub(crate) mod hl7;

pub(crate) mod open;
