//! A station of two wards at a hospital with a register of 1,000 and of 100,000 people: what it costs must not tell one from the other.

use std::sync::Arc;
use std::time::Instant as Wall;

use clinical::Scope;
use fhir::Client;
use sync::Engine;
use vault::{Key, Vault};

use crate::Table;
use crate::syncing::{memory, now, ward_with};

/// At 100,000 people at most so many times what it is at 1,000.
const GOAL: &str = "at most 1.2";

struct Cost {
    seconds: f64,
    bytes: f64,
    requests: f64,
    mib: f64,
}

pub(crate) fn units(table: &mut Table, runtime: &tokio::runtime::Runtime) {
    let costs = [1_000, 100_000].map(|register| runtime.block_on(to_the_board(register)));
    for (register, cost) in ["1,000", "100,000"].iter().zip(&costs) {
        table.row(format!("board of two wards, {register} in the register"), cost.seconds, "s", "at most 3");
        table.row(format!("memory over idle, {register} in the register"), cost.mib, "MiB", "at most 150");
    }
    let [few, many] = &costs;
    table.row("time to the board, 100,000 of 1,000", many.seconds / few.seconds, "times", GOAL);
    table.row("bytes to the board, 100,000 of 1,000", many.bytes / few.bytes, "times", GOAL);
    table.row("requests of a minute, 100,000 of 1,000", many.requests / few.requests, "times", GOAL);
    table.row("memory, 100,000 of 1,000", many.mib / few.mib, "times", GOAL);
}

async fn to_the_board(register: usize) -> Cost {
    let (_ward, base) = ward_with(&["--register", &register.to_string()]);
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(folder.path(), Key::random().unwrap()).unwrap());
    vault.bind(Scope::from_words("Location/ward-7a Location/ward-7b").as_ref()).unwrap();
    let (events, _) = tokio::sync::mpsc::unbounded_channel();
    let engine = Engine::new(Client::new(&base).unwrap(), vault.clone(), Arc::new(now), events);
    let idle = memory("VmRSS");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let began = Wall::now();
    let report = engine.sync_first_day().await.unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let mib = memory("VmHWM") - idle;
    assert_eq!(vault.read(|reader| reader.ward()).unwrap().persons.len(), 24);
    let mut requests = 0.0;
    for _ in 0..15 {
        requests += engine.sync_changes().await.unwrap().requests as f64;
    }
    Cost { seconds, bytes: report.bytes as f64, requests, mib }
}
