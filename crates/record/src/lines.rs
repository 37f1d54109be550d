//! The lines of an exported record, read and hashed many at a time: of a million entries that is nearly all of the work.

use std::io::BufRead;

use rayon::prelude::*;

use crate::checkpoint::SignedCheckpoint;
use crate::entry::{Entry, covered_by};
use crate::export::{AnyLine, ENTRY, LEAF, RETENTION};
use crate::hash::Hash;
use crate::note::PublicKey;

/// One line.
pub(crate) enum Read {
    /// Whoever cosigned.
    Witness(PublicKey),
    /// A checkpoint, and whether the log's key signed it.
    Checkpoint(SignedCheckpoint, bool),
    /// An entry: the last that it covers where it is a retention, what its leaf is made of now, and the leaf as it was kept.
    Entry { seq: u64, covers: u64, made: Hash, leaf: Hash },
    /// Of this one the leaf is left.
    Removed { seq: u64, leaf: Hash },
    /// A line that no station writes.
    Unreadable,
    /// A line that nobody ended, or that could not be read from the disk.
    Unended,
}

impl Read {
    /// Which entry it is of.
    pub(crate) fn seq(&self) -> Option<u64> {
        match self {
            Read::Entry { seq, .. } | Read::Removed { seq, .. } => Some(*seq),
            _ => None,
        }
    }
}

/// The lines below the head.
pub(crate) struct Lines<'a, R> {
    input: R,
    key: &'a PublicKey,
    batch: std::vec::IntoIter<Read>,
}

/// So many are read, and then looked at by all cores.
const BATCH: usize = 8192;

impl<'a, R: BufRead> Lines<'a, R> {
    pub(crate) fn new(input: R, key: &'a PublicKey) -> Lines<'a, R> {
        Lines { input, key, batch: Vec::new().into_iter() }
    }
}

impl<R: BufRead> Iterator for Lines<'_, R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        if let Some(read) = self.batch.next() {
            return Some(read);
        }
        let mut lines = Vec::new();
        while lines.len() < BATCH
            && let Some(line) = line(&mut self.input)
        {
            lines.push(line);
        }
        let key = self.key;
        let read = |line: &Option<Vec<u8>>| line.as_ref().map_or(Read::Unended, |line| read(line, key));
        self.batch = lines.par_iter().with_min_len(64).map(read).collect::<Vec<_>>().into_iter();
        self.batch.next()
    }
}

/// The next line without its end; nothing in the place of one that has none.
pub(crate) fn line(input: &mut impl BufRead) -> Option<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match input.read_until(b'\n', &mut bytes) {
        Ok(0) => None,
        Ok(_) if bytes.pop() == Some(b'\n') => Some(Some(bytes)),
        _ => Some(None),
    }
}

fn read(line: &[u8], key: &PublicKey) -> Read {
    let read = || {
        let text = std::str::from_utf8(line).ok()?;
        if text.starts_with(ENTRY) { entry(text) } else { other(text, key) }
    };
    read().unwrap_or(Read::Unreadable)
}

fn entry(text: &str) -> Option<Read> {
    let (text, leaf) = text.strip_prefix(ENTRY)?.strip_suffix("\"}")?.rsplit_once(LEAF)?;
    let entry = Entry::read(text)?;
    let covers = covered_by(&entry).unwrap_or(0);
    let (made, leaf) = (Hash::leaf(text.as_bytes()), Hash::from_base64(leaf)?);
    Some(Read::Entry { seq: entry.seq, covers, made, leaf })
}

fn other(text: &str, key: &PublicKey) -> Option<Read> {
    match serde_json::from_str(text).ok()? {
        AnyLine { witness: Some(key), checkpoint: None, leaf: None, removed: None, seq: None } => {
            Some(Read::Witness(key.parse().ok()?))
        }
        AnyLine { witness: None, checkpoint: Some(note), leaf: None, removed: None, seq: None } => {
            let signed = SignedCheckpoint::read(&note).ok()?;
            let is_signed = signed.is_signed_by(key).is_ok();
            Some(Read::Checkpoint(signed, is_signed))
        }
        AnyLine { witness: None, checkpoint: None, leaf: Some(leaf), removed: Some(why), seq: Some(seq) } => {
            let leaf = Hash::from_base64(&leaf)?;
            (why == RETENTION && seq > 0).then_some(Read::Removed { seq, leaf })
        }
        _ => None,
    }
}
