//! `cargo xtask bench`: the figures of the README, in a release build, alone or beside those of another state.

mod beside;
mod builds;
mod options;
mod state;

pub(crate) use options::Options;

use crate::tools::run as go;
use state::State;

pub(crate) fn run(options: &Options) -> Result<(), String> {
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
