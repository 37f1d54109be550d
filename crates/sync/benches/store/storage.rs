//! The cache beside the plain way, which is one row a value in the same kind of database.

use std::path::Path;
use std::time::Instant as Wall;

use clinical::{Body, Code, DAY_MS, Fact, Instant, Quality, Sample, Segment, Source};
use rusqlite::Connection;
use vault::{Key, PageCommit, Vault};

use crate::{Table, size, timed};

#[expect(clippy::cast_possible_truncation, reason = "a few thousand at most")]
fn whole(value: f64) -> i64 {
    value as i64
}

/// A heart rate that wanders as one does: small steps around a slow wave.
fn heart_rate(t: i64) -> i64 {
    let slow = (t as f64 / 3_600.0).sin() * 12.0 + (t as f64 / 401.0).sin() * 4.0;
    let noise = ((t.wrapping_mul(0x9E37_79B9_7F4A_7C15u64.cast_signed())) >> 61) as f64;
    whole(82.0 + slow + noise * 0.6)
}

fn segment(series: i64, hour: i64, period_ms: f64) -> Fact {
    let span = whole(3600.0 * period_ms);
    let body = Body::Segments(vec![Segment {
        patient: format!("p{series}").into(),
        device: Some("d".into()),
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(hour * span),
        period_ms,
        scale: 0,
        mantissas: (0..3600).map(|s| heart_rate(series * 7919 + hour * 3600 + s)).collect(),
        marks: clinical::Marks::PLAIN,
    }]);
    Fact {
        source: Source { reference: format!("Observation/{series}-{hour}").into(), version: "1".into() },
        updated_at: None,
        body,
    }
}

/// Takes in `n` values as hours of seconds of ten people; gives the cache and the seconds it took.
fn ingest(folder: &Path, n: i64) -> (Vault, f64) {
    let vault = Vault::open(folder, Key::random().unwrap()).unwrap();
    let hours = n / 3600 / 10;
    let mut seconds = 0.0;
    for from in (0..hours).step_by(20) {
        let facts: Vec<Fact> = (0..10)
            .flat_map(|p| (from..(from + 20).min(hours)).map(move |h| segment(p, h, 1000.0)))
            .collect();
        let began = Wall::now();
        vault.commit(PageCommit { facts, received: Instant(1), ..Default::default() }).unwrap();
        seconds += began.elapsed().as_secs_f64();
    }
    (vault, seconds)
}

