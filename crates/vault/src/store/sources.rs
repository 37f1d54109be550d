//! Which sealed chunk may hold what a resource said. A chunk's sources are packed with its values, and no index of the database
//! reaches them: their names are kept in memory, by a hash each, from the first time somebody asks.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::VaultError;

/// Bits that say which hashes cannot be there; 4 MiB, for some millions of values.
const BITS: usize = 1 << 25;

/// The sources of every sealed chunk of one cache.
#[derive(Default)]
pub(crate) struct Sources(Mutex<Known>);

#[derive(Default)]
struct Known {
    bits: Vec<u64>,
    /// Sorted hashes, by the chunk's row.
    chunks: HashMap<i64, Box<[u32]>>,
    /// The newest moment that any sealed chunk reached, once somebody asked. It never comes back: a chunk that was opened may be
    /// sealed again.
    until: Option<i64>,
    /// Chunks that were opened since a transaction began that may be taken back.
    touched: Option<Vec<i64>>,
}

impl Sources {
    /// Knows the chunks that are there, and no others; the names in one that is new are asked for.
    pub(crate) fn bring_up(
        &self,
        there: Vec<i64>,
        mut names_in: impl FnMut(i64) -> Result<Vec<String>, VaultError>,
    ) -> Result<(), VaultError> {
        let mut known = self.lock();
        if known.bits.is_empty() {
            known.bits = vec![0; BITS / 64];
        }
        let mut chunks = HashMap::with_capacity(there.len());
        for id in there {
            let hashes = match known.chunks.remove(&id) {
                Some(hashes) => hashes,
                None => {
                    let mut hashes: Vec<u32> = names_in(id)?.iter().map(|name| hash(name)).collect();
                    hashes.sort_unstable();
                    hashes.dedup();
                    hashes.iter().for_each(|hash| known.set(*hash));
                    hashes.into_boxed_slice()
                }
            };
            chunks.insert(id, hashes);
        }
        known.chunks = chunks;
        Ok(())
    }

    /// The chunks that may hold something of a resource.
    pub(crate) fn holding(&self, reference: &str) -> Vec<i64> {
        let (known, hash) = (self.lock(), hash(reference));
        if !known.has(hash) {
            return Vec::new();
        }
        let holds = |hashes: &[u32]| hashes.binary_search(&hash).is_ok();
        known.chunks.iter().filter(|(_, hashes)| holds(hashes)).map(|(id, _)| *id).collect()
    }

    /// Whether any sealed chunk holds values of `t` or later; `newest` looks for the newest moment of all of them.
    pub(crate) fn reach(
        &self,
        t: i64,
        newest: impl FnOnce() -> Result<i64, VaultError>,
    ) -> Result<bool, VaultError> {
        let mut known = self.lock();
        let until = match known.until {
            Some(until) => until,
            None => *known.until.insert(newest()?),
        };
        Ok(t <= until)
    }

    /// A chunk was sealed that reaches to `t1`.
    pub(crate) fn sealed_to(&self, t1: i64) {
        if let Some(until) = &mut self.lock().until {
            *until = (*until).max(t1);
        }
    }

    /// A chunk is opened, or made one with another: its row may be given to a chunk with other sources.
    pub(crate) fn forget(&self, chunk: i64) {
        let mut known = self.lock();
        known.chunks.remove(&chunk);
        if let Some(touched) = &mut known.touched {
            touched.push(chunk);
        }
    }

    /// A transaction begins that may be taken back.
    pub(crate) fn begin(&self) {
        self.lock().touched = Some(Vec::new());
    }

    /// It stays.
    pub(crate) fn stays(&self) {
        self.lock().touched = None;
    }

    /// It was taken back: what it made out of chunks is asked for anew, and rows behind `newest`, the newest chunk before it, are given
    /// to others.
    pub(crate) fn is_taken_back(&self, newest: i64) {
        let mut known = self.lock();
        let touched = known.touched.take().unwrap_or_default();
        known.chunks.retain(|chunk, _| *chunk <= newest && !touched.contains(chunk));
    }

    /// Nothing is known any more: what was done with chunks was taken back.
    pub(crate) fn forget_all(&self) {
        *self.lock() = Known::default();
    }

    /// A poisoned lock holds hashes that are whole after every step.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn set(&mut self, hash: u32) {
        let bit = hash as usize % BITS;
        self.bits[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, hash: u32) -> bool {
        let bit = hash as usize % BITS;
        self.bits.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }
}

fn hash(reference: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    reference.hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    let half = hasher.finish() as u32;
    half
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Names of a chunk.
    fn names(chunk: i64) -> Vec<String> {
        (0..50).map(|n| format!("Observation/{chunk}-{n}")).collect()
    }

    #[test]
    fn each_chunk_is_opened_once_for_its_names_and_the_one_that_is_looked_for_is_found() {
        let sources = Sources::default();
        let mut opened = Vec::new();
        let mut bring_up = |there: Vec<i64>| {
            opened.clear();
            let ask = |chunk| {
                opened.push(chunk);
                Ok(names(chunk))
            };
            sources.bring_up(there, ask).unwrap();
            opened.clone()
        };
        assert_eq!(bring_up((1..=100).collect()), (1..=100).collect::<Vec<_>>());
        assert_eq!(bring_up((1..=101).collect()), [101], "the others are known");
        sources.forget(7);
        assert_eq!(bring_up((1..=101).collect()), [7], "it may be another one now");
        for chunk in [1, 7, 101] {
            for name in names(chunk) {
                assert!(sources.holding(&name).contains(&chunk), "{name}");
            }
        }
        let looked_at: usize = (0..100).map(|n| sources.holding(&format!("Observation/new-{n}")).len()).sum();
        assert!(looked_at <= 2, "{looked_at} chunks for what is in none");
        assert_eq!(bring_up(vec![1]), [0; 0]);
        assert_eq!(sources.holding(&names(7)[0]), [0; 0], "what is there no more is not looked at");
    }

    #[test]
    fn how_far_sealed_chunks_reach_is_looked_up_once() {
        let sources = Sources::default();
        sources.sealed_to(900);
        assert!(sources.reach(500, || Ok(500)).unwrap(), "looked up, with what was sealed meanwhile");
        let again = || Err(VaultError::Closed);
        assert!(!sources.reach(501, again).unwrap());
        sources.sealed_to(600);
        sources.sealed_to(400);
        assert!(sources.reach(600, again).unwrap() && !sources.reach(601, again).unwrap());
    }
}
