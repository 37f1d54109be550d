//! The log's hashes and proofs are those of RFC 6962, by its vectors and by another implementation.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::HashMap;
use std::convert::Infallible;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use record::{
    EMPTY, Frontier, Hash, Nodes, Stored, consistency, grown, inclusion, proves_consistency, root, root_of,
};

#[derive(Default)]
struct Memory(HashMap<(u32, u64), Hash>);

impl Nodes for Memory {
    type Error = Infallible;
    fn node(&self, level: u32, at: u64) -> Result<Hash, Infallible> {
        Ok(self.0[&(level, at)])
    }
}

impl Memory {
    fn push(&mut self, at: u64, leaf: Hash) -> usize {
        let new = grown(self, at, leaf).unwrap();
        let many = new.len();
        self.0.extend(new.into_iter().map(|Stored { level, at, hash }| ((level, at), hash)));
        many
    }
}

fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_roots_are_those_of_the_standard() {
    let mut log = Frontier::default();
    assert_eq!(log.root(), EMPTY);
    for entry in ["a", "b", "c"] {
        log.push(Hash::leaf(entry.as_bytes()));
    }
    assert_eq!(hex(log.root()), "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
    // Certificate Transparency's own test vectors: roots of the first 1 to 8 of these leaves.
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut log = Frontier::default();
    for (leaf, wanted) in leaves.into_iter().zip(roots) {
        let bytes: Vec<u8> =
            (0..leaf.len() / 2).map(|n| u8::from_str_radix(&leaf[2 * n..2 * n + 2], 16).unwrap()).collect();
        log.push(Hash::leaf(&bytes));
        assert_eq!(hex(log.root()), wanted, "{} leaves", log.size());
    }
}

#[test]
fn roots_and_proofs_of_every_size_are_those_of_another_implementation_and_no_other_proof_passes() {
    const MOST: u64 = 70;
    let (mut ours, mut frontier) = (Memory::default(), Frontier::default());
    let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let mut roots = vec![EMPTY];
    let path =
        |bytes: &[u8]| -> Vec<Hash> { bytes.chunks(32).map(|c| Hash::from_slice(c).unwrap()).collect() };
    for n in 0..MOST {
        let entry = n.to_string().into_bytes();
        ours.push(n, Hash::leaf(&entry));
        frontier.push(Hash::leaf(&entry));
        theirs.push(entry);
        let size = n + 1;
        let now = root(&ours, size).unwrap();
        assert_eq!(now.0, <[u8; 32]>::from(*theirs.root().as_bytes()));
        assert_eq!(now, frontier.root());
        roots.push(now);
        for at in 0..size {
            let proof = inclusion(&ours, at, size).unwrap();
            assert_eq!(proof, path(theirs.prove_inclusion(usize::try_from(at).unwrap()).as_bytes()));
            let leaf = Hash::leaf(at.to_string().as_bytes());
            assert_eq!(root_of(leaf, at, size, &proof), Some(now));
            assert_ne!(root_of(Hash::leaf(b"x"), at, size, &proof), Some(now));
            if size > 1 {
                assert_ne!(root_of(leaf, (at + 1) % size, size, &proof), Some(now));
                assert_eq!(root_of(leaf, at, size, &proof[1..]), None);
            }
        }
        for old in 1..=size {
            let proof = consistency(&ours, old, size).unwrap();
            if old < size {
                let more = usize::try_from(size - old).unwrap();
                assert_eq!(proof, path(theirs.prove_consistency(more).as_bytes()), "{old} of {size}");
            }
            let was = roots[usize::try_from(old).unwrap()];
            assert!(proves_consistency((old, was), (size, now), &proof));
            assert!(!proves_consistency((old, Hash::leaf(b"x")), (size, now), &proof));
            assert!(old == size || !proves_consistency((old, was), (size, Hash::leaf(b"x")), &proof));
            assert!(proof.is_empty() || !proves_consistency((old, was), (size, now), &proof[1..]));
        }
    }
    assert!(
        proves_consistency((0, EMPTY), (3, roots[3]), &[])
            && !proves_consistency((4, roots[4]), (3, roots[3]), &[])
    );
}

#[test]
fn an_entry_of_a_long_log_costs_two_nodes_and_a_proof_of_it_some_tens() {
    let mut log = Memory::default();
    let many = 20_000;
    let stored: usize = (0..many).map(|at| log.push(at, Hash([0; 32]))).sum();
    assert!(stored < 2 * 20_000);
    assert!(inclusion(&log, 77, many).unwrap().len() <= 15);
    assert!(consistency(&log, 777, many).unwrap().len() <= 16);
}
