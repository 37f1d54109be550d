//! Resources that could not be read.

use clinical::{Instant, Unreadable};
use rusqlite::{Connection, params};

use crate::error::VaultError;
use crate::store::vault::Reader;

/// Resources that could not be read, at most so many. An alarm is the last to go.
const MOST: i64 = 2_000;
/// Bytes of their text that are kept, of the newest ones; of the others the reason is.
const MOST_TEXT: i64 = 16 << 20;

/// A resource in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// `Type/id`.
    pub reference: String,
    /// What was wrong.
    pub reason: String,
    /// When it came first.
    pub at: Instant,
}

/// Sets aside what could not be read. What comes again is the same, since it came first.
pub(crate) fn set_aside(
    connection: &Connection,
    items: &[Unreadable],
    received: Instant,
) -> Result<(), VaultError> {
    if items.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET body = ?3 WHERE body <> ?3",
    )?;
    for item in items {
        insert.execute(params![item.reference, item.reason, item.body, received.0])?;
    }
    hold_to(connection, MOST, MOST_TEXT)
}

/// A state of it came that can be read, or it is gone.
pub(crate) fn take_out(connection: &Connection, reference: &str) -> Result<(), VaultError> {
    connection.prepare_cached("DELETE FROM quarantine WHERE reference = ?")?.execute([reference])?;
    Ok(())
}

/// A server of which nothing can be read fills no disk.
fn hold_to(connection: &Connection, most: i64, most_text: i64) -> Result<(), VaultError> {
    connection
        .prepare_cached(
            "DELETE FROM quarantine WHERE (reference, reason) IN (SELECT reference, reason FROM quarantine
             ORDER BY reference GLOB 'DetectedIssue/*' OR reference GLOB 'Communication/*' DESC, at DESC, reference, reason
             LIMIT -1 OFFSET ?)",
        )?
        .execute([most])?;
    connection
        .prepare_cached(
            "UPDATE quarantine SET body = '' WHERE (reference, reason) IN (SELECT reference, reason FROM
               (SELECT reference, reason, sum(octet_length(body)) OVER (ORDER BY at DESC, reference, reason) AS text
                FROM quarantine WHERE body <> '') WHERE text > ?)",
        )?
        .execute([most_text])?;
    Ok(())
}

impl Reader<'_> {
    /// What is in quarantine, newest first, at most 500.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantine(&self) -> Result<Vec<Quarantined>, VaultError> {
        self.quarantined("SELECT reference, reason, at FROM quarantine ORDER BY at DESC, reference LIMIT 500")
    }

    /// Alarms, and what people did about them, that are in quarantine, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantined_alarms(&self) -> Result<Vec<Quarantined>, VaultError> {
        // Asked every other second: no text of anything else is read for it.
        self.quarantined(
            "SELECT reference, reason, at FROM quarantine WHERE reference >= 'DetectedIssue/' AND reference < 'DetectedIssue0'
             UNION ALL
             SELECT reference, reason, at FROM quarantine WHERE reference >= 'Communication/' AND reference < 'Communication0'
             ORDER BY at DESC, reference, reason",
        )
    }

    fn quarantined(&self, query: &str) -> Result<Vec<Quarantined>, VaultError> {
        self.list(query, [], |row| {
            Ok(Quarantined { reference: row.get(0)?, reason: row.get(1)?, at: Instant(row.get(2)?) })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::facts::ingest::PageCommit;
    use crate::keys::key::Key;
    use crate::store::vault::Vault;

    fn page(vault: &Vault, references: impl Iterator<Item = String>, text: usize, at: i64) {
        let one =
            |reference| Unreadable { reference, reason: "it has no time".into(), body: "x".repeat(text) };
        let unreadable = references.map(one).collect();
        vault.commit(PageCommit { unreadable, received: Instant(at), ..Default::default() }).unwrap();
    }

    /// How many are kept, and the bytes of their texts.
    fn size(vault: &Vault) -> (i64, i64) {
        let sum = "SELECT count(*), coalesce(sum(octet_length(body)), 0) FROM quarantine";
        vault.read(|r| Ok(r.connection.query_row(sum, [], |row| Ok((row.get(0)?, row.get(1)?)))?)).unwrap()
    }

    #[test]
    fn a_server_of_which_nothing_can_be_read_fills_no_disk_and_hides_no_alarm() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        page(
            &vault,
            ["DetectedIssue/old".to_owned(), "Communication/old".to_owned()].into_iter(),
            64 << 10,
            1,
        );
        // By their size, and with the page that brings them.
        page(&vault, (0..300).map(|n| format!("Observation/{n}")), 64 << 10, 2);
        let (count, bytes) = size(&vault);
        assert!(count == 302 && bytes <= MOST_TEXT, "{count} with {bytes} bytes");
        // By their number.
        for at in 0..5 {
            page(&vault, (0..500).map(|n| format!("Patient/{at}-{n}")), 1, 3 + at);
            assert!(size(&vault).0 <= MOST, "after page {at}");
        }
        let alarms = vault.read(|r| r.quarantined_alarms()).unwrap();
        let kept: Vec<&str> = alarms.iter().map(|held| held.reference.as_str()).collect();
        assert_eq!(kept, ["Communication/old", "DetectedIssue/old"], "older than all, and not gone");
        assert_eq!(vault.read(|r| r.quarantine()).unwrap()[0].at, Instant(7), "the newest are kept");
    }

    #[test]
    fn what_comes_again_is_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        for at in [5, 6, 7] {
            page(&vault, ["DetectedIssue/a".to_owned()].into_iter(), 9, at);
        }
        let held = vault.read(|r| r.quarantined_alarms()).unwrap();
        assert_eq!(held.iter().map(|held| held.at.0).collect::<Vec<_>>(), [5]);
    }
}
