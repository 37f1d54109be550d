//! First syncs of the demo ward, which runs in a process of its own.

use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Instant as Wall, SystemTime, UNIX_EPOCH};

use clinical::Instant;
use fhir::Client;
use serde_json::{Value, json};
use sync::Engine;
use vault::{Key, Vault};

use crate::{Table, size};

pub(crate) struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The demo ward in a process of its own, so that its memory is its own.
fn ward() -> (Ended, String) {
    ward_with(&[])
}

/// The same with more arguments.
pub(crate) fn ward_with(arguments: &[&str]) -> (Ended, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("--ward")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Ended(child), line.trim().to_owned())
}

pub(crate) fn memory(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

pub(crate) fn now() -> Instant {
    Instant(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap())
}

pub(crate) fn syncing(table: &mut Table, runtime: &tokio::runtime::Runtime) {
    let (_ward, base) = ward();
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

    // Each round finds ten times as many single values on the server.
    let mut there = 0;
    for wanted in [1, 10, 100] {
        runtime.block_on(post(&Client::new(&base).unwrap(), there..wanted));
        there = wanted;
        let scratch = tempfile::tempdir().unwrap();
        let (engine, _vault) = engine(scratch.path());
        let idle = memory("VmRSS");
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let began = Wall::now();
        let report = runtime.block_on(engine.sync_first_day()).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        let label = format!("{} resources, {wanted},000 of them single values", report.resources);
        table.row(
            format!("sync of {label}"),
            report.resources as f64 / seconds,
            "resources/s",
            "at least 15000",
        );
        table.row(
            format!("memory over idle, {} resources", report.resources),
            memory("VmHWM") - idle,
            "MiB",
            "at most 150",
        );
    }
}

/// Puts pages of a thousand temperatures on the server, the last ones now.
async fn post(client: &Client, pages: std::ops::Range<i64>) {
    for page in pages {
        let entry = |n: i64| {
            json!({
                "request": { "method": "POST", "url": "Observation" },
                "resource": {
                    "resourceType": "Observation", "status": "final",
                    "code": { "coding": [{ "system": "http://loinc.org", "code": "8310-5" }] },
                    "subject": { "reference": format!("Patient/ward-p{:02}", n % 24 + 1) },
                    "effectiveDateTime": fhir::format_instant(now() - (page * 1000 + n) * 500),
                    "valueQuantity": { "value": 36.5, "system": "http://unitsofmeasure.org", "code": "Cel" },
                },
            })
        };
        let entries: Vec<Value> = (0..1000).map(entry).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        client.post("", &bundle).await.unwrap();
    }
}
