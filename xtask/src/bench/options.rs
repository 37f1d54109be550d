//! What can be asked of the benches.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args)]
pub(crate) struct Options {
    /// The figures of the README as a whole, or one part of them
    #[arg(value_enum, default_value_t = Bench::Figures)]
    pub bench: Bench,
    /// Write what was measured here too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Measure this commit too, in turns on this machine, and print both
    #[arg(long, value_name = "REV", conflicts_with = "json")]
    pub beside: Option<String>,
    /// How often each of the two is measured
    #[arg(long, requires = "beside", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Time builds of both from nothing, and of one room after a changed line
    #[arg(long, requires = "beside")]
    pub builds: bool,
    /// The room that `--builds` changes
    #[arg(long, requires = "builds", default_value = "console")]
    pub room: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Start, sync, alarms, memory
    Figures,
    /// The cache and the sync beside the plain way
    Store,
    /// The trends beside uPlot in the same engine
    Charts,
}

impl Bench {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Bench::Figures => "figures",
            Bench::Store => "store",
            Bench::Charts => "charts",
        }
    }

    /// Whether it measures the program in its window, or a room alone.
    pub(crate) fn has_window(self) -> bool {
        self != Bench::Store
    }
}
