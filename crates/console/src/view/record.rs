//! How the record of this station stands.

use serde::Serialize;
use specta::Type;

use super::form::ms;

/// How the record of this station stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StationRecord {
    /// How many entries it has.
    pub entries: u32,
    /// How many of them are older than the site keeps them, and were removed; their leaves are kept.
    pub removed: u32,
    /// How many are gone without a word of it.
    pub gaps: u32,
    /// The first thing that is wrong, with the first bad entry; nothing where all of it verifies.
    pub fault: Option<String>,
    /// When another station saw it last.
    pub witnessed_at: Option<i64>,
    /// Which station that was.
    pub witnessed_by: Option<String>,
    /// How many entries that station saw.
    pub witnessed_entries: Option<u32>,
    /// What was found wrong with the records of stations in the last week, the newest first.
    pub complaints: Vec<RecordComplaint>,
}

/// Something that was found wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RecordComplaint {
    /// Whose, and what of it.
    pub words: String,
    /// When it was found.
    pub at: i64,
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl From<vault::RecordState> for StationRecord {
    fn from(state: vault::RecordState) -> StationRecord {
        let (at, entries, by) = match state.witnessed {
            Some((at, entries, by)) => (Some(ms(at)), Some(count(entries)), Some(by)),
            None => (None, None, None),
        };
        let complaint = |found: vault::Complaint| RecordComplaint { words: found.words, at: ms(found.at) };
        StationRecord {
            entries: count(state.entries),
            removed: count(state.removed),
            gaps: count(state.missing),
            fault: state.fault,
            witnessed_at: at,
            witnessed_by: by,
            witnessed_entries: entries,
            complaints: state.complaints.into_iter().rev().map(complaint).collect(),
        }
    }
}
