//! Tails of single values, sealed into chunks as they fill, and opened into rows again where one of them is corrected.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use clinical::{Decimal, Marks, Source};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::error::VaultError;
use crate::series::chunk::{Head, Value, pack_sealed, times_of_sealed, unpack};
use crate::series::min_max::extremes;
use crate::series::rows::{HEAD, head, row_count, value};
use crate::store::sources::Sources;

/// The hot tail of a series is sealed at this many rows, and keeps this many.
const SEAL_AT: i64 = 1024;
const KEEP_HOT: i64 = 256;
/// What the name of a chunk that was sealed from rows begins with, where a resource's stands with others.
const SEALED: &str = "sealed:";
/// Compacted runs stay near the size of a sealed tail.
const MOST_IN_A_RUN: usize = 2048;

/// The hot tails that a page touches, and the chunks that were sealed from them.
pub(crate) struct Tails<'a> {
    transaction: &'a Transaction<'a>,
    sources: &'a Sources,
    /// Whether they were brought up to date in this page.
    knows_sources: bool,
    /// Series whose hot tail grew by this page.
    hot: HashSet<i64>,
    /// Sealed chunks of the series this page touches, opened as far as it needed them.
    sealed: HashMap<i64, Vec<Sealed>>,
}

/// A chunk that was sealed from rows.
struct Sealed {
    id: i64,
    t0: i64,
    t1: i64,
    /// When its values were taken, in order, once somebody asked.
    times: Option<Vec<i64>>,
    values: Option<Vec<Value>>,
}

