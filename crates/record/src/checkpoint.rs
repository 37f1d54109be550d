//! Checkpoints (C2SP tlog-checkpoint): how many entries a log has and their root, signed by the station and by whoever saw it.

use std::fmt::{self, Display};

use crate::hash::Hash;
use crate::note::{PublicKey, RecordError, Role, SignatureLine, Signer, split};

/// The state of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of their leaves.
    pub root: Hash,
}

/// What is signed.
impl Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl Checkpoint {
    fn read(text: &str) -> Option<Checkpoint> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let read = Checkpoint {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root: Hash::from_base64(root)?,
        };
        // One text for one state: no leading zero, and nothing below that a reader might skip.
        (read.to_string() == text && !origin.is_empty()).then_some(read)
    }
}

/// A checkpoint with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    lines: Vec<SignatureLine>,
}

impl Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        self.lines.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

/// What a witness signs: the checkpoint and when it was seen.
fn cosigned(checkpoint: &Checkpoint, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{checkpoint}")
}

impl SignedCheckpoint {
    /// Signs the state of one's own log; the name of the key is the log's origin.
    pub fn sign(size: u64, root: Hash, signer: &Signer) -> SignedCheckpoint {
        let public = signer.public();
        let checkpoint = Checkpoint { origin: public.name().to_owned(), size, root };
        let bytes = signer.sign(checkpoint.to_string().as_bytes()).to_vec();
        let line = SignatureLine { name: public.name().to_owned(), id: public.id(), bytes };
        SignedCheckpoint { checkpoint, lines: vec![line] }
    }

    /// Reads a note; no signature is looked at yet.
    ///
    /// # Errors
    /// Where it is no signed checkpoint.
    pub fn read(note: &str) -> Result<SignedCheckpoint, RecordError> {
        let read = || {
            let (text, lines) = split(note)?;
            Some(SignedCheckpoint { checkpoint: Checkpoint::read(text)?, lines })
        };
        read().ok_or(RecordError::Form("signed checkpoint"))
    }

    fn lines_of<'a>(&'a self, key: &'a PublicKey) -> impl Iterator<Item = &'a SignatureLine> {
        self.lines.iter().filter(|line| line.name == key.name() && line.id == key.id())
    }

    /// Whether the log with this key signed it.
    ///
    /// # Errors
    /// Where it is another log's, or the signature is missing or wrong.
    pub fn is_signed_by(&self, key: &PublicKey) -> Result<(), RecordError> {
        let wrong = || RecordError::Signature(key.name().to_owned());
        if key.role() != Role::Log || self.checkpoint.origin != key.name() {
            return Err(wrong());
        }
        let text = self.checkpoint.to_string();
        let mut lines = self.lines_of(key).filter_map(|line| line.bytes.as_slice().try_into().ok());
        // Two lines of one key are one too many.
        match (lines.next(), lines.next()) {
            (Some(signature), None) if key.has_signed(text.as_bytes(), signature) => Ok(()),
            _ => Err(wrong()),
        }
    }

    /// Signs that a witness saw it at that time (seconds since 1970 UTC); gives the line to put below the note.
    pub fn cosign(&self, witness: &Signer, seconds: u64) -> String {
        let signature = witness.sign(cosigned(&self.checkpoint, seconds).as_bytes());
        let bytes = [&seconds.to_be_bytes()[..], &signature].concat();
        let public = witness.public();
        SignatureLine { name: public.name().to_owned(), id: public.id(), bytes }.to_string()
    }

    /// With the line of a witness, unless it is there.
    ///
    /// # Errors
    /// Where the line is no signature.
    pub fn with(mut self, cosignature: &str) -> Result<SignedCheckpoint, RecordError> {
        let alone = format!("-\n\n{cosignature}");
        let (_, lines) = split(&alone).ok_or(RecordError::Form("cosignature"))?;
        let fresh: Vec<SignatureLine> = lines.into_iter().filter(|line| !self.lines.contains(line)).collect();
        self.lines.extend(fresh);
        Ok(self)
    }

    /// With what this witness signed below another copy of it, in the place of what it signed before.
    #[must_use]
    pub fn witnessed_as(mut self, other: &SignedCheckpoint, witness: &PublicKey) -> SignedCheckpoint {
        if other.checkpoint == self.checkpoint {
            self.lines.retain(|line| line.name != witness.name() || line.id != witness.id());
            self.lines.extend(other.lines_of(witness).cloned());
        }
        self
    }

    /// When this witness saw it, in seconds since 1970 UTC; `None` where it did not, or its signature is wrong.
    pub fn seen_by(&self, witness: &PublicKey) -> Option<u64> {
        if witness.role() != Role::Witness {
            return None;
        }
        self.lines_of(witness).find_map(|line| {
            let (seconds, signature) = line.bytes.split_first_chunk::<8>()?;
            let seconds = u64::from_be_bytes(*seconds);
            let message = cosigned(&self.checkpoint, seconds);
            witness.has_signed(message.as_bytes(), signature.try_into().ok()?).then_some(seconds)
        })
    }
}
