//! Whoever verifies an exported record. No key, no cache and no clock is needed: the file holds the rest.

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::checkpoint::SignedCheckpoint;
use crate::export::{FORM, Head};
use crate::fault::{Fault, What};
use crate::hash::Hash;
use crate::known::Known;
use crate::lines::{Lines, Read, line};
use crate::note::PublicKey;
use crate::proof::InclusionProof;
use crate::tree::Frontier;

/// A record in which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose log it is.
    pub key: PublicKey,
    /// How many entries, with those that retention removed.
    pub entries: u64,
    /// How many of them retention removed.
    pub removed: u64,
    /// How many checkpoints of the file lead to its entries.
    pub checkpoints: u64,
    /// How many checkpoints and leaves that were known from elsewhere do.
    pub known: u64,
    /// Up to which entry a witness signed, when (seconds since 1970 UTC), and who, by the latest.
    pub witnessed: Option<(u64, u64, String)>,
    /// The root of all of it.
    pub root: Hash,
}

/// The roots that were signed for one size.
#[derive(Default)]
struct Signed {
    own: Vec<Hash>,
    known: Vec<Hash>,
}

struct Verifier<'a> {
    known: &'a Known,
    key: &'a PublicKey,
    size: u64,
    witnesses: Vec<PublicKey>,
    signed: BTreeMap<u64, Signed>,
    /// Up to here a checkpoint from elsewhere led to the entries. Those of the file prove nothing against whoever holds the key.
    good: u64,
    /// Up to here a checkpoint of the file did.
    sealed: u64,
    frontier: Frontier,
    /// The last entry that retention removed, and the last that a retention covers.
    removed: u64,
    covered: u64,
    checkpoints: u64,
    witnessed: Option<(u64, u64, String)>,
}

/// Verifies an exported record against itself and against what is known from elsewhere.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(mut input: impl BufRead, known: &Known) -> Result<Verified, Fault> {
    let head = line(&mut input).flatten().unwrap_or_default();
    let head: Head = serde_json::from_slice(&head).map_err(|_| Fault::at(1, What::Form))?;
    let key: PublicKey = head.key.parse().map_err(|_| Fault::at(1, What::Form))?;
    if head.record != FORM {
        return Err(Fault::at(1, What::Form));
    }
    let mut lines = Lines::new(input, &key);
    let mut verifier = Verifier {
        known,
        key: &key,
        size: head.size,
        witnesses: Vec::new(),
        signed: BTreeMap::new(),
        good: 0,
        sealed: 0,
        frontier: Frontier::default(),
        removed: 0,
        covered: 0,
        checkpoints: 0,
        witnessed: None,
    };
    verifier.take_known()?;
    while let Some(read) = lines.next() {
        let next = verifier.frontier.size() + 1;
        match read {
            Read::Unended => return Err(Fault::at(next, What::Form)),
            Read::Witness(key) if next == 1 => verifier.witnesses.push(key),
            Read::Checkpoint(signed, is_signed) if next == 1 => {
                verifier.take_checkpoint(&signed, is_signed)?
            }
            read => match read.seq() {
                Some(seq) if seq == next => verifier.take(&read)?,
                // Two lines say that they are this one.
                Some(seq) if seq < next => return Err(Fault::at(seq, What::Inserted)),
                Some(_) => {
                    let is_there = lines.any(|later| later.seq() == Some(next));
                    return Err(Fault::at(next, if is_there { What::Moved } else { What::Missing }));
                }
                None => return Err(Fault::at(next, What::Unreadable)),
            },
        }
    }
    verifier.end()
}

