//! Figures of the cache and the sync, each beside the plain way in the same run and at three sizes, each ten times the one
//! before: `cargo xtask bench store`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod parse;
mod storage;
mod syncing;
mod units;
mod years;

use std::path::Path;
use std::time::Instant as Wall;

use serde_json::{Value, json};

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

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum()
}

type Part<'a> = (&'a str, &'a dyn Fn(&mut Table));

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if arguments.iter().any(|a| a == "--ward") {
        runtime.block_on(async {
            let register = arguments.iter().position(|a| a == "--register");
            let register = register.map_or(0, |at| arguments[at + 1].parse().unwrap());
            let options = ward_sim::Options { register, ..Default::default() };
            let ward = ward_sim::start(options).await.unwrap();
            println!("{}", ward.base());
            std::future::pending::<()>().await;
        });
    }
    let mut table = Table::default();
    if arguments.iter().any(|a| a == "--unwiped") {
        vault::leave_memory_as_it_is();
    }
    let only = arguments.iter().position(|a| a == "--only").map(|at| arguments[at + 1].as_str());
    let parts: [Part; 7] = [
        ("storage", &storage::storage),
        ("wide", &storage::wide),
        ("recordings", &storage::recordings),
        ("years", &years::years),
        ("parse", &parse::parse),
        ("sync", &|table| syncing::syncing(table, &runtime)),
        ("units", &|table| units::units(table, &runtime)),
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
