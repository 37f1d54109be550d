//! How something becomes known: from a signed checkpoint, or from an earlier export that is good itself.

use crate::checkpoint::SignedCheckpoint;
use crate::export::FORM;
use crate::fault::Fault;
use crate::known::Known;
use crate::lines::{Lines, Read};
use crate::note::RecordError;
use crate::verify::verify;
use crate::word::{Told, Witnessed};

impl Known {
    /// Takes in one more text: a signed checkpoint, by itself or in what a station told others, or an earlier export, which is verified
    /// first.
    ///
    /// # Errors
    /// Where it is neither, or the earlier export is bad itself.
    pub fn add(&mut self, text: &str) -> Result<(), KnownError> {
        if let Ok(told) = Told::read(text) {
            self.checkpoints.push(told.note);
            return Ok(());
        }
        if let Ok(seen) = Witnessed::read(text) {
            self.checkpoints.push(seen.note);
            return Ok(());
        }
        if !text.contains(FORM) {
            self.checkpoints.push(SignedCheckpoint::read(text)?);
            return Ok(());
        }
        let verified = verify(text.as_bytes(), &Known::default())?;
        let mut leaves = Vec::new();
        for read in Lines::new(text.split_once('\n').unwrap_or_default().1.as_bytes(), &verified.key) {
            match read {
                Read::Checkpoint(signed, _) => self.checkpoints.push(signed),
                Read::Entry { leaf, .. } | Read::Removed { leaf, .. } => leaves.push(leaf),
                _ => {}
            }
        }
        if leaves.len() > self.leaves.len() {
            self.leaves = leaves;
        }
        self.key.get_or_insert(verified.key);
        Ok(())
    }
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnownError {
    /// It is no checkpoint.
    #[error(transparent)]
    Note(#[from] RecordError),
    /// The earlier export is bad itself.
    #[error("the earlier record: {0}")]
    Bad(#[from] Fault),
}
