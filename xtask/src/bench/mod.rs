//! `cargo xtask bench`: the figures of the README, in a release build.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::demo::binary;
use crate::tools::{cargo, run as go};

#[derive(Args)]
pub struct Options {
    /// The figures of the README as a whole, or one part of them
    #[arg(value_enum, default_value_t = Bench::Figures)]
    bench: Bench,
    /// Write what was measured here too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Bench {
    /// Start, sync, alarms, memory
    Figures,
    /// The cache and the sync beside the plain way
    Store,
    /// The trends beside uPlot in the same engine
    Charts,
}

pub fn run(options: &Options) -> Result<(), String> {
    let name = match options.bench {
        Bench::Figures => "figures",
        Bench::Store => "store",
        Bench::Charts => "charts",
    };
    let mut bench = match options.bench {
        Bench::Store => cargo(&["bench", "-p", "sync", "--bench", name]),
        Bench::Figures | Bench::Charts => {
            go(&mut cargo(&["build", "--release", "--features", "custom-protocol"]))?;
            cargo(&["bench", "--features", "custom-protocol", "--bench", name])
        }
    };
    bench.arg("--");
    if let Some(file) = &options.json {
        bench.arg("--json").arg(std::path::absolute(file).map_err(|e| e.to_string())?);
    }
    match options.bench {
        Bench::Store => return go(&mut bench),
        // A peer whose work is its script gets the compiler that our page does without; in the run both have it.
        Bench::Charts => bench.env("JSC_useJIT", "1"),
        Bench::Figures => &mut bench,
    };
    go(bench.env("VIGIL_BINARY", binary(true)?))
}
