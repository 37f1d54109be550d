//! `cargo xtask bench`: the figures of the README, in a release build, alone or beside those of another state.

mod beside;
mod builds;
mod state;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::tools::run as go;
use state::State;

#[derive(Args)]
pub struct Options {
    /// The figures of the README as a whole, or one part of them
    #[arg(value_enum, default_value_t = Bench::Figures)]
    bench: Bench,
    /// Write what was measured here too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure this commit too, in turns on this machine, and print both
    #[arg(long, value_name = "REV", conflicts_with = "json")]
    beside: Option<String>,
    /// How often each of the two is measured
    #[arg(long, requires = "beside", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Time builds of both from nothing, and of one room after a changed line
    #[arg(long, requires = "beside")]
    builds: bool,
    /// The room that `--builds` changes
    #[arg(long, requires = "builds", default_value = "console")]
    room: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// Start, sync, alarms, memory
    Figures,
    /// The cache and the sync beside the plain way
    Store,
    /// The trends beside uPlot in the same engine
    Charts,
}

impl Bench {
    pub fn name(self) -> &'static str {
        match self {
            Bench::Figures => "figures",
            Bench::Store => "store",
            Bench::Charts => "charts",
        }
    }

    /// Whether it measures the program in its window, or a room alone.
    pub fn has_window(self) -> bool {
        self != Bench::Store
    }
}

pub fn run(options: &Options) -> Result<(), String> {
    if let Some(revision) = &options.beside {
        return beside::run(revision, options);
    }
    let here = State::here()?;
    here.build(options.bench)?;
    let mut bench = here.bench(options.bench)?;
    if let Some(file) = &options.json {
        bench.arg("--json").arg(std::path::absolute(file).map_err(|e| e.to_string())?);
    }
    go(&mut bench)
}
