//! Where this station stands: its stage, its server, its log, what it pulled and what it could not read.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

use super::form::{Iso, count, ms};

/// A server that was checked.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Server {
    /// As it calls itself.
    pub name: String,
    /// Of FHIR.
    pub version: String,
    /// Whether it tells what changed by itself.
    pub live: bool,
}

/// What the window asks for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// A server.
    FirstRun,
    /// The PIN.
    Pin,
    /// Whether a damaged cache shall begin anew.
    Damaged,
    /// What to do about it that the station cannot be opened.
    CannotStart,
    /// Nothing: the station is open.
    Ready,
}

/// Where the program stands.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    /// What the window asks for next.
    pub stage: Stage,
    /// Why the station cannot be opened: what happened, what was kept, what to do.
    pub trouble: Option<String>,
    /// Of a damaged cache: actions that are kept.
    pub unsent: u32,
    /// A PIN has to be chosen, not only given.
    pub new_pin: bool,
    /// The ward is simulated.
    pub demo: bool,
    /// This build has a simulated ward.
    pub demo_built: bool,
    /// The person at the station.
    pub user: String,
    /// The station's name.
    pub station: String,
    /// The server's address.
    pub server: Option<String>,
    /// Of the program.
    pub version: &'static str,
    /// How much larger the engine draws the page than `devicePixelRatio` says.
    pub page_zoom: f64,
    /// What is printed is the page itself, which has to hold the pages then.
    pub prints_itself: bool,
    /// Reasons an alarm is handled for.
    pub reasons: Vec<&'static str>,
    /// Roles that may set a limit.
    pub roles: Vec<&'static str>,
}

/// How this station signs in at its server.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SigningIn {
    /// A person signs in here; else a file or a key of the station's own does.
    pub by_person: bool,
    /// Who is signed in.
    pub who: Option<String>,
    /// Since when.
    pub since: Option<i64>,
    /// Under which name the sign-in service knows this program, as far as anybody said.
    pub client_id: Option<String>,
}

/// A resource in quarantine.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Quarantined {
    reference: String,
    reason: String,
    at: i64,
}

impl From<vault::Quarantined> for Quarantined {
    fn from(item: vault::Quarantined) -> Quarantined {
        Quarantined { reference: item.reference, reason: item.reason, at: ms(item.at) }
    }
}

/// A resource that could not be read, as a command prints it: never with its content.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    /// When it came.
    pub at: Iso,
    /// `Type/id`.
    pub reference: String,
    /// Why, in words that quote nothing of it.
    pub reason: String,
}

impl From<vault::Quarantined> for Unread {
    fn from(item: vault::Quarantined) -> Unread {
        Unread { at: Iso(item.at), reference: item.reference, reason: item.reason }
    }
}

/// An entry of the station's own log.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// Its number: 1 for the first.
    pub seq: u64,
    /// What kind of thing it tells of.
    pub kind: &'static str,
    /// When.
    pub at: Iso,
    /// Who.
    pub who: String,
    /// Who that is for certain, where it is known.
    pub who_id: Option<String>,
    /// In what role.
    pub role: Option<String>,
    /// What was done, or left the station, or was set.
    pub what: String,
    /// What it is about: an alarm, a setting, or a patient's logical id.
    pub about: Option<String>,
    /// Which patient it is about.
    pub patient: Option<String>,
}

impl From<vault::LogEntry> for LogEntry {
    fn from(entry: vault::LogEntry) -> LogEntry {
        LogEntry {
            seq: entry.seq,
            kind: entry.kind.code(),
            at: Iso(entry.at),
            who: entry.who,
            who_id: entry.who_id,
            role: entry.role,
            what: entry.what,
            about: entry.about,
            patient: entry.patient,
        }
    }
}

/// What one sync moved.
#[derive(Clone, Debug, Serialize)]
pub struct Synced {
    /// People in the cache.
    pub patients: u32,
    /// Resources read.
    pub resources: u32,
    /// Values taken in.
    pub samples: u32,
    /// Bytes of JSON, after decompression.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// Resources put into quarantine.
    pub quarantined: u32,
    /// What the server sent and this program does not read, by its name in R4, with how often.
    pub left_out: BTreeMap<String, u32>,
    /// What could not be read, or is not kept as it was sent, in words.
    pub problems: Vec<String>,
    /// What this server does not take or serve, where nothing is missing by it.
    pub notes: Vec<String>,
}

impl Synced {
    /// What `report` says of a sync of `seconds`, after which the cache holds so many `patients`.
    pub fn new(patients: usize, seconds: f64, report: sync::SyncProgress) -> Synced {
        Synced {
            patients: count(patients),
            resources: count(report.resources),
            samples: count(report.samples),
            bytes: report.bytes as u64,
            seconds: (seconds * 1000.0).round() / 1000.0,
            quarantined: count(report.quarantined),
            left_out: report.left_out.into_iter().map(|(name, often)| (name.into(), count(often))).collect(),
            problems: report.problems,
            notes: report.notes,
        }
    }
}
