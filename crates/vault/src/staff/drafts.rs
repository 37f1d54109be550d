//! What somebody has begun to write, until it is recorded or thrown away. It is read by its author alone.

use clinical::{ActorId, Instant};
use rusqlite::{OptionalExtension, params};

use crate::error::VaultError;
use crate::store::vault::{Reader, Vault};

impl Vault {
    /// Keeps what somebody has begun to write at a place of the screen; nothing is kept of an empty text.
    ///
    /// # Errors
    /// Of the database.
    pub fn keep_draft(
        &self,
        author: &ActorId,
        place: String,
        text: String,
        at: Instant,
    ) -> Result<(), VaultError> {
        let author = author.to_string();
        self.write_beside(move |connection| {
            if text.is_empty() {
                connection.execute("DELETE FROM draft WHERE author = ? AND place = ?", [&author, &place])?;
            } else {
                connection.execute(
                    "INSERT OR REPLACE INTO draft (author, place, text, at) VALUES (?, ?, ?, ?)",
                    params![author, place, text, at.0],
                )?;
            }
            Ok(())
        })
    }

    /// Forgets what was begun before, and never recorded.
    ///
    /// # Errors
    /// Of the database.
    pub fn drop_drafts(&self, before: Instant) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            connection.execute("DELETE FROM draft WHERE at < ?", [before.0])?;
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// What this person has begun to write there.
    ///
    /// # Errors
    /// Of the database.
    pub fn draft(&self, author: &ActorId, place: &str) -> Result<Option<String>, VaultError> {
        let kept = "SELECT text FROM draft WHERE author = ? AND place = ?";
        Ok(self.connection.query_row(kept, [author.as_str(), place], |row| row.get(0)).optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key::Key;

    #[test]
    fn a_draft_is_read_by_its_author_alone_and_is_there_after_a_restart() {
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::random().unwrap());
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let (one, other) = (ActorId::from("Practitioner/1"), ActorId::from("Practitioner/2"));
        let keep =
            |who: &ActorId, text: &str| vault.keep_draft(who, "note e1".into(), text.into(), Instant(5));
        keep(&one, "Lead").unwrap();
        keep(&one, "Lead moved").unwrap();
        keep(&other, "of the other").unwrap();
        drop(vault);
        let vault = Vault::open(folder.path(), key).unwrap();
        let draft = |who: &ActorId, place: &str| vault.read(|reader| reader.draft(who, place)).unwrap();
        assert_eq!(draft(&one, "note e1").as_deref(), Some("Lead moved"));
        assert_eq!(draft(&other, "note e1").as_deref(), Some("of the other"));
        assert_eq!((draft(&one, "note e2"), draft(&"Practitioner/3".into(), "note e1")), (None, None));
        vault.keep_draft(&one, "note e1".into(), String::new(), Instant(6)).unwrap();
        assert_eq!(draft(&one, "note e1"), None, "recorded or thrown away");
        vault.drop_drafts(Instant(6)).unwrap();
        assert_eq!(draft(&other, "note e1"), None);
    }
}
