//! The exported record: one text of JSON lines that holds all that is needed to verify it.
//!
//! A head (the log's public key, and how many entries follow), the keys of witnesses, the checkpoints with their cosignatures, then every
//! entry with its leaf. Of an entry that retention removed the leaf alone is left. Checkpoints come first, so that a reader needs
//! no memory of the entries.

use serde::{Deserialize, Serialize};

use crate::checkpoint::SignedCheckpoint;
use crate::entry::Entry;
use crate::hash::Hash;
use crate::note::PublicKey;

/// The form, and its version.
pub(crate) const FORM: &str = "vigil-record/1";
/// Why an entry is not there.
pub(crate) const RETENTION: &str = "retention";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub record: String,
    pub key: String,
    pub size: u64,
}

/// An entry's line is its canonical form between these two, and its leaf behind the second.
pub(crate) const ENTRY: &str = "{\"entry\":";
pub(crate) const LEAF: &str = ",\"leaf\":\"";

/// A line of anything else, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnyLine {
    pub leaf: Option<String>,
    pub removed: Option<String>,
    pub seq: Option<u64>,
    pub checkpoint: Option<String>,
    pub witness: Option<String>,
}

/// What stands before the entries.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    /// Of the log.
    pub key: &'a PublicKey,
    /// How many entries follow, with those of which the leaf alone is left.
    pub size: u64,
    /// Whoever cosigned.
    pub witnesses: &'a [PublicKey],
    /// The log's own, with cosignatures.
    pub checkpoints: &'a [SignedCheckpoint],
}

/// An entry's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// An entry, and the leaf that was kept of it.
    Entry(Entry, Hash),
    /// Retention removed it.
    Removed {
        /// Its number.
        seq: u64,
        /// What was kept of it.
        leaf: Hash,
    },
}

impl Export<'_> {
    /// The lines before the entries.
    pub fn head(&self) -> String {
        let head = Head { record: FORM.to_owned(), key: self.key.to_string(), size: self.size };
        let mut text = line(&head);
        for witness in self.witnesses {
            text += &line(&serde_json::json!({ "witness": witness.to_string() }));
        }
        for checkpoint in self.checkpoints {
            text += &line(&serde_json::json!({ "checkpoint": checkpoint.to_string() }));
        }
        text
    }
}

impl Line {
    /// With its end.
    pub fn text(&self) -> String {
        match self {
            Line::Entry(entry, leaf) => {
                format!("{ENTRY}{}{LEAF}{leaf}\"}}\n", entry.canonical())
            }
            Line::Removed { seq, leaf } => {
                format!("{{\"leaf\":\"{leaf}\",\"removed\":\"{RETENTION}\",\"seq\":{seq}}}\n")
            }
        }
    }
}

fn line(what: &impl Serialize) -> String {
    // Texts and numbers can always be written.
    serde_json::to_string(what).unwrap_or_default() + "\n"
}
