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

    /// A chunk is opened, or made one with another: its row may be given to a chunk with other sources.
    pub(crate) fn forget(&self, chunk: i64) {
        self.lock().chunks.remove(&chunk);
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
