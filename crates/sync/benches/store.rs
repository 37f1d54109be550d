//! Figures of the cache and the sync, each beside the plain way in the same run: `cargo xtask bench store`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Instant as Wall, SystemTime, UNIX_EPOCH};

use clinical::{Body, Code, Fact, Instant, Quality, Sample, Segment, Source};
use fhir::Client;
use rusqlite::Connection;
use serde_json::{Value, json};
use sync::Engine;
use vault::{Key, PageCommit, Vault};

const DAY: i64 = 86_400_000;

#[derive(Default)]
struct Table(Vec<(String, f64, &'static str, String)>);

impl Table {
    fn row(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: impl Into<String>) {
        let (what, goal) = (what.into(), goal.into());
        println!("{what:<66} {value:>10.2} {unit:<12} {goal}");
        self.0.push((what, value, unit, goal));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Milliseconds of `work`, the median of some runs after one to warm up.
fn timed<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    work();
    let once = |work: &mut dyn FnMut() -> T| {
        let began = Wall::now();
        std::hint::black_box(work());
        began.elapsed().as_secs_f64() * 1000.0
    };
    median((0..runs).map(|_| once(&mut work)).collect())
}

/// A heart rate that wanders as one does: small steps around a slow wave.
fn heart_rate(t: i64) -> i64 {
    let slow = (t as f64 / 3_600.0).sin() * 12.0 + (t as f64 / 401.0).sin() * 4.0;
    let noise = ((t.wrapping_mul(0x9E37_79B9_7F4A_7C15u64 as i64)) >> 61) as f64;
    (82.0 + slow + noise * 0.6) as i64
}

fn segment(series: i64, hour: i64, period_ms: f64) -> Fact {
    let span = (3600.0 * period_ms) as i64;
    let body = Body::Segments(vec![Segment {
        patient: format!("p{series}").into(),
        device: Some("d".into()),
        code: Code::Loinc("8867-4".into()),
        unit: "/min".into(),
        start: Instant(hour * span),
        period_ms,
        scale: 0,
        mantissas: (0..3600).map(|s| heart_rate(series * 7919 + hour * 3600 + s)).collect(),
    }]);
    Fact {
        source: Source { reference: format!("Observation/{series}-{hour}").into(), version: "1".into() },
        updated_at: None,
        body,
    }
}

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum()
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

fn storage(table: &mut Table) {
    let mut plain_rate = 0.0;
    let mut plain_bytes = 0.0;
    let mut plain_day = 0.0;
    for n in [100_000i64, 1_000_000, 10_000_000] {
        let scratch = tempfile::tempdir().unwrap();
        let (vault, seconds) = ingest(scratch.path(), n);
        let n = n / 3600 / 10 * 3600 * 10;
        let rate = n as f64 / seconds / 1e6;
        let series = vault.read(|r| Ok(r.series_of("p3")?[0].id)).unwrap();
        let last = n / 10 * 1000;
        let day =
            timed(9, || vault.read(|r| r.points(series, Instant(last - DAY), Instant(last))).unwrap().len());
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
                    .query_map([last - DAY], |row| Ok((row.get(0)?, row.get(1)?)))
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

fn wide(table: &mut Table) {
    let scratch = tempfile::tempdir().unwrap();
    let vault = Vault::open(scratch.path(), Key::random().unwrap()).unwrap();
    // Ten million values in 14 days: one every 121 ms.
    let period = 14.0 * DAY as f64 / 1e7;
    for from in (0..2778).step_by(100) {
        let facts = (from..(from + 100).min(2778)).map(|h| segment(0, h, period)).collect();
        vault.commit(PageCommit { facts, received: Instant(1), ..Default::default() }).unwrap();
    }
    let series = vault.read(|r| Ok(r.series_of("p0")?[0].id)).unwrap();
    let to = Instant(14 * DAY);
    let outline = timed(9, || vault.read(|r| r.outline(series, Instant(0), to, 1200)).unwrap().len());
    let all = timed(3, || vault.read(|r| r.points(series, Instant(0), to)).unwrap().len());
    table.row("14 days at 1,200 px from 10 M values", outline, "ms", "at most 1");
    table.row("  plain: every value read", all, "ms", "");
    let hour = timed(9, || {
        vault.read(|r| r.outline(series, Instant(DAY), Instant(DAY + DAY / 24), 1200)).unwrap().len()
    });
    table.row("an hour at 1,200 px of the same", hour, "ms", "");
}

fn recordings(table: &mut Table) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/home");
    let Ok(folder) = std::fs::read_dir(&home) else {
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
                    patient: format!("p{person}").into(),
                    device: Some("d".into()),
                    code: Code::Loinc((*name).into()),
                    value,
                    unit: "1".into(),
                    taken_at: Instant(row as i64 * 300_000),
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

/// A page as a ward's server sends it: 30 people, five measures and pressures in two parts, each with its own moment.
fn parse(table: &mut Table) {
    const MEASURES: [(&str, &str, &str); 5] = [
        ("8867-4", "Heart rate", "/min"),
        ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%"),
        ("9279-1", "Respiratory rate", "/min"),
        ("8310-5", "Body temperature", "Cel"),
        ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL"),
    ];
    let quantity = |value: Value, unit: &str| json!({ "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit });
    let concept = |code: &str, display: &str| json!({ "coding": [{ "system": "http://loinc.org", "code": code, "display": display }] });
    let entry = |n: usize| {
        let at = fhir::format_instant(Instant(1_767_225_600_000 + n as i64 * 1370));
        let mut resource = json!({
            "resourceType": "Observation", "id": uuid::Uuid::from_u128(n as u128 * 0x1234_5678_9ABC_DEF1_2345_6789).to_string(),
            "meta": { "versionId": (1 + n % 3).to_string(), "lastUpdated": at },
            "status": "final",
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs" }] }],
            "subject": { "reference": format!("Patient/p{}", n / 6 % 30) }, "device": { "reference": format!("Device/d{}", n / 6 % 30) },
            "effectiveDateTime": at,
        });
        match MEASURES.get(n % 6) {
            Some((code, display, unit)) => {
                resource["code"] = concept(code, display);
                resource["valueQuantity"] = quantity(json!((300 + n % 70) as f64 / 10.0), unit);
            }
            None => {
                resource["code"] = concept("85354-9", "Blood pressure panel");
                resource["component"] = [("8480-6", "Systolic blood pressure", 110), ("8462-4", "Diastolic blood pressure", 60)]
                    .map(|(code, display, low)| json!({ "code": concept(code, display), "valueQuantity": quantity(json!(low + n % 30), "mm[Hg]") }))
                    .into_iter()
                    .collect();
            }
        }
        json!({ "fullUrl": format!("http://server/fhir/Observation/{}", resource["id"].as_str().unwrap()), "resource": resource, "search": { "mode": "match" } })
    };
    let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": (0..1500).map(entry).collect::<Vec<_>>() });
    let text = bundle.to_string();
    let mb = text.len() as f64 / 1e6;
    let typed = timed(15, || fhir::read_page(text.as_bytes()).unwrap().facts.len());
    assert_eq!(fhir::read_page(text.as_bytes()).unwrap().facts.len(), 1500);
    let plain = timed(15, || serde_json::from_str::<Value>(&text).unwrap().as_object().unwrap().len());
    table.row(format!("a Bundle of {mb:.1} MB to facts"), mb / typed * 1000.0, "MB/s", "at least 400");
    table.row("  plain: to a tree of values", mb / plain * 1000.0, "MB/s", "");
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The demo ward in a process of its own, so that its memory is its own.
fn ward() -> (Ended, String) {
    let mut child =
        Command::new(std::env::current_exe().unwrap()).arg("--ward").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Ended(child), line.trim().to_owned())
}

fn memory(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn syncing(table: &mut Table, runtime: &tokio::runtime::Runtime) {
    let (_ward, base) = ward();
    let now = || Instant(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64);
    let engine = |folder: &Path| {
        let vault = Arc::new(Vault::open(folder, Key::random().unwrap()).unwrap());
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        (Engine::new(Client::new(&base).unwrap(), vault.clone(), Arc::new(now), events), vault)
    };
    let scratch = tempfile::tempdir().unwrap();
    let (first, vault) = engine(scratch.path());
    let idle = memory("VmRSS");
    // The peak since the start counts from here.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let began = Wall::now();
    let report = runtime.block_on(first.sync_first_day()).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    table.row(
        format!("first day of the demo ward ({:.1} M values)", report.samples as f64 / 1e6),
        seconds,
        "s",
        "at most 3",
    );
    table.row("memory over idle while it came", memory("VmHWM") - idle, "MiB", "at most 150");
    drop((first, vault));
    table.row(
        "bytes a value, the demo ward",
        size(scratch.path()) as f64 / report.samples as f64,
        "bytes",
        "at most 0.6",
    );

    runtime.block_on(async {
        let client = Client::new(&base).unwrap();
        for page in 0..100 {
            let entry = |n: i64| {
                json!({
                    "request": { "method": "POST", "url": "Observation" },
                    "resource": {
                        "resourceType": "Observation", "status": "final",
                        "code": { "coding": [{ "system": "http://loinc.org", "code": "8310-5" }] },
                        "subject": { "reference": format!("Patient/ward-p{:02}", n % 24 + 1) },
                        "effectiveDateTime": fhir::format_instant(now() - (100_000 - page * 1000 - n) * 500),
                        "valueQuantity": { "value": 36.5, "system": "http://unitsofmeasure.org", "code": "Cel" },
                    },
                })
            };
            let entries: Vec<Value> = (0..1000).map(entry).collect();
            client
                .post("", &json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }))
                .await
                .unwrap();
        }
    });
    let scratch = tempfile::tempdir().unwrap();
    let (engine, _vault) = engine(scratch.path());
    let began = Wall::now();
    let report = runtime.block_on(engine.sync_first_day()).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    table.row(
        format!("sync of {} resources, 100,000 of them single values", report.resources),
        report.resources as f64 / seconds,
        "resources/s",
        "at least 15000",
    );
}

type Part<'a> = (&'a str, &'a dyn Fn(&mut Table));

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if arguments.iter().any(|a| a == "--ward") {
        runtime.block_on(async {
            let ward = ward_sim::start(ward_sim::Options::default()).await.unwrap();
            println!("{}", ward.base());
            std::future::pending::<()>().await;
        });
    }
    let mut table = Table::default();
    if arguments.iter().any(|a| a == "--unwiped") {
        vault::leave_memory_as_it_is();
    }
    let only = arguments.iter().position(|a| a == "--only").map(|at| arguments[at + 1].as_str());
    let parts: [Part; 5] = [
        ("storage", &storage),
        ("wide", &wide),
        ("recordings", &recordings),
        ("parse", &parse),
        ("sync", &|table| syncing(table, &runtime)),
    ];
    for (_, part) in parts.iter().filter(|(name, _)| only.is_none_or(|wanted| wanted == *name)) {
        part(&mut table);
    }
    if let Some(at) = arguments.iter().position(|a| a == "--json") {
        let rows: Vec<Value> = table
            .0
            .iter()
            .map(|(what, value, unit, goal)| json!({ "what": what, "value": value, "unit": unit, "goal": goal }))
            .collect();
        std::fs::write(&arguments[at + 1], json!(rows).to_string()).unwrap();
    }
}