/// The plain way: one row a value in the same kind of database.
fn rows(folder: &Path, n: i64) -> (Connection, f64) {
    let connection = Connection::open(folder.join("rows.db")).unwrap();
    connection
        .pragma_update(None, "key", "x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'")
        .unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "NORMAL").unwrap();
    connection
        .execute_batch(
            "CREATE TABLE sample (series INTEGER, t INTEGER, v REAL, PRIMARY KEY (series, t)) WITHOUT ROWID",
        )
        .unwrap();
    let began = Wall::now();
    for from in (0..n).step_by(72_000) {
        let transaction = connection.unchecked_transaction().unwrap();
        {
            let mut insert = transaction.prepare_cached("INSERT INTO sample VALUES (?, ?, ?)").unwrap();
            for k in from..(from + 72_000).min(n) {
                insert.execute((k % 10, k / 10 * 1000, heart_rate(k / 10) as f64)).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    (connection, seconds)
}

pub(crate) fn storage(table: &mut Table) {
    let mut plain_rate = 0.0;
    let mut plain_bytes = 0.0;
    let mut plain_day = 0.0;
    for n in [100_000i64, 1_000_000, 10_000_000] {
        let scratch = tempfile::tempdir().unwrap();
        let (vault, seconds) = ingest(scratch.path(), n);
        let n = n / 3600 / 10 * 3600 * 10;
        let rate = n as f64 / seconds / 1e6;
        let series = vault.read(|r| Ok(r.series_of(&"p3".into())?[0].id)).unwrap();
        let last = n / 10 * 1000;
        let day = timed(9, || {
            vault.read(|r| r.points(series, Instant(last - DAY_MS), Instant(last))).unwrap().len()
        });
        let label = format!("{:.0} k values", n as f64 / 1e3);
        table.row(format!("ingest, {label}"), rate, "M values/s", "at least 5");
        table.row(format!("a day of seconds, {label}"), day, "ms", "at most 1");
        drop(vault);
        let bytes = size(scratch.path()) as f64 / n as f64;
        table.row(format!("bytes a value, {label}"), bytes, "bytes", "at most 0.6");
        if n < 2_000_000 {
            let scratch = tempfile::tempdir().unwrap();
            let (connection, seconds) = rows(scratch.path(), n);
            plain_rate = n as f64 / seconds / 1e6;
            plain_day = timed(5, || {
                let mut s =
                    connection.prepare_cached("SELECT t, v FROM sample WHERE series = 3 AND t >= ?").unwrap();
                let all: Vec<(i64, f64)> = s
                    .query_map([last - DAY_MS], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                all.len()
            });
            drop(connection);
            plain_bytes = size(scratch.path()) as f64 / n as f64;
            table.row(format!("  plain rows: ingest, {label}"), plain_rate, "M values/s", "");
            table.row(format!("  plain rows: a day, {label}"), plain_day, "ms", "");
            table.row(format!("  plain rows: bytes a value, {label}"), plain_bytes, "bytes", "");
        } else {
            table.row("ingest against plain rows", rate / plain_rate, "times", "at least 6");
            table.row("bytes against plain rows", plain_bytes / bytes, "times fewer", "at least 25");
            table.row("a day against plain rows", plain_day / day, "times faster", "");
        }
    }
}

pub(crate) fn wide(table: &mut Table) {
    // So many values in 14 days: of ten million one comes every 121 ms.
    for hours in [28i64, 278, 2778] {
        let n = hours as f64 * 3600.0;
        let (scratch, period) = (tempfile::tempdir().unwrap(), 14.0 * DAY_MS as f64 / n);
        let vault = Vault::open(scratch.path(), Key::random().unwrap()).unwrap();
        for from in (0..hours).step_by(100) {
            let facts = (from..(from + 100).min(hours)).map(|h| segment(0, h, period)).collect();
            vault.commit(PageCommit { facts, received: Instant(1), ..Default::default() }).unwrap();
        }
        let series = vault.read(|r| Ok(r.series_of(&"p0".into())?[0].id)).unwrap();
        let to = Instant(14 * DAY_MS);
        let wide = timed(9, || vault.read(|r| r.min_max(series, Instant(0), to, 1200)).unwrap().len());
        let all = timed(3, || vault.read(|r| r.points(series, Instant(0), to)).unwrap().len());
        let label = format!("{:.1} M values", n / 1e6);
        table.row(format!("14 days at 1,200 px from {label}"), wide, "ms", "at most 1");
        table.row(format!("  plain: every value read, {label}"), all, "ms", "");
        let hour = timed(9, || {
            vault
                .read(|r| r.min_max(series, Instant(DAY_MS), Instant(DAY_MS + DAY_MS / 24), 1200))
                .unwrap()
                .len()
        });
        table.row(format!("an hour at 1,200 px of the same, {label}"), hour, "ms", "");
    }
}

pub(crate) fn recordings(table: &mut Table) {
    let home = Path::new("../../../shared/data/home");
    let Ok(folder) = std::fs::read_dir(home) else {
        return println!("the real recordings are not here; their bytes are not measured");
    };
    let scratch = tempfile::tempdir().unwrap();
    let vault = Vault::open(scratch.path(), Key::random().unwrap()).unwrap();
    let mut n = 0u32;
    for (person, file) in folder.map(|e| e.unwrap().path()).enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut facts = Vec::new();
        for (row, line) in lines.enumerate() {
            for (name, cell) in names.iter().zip(line.split(',')).skip(2) {
                let Ok(value) = cell.parse::<clinical::Decimal>() else { continue };
                n += 1;
                let sample = Sample {
                    comparator: None,
                    patient: format!("p{person}").into(),
                    device: Some("d".into()),
                    code: Code::Loinc((*name).into()),
                    value,
                    unit: "1".into(),
                    taken_at: Instant(i64::try_from(row).unwrap() * 300_000),
                    quality: Quality::Good,
                };
                facts.push(Fact {
                    source: Source { reference: format!("Observation/{n}").into(), version: "1".into() },
                    updated_at: None,
                    body: Body::Samples(vec![sample]),
                });
            }
        }
        for part in facts.chunks(2000) {
            let page = PageCommit { facts: part.to_vec(), received: Instant(1), ..Default::default() };
            vault.commit(page).unwrap();
        }
    }
    drop(vault);
    let bytes = size(scratch.path()) as f64 / f64::from(n);
    table.row(
        format!("bytes a value, home recordings ({n} single values, each with its source)"),
        bytes,
        "bytes",
        "",
    );
}
