//! A look at the record of this station: whether it verifies, and who saw it last.

use std::io::BufRead;

use record::{Known, verify_any};
use serde_json::Value;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::view::{Failure, StationRecord};

impl Console {
    /// Verifies the whole record. A log of years takes seconds.
    ///
    /// # Errors
    /// Of the cache.
    pub fn record_state(&self) -> Result<StationRecord, ConsoleError> {
        let now = self.now();
        Ok(self.vault.read(|reader| reader.record_state(now))?.into())
    }

    /// The record as a text that proves itself, and how many entries it holds.
    pub(crate) fn record_text(&self) -> Result<(Vec<u8>, u64), ConsoleError> {
        let text = self.vault.read(|reader| reader.record_text()?.whole())?;
        let entries = text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"entry\":"));
        let entries = entries.count() as u64;
        Ok((text, entries))
    }
}

/// Verifies an exported record, or the proof of one entry, without a cache and without a key; what is right, in words. `known` are
/// checkpoints that others keep (by themselves, or as the server gives them), or earlier exports.
///
/// # Errors
/// The first thing that is wrong, with the first bad entry.
pub fn verify_record(file: impl BufRead, known: &[String]) -> Result<String, Failure> {
    let mut knows = Known::default();
    for text in known {
        knows.add(&word(text)).map_err(Failure::failed)?;
    }
    verify_any(file, &knows).map_err(Failure::failed)
}

/// What a Communication says that carries a word about a record; any other text is what it is.
fn word(text: &str) -> String {
    let resource: Value = serde_json::from_str(text).unwrap_or_default();
    let payload = resource["payload"].as_array().filter(|_| resource["resourceType"] == "Communication");
    let said = payload.and_then(|parts| parts.iter().find_map(|part| part["contentString"].as_str()));
    said.unwrap_or(text).to_owned()
}
