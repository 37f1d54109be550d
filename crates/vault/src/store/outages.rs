//! What each outage was, and what came of it afterwards: one summary for each.

use clinical::Instant;
use rusqlite::params;

use crate::error::VaultError;
use crate::store::counts::{count, kept};
use crate::store::vault::{Reader, Vault};

/// The newest so many are kept.
const MOST: i64 = 500;

/// A time in which nothing came, and what came of it afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// The last word before it: no two have the same.
    pub since: Instant,
    /// When the server was in reach again.
    pub until: Instant,
    /// What happened, in words.
    pub why: String,
    /// Alarms that came late, and those of them that are High.
    pub alarms: u64,
    /// See `alarms`.
    pub high: u64,
    /// What others did about alarms meanwhile.
    pub actions: u64,
    /// Values that came late.
    pub samples: u64,
    /// When alarms and what was done about them were read to their end; `None` while that is still to come.
    pub alarms_whole: Option<Instant>,
    /// The same of values.
    pub values_whole: Option<Instant>,
}

impl Vault {
    /// What became of an outage, as far as it is known.
    ///
    /// # Errors
    /// Of the database.
    pub fn note_outage(&self, outage: Outage) -> Result<(), VaultError> {
        self.write_beside(move |connection| {
            let whole = |at: Option<Instant>| at.map(|at| at.0);
            connection.execute(
                "INSERT OR REPLACE INTO outage (since, until, why, alarms, high, actions, samples, alarms_whole, values_whole)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    outage.since.0,
                    outage.until.0,
                    outage.why,
                    kept(outage.alarms),
                    kept(outage.high),
                    kept(outage.actions),
                    kept(outage.samples),
                    whole(outage.alarms_whole),
                    whole(outage.values_whole)
                ],
            )?;
            connection.execute(
                "DELETE FROM outage WHERE since NOT IN (SELECT since FROM outage ORDER BY since DESC LIMIT ?)",
                [MOST],
            )?;
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// The newest first.
    pub(crate) fn outages(&self) -> Result<Vec<Outage>, VaultError> {
        self.list(
            "SELECT since, until, why, alarms, high, actions, samples, alarms_whole, values_whole
             FROM outage ORDER BY since DESC",
            [],
            |row| {
                let moment =
                    |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Instant));
                Ok(Outage {
                    since: Instant(row.get(0)?),
                    until: Instant(row.get(1)?),
                    why: row.get(2)?,
                    alarms: count(row, 3)?,
                    high: count(row, 4)?,
                    actions: count(row, 5)?,
                    samples: count(row, 6)?,
                    alarms_whole: moment(7)?,
                    values_whole: moment(8)?,
                })
            },
        )
    }

    /// What others did about alarms before `until` and this station took in from `from` on.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions_late(&self, from: Instant, until: Instant) -> Result<u64, VaultError> {
        Ok(self.connection.query_row(
            "SELECT count(*) FROM action WHERE received >= ?1 AND at < ?2 AND source IS NOT NULL",
            params![from.0, until.0],
            |row| count(row, 0),
        )?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::keys::key::Key;

    #[test]
    fn an_outage_is_kept_once_with_what_is_known_of_it_last() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        let first = Outage {
            since: Instant(10),
            until: Instant(70),
            why: "no word from the server".into(),
            alarms: 12,
            high: 3,
            alarms_whole: Some(Instant(71)),
            ..Outage::default()
        };
        let whole = Outage { samples: 400, actions: 2, values_whole: Some(Instant(80)), ..first.clone() };
        let other = Outage { since: Instant(90), until: Instant(95), ..Outage::default() };
        for outage in [&first, &whole, &other] {
            vault.note_outage(outage.clone()).unwrap();
        }
        assert_eq!(vault.read(|r| r.ledger()).unwrap().outages, [other, whole]);
    }
}
