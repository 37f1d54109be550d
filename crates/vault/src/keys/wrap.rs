//! The ways in which a data key is kept.

use serde::{Deserialize, Serialize};

/// How the data key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Wrap {
    /// In the OS keyring, under this name.
    Keyring {
        /// The entry's name: random, so that it tells nothing.
        name: String,
    },
    /// Sealed with a key derived from a PIN (Argon2id), XChaCha20-Poly1305.
    Pin {
        /// Argon2 memory in KiB.
        memory_kib: u32,
        /// Argon2 passes.
        passes: u32,
        /// 16 random bytes.
        salt: Vec<u8>,
        /// 24 random bytes.
        nonce: Vec<u8>,
        /// The sealed data key.
        sealed: Vec<u8>,
    },
}
