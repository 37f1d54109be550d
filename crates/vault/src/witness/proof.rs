//! The proof that one entry is in this station's record.

use record::{InclusionProof, SignedCheckpoint, inclusion};
use rusqlite::OptionalExtension;

use crate::entries::checkpoints::signed;
use crate::entries::own::own;
use crate::entries::tree::{COLUMNS, Tree, entry, held};
use crate::error::VaultError;
use crate::store::vault::Reader;

impl Reader<'_> {
    /// The proof that an entry is in the record, under a checkpoint that the server keeps where one covers it; `None` where there is no
    /// such entry, or retention took it. What the rows say is not compared here: whoever reads the proof does.
    ///
    /// # Errors
    /// Of the database, or where the record's key is gone.
    pub fn entry_proof(&self, seq: u64) -> Result<Option<InclusionProof>, VaultError> {
        let (connection, Some(at)) = (self.connection, seq.checked_sub(1)) else { return Ok(None) };
        let own = own(connection)?.ok_or(VaultError::RecordKey)?;
        let tree = Tree(connection);
        let size = tree.size()?;
        let read = format!("SELECT {COLUMNS} FROM entry WHERE seq = ?");
        let kept = self.list(&read, [held(seq)], |row| entry(row, 0))?.pop().flatten();
        let Some(kept) = kept.filter(|_| at < size) else { return Ok(None) };
        let covers = "SELECT note FROM checkpoint WHERE size >= ? ORDER BY told = 0, size DESC LIMIT 1";
        let note: Option<String> = connection.query_row(covers, [held(seq)], |row| row.get(0)).optional()?;
        let checkpoint = match note.and_then(|note| SignedCheckpoint::read(&note).ok()) {
            Some(checkpoint) => checkpoint,
            // Signed for in the proof alone.
            None => signed(connection, size)?.ok_or(VaultError::RecordKey)?,
        };
        let path = inclusion(&tree, at, checkpoint.checkpoint.size)?;
        let (entry, key) = (kept.canonical(), own.log.public().clone());
        Ok(Some(InclusionProof { entry, key, at, path, checkpoint }))
    }
}
