//! `cargo xtask test`, and the tests that run longer when they are asked: `day`, `torture`, `weeks`, `interop`, `fuzz`.

use crate::tools::{cargo, npm, output, run as go};

/// Every test: style, page, rooms, house, journeys, real server.
pub fn run() -> Result<(), String> {
    go(&mut cargo(&["fmt", "--all", "--check"]))?;
    go(&mut npm(&["run", "check"]))?;
    go(&mut npm(&["run", "test"]))?;
    go(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "custom-protocol",
        "--",
        "-D",
        "warnings",
    ]))?;
    go(&mut cargo(&["test", "--workspace", "--features", "custom-protocol"]))
}

/// One of the long tests of the sync room, with options of its own.
pub fn of_sync(name: &str, options: &[String]) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "sync", "--test", name, "--"]);
    go(test.args(options))
}

/// The table of alarms of a simulated day.
pub fn day(hours: u32) -> Result<(), String> {
    let mut test = cargo(&["test", "-p", "console", "--test", "day", "--", "--nocapture"]);
    go(test.env("VIGIL_DAY_HOURS", hours.to_string()))
}

/// Both fuzz targets, each for so many seconds. The property tests of the same code are part of `test`; this looks longer.
pub fn fuzz(seconds: u32) -> Result<(), String> {
    if output("cargo", &["fuzz", "--version"]).is_none() {
        return Err("cargo-fuzz is not installed; paste: cargo install cargo-fuzz && rustup toolchain install nightly".into());
    }
    for target in ["bundle", "chunk"] {
        let time = format!("-max_total_time={seconds}");
        // The fuzzer's flags are nightly's; a stable compiler takes them when it is told to.
        let mut run = cargo(&["fuzz", "run", target, "--", &time, "-rss_limit_mb=2048"]);
        go(run.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}