impl<'a> Tails<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, sources: &'a Sources) -> Tails<'a> {
        Tails { transaction, sources, knows_sources: false, hot: HashSet::new(), sealed: HashMap::new() }
    }

    /// A row came to the hot tail of a series.
    pub(crate) fn grew(&mut self, series: i64) {
        self.hot.insert(series);
    }

    /// The sealed chunks of a series; read once a page.
    fn sealed_of(&mut self, series: i64) -> Result<&mut Vec<Sealed>, VaultError> {
        let found = match self.sealed.entry(series) {
            Entry::Occupied(held) => return Ok(held.into_mut()),
            Entry::Vacant(free) => free,
        };
        let mut find = self.transaction.prepare_cached(
            "SELECT id, t0, t1 FROM chunk WHERE series = ? AND period_ms IS NULL AND replaced IS NULL",
        )?;
        let chunks = find
            .query_map([series], |row| {
                Ok(Sealed { id: row.get(0)?, t0: row.get(1)?, t1: row.get(2)?, times: None, values: None })
            })?
            .collect::<Result<_, _>>()?;
        Ok(found.insert(chunks))
    }

    /// Whether any sealed chunk holds values of `t` or later.
    pub(crate) fn reach(&self, t: i64) -> Result<bool, VaultError> {
        self.sources.reach(t, || {
            let newest = "SELECT coalesce(max(t1), -9223372036854775808) FROM chunk WHERE source >= 'sealed:' AND source < 'sealed;'";
            Ok(self.transaction.query_row(newest, [], |row| row.get(0))?)
        })
    }

    /// Whether this very value lies in a sealed chunk already. A chunk that holds another version of it is opened into
    /// rows again, where the new version replaces the old one.
    pub(crate) fn is_sealed(
        &mut self,
        series: i64,
        t: i64,
        said: (Decimal, Marks),
        source: &Source,
    ) -> Result<bool, VaultError> {
        let transaction = self.transaction;
        let chunks = self.sealed_of(series)?;
        let mut reopen = None;
        for chunk in chunks.iter_mut().filter(|c| c.t0 <= t && t <= c.t1) {
            if !chunk.has_one_at(transaction, t)? {
                continue;
            }
            let id = chunk.id;
            match chunk.values(transaction)?.iter().find(|v| v.t == t && v.source == source.reference) {
                // A server can call every version the same: then it is what is said that tells.
                Some(held) if held.version == source.version && (held.value, held.marks) == said => {
                    return Ok(true);
                }
                Some(_) => reopen = Some(id),
                None => {}
            }
        }
        if let Some(id) = reopen {
            self.unseal(series, id)?;
        }
        Ok(false)
    }

    /// Turns a sealed chunk into rows again.
    fn unseal(&mut self, series: i64, chunk: i64) -> Result<(), VaultError> {
        let mut insert = self
            .transaction
            .prepare_cached("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
        for v in open_chunk(self.transaction, chunk)? {
            insert.execute(params![
                series,
                v.t,
                v.source,
                v.version,
                v.value.mantissa,
                v.value.scale,
                v.marks.code(),
                v.received
            ])?;
        }
        self.delete_chunk(chunk)?;
        self.sealed.remove(&series);
        self.hot.insert(series);
        Ok(())
    }

    fn delete_chunk(&self, chunk: i64) -> Result<(), VaultError> {
        self.sources.forget(chunk);
        self.transaction.execute("DELETE FROM chunk WHERE id = ?", [chunk])?;
        Ok(())
    }

    /// Chunks that were sealed since somebody asked last are opened once for the names in them.
    fn learn_sources(&self) -> Result<(), VaultError> {
        // By the name they have: the index alone answers, and no chunk is read.
        let mut find = self
            .transaction
            .prepare_cached("SELECT id FROM chunk WHERE source >= 'sealed:' AND source < 'sealed;'")?;
        let there = find.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let names_in = |id| Ok(open_chunk(self.transaction, id)?.into_iter().map(|v| v.source).collect());
        self.sources.bring_up(there, names_in)
    }

    /// Opens every sealed chunk that holds something of this resource, whosever it is: a value can be moved to another patient.
    pub(crate) fn unseal_all_of(&mut self, reference: &str) -> Result<(), VaultError> {
        if !self.knows_sources {
            self.learn_sources()?;
            self.knows_sources = true;
        }
        for id in self.sources.holding(reference) {
            let series: Option<i64> = self
                .transaction
                .prepare_cached("SELECT series FROM chunk WHERE id = ?")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let Some(series) = series else { continue };
            if open_chunk(self.transaction, id)?.iter().any(|v| v.source == reference) {
                self.unseal(series, id)?;
            }
        }
        Ok(())
    }

    /// Seals every hot tail that is full.
    pub(crate) fn seal_full(&mut self) -> Result<(), VaultError> {
        let touched: Vec<i64> = self.hot.drain().collect();
        for series in touched {
            let count: i64 = self
                .transaction
                .prepare_cached("SELECT count(*) FROM sample WHERE series = ?")?
                .query_row([series], |row| row.get(0))?;
            if count >= SEAL_AT {
                self.seal(series, count - KEEP_HOT)?;
            }
        }
        Ok(())
    }

    /// Moves the oldest `count` rows of a series into a chunk. Where they overlap a sealed chunk, because they came late,
    /// both become one.
    fn seal(&mut self, series: i64, count: i64) -> Result<(), VaultError> {
        let mut select = self.transaction.prepare_cached(
            "SELECT t, mantissa, scale, artefact, source, version, received FROM sample WHERE series = ?
             ORDER BY t, source LIMIT ?",
        )?;
        let mut values: Vec<Value> = select.query_map([series, count], value)?.collect::<Result<_, _>>()?;
        let mut delete = self
            .transaction
            .prepare_cached("DELETE FROM sample WHERE series = ? AND t = ? AND source = ?")?;
        for value in &values {
            delete.execute(params![series, value.t, value.source])?;
        }
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return Ok(()) };
        let (t0, t1) = (first.t, last.t);
        self.sealed.remove(&series);
        let overlapping: Vec<i64> =
            self.sealed_of(series)?.iter().filter(|c| c.t0 <= t1 && t0 <= c.t1).map(|c| c.id).collect();
        for id in overlapping {
            values.append(&mut open_chunk(self.transaction, id)?);
            self.delete_chunk(id)?;
        }
        values.sort_by(|a, b| (a.t, &a.source).cmp(&(b.t, &b.source)));
        self.sealed.remove(&series);
        for part in values.chunks(MOST_IN_A_RUN) {
            self.insert_sealed(series, part)?;
        }
        Ok(())
    }

    fn insert_sealed(&mut self, series: i64, values: &[Value]) -> Result<(), VaultError> {
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return Ok(()) };
        let scale = values.iter().map(|v| v.value.scale).max().unwrap_or(0);
        // Bounds at one scale; where a value does not fit, the chunk still holds it exactly.
        let at = |v: &Value| v.value.at_scale(scale).unwrap_or(v.value.mantissa);
        let good: Vec<i64> = values.iter().filter(|v| !v.marks.is_artefact()).map(at).collect();
        let (low, high) = extremes(good.iter());
        // A sealed chunk has many sources; a name of its own keeps it apart from chunks of one resource.
        let number: i64 =
            self.transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM chunk", [], |row| row.get(0))?;
        self.transaction
            .prepare_cached(
                "INSERT INTO chunk (series, t0, t1, n, period_ms, scale, low, high, first, last, source, version,
                 received, data) VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, '', ?, ?)",
            )?
            .execute(params![
                series,
                first.t,
                last.t,
                row_count(values.len()),
                scale,
                low,
                high,
                at(first),
                at(last),
                format!("{SEALED}{number}"),
                // The first of them: a look into the past must open the chunk to see which it knew.
                values.iter().map(|v| v.received).min(),
                pack_sealed(values)?
            ])?;
        self.sources.sealed_to(last.t);
        Ok(())
    }
}

