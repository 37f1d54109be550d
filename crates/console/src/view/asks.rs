//! What a command asks a station for, and what it gets back: the same whether the command opened the cache itself or an open
//! window answers it.

use clinical::{ActorId, Instant};
use documents::ChartRequest;
use serde::{Deserialize, Serialize};
use specta::Type;
use vault::View;

use super::failure::Failure;
use super::glucose_page::GlucoseTargets;
use super::imports::Import;
use crate::disclosures;
use crate::staff_change::{Secret, StaffChange};

/// As of which moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AsOf {
    /// Milliseconds since 1970 UTC; now where there is none.
    pub at: Option<i64>,
    /// As this station showed it then, without what arrived later.
    pub as_shown: bool,
}

impl From<AsOf> for View {
    fn from(asked: AsOf) -> View {
        match asked.at {
            None => View::NOW,
            Some(at) if asked.as_shown => View::as_shown(Instant(at)),
            Some(at) => View::at(Instant(at)),
        }
    }
}

/// One patient over a time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Stretch {
    /// Logical id of the Patient.
    pub patient: String,
    /// First moment, milliseconds since 1970 UTC; a day before the last where there is none.
    pub from: Option<i64>,
    /// Last moment; the patient's newest value where there is none.
    pub to: Option<i64>,
}

impl Stretch {
    pub(crate) fn request(self, light: bool, every_sample: bool) -> ChartRequest {
        let (from, to) = (self.from.map(Instant), self.to.map(Instant));
        ChartRequest { patient: self.patient.into(), from, to, light, every_sample }
    }
}

/// Something that becomes a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Document {
    /// One patient's report; as CSV or Bundle, its values.
    Report(Stretch),
    /// One patient's trends as a picture.
    Chart {
        /// Of whom, over which time.
        of: Stretch,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// On a dark ground, as the window.
        dark: bool,
        /// Draws every sample instead of the four that decide a column.
        all_samples: bool,
    },
    /// One person's glucose.
    #[allow(missing_docs)] // Of whom, over which time, and by whose goals.
    Glucose { of: Stretch, targets: GlucoseTargets },
    /// The handover pack.
    Handover,
    /// The ward's list.
    WardList,
}

impl From<Document> for disclosures::Disclosure {
    fn from(asked: Document) -> disclosures::Disclosure {
        match asked {
            Document::Report(of) => disclosures::Disclosure::Report {
                patient: of.patient.into(),
                from: of.from.map(Instant),
                to: of.to.map(Instant),
            },
            Document::Chart { of, width, height, dark, all_samples } => {
                disclosures::Disclosure::Chart { request: of.request(!dark, all_samples), width, height }
            }
            Document::Glucose { of, targets } => disclosures::Disclosure::Glucose {
                patient: of.patient.into(),
                from: of.from.map(Instant),
                to: of.to.map(Instant),
                set: targets.into(),
            },
            Document::Handover => disclosures::Disclosure::Handover,
            Document::WardList => disclosures::Disclosure::WardList,
        }
    }
}

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// The board, as JSON.
    Ward(AsOf),
    /// Every alarm, as JSON.
    Alerts(AsOf),
    /// One patient's numbers in steps of time, as JSON.
    Flowsheet {
        /// Of whom, over which time.
        of: Stretch,
        /// Milliseconds of one step.
        step_ms: i64,
    },
    /// The figures of one patient's glucose, as JSON.
    Glucose {
        /// Of whom, over which time; a fortnight before the last moment where there is no first.
        of: Stretch,
        /// Whose clock the days are of, `Asia/Kolkata`; the station's where there is none.
        zone: Option<String>,
        /// Which goals, by their word.
        targets: String,
        /// With what stands behind each figure.
        explain: bool,
    },
    /// What is known of one person's insulin, as JSON.
    Insulin {
        /// Of whom, over which time; up to now where there is no last moment, a fortnight where there is no first.
        of: Stretch,
        /// Whose clock the days are of, `Asia/Kolkata`; the station's where there is none.
        zone: Option<String>,
        /// Why it leaves.
        why: String,
    },
    /// The station's own log, newest first, as JSON.
    Log {
        /// How many entries.
        most: u32,
    },
    /// The whole record as a text that proves itself.
    Record {
        /// Why it leaves.
        why: String,
    },
    /// The proof that one entry is in the record.
    Proof {
        /// Its number: 1 for the first.
        entry: u64,
        /// As a sheet with a QR code; else as a text.
        paper: bool,
        /// Why it leaves.
        why: String,
    },
    /// What could not be read, and why, newest first, as JSON.
    Quarantine {
        /// How many resources.
        most: u32,
    },
    /// What the server numbered, what came of it by itself, and what is missing, as JSON.
    Ledger,
    /// What the site has set, as JSON.
    Settings,
    /// Changes a setting of the site.
    Set {
        /// Which; with `@unit` for one unit.
        key: String,
        /// As it is typed.
        value: String,
    },
    /// Who works at this station, as JSON.
    Staff,
    /// Changes it.
    ChangeStaff {
        /// About whom.
        id: String,
        /// What.
        deed: StaffDeed,
    },
    /// What taking a file in would do, as JSON ([`super::Imported`]).
    ImportPreview(Import),
    /// Takes a file in; what came of it, as JSON ([`super::Imported`]).
    Import {
        /// Which.
        file: Import,
        /// Why.
        why: String,
    },
    /// A file's content.
    File {
        /// Of what.
        what: Document,
        /// As of which moment.
        at: AsOf,
        /// As what kind of file.
        kind: super::disclosures::FileKind,
        /// Why it leaves.
        why: String,
    },
}

