//! Two states on one machine in one run: they take turns, so that what the machine does besides falls on both.

use std::fs;

use xtask::compare::{ALLOWED, Figure, figures, table};

use super::builds;
use super::options::{Bench, Options};
use super::state::State;
use crate::tools::run as go;

pub(crate) fn run(revision: &str, options: &Options) -> Result<(), String> {
    let (before, now) = (State::of(revision, "before")?, State::here()?);
    if options.bench.has_window() {
        before.build_page()?;
    }
    before.build(options.bench)?;
    now.build(options.bench)?;
    let mut rounds = Vec::new();
    for round in 0..options.rounds {
        println!("round {} of {}", round + 1, options.rounds);
        // Who begins a round has a cooler processor and a warmer disk than who ends it.
        rounds.push(if round % 2 == 0 {
            let first = measure(&before, options.bench)?;
            (first, measure(&now, options.bench)?)
        } else {
            let first = measure(&now, options.bench)?;
            (measure(&before, options.bench)?, first)
        });
    }
    let (text, worse) = table(&rounds);
    println!("\n{text}");
    if options.builds {
        builds::print(revision, &options.room)?;
    }
    if worse == 0 {
        return Ok(());
    }
    Err(format!("{worse} figures are worse than at {revision} by more than {:.0} %", (ALLOWED - 1.0) * 100.0))
}

fn measure(state: &State, bench: Bench) -> Result<Vec<Figure>, String> {
    let file = state.target.join(format!("{}.json", bench.name()));
    go(state.bench(bench)?.arg("--json").arg(&file))?;
    let json = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    figures(&json)
}
