//! What whoever verifies knows already of a log: checkpoints that others keep, or an earlier export.

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::note::PublicKey;

/// What is known of a log, from outside the file that is verified.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The log's key, where somebody wrote it down.
    pub key: Option<PublicKey>,
    /// Checkpoints that witnesses or the server keep.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// Leaves from the first entry on.
    pub leaves: Vec<Hash>,
}
