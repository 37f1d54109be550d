//! A look at the record of this station: whether it verifies, and who saw it last.

use std::io::BufRead;

use bedside::local_time::local;
use charts::pdf;
use clinical::{Actor, Instant};
use documents::{DocumentError, PROOF_TITLE, proof_pages};
use record::{Entry, InclusionProof, Known, verify_any};
use serde_json::Value;
use vault::View;

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

    /// An entry of the record, and the proof that it is in it, as a text.
    ///
    /// # Errors
    /// Where there is no such entry, or the record does not hold what its row says.
    pub(crate) fn entry_proof(&self, seq: u64) -> Result<(Entry, String), ConsoleError> {
        let proof = self.vault.read(|reader| reader.entry_proof(seq))?;
        let text = proof.ok_or(ConsoleError::NoEntry(seq))?.to_string();
        // Nobody is given a proof that others would refuse.
        match InclusionProof::verify(&text, &Known::default()) {
            Ok((entry, _)) => Ok((entry, text)),
            Err(fault) => Err(ConsoleError::NotProven(fault.to_string())),
        }
    }

    /// The sheet of an entry, with its proof as a QR code.
    pub(crate) fn proof_sheet(&self, who: &Actor, seq: u64) -> Result<Vec<u8>, ConsoleError> {
        let (entry, text) = self.entry_proof(seq)?;
        let says = [
            ("Entry", entry.seq.to_string()),
            ("When", local(Instant(entry.at), "%a %d %b %Y %H:%M:%S")),
            ("Station", entry.station.clone()),
            ("Who", entry.who.clone()),
            ("In the role of", entry.role.clone().unwrap_or_default()),
            ("Kind", entry.kind.code().to_owned()),
            ("What", entry.what.clone()),
            ("About", entry.about.clone().unwrap_or_default()),
        ];
        let pages = proof_pages(&says, &text, self.now(), &self.imprint(who, View::NOW)?)?;
        Ok(pdf(&pages, PROOF_TITLE).map_err(DocumentError::Drawing)?)
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
