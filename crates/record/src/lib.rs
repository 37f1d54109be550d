//! The record: what was done, seen and taken out at a station, as a log that shows if anybody changed a line of it.
//!
//! Entries, their canonical form and their leaves; the Merkle tree over them (RFC 6962); signed checkpoints and cosignatures (C2SP);
//! what a witness makes of another station's checkpoints, and the words in which they tell each other; the exported record and whoever
//! verifies it, without a key and without a cache.
//!
//! Deliberately not here: a database, a server, a clock, and what an entry is about.

mod hash;

mod entry;

mod tree;

mod note;

mod checkpoint;

mod witness;

mod proof;

mod export;

mod fault;

mod known;

mod lines;

mod verify;

mod learn;

mod word;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use entry::{Entry, EntryKind, covered_by, covers};
pub use export::{Export, Line};
pub use fault::{Fault, What};
pub use hash::{EMPTY, Hash};
pub use known::Known;
pub use learn::KnownError;
pub use note::{PublicKey, RecordError, Role, Signer};
pub use proof::InclusionProof;
pub use tree::{Frontier, Nodes, Stored, consistency, grown, inclusion, proves_consistency, root, root_of};
pub use verify::{Verified, verify, verify_any};
pub use witness::{Judged, judge};
pub use word::{Told, Witnessed, name_of, word_of};