impl Sealed {
    /// Whether it holds a value of this moment. Nearly always none: what comes is new, and its sources need not be unpacked.
    fn has_one_at(&mut self, connection: &Connection, t: i64) -> Result<bool, VaultError> {
        let times = match &mut self.times {
            Some(times) => times,
            empty => {
                let (head, data) = read_chunk(connection, self.id)?;
                let mut times = times_of_sealed(&head, &data)?;
                times.sort_unstable();
                empty.insert(times)
            }
        };
        Ok(times.binary_search(&t).is_ok())
    }

    fn values(&mut self, connection: &Connection) -> Result<&[Value], VaultError> {
        match &mut self.values {
            Some(values) => Ok(values),
            empty => Ok(empty.insert(open_chunk(connection, self.id)?)),
        }
    }
}

fn read_chunk(connection: &Connection, id: i64) -> Result<(Head, Vec<u8>), VaultError> {
    Ok(connection
        .prepare_cached(&format!("SELECT {HEAD}, data FROM chunk WHERE id = ?"))?
        .query_row([id], |row| Ok((head(row)?, row.get("data")?)))?)
}

fn open_chunk(connection: &Connection, id: i64) -> Result<Vec<Value>, VaultError> {
    let (head, data) = read_chunk(connection, id)?;
    unpack(&head, &data)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::{Body, Code, Fact, Instant, Quality, Sample};

    use super::*;
    use crate::facts::ingest::PageCommit;
    use crate::keys::key::Key;
    use crate::store::vault::Vault;

    fn commit(vault: &Vault, facts: Vec<Fact>) {
        vault.commit(PageCommit { facts, received: Instant(9_000_000), ..Default::default() }).unwrap();
    }

    fn fact(series: usize, n: i64, version: &str, body: Body) -> Fact {
        let source =
            Source { reference: format!("Observation/{series}-{n}").into(), version: version.into() };
        Fact { source, updated_at: None, body }
    }

    fn value(series: usize, n: i64) -> Fact {
        let sample = Sample {
            comparator: None,
            patient: format!("p{series}").as_str().into(),
            device: None,
            code: Code::Loinc("8867-4".into()),
            value: Decimal::whole(80),
            unit: "/min".into(),
            taken_at: Instant(n * 1_000),
            quality: Quality::Good,
        };
        fact(series, n, "1", Body::Samples(vec![sample]))
    }

    /// Series and number of every sealed chunk.
    fn chunks(vault: &Vault) -> Vec<(i64, i64)> {
        vault
            .read(|r| {
                r.list("SELECT series, id FROM chunk ORDER BY id", [], |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .unwrap()
    }

    #[test]
    fn a_value_that_is_deleted_opens_its_own_chunk_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), Key::random().unwrap()).unwrap();
        for series in 0..5 {
            commit(&vault, (0..SEAL_AT).map(|n| value(series, n)).collect());
        }
        let before = chunks(&vault);
        assert_eq!(before.len(), 5);
        let opened = before[2].0;
        commit(&vault, vec![fact(2, 3, "2", Body::Deleted)]);
        let after = chunks(&vault);
        let others = |all: &[(i64, i64)]| {
            all.iter().filter(|(series, _)| *series != opened).copied().collect::<Vec<_>>()
        };
        assert_eq!(others(&after), others(&before), "nobody touched them");
        let left = vault.read(|r| r.decimals(opened, Instant(0), Instant(i64::MAX))).unwrap();
        assert_eq!(left.len(), usize::try_from(SEAL_AT).unwrap() - 1);
        assert!(left.iter().all(|(at, ..)| *at != Instant(3_000)));
        // Of what is in none, none is opened.
        commit(&vault, vec![fact(7, 1, "2", Body::Deleted)]);
        assert_eq!(others(&chunks(&vault)), others(&before));
    }
}