impl Verifier<'_> {
    fn take_known(&mut self) -> Result<(), Fault> {
        let most = self.known.checkpoints.iter().map(|known| known.checkpoint.size).max().unwrap_or(1);
        let other = Fault::among(1, most, What::OtherKey);
        if self.known.key.as_ref().is_some_and(|known| known != self.key) {
            return Err(other);
        }
        for known in &self.known.checkpoints {
            known.is_signed_by(self.key).map_err(|_| other.clone())?;
            self.signed.entry(known.checkpoint.size).or_default().known.push(known.checkpoint.root);
        }
        Ok(())
    }

    fn take_checkpoint(&mut self, signed: &SignedCheckpoint, is_signed: bool) -> Result<(), Fault> {
        let size = signed.checkpoint.size;
        if !is_signed {
            return Err(Fault::among(1, size, What::Signature));
        }
        for witness in &self.witnesses {
            if let Some(seconds) = signed.seen_by(witness)
                && self.witnessed.as_ref().is_none_or(|(most, at, _)| (*most, *at) < (size, seconds))
            {
                self.witnessed = Some((size, seconds, witness.name().to_owned()));
            }
        }
        self.signed.entry(size).or_default().own.push(signed.checkpoint.root);
        Ok(())
    }

    fn take(&mut self, read: &Read) -> Result<(), Fault> {
        let seq = self.frontier.size() + 1;
        let leaf = match *read {
            Read::Entry { made, leaf, .. } if made != leaf => return Err(Fault::at(seq, What::Changed)),
            Read::Entry { covers, leaf, .. } => {
                self.covered = self.covered.max(covers);
                leaf
            }
            // Retention takes from the front alone.
            Read::Removed { leaf, .. } if self.removed + 1 == seq => {
                self.removed = seq;
                leaf
            }
            _ => return Err(Fault::at(seq, What::Missing)),
        };
        let is_known = usize::try_from(seq - 1).ok().and_then(|at| self.known.leaves.get(at));
        if is_known.is_some_and(|known| *known != leaf) {
            return Err(Fault::at(seq, What::Changed));
        }
        self.frontier.push(leaf);
        self.compare(seq)
    }

    /// What was signed for so many entries, and what they lead to.
    fn compare(&mut self, size: u64) -> Result<(), Fault> {
        let Some(signed) = self.signed.get(&size) else { return Ok(()) };
        let root = self.frontier.root();
        let mut all = signed.own.iter().chain(&signed.known);
        if all.clone().any(|other| Some(other) != all.clone().next()) {
            return Err(Fault::among(self.good + 1, size, What::SplitView));
        }
        if all.any(|signed| *signed != root) {
            return Err(Fault::among(self.good + 1, size, What::Rewritten));
        }
        if !signed.known.is_empty() {
            self.good = size;
        }
        if !signed.own.is_empty() {
            self.sealed = size;
            self.checkpoints += 1;
        }
        Ok(())
    }

    fn end(self) -> Result<Verified, Fault> {
        let entries = self.frontier.size();
        let leaves = self.known.leaves.len() as u64;
        let most = self.signed.keys().next_back().copied().unwrap_or(0).max(self.size).max(leaves);
        if most > entries {
            // A file that was cut ends before its own head says. One that was made anew may be false from where nobody else knows it.
            let is_exact = self.size > entries || leaves >= entries;
            let first = if is_exact { entries } else { self.good } + 1;
            return Err(Fault::among(first, most, What::Cut));
        }
        if entries > self.size {
            return Err(Fault::among(self.size + 1, entries, What::Inserted));
        }
        if self.removed > self.covered {
            return Err(Fault::at(self.covered + 1, What::Missing));
        }
        if self.sealed < entries {
            return Err(Fault::among(self.sealed + 1, entries, What::Unsealed));
        }
        Ok(Verified {
            key: self.key.clone(),
            entries,
            removed: self.removed,
            checkpoints: self.checkpoints,
            known: self.known.checkpoints.len() as u64 + leaves,
            witnessed: self.witnessed,
            root: self.frontier.root(),
        })
    }
}

/// Verifies an exported record, or the proof of one entry; gives what is right in words.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_any(mut input: impl BufRead, known: &Known) -> Result<String, Fault> {
    let is_proof = input.fill_buf().is_ok_and(|bytes| bytes.starts_with(InclusionProof::FORM.as_bytes()));
    if is_proof {
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|_| Fault::at(1, What::Form))?;
        let (entry, proof) = InclusionProof::verify(&text, known)?;
        let size = proof.checkpoint.checkpoint.size;
        return Ok(format!(
            "entry {} is one of {size}, signed by {}:\n{}",
            entry.seq,
            proof.key,
            entry.canonical()
        ));
    }
    let found = verify(input, known)?;
    let witnessed = found.witnessed.map_or("no witness signed it".to_owned(), |(size, seconds, name)| {
        format!("{name} signed {size} of them at {seconds} s since 1970")
    });
    Ok(format!(
        "{} entries, {} of them removed by retention, {} checkpoints, {} known from elsewhere; {witnessed}\nroot {}\nkey {}",
        found.entries, found.removed, found.checkpoints, found.known, found.root, found.key
    ))
}