/// A change of who works at a station.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum StaffDeed {
    /// They work here.
    Add {
        /// As shown.
        name: String,
        /// One of the table of rights.
        role: String,
        /// A PIN that lets them in to choose their own; `null` leaves what they have.
        pin: Option<String>,
    },
    /// They work here no more.
    Remove,
    /// This PIN lets them in, to choose their own.
    Pin(String),
    /// They have no PIN.
    NoPin,
    /// Their wrong PINs are forgotten.
    Unlock,
    /// This is their badge.
    Badge(String),
    /// They have no badge.
    NoBadge,
}

impl std::fmt::Debug for StaffDeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            StaffDeed::Add { .. } => "Add",
            StaffDeed::Remove => "Remove",
            StaffDeed::Pin(_) => "Pin",
            StaffDeed::NoPin => "NoPin",
            StaffDeed::Unlock => "Unlock",
            StaffDeed::Badge(_) => "Badge",
            StaffDeed::NoBadge => "NoBadge",
        })
    }
}

impl StaffDeed {
    /// As the use case names it; nothing where `id` cannot be one.
    pub fn about(self, id: &str) -> Option<StaffChange> {
        let id = ActorId::given(id)?;
        Some(match self {
            StaffDeed::Add { name, role, pin } => StaffChange::Add { id, name, role, pin: pin.map(Secret) },
            StaffDeed::Remove => StaffChange::Remove(id),
            StaffDeed::Pin(pin) => StaffChange::Pin(id, Secret(pin)),
            StaffDeed::NoPin => StaffChange::NoPin(id),
            StaffDeed::Unlock => StaffChange::Unlock(id),
            StaffDeed::Badge(badge) => StaffChange::Badge(id, Secret(badge)),
            StaffDeed::NoBadge => StaffChange::NoBadge(id),
        })
    }
}

/// Who asks, with which program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Asked {
    /// Of the program; a window answers only its own.
    pub version: String,
    /// As the log names them.
    pub user: String,
    /// Who that is for certain, where it is known.
    pub user_id: Option<String>,
    /// What for.
    pub ask: Ask,
}

/// The head of an answer; its bytes follow.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Head {
    /// What went wrong, where something did; no bytes follow then.
    pub failure: Option<Failure>,
    /// How many values the bytes hold, where they are values.
    pub values: Option<u64>,
    /// How many bytes follow.
    pub length: u64,
}

/// What a command gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A file's content, or JSON.
    pub bytes: Vec<u8>,
    /// How many values it holds, where it holds values.
    pub values: Option<u64>,
}

/// A setting of the site, as it stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Setting {
    /// Its key; with `@unit` where one unit has its own.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it is for.
    pub meaning: String,
}
