//! The proof that one entry is in a log (C2SP tlog-proof), as a text that a QR code holds.

use std::fmt::{self, Display};

use crate::checkpoint::SignedCheckpoint;
use crate::entry::Entry;
use crate::fault::{Fault, What};
use crate::hash::{Hash, base64, from_base64};
use crate::known::Known;
use crate::note::PublicKey;
use crate::tree::root_of;

/// One entry, the log's key, the way from the entry to a root, and the checkpoint with that root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's canonical form.
    pub entry: String,
    /// Of the log.
    pub key: PublicKey,
    /// Which leaf: 0 for the first entry.
    pub at: u64,
    /// The way to the root.
    pub path: Vec<Hash>,
    /// What is signed.
    pub checkpoint: SignedCheckpoint,
}

impl Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra = base64(format!("{}\n{}", self.key, self.entry).as_bytes());
        write!(f, "{}\nextra {extra}\nindex {}\n", InclusionProof::FORM, self.at)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl InclusionProof {
    /// Its first line.
    pub const FORM: &str = "c2sp.org/tlog-proof@v1";

    fn read(text: &str) -> Option<InclusionProof> {
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.lines();
        let (form, extra, index) = (lines.next()?, lines.next()?, lines.next()?);
        let extra = String::from_utf8(from_base64(extra.strip_prefix("extra ")?)?).ok()?;
        let (key, entry) = extra.split_once('\n')?;
        let read = InclusionProof {
            entry: entry.to_owned(),
            key: key.parse().ok()?,
            at: index.strip_prefix("index ")?.parse().ok()?,
            path: lines.map(Hash::from_base64).collect::<Option<_>>()?,
            checkpoint: SignedCheckpoint::read(note).ok()?,
        };
        (form == InclusionProof::FORM).then_some(read)
    }

    /// Reads and verifies a proof; gives the entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(text: &str, known: &Known) -> Result<(Entry, InclusionProof), Fault> {
        let proof = InclusionProof::read(text).ok_or(Fault::at(1, What::Form))?;
        let seq = proof.at.saturating_add(1);
        let entry = Entry::read(&proof.entry).ok_or(Fault::at(seq, What::Unreadable))?;
        if known.key.as_ref().is_some_and(|key| *key != proof.key) {
            return Err(Fault::at(seq, What::OtherKey));
        }
        proof.checkpoint.is_signed_by(&proof.key).map_err(|_| Fault::at(seq, What::Signature))?;
        let state = &proof.checkpoint.checkpoint;
        for other in &known.checkpoints {
            other.is_signed_by(&proof.key).map_err(|_| Fault::at(seq, What::OtherKey))?;
            if other.checkpoint.size == state.size && other.checkpoint.root != state.root {
                return Err(Fault::at(seq, What::SplitView));
            }
        }
        let root = root_of(Hash::leaf(proof.entry.as_bytes()), proof.at, state.size, &proof.path);
        if entry.seq != seq || root != Some(state.root) {
            return Err(Fault::at(seq, What::Changed));
        }
        Ok((entry, proof))
    }
}
