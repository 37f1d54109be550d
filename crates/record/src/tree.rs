//! The Merkle tree over the leaves (RFC 6962, 2.1), from nodes that are kept: a root and a proof read some tens of them.
//!
//! `ct-merkle` holds all leaves in memory. A station appends one leaf within the transaction of what it tells of, so the nodes
//! stand in its database; our own few lines are tried against `ct-merkle`.

use crate::hash::{EMPTY, Hash};

/// The kept nodes: a node of `level` covers 2^level leaves from `at` * 2^level on. Level 0 are the leaves.
pub trait Nodes {
    /// What reading one can come to.
    type Error;
    /// One node.
    ///
    /// # Errors
    /// Where it cannot be read, or is not there.
    fn node(&self, level: u32, at: u64) -> Result<Hash, Self::Error>;
}

/// A node to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// 0 for a leaf.
    pub level: u32,
    /// Which of its level.
    pub at: u64,
    /// What it hashes to.
    pub hash: Hash,
}

/// The largest power of two below `n`, which is at least 2.
fn half(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The root of the leaves from `lo` to before `hi`.
fn range<N: Nodes>(nodes: &N, lo: u64, hi: u64) -> Result<Hash, N::Error> {
    let n = hi - lo;
    if n.is_power_of_two() {
        let level = n.trailing_zeros();
        return nodes.node(level, lo >> level);
    }
    let middle = lo + half(n);
    Ok(Hash::node(&range(nodes, lo, middle)?, &range(nodes, middle, hi)?))
}

/// The root of the first `size` leaves.
///
/// # Errors
/// Where a node cannot be read.
pub fn root<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 { Ok(EMPTY) } else { range(nodes, 0, size) }
}

/// The nodes that come with leaf number `at` (0 for the first), the leaf itself first: on the mean two.
///
/// # Errors
/// Where a node cannot be read.
pub fn grown<N: Nodes>(nodes: &N, at: u64, leaf: Hash) -> Result<Vec<Stored>, N::Error> {
    let mut stored = vec![Stored { level: 0, at, hash: leaf }];
    let (mut level, mut at, mut hash) = (0, at, leaf);
    while at & 1 == 1 {
        hash = Hash::node(&nodes.node(level, at - 1)?, &hash);
        (level, at) = (level + 1, at >> 1);
        stored.push(Stored { level, at, hash });
    }
    Ok(stored)
}

/// The proof that leaf number `at` (0 for the first) is one of the first `size`.
///
/// # Errors
/// Where a node cannot be read.
pub fn inclusion<N: Nodes>(nodes: &N, at: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut lo, mut hi) = (0, size);
    let mut path = Vec::new();
    while at >= lo && at < hi && hi - lo > 1 {
        let middle = lo + half(hi - lo);
        if at < middle {
            path.push(range(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(range(nodes, lo, middle)?);
            lo = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` of the first `size` leaves are the log as it was.
///
/// # Errors
/// Where a node cannot be read.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut lo, mut hi) = (0, size);
    let mut path = Vec::new();
    if old == 0 || old >= size {
        return Ok(path);
    }
    while old != hi {
        let middle = lo + half(hi - lo);
        if old <= middle {
            path.push(range(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(range(nodes, lo, middle)?);
            lo = middle;
        }
    }
    if lo > 0 {
        path.push(range(nodes, lo, hi)?);
    }
    path.reverse();
    Ok(path)
}

/// The root that a proof of inclusion leads to; `None` for a proof that is none.
pub fn root_of(leaf: Hash, at: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    fn climb(leaf: Hash, at: u64, (lo, hi): (u64, u64), proof: &[Hash]) -> Option<Hash> {
        if hi - lo == 1 {
            return proof.is_empty().then_some(leaf);
        }
        let (other, below) = proof.split_last()?;
        let middle = lo + half(hi - lo);
        if at < middle {
            Some(Hash::node(&climb(leaf, at, (lo, middle), below)?, other))
        } else {
            Some(Hash::node(other, &climb(leaf, at, (middle, hi), below)?))
        }
    }
    if at < size { climb(leaf, at, (0, size), proof) } else { None }
}

/// Whether `proof` shows that the log of `size` leaves with root `new` begins with the one of `old_size` leaves with root `old`.
pub fn proves_consistency((old_size, old): (u64, Hash), (size, new): (u64, Hash), proof: &[Hash]) -> bool {
    fn climb(old_size: u64, old: Hash, (lo, hi): (u64, u64), proof: &[Hash]) -> Option<(Hash, Hash)> {
        if old_size == hi {
            return match (lo, proof) {
                (0, []) => Some((old, old)),
                (1.., [subtree]) => Some((*subtree, *subtree)),
                _ => None,
            };
        }
        let (other, below) = proof.split_last()?;
        let middle = lo + half(hi - lo);
        if old_size <= middle {
            let (was, is) = climb(old_size, old, (lo, middle), below)?;
            Some((was, Hash::node(&is, other)))
        } else {
            let (was, is) = climb(old_size, old, (middle, hi), below)?;
            Some((Hash::node(other, &was), Hash::node(other, &is)))
        }
    }
    match old_size {
        0 => old == EMPTY && proof.is_empty(),
        _ if old_size > size => false,
        _ => climb(old_size, old, (0, size), proof) == Some((old, new)),
    }
}

/// A log whose leaves come one by one: the roots of its complete subtrees, the largest first.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// One leaf more.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = Hash::node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of them.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return EMPTY };
        peaks.fold(*last, |right, left| Hash::node(left, &right))
    }
}
